"""From the events of stacking to the columns of a FileTree: attributes, marks, links. Knows what happened, not why.

An event is one thing that one layer did to one path; a FileTree calls it a version.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from imagexplorer.core.columns import Columns
from imagexplorer.core.control import Control
from imagexplorer.core.file_tree import IMPLIED, NONE, REMOVED_BY_WHITEOUT, WRITTEN, FileTree
from imagexplorer.core.layer_index import DIR, FILE, HARDLINK, NO_TIME, SYMLINK, LayerIndex
from imagexplorer.core.text import plain_bytes
from imagexplorer.core.tree_nodes import Nodes, column, gather
from imagexplorer.core.tree_view import MARK_ADDED, MARK_DELETED, MARK_MODIFIED, MARK_OWNER, NO_MARK

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Flags, Ints

_MAX_HOPS = 40
_CODES = {
    "size": "q", "mtime": "q", "uid": "I", "gid": "I", "mode": "H", "kind": "B", "what": "B", "row": "I", "layer": "H",
}  # fmt: skip


class SameContent(Protocol):
    """Asked once, with pairs of regular files of one path and equal size: is the content the same? Arrays of layer
    and row in, an array of bool out."""

    def __call__(self, layer_a: Ints, row_a: Ints, layer_b: Ints, row_b: Ints) -> Flags: ...


class Events:
    """What happened, in order. `row` is NONE where no entry says it; `before` is the event of the version whose place
    is taken (or that is hidden), -1 where there was none."""

    def __init__(self) -> None:
        self.pos: list[Ints] = []
        self.layer: list[Ints] = []
        self.row: list[Ints] = []
        self.what: list[Ints] = []
        self.before: list[Ints] = []
        self.link_event: list[Ints] = []
        self.link_data: list[Ints] = []
        self.count = 0

    def add(self, layer: int, what: int | Ints, pos: Ints, row: Ints | None = None, before: Ints | None = None) -> Ints:
        """Returns the numbers of the new events."""
        import numpy as np

        items = len(pos)
        self.pos.append(pos.astype(np.int32))
        self.layer.append(np.full(items, layer, np.uint16))
        self.row.append(np.full(items, NONE, np.uint32) if row is None else row.astype(np.uint32))
        self.what.append(np.full(items, what, np.uint8))
        self.before.append(np.full(items, -1, np.int32) if before is None else before.astype(np.int32))
        self.count += items
        return np.arange(self.count - items, self.count, dtype=np.int32)

    def link(self, event: Ints, data: Ints) -> None:
        """These events are hard links to the content of `data`, -1 where that is not there."""
        self.link_event.append(event)
        self.link_data.append(data)


class _Table:
    """The events as arrays, with what the layers say of each."""

    def __init__(self, layers: Sequence[LayerIndex], node_at: Ints, events: Events) -> None:
        import numpy as np

        self.node = node_at[_joined(events.pos)]
        self.layer = _joined(events.layer)
        self.row = _joined(events.row)
        self.what = _joined(events.what)
        self.before = _joined(events.before)
        n = len(self.node)
        self.kind = np.full(n, DIR, np.uint8)
        self.mode = np.full(n, 0o755, np.uint16)
        self.uid = np.zeros(n, np.uint32)
        self.gid = np.zeros(n, np.uint32)
        self.size = np.zeros(n, np.int64)
        self.mtime = np.full(n, NO_TIME, np.int64)
        self.hash = np.zeros(n, np.uint64)
        edges = np.searchsorted(self.layer, np.arange(len(layers) + 1))  # events come layer by layer
        for number, layer in enumerate(layers):
            low = int(edges[number])
            mine = low + np.flatnonzero(self.row[low : int(edges[number + 1])] != NONE)
            rows = self.row[mine]
            for name in ("kind", "mode", "uid", "gid", "size", "mtime", "hash"):
                getattr(self, name)[mine] = np.asarray(layer[name])[rows]
        self.size[(self.kind != FILE) | (self.size < 0)] = 0
        hides = np.flatnonzero((self.what >= REMOVED_BY_WHITEOUT) & (self.before >= 0))
        self.kind[hides] = self.kind[self.before[hides]]
        self.data = np.arange(n, dtype=np.int32)  # the event that holds the content; -1 for a dangling hard link

    def resolve(self, link_event: Ints, link_data: Ints) -> Ints:
        """Point hard links at the content, through links to links. Returns those that end in none (but were not -1)."""
        import numpy as np

        self.data[link_event] = link_data
        data = link_data
        for _ in range(_MAX_HOPS):
            further = (data >= 0) & (self.kind[data] == HARDLINK)
            if not further.any():
                break
            data = np.where(further, self.data[data], data)
            self.data[link_event] = data
        bad = (data >= 0) & ((self.kind[data] == HARDLINK) | (self.kind[data] == DIR))
        self.data[link_event[bad]] = -1
        lost: Ints = link_event[bad]
        return lost


def _joined(pieces: list[Ints]) -> Ints:
    import numpy as np

    whole: Ints = np.concatenate(pieces)
    pieces.clear()
    return whole


def build(
    layers: Sequence[LayerIndex],
    nodes: Nodes,
    node_at: Ints,
    events: Events,
    problems: list[list[str]],
    same_content: SameContent | None,
    control: Control,
) -> FileTree:
    """The FileTree of the events. `node_at[position]` is the node that an event's position means."""
    import numpy as np

    link_event = np.concatenate([np.zeros(0, np.int32), *events.link_event])
    link_data = np.concatenate([np.zeros(0, np.int32), *events.link_data])
    table = _Table(layers, node_at, events)
    for event in table.resolve(link_event, link_data)[:10].tolist():
        where = f"layer {table.layer[event]}: /{plain_bytes(nodes.path(int(table.node[event])))}"
        problems.append([where, "is a hard link to a directory or to itself"])
    _bound(table.size, problems)
    mark = _marks(layers, table, same_content)
    del table.hash, table.before
    control.step(3, 4, "writing the tree")

    order = np.argsort(table.node, kind="stable").astype(np.int32)
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    used = np.zeros(len(nodes), bool)
    used[table.node] = True
    for low, high in reversed(list(pairwise(nodes.levels[1:]))):
        used[nodes.parent[low:high][used[low:high]]] = True
    kept = np.flatnonzero(used)
    versions = np.bincount(table.node, minlength=len(nodes))[kept]
    columns = _node_columns(nodes, used, kept)
    columns["version_start"] = column(np.concatenate((np.zeros(1, np.int64), np.cumsum(versions))), "I")
    columns |= _link_columns(layers, table, order)
    columns["version_mark"] = column(mark[order], "B")
    for name, code in _CODES.items():
        columns["version_" + name] = column(getattr(table, name)[order], code)
        delattr(table, name)  # a million versions take room: no two copies of more than one column
    rows = np.sort(place[link_event])
    data = table.data[order[rows]]
    columns["data_row"] = column(rows, "I")
    columns["data"] = column(np.where(data >= 0, place[data], NONE), "I")
    return FileTree(Columns(columns, {"layers": len(layers), "problems": problems}))


