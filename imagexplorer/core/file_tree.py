"""FileTree: the stacked layers as one tree of columns; TreeView: what a screen shows of it.

A FileTree holds every path that any layer ever wrote, each with all its versions, and is never changed. "The tree at
layer 7" and "what layer 7 did" are questions to it; their answers are TreeViews. Knows how both stand in memory; how
a tree is made is `core.overlay`, how a view is `core.tree_view`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from imagexplorer.core.columns import Columns
from imagexplorer.core.control import Control
from imagexplorer.core.entities import Problem
from imagexplorer.core.layer_index import DIR, KINDS, NO_TIME

ROOT = 0
NO_MARK, MARK_ADDED, MARK_MODIFIED, MARK_DELETED, MARK_OWNER = range(5)
MARKS = ("", "A", "M", "D", "O")
"""Mark of a row: what the layer in question did to the path: added, content modified, deleted, owner or mode only (or
the same content again). A directory that the layer lists carries a mark only if its mode or owner changed (O)."""


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


@dataclass(frozen=True, slots=True)
class ViewSpec:
    """A question to a FileTree. `layer` is the highest layer looked at; -1 means the top one.

    delta        only what that layer did (with the folders above it); otherwise everything visible at it,
                 and what it deleted, with its marks
    text         filter; `pattern` is text (case-insensitive part of the path), glob or regex
    marks        only rows with one of these marks ("" = all), with the folders above
    sort         name, size, mark, layer, mode, mtime or kind; folders first where sort is name
    """

    layer: int = -1
    delta: bool = False
    text: str = ""
    pattern: str = "text"
    marks: str = ""
    sort: str = "name"
    descending: bool = False


class TreeView:
    """m rows; row 0 is the root; the children of a row are consecutive, in sort order, so that a row's position under
    its parent is `row - first[parent]`. Columns (format, length):

    parent I m, first I m, count I m    children of r are rows first[r] to first[r]+count[r]-1
    node I m                            the FileTree's node
    mark B m, kind B m (core.layer_index.KINDS), mode H m, layer h m (index that last wrote it, -1 none)
    uid I m, gid I m, mtime q m (ns)
    size q m                            bytes of visible files at or below the row in this view (hard links once: a
                                        folder is the sum of its children); deleted rows: what was removed
    files I m                           regular files (and hard links to such) at or below the row, likewise
    name_start I m, name_length H m, names B    bytes of the name; names may be the FileTree's own blob
    link_row I k (ascending), link_start I k+1, links B
    meta: hits (rows that match a filter, -1 without one), hit_bytes
    """

    __slots__ = (
        "columns",
        "count",
        "first",
        "kind",
        "layer",
        "link_row",
        "link_start",
        "links",
        "mark",
        "mode",
        "mtime",
        "name_length",
        "name_start",
        "names",
        "node",
        "parent",
        "size",
    )

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        # Bound once: a model asks these for every cell that it paints.
        self.count = columns["count"]
        self.first = columns["first"]
        self.kind = columns["kind"]
        self.layer = columns["layer"]
        self.link_row = columns["link_row"]
        self.link_start = columns["link_start"]
        self.links = columns["links"]
        self.mark = columns["mark"]
        self.mode = columns["mode"]
        self.mtime = columns["mtime"]
        self.name_length = columns["name_length"]
        self.name_start = columns["name_start"]
        self.names = columns["names"]
        self.node = columns["node"]
        self.parent = columns["parent"]
        self.size = columns["size"]

    def __len__(self) -> int:
        return len(self.parent)

    @property
    def hits(self) -> int:
        """Rows that match the filter, -1 without one."""
        return int(self.columns.meta["hits"])

    @property
    def hit_bytes(self) -> int:
        return int(self.columns.meta["hit_bytes"])

    def name(self, row: int) -> bytes:
        start = self.name_start[row]
        return bytes(self.names[start : start + self.name_length[row]])

    def path(self, row: int) -> bytes:
        """Without a leading slash."""
        parts = []
        while row:
            parts.append(self.name(row))
            row = self.parent[row]
        return b"/".join(reversed(parts))

    def link(self, row: int) -> bytes | None:
        """The target of a symlink or hard link as stored, None for all else."""
        at = bisect_left(self.link_row, row)
        if at == len(self.link_row) or self.link_row[at] != row:
            return None
        return bytes(self.links[self.link_start[at] : self.link_start[at + 1]])


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


class Entry(NamedTuple):
    """One visible path. `kind` is one of KINDS; `layer` is None for a folder that no layer lists. `size` is counted
    once for all names of a file, so that sizes add up to what is visible."""

    path: bytes
    kind: str
    size: int
    mode: int
    link: bytes | None
    layer: int | None


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
            self._link(number),
            data,
        )

    def _link(self, number: int) -> bytes | None:
        rows = self._columns["link_row"]
        at = bisect_left(rows, number)
        if at == len(rows) or rows[at] != number:
            return None
        start = self._columns["link_start"]
        return bytes(self._columns["links"][start[at] : start[at + 1]])

    def visible(self, layer: int = -1) -> Iterator[Entry]:
        """What is visible at a layer (-1: the top one) without the root, sorted by the bytes of the path."""
        shown = view(self, ViewSpec(layer=layer))
        names, start, length = bytes(shown.names), shown.name_start.tolist(), shown.name_length.tolist()
        paths = [b""]
        for above, at, size in zip(shown.parent[1:].tolist(), start[1:], length[1:], strict=True):
            name = names[at : at + size]
            paths.append(paths[above] + b"/" + name if above else name)
        links = dict(zip(shown.link_row.tolist(), range(len(shown.link_row)), strict=True))
        kinds, marks, sizes = shown.kind.tolist(), shown.mark.tolist(), shown.size.tolist()
        modes, layers = shown.mode.tolist(), shown.layer.tolist()
        for row in sorted(range(1, len(paths)), key=paths.__getitem__):
            if marks[row] == MARK_DELETED:
                continue
            at = links.get(row, -1)
            yield Entry(
                paths[row],
                KINDS[kinds[row]],
                0 if kinds[row] == DIR else sizes[row],
                modes[row],
                None if at < 0 else bytes(shown.links[shown.link_start[at] : shown.link_start[at + 1]]),
                None if layers[row] < 0 else layers[row],
            )


def view(tree: FileTree, spec: ViewSpec, control: Control | None = None) -> TreeView:
    """The answer to a question. Raises WrongUse for a pattern that cannot be understood, a layer that is not there."""
    from imagexplorer.core import tree_view  # it speaks in the records of this module

    return tree_view.build(tree, spec, control or Control())
