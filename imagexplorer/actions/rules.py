"""Why something cannot be done now, in words; "" where it can. Pure: asks nobody, knows records only."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from imagexplorer.core.entities import Container, Selection
from imagexplorer.core.text import plain
from imagexplorer.core.world import VOLUME

NONE, ENGINE, LOST, CONNECTING, FILE, SEVERAL = "none", "engine", "lost", "connecting", "file", "several"
LOCKED = "locked"
"""What the selection's source is. NONE: there is none, or it is closed; SEVERAL: it is not one; LOCKED: an engine that
answers, on which nothing shall be changed."""


def needs_engine(source: str, to_do: str, reads: bool = False) -> str:
    """`to_do` completes "connect to an engine to ...". `reads`: it changes nothing there."""
    if source == LOCKED:
        return "" if reads else f"This engine is locked: unlock it in the File menu to {to_do}"
    if source == FILE:
        return f"An archive is read-only: connect to an engine to {to_do}"
    if source == LOST:
        return "The engine is lost: this works again when it is back"
    if source == CONNECTING:
        return "The engine has not answered yet"
    if source == SEVERAL:
        return f"Choose one engine to {to_do}: several are shown together"
    return "" if source == ENGINE else f"Connect to an engine to {to_do}"


def one_image(selection: Selection) -> str:
    if not selection.images:
        return "Select an image first"
    return f"Select one image: {len(selection.images)} are selected" if len(selection.images) > 1 else ""


def open_image(selection: Selection) -> str:
    return one_image(selection)


def compare_images(selection: Selection) -> str:
    if not selection.images:
        return "Select an image first, or two"
    return f"Select one or two images: {len(selection.images)} are selected" if len(selection.images) > 2 else ""


def run_image(selection: Selection, source: str) -> str:
    return one_image(selection) or needs_engine(source, "run its images")


def delete_images(selection: Selection, source: str, busy: Collection[str] = ()) -> str:
    if not selection.images:
        return "Select an image first"
    return needs_engine(source, "delete images there") or _under_way([image.id for image in selection.images], busy)


def tag_image(selection: Selection, source: str, busy: Collection[str] = ()) -> str:
    return (
        one_image(selection)
        or needs_engine(source, "name its images")
        or _under_way([image.id for image in selection.images], busy)
    )


def copy_image(selection: Selection, source: str, others: int) -> str:
    """`others`: how many engines it could be copied to."""
    if not selection.images:
        return "Select an image first"
    if source == FILE:
        return "" if others else "Connect to an engine first: there is none to copy it to"
    if why := needs_engine(source, "copy its images", reads=True):
        return why
    return "" if others else "Connect to a second engine first: there is none to copy it to"


def one_container(selection: Selection) -> str:
    if not selection.containers:
        return "Select a container first"
    count = len(selection.containers)
    return f"Select one container: {count} are selected" if count > 1 else ""


def open_container(selection: Selection) -> str:
    return one_container(selection)


def start(selection: Selection, source: str, busy: Collection[str] = ()) -> str:
    if why := _some_containers(selection, source, "start containers", busy):
        return why
    return "" if startable(selection.containers) else _all_are(selection.containers, "running already")


def stop(selection: Selection, source: str, busy: Collection[str] = ()) -> str:
    if why := _some_containers(selection, source, "stop containers", busy):
        return why
    return "" if stoppable(selection.containers) else _all_are(selection.containers, "not running")


def pause(selection: Selection, source: str, busy: Collection[str] = ()) -> str:
    if why := _some_containers(selection, source, "pause containers", busy):
        return why
    return "" if pausable(selection.containers) else _all_are(selection.containers, "not running")


def unpause(selection: Selection, source: str, busy: Collection[str] = ()) -> str:
    if why := _some_containers(selection, source, "unpause containers", busy):
        return why
    return "" if paused(selection.containers) else _all_are(selection.containers, "not paused")


def kill(selection: Selection, source: str) -> str:
    """Also while a stop is under way: it is the way out of one that takes long."""
    if why := _some_containers(selection, source, "kill containers", ()):
        return why
    return "" if stoppable(selection.containers) else _all_are(selection.containers, "not running")


def rename(selection: Selection, source: str, busy: Collection[str] = ()) -> str:
    if why := one_container(selection) or _some_containers(selection, source, "rename containers", busy):
        return why
    return "" if restartable(selection.containers) else _all_are(selection.containers, "being removed")


def restart(selection: Selection, source: str, busy: Collection[str] = ()) -> str:
    if why := _some_containers(selection, source, "restart containers", busy):
        return why
    return "" if restartable(selection.containers) else _all_are(selection.containers, "being removed")


def run_like(selection: Selection, source: str) -> str:
    return one_container(selection) or needs_engine(source, "run containers")


def edit_container(selection: Selection, source: str, busy: Collection[str] = ()) -> str:
    if why := one_container(selection) or _some_containers(selection, source, "change containers", busy):
        return why
    return "" if restartable(selection.containers) else _all_are(selection.containers, "being removed")


def commit(selection: Selection, source: str, busy: Collection[str] = ()) -> str:
    if why := one_container(selection) or _some_containers(selection, source, "commit containers", busy):
        return why
    return "" if restartable(selection.containers) else _all_are(selection.containers, "being removed")


def write_changes(selection: Selection, source: str) -> str:
    return one_container(selection) or needs_engine(source, "read what a container changed", reads=True)


def delete_containers(selection: Selection, source: str, busy: Collection[str] = ()) -> str:
    if why := _some_containers(selection, source, "delete containers", busy):
        return why
    going = all(container.state == "removing" for container in selection.containers)
    return _all_are(selection.containers, "being removed") if going else ""


def delete_volumes(selection: Selection, source: str, busy: Collection[str] = ()) -> str:
    if not selection.volumes:
        return "Select a volume of the disk usage first"
    ids = [f"{VOLUME} {volume.name}" for volume in selection.volumes]
    return needs_engine(source, "delete volumes there") or _under_way(ids, busy)


def startable(containers: Sequence[Container]) -> tuple[Container, ...]:
    return tuple(each for each in containers if each.state in ("created", "exited", ""))


def stoppable(containers: Sequence[Container]) -> tuple[Container, ...]:
    return tuple(each for each in containers if each.running)


def pausable(containers: Sequence[Container]) -> tuple[Container, ...]:
    return tuple(each for each in containers if each.state == "running")


def paused(containers: Sequence[Container]) -> tuple[Container, ...]:
    return tuple(each for each in containers if each.state == "paused")


def restartable(containers: Sequence[Container]) -> tuple[Container, ...]:
    return tuple(each for each in containers if each.state not in ("removing", "dead"))


def _some_containers(selection: Selection, source: str, to_do: str, busy: Collection[str]) -> str:
    if not selection.containers:
        return "Select a container first"
    return needs_engine(source, to_do) or _under_way([each.id for each in selection.containers], busy)


def _under_way(ids: Sequence[str], busy: Collection[str]) -> str:
    return "Wait until what was asked before is done" if any(each in busy for each in ids) else ""


def _all_are(containers: Sequence[Container], what: str) -> str:
    if len(containers) == 1:
        return f"{plain(containers[0].name, 80)} is {what}"
    return f"All {len(containers)} are {what}"
