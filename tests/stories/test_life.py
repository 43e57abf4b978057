"""Pause, rename, kill and a stop by another signal, on a real engine."""

from __future__ import annotations

import pytest

from imagexplorer.core.errors import NotFound, Refused
from imagexplorer.core.run_spec import RunSpec
from tests.engines import SAMPLE, Engine

pytestmark = pytest.mark.engine
TRAP = "trap 'exit 7' INT; trap 'exit 8' USR1; trap '' TERM; while :; do sleep 0.1; done"


def told(engine: Engine, container: str) -> tuple[str, str, int | None]:
    detail = engine.source.container(container, engine.control)
    return detail.container.name, detail.container.state, detail.exit_code


def ended(engine: Engine, container: str) -> int | None:
    engine.api.wait(container, timeout=30)
    return told(engine, container)[2]


def test_between_start_and_end(engine: Engine, sample: str, tidy: list[str]) -> None:
    source, control = engine.source, engine.control
    tidy += ["lively", "livelier"]
    made = source.run(RunSpec(SAMPLE, "lively", ("sh", "-c", TRAP)), control)
    source.rename(made, "livelier", control)
    assert told(engine, made)[:2] == ("livelier", "running")
    other = source.run(RunSpec(SAMPLE, "lively", ("sh", "-c", TRAP)), control)
    with pytest.raises(Refused, match="in use"):
        source.rename(other, "livelier", control)
    if not engine.podman:  # not every machine has the freezer that it needs
        source.pause(made, control)
        assert told(engine, made)[1] == "paused"
        source.unpause(made, control)
    assert told(engine, made)[1] == "running"
    source.kill(made, control, "SIGUSR1")
    assert ended(engine, made) == 8
    with pytest.raises(Refused):
        source.kill(made, control)
    source.stop(other, control, 10, "SIGINT")
    assert told(engine, other)[1:] == ("exited", 7)
    source.start(other, control)
    source.stop(other, control, 0, "SIGTERM")  # which it does not heed
    assert told(engine, other)[1:] == ("exited", 137)
    source.remove_container(other, control)
    with pytest.raises(NotFound):
        source.rename(other, "gone", control)
