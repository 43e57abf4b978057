"""Long runs of the session before failing engines (goals 8, 9 and 11 of what it is to withstand): every fault in every
operation, an engine that is killed in the middle of everything, and hours with one that restarts.

Each prints its figures with `make torture`; a short sample of the first runs with the other tests.
IMAGEXPLORER_SOAK_SECONDS and IMAGEXPLORER_KILLS make the others shorter.
"""

from __future__ import annotations

import itertools
import os
import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from imagexplorer.core.control import Control
from imagexplorer.core.entities import CommitSpec
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.core.live import LogSpec
from imagexplorer.sources.protocol import ScanOptions
from tests import engine_images
from tests.fault_proxy import Fault, FaultProxy
from tests.http_engine import HttpEngine
from tests.private_engine import PrivateEngine
from tests.watching import SHORT_SECONDS, Watched, shorten

SOAK_SECONDS = float(os.environ.get("IMAGEXPLORER_SOAK_SECONDS", "7200"))
ROUTES = {"list": "/images/json", "containers": "/containers/json", "events": "/events", "export": "/get",
          "log": "/logs", "ping": "/_ping", "usage": "/system/df", "all": ""}  # fmt: skip
KINDS = [
    *(Fault(kind, at=at) for kind, at in itertools.product(("cut", "reset", "garbage", "stall"), (0, 60, 400, 30_000))),
    Fault("freeze"), Fault("page"), Fault("half_json"), Fault("drip", seconds=0.02), Fault("latency", seconds=0.1),
    *(Fault("status", status=status) for status in (401, 403, 404, 409, 500, 502, 503)),
]  # fmt: skip


class Counts:
    """What may not grow: threads, descriptors, child processes."""

    def __init__(self) -> None:
        self.threads, self.descriptors, self.children = self.now()

    @staticmethod
    def now() -> tuple[int, int, int]:
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        return threading.active_count(), len(os.listdir("/proc/self/fd")), len(children)

    def grown(self, room: int = 0) -> bool:
        """`room`: for a connection that is open at the moment of looking."""
        now = self.now()
        return any(
            new > old + room for new, old in zip(now, (self.threads, self.descriptors, self.children), strict=True)
        )

    def __str__(self) -> str:
        now = self.now()
        return (
            f"threads {self.threads} -> {now[0]}, descriptors {self.descriptors} -> {now[1]}, "
            f"processes {self.children} -> {now[2]}"
        )


def figures(name: str, tried: int, times: list[float], counts: Counts) -> None:
    slow = sorted(times)[int(len(times) * 0.99)] if times else 0.0
    print(
        f"\n{name}: {tried} tried, {len(times)} recovered; to recover median {statistics.median(times or [0]):.2f} s, "
        f"p99 {slow:.2f} s, largest {max(times, default=0):.2f} s; {counts}"
    )


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[HttpEngine]:
    with HttpEngine(tmp_path / "e") as made:
        yield made


@pytest.fixture
def proxy(tmp_path: Path, engine: HttpEngine) -> Iterator[FaultProxy]:
    with FaultProxy(tmp_path / "p", engine.path) as made:
        yield made


