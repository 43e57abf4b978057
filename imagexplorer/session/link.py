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
from imagexplorer.core.entities import ALL, EVERYTHING, Address, Container, EngineInfo, Image, Touched
from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound, Unreachable
from imagexplorer.core.growth import Growth
from imagexplorer.jobs import Jobs
from imagexplorer.session.fetch import Fetch, Ids
from imagexplorer.session.lists import Rows
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

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 10.0
PING_MS = 15_000
TARGETED_IDS = 40
"""So many changed containers are asked for by id; above that the whole list is one call, and cheaper."""


class Link(QObject):
    changed = Signal()  # `state`
    connected = Signal()  # live (again), or a file is open
    images_changed = Signal()
    containers_changed = Signal()
    touched = Signal(object)  # Touched, once the rows are right again
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
        self.rows = Rows()
        self.growth = Growth()
        self.source: Any = source  # None until it is open
        self._jobs, self._open = jobs, open_address
        self.patient = False  # an engine that was there once is tried again, also before its first answer
        self._attempts = 0
        self._telling = Touched()
        self._closed = False
        self._retry = QTimer(self, singleShot=True)
        self._retry.timeout.connect(self.connect_source)
        self._ping = QTimer(self, interval=PING_MS)
        self._ping.timeout.connect(self._check)
        self._sockets = SocketWatch(self)
        self._sockets.stirred.connect(self._try_again_now)
        self._images = self._fetch("images", lambda source, control, _ids: source.images(control), self._put_images)
        self._containers = self._fetch("containers", _list_containers, self._put_containers)
        self._unique = self._fetch(
            "usage", lambda source, control, _ids: source.host.disk_usage(control).image_unique, self._put_unique, 4.0
        )
        self._written = self._fetch(
            "written", lambda source, control, _ids: source.host.writable_sizes(control), self._put_written, 4.0
        )

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

    def _connected(self, answer: tuple[OpenSource, EngineInfo | None]) -> None:
        self.source, info = answer
        again = self.state.state == LOST
        self._attempts = 0
        self._sockets.stop()
        address = replace(self.source.address, name=self.source.address.name or self.state.address.name)
        if info is None:
            self._set_state(FILE, address.kind.replace("-", " "), address)
        else:
            self._set_state(LIVE, f"{info.product} {info.version}, live", address, info=info)
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

        self._jobs.stream(f"{self.key}/events", work, self._heard, self._lose)

    def _heard(self, touched: Touched) -> None:
        # Nothing touched: the engine listens from here on, and what happened before it did is looked up.
        self.refresh(touched or EVERYTHING)

    def _lose(self, error: ImagexplorerError) -> None:
        if self._closed or self.state.state != LIVE or isinstance(error, Cancelled):
            return
        self._ping.stop()
        for fetch in (self._images, self._containers, self._unique, self._written):
            fetch.stop()
        self._jobs.drop(f"{self.key}/events")
        self._jobs.drop(f"{self.key}/ping")
        self._set_state(LOST, "lost, reconnecting", error=error)
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
        source = self.source
        self._jobs.load(
            f"{self.key}/ping", lambda control: source.host.info(control), lambda _info: None, self._lose_if
        )

    def _lose_if(self, error: ImagexplorerError) -> None:
        if isinstance(error, Unreachable):
            self._lose(error)

    # -- rows -----------------------------------------------------------------------------------
    def refresh(self, touched: Touched, at_once: bool = False) -> None:
        if self.source is None or self.state.state not in (LIVE, FILE):
            return  # everything is listed anew when it is back
        self._telling |= touched
        self._images.want(touched.images, at_once)
        if self.source.host is not None:
            self._containers.want(touched.containers, at_once)
        self._settle()

    def _fetch(
        self, name: str, work: Callable[[Any, Control, Ids], Any], done: Callable[[Ids, Any], None], rest: float = 0.0
    ) -> Fetch:
        return Fetch(
            self._jobs,
            f"{self.key}/{name}",
            lambda control, ids: work(self.source, control, ids),
            done,
            self._fetch_failed,
            self,
            gather_ms=1000 if rest else 200,
            rest=rest,
        )

    def _fetch_failed(self, error: ImagexplorerError) -> None:
        if isinstance(error, Cancelled):
            return
        if isinstance(error, Unreachable) and self.live:
            self._check()
        else:
            self.state = replace(self.state, error=error)  # a list that was never read says why
            self.changed.emit()
            self.message.emit(str(error))
        self._settle()

    def looked_at(self, image: Image) -> None:
        """An image's own answer says more than its row."""
        if self.rows.put_platform(image.id, image.platform):
            self.images_changed.emit()

    def _put_images(self, _ids: Ids, rows: list[Image]) -> None:
        if self.state.error is not None:
            self.state = replace(self.state, error=None)
            self.changed.emit()
        first = not self.rows.images_known
        before = {image.id for image in self.rows.images}
        if self.rows.put_images(rows):
            self.images_changed.emit()
        if self.source.host is not None and (first or before != {image.id for image in rows}):
            self._unique.want(frozenset({ALL}), at_once=first)
        self._settle()

    def _put_containers(self, ids: Ids, rows: list[Container]) -> None:
        first = not self.rows.containers_known
        if self.rows.put_containers(rows, None if _whole_list(ids) else ids):
            self.containers_changed.emit()
            self._written.want(frozenset({ALL}), at_once=first)
            if self.rows.images_known and self.rows.put_images(self.rows.images):
                self.images_changed.emit()
        elif first:
            self.containers_changed.emit()
        self._settle()

    def _put_unique(self, _ids: Ids, unique: dict[str, int]) -> None:
        if self.rows.put_unique(unique):
            self.images_changed.emit()

    def _put_written(self, _ids: Ids, written: dict[str, int]) -> None:
        self.growth.put(written, time.monotonic())
        if self.rows.put_written(written):
            self.containers_changed.emit()

    def weigh(self) -> None:
        """Ask for the sizes of writable layers again: a fifth of the time at most."""
        if self.live and self.source is not None and self.source.host is not None:
            self._written.want(frozenset({ALL}))

    def _settle(self) -> None:
        """Once the lists are right again, pages may ask anew."""
        if self._telling and self._images.idle and self._containers.idle:
            telling, self._telling = self._telling, Touched()
            self.touched.emit(telling)

    # -- the end --------------------------------------------------------------------------------
    def close(self) -> None:
        self._closed = True
        self._retry.stop()
        self._ping.stop()
        self._sockets.stop()
        for fetch in (self._images, self._containers, self._unique, self._written):
            fetch.stop()
        self._jobs.drop(f"{self.key}/*")
        source, self.source = self.source, None
        if source is not None:  # it tells the worker, which may be busy: not on this thread
            self._jobs.load(
                f"{self.key}/close", lambda _control: source.close(), lambda _none: None, lambda _error: None
            )

    def _set_state(
        self,
        state: str,
        words: str,
        address: Address | None = None,
        error: ImagexplorerError | None = None,
        info: EngineInfo | None = None,
    ) -> None:
        self.state = SourceState(
            self.key, address or self.state.address, state, words, time.time(), error, info or self.state.info
        )
        self.changed.emit()

    def failed(self, then: Failed) -> Failed:
        """Wraps what a page does about an error: a lost engine is noticed, and a thing that is gone leaves its row."""

        def act(error: ImagexplorerError) -> None:
            if isinstance(error, Unreachable) and self.live:
                self._check()
            elif isinstance(error, NotFound):
                self.refresh(EVERYTHING)
            then(error)

        return act


def _whole_list(ids: Ids) -> bool:
    return ALL in ids or len(ids) > TARGETED_IDS or any(len(each) != 64 for each in ids)


def _list_containers(source: Any, control: Control, ids: Ids) -> Any:
    return source.host.containers(control) if _whole_list(ids) else source.host.containers(control, sorted(ids))
