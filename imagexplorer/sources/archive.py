"""An archive of images as a store of blobs: its members by name, links among them resolved inside the archive only.

Knows member names and offsets. Must not know what the members mean.
"""

from __future__ import annotations

from typing import Protocol

from imagexplorer.core.errors import Damaged, NotFound
from imagexplorer.core.layer_index import DIR, FILE, HARDLINK, KINDS, SPARSE, SYMLINK, LayerIndex
from imagexplorer.core.text import plain
from imagexplorer.sources.blobs import Blob
from imagexplorer.sources.passing import Passed
from imagexplorer.sources.readers import Seekable
from imagexplorer.sources.tar_paths import place

MAX_HOPS = 40
MAX_MEMBERS = 400_000
"""Names of members held in memory. An archive of images has a few for each layer."""


class ArchiveBytes(Seekable, Protocol):
    """The uncompressed archive; stays open until closed."""

    @property
    def changed(self) -> str: ...

    @property
    def sequential(self) -> bool: ...

    def passed(self, start: int) -> Passed | None: ...

    def close(self) -> None: ...


class ArchiveStore:
    """`index` is the walk over the archive itself, with offsets of the data."""

    def __init__(self, base: ArchiveBytes, index: LayerIndex) -> None:
        self._base = base
        self._index = index
        # A later member of the same name replaces the earlier, as in any tar.
        self._rows = {index.path(row): row for row in range(min(len(index), MAX_MEMBERS))}
        self._links = any(kind in (SYMLINK, HARDLINK) for kind in index["kind"])

    @property
    def changed(self) -> str:
        return self._base.changed

    @property
    def sequential(self) -> bool:
        return self._base.sequential

    def close(self) -> None:
        self._base.close()

    def passed(self, name: str) -> Passed | None:
        return self._base.passed(self.position(name))

    def __contains__(self, name: str) -> bool:
        try:
            self._row(name)
        except (NotFound, Damaged):
            return False
        return True

    def position(self, name: str) -> int:
        try:
            return int(self._index["data"][self._row(name)])
        except (NotFound, Damaged):
            return -1

    def open(self, name: str) -> Blob:
        row = self._row(name)
        kind = self._index["kind"][row]
        shown = plain(name, 200)
        if kind != FILE:
            raise Damaged(shown, f"this member is a {KINDS[kind]}, not a file")
        if self._index["flags"][row] & SPARSE:
            raise Damaged(shown, "this member is a sparse file, which no engine writes")
        start, size = self._index["data"][row], self._index["size"][row]
        if start < 0:
            start = size = 0
        # Of an archive that is cut off, what is there is read; the walk has named the fault.
        size = max(0, min(size, self._base.size - start))
        return Blob(shown, self._base, start, size)

    def _row(self, name: str) -> int:
        """The file that a member's name leads to. Raises NotFound; Damaged for a loop."""
        path = place(name.encode("utf-8", "surrogateescape"))
        hops = 0
        while True:
            row = self._rows.get(path)
            if row is not None and self._index["kind"][row] not in (SYMLINK, HARDLINK):
                return row
            step = self._follow(path) if self._links else None
            if step is None:
                where = (
                    ""
                    if place(name.encode("utf-8", "surrogateescape")) == path
                    else f" (its link leads to {_text(path)})"
                )
                raise NotFound(plain(name, 200), f"it is not in this archive{where}")
            hops += 1
            if hops > MAX_HOPS:
                raise Damaged(plain(name, 200), f"its links run in a circle, or through more than {MAX_HOPS} steps")
            if step == path:
                raise Damaged(plain(name, 200), "it is a link to itself")
            path = step

    def _follow(self, path: bytes) -> bytes | None:
        """The path with its first link resolved, inside the archive; None where no part of it is one."""
        parts = path.split(b"/")
        for end in range(1, len(parts) + 1):
            prefix = b"/".join(parts[:end])
            row = self._rows.get(prefix)
            if row is None:
                continue
            kind = self._index["kind"][row]
            if kind == SYMLINK:
                target = self._index.link(row) or b""
                folder = b"" if target.startswith(b"/") else b"/".join(parts[: end - 1])
                return place(b"/".join((folder, target, *parts[end:])))
            if kind == HARDLINK and end == len(parts):
                return place(self._index.link(row) or b"")
            if kind != DIR:
                return None
        return None


def _text(path: bytes) -> str:
    return plain(path.decode("utf-8", "surrogateescape"), 200)
