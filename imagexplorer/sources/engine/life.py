"""What else happens to a container between its start and its end: kill, pause, unpause, rename."""

from __future__ import annotations

from imagexplorer.core.control import Control
from imagexplorer.sources.engine.actions import of_container
from imagexplorer.sources.engine.wire import Wire


def kill(wire: Wire, container: str, control: Control, signal: str) -> None:
    """`signal` is a name (SIGTERM) or a number."""
    of_container(wire, "POST", container, "/kill", "kill container", control, {"signal": signal})


def pause(wire: Wire, container: str, control: Control) -> None:
    of_container(wire, "POST", container, "/pause", "pause container", control)


def unpause(wire: Wire, container: str, control: Control) -> None:
    of_container(wire, "POST", container, "/unpause", "unpause container", control)


def rename(wire: Wire, container: str, name: str, control: Control) -> None:
    of_container(wire, "POST", container, "/rename", "rename container", control, {"name": name})
