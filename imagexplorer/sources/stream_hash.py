"""A stream's digest, taken in a thread of its own while the bytes pass: hashlib lets the interpreter's lock go."""

from __future__ import annotations

import hashlib
import queue
import threading

from imagexplorer.sources.compression import PlainStream


class HashingStream:
    """Passes bytes on. `finish` must be called, whatever happens. The algorithm is that of `diff_id`, else sha256."""

    def __init__(self, raw: PlainStream, diff_id: str) -> None:
        self._raw = raw
        self._algorithm = "sha512" if diff_id.startswith("sha512:") else "sha256"
        self._hash = hashlib.new(self._algorithm)
        self._queue: queue.Queue[bytes | None] = queue.Queue(8)
        self._thread = threading.Thread(target=self._run, name="hash", daemon=True)
        self._thread.start()

    @property
    def notes(self) -> list[str]:
        return self._raw.notes

    @property
    def taken(self) -> int:
        return self._raw.taken

    def read(self, size: int, /) -> bytes:
        data = self._raw.read(size)
        if data:
            self._queue.put(data)
        return data

    def finish(self) -> str:
        """Of all that was read: `algorithm:hex`."""
        self._queue.put(None)
        self._thread.join()
        return f"{self._algorithm}:{self._hash.hexdigest()}"

    def _run(self) -> None:
        while (data := self._queue.get()) is not None:
            self._hash.update(data)
