"""The archive itself, plain or compressed, as bytes with random access. Nothing is written to disk.

A compressed archive can only be read forwards: reading on costs decompressing, going back starts again. So the regions
that small members stand in are kept from the first pass (64 MiB at most), and large members that are layers are indexed
as they pass. What is asked for beyond that is read in the order in which it stands, in another pass.
"""

from __future__ import annotations

import threading
from bisect import bisect_right

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Damaged
from imagexplorer.sources.archive import ArchiveBytes
from imagexplorer.sources.compression import compression_of, open_layer_stream
from imagexplorer.sources.passing import MAX_ENTRIES, Passed, index_passing, may_be_layer, member_at
from imagexplorer.sources.pinned_file import PinnedFile
from imagexplorer.sources.readers import Readable
from imagexplorer.sources.tar_fields import BLOCK_SIZE

UNKNOWN_SIZE = 1 << 62
_KEPT_STRIDE = 1 << 20
_KEPT_BYTES = 64 << 20
_CHUNK = 256 << 10


def open_outer(file: PinnedFile, control: Control) -> ArchiveBytes:
    """The archive's uncompressed bytes. Raises Damaged for an unsupported compression, or one inside another."""
    try:
        if not compression_of(file.pread(0, 10)):
            return file
        opened = CompressedFile(file, control)
        twice = compression_of(opened.pread(0, 10))
    except Damaged as error:
        raise Damaged(file.where, error.reason or error.what, error.way_out) from error
    if twice:
        raise Damaged(file.where, "it is compressed twice, one archive inside the other; unpack the outer one first")
    return opened


class CompressedFile:
    """`Seekable` over a compressed file. `size` is `UNKNOWN_SIZE` until its end was reached once."""

    sequential = True

    def __init__(self, file: PinnedFile, control: Control) -> None:
        self._file = file
        self._control = control
        self._lock = threading.Lock()
        self._stream: Readable | None = None
        self._window = b""  # the last bytes that came out, from _base on
        self._base = 0
        self._size: int | None = None
        self._last = 0
        self._kept: list[tuple[int, bytes]] = []
        self._kept_bytes = 0
        self._keeping = True
        self._ended = False
        self._passed: dict[int, Passed] = {}
        self._room = MAX_ENTRIES
        self.notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return UNKNOWN_SIZE if self._size is None else self._size

    @property
    def changed(self) -> str:
        return self._file.changed

    def close(self) -> None:
        self._stream = None
        self._window = b""
        self.forget()
        self._file.close()

    def pread(self, offset: int, length: int) -> bytes:
        with self._lock:
            return self._from_kept(offset, length) or self._read(offset, length)

    def finish(self) -> str:
        """Read on to the end, so that the checksums there are compared: what is wrong with it, "" for nothing.
        From here on nothing more is kept."""
        self._keeping = False
        try:
            with self._lock:
                while not self._ended:
                    self._advance()
        except Damaged as error:
            return error.reason or error.what
        return "; ".join(self.notes)

    def forget(self) -> None:
        """Nobody will come back for small members."""
        self._keeping = False
        self._kept.clear()
        self._passed.clear()

    def passed(self, start: int) -> Passed | None:
        """The layer whose blob starts there, if it was indexed as it passed; each is given once."""
        return self._passed.pop(start, None)

    def _from_kept(self, offset: int, length: int) -> bytes:
        at = bisect_right(self._kept, offset, key=lambda piece: piece[0]) - 1
        if at < 0:
            return b""
        start, data = self._kept[at]
        if offset + length <= start + len(data):
            return data[offset - start : offset - start + length]
        # Neighbouring regions belong together.
        pieces = [data[offset - start :]] if offset < start + len(data) else []
        end = start + len(data)
        for start, data in self._kept[at + 1 :]:
            if not pieces or start != end or end >= offset + length:
                break
            pieces.append(data)
            end = start + len(data)
        return b"".join(pieces)[:length] if pieces and end >= offset + length else b""

    def _read(self, offset: int, length: int) -> bytes:
        if self._stream is None or offset < self._base:
            self._restart()
        start, self._last = self._last, offset
        keep = self._keeping and 0 < offset - start <= _KEPT_STRIDE and start >= self._base
        if self._keeping and offset - start > _KEPT_STRIDE and start >= self._base:
            self._index_between(start, offset)
        while self._base + len(self._window) < offset + length and not self._ended:
            self._advance(start if keep else offset)
        if keep and self._kept_bytes < _KEPT_BYTES:
            piece = self._window[start - self._base : offset - self._base]
            self._kept.append((start, piece))
            self._kept_bytes += len(piece)
        at = offset - self._base
        return self._window[at : at + length] if at >= 0 else b""

    def _index_between(self, start: int, end: int) -> None:
        """`start` is a header, `end` the next one: the member in between is indexed if it is a layer."""
        found = member_at(self._window[start - self._base :], end - start)
        if found is None or self._room <= 0:
            return
        content, size = start + found[0], found[1]
        if may_be_layer(self._take(content, BLOCK_SIZE)) and (
            passed := index_passing(self._take, content, size, self._control)
        ):
            self._passed[content] = passed
            self._room -= len(passed.index)

    def _take(self, offset: int, length: int) -> bytes:
        """What is there of the bytes from `offset` on, at most `length`; only forwards."""
        while self._base + len(self._window) < offset + min(length, BLOCK_SIZE) and not self._ended:
            self._advance(offset)
        at = offset - self._base
        return self._window[at : at + length]

    def _restart(self) -> None:
        self._stream = open_layer_stream(self._file)[1]
        self._window, self._base, self._last = b"", 0, 0
        self._ended = False
        self._keeping = self._keeping and not self._kept

    def _advance(self, needed: int | None = None) -> None:
        """One more chunk; what stands before `needed` (None: all) is let go, but for the chunk before."""
        assert self._stream is not None
        self._control.step(self._base, None, "decompressing")
        data = self._stream.read(_CHUNK)
        if not data:
            self._ended = True
            self._size = self._base + len(self._window)
            self.notes = tuple(getattr(self._stream, "notes", ()))
            return
        end = self._base + len(self._window)
        first = min(end if needed is None else needed, end)
        if first - self._base > 0:
            self._window = self._window[first - self._base :] + data
            self._base = first
        else:
            self._window += data
