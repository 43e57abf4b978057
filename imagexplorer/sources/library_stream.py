"""bzip2 and xz read piece by piece by the standard library: no container engine writes them, but archives come so."""

from __future__ import annotations

import bz2
import lzma
from typing import Any

from imagexplorer.core.errors import Damaged
from imagexplorer.sources.readers import Readable

MEMORY_LIMIT = 128 << 20
_INPUT = 64 * 1024


class LibraryStream:
    """Several streams in a row are one. `name` is bzip2 or xz."""

    def __init__(self, raw: Readable, name: str) -> None:
        self.notes: list[str] = []
        self._raw = raw
        self._name = name
        self._decoder = self._new()
        self._ended = False
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        while not self._ended:
            if self._decoder.eof and not self._next():
                break
            fed = self._rest
            self._rest = b""
            if not fed and self._decoder.needs_input:
                fed = self._raw.read(_INPUT)
                if not fed:
                    raise Damaged(self._name, f"the {self._name} data are cut off")
            try:
                data: bytes = self._decoder.decompress(fed, size)
            except (OSError, lzma.LZMAError, EOFError, ValueError, MemoryError) as error:
                raise Damaged(self._name, f"the {self._name} data are damaged: {str(error).lower()}") from error
            if data:
                return data
        return b""

    def _next(self) -> bool:
        """Whether another stream follows the one that ended."""
        rest = self._decoder.unused_data
        while len(rest) < 6 and (more := self._raw.read(_INPUT)):
            rest += more
        if not rest.startswith(b"BZh" if self._name == "bzip2" else b"\xfd7zXZ\0"):
            if rest.strip(b"\0"):
                self.notes.append(f"other bytes follow the {self._name} data; they are not read")
            self._ended = True
            return False
        self._rest = rest
        self._decoder = self._new()
        return True

    def _new(self) -> Any:
        if self._name == "bzip2":
            return bz2.BZ2Decompressor()
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_LIMIT)
