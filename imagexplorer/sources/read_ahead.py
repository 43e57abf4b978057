"""A stream decoded ahead of its reader, in a thread of its own: the decoders let the interpreter's lock go.

What is wrong with the stream is raised where the reader comes to it, after all good bytes.
"""

from __future__ import annotations

import threading
from queue import SimpleQueue

from imagexplorer.sources.compression import PlainStream

PIECE = 256 << 10
_ENOUGH = PIECE - (64 << 10)
_PIECES = 24


class ReadAhead:
    """A `PlainStream` over another, which nobody else reads meanwhile. At most 6 MiB wait. `close` must be called."""

    def __init__(self, raw: PlainStream) -> None:
        self._raw = raw
        self._pieces: SimpleQueue[bytes | BaseException] = SimpleQueue()
        self._room: SimpleQueue[None] = SimpleQueue()
        for _ in range(_PIECES):
            self._room.put(None)
        self._closed = False
        self._end: bytes | BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="decode", daemon=True)
        self._thread.start()

    @property
    def notes(self) -> list[str]:
        return self._raw.notes

    @property
    def taken(self) -> int:
        return self._raw.taken

    def read(self, size: int, /) -> bytes:  # noqa: ARG002 - pieces come as they were decoded, none above PIECE
        data = self._pieces.get() if self._end is None else self._end
        self._room.put(None)
        if isinstance(data, BaseException):
            self._end = data
            raise data
        if not data:
            self._end = data
        return data

    def close(self) -> None:
        """Nothing is read from the other stream any more once this is back."""
        self._closed = True
        for _ in range(3):  # as many pieces as it may still hand over
            self._room.put(None)
        self._thread.join()

    def _run(self) -> None:
        # As large as may be: a piece that changes hands costs as much as decoding some kilobytes.
        parts: list[bytes] = []
        held = 0
        end: bytes | BaseException = b""
        while not self._closed:
            try:
                data = self._raw.read(PIECE - held)
            except BaseException as error:  # it is the reader's
                end, data = error, b""
            if data:
                parts.append(data)
                held += len(data)
            if parts and (not data or held > _ENOUGH):
                self._hand_over(parts[0] if len(parts) == 1 else b"".join(parts))
                parts, held = [], 0
            if not data:
                break
        self._hand_over(end)

    def _hand_over(self, piece: bytes | BaseException) -> None:
        self._room.get()
        self._pieces.put(piece)
