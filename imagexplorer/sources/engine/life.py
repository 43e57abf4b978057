"""What else happens to a container between its start and its end: kill, pause, unpause, rename."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from imagexplorer.core.control import Control
from imagexplorer.core.entities import short_id
from imagexplorer.core.errors import Refused
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.sources.engine.actions import of_container, quoted, stop, unsure
from imagexplorer.sources.engine.wire import Wire

USUAL_TIMEOUT_S = 10
"""Of a stop, in docker and Podman, where the container has none of its own."""


def with_time_out(spec: RunSpec, podman: bool) -> RunSpec:
    """Podman 4's Docker API makes a container without a word of it one with a time out of 0, so that its stop is a
    kill: what its program has not written yet would be lost."""
    if not podman or any(name == "stop-timeout" for name, _ in spec.others):
        return spec
    return replace(spec, others=(*spec.others, ("stop-timeout", str(USUAL_TIMEOUT_S))))


def stop_by(
    wire: Wire, container: str, control: Control, timeout: int | None, signal: str, podman: bool = False
) -> None:
    """A stop with another signal. Engines learned that with API 1.42 (Podman's takes it and does not heed it): before,
    the signal is sent, and what runs still after the time out is stopped at once."""
    if wire.at_least("1.42") and not podman:
        params = {"signal": signal} | ({} if timeout is None else {"t": timeout})
        of_container(wire, "POST", container, "/stop", "stop container", control, params)
        return
    what = f"stop container {short_id(container)}"
    kill(wire, container, control, signal)
    until = time.monotonic() + (USUAL_TIMEOUT_S if timeout is None else timeout)
    while time.monotonic() < until:
        with unsure(what):
            answer = wire.get(f"/containers/{quoted(container)}/json", what=what, control=control)
        state = answer.get("State") if isinstance(answer, Mapping) else None
        if not (isinstance(state, Mapping) and state.get("Running") is True):
            return
        time.sleep(0.2)
        control.step(text=f"{signal} was sent, waiting for its end")
    stop(wire, container, control, 0)


def kill(wire: Wire, container: str, control: Control, signal: str) -> None:
    """`signal` is a name (SIGTERM) or a number. Podman waits 5 s for the end of what it killed, and calls it a mistake
    of its own where that takes longer."""
    try:
        of_container(wire, "POST", container, "/kill", "kill container", control, {"signal": signal})
    except Refused as error:
        if "timed out waiting for file" not in error.reason:
            raise
        way_out = "The signal was sent, and it had not ended a while later: look at the list"
        raise Refused(error.what, error.reason, way_out) from error


def pause(wire: Wire, container: str, control: Control) -> None:
    of_container(wire, "POST", container, "/pause", "pause container", control)


def unpause(wire: Wire, container: str, control: Control) -> None:
    of_container(wire, "POST", container, "/unpause", "unpause container", control)


def rename(wire: Wire, container: str, name: str, control: Control) -> None:
    of_container(wire, "POST", container, "/rename", "rename container", control, {"name": name})
