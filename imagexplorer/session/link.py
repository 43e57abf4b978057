"""One open source: its state, its rows, its events, and how it is found again when it was lost.

Knows nothing of other sources and of what the window shows.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from imagexplorer.core.control import Control
from imagexplorer.core.entities import EVERYTHING, Address, EngineInfo, Touched, short_id
from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound, Unreachable
from imagexplorer.jobs import Jobs
from imagexplorer.session.fetch import FIRST_WAIT_S, LATE_MS, LONGEST_WAIT_S
from imagexplorer.session.listing import LATE, Listing
from imagexplorer.session.looks import Look
from imagexplorer.session.records import (
    CONNECTING,
    FAILED,
    FILE,
    LIVE,
    LOST,
    Failed,
    OpenAddress,
    OpenSource,
    SourceState,
)
from imagexplorer.session.sockets import SocketWatch

PING_MS = 15_000
AGAIN_MS = 1000


class Link(QObject):
    changed = Signal()  # `state`
    connected = Signal()  # live (again), or a file is open
    message = Signal(str)

    def __init__(
        self,
        key: str,
        address: Address,
        jobs: Jobs,
        open_address: OpenAddress,
        parent: QObject,
        source: OpenSource | None = None,
    ) -> None:
        super().__init__(parent)
        self.key = key
        self.state = SourceState(
            key, address, CONNECTING, "connecting" if address.kind == "engine" else "reading", time.time()
        )
        self.source: Any = source  # None until it is open
        self._named = ""  # by the user
        self._jobs, self._open = jobs, open_address
        self.patient = False  # an engine that was there once is tried again, also before its first answer
        self._attempts = 0
        self._closed = False
        self._retry = QTimer(self, singleShot=True)
        self._retry.timeout.connect(self.connect_source)
        self._ping = QTimer(self, interval=PING_MS)
        self._ping.timeout.connect(self._check)
        self._listens_since = 0.0  # monotonic; 0: it does not
        self._late = QTimer(self, singleShot=True)
        self._late.timeout.connect(self._not_told)
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(lambda: self.refresh(EVERYTHING))
        self._sockets = SocketWatch(self)
        self._sockets.stirred.connect(self._try_again_now)
        self.listing = Listing(key, jobs, lambda: self.source, self.state.is_engine, self)
        self.rows, self.growth = self.listing.rows, self.listing.growth
        self.images_changed, self.containers_changed = self.listing.images_changed, self.listing.containers_changed
        self.touched = self.listing.touched
        self.listing.troubled.connect(self._troubled)
        self.listing.doubted.connect(self._doubted)
        self.listing.message.connect(self.message)

    @property
    def live(self) -> bool:
        return self.state.live

    # -- connecting -----------------------------------------------------------------------------
    def connect_source(self) -> None:
        """Open it, or reach it again. What comes of it is told by `changed` and `connected`."""
        self._retry.stop()
        source = self.source

        def work(control: Control) -> tuple[OpenSource, EngineInfo | None]:
            opened = source if source is not None else self._open(self.state.address, control)
            return opened, opened.host.info(control) if opened.host is not None else None

        self._jobs.load(f"{self.key}/connect", work, self._connected, self._not_connected)

    def show_as(self, look: Look) -> None:
        """What the user calls it, and the colour that they gave it."""
        self._named = look.name
        address = replace(self.state.address, name=look.name or self.state.address.name)
        self.state = replace(self.state, address=address, colour=look.colour)
        self.changed.emit()

    def take_over(self, address: Address) -> None:
        """The user connected to the same engine again: by another name, with other certificates."""
        known = self.state.address
        changed = replace(address, name=self._named or address.name or known.name)
        self.state = replace(self.state, address=changed)
        self.changed.emit()
        if (changed.tls, changed.identity, changed.context) != (known.tls, known.identity, known.context):
            self._begin_anew()
        elif not self.live:
            self.connect_source()

    def _begin_anew(self) -> None:
        """What it is reached by is another: the old way is closed, and nothing of it is waited for."""
        source, self.source = self.source, None
        self.listing.stop()
        for lane in ("events", "ping"):
            self._jobs.drop(f"{self.key}/{lane}")
        if source is not None:
            self._close(source)
        self.connect_source()

    def _connected(self, answer: tuple[OpenSource, EngineInfo | None]) -> None:
        self.source, info = answer
        again = self.state.state == LOST
        self._sockets.stop()
        address = replace(self.source.address, name=self._named or self.source.address.name or self.state.address.name)
        if info is None:
            self._set_state(FILE, address.kind.replace("-", " "), address)
        else:
            self._set_state(LIVE, self._live_words(info), address, info=info)
            self._listen()
            self._ping.start()
        self.connected.emit()
        if again:
            self.message.emit(f"{self.state.name} is back")
        self.refresh(EVERYTHING, at_once=True)

    def _not_connected(self, error: ImagexplorerError) -> None:
        if isinstance(error, Cancelled):
            return
        if self.state.state == LOST and isinstance(error, Unreachable):
            self._wait()
        elif self.patient and isinstance(error, Unreachable):
            self._set_state(LOST, "no answer, trying again", error=error)
            self._sockets.watch([self.state.address.location])
            self._wait()
        else:
            self._sockets.stop()  # nothing is tried by itself any more
            words = "no answer" if self.state.is_engine else "cannot be read"
            self._set_state(FAILED, words, error=error)
            self.message.emit(str(error))

    def _listen(self) -> None:
        source = self.source

        def work(control: Control, give: Callable[[Touched], None]) -> None:
            for touched in source.host.events(control):
                give(touched)
            raise Unreachable(self.state.name, "the stream of events ended")

        self._listens_since = 0.0
        self._late.start(LATE_MS)
        self._jobs.stream(f"{self.key}/events", work, self._heard, self._deaf)

    def _heard(self, touched: Touched) -> None:
        # Nothing touched: the engine tells from here on, and what happened before is looked up. Docker answers a moment
        # before it listens to itself: what happens just then nobody tells, so it is looked up once more.
        if not touched:
            self._late.stop()
            self._again.start()
            self._listens_since = time.monotonic()
            self.listing.trouble_of("events", None)
        self.refresh(touched or EVERYTHING)

    def _not_told(self) -> None:
        self.listing.trouble_of("events", LATE)

    def _deaf(self, error: ImagexplorerError) -> None:
        """An engine that does not tell what changes, but else may answer: its lists are old from now on, and asked for
        each time that it is asked to tell."""
        if self._listens_since and time.monotonic() - self._listens_since > LONGEST_WAIT_S:
            self._attempts = 0
        if isinstance(error, (Unreachable, Cancelled)):
            self._lose(error)
        elif self.live and not self._closed:
            self._late.stop()
            self.listing.trouble_of("events", error)
            self._wait()

    def _lose(self, error: ImagexplorerError) -> None:
        if self._closed or self.state.state != LIVE or isinstance(error, Cancelled):
            return
        self._ping.stop()
        self._late.stop()
        self._again.stop()
        since = self.state.stale_since
        self.listing.stop()
        self._jobs.drop(f"{self.key}/events")
        self._jobs.drop(f"{self.key}/ping")
        self._set_state(LOST, "lost, reconnecting", error=error, since=since)
        self.message.emit(f"{self.state.name} is lost: {error.reason or error.what}. Reconnecting")
        self._sockets.watch([self.state.address.location])
        self._wait()

    def _wait(self) -> None:
        # A little chance, so that many windows do not all come back at one moment; `random` costs 4 ms to import.
        chance = 0.8 + 0.4 * (time.monotonic_ns() // 1000 % 1000) / 1000
        wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**self._attempts) * chance
        self._attempts += 1
        self._retry.start(round(wait * 1000))

    def _try_again_now(self) -> None:
        if self.state.state == LOST and self._retry.isActive():
            self._attempts = 0
            self.connect_source()

    def _check(self) -> None:
        """Is it still there? A connection can be dead without an end."""
        if self._jobs.in_lane(f"{self.key}/ping") is not None:
            return  # a newer question would only put off what comes of it
        source = self.source
        self._jobs.load(
            f"{self.key}/ping", lambda control: source.host.info(control), lambda _info: None, self._lose_if
        )

    def _lose_if(self, error: ImagexplorerError) -> None:
        if isinstance(error, Unreachable):
            self._lose(error)

    # -- rows -----------------------------------------------------------------------------------
    def refresh(self, touched: Touched, at_once: bool = False) -> None:
        # Of one that is lost everything is listed anew when it is back.
        if self.source is not None and self.state.state in (LIVE, FILE):
            self.listing.refresh(touched, at_once)

    def weigh(self) -> None:
        """Ask for the sizes of writable layers again."""
        if self.live and self.source is not None and self.source.host is not None:
            self.listing.weigh()

    def _troubled(self) -> None:
        """Rows that may not be right are never shown as if they were."""
        if self.state.state in (LIVE, FILE):
            trouble = self.listing.trouble
            words = self._live_words(self.state.info, trouble) if self.live else self.state.words
            self.state = replace(self.state, words=words, error=trouble, stale_since=self.listing.stale_since)
            self.changed.emit()

    @staticmethod
    def _live_words(info: EngineInfo | None, trouble: ImagexplorerError | None = None) -> str:
        name = f"{info.product} {info.version}" if info is not None else "engine"
        if trouble is None:
            return f"{name}, live, {info.risk}" if info is not None and info.risk else f"{name}, live"
        return f"{name}, no answer yet" if trouble is LATE else f"{name}, its lists cannot be read"

    def _doubted(self) -> None:
        if self.live:
            self._check()

    # -- the end --------------------------------------------------------------------------------
    def close(self) -> None:
        self._closed = True
        self._retry.stop()
        self._ping.stop()
        self._again.stop()
        self._late.stop()
        self._sockets.stop()
        self.listing.stop()
        self._jobs.drop(f"{self.key}/*")
        source, self.source = self.source, None
        if source is not None:
            self._close(source)

    def _close(self, source: Any) -> None:
        """It tells the worker, which may be busy: not on this thread."""
        self._jobs.load(f"{self.key}/close", lambda _control: source.close(), lambda _none: None, lambda _error: None)

    def _set_state(
        self,
        state: str,
        words: str,
        address: Address | None = None,
        error: ImagexplorerError | None = None,
        info: EngineInfo | None = None,
        since: float = 0.0,
    ) -> None:
        self.state = SourceState(
            self.key,
            address or self.state.address,
            state,
            words,
            since or time.time(),
            error,
            info or self.state.info,
            locked=self.state.locked,
            colour=self.state.colour,
        )
        self.changed.emit()

    def lock(self, locked: bool) -> None:
        self.state = replace(self.state, locked=locked)
        self.changed.emit()

    def failed(self, then: Failed) -> Failed:
        """Wraps what a page does about an error: a lost engine is noticed, a thing that is gone leaves its row, and a
        container that was asked for by id has its name."""

        def act(error: ImagexplorerError) -> None:
            for row in self.rows.containers:
                error.what = error.what.replace(short_id(row.id), row.name)
            if isinstance(error, Unreachable) and self.live:
                self._check()
            elif isinstance(error, NotFound):
                self.refresh(EVERYTHING)
            then(error)

        return act
