"""One question that is asked again and again: never twice at once, and never lost when it is wanted meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound, Unreachable
from imagexplorer.jobs import Jobs

Ids = frozenset[str]
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 10.0
LATE_MS = 5_000


class Fetch(QObject):
    """`want(ids)` gathers for `gather_ms`, then `work(control, ids)` runs on a thread and `done(ids, answer)` here.
    What is wanted while it runs is asked after it: a flood of events delays answers, but never keeps them away.
    `rest` is how many times its own duration it pauses between two runs: for questions that cost the engine much.

    What failed is asked again, later each time, as long as nobody stops it: `failed(error)` hears of each. An engine
    that refuses what is not `needed` is not asked again by itself. `late()`: no answer came for so long that what was
    answered before may not be right any more.
    """

    def __init__(
        self,
        jobs: Jobs,
        lane: str,
        work: Callable[[Control, Ids], Any],
        done: Callable[[Ids, Any], None],
        failed: Callable[[ImagexplorerError], None],
        parent: QObject,
        gather_ms: int = 200,
        rest: float = 0.0,
        needed: bool = False,
        late: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs, self._lane, self._work, self._done, self._failed = jobs, lane, work, done, failed
        self._gather_ms, self._rest, self._needed = gather_ms, rest, needed
        self._wanted: set[str] = set()
        self._running = False
        self._failures = 0
        self._free_at = 0.0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._ask)
        self._late = QTimer(self, singleShot=True, interval=LATE_MS)
        if late is not None:
            self._late.timeout.connect(late)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to wait for; what fails again and again is not waited for."""
        return bool(self._failures) or not (self._running or self._wanted)

    def want(self, ids: Ids, at_once: bool = False) -> None:
        if not ids:
            return
        self._wanted |= ids
        if self._running:
            return
        if at_once:
            self._timer.stop()
            self._ask()
        elif not self._timer.isActive():
            self._timer.start(max(self._gather_ms, round(1000 * (self._free_at - time.monotonic()))))

    def stop(self) -> None:
        """Forget what is wanted and what runs."""
        self._timer.stop()
        self._late.stop()
        self._wanted.clear()
        self._running = False
        self._failures = 0
        self._jobs.drop(self._lane)

    def _ask(self) -> None:
        if self._running or not self._wanted:
            return
        ids, self._wanted = frozenset(self._wanted), set()
        self._running = True
        self._late.start()
        begun = time.monotonic()

        def over(wait: float) -> None:
            self._running = False
            self._late.stop()
            now = time.monotonic()
            self._free_at = now + self._rest * (now - begun)
            if self._wanted:
                wait = max(wait, self._free_at - now)
                self._timer.start(max(self._gather_ms, round(1000 * wait)))

        def done(answer: Any) -> None:
            self._failures = 0
            over(0)
            self._done(ids, answer)

        def failed(error: ImagexplorerError) -> None:
            wait = 0.0
            if not isinstance(error, Cancelled) and (self._needed or isinstance(error, (Unreachable, NotFound))):
                wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**self._failures)
                self._failures += 1
                self._wanted |= ids
            over(wait)
            self._failed(error)

        self._jobs.load(self._lane, lambda control: self._work(control, ids), done, failed)
