"""LayerIndex: the entries of one layer as columns, in archive order. Never changed once made.

Paths are lexical: no leading or trailing slash, `.` and `..` resolved inside the root, links not followed; bytes,
not text. A whiteout's path is the path that it removes, an opaque marker's the directory that it empties.
"""

from __future__ import annotations

from bisect import bisect_left

from imagexplorer.core.columns import Columns
from imagexplorer.core.entities import Problem

KINDS = ("file", "dir", "symlink", "hardlink", "char", "block", "fifo", "whiteout", "opaque", "other")
FILE, DIR, SYMLINK, HARDLINK, CHAR, BLOCK, FIFO, WHITEOUT, OPAQUE, OTHER = range(len(KINDS))

SPARSE, HAS_XATTRS = 1, 2
"""Bits of the `flags` column: stored with holes (size is the real size); carries extended attributes."""

NO_TIME = -(2**63)
NO_OWNER = 2**32 - 1
"""Nobody's number: no file can be given to it (chown(2): it means to leave the owner as it is)."""
NO_HASH = 0
NO_OFFSET = -1
_NONE = memoryview(b"")


class LayerIndex:
    """n entries. Columns (format, length):

    path_start I n+1, paths B      path of entry i is paths[path_start[i]:path_start[i+1]]
    kind B n, flags B n, mode H n (0 to 0o7777), uid I n, gid I n
    size q n                       bytes of content (regular files; 0 for all else)
    mtime q n                      nanoseconds since 1970 UTC, NO_TIME where absent or out of range
    data q n                       offset of the content in the uncompressed layer, NO_OFFSET where there is none
    hash Q n                       xxh3-64 of the content, NO_HASH where it was not read
    link_row I m (ascending), link_start I m+1, links B        targets of symlinks and hard links, as stored
    stored_row I k (ascending), stored_start I k+1, stored B   the archive's own spelling where it differs from the path
    map_row I h (ascending), map_start I h+1, map q            of files with holes: offset and length of each piece of
                                   data in the file, one after the other; not there where no file has holes

    Optional columns are read by whoever wrote them. meta: diff_id (claimed), verified (bool: all bytes were hashed
    and match), computed (the digest of the bytes where they were hashed, else ""), problems ([[where, reason], ...]),
    stream_bytes (length of the uncompressed layer, 0 unknown).
    """

    __slots__ = ("_columns",)

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    @property
    def columns(self) -> Columns:
        return self._columns

    def __len__(self) -> int:
        return len(self._columns["kind"])

    def __getitem__(self, column: str) -> memoryview:
        return self._columns[column]

    @property
    def diff_id(self) -> str:
        return str(self._columns.meta.get("diff_id", ""))

    @property
    def verified(self) -> bool:
        return bool(self._columns.meta.get("verified"))

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(Problem(where, reason) for where, reason in self._columns.meta.get("problems", ()))

    def path(self, row: int) -> bytes:
        start = self._columns["path_start"]
        return bytes(self._columns["paths"][start[row] : start[row + 1]])

    def link(self, row: int) -> bytes | None:
        """The target of a symlink or hard link as stored; None for all else."""
        return self._columns.sparse("link_row", "link_start", "links", row)

    def regions(self, row: int) -> list[tuple[int, int]] | None:
        """Where in a file with holes its bytes belong, as (offset, length), ascending, none of them empty. None where
        that is not known."""
        rows = self._columns.columns.get("map_row", _NONE)
        at = bisect_left(rows, row)
        if at == len(rows) or rows[at] != row:
            return None
        start = self._columns["map_start"]
        numbers = self._columns["map"][start[at] : start[at + 1]].tolist()
        return list(zip(numbers[::2], numbers[1::2], strict=True))

    def stored(self, row: int) -> bytes | None:
        """The archive's own spelling of the path where it differs, else None."""
        return self._columns.sparse("stored_row", "stored_start", "stored", row)
