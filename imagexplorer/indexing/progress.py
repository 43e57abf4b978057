"""How far the building of a tree is, as one number that only grows: layers by their size, then stacking.

Knows the parts of that work and what share each has; must not know what is done in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Cancelled
from imagexplorer.core.text import megabytes

WHOLE = 100.0
_SCANNING = 0.75
"""The share of scanning in all the work; stacking has the rest (measured on images of many files)."""


class _Part(Control):
    """Stops with the outer control and reports to it."""

    def __init__(self, outer: Control) -> None:
        super().__init__()
        self._outer = outer

    @property
    def cancelled(self) -> bool:
        return self._outer.cancelled

    @contextmanager
    def on_cancel(self, callback: Callable[[], object]) -> Iterator[None]:
        with self._outer.on_cancel(callback):
            yield

    def cancel(self) -> None:
        self._outer.cancel()


class Scanning(_Part):
    """For `ImageSource.scan`: its reports are about one layer, or, where they carry a text, about all of it.

    `weights` are the layers' sizes as stored, in the order in which they are read; equal where one is not known.
    """

    def __init__(self, outer: Control, weights: Sequence[int | None]) -> None:
        super().__init__(outer)
        known = [weight for weight in weights if weight is not None]
        self._weights = [weight + 1 for weight in known] if len(known) == len(weights) else [1] * len(weights)
        self._read = 0
        self._entries = 0
        self._reached = 0.0

    def next_layer(self, entries: int) -> None:
        """One more layer was read, of so many entries."""
        self._read += 1
        self._entries += entries
        self.entries = 0

    def step(self, done: float = 0, total: float | None = None, text: str = "") -> None:
        if self._outer.cancelled:
            raise Cancelled
        layers = len(self._weights)
        at = min(self._read, layers - 1)
        title = text or f"layer {at + 1} of {layers}"
        if entries := self._entries + self.entries:
            title += f", {entries:,} entries"
        if not text:
            title += f", {megabytes(done, total)}"
        if total is None:
            self._outer.step(done, None, title)
            return
        share = min(1.0, done / total) if total > 0 else 1.0
        if not text:
            ahead = sum(self._weights[: self._read])
            now = self._weights[at] * share if self._read < layers else 0
            share = (ahead + now) / sum(self._weights)
        # Never WHOLE: that is the end, and is always reported.
        self._reached = max(self._reached, WHOLE * _SCANNING * min(share, 0.999))
        self._outer.step(self._reached, WHOLE, title)


class Stacking(_Part):
    """For what comes after: `alone` where nothing had to be scanned."""

    def __init__(self, outer: Control, alone: bool) -> None:
        super().__init__(outer)
        self._low = self._reached = 0.0 if alone else WHOLE * _SCANNING

    def step(self, done: float = 0, total: float | None = None, text: str = "") -> None:
        if self._outer.cancelled:
            raise Cancelled
        share = min(1.0, done / total) if total else 0.0
        # Comparing contents reports its own bytes in between: what was reached is not taken back.
        self._reached = max(self._reached, min(self._low + (WHOLE - self._low) * share, WHOLE * 0.999))
        self._outer.step(self._reached, WHOLE, text)


class Comparing(_Part):
    """For `ImageSource.content_hashes`, layer after layer, `total` bytes in all."""

    def __init__(self, outer: Control, total: int) -> None:
        super().__init__(outer)
        self._total, self._before = total, 0

    def next_layer(self, size_bytes: int) -> None:
        """Another layer was compared, of which so many bytes were wanted."""
        self._before += size_bytes

    def step(self, done: float = 0, _total: float | None = None, text: str = "") -> None:
        self._outer.step(min(self._before + done, self._total), self._total, text or "comparing contents")
