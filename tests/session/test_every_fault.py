"""Every fault in every operation (goal 8 of what the session is to withstand): each call ends, by an error that says
something or by what is so; the lists are the engine's once it is well again; nothing is left over.

`make torture` makes all runs; a short sample runs with the other tests.
"""

from __future__ import annotations

import itertools
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, CommitSpec
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.core.live import LogSpec
from imagexplorer.sources.engine.connect import open_engine
from imagexplorer.sources.engine.copying import copy_image
from imagexplorer.sources.engine.source import EngineSource
from imagexplorer.sources.protocol import ScanOptions
from tests.fault_proxy import Fault, FaultProxy
from tests.http_engine import HttpEngine
from tests.session.counts import Counts, figures
from tests.watching import SHORT_SECONDS, Watched

ROUNDS = int(os.environ.get("IMAGEXPLORER_FAULT_ROUNDS", "13"))
"""Of 28 faults in 16 operations: 5,824 runs."""
KINDS = [
    *(Fault(kind, at=at) for kind, at in itertools.product(("cut", "reset", "garbage", "stall"), (0, 60, 400, 30_000))),
    Fault("freeze"), Fault("page"), Fault("half_json"), Fault("drip", seconds=0.02), Fault("latency", seconds=0.1),
    *(Fault("status", status=status) for status in (401, 403, 404, 409, 500, 502, 503)),
]  # fmt: skip
ALWAYS = ("cut", "reset", "garbage", "stall", "freeze", "page", "half_json", "status")
"""What no answer survives, where it strikes its first byte."""


class Operations:
    """The calls, each by its name with the route that is struck for it."""

    def __init__(self, source: EngineSource, engine: HttpEngine, folder: Path) -> None:
        self.source, self.engine = source, engine
        self.container, self.image = next(iter(engine.containers)), next(iter(engine.images))
        self.other = HttpEngine(folder / "other", 0, 0)
        self.archive = folder / "image.tar"
        self.archive.write_bytes(engine.export(self.image))
        self.ended: Counter[str] = Counter()
        self.wrong: list[str] = []

    def close(self) -> None:
        self.other.close()

    @property
    def routes(self) -> dict[str, str]:
        return {
            "list": "/images/json", "containers": "/containers/json", "events": "/events", "version": "/version",
            "usage": "/system/df", "export": "/get", "log": "/logs", "follow": "/logs",
            "image": f"/images/{self.image}/json",
            "history": "/history", "container": f"/containers/{self.container}/json", "commit": "/commit",
            "load": "/images/load", "tag": "/tag", "copy": "/images/get", "all": "",
        }  # fmt: skip

    def call(self, name: str, control: Control) -> Any:
        source, image = self.source, self.image
        if name == "list":
            return source.images(control)
        if name in ("containers", "container"):
            return source.containers(control) if name == "containers" else source.container(self.container, control)
        if name == "version":
            return source.host.info(control)
        if name == "usage":
            return source.disk_usage(control)
        if name in ("log", "follow"):
            return list(source.logs(self.container, LogSpec(follow=name == "follow"), control))
        if name in ("image", "history"):
            return source.image(image, control)
        if name == "commit":
            return source.commit(CommitSpec(self.container, "made", "1"), control)
        if name == "load":
            return source.load(str(self.archive), image, control)
        if name == "tag":
            return source.tag(image, "made:tag", control)
        if name == "copy":
            row = next(each for each in source.images(control) if each.id == image)
            target = open_engine(Address("engine", self.other.location), control)
            return copy_image(source.wire, target.wire, row, row.tags, control)
        read: list[int] = []
        known = source.scan(
            source.image(image, control), {0}, ScanOptions(verify=True), lambda layer, _: read.append(layer), control
        )
        assert read == [0], "half an export was taken for a whole one"
        assert not known.problems
        return read

    def run(self, name: str, fault: Fault, control: Control) -> threading.Thread:
        """On a thread of its own; what became of it is counted, and what should not have is in `wrong`."""
        began = time.monotonic()

        def work() -> None:
            outcome = "done"
            try:
                self.call(name, control)
            except ImagexplorerError as error:
                outcome = type(error).__name__
                if not (error.reason or error.what).strip():
                    self.wrong.append(f"{fault} in {name}: an error that says nothing")
            except Exception as error:
                outcome = "a mistake"
                self.wrong.append(f"{fault} in {name}: {error!r}")
            never = fault.kind in ALWAYS and not fault.at and self.healed < self.struck < began
            if outcome == "done" and (never or name == "follow"):
                self.wrong.append(f"{fault} in {name}: it was called done")
            self.ended[f"{fault.kind}: {outcome}"] += 1

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    struck = healed = 0.0


@pytest.fixture
def operations(watched: Watched, engine: HttpEngine, tmp_path: Path) -> Iterator[Operations]:
    watched.wait_at_most(SHORT_SECONDS)
    made = Operations(watched.session.link(watched.key).source, engine, tmp_path)
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


SAMPLE = [(Fault("cut", at=60), "all"), (Fault("freeze"), "log"), (Fault("garbage"), "export"),
          (Fault("status", status=503), "commit")]  # fmt: skip


@pytest.mark.parametrize(
    "rounds", [pytest.param(0, id="sample"), pytest.param(ROUNDS, marks=pytest.mark.torture, id="all")]
)
def test_every_fault_in_every_operation(
    watched: Watched,
    proxy: FaultProxy,
    engine: HttpEngine,
    operations: Operations,
    rounds: int,
    expected_log: list[str],
) -> None:
    expected_log.append("Failed to parse headers")  # the library's own words of garbage among them
    pairs = list(itertools.product(KINDS, operations.routes)) * rounds or SAMPLE
    random.shuffle(pairs)
    images, container = set(engine.images), operations.container
    folder = operations.archive.parent
    counts, files = Counts(), set(folder.rglob("*"))
    times: list[float] = []
    for number, (kind, operation) in enumerate(pairs):
        fault = Fault(kind.kind, operations.routes[operation], kind.at, kind.seconds, kind.status)
        operations.struck = time.monotonic()
        proxy.strike(fault)
        names = [each for each in operations.routes if each != "all"] if operation == "all" else [operation]
        control = Control()
        threads = [operations.run(each, fault, control if each == "follow" else Control()) for each in names]
        watched.list_again()
        engine.set_state(container, "exited" if number % 2 else "running")
        watched.qtbot.wait(random.randrange(250))
        operations.healed = time.monotonic()
        proxy.heal()
        began = time.monotonic()
        engine.set_state(container, "running" if number % 2 else "exited")
        control.cancel()  # what has no end of its own
        for thread in threads:
            watched.until(lambda t=thread: not t.is_alive(), f"{fault} in {operation} hangs")
        for each in set(engine.images) - images:
            engine.remove_image(each)
        watched.until(lambda: settled(watched, engine), f"{fault} in {operation}")
        times.append(time.monotonic() - began)
        if rounds and number % 500 == 499:
            print(number + 1, end=" ", flush=True)
    watched.until(lambda: not counts.grown(3), str(counts))
    figures("faults x operations", len(pairs), times, counts)
    print(f"  {dict(sorted(operations.ended.items()))}")
    assert operations.wrong == []
    assert set(folder.rglob("*")) == files, "nothing is left on the disk"