def _bound(size: Ints, problems: list[list[str]]) -> None:
    """Sparse files may claim any size: keep their sum a number of 64 bits."""
    import numpy as np

    if float(size.sum(dtype=np.float64)) >= 2.0**62:
        limit = 2**62 // len(size)
        problems.append(["sizes", f"files claim more than 4 EiB together; each is counted with at most {limit} bytes"])
        np.minimum(size, limit, out=size)


def _marks(layers: Sequence[LayerIndex], table: _Table, same_content: SameContent | None) -> Ints:
    """What each event is to the tree below its layer (MARK_ADDED ...)."""
    import numpy as np

    what, before = table.what, table.before
    mark = np.zeros(len(what), np.uint8)
    made = (what == WRITTEN) | (what == IMPLIED)
    mark[made & (before < 0)] = MARK_ADDED
    mark[(what >= REMOVED_BY_WHITEOUT) & (before >= 0)] = MARK_DELETED
    mark[0] = NO_MARK  # the root was there
    now = np.flatnonzero(made & (before >= 0))
    old = before[now]
    content_now = np.where(table.data[now] >= 0, table.data[now], now)
    content_old = np.where(table.data[old] >= 0, table.data[old], old)
    kind_now, kind_old = table.kind[content_now], table.kind[content_old]
    result = np.full(len(now), MARK_MODIFIED, np.uint8)
    same_kind = kind_now == kind_old
    owner = table.mode[now] != table.mode[old]
    owner |= (table.uid[now] != table.uid[old]) | (table.gid[now] != table.gid[old])
    owner &= what[now] == WRITTEN
    folders = same_kind & (kind_now == DIR)
    result[folders] = np.where(owner[folders], MARK_OWNER, NO_MARK)
    result[same_kind & (kind_now > HARDLINK)] = MARK_OWNER
    files = np.flatnonzero(same_kind & (kind_now == FILE))
    same = _same_files(table, content_now[files], content_old[files], same_content)
    result[files[same]] = MARK_OWNER
    for i in np.flatnonzero(same_kind & (kind_now == SYMLINK)).tolist():
        a, b = int(content_now[i]), int(content_old[i])
        if layers[table.layer[a]].link(int(table.row[a])) == layers[table.layer[b]].link(int(table.row[b])):
            result[i] = MARK_OWNER
    mark[now] = result
    return mark


