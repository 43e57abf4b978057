"""Looking whether a socket came or went, by stat alone: no engine is asked. Cheap enough for every half second."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer, Signal

EVERY_MS = 500
HOT_S = 10.0
"""So long after a change every look counts as one: a socket is there a moment before its engine answers."""


def signature(location: str) -> tuple[int, ...]:
    """What changes when an engine makes its socket anew, or another may use it; () where there is none."""
    if not location.startswith("unix://"):
        return ()
    try:
        found = os.stat(location.removeprefix("unix://"))
    except OSError:
        return ()
    return found.st_ino, found.st_ctime_ns, found.st_mode


class SocketWatch(QObject):
    """While it runs, `stirred` says that one of the places looks different than before, or did so a moment ago."""

    stirred = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._seen: dict[str, tuple[int, ...]] = {}
        self._hot_until = 0.0
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self._look)

    def watch(self, locations: Iterable[str]) -> None:
        """From now on these; places that are watched already keep what was seen of them."""
        self._seen = {each: self._seen.get(each, signature(each)) for each in locations}
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        self._seen.clear()
        self._hot_until = 0.0

    def _look(self) -> None:
        now = time.monotonic()
        for location, before in self._seen.items():
            current = signature(location)
            if current != before:
                self._seen[location] = current
                if current:
                    self._hot_until = now + HOT_S
        if now < self._hot_until:
            self.stirred.emit()
