"""How long work reports how far it is, and how it is told to stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock

from imagexplorer.core.errors import Cancelled

Report = Callable[[float, float | None, str], None]
"""`report(done, total, text)`; done and total share a unit (bytes, entries), total is None while unknown."""


class Control:
    """Handed to every piece of long work. Safe to use from several threads.

    `step` is called between chunks: it raises `Cancelled` once `cancel` was called, and passes progress on,
    at most once per `interval` seconds (the last call of a piece of work, done == total, always passes).
    `on_cancel` registers what unblocks a blocking read, such as closing its stream.
    """

    def __init__(self, report: Report | None = None, interval: float = 0.1) -> None:
        self.entries = 0
        """Entries that the layer that is being read has given so far: said of it along with its bytes."""
        self._report = report
        self._interval = interval
        self._last = 0.0
        self._lock = Lock()
        self._callbacks: list[Callable[[], object]] = []
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def step(self, done: float = 0, total: float | None = None, text: str = "") -> None:
        """Report progress. Raises `Cancelled`."""
        if self._cancelled:
            raise Cancelled
        if self._report is None:
            return
        now = time.monotonic()
        if now - self._last >= self._interval or (total is not None and done >= total):
            self._last = now
            self._report(done, total, text)

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            callbacks = list(self._callbacks)
        for callback in callbacks:
            with suppress(OSError):  # a socket that is closed already
                callback()

    @contextmanager
    def on_cancel(self, callback: Callable[[], object]) -> Iterator[None]:
        """While the block runs, `cancel` also calls `callback` (at once if it was called before)."""
        with self._lock:
            self._callbacks.append(callback)
            late = self._cancelled
        try:
            if late:
                callback()
            yield
        finally:
            with self._lock:
                self._callbacks.remove(callback)
