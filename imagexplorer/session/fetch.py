"""One question that is asked again and again: never twice at once, and never lost when it is wanted meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer

from imagexplorer.core.control import Control
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.jobs import Jobs

Ids = frozenset[str]


class Fetch(QObject):
    """`want(ids)` gathers for `gather_ms`, then `work(control, ids)` runs on a thread and `done(ids, answer)` here.
    What is wanted while it runs is asked after it: a flood of events delays answers, but never keeps them away.
    `rest` is how many times its own duration it pauses between two runs: for questions that cost the engine much.
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
    ) -> None:
        super().__init__(parent)
        self._jobs, self._lane, self._work, self._done, self._failed = jobs, lane, work, done, failed
        self._gather_ms, self._rest = gather_ms, rest
        self._wanted: set[str] = set()
        self._running = False
        self._free_at = 0.0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._ask)

    @property
    def idle(self) -> bool:
        return not (self._running or self._wanted)

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
        self._wanted.clear()
        self._running = False
        self._jobs.drop(self._lane)

    def _ask(self) -> None:
        if self._running or not self._wanted:
            return
        ids, self._wanted = frozenset(self._wanted), set()
        self._running = True
        begun = time.monotonic()

        def over() -> None:
            self._running = False
            now = time.monotonic()
            self._free_at = now + self._rest * (now - begun)
            if self._wanted:
                self._timer.start(max(self._gather_ms, round(1000 * (self._free_at - now))))

        def done(answer: Any) -> None:
            over()
            self._done(ids, answer)

        def failed(error: ImagexplorerError) -> None:
            over()
            self._failed(error)

        self._jobs.load(self._lane, lambda control: self._work(control, ids), done, failed)
