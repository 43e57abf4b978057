"""The program's window without a screen, as the benchmarks of it use it: with settings and a cache of its own, and a
timer that tells how late the window is. To be made before anything else of Qt, once in a process."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

STEP_MS = 5


class Offscreen:
    """`scratch` is its folder. Nothing is open yet: `program.start` is for who uses it."""

    def __init__(self) -> None:
        self.scratch = Path(tempfile.mkdtemp(prefix="offscreen-"))
        os.environ.update(QT_QPA_PLATFORM="offscreen", IMAGEXPLORER_CACHE=f"{self.scratch}/cache")
        os.environ.update(dict.fromkeys(("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"), str(self.scratch)))
        from PySide6.QtCore import QEventLoop, Qt, QTimer
        from PySide6.QtWidgets import QApplication

        from imagexplorer import qt_guard
        from imagexplorer.app import SWITCH_INTERVAL_S, Program

        qt_guard.plain_imports()  # this and the next as `app.run` does
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self.application = QApplication([])
        self.program = Program(self.application)
        self.program.window.resize(1280, 800)
        self.program.window.show()
        self._loop = QEventLoop()
        self._late: list[float] = []
        self._busy: list[float] = []
        self._last = self._used = 0.0
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=STEP_MS)
        self._timer.timeout.connect(self._tick)

    def wait(self, seconds: float) -> None:
        from PySide6.QtCore import QTimer

        QTimer.singleShot(int(seconds * 1000), self._loop.quit)
        self._loop.exec()

    def wait_until(self, true: Callable[[], object], at_most: float = 120) -> float:
        """Seconds that it took, to some 2 ms."""
        began = time.perf_counter()
        while not true() and time.perf_counter() - began < at_most:
            self.wait(0.002)
        return time.perf_counter() - began

    def _tick(self) -> None:
        now, used = time.perf_counter(), time.thread_time()
        self._late.append((now - self._last) * 1000 - STEP_MS)
        self._busy.append((used - self._used) * 1000)
        self._last, self._used = now, used

    def watch(self) -> None:
        """From now on, how late each call of a timer of 5 ms comes: what a user feels."""
        self._late.clear()
        self._busy.clear()
        self._last, self._used = time.perf_counter(), time.thread_time()
        self._timer.start()

    def lateness(self) -> tuple[float, float, float]:
        """Until now, in ms: median, 99th percentile, largest."""
        self._timer.stop()
        return _spread(self._late)

    def busy(self) -> tuple[float, float, float]:
        """Of the same stretches the processor time of the window's own thread: what a machine that has others to serve
        does not add to."""
        return _spread(self._busy)


def _spread(values: list[float]) -> tuple[float, float, float]:
    ordered = sorted(values)
    return statistics.median(ordered), ordered[int(len(ordered) * 0.99)], ordered[-1]
