"""Compressed streams made plain, told by their first bytes and never by a name.

Knows gzip, zstd, bzip2 and xz; not what is inside. Memory is bounded whatever the input claims, what is wrong ends in
Damaged after all good bytes were given, and what is only doubtful stands in `notes`.
"""

from __future__ import annotations

import bz2
import lzma
from typing import Any, Protocol, cast

from imagexplorer.core.errors import Damaged
from imagexplorer.sources.gzip_stream import GzipStream
from imagexplorer.sources.readers import Readable, Seekable, Sequential
from imagexplorer.sources.zstd_stream import WINDOW_LIMIT, ZstdStream

_INPUT = 64 * 1024
RATIO_LIMIT = 1000
"""A stream that grows beyond this ratio is told as a note, once it is over 100 MiB."""

_RATIO_FROM = 100 << 20
_SIZE_NOTE = 20 << 30
_REFUSED = {b"\x04\x22\x4d\x18": "lz4", b"\x02\x21\x4c\x18": "lz4", b"\x1f\x9d": "compress (.Z)", b"LZIP": "lzip"}


class PlainStream(Protocol):
    """A `Readable` with remarks; `notes` is complete once `read` gave b""."""

    @property
    def notes(self) -> list[str]: ...

    def read(self, size: int, /) -> bytes: ...


def compression_of(start: bytes) -> str:
    """gzip, zstd, bzip2, xz or "" by the first bytes of a stream. Raises Damaged for what is not supported."""
    if start[:3] == b"\x1f\x8b\x08":
        return "gzip"
    if start[:4] == b"\x28\xb5\x2f\xfd" or (start[1:4] == b"\x2a\x4d\x18" and 0x50 <= start[0] <= 0x5F):
        return "zstd"
    if start[:3] == b"BZh" and start[3:4].isdigit() and start[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"):
        return "bzip2"
    if start[:6] == b"\xfd7zXZ\0":
        return "xz"
    for magic, name in _REFUSED.items():
        if start.startswith(magic):
            raise Damaged(name, f"{name} compression is not supported", "Use gzip, zstd or no compression")
    return ""


def open_layer_stream(source: Seekable | Readable) -> tuple[str, PlainStream]:
    """(compression, plain bytes). Raises Damaged where the compression is not supported or cannot be opened."""
    raw = Sequential(cast("Seekable", source)) if hasattr(source, "pread") else source
    counted = _Counted(raw)
    start = counted.peek(10)
    name = compression_of(start)
    if not name:
        return name, counted
    stream: PlainStream
    if name == "gzip":
        stream = GzipStream(counted)
    elif name == "zstd":
        stream = ZstdStream(counted)
    else:
        stream = _LibraryStream(counted, name)
    return name, _Watched(stream, counted)


class _Counted:
    """Counts what was read, and can look at the start first."""

    def __init__(self, raw: Readable) -> None:
        self._raw = raw
        self._start = b""
        self.count = 0
        self.notes: list[str] = []

    def peek(self, size: int) -> bytes:
        while len(self._start) < size and (more := self._raw.read(size - len(self._start))):
            self._start += more
        return self._start

    def read(self, size: int, /) -> bytes:
        if self._start:
            data, self._start = self._start[:size], self._start[size:]
        else:
            data = self._raw.read(size)
        self.count += len(data)
        return data


class _Watched:
    """Notices streams that grow out of all proportion."""

    def __init__(self, stream: PlainStream, compressed: _Counted) -> None:
        self._stream = stream
        self._compressed = compressed
        self._given = 0
        self._noted = False

    @property
    def notes(self) -> list[str]:
        grown = [f"{self._compressed.count:,} bytes of it unpack to {self._given:,}"] if self._noted else []
        return [*self._stream.notes, *grown]

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self._given += len(data)
        given = self._given
        if given > _RATIO_FROM and not self._noted:
            self._noted = given > _SIZE_NOTE or given > RATIO_LIMIT * max(1, self._compressed.count)
        return data


class _LibraryStream:
    """bzip2 and xz by the standard library, several streams in a row."""

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
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=WINDOW_LIMIT)
