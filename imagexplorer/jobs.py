"""Background work for the window: two verbs, one queued signal on one long-lived object.

`load` reads: in one lane the newest wins, a late answer is dropped, the older work is cancelled. `stream` is a load
that answers many times. `perform` changes: one at a time and in order; what it touched goes to `touched`.
Threads only wait here (on sockets, on the worker process). Anything that burns Python runs in the worker process.
Knows nothing of sources and widgets.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from threading import Semaphore, Thread
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from imagexplorer.core.control import Control
from imagexplorer.core.entities import EVERYTHING, Touched
from imagexplorer.core.errors import Cancelled, Fault, ImagexplorerError

log = logging.getLogger(__name__)

QUIET_S = 0.4
"""A load that is done within this time never shows in the activity strip."""
AHEAD = 4
"""So many answers of a stream may wait for the window; then its thread waits, and what it reads from with it."""
CLOSE_S = 2.0
"""How long `close` waits for threads; those that are still blocked then end with the process."""


@dataclass(frozen=True, slots=True)
class JobState:
    """One running or ended job as the activity strip shows it. `total` is None while unknown; `ended` is a time or
    None; `error` is what went wrong, None for all well or still running."""

    id: int
    title: str
    done: float = 0
    total: float | None = None
    text: str = ""
    started: float = 0.0
    ended: float | None = None
    error: ImagexplorerError | None = None
    changes: bool = False
    writes: bool = False  # files that somebody waits for
    deed: int = 0  # its record in the activity, where it has one of its own


@dataclass(slots=True, eq=False)
class _Job:
    """A job as the GUI thread keeps it; the thread that works sees `control` and `work` only."""

    state: JobState
    work: Callable[[Control], Any]
    done: Callable[[Any], None] | None
    failed: Callable[[ImagexplorerError], None] | None
    lane: str = ""
    each: Callable[[Any], None] | None = None
    control: Control = field(default_factory=Control)
    thread: Thread | None = None


class Jobs(QObject):
    """Signals are delivered on the GUI thread. Every callback too. All methods are for the GUI thread."""

    changed = Signal()  # `running` or a progress changed (at most ten times a second a job)
    ended = Signal(object)  # JobState of a job that ended (titled loads and all performs)
    touched = Signal(object)  # Touched of a finished perform
    _arrived = Signal(object)  # the one hop: a callable that the GUI thread runs

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = count(1)
        self._jobs: dict[int, _Job] = {}
        self._lanes: dict[str, int] = {}
        self._line: deque[_Job] = deque()  # performs: the first one runs
        self._abandoned: list[Thread] = []
        self._closed = False
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    # -- the verbs ------------------------------------------------------------------------------
    def load(
        self,
        lane: str,
        work: Callable[[Control], Any],
        done: Callable[[Any], None],
        failed: Callable[[ImagexplorerError], None] | None = None,
        title: str = "",
        deed: int = 0,
        writes: bool = False,
    ) -> None:
        """Run `work` on a thread; then `done(result)` or `failed(error)`, unless a newer load took the lane.

        `failed(Cancelled)` comes at once when the user cancels the job by its id. Without `failed`, an error is logged.
        With a `title` it shows in the activity strip once it takes over 0.4 s."""
        self._read(_Job(replace(self._state(title), deed=deed, writes=writes), work, done, failed, lane))

    def stream(
        self,
        lane: str,
        work: Callable[[Control, Callable[[Any], None]], Any],
        each: Callable[[Any], None],
        failed: Callable[[ImagexplorerError], None],
        done: Callable[[Any], None] | None = None,
        title: str = "",
    ) -> None:
        """As `load`, and `work` gets a second argument: what it is called with goes to `each` meanwhile."""
        job = _Job(self._state(title), lambda _control: None, done, failed, lane, each)
        ahead = Semaphore(AHEAD)

        def give(value: Any) -> None:
            with job.control.on_cancel(ahead.release):
                ahead.acquire()
            if job.control.cancelled:
                raise Cancelled(job.state.title)
            self._hop(lambda: self._one_of_many(job, value, ahead))

        job.work = lambda control: work(control, give)
        self._read(job)

    def perform(
        self,
        title: str,
        work: Callable[[Control], Touched],
        failed: Callable[[ImagexplorerError], None] | None = None,
        done: Callable[[Touched], None] | None = None,
        deed: int = 0,
    ) -> None:
        """Run `work` after all performs before it. What failed may have changed things half-way: then everything
        counts as touched."""
        if self._closed:
            return
        text = "waiting" if self._line else ""
        job = _Job(replace(self._state(title), changes=True, deed=deed, text=text), work, done, failed)
        self._jobs[job.state.id] = job
        self._line.append(job)
        if len(self._line) == 1:
            self._begin(job)
        self.changed.emit()

    def drop(self, lane: str) -> None:
        """Cancel what runs in the lane (lanes may end in `*`); its callbacks will not come."""
        beneath = [name for name in self._lanes if name.startswith(lane[:-1])] if lane.endswith("*") else [lane]
        for name in beneath:
            job = self._jobs.get(self._lanes.pop(name, 0))
            if job is not None:
                self._forget(job)

    def cancel(self, job: int) -> None:
        """The user's cancel. A load ends at once for those who wait; a perform ends when the engine lets go of it."""
        found = self._jobs.get(job)
        if found is None:
            return
        if not found.state.changes:
            self._lanes.pop(found.lane, None)
            self._forget(found)
            self._tell(found, None, Cancelled(found.state.title or "cancelled"))
        elif found.thread is None:  # it has not begun
            self._line.remove(found)
            del self._jobs[job]
            self._tell(found, None, Cancelled(found.state.title))
        else:
            found.state = replace(found.state, text="cancelling")
            found.control.cancel()
            self.changed.emit()

    def running(self) -> list[JobState]:
        """What the activity strip shows, oldest first."""
        now = time.time()
        states = (job.state for job in self._jobs.values())
        return [state for state in states if state.title and (state.changes or now - state.started >= QUIET_S)]

    def unfinished(self) -> list[JobState]:
        """What an end of the program would cut off, oldest first: changes, what runs attached, files being written."""
        return [job.state for job in self._jobs.values() if job.state.changes or job.state.writes or job.state.deed]

    def in_lane(self, lane: str) -> JobState | None:
        """What runs in a lane at this moment, its first 0.4 s included; None where nothing does."""
        job = self._jobs.get(self._lanes.get(lane, 0))
        return None if job is None else job.state

    @property
    def changing(self) -> bool:
        """Whether a perform runs or waits."""
        return bool(self._line)

    def close(self) -> None:
        """Cancel everything and wait at most 2 s. No callback comes afterwards."""
        self._closed = True
        jobs = list(self._jobs.values())
        self._jobs.clear()
        self._lanes.clear()
        self._line.clear()
        for job in jobs:
            job.control.cancel()
        until = time.monotonic() + CLOSE_S
        for thread in [*self._abandoned, *(job.thread for job in jobs if job.thread is not None)]:
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                log.warning("still blocked at the end: %s", thread.name)

    # -- on the GUI thread ----------------------------------------------------------------------
    def _state(self, title: str) -> JobState:
        return JobState(next(self._numbers), title, started=time.time())

    def _read(self, job: _Job) -> None:
        if self._closed:
            return
        self.drop(job.lane)
        self._jobs[job.state.id] = job
        self._lanes[job.lane] = job.state.id
        self._begin(job)
        if job.state.title:
            QTimer.singleShot(round(QUIET_S * 1000) + 10, self, self.changed.emit)

    def _begin(self, job: _Job) -> None:
        job.control = Control(lambda done, total, text: self._hop(lambda: self._progress(job, done, total, text)))
        # Daemons: a thread that a dead engine holds must not hold the process.
        job.thread = Thread(target=self._run, args=(job,), name=job.lane or job.state.title, daemon=True)
        job.state = replace(job.state, text="", started=time.time())
        job.thread.start()

    def _progress(self, job: _Job, done: float, total: float | None, text: str) -> None:
        if job.state.id in self._jobs and not job.control.cancelled:
            job.state = replace(job.state, done=done, total=total, text=text)
            if job.state.title:
                self.changed.emit()

    def _one_of_many(self, job: _Job, value: Any, ahead: Semaphore) -> None:
        ahead.release()
        if job.state.id in self._jobs and job.each is not None:
            job.each(value)

    def _finish(self, job: _Job, result: Any, error: ImagexplorerError | None) -> None:
        if self._jobs.pop(job.state.id, None) is None:  # dropped, or a newer one took the lane: too late
            return
        if self._lanes.get(job.lane) == job.state.id:
            del self._lanes[job.lane]
        if job.state.changes:
            self._line.popleft()
            if self._line:
                self._begin(self._line[0])
            self.touched.emit(EVERYTHING if error is not None else result)
        self._tell(job, result, error)

    def _tell(self, job: _Job, result: Any, error: ImagexplorerError | None) -> None:
        job.state = replace(job.state, ended=time.time(), error=error)
        try:
            if error is None:
                if job.done is not None:
                    job.done(result)
            elif job.failed is not None:
                job.failed(error)
            elif not isinstance(error, Cancelled):
                log.warning("%s: %s", job.state.title or job.lane, error)
        finally:
            if job.state.title:
                self.ended.emit(job.state)
                self.changed.emit()

    def _forget(self, job: _Job) -> None:
        """Nobody waits for it any more; its thread ends in its own time."""
        del self._jobs[job.state.id]
        job.control.cancel()
        self._abandoned = [thread for thread in self._abandoned if thread.is_alive()]
        if job.thread is not None:
            self._abandoned.append(job.thread)

    def _deliver(self, call: Callable[[], None]) -> None:
        if not self._closed:
            call()

    # -- on the thread that works ---------------------------------------------------------------
    def _run(self, job: _Job) -> None:
        result: Any = None
        error: ImagexplorerError | None = None
        try:
            result = job.work(job.control)
        except ImagexplorerError as raised:
            error = raised
        except Exception as raised:
            if not job.control.cancelled:  # what breaks once its connection was cut is no mistake
                log.exception("a mistake in this program, while: %s", job.state.title or job.lane)
            error = Fault(
                job.state.title or job.lane,
                f"a mistake in this program ({type(raised).__name__}: {raised})",
                "Copy the details and report it",
                details=traceback.format_exc(),
            )
            error.__cause__ = raised
        if error is not None and job.control.cancelled:
            error = Cancelled(job.state.title)
        self._hop(lambda: self._finish(job, result, error))

    def _hop(self, call: Callable[[], None]) -> None:
        if self._closed or not shiboken6.isValid(self):
            return
        try:
            self._arrived.emit(call)
        except RuntimeError:  # the window went away between the two lines
            log.debug("an answer came after the window had gone")
