"""Bytes of a file or a stream, read in pieces. What is read is not known here.

`FileReader` is a part of a file read with pread: the file may shrink or vanish meanwhile, which a map would answer with
a signal. `Readable` is anything with `read(n)` that gives b"" only at its end.
"""

from __future__ import annotations

import os
from typing import Protocol

from imagexplorer.core.errors import Damaged


class Readable(Protocol):
    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, at least one unless the end is reached. Raises `core.errors`."""
        ...


class Seekable(Protocol):
    """Bytes with random access."""

    @property
    def size(self) -> int: ...

    def pread(self, offset: int, length: int) -> bytes:
        """At most `length` bytes at `offset`; fewer only at the end. Raises Damaged."""
        ...


class FileReader:
    """`size` bytes at `offset` of an open file (the rest of it by default). The caller keeps `descriptor` open.

    `name` is what errors call it.
    """

    def __init__(self, descriptor: int, offset: int = 0, size: int | None = None, name: str = "file") -> None:
        self._descriptor = descriptor
        self._offset = offset
        self._name = name
        available = max(0, _length(descriptor, name) - offset)
        self._size = available if size is None else max(0, size)

    @property
    def size(self) -> int:
        return self._size

    def pread(self, offset: int, length: int) -> bytes:
        length = min(length, self._size - offset)
        if length <= 0 or offset < 0:
            return b""
        try:
            return os.pread(self._descriptor, length, self._offset + offset)
        except (OSError, OverflowError) as error:
            raise Damaged(self._name, f"cannot be read at byte {offset}: {_words(error)}") from error

    def part(self, offset: int, size: int) -> FileReader:
        """A part of this part."""
        return FileReader(self._descriptor, self._offset + offset, min(size, max(0, self._size - offset)), self._name)


class BytesReader:
    """The same for bytes in memory."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._data = memoryview(data)

    @property
    def size(self) -> int:
        return len(self._data)

    def pread(self, offset: int, length: int) -> bytes:
        return bytes(self._data[offset : offset + length]) if offset >= 0 and length > 0 else b""


class Sequential:
    """A `Seekable` read from its start to its end: a `Readable`."""

    def __init__(self, source: Seekable) -> None:
        self._source = source
        self._at = 0

    def read(self, size: int, /) -> bytes:
        data = self._source.pread(self._at, size)
        self._at += len(data)
        return data


class Stream:
    """Any `read(n)` of the system or of a decoder as a `Readable`: its OSErrors become Damaged."""

    def __init__(self, raw: Readable, name: str = "stream") -> None:
        self._raw = raw
        self._name = name

    def read(self, size: int, /) -> bytes:
        try:
            return self._raw.read(size) or b""
        except (OSError, EOFError, ValueError) as error:
            raise Damaged(self._name, f"cannot be read: {_words(error)}") from error


def _length(descriptor: int, name: str) -> int:
    try:
        return os.fstat(descriptor).st_size
    except OSError as error:
        raise Damaged(name, f"cannot be read: {_words(error)}") from error


def _words(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
