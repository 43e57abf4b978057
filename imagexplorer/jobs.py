"""Background work for the window: two verbs, one queued signal on one long-lived object.

`load` reads: in one lane the newest wins, a late answer is dropped, the older work is cancelled.
`perform` changes: one at a time and in order; what it touched goes to `touched`.
Threads only wait here (on sockets, on the worker process). Anything that burns Python runs in the worker process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Touched
from imagexplorer.core.errors import ImagexplorerError


@dataclass(frozen=True, slots=True)
class JobState:
    """One running or ended job as the activity strip shows it. `total` is None while unknown; `ended` is a time or None;
    `error` is what went wrong, None for all well or still running."""

    id: int
    title: str
    done: float = 0
    total: float | None = None
    text: str = ""
    started: float = 0.0
    ended: float | None = None
    error: ImagexplorerError | None = None
    changes: bool = False


class Jobs(QObject):
    """Signals are delivered on the GUI thread. Every callback too."""

    changed = Signal()  # `running` or a progress changed (at most ten times a second a job)
    ended = Signal(object)  # JobState of a job that ended (titled loads and all performs)
    touched = Signal(object)  # Touched of a finished perform

    def load(
        self,
        lane: str,
        work: Callable[[Control], Any],
        done: Callable[[Any], None],
        failed: Callable[[ImagexplorerError], None] | None = None,
        title: str = "",
    ) -> None:
        """Run `work` on a thread; then `done(result)` or `failed(error)`, unless a newer load took the lane.
        With a `title` it shows in the activity strip once it takes over 0.4 s."""
        raise NotImplementedError

    def perform(
        self,
        title: str,
        work: Callable[[Control], Touched],
        failed: Callable[[ImagexplorerError], None] | None = None,
        done: Callable[[Touched], None] | None = None,
    ) -> None:
        raise NotImplementedError

    def drop(self, lane: str) -> None:
        """Cancel what runs in the lane (lanes may end in `*`); its callbacks will not come."""
        raise NotImplementedError

    def cancel(self, job: int) -> None:
        raise NotImplementedError

    def running(self) -> list[JobState]:
        raise NotImplementedError

    def close(self) -> None:
        """Cancel everything and wait at most 2 s."""
        raise NotImplementedError
