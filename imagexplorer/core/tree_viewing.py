"""Answers a ViewSpec: picks, filters, sums and sorts the nodes of a FileTree into the rows of a TreeView."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from imagexplorer.core import tree_sort
from imagexplorer.core.columns import Columns
from imagexplorer.core.control import Control
from imagexplorer.core.errors import WrongUse
from imagexplorer.core.file_tree import IMPLIED, FileTree
from imagexplorer.core.layer_index import DIR
from imagexplorer.core.tree_hits import Hits
from imagexplorer.core.tree_nodes import column, gather
from imagexplorer.core.tree_state import State
from imagexplorer.core.tree_view import MARK_DELETED, TreeView, ViewSpec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from imagexplorer.core.tree_nodes import Flags, Ints

_LONGEST_NAME = 2**16 - 1
_CODES = {
    "mark": "B", "kind": "B", "mode": "H", "layer": "h", "uid": "I", "gid": "I", "mtime": "q", "size": "q",
    "files": "I",
}  # fmt: skip


def view(tree: FileTree, spec: ViewSpec, control: Control | None = None) -> TreeView:
    """The answer to a question. Raises WrongUse for a pattern that cannot be understood, a layer that is not there."""
    import numpy as np

    control = control or Control()
    layer = _layer(tree, spec)
    state = State(tree, layer, spec.gone and not spec.delta)
    control.step(1, 5, "reading the tree")
    shown = state.mark > 0 if spec.delta else state.visible | (state.mark == MARK_DELETED)
    hits, gone_hits = None, 0
    if spec.filtered:
        wanted = Hits(tree, spec, control)
        shown[0] = False
        hits = wanted.among(state, shown)
        shown = hits.copy()
        if layer and not spec.delta and not spec.gone:
            dug_up = State(tree, layer, gone=True)
            gone_hits = int(np.count_nonzero(wanted.among(dug_up, dug_up.gone)))
    shown[0] = True
    if spec.delta or hits is not None:
        _add_folders(tree, shown)
    control.step(2, 5, "adding up")
    rows = np.flatnonzero(shown)
    version = state.version[rows]
    own, kind = state.own_sizes(rows)
    if spec.delta:
        own[state.mark[rows] == 0] = 0
    parent = (np.cumsum(shown, dtype=np.int32) - 1)[np.asarray(tree["parent"])[rows]]
    levels = np.searchsorted(rows, np.asarray(tree["level"])).tolist()
    levels = levels[: levels.index(len(rows)) + 1]
    mark = state.mark[rows]
    is_file = state.is_file(version, kind)
    size, files = _sums(parent, levels, own, is_file, kind == DIR, mark == MARK_DELETED)
    meta = {
        "hits": -1 if hits is None else int(np.count_nonzero(hits)),
        "hit_bytes": 0 if hits is None else int(own[hits[rows]].sum()),
        "gone_hits": gone_hits,
        "layer": layer,
    }
    control.step(3, 5, "sorting")
    implied = np.asarray(tree["version_what"])[version] == IMPLIED
    values: dict[str, Any] = {
        "mark": mark,
        "kind": kind,
        "mode": np.asarray(tree["version_mode"])[version],
        "layer": np.where(implied, -1, np.asarray(tree["version_layer"])[version].astype(np.int32)),
        "mtime": np.asarray(tree["version_mtime"])[version],
        "size": size,
        "files": files,
        "uid": np.asarray(tree["version_uid"])[version],
        "gid": np.asarray(tree["version_gid"])[version],
    }
    linked, links = _linked(tree, state, shown)
    if spec.sort == "link":
        values["link"] = tree_sort.link_ranks(tree, len(rows), linked, links)
    order = tree_sort.order(parent, levels, spec, values)
    control.step(4, 5, "sorting")
    place = np.empty(len(rows), np.int32)
    place[order] = np.arange(len(rows), dtype=np.int32)
    new_parent = place[parent[order]]
    count = np.bincount(new_parent[1:], minlength=len(rows)) if len(rows) > 1 else np.zeros(1, np.int64)
    first = np.where(count > 0, 1 + np.cumsum(count) - count, 0)
    node = rows[order]
    columns = {
        "parent": column(new_parent, "I"),
        "first": column(first, "I"),
        "count": column(count, "I"),
        "node": column(node, "I"),
        "hit": column(np.zeros(0, np.uint8) if hits is None else hits[node].view(np.uint8), "B"),
    }
    for name, code in _CODES.items():
        columns[name] = column(values[name][order], code)
    columns |= _names(tree, node)
    columns |= _links(tree, place[linked], links)
    return TreeView(Columns(columns, meta))


def _layer(tree: FileTree, spec: ViewSpec) -> int:
    top = max(tree.layers - 1, 0)
    if not -1 <= spec.layer <= top:
        raise WrongUse(f"layer {spec.layer}", f"the image has layers 0 to {top}")
    return top if spec.layer < 0 else spec.layer


def _add_folders(tree: FileTree, shown: Flags) -> None:
    import numpy as np

    parent = np.asarray(tree["parent"])
    levels = tree["level"].tolist()
    for low, high in reversed(list(pairwise(levels[1:]))):
        shown[parent[low:high][shown[low:high]]] = True


def _sums(
    parent: Ints, levels: list[int], own: Ints, is_file: Flags, is_dir: Flags, deleted: Flags
) -> tuple[Ints, Ints]:
    """Bytes and files at or below each row: of what is visible; for deleted rows, of what was deleted. A deleted file
    may have a deleted folder's files below it, of before it took that one's place: it keeps its own size."""
    import numpy as np

    size, files = own.copy(), is_file.astype(np.int64)
    lost_size = lost_files = None
    if deleted.any():
        lost_size, lost_files = np.where(deleted, size, 0), np.where(deleted, files, 0)
        size[deleted] = 0
        files[deleted] = 0
    for low, high in reversed(list(pairwise(levels[1:]))):
        begins = np.flatnonzero(np.diff(parent[low:high], prepend=-1))
        above = parent[low:high][begins]
        size[above] += np.add.reduceat(size[low:high], begins)
        files[above] += np.add.reduceat(files[low:high], begins)
        if lost_size is not None and lost_files is not None:
            folder = is_dir[above]
            lost_size[above] += np.add.reduceat(lost_size[low:high], begins) * folder
            lost_files[above] += np.add.reduceat(lost_files[low:high], begins) * folder
    if lost_size is not None and lost_files is not None:
        size, files = np.where(deleted, lost_size, size), np.where(deleted, lost_files, files)
    return size, files


def _names(tree: FileTree, node: Ints) -> dict[str, memoryview]:
    """The tree's own names where most are needed, else a copy of those that are."""
    import numpy as np

    start = np.asarray(tree["name_start"])
    at = start[node]
    length = np.minimum(start[node + 1] - at - 1, _LONGEST_NAME)
    names = tree["names"]
    if len(node) * 4 < len(tree):
        pieces: NDArray[np.uint8] = gather(np.asarray(names), at.astype(np.int64), length.astype(np.int64))
        names = column(pieces, "B")
        at = np.cumsum(length, dtype=np.int64) - length
    return {"name_start": column(at, "I"), "name_length": column(length, "H"), "names": names}


def _linked(tree: FileTree, state: State, shown: Flags) -> tuple[Ints, Ints]:
    """The rows (among those that are shown) that have a target, and which of the tree's targets that is."""
    import numpy as np

    version = np.asarray(tree["link_row"])
    if not len(version):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    node = state.node_of(version)
    mine = np.flatnonzero(shown[node] & (state.version[node] == version))
    return (np.cumsum(shown, dtype=np.int32) - 1)[node[mine]], mine


def _links(tree: FileTree, row: Ints, which: Ints) -> dict[str, memoryview]:
    import numpy as np

    by = np.argsort(row)
    which = which[by]
    start = np.asarray(tree["link_start"]).astype(np.int64)
    length = start[which + 1] - start[which]
    ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(length)))
    links = gather(np.asarray(tree["links"]), start[which], length)
    return {"link_row": column(row[by], "I"), "link_start": column(ends, "I"), "links": column(links, "B")}
