"""Digests taken while bytes pass: in a thread of its own, or where the bytes are read. hashlib lets the interpreter's
lock go, so that a second processor has the work."""

from __future__ import annotations

import hashlib
import threading
from queue import SimpleQueue

from imagexplorer.sources.compression import PlainStream

_WAITING = 8


class Hashing:
    """A digest of all that is added. `finish` must be called, whatever happens; a second time it changes nothing."""

    def __init__(self, algorithm: str) -> None:
        self._hash = hashlib.new(algorithm)
        self._pieces: SimpleQueue[bytes | memoryview | None] = SimpleQueue()
        self._room: SimpleQueue[None] = SimpleQueue()
        for _ in range(_WAITING):
            self._room.put(None)
        self._thread: threading.Thread | None = threading.Thread(target=self._run, name="hash", daemon=True)
        self._thread.start()

    def add(self, data: bytes | memoryview) -> None:
        self._room.get()
        self._pieces.put(data)

    def finish(self) -> str:
        """In hexadecimal digits."""
        if self._thread is not None:
            self._pieces.put(None)
            self._thread.join()
            self._thread = None
        return self._hash.hexdigest()

    def _run(self) -> None:
        while (data := self._pieces.get()) is not None:
            self._hash.update(data)
            self._room.put(None)


class HashingStream:
    """Passes bytes on. `finish` must be called, whatever happens. The algorithm is that of `diff_id`, else sha256.

    `here`: hashed by whoever reads, because others decode for it meanwhile."""

    def __init__(self, raw: PlainStream, diff_id: str, here: bool = False) -> None:
        self._raw = raw
        self._algorithm = "sha512" if diff_id.startswith("sha512:") else "sha256"
        self._apart = None if here else Hashing(self._algorithm)
        self._hash = hashlib.new(self._algorithm)
        self._add = self._hash.update if self._apart is None else self._apart.add

    @property
    def notes(self) -> list[str]:
        return self._raw.notes

    @property
    def taken(self) -> int:
        return self._raw.taken

    def read(self, size: int, /) -> bytes:
        data = self._raw.read(size)
        if data:
            self._add(data)
        return data

    def finish(self) -> str:
        """Of all that was read: `algorithm:hex`."""
        return f"{self._algorithm}:{(self._apart.finish() if self._apart else self._hash.hexdigest())}"