def _same_files(table: _Table, a: Ints, b: Ints, same_content: SameContent | None) -> Flags:
    import numpy as np

    equal_size = table.size[a] == table.size[b]
    same: Flags = equal_size & ((a == b) | (table.size[a] == 0))
    hash_a, hash_b = table.hash[a], table.hash[b]
    known = (hash_a != 0) & (hash_b != 0)
    same |= equal_size & known & (hash_a == hash_b)
    ask = np.flatnonzero(equal_size & ~known & ~same)
    if len(ask) and same_content is not None:
        x, y = b[ask], a[ask]  # the lower one first
        same[ask] = same_content(table.layer[x], table.row[x], table.layer[y], table.row[y])
    return same


def _node_columns(nodes: Nodes, used: Flags, kept: Ints) -> dict[str, memoryview]:
    """The columns of the nodes that have versions (targets of links, and whiteouts of nothing, have none)."""
    import numpy as np

    if len(kept) == len(nodes):
        parent, first, count = nodes.parent, nodes.first, nodes.count
        name_start, names, levels = nodes.name_start, nodes.names, nodes.levels
    else:
        new = np.cumsum(used) - 1
        parent = new[nodes.parent[kept]]
        count = np.bincount(parent[1:], minlength=len(kept))
        first = np.where(count > 0, 1 + np.cumsum(count) - count, 0)
        length = np.diff(nodes.name_start)[kept]
        name_start = np.concatenate((np.zeros(1, np.int64), np.cumsum(length)))
        names = gather(nodes.names, nodes.name_start[kept], length)
        below = np.searchsorted(kept, nodes.levels).tolist()
        levels = below[: below.index(len(kept)) + 1]
    return {
        "parent": column(parent, "I"),
        "first": column(first, "I"),
        "count": column(count, "I"),
        "name_start": column(name_start, "I"),
        "names": column(names, "B"),
        "level": column(levels, "I"),
    }


def _link_columns(layers: Sequence[LayerIndex], table: _Table, order: Ints) -> dict[str, memoryview]:
    """The targets of symlinks and hard links, by version."""
    import numpy as np

    rows = np.flatnonzero(((table.kind == SYMLINK) | (table.kind == HARDLINK))[order] & (table.row[order] != NONE))
    events = order[rows]
    start = np.full(len(events), -1, np.int64)
    length = np.zeros(len(events), np.int64)
    base = 0
    blobs = []
    for number, layer in enumerate(layers):
        mine = np.flatnonzero(table.layer[events] == number)
        if not len(mine):
            continue
        link_row, link_start = np.asarray(layer["link_row"]), np.asarray(layer["link_start"]).astype(np.int64)
        at = np.searchsorted(link_row, table.row[events[mine]])
        found = np.minimum(at, max(len(link_row) - 1, 0))
        good = (at < len(link_row)) & (link_row[found] == table.row[events[mine]]) if len(link_row) else at < 0
        mine, found = mine[good], found[good]
        start[mine] = base + link_start[found]
        length[mine] = link_start[found + 1] - link_start[found]
        blobs.append(bytes(layer["links"]))
        base += len(blobs[-1])
    known = start >= 0
    rows, start, length = rows[known], start[known], length[known]
    links = gather(np.frombuffer(b"".join(blobs), np.uint8), start, length)
    ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(length)))
    return {"link_row": column(rows, "I"), "link_start": column(ends, "I"), "links": column(links, "B")}
