"""FileTree: the stacked layers as one tree of columns.

A FileTree holds every path that any layer ever wrote, each with all its versions, and is never changed. "The tree at
layer 7" and "what layer 7 did" are questions to it (`core.tree_view`), answered by `core.tree_viewing`; how a tree is
made is `core.overlay`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from imagexplorer.core.columns import Columns
from imagexplorer.core.entities import Problem
from imagexplorer.core.layer_index import NO_TIME

WRITTEN, IMPLIED, REPEATED, REMOVED_BY_WHITEOUT, REMOVED_BY_OPAQUE, REMOVED_WITH_PARENT, REPLACED_PARENT = range(7)
HAPPENED = (
    "written",
    "implied by a file below",
    "repeated later in the same layer",
    "removed by a whiteout",
    "removed by an opaque directory",
    "removed with the folder above",
    "removed as a folder above became something else",
)
"""What a layer did to a path (column version_what). The first two leave it visible; a REPEATED entry is never visible,
a later version of the same layer follows it."""

NONE = 2**32 - 1


class Version(NamedTuple):
    """What one layer says of a path. `row` is the entry in that layer's index, None where no entry says it (a folder
    that no layer lists, a removal). `what` is WRITTEN to REPLACED_PARENT, `mark` MARK_ADDED ...; `data` is the version
    that holds the content: itself, for hard links the target's, None for a dangling one."""

    number: int
    layer: int
    row: int | None
    what: int
    mark: int
    kind: int
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int | None
    link: bytes | None
    data: int | None


class FileTree:
    """n nodes, v versions. Node 0 is the root; nodes are in breadth-first order, the children of a node consecutive and
    sorted by name (bytes). Columns (format, length):

    parent I n, first I n, count I n    children of i are nodes first[i] to first[i]+count[i]-1
    name_start I n+1, names B           every name followed by a slash: name i is names[name_start[i]:name_start[i+1]-1]
    level I d+2                         nodes of depth e are level[e] to level[e+1]-1
    version_start I n+1                 versions of node i are version_start[i] to version_start[i+1]-1, oldest first
    version_layer H v, version_row I v (NONE: no entry), version_what B v (WRITTEN ...), version_mark B v,
    version_kind B v (KINDS), version_mode H v, version_uid I v, version_gid I v, version_size q v, version_mtime q v
    link_row I k (ascending), link_start I k+1, links B         targets of links by version, as stored
    data_row I h (ascending), data I h          hard links, and the version with their content (NONE: dangling)

    A removal is a version too: a node is visible at layer k when its last version up to k is WRITTEN or IMPLIED.
    meta: layers (how many), problems ([[where, reason], ...]) found while stacking.
    """

    __slots__ = ("_columns",)

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    @property
    def columns(self) -> Columns:
        return self._columns

    def __len__(self) -> int:
        return len(self._columns["parent"])

    def __getitem__(self, column: str) -> memoryview:
        return self._columns[column]

    @property
    def layers(self) -> int:
        return int(self._columns.meta["layers"])

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(Problem(where, reason) for where, reason in self._columns.meta.get("problems", ()))

    def name(self, node: int) -> bytes:
        start = self._columns["name_start"]
        return bytes(self._columns["names"][start[node] : start[node + 1] - 1])

    def path(self, node: int) -> bytes:
        """Without a leading slash; empty for the root."""
        parts = []
        parent = self._columns["parent"]
        while node:
            parts.append(self.name(node))
            node = parent[node]
        return b"/".join(reversed(parts))

    def find(self, path: bytes) -> int | None:
        """The node of a lexical path (slashes around it do not matter), None where no layer ever wrote it."""
        first, count = self._columns["first"], self._columns["count"]
        node = 0
        for name in path.split(b"/"):
            if not name:
                continue
            children = range(first[node], first[node] + count[node])
            at = bisect_left(children, name, key=self.name)
            if at == len(children) or self.name(children[at]) != name:
                return None
            node = children[at]
        return node

    def versions(self, node: int) -> list[Version]:
        """All that layers did to a path, oldest first."""
        start = self._columns["version_start"]
        return [self._version(number) for number in range(start[node], start[node + 1])]

    def node_of(self, version: int) -> int:
        return bisect_right(self._columns["version_start"], version) - 1

    def _version(self, number: int) -> Version:
        columns = self._columns
        row, mtime = columns["version_row"][number], columns["version_mtime"][number]
        data: int | None = number
        at = bisect_left(columns["data_row"], number)
        if at < len(columns["data_row"]) and columns["data_row"][at] == number:
            data = None if columns["data"][at] == NONE else columns["data"][at]
        return Version(
            number,
            columns["version_layer"][number],
            None if row == NONE else row,
            columns["version_what"][number],
            columns["version_mark"][number],
            columns["version_kind"][number],
            columns["version_mode"][number],
            columns["version_uid"][number],
            columns["version_gid"][number],
            columns["version_size"][number],
            None if mtime == NO_TIME else mtime,
            self._columns.sparse("link_row", "link_start", "links", number),
            data,
        )
