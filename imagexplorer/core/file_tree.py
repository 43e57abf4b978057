"""FileTree: the stacked layers as one tree of columns; TreeView: what a screen shows of it.

A FileTree holds every path that any layer ever wrote, each with all its versions, and is never changed. "The tree at
layer 7" and "what layer 7 did" are questions to it; their answers are TreeViews.
"""

from __future__ import annotations

from dataclasses import dataclass

from imagexplorer.core.columns import Columns

ROOT = 0
NO_MARK, MARK_ADDED, MARK_MODIFIED, MARK_DELETED, MARK_OWNER = range(5)
MARKS = ("", "A", "M", "D", "O")
"""Mark of a row: what the layer in question did to the path: added, content modified, deleted, owner/mode or same content only.
A directory that only contains changes carries M only if the layer lists it with another mode, owner (O) - else no mark."""


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
    """m rows; row 0 is the root; the children of a row are consecutive, in sort order, so that a row's position under its
    parent is `row - first[parent]`. Columns (format, length):

    parent I m, first I m, count I m    children of r are rows first[r] to first[r]+count[r]-1
    node I m                            the FileTree's node
    mark B m, kind B m (core.layer_index.KINDS), mode H m, layer h m (index that last wrote it, -1 none)
    uid I m, gid I m, mtime q m (ns)
    size q m                            bytes of files at or below the row, in this view (hard links once); deleted rows: what was removed
    files I m                           regular files at or below the row
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
        "mark",
        "mode",
        "name_length",
        "name_start",
        "names",
        "node",
        "parent",
        "size",
    )

    columns: Columns
    parent: memoryview
    first: memoryview
    count: memoryview
    node: memoryview
    mark: memoryview
    kind: memoryview
    mode: memoryview
    layer: memoryview
    size: memoryview
    name_start: memoryview
    name_length: memoryview
    names: memoryview

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        # Bound once: a model asks these for every cell that it paints.
        for name in self.__slots__[1:]:
            setattr(self, name, columns[name])
