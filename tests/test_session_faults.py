"""The session before an engine that fails in every way: what it says, what it keeps, and that it comes back by itself.

A small engine over HTTP, and a proxy before it that makes the faults. The times that a person would wait for are
shortened; none is asserted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from imagexplorer.core.control import Control
from imagexplorer.core.entities import EVERYTHING, Address, ImageDetail
from imagexplorer.core.errors import ImagexplorerError, Unreachable
from imagexplorer.core.live import LogBatch, LogSpec
from imagexplorer.jobs import Jobs
from imagexplorer.session import Session, SourceState, fetch, link, listing, sockets
from imagexplorer.sources.engine import adapter
from imagexplorer.sources.engine.connect import open_engine
from imagexplorer.sources.engine.source import EngineSource
from imagexplorer.sources.protocol import ScanOptions
from tests.fault_proxy import Fault, FaultProxy
from tests.http_engine import HttpEngine

PATIENT_MS = 30_000
SHORT_SECONDS = 0.4


class Watched:
    """A session that is live through the proxy, and what was said of its engine meanwhile."""

    def __init__(self, qtbot: QtBot, engine: HttpEngine, proxy: FaultProxy) -> None:
        self.qtbot, self.engine, self.proxy = qtbot, engine, proxy
        self.session = Session(Jobs(), self._open, self._find)
        self.states: list[SourceState] = []
        self.errors: list[ImagexplorerError] = []
        self.session.sources_changed.connect(self._note)
        self.session.start()
        self.until(lambda: self.session.images_known and self.session.containers_known and self.right)
        self.until(lambda: engine.listened)

    def _open(self, address: Address, control: Control) -> Any:
        source = open_engine(address, control)
        source.wire = replace(source.wire, short_seconds=SHORT_SECONDS)
        return source

    def _find(self, _host: str, control: Control) -> tuple[Any, Sequence[Any]]:
        return self._open(Address("engine", self.proxy.location, "Test"), control), ()

    def _note(self) -> None:
        if self.session.current is not None and self.session.current not in self.states:
            self.states.append(self.session.current)

    def until(self, wanted: Callable[[], Any]) -> None:
        self.qtbot.waitUntil(lambda: bool(wanted()), timeout=PATIENT_MS)

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

    def export(self) -> list[int]:
        """The layers that were read whole are noted in the list that is returned, once they are."""
        read: list[int] = []

        def work(opened: EngineSource, control: Control) -> ImageDetail:
            detail = opened.image(next(iter(self.engine.images)), control)
            return opened.scan(detail, {0}, ScanOptions(verify=True), lambda layer, _index: read.append(layer), control)

        self.session._ask("export", self.key, work, lambda _detail: None, self.errors.append, "")
        return read

    def follow_log(self) -> list[LogBatch]:
        batches: list[LogBatch] = []
        container = next(iter(self.engine.containers))
        self.session.live.follow_log(
            "log", self.key, container, LogSpec(follow=True), batches.append,
            lambda: self.errors.append(ImagexplorerError("ended")), self.errors.append,
        )  # fmt: skip
        return batches

    def close(self) -> None:
        self.session.close()
        self.session.jobs.close()


@pytest.fixture
def watched(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    for module, name, value in (
        (link, "FIRST_WAIT_S", 0.05), (link, "LONGEST_WAIT_S", 0.2), (link, "PING_MS", 200), (link, "LATE_MS", 150),
        (fetch, "FIRST_WAIT_S", 0.05), (fetch, "LONGEST_WAIT_S", 0.2), (fetch, "LATE_MS", 150),
        (sockets, "EVERY_MS", 50), (listing, "GATHER_MS", 20),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)
    with HttpEngine(tmp_path / "e") as engine, FaultProxy(tmp_path / "p", engine.path) as proxy:
        made = Watched(qtbot, engine, proxy)
        yield made
        made.close()


LIST_FAULTS = [
    Fault("freeze", "/images/json"),
    Fault("cut", "/images/json", at=400),
    Fault("reset", "/images/json", at=400),
    Fault("stall", "/images/json", at=400),
    Fault("garbage", "/images/json", at=400),
    Fault("garbage", "/images/json"),
    Fault("half_json", "/images/json"),
    Fault("page", "/images/json"),
    Fault("status", "/images/json", status=500),
    Fault("status", "/images/json", status=503),
    Fault("status", "/images/json", status=404),
    Fault("drip", "/images/json", seconds=0.05),
]


def named(fault: Fault) -> str:
    return f"{fault.kind}{fault.status if fault.kind == 'status' else ''}{'-late' if fault.at else ''}"


@pytest.mark.parametrize("fault", LIST_FAULTS, ids=named)
def test_a_list_that_fails_is_kept_marked_as_old_and_asked_for_again(watched: Watched, fault: Fault) -> None:
    before = [image.id for image in watched.session.images]
    watched.proxy.strike(fault)
    watched.engine.add_image("new:1")
    watched.list_again()
    watched.until(lambda: watched.state.stale_since)
    assert watched.state.error is not None
    assert "live" not in watched.state.words
    assert [image.id for image in watched.session.images] == before, "the last rows stay"
    watched.proxy.heal()
    watched.until(lambda: watched.right and len(watched.session.images) == len(before) + 1)
    assert watched.state.words.endswith("live")


EVERYWHERE = [
    Fault("freeze"),
    Fault("cut"),
    Fault("reset"),
    Fault("garbage"),
    Fault("status", status=502),
    Fault("page"),
    Fault("half_json"),
]


@pytest.mark.parametrize("fault", EVERYWHERE, ids=named)
def test_an_engine_that_fails_altogether_is_lost_and_found_again_by_itself(watched: Watched, fault: Fault) -> None:
    begun = watched.state.since
    watched.proxy.strike(fault)
    watched.until(lambda: watched.state.state == "lost")
    assert watched.state.error is not None
    assert watched.state.error.reason
    assert watched.state.since >= begun, "it says since when"
    assert len(watched.session.images) == 3
    away = watched.engine.add_container("while-away")
    del watched.engine.containers[next(iter(watched.engine.containers))]
    listened = watched.engine.listened
    watched.proxy.heal()
    watched.until(lambda: watched.right and watched.names == ["box1", "while-away"])
    watched.until(lambda: watched.engine.listened > listened)
    watched.engine.set_state(away, "exited")  # and it listens again
    watched.until(lambda: {each.name: each.state for each in watched.session.containers}["while-away"] == "exited")


EVENT_FAULTS = [
    Fault("freeze", "/events"),
    Fault("cut", "/events"),
    Fault("reset", "/events"),
    Fault("garbage", "/events"),
    Fault("status", "/events", status=403),
    Fault("page", "/events"),
    Fault("half_json", "/events"),
]


@pytest.mark.parametrize("fault", EVENT_FAULTS, ids=named)
def test_an_engine_that_does_not_tell_what_changes_is_never_taken_at_its_word(watched: Watched, fault: Fault) -> None:
    """All else works: the lists are called old while nobody tells that they are not, and right once somebody does."""
    watched.proxy.strike(fault)
    watched.proxy.cut()
    watched.until(lambda: watched.state.stale_since or watched.state.state == "lost")
    listened = watched.engine.listened
    watched.proxy.heal()
    watched.until(lambda: watched.right and watched.engine.listened > listened)
    watched.engine.set_state(next(iter(watched.engine.containers)), "exited")
    watched.until(lambda: "exited" in {each.state for each in watched.session.containers})


def test_a_slow_engine_is_waited_for_and_not_lost(watched: Watched) -> None:
    watched.proxy.strike(Fault("latency", seconds=SHORT_SECONDS / 2))
    watched.engine.add_image("slow:1")
    watched.list_again()
    watched.until(lambda: len(watched.session.images) == 4 and watched.right)
    assert "lost" not in [state.state for state in watched.states]


def test_a_socket_that_is_removed_and_replaced(watched: Watched) -> None:
    watched.proxy.remove()
    watched.until(lambda: watched.state.state == "lost")
    watched.until(lambda: watched.state.error is not None)
    watched.engine.add_container("behind-the-new-one")
    watched.proxy.listen()
    watched.until(lambda: watched.right and "behind-the-new-one" in watched.names)


def test_a_permission_that_is_lost_and_given_again(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the kernel refuses somebody who is not root: tests may run as root, whom no mode keeps out."""
    allowed = threading.Event()
    unix = adapter._unix

    def guarded(path: str, note: Any) -> Any:
        dial = unix(path, note)

        def guarded_dial(seconds: float | None) -> Any:
            if not allowed.is_set():
                raise PermissionError(13, "Permission denied")
            return dial(seconds)

        return guarded_dial

    monkeypatch.setattr(adapter, "_unix", guarded)
    watched.until(lambda: watched.state.state == "lost")
    assert watched.state.error is not None
    assert watched.state.error.reason == "permission denied"
    allowed.set()
    watched.until(lambda: watched.right and watched.names == ["box0", "box1"])


