"""What a screen asks of a FileTree (ViewSpec) and what it gets (TreeView). Records only; `tree_viewing` answers."""

from __future__ import annotations

from dataclasses import dataclass

from imagexplorer.core.columns import Columns
from imagexplorer.core.sizes import SizeRange

ROOT = 0
NO_MARK, MARK_ADDED, MARK_MODIFIED, MARK_DELETED, MARK_OWNER = range(5)
MARKS = ("", "A", "M", "D", "O")
"""Mark of a row: what the layer in question did to the path: added, content modified, deleted, owner or mode only (or
the same content again). A directory that the layer lists carries a mark only if its mode or owner changed (O)."""


@dataclass(frozen=True, slots=True)
class ViewSpec:
    """A question to a FileTree. `layer` is the highest layer looked at; -1 means the top one.

    delta        only what that layer did (with the folders above it); otherwise everything visible at it,
                 and what it deleted, with its marks
    text         filter; `pattern` is text (case-insensitive part of the path), glob or regex
    marks        only rows with one of these marks ("" = all), with the folders above
    types        only rows of one of these types (core.file_types)
    sizes        only files of such a size
    engines      of a container's changes also what the engine made for itself
    gone         also what layers below had deleted already, marked as deleted (without delta)
    sort         one of core.tree_sort.SORTS; folders first where it is name
    """

    layer: int = -1
    delta: bool = False
    text: str = ""
    pattern: str = "text"
    marks: str = ""
    types: tuple[str, ...] = ()
    sizes: SizeRange | None = None
    gone: bool = False
    sort: str = "name"
    descending: bool = False
    engines: bool = False

    @property
    def filtered(self) -> bool:
        """Whether only some rows are wanted."""
        return bool(self.text or self.marks or self.types or self.sizes)


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
    hit B m                             1 where the row itself matches the filter; of length 0 without a filter
    meta: hits (rows that match a filter, -1 without one), hit_bytes, gone_hits (what would match beside them with
    ViewSpec.gone); of a container's changes: folded (what the engine made for itself, shown or not)
    """

    __slots__ = (
        "columns",
        "count",
        "first",
        "hit",
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
        self.hit = columns["hit"]
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

    @property
    def gone_hits(self) -> int:
        """What would match beside them with ViewSpec.gone."""
        return int(self.columns.meta["gone_hits"])

    @property
    def folded(self) -> int:
        """Of a container's changes: how many the engine made for itself, whether they are shown or not."""
        return int(self.columns.meta.get("folded", 0))

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
        return self.columns.sparse("link_row", "link_start", "links", row)
