"""A delete as a plan: what goes, what stays and why, what stands in the way, what it frees. Computed, never done here.

An image goes with its last tag, unless other images were built on it: then its tags go and its layers stay. A container
that uses an image, running or not, keeps it; so does a running container keep itself. Nothing here is ever forced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imagexplorer.core.entities import Container, Image, short_id
from imagexplorer.core.text import human_size


@dataclass(frozen=True, slots=True)
class ImageRemoval:
    """`references` are what the engine is asked to delete, in this order: all tags, or the id of an image without one.
    `users` must be deleted first. `built_on_it` are names of images that stay and need its layers."""

    image: Image
    references: tuple[str, ...]
    users: tuple[Container, ...] = ()
    built_on_it: tuple[str, ...] = ()

    @property
    def goes(self) -> bool:
        """The image itself, not only its tags."""
        return not self.built_on_it

    @property
    def hopeless(self) -> bool:
        """Without a tag to take off there is nothing that the engine would do."""
        return bool(self.built_on_it) and self.image.dangling

    @property
    def frees_bytes(self) -> int | None:
        return self.image.unique_bytes if self.goes else 0

    @property
    def consequence(self) -> str:
        others = _listed(self.built_on_it)
        if self.hopeless:
            return f"cannot go: {others} {_is(self.built_on_it)} built on it"
        if not self.goes:
            return f"untags {_listed(self.image.tags)}; its layers stay, {others} {_is(self.built_on_it)} built on it"
        parts = [f"untags {_listed(self.image.tags)}"] if self.image.tags else []
        unique = self.image.unique_bytes
        parts.append(
            "removes its own layers" if unique is None else f"removes {human_size(unique)} of layers of its own"
        )
        return "; ".join(parts)

    @property
    def blocked(self) -> str:
        """Why the engine would refuse, "" if it would not."""
        if self.hopeless:
            return f"{_listed(self.built_on_it)} {_is(self.built_on_it)} built on it: delete that first"
        return f"in use by {_listed([_with_state(user) for user in self.users])}" if self.users else ""


@dataclass(frozen=True, slots=True)
class ContainerRemoval:
    container: Container

    @property
    def frees_bytes(self) -> int | None:
        return self.container.writable_bytes

    @property
    def consequence(self) -> str:
        written = self.container.writable_bytes
        lost = "what it wrote is lost" if written is None else f"{human_size(written)} that it wrote are lost"
        if written == 0:
            lost = "it wrote nothing that would be lost"
        volumes = [mount for mount in self.container.mounts if mount.kind == "volume"]
        return f"{lost}; its volumes stay" if volumes else lost

    @property
    def blocked(self) -> str:
        return f"it is {self.container.state}: stop it first" if self.container.running else ""


def plan_images(
    chosen: Sequence[Image], images: Sequence[Image], containers: Sequence[Container]
) -> tuple[ImageRemoval, ...]:
    """In the order in which they can go: what is built on others first."""
    ids = {image.id for image in chosen}
    children: dict[str, list[Image]] = {}
    for image in images:
        if image.parent_id:
            children.setdefault(image.parent_id, []).append(image)
    plans = {
        image.id: ImageRemoval(
            image,
            image.tags or (image.id,),
            tuple(container for container in containers if container.image_id == image.id),
            tuple(child.name for child in children.get(image.id, ()) if child.id not in ids),
        )
        for image in chosen
    }
    ordered: dict[str, ImageRemoval] = {}

    for image in chosen:
        waiting = [image.id]
        seen: set[str] = set()  # a circle of parents is no reason to go on for ever
        while waiting:
            at = waiting[-1]
            below = [each.id for each in children.get(at, ()) if each.id in plans and each.id not in ordered]
            if at in seen or not below:
                ordered.setdefault(at, plans[at])
                waiting.pop()
            else:
                seen.add(at)
                waiting.extend(below)
    return tuple(ordered.values())


def plan_containers(chosen: Sequence[Container]) -> tuple[ContainerRemoval, ...]:
    return tuple(ContainerRemoval(container) for container in chosen)


def frees(plan: Sequence[ImageRemoval] | Sequence[ContainerRemoval]) -> int | None:
    """At least so many bytes; None while one of them is not known. Layers that only these share come on top."""
    known = [each.frees_bytes for each in plan]
    return None if None in known else sum(size for size in known if size is not None)


def _with_state(container: Container) -> str:
    return f"container {container.name or short_id(container.id)} ({container.state or 'state not known'})"


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _listed(names: Sequence[str], most: int = 5) -> str:
    shown = [*names[:most], *([f"{len(names) - most} more"] if len(names) > most else [])]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""
