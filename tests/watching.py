"""A session before an engine that fails, as the tests of faults look at it: what it says, keeps, and asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from imagexplorer.core.control import Control
from imagexplorer.core.entities import EVERYTHING, Address, ImageDetail
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.core.live import LogBatch, LogSpec
from imagexplorer.jobs import Jobs
from imagexplorer.session import Session, SourceState, fetch, link, listing, sockets
from imagexplorer.sources.engine.connect import open_engine
from imagexplorer.sources.engine.source import EngineSource
from imagexplorer.sources.protocol import ScanOptions

PATIENT_MS = 30_000
SHORT_SECONDS = 0.4
USUAL_SECONDS = 30.0


class Watched:
    """A session that is live through the proxy, and what was said of its engine meanwhile."""

    def __init__(self, qtbot: QtBot, location: str) -> None:
        self.qtbot, self.location = qtbot, location
        self.session = Session(Jobs(), self._open, self._find)
        self.states: list[SourceState] = []
        self.errors: list[ImagexplorerError] = []
        self.session.sources_changed.connect(self._note)
        self.session.start()
        self.until(lambda: self.session.images_known and self.session.containers_known and self.right)

    def _open(self, address: Address, control: Control) -> Any:
        return open_engine(address, control)

    def wait_at_most(self, seconds: float) -> None:
        """For an answer. A busy machine may take longer than is short: only while something hangs on purpose."""
        source = self.session.link(self.key).source
        source.wire = replace(source.wire, short_seconds=seconds)

    def _find(self, _host: str, control: Control) -> tuple[Any, Sequence[Any]]:
        return self._open(Address("engine", self.location, "Test"), control), ()

    def _note(self) -> None:
        if self.session.current is not None and self.session.current not in self.states:
            self.states.append(self.session.current)

    def until(self, wanted: Callable[[], Any], what: str = "") -> None:
        try:
            self.qtbot.waitUntil(lambda: bool(wanted()), timeout=PATIENT_MS)
        except self.qtbot.TimeoutError:
            raise AssertionError(f"{what} {self.session.current} {self.names}") from None

    @property
    def state(self) -> SourceState:
        current = self.session.current
        assert current is not None
        return current

    @property
    def right(self) -> bool:
        return self.state.live and not self.state.stale_since

    @property
    def names(self) -> list[str]:
        return sorted(each.name for each in self.session.containers)

    @property
    def key(self) -> str:
        return self.state.key

    def list_again(self) -> None:
        self.session.refresh(EVERYTHING)

    def export(self, image: str) -> list[int]:
        """The layers that were read whole are noted in the list that is returned, once they are."""
        read: list[int] = []

        def work(opened: EngineSource, control: Control) -> ImageDetail:
            detail = opened.image(image, control)
            return opened.scan(detail, {0}, ScanOptions(verify=True), lambda layer, _index: read.append(layer), control)

        self.session._ask("export", self.key, work, lambda _detail: None, self.errors.append, "")
        return read

    def follow_log(self, container: str) -> list[LogBatch]:
        batches: list[LogBatch] = []
        self.session.live.follow_log(
            "log", self.key, container, LogSpec(follow=True), batches.append,
            lambda: self.errors.append(ImagexplorerError("ended")), self.errors.append,
        )  # fmt: skip
        return batches

    def close(self) -> None:
        self.session.close()
        self.session.jobs.close()


def shorten(monkeypatch: pytest.MonkeyPatch) -> None:
    """The times that a person would wait for."""
    for module, name, value in (
        (link, "FIRST_WAIT_S", 0.05), (link, "LONGEST_WAIT_S", 0.2), (link, "PING_MS", 200), (link, "LATE_MS", 150),
        (fetch, "FIRST_WAIT_S", 0.05), (fetch, "LONGEST_WAIT_S", 0.2), (fetch, "LATE_MS", 150),
        (sockets, "EVERY_MS", 50), (listing, "GATHER_MS", 20),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)
