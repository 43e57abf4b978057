"""A container in another's place: the old one is kept, stopped and under another name, until the new one is up.

The new one is created before the old one is stopped: what the engine refuses then costs nobody anything. Whatever fails
later is undone, in the other order, and what could not be undone is said.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace as changed

from imagexplorer.core.control import Control
from imagexplorer.core.entities import short_id
from imagexplorer.core.errors import Cancelled, ImagexplorerError, Refused, Unreachable
from imagexplorer.core.run_spec import RunSpec, kept_name
from imagexplorer.sources.engine import actions, life
from imagexplorer.sources.engine.wire import Wire

UP_AFTER_S = 1.5
"""One that runs still then is up."""


def replace(wire: Wire, old: str, spec: RunSpec, control: Control) -> str:
    """Returns the new container's id; the old one is stopped, and is called `kept_name` where its name was wanted."""
    state = _state(wire, old, control)
    name, ran = str(state["name"]), bool(state["running"])
    takes_name = spec.name == name
    first = changed(spec, name=f"{name}-new-{short_id(old)[:6]}") if takes_name else spec
    new = actions.create(wire, first, control)
    undo: list[tuple[str, Callable[[Control], None]]] = [
        ("remove the new one", lambda control: _remove(wire, new, control))
    ]
    try:
        if ran:
            control.step(text=f"stopping {name}")
            undo.append((f"start {name} again", lambda control: actions.start(wire, old, control)))
            actions.stop(wire, old, control, None)
        if takes_name:
            life.rename(wire, old, kept_name(name, old), control)
            undo.append((f"give {name} its name back", lambda control: life.rename(wire, old, name, control)))
            life.rename(wire, new, name, control)
        actions.start_new(wire, new, spec, control)
        _wait_until_up(wire, new, spec, control)
    except ImagexplorerError as error:
        raise _undone(error, name, undo) from error
    return new


def _undone(
    error: ImagexplorerError, name: str, undo: list[tuple[str, Callable[[Control], None]]]
) -> ImagexplorerError:
    """The new one goes first: it may have the name and the ports."""
    left = []
    control = Control()  # cancelling must not stop half way
    for words, call in [undo[0], *reversed(undo[1:])]:
        try:
            call(control)
        except ImagexplorerError as other:
            left.append(f"could not {words} ({other.reason or other.what})")
    if isinstance(error, Cancelled) and not left:
        return error
    way_out = "; ".join(left) if left else f"{name} is as it was before"
    kind = Unreachable if isinstance(error, Unreachable) else Refused
    return kind(f"edit {name}", error.reason or error.what, way_out)


def _wait_until_up(wire: Wire, new: str, spec: RunSpec, control: Control) -> None:
    until = time.monotonic() + UP_AFTER_S
    while True:
        control.step(text="waiting until the new one is up")
        state = _state(wire, new, control)
        if state["running"] and time.monotonic() >= until:
            return
        if not state["running"]:
            if state["exit"] == 0:
                return  # one that does its work and ends
            raise Refused(f"run {spec.image}", f"the new one ended at once with exit code {state['exit']}")
        time.sleep(0.1)


def _state(wire: Wire, container: str, control: Control) -> Mapping[str, object]:
    what = f"container {short_id(container)}"
    answer = wire.get(f"/containers/{actions.quoted(container)}/json", what=what, control=control)
    record = answer if isinstance(answer, Mapping) else {}
    state = record.get("State")
    state = state if isinstance(state, Mapping) else {}
    running = state.get("Running") is True or state.get("Status") in ("running", "paused", "restarting")
    return {"name": str(record.get("Name") or "").lstrip("/"), "running": running, "exit": state.get("ExitCode")}


def _remove(wire: Wire, new: str, control: Control) -> None:
    """It is our own of a moment ago; where it runs it is stopped first, nothing is forced."""
    with suppress(Refused):
        actions.stop(wire, new, control, 0)
    actions.remove_container(wire, new, control, force=False, volumes=False)
