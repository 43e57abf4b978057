"""Where the walk over a tar's headers gets its bytes: small windows of a file, or a stream that passes by once.

A window holds `buffer`, whose first byte is at `base`; `ensure(position)` moves it so that a block at `position` is in
it (unless the end is nearer). Positions only grow. A source that breaks off is remembered in `failure` and ends there.
"""

from __future__ import annotations

from typing import Protocol

import xxhash

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Damaged
from imagexplorer.core.layer_index import NO_HASH
from imagexplorer.sources.compression import PlainStream
from imagexplorer.sources.readers import Seekable
from imagexplorer.sources.tar_fields import BLOCK_SIZE

_WINDOW = 8 * 1024
_DENSE_WINDOW = 32 * 1024
_CHUNK = 256 * 1024
_SMALL = 4 * 1024


class Window(Protocol):
    buffer: bytes
    base: int
    failure: Damaged | None

    @property
    def size(self) -> int | None:
        """Of the whole tar; None while a stream has not ended."""
        ...

    def step(self, position: int, entries: int | None = None) -> None:
        """Report progress of a walk that came to `position`, and to so many entries. Raises Cancelled."""
        ...

    def ensure(self, position: int) -> None: ...

    def read(self, position: int, length: int) -> bytes:
        """Up to `length` bytes, all of which are held at once: for headers and their like."""
        ...

    def hash(self, position: int, size: int) -> int:
        """xxh3-64 of these bytes; NO_HASH where some are missing, or where a window reads no contents."""
        ...

    def rest_is_zero(self, position: int) -> bool:
        """Whether only zeros follow (as far as that is looked at)."""
        ...


class FileWindow:
    """Reads what the walk asks for and nothing between."""

    def __init__(self, source: Seekable, control: Control) -> None:
        self.buffer = b""
        self.base = 0
        self.failure: Damaged | None = None
        self._source = source
        self._control = control

    @property
    def size(self) -> int | None:
        return self._source.size

    def step(self, position: int, entries: int | None = None) -> None:
        if entries is not None:
            self._control.entries = entries
        self._control.step(min(position, self._source.size), self._source.size)

    def ensure(self, position: int) -> None:
        at = position - self.base
        if at < 0 or at + BLOCK_SIZE > len(self.buffer):
            # Where files are small, reading straight through costs less than asking for each header.
            dense = at < len(self.buffer) + _WINDOW
            self.buffer = self._pread(position, _DENSE_WINDOW if dense else _WINDOW)
            self.base = position

    def read(self, position: int, length: int) -> bytes:
        if length <= BLOCK_SIZE:
            self.ensure(position)
        at = position - self.base
        if at >= 0 and at + length <= len(self.buffer):
            return self.buffer[at : at + length]
        return self._pread(position, length)

    def hash(self, position: int, size: int) -> int:  # noqa: ARG002 - the same shape as a stream
        return NO_HASH

    def rest_is_zero(self, position: int) -> bool:
        # Padding to a tape record is common, more than a megabyte of it is not: the rest is not worth reading.
        return not self._pread(position, 1 << 20).strip(b"\0")

    def _pread(self, position: int, length: int) -> bytes:
        if self.failure:
            return b""
        try:
            return self._source.pread(position, length)
        except Damaged as error:
            self.failure = error
            return b""


class StreamWindow:
    """Takes all bytes in order, once. Memory: two chunks, or what `read` was asked for.

    `total` are the bytes of the source (compressed, if it is), for progress.
    """

    def __init__(self, stream: PlainStream, control: Control, total: int | None = None) -> None:
        self.buffer = b""
        self.base = 0
        self.failure: Damaged | None = None
        self._stream = stream
        self._control = control
        self._total = total
        self._ended = False
        # A piece that the buffer holds the start of: it becomes the buffer when what is asked for lies beyond.
        self._piece = b""
        self._piece_base = 0

    @property
    def size(self) -> int | None:
        return self.base + len(self.buffer) if self._ended else None

    def step(self, position: int, entries: int | None = None) -> None:  # noqa: ARG002 - the source's bytes tell more
        if entries is not None:
            self._control.entries = entries
        self._control.step(self._stream.taken, self._total)

    def ensure(self, position: int) -> None:
        self._skip_to(position)
        if self._piece and position + BLOCK_SIZE > self.base + len(self.buffer):
            self._drop()
        at = position - self.base
        while at + BLOCK_SIZE > len(self.buffer) and not self._ended:
            rest = self.buffer[at:]
            more = self._next()
            if rest and len(more) > _SMALL:
                # A header in two pieces is put together alone: the piece is not copied for it, and comes next.
                self._piece, self._piece_base = more, position + len(rest)
                more = more[: BLOCK_SIZE - len(rest)]
            self.buffer = rest + more
            self.base = position
            at = 0

    def read(self, position: int, length: int) -> bytes:
        self.ensure(position)
        at = position - self.base
        missing = at + length - len(self.buffer)
        if missing > 0:
            pieces = [self.buffer[at:]]
            while missing > 0 and not self._ended:
                pieces.append(self._next())
                missing -= len(pieces[-1])
            self.buffer = b"".join(pieces)
            self.base = position
            at = 0
        return self.buffer[at : at + length]

    def piece(self, position: int, most: int) -> bytes:
        """Some of the bytes from `position` on, as they came where that is possible; b"" at the end."""
        self._skip_to(position)
        if position == self.base + len(self.buffer) and not self._ended:
            self._drop()
        at = position - self.base
        return self.buffer[at : at + most] if at or most < len(self.buffer) else self.buffer

    def hash(self, position: int, size: int) -> int:
        digest = xxhash.xxh3_64()
        end = position + size
        while True:
            have = self.base + len(self.buffer)
            digest.update(memoryview(self.buffer)[position - self.base : end - self.base])
            if end <= have:
                return digest.intdigest()
            if self._ended:
                return NO_HASH
            self._drop()
            position = have

    def rest_is_zero(self, position: int) -> bool:
        """Reads on to the end, so that what follows is checked and hashed too."""
        self._skip_to(position)
        zero = not self.buffer[max(0, position - self.base) :].strip(b"\0")
        while not self._ended:
            self._drop()
            zero = zero and not self.buffer[max(0, position - self.base) :].strip(b"\0")
        return zero

    def _skip_to(self, position: int) -> None:
        while position > self.base + len(self.buffer) and not self._ended:
            self._drop()

    def _drop(self) -> None:
        """Replace the buffer by what comes next."""
        self.base += len(self.buffer)
        if self._piece:
            self.buffer, self.base, self._piece = self._piece, self._piece_base, b""
            return
        self.buffer = b""
        self.buffer = self._next()

    def _next(self) -> bytes:
        """What follows the buffer."""
        if self._piece:
            data = self._piece[self.base + len(self.buffer) - self._piece_base :]
            self._piece = b""
            return data
        self.step(self.base)
        try:
            data = self._stream.read(_CHUNK)
        except Damaged as error:
            self.failure = error
            data = b""
        if not data:
            self._ended = True
        return data
