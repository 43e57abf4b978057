"""Answers a ViewSpec: picks, filters, sums and sorts the nodes of a FileTree into the rows of a TreeView."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from imagexplorer.core import tree_filter, tree_sort
from imagexplorer.core.columns import Columns
from imagexplorer.core.control import Control
from imagexplorer.core.errors import WrongUse
from imagexplorer.core.file_tree import IMPLIED, NONE, FileTree
from imagexplorer.core.layer_index import FILE, HARDLINK
from imagexplorer.core.tree_nodes import column, gather
from imagexplorer.core.tree_view import MARK_DELETED, MARKS, TreeView, ViewSpec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from imagexplorer.core.tree_nodes import Flags, Ints

_LONGEST_NAME = 2**16 - 1


def view(tree: FileTree, spec: ViewSpec, control: Control | None = None) -> TreeView:
    """The answer to a question. Raises WrongUse for a pattern that cannot be understood, a layer that is not there."""
    import numpy as np

    control = control or Control()
    layer = _layer(tree, spec)
    state = _State(tree, layer)
    control.step(1, 5, "reading the tree")
    shown = state.mark > 0 if spec.delta else state.visible | (state.mark == MARK_DELETED)
    hits = None
    if spec.text or spec.marks:
        hits = shown.copy()
        hits[0] = False
        if spec.marks:
            hits &= np.isin(state.mark, [i for i, letter in enumerate(MARKS) if letter and letter in spec.marks])
        if spec.text:
            hits &= tree_filter.matching(tree, spec, control)
        shown = hits.copy()
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
    size, files = _sums(parent, levels, own, is_file, mark == MARK_DELETED)
    meta = {
        "hits": -1 if hits is None else int(np.count_nonzero(hits)),
        "hit_bytes": 0 if hits is None else int(own[hits[rows]].sum()),
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
    }
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
        "uid": column(np.asarray(tree["version_uid"])[version[order]], "I"),
        "gid": column(np.asarray(tree["version_gid"])[version[order]], "I"),
        "files": column(files[order], "I"),
    }
    for name, code in (("mark", "B"), ("kind", "B"), ("mode", "H"), ("layer", "h"), ("mtime", "q"), ("size", "q")):
        columns[name] = column(values[name][order], code)
    columns |= _names(tree, node)
    columns |= _links(tree, state, shown, place)
    return TreeView(Columns(columns, meta))


def _layer(tree: FileTree, spec: ViewSpec) -> int:
    top = max(tree.layers - 1, 0)
    if not -1 <= spec.layer <= top:
        raise WrongUse(f"layer {spec.layer}", f"the image has layers 0 to {top}")
    return top if spec.layer < 0 else spec.layer


class _State:
    """Every node at one layer: visible or not, its mark, and the version to show (a deleted one's: what was there)."""

    def __init__(self, tree: FileTree, layer: int) -> None:
        import numpy as np

        self.tree = tree
        start = np.asarray(tree["version_start"]).astype(np.int32)
        self._layer = np.asarray(tree["version_layer"])
        if layer >= tree.layers - 1:
            last = start[1:] - 1
            has = start[1:] > start[:-1]
        else:
            upto = np.zeros(len(self._layer) + 1, np.int32)
            np.cumsum(self._layer <= layer, out=upto[1:])
            known = upto[start[1:]] - upto[start[:-1]]
            last = start[:-1] + known - 1
            has = known > 0
        last = np.maximum(last, 0)
        self.visible: Flags = has & (np.asarray(tree["version_what"])[last] <= IMPLIED)
        self.mark: Ints = np.where(has & (self._layer[last] == layer), np.asarray(tree["version_mark"])[last], 0)
        self.version: Ints = last
        deleted = np.flatnonzero(self.mark == MARK_DELETED)
        version = last[deleted] - 1
        while len(again := np.flatnonzero(self._layer[version] == layer)):
            version[again] -= 1
        self.version[deleted] = version
        self._data_row = np.asarray(tree["data_row"])
        self._data = np.asarray(tree["data"])

    def node_of(self, version: Ints) -> Ints:
        import numpy as np

        return np.searchsorted(np.asarray(self.tree["version_start"]), version, "right") - 1

    def is_file(self, version: Ints, kind: Ints) -> Flags:
        """Regular files and hard links to such."""
        import numpy as np

        result: Flags = kind == FILE
        links = np.flatnonzero(kind == HARDLINK)
        if len(links):
            data = self._data[np.searchsorted(self._data_row, version[links])]
            held = data != NONE
            result[links[held]] = np.asarray(self.tree["version_kind"])[data[held]] == FILE
        return result

    def own_sizes(self, rows: Ints) -> tuple[Ints, Ints]:
        """Bytes and kind of each row itself. The bytes of a file with several names are the first visible name's, the
        target's own where it is visible; those of a deleted one are counted when no name is left."""
        import numpy as np

        version = self.version[rows]
        kind = np.asarray(self.tree["version_kind"])[version]
        size = np.asarray(self.tree["version_size"])[version]
        held = self._data != NONE
        links, data = self._data_row[held], self._data[held]
        if not len(links):
            return size, kind
        contents = np.unique(data)
        link_node, content_node = self.node_of(links), self.node_of(contents)
        link_shown = self.version[link_node] == links
        content_shown = self.version[content_node] == contents
        of = np.searchsorted(contents, data)
        dead_link = link_shown & (self.mark[link_node] == MARK_DELETED)
        live_link = link_shown & self.visible[link_node]
        live = content_shown & self.visible[content_node]
        dead = content_shown & (self.mark[content_node] == MARK_DELETED)
        taken = live.copy()
        names = np.zeros(len(contents), bool)
        names[of[live_link]] = True
        at_node = np.zeros(len(contents), np.int64) + content_node
        for which, blocked in ((live_link, taken), (dead_link, taken | names | dead)):
            mine = np.flatnonzero(which & ~blocked[of])
            heads, index = np.unique(of[mine], return_index=True)
            at_node[heads] = link_node[mine[index]]
            self._give(rows, size, at_node[heads], contents[heads])
        gone = np.flatnonzero(dead & names)  # deleted here, but its bytes live on under another name
        self._give(rows, size, content_node[gone], None)
        return size, kind

    def _give(self, rows: Ints, size: Ints, nodes: Ints, contents: Ints | None) -> None:
        import numpy as np

        if not len(nodes):
            return
        at = np.minimum(np.searchsorted(rows, nodes), len(rows) - 1)
        good = rows[at] == nodes
        size[at[good]] = 0 if contents is None else np.asarray(self.tree["version_size"])[contents[good]]


def _add_folders(tree: FileTree, shown: Flags) -> None:
    import numpy as np

    parent = np.asarray(tree["parent"])
    levels = tree["level"].tolist()
    for low, high in reversed(list(pairwise(levels[1:]))):
        shown[parent[low:high][shown[low:high]]] = True


def _sums(parent: Ints, levels: list[int], own: Ints, is_file: Flags, deleted: Flags) -> tuple[Ints, Ints]:
    """Bytes and files at or below each row: of what is visible; for deleted rows, of what was deleted."""
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
            lost_size[above] += np.add.reduceat(lost_size[low:high], begins)
            lost_files[above] += np.add.reduceat(lost_files[low:high], begins)
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


def _links(tree: FileTree, state: _State, shown: Flags, place: Ints) -> dict[str, memoryview]:
    import numpy as np

    version = np.asarray(tree["link_row"])
    node = state.node_of(version)
    mine = np.flatnonzero(shown[node] & (state.version[node] == version)) if len(version) else np.zeros(0, np.int64)
    row = place[(np.cumsum(shown, dtype=np.int32) - 1)[node[mine]]]
    by = np.argsort(row)
    mine = mine[by]
    start = np.asarray(tree["link_start"]).astype(np.int64)
    length = start[mine + 1] - start[mine]
    ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(length)))
    links = gather(np.asarray(tree["links"]), start[mine], length)
    return {"link_row": column(row[by], "I"), "link_start": column(ends, "I"), "links": column(links, "B")}
