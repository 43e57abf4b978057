"""Compressed streams made plain, told by their first bytes and never by a name.

Knows gzip, zstd, bzip2 and xz; not what is inside. Memory is bounded whatever the input claims, what is wrong ends in
Damaged after all good bytes were given, and what is only doubtful stands in `notes`.
"""

from __future__ import annotations

from typing import Protocol, cast

from imagexplorer.core.errors import Damaged
from imagexplorer.sources.readers import Readable, Seekable, Sequential

RATIO_LIMIT = 1000
"""A stream that grows beyond this ratio is told as a note, once it is over 100 MiB."""

_RATIO_FROM = 100 << 20
_SIZE_NOTE = 20 << 30
_REFUSED = {b"\x04\x22\x4d\x18": "lz4", b"\x02\x21\x4c\x18": "lz4", b"\x1f\x9d": "compress (.Z)", b"LZIP": "lzip"}


class PlainStream(Protocol):
    """A `Readable` with remarks; `notes` is complete once `read` gave b""."""

    @property
    def notes(self) -> list[str]: ...

    @property
    def taken(self) -> int:
        """Bytes taken from the source so far: compressed ones, if it is compressed."""
        ...

    def read(self, size: int, /) -> bytes: ...


class _Decoder(Protocol):
    notes: list[str]

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
    stream: _Decoder
    if name == "gzip":
        from imagexplorer.sources.gzip_stream import GzipStream

        stream = GzipStream(counted)
    elif name == "zstd":
        from imagexplorer.sources.zstd_stream import ZstdStream

        stream = ZstdStream(counted)
    else:
        from imagexplorer.sources.library_stream import LibraryStream

        stream = LibraryStream(counted, name)
    return name, _Watched(stream, counted)


class _Counted:
    """Counts what was read, and can look at the start first."""

    def __init__(self, raw: Readable) -> None:
        self._raw = raw
        self._start = b""
        self.taken = 0
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
        self.taken += len(data)
        return data


class _Watched:
    """Notices streams that grow out of all proportion."""

    def __init__(self, stream: _Decoder, compressed: _Counted) -> None:
        self._stream = stream
        self._compressed = compressed
        self._given = 0
        self._noted = False

    @property
    def notes(self) -> list[str]:
        grown = [f"{self._compressed.taken:,} bytes of it unpack to {self._given:,}"] if self._noted else []
        return [*self._stream.notes, *grown]

    @property
    def taken(self) -> int:
        return self._compressed.taken

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self._given += len(data)
        given = self._given
        if given > _RATIO_FROM and not self._noted:
            self._noted = given > _SIZE_NOTE or given > RATIO_LIMIT * max(1, self._compressed.taken)
        return data
