"""The session before an engine that fails in every way: what it says, what it keeps, and that it comes back by itself.

A small engine over HTTP, and a proxy before it that makes the faults. The times that a person would wait for are
shortened; none is asserted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.errors import ImagexplorerError, Unreachable
from imagexplorer.core.live import LogSpec
from imagexplorer.sources.engine import adapter
from imagexplorer.sources.protocol import ScanOptions
from tests.fault_proxy import Fault, FaultProxy
from tests.http_engine import HttpEngine
from tests.watching import SHORT_SECONDS, USUAL_SECONDS, Watched

LIST_FAULTS = [
    Fault("freeze", "/images/json"),
    Fault("cut", "/images/json", at=400),
    Fault("cut", "/images/json", at=60),  # among the headers
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
    return f"{fault.kind}{fault.status if fault.kind == 'status' else ''}{f'-{fault.at}' if fault.at else ''}"


@pytest.mark.parametrize("fault", LIST_FAULTS, ids=named)
def test_a_list_that_fails_is_kept_marked_as_old_and_asked_for_again(
    watched: Watched, proxy: FaultProxy, engine: HttpEngine, fault: Fault
) -> None:
    before = [image.id for image in watched.session.images]
    watched.wait_at_most(SHORT_SECONDS)
    proxy.strike(fault)
    engine.add_image("new:1")
    watched.list_again()
    watched.until(lambda: watched.state.stale_since)
    assert watched.state.error is not None
    assert "live" not in watched.state.words
    assert [image.id for image in watched.session.images] == before, "the last rows stay"
    proxy.heal()
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
def test_an_engine_that_fails_altogether_is_lost_and_found_again_by_itself(
    watched: Watched, proxy: FaultProxy, engine: HttpEngine, fault: Fault
) -> None:
    begun = watched.state.since
    watched.wait_at_most(SHORT_SECONDS)
    proxy.strike(fault)
    watched.until(lambda: watched.state.state == "lost")
    assert watched.state.error is not None
    assert watched.state.error.reason
    assert watched.state.since >= begun, "it says since when"
    assert len(watched.session.images) == 3
    away = engine.add_container("while-away")
    del engine.containers[next(iter(engine.containers))]
    listened = engine.listened
    proxy.heal()
    watched.until(lambda: watched.right and watched.names == ["box1", "while-away"])
    watched.until(lambda: engine.listened > listened)
    engine.set_state(away, "exited")  # and it listens again
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
def test_an_engine_that_does_not_tell_what_changes_is_never_taken_at_its_word(
    watched: Watched, proxy: FaultProxy, engine: HttpEngine, fault: Fault
) -> None:
    """All else works: the lists are called old while nobody tells that they are not, and right once somebody does."""
    watched.wait_at_most(SHORT_SECONDS)
    proxy.strike(fault)
    proxy.cut()
    watched.until(lambda: watched.state.stale_since or watched.state.state == "lost")
    listened = engine.listened
    proxy.heal()
    watched.until(lambda: watched.right and engine.listened > listened)
    engine.set_state(next(iter(engine.containers)), "exited")
    watched.until(lambda: "exited" in {each.state for each in watched.session.containers})


def test_a_slow_engine_is_waited_for_and_not_lost(watched: Watched, proxy: FaultProxy, engine: HttpEngine) -> None:
    proxy.strike(Fault("latency", seconds=0.2))
    engine.add_image("slow:1")
    watched.list_again()
    watched.until(lambda: len(watched.session.images) == 4 and watched.right)
    assert "lost" not in [state.state for state in watched.states]


def test_a_socket_that_is_removed_and_replaced(watched: Watched, proxy: FaultProxy, engine: HttpEngine) -> None:
    proxy.remove()
    watched.until(lambda: watched.state.state == "lost")
    watched.until(lambda: watched.state.error is not None)
    engine.add_container("behind-the-new-one")
    proxy.listen()
    watched.until(lambda: watched.right and "behind-the-new-one" in watched.names)


def test_another_engine_in_its_place_is_known_as_what_it_is(
    watched: Watched, proxy: FaultProxy, engine: HttpEngine
) -> None:
    proxy.remove()
    engine.version = {
        **engine.version,
        "ApiVersion": "1.43",
        "Version": "4.9",
        "Components": [{"Name": "Podman Engine"}],
    }
    proxy.listen()
    watched.until(lambda: watched.right and watched.state.words == "Podman 4.9, live")
    watched.list_again()
    watched.until(lambda: "GET /v1.43/images/json" in engine.asked)


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
def test_an_export_that_breaks_off_is_an_error_and_works_the_next_time(
    watched: Watched, proxy: FaultProxy, engine: HttpEngine, kind: str
) -> None:
    watched.wait_at_most(SHORT_SECONDS if kind == "stall" else USUAL_SECONDS)
    proxy.strike(Fault(kind, "/get", at=40_000))
    read = watched.export(next(iter(engine.images)))
    watched.until(lambda: watched.errors)
    assert read == [], "half a layer is none"
    proxy.heal()
    watched.wait_at_most(USUAL_SECONDS)
    watched.errors.clear()
    read = watched.export(next(iter(engine.images)))
    watched.until(lambda: read or watched.errors)
    assert (read, watched.errors) == ([0], [])


@pytest.mark.parametrize("kind", ["cut", "reset", "garbage"])
def test_a_log_that_breaks_off_is_told_and_never_taken_for_its_end(
    watched: Watched, proxy: FaultProxy, engine: HttpEngine, kind: str
) -> None:
    batches = watched.follow_log(next(iter(engine.containers)))
    watched.until(lambda: batches)
    proxy.strike(Fault(kind, "/logs"))
    watched.until(lambda: watched.errors)
    assert isinstance(watched.errors[0], Unreachable)


@pytest.mark.parametrize("where", ["/images/json", "/events", "/get", "/logs"])
def test_what_hangs_ends_at_once_when_it_is_cancelled(
    watched: Watched, proxy: FaultProxy, engine: HttpEngine, where: str
) -> None:
    """Not when some bound is reached: here each waits as long as in real life."""
    source = watched.session.link(watched.key).source
    watched.wait_at_most(600)
    proxy.strike(Fault("freeze", where))
    control = Control()
    ended: list[str] = []
    container = next(iter(engine.containers))

    def ask() -> None:
        calls: dict[str, Callable[[], Any]] = {
            "/images/json": lambda: source.images(control),
            "/events": lambda: list(source.events(control)),
            "/get": lambda: source.scan(
                source.image(next(iter(engine.images)), control), {0}, ScanOptions(verify=True),
                lambda *_: None, control,
            ),
            "/logs": lambda: list(source.logs(container, LogSpec(), control)),
        }  # fmt: skip
        try:
            calls[where]()
        except ImagexplorerError as error:
            ended.append(type(error).__name__)

    thread = threading.Thread(target=ask, daemon=True)
    before = proxy.accepted
    thread.start()
    watched.until(lambda: proxy.accepted > before)
    control.cancel()
    watched.until(lambda: not thread.is_alive())
    assert ended == ["Cancelled"]