@pytest.fixture
def watched(qtbot: QtBot, engine: HttpEngine, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    shorten(monkeypatch)
    made = Watched(qtbot, proxy.location)
    made.until(lambda: engine.listened)
    made.wait_at_most(SHORT_SECONDS)
    yield made
    made.close()


def settled(watched: Watched, engine: HttpEngine) -> bool:
    """Whether the lists are the engine's."""
    states = {each.id: each.state for each in watched.session.containers}
    return (
        watched.right
        and {image.id for image in watched.session.images} == set(engine.images)
        and states == {each: row["State"] for each, row in engine.containers.items()}
    )


@pytest.mark.parametrize("rounds", [pytest.param(0, id="sample"), pytest.param(3, marks=pytest.mark.torture, id="all")])
def test_every_fault_in_every_operation(
    watched: Watched, proxy: FaultProxy, engine: HttpEngine, rounds: int, expected_log: list[str]
) -> None:
    expected_log.append("Failed to parse headers")  # the library's own words of garbage among them
    pairs = list(itertools.product(KINDS, ROUTES)) * rounds or [
        (Fault("cut", at=60), "all"), (Fault("freeze"), "log"), (Fault("garbage"), "export"),
    ]  # fmt: skip
    container, image = next(iter(engine.containers)), next(iter(engine.images))
    counts = Counts()
    times: list[float] = []
    for number, (kind, operation) in enumerate(pairs):
        fault = Fault(kind.kind, ROUTES[operation], kind.at, kind.seconds, kind.status)
        proxy.strike(fault)
        watched.list_again()
        watched.export(image)
        watched.follow_log(container)
        engine.set_state(container, "exited" if number % 2 else "running")
        watched.qtbot.wait(random.randrange(250))
        proxy.heal()
        began = time.monotonic()
        engine.set_state(container, "running" if number % 2 else "exited")
        watched.until(lambda: settled(watched, engine), f"{fault} in {operation}")
        times.append(time.monotonic() - began)
        watched.session.jobs.drop("export")
        watched.session.jobs.drop("log")
    watched.until(lambda: not counts.grown(3))
    figures("faults x operations", len(pairs), times, counts)


@pytest.mark.engine
@pytest.mark.torture
def test_an_engine_killed_in_the_middle_of_everything(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, expected_log: list[str], no_docker_config: object
) -> None:
    kills = int(os.environ.get("IMAGEXPLORER_KILLS", "100"))
    shorten(monkeypatch)
    private = PrivateEngine("docker")
    private.start()
    try:
        from docker import APIClient

        api = APIClient(base_url=private.location)
        image = engine_images.build(api, "wear:1", "FROM scratch\nCOPY busybox /bin/busybox\n")
        watched = Watched(qtbot, private.location)
        counts = Counts()
        times: list[float] = []
        ended: dict[str, int] = {}
        for number in range(kills):
            container = api.create_container("wear:1", ["/bin/busybox", "yes"], name=f"wear{number}")["Id"]
            api.start(container)
            watched.until(lambda c=container: c in {each.id for each in watched.session.containers})
            asked = begin(watched, image, container, ended)
            qtbot.wait(random.randrange(400))
            private.kill()
            watched.until(lambda: watched.state.state == "lost")
            private.restart()
            began = time.monotonic()
            for thread in asked:
                watched.until(lambda t=thread: not t.is_alive())
            wanted = {each["Id"] for each in api.containers(all=True)}
            watched.until(lambda w=wanted: watched.right and {each.id for each in watched.session.containers} == w)
            times.append(time.monotonic() - began)
            api.remove_container(container, force=True)
            for each in api.images(quiet=True, filters={"dangling": True}):
                api.remove_image(each, force=True)
        left = [each for each in api.containers(all=True) if "io.imagexplorer.reading" in each["Labels"]]
        watched.close()
        assert not left
        api.close()
        figures("an engine killed", kills, times, counts)
        print(f"  what was under way ended so: {dict(sorted(ended.items()))}")
        assert not counts.grown(3), {each: os.readlink(f"/proc/self/fd/{each}") for each in os.listdir("/proc/self/fd")}
    finally:
        private.stop()


def begin(watched: Watched, image: str, container: str, ended: dict[str, int]) -> list[threading.Thread]:
    """A list, an export, a log, statistics and a commit, each on a thread: all of them end, by an error or well."""
    source = watched.session.link(watched.key).source

    def export() -> None:
        read: list[int] = []
        detail = source.image(image, Control())
        known = source.scan(detail, {0}, ScanOptions(verify=True), lambda layer, _: read.append(layer), Control())
        assert read == [0], "half an export was taken for a whole one"
        assert not known.problems

    calls: dict[str, Callable[[], Any]] = {
        "list": lambda: source.images(Control()),
        "export": export,
        "log": lambda: list(source.logs(container, LogSpec(), Control())),
        "statistics": lambda: list(source.stats(container, Control())),
        "commit": lambda: source.commit(CommitSpec(container, "", ""), Control()),
    }

    def run(name: str) -> None:
        try:
            calls[name]()
            outcome = "done"
        except ImagexplorerError as error:
            outcome = type(error).__name__
        ended[f"{name} {outcome}"] = ended.get(f"{name} {outcome}", 0) + 1

    threads = [threading.Thread(target=run, args=(name,), daemon=True) for name in calls]
    for thread in threads:
        thread.start()
    return threads


@pytest.mark.torture
def test_hours_with_an_engine_that_restarts(watched: Watched, proxy: FaultProxy, engine: HttpEngine) -> None:
    """100 events a second; the engine goes away each minute and comes back with other things."""
    names = list(engine.containers)
    names += [engine.add_container(f"soak{number}") for number in range(200)]
    ends = time.monotonic() + SOAK_SECONDS
    stop = threading.Event()

    def live() -> None:
        for number in itertools.count():
            if stop.wait(0.01):
                return
            engine.set_state(names[number % len(names)], ("running", "exited")[number // len(names) % 2])

    threading.Thread(target=live, daemon=True).start()
    watched.qtbot.wait(5000)
    counts, memory = Counts(), _resident()
    times: list[float] = []
    while time.monotonic() < ends:
        watched.qtbot.wait(int(1000 * min(60, SOAK_SECONDS / 10)))
        proxy.remove()
        watched.until(lambda: watched.state.state == "lost")
        proxy.listen()
        began = time.monotonic()
        watched.until(lambda: watched.right)
        times.append(time.monotonic() - began)
    stop.set()
    watched.until(lambda: settled(watched, engine))
    watched.until(lambda: not counts.grown(3))
    figures("a soak", len(times), times, counts)
    grown = _resident() / memory - 1
    print(f"  memory {memory >> 20} MiB, grown by {grown:.1%}")


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
