"""One thing out of the trash back into its engine, with the names that nobody else has by now.

Its calls run on the thread of the act.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from imagexplorer.core.command_line import joined
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ALL, PODMAN, Touched, short_id
from imagexplorer.core.errors import Refused
from imagexplorer.core.trash import CONTAINER, TAGS, VOLUME, TrashItem, shared_layers
from imagexplorer.session.keeping import id_of, layers_of, takes_thinned

if TYPE_CHECKING:
    from imagexplorer.output.trash import TrashFolder

_TOLD = 4


def bring_back(
    item: TrashItem, folder: TrashFolder, opened: Any, host: Any, program: str, control: Control
) -> tuple[Touched, str]:
    """What it touched, and what is to be said of how it came back. Raises Refused with why it cannot."""
    if item.kind == VOLUME:
        host.volume_restored(item.volume, str(folder.found(item)), control)
        roots = ", its files root's now: Podman does not tell their owners" if program == PODMAN else ""
        return Touched(volumes=frozenset(item.names)), roots
    identifier = _image(item, folder, opened, host, control)
    if item.kind == CONTAINER:
        return _container(item, identifier, host, control)
    left = []
    for name in item.names:
        if id_of(opened, name, control) in ("", identifier):
            host.tag(identifier, name, control)
        else:
            left.append(name)
    return Touched(images=frozenset({ALL})), _stay("image", left)


def _container(item: TrashItem, identifier: str, host: Any, control: Control) -> tuple[Touched, str]:
    from imagexplorer.core.run_parse import parse_run

    taken = any(each.name in item.names for each in host.containers(control))
    spec = parse_run(item.line).spec
    host.create(replace(spec, image=identifier, name="" if taken else spec.name), control)
    words = ", not started, upon an image of its own" + _stay("container", item.names if taken else ())
    return Touched(frozenset({ALL}), frozenset({ALL})), words


def _stay(what: str, names: tuple[str, ...] | list[str]) -> str:
    return f"; {', '.join(names)} is the name of another {what} now, and stays that" if names else ""


def _image(item: TrashItem, folder: TrashFolder, opened: Any, host: Any, control: Control) -> str:
    there = id_of(opened, item.image_id, control)
    if there:
        return there
    if item.kind == TAGS:
        reason = "its image was deleted meanwhile, and only the names were kept"
        raise Refused(item.title, reason, "Pull or load the image, then tag it")
    _need_layers(item, opened, host, control)
    return str(host.load(str(folder.found(item)), item.image_id, control))


def _need_layers(item: TrashItem, opened: Any, host: Any, control: Control) -> None:
    """Raises Refused where the archive lacks layers that the engine does not have any more."""
    if not item.relies:
        return
    if not takes_thinned(host.info(control)):
        reason = f"it was kept without the layers that it shared with {item.shared_with}, and this store needs them"
        raise Refused(item.title, reason, "Bring it back where it was deleted")
    held = layers_of(opened, control, lambda _image: True)
    missing = item.relies[shared_layers(item.relies, held.values()) :]
    if missing:
        are = "layer is" if len(missing) == 1 else "layers are"
        told = ", ".join(map(short_id, missing[:_TOLD])) + (", ..." if len(missing) > _TOLD else "")
        reason = f"{len(missing)} {are} not on the engine any more that it shared with {item.shared_with}: {told}"
        raise Refused(item.title, reason, f"Bring back, pull or load {item.shared_with} as it was, then try again")


def lines_back(item: TrashItem, program: str) -> list[str]:
    """The command lines that would do the same, in the folder of the trash."""
    archive = f"{item.id}.tar"
    if item.kind == VOLUME:
        (name,) = item.names
        fill = [program, "run", "--rm", "-i", "-v", f"{name}:/to", "busybox", "tar", "-x", "-C", "/to"]
        fill += ["--strip-components", "1"]
        return [joined([program, "volume", "create", name]), f"{joined(fill)} < {archive}"]
    lines = [joined([program, "load", "-i", archive])] if item.kind != TAGS else []
    if item.kind == CONTAINER:
        return [*lines, joined([program, "create", "--name", *item.names, short_id(item.image_id)])]
    return lines + [joined([program, "tag", short_id(item.image_id), name]) for name in item.names]