@pytest.mark.parametrize("kind", ["cut", "reset", "stall", "garbage"])
def test_an_export_that_breaks_off_is_an_error_and_works_the_next_time(watched: Watched, kind: str) -> None:
    watched.proxy.strike(Fault(kind, "/get", at=40_000))
    read = watched.export()
    watched.until(lambda: watched.errors)
    assert read == [], "half a layer is none"
    watched.proxy.heal()
    watched.errors.clear()
    read = watched.export()
    watched.until(lambda: read or watched.errors)
    assert (read, watched.errors) == ([0], [])


@pytest.mark.parametrize("kind", ["cut", "reset", "garbage"])
def test_a_log_that_breaks_off_is_told_and_never_taken_for_its_end(watched: Watched, kind: str) -> None:
    batches = watched.follow_log()
    watched.until(lambda: batches)
    watched.proxy.strike(Fault(kind, "/logs"))
    watched.until(lambda: watched.errors)
    assert isinstance(watched.errors[0], Unreachable)


@pytest.mark.parametrize("where", ["/images/json", "/events", "/get", "/logs"])
def test_what_hangs_ends_at_once_when_it_is_cancelled(watched: Watched, where: str) -> None:
    """Not when some bound is reached: here each waits as long as in real life."""
    source = watched.session.link(watched.key).source
    source.wire = replace(source.wire, short_seconds=600)
    watched.proxy.strike(Fault("freeze", where))
    control = Control()
    ended: list[str] = []
    container = next(iter(watched.engine.containers))

    def ask() -> None:
        calls: dict[str, Callable[[], Any]] = {
            "/images/json": lambda: source.images(control),
            "/events": lambda: list(source.events(control)),
            "/get": lambda: source.scan(
                source.image(next(iter(watched.engine.images)), control), {0}, ScanOptions(verify=True),
                lambda *_: None, control,
            ),
            "/logs": lambda: list(source.logs(container, LogSpec(), control)),
        }  # fmt: skip
        try:
            calls[where]()
        except ImagexplorerError as error:
            ended.append(type(error).__name__)

    thread = threading.Thread(target=ask, daemon=True)
    before = watched.proxy.accepted
    thread.start()
    watched.until(lambda: watched.proxy.accepted > before)
    control.cancel()
    watched.until(lambda: not thread.is_alive())
    assert ended == ["Cancelled"]
