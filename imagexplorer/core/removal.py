"""A delete as it is asked about: what becomes of each thing that was chosen, and why; what comes free in all.

The rules are `core.plan`'s; here they are told by the thing. Computed, never done; nothing here is ever forced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from imagexplorer.core.entities import Container, Image, Volume, short_id
from imagexplorer.core.plan import own_layers, plan_delete
from imagexplorer.core.text import counted, human_size
from imagexplorer.core.world import VOLUME, Held, World


@dataclass(frozen=True, slots=True)
class ImageRemoval:
    """`references` are what the engine is asked to delete, in this order: all tags, or the id of an image without one.
    Without references it goes by itself, with the last one that was built on it. `users`, its own and those of what was
    built on it and goes too, must be deleted first. `built_on_it` are names of images that stay and need its layers.
    `layers` (diff ID, bytes) really go, once those before it in the plan went; `kept` are shared with images of the
    names `shared_with` then."""

    image: Image
    references: tuple[str, ...]
    users: tuple[Container, ...] = ()
    built_on_it: tuple[str, ...] = ()
    layers: tuple[tuple[str, int | None], ...] = ()
    kept: int = 0
    shared_with: tuple[str, ...] = ()

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
        if self.kept and not self.layers:
            return "; ".join([*parts, "its layers stay, other images share them"])
        parts.append(
            "removes its own layers" if unique is None else f"removes {human_size(unique)} of layers of its own"
        )
        return "; ".join(parts)

    @property
    def details(self) -> tuple[tuple[str, int | None], ...]:
        """What becomes of its layers, in words, with their bytes."""
        lines = [(f"layer {short_id(diff_id)} goes", size) for diff_id, size in self.layers]
        if self.kept:
            others = _listed(self.shared_with) if self.shared_with else "other images"
            are = "is" if self.kept == 1 else "are"
            lines.append((f"{counted(self.kept, 'layer')} {are} shared with {others}", None))
        return tuple(lines)

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
        lost = lost_with(self.container)
        volumes = [mount for mount in self.container.mounts if mount.kind == "volume"]
        return f"{lost}; its volumes stay" if volumes else lost

    @property
    def blocked(self) -> str:
        return f"it is {self.container.state}: stop it first" if self.container.running else ""


@dataclass(frozen=True, slots=True)
class VolumeRemoval:
    volume: Volume
    users: tuple[Container, ...] = ()

    @property
    def consequence(self) -> str:
        size = self.volume.bytes
        if size == 0:
            return "it is empty: nothing would be lost"
        return "all that is in it is lost" if size is None else f"{human_size(size)} that are in it are lost"

    @property
    def blocked(self) -> str:
        """Why the engine would refuse, "" if it would not."""
        if not self.users:
            return "a container uses it, which the engine does not name" if self.volume.users else ""
        it = "that" if len(self.users) == 1 else "those"
        return f"in use by {_listed([_with_state(user) for user in self.users])}: delete {it} first"


def lost_with(container: Container) -> str:
    written = container.writable_bytes
    if written == 0:
        return "it wrote nothing that would be lost"
    return "what it wrote is lost" if written is None else f"{human_size(written)} that it wrote are lost"


def plan_images(world: World, chosen: Sequence[str]) -> tuple[ImageRemoval, ...]:
    """`chosen` are ids, of which those that are gone are left out. In the order in which they can go: what is built on
    others first, and at the end what cannot."""
    held = {image.id: image for image in world.images}
    children: dict[str, list[Held]] = {}
    for image in world.images:
        children.setdefault(image.parent_id, []).append(image)
    ids = {identifier for identifier in chosen if identifier in held}
    plan = plan_delete(without_users(world, ids), sorted(ids))
    going = {image.id for image in plan.deleted}
    references: dict[str, list[str]] = {}
    for name, identifier in plan.references:
        references.setdefault(identifier, []).append(name)

    gone = going - ids  # untagged ones below go with theirs
    made = []
    for identifier in dict.fromkeys([*references, *(each for each in chosen if each in ids)]):
        image, goes = held[identifier], identifier in going
        built = list(_built_on(identifier, children))
        stays = {each.id for each in built} - going
        names = tuple(
            each.name
            for each in built
            if each.id in stays and (each.tags or not any(one.id in stays for one in children.get(each.id, ())))
        )
        using = {identifier, *(each.id for each in built if each.id in ids)}
        own = own_layers(world, image, gone) if goes else []
        gone |= {identifier} if goes else set()
        sizes = [size for _, size in own]
        sharing = [
            each.name
            for each in world.images
            if each.id not in gone and each.tags and each.layers[:1] == image.layers[:1]
        ]
        made.append(
            ImageRemoval(
                Image(identifier, image.tags, unique_bytes=None if None in sizes else sum(size or 0 for size in sizes)),
                tuple(references.get(identifier, ())),
                tuple(each for each in world.containers if each.image_id in using),
                () if goes else names,
                tuple(own),
                len(image.layers) - len(own) if goes else 0,
                tuple(sharing),
            )
        )
    return tuple(made)


def without_users(world: World, ids: set[str]) -> World:
    """As if no container used these images."""
    return replace(world, containers=tuple(each for each in world.containers if each.image_id not in ids))


def _built_on(identifier: str, children: dict[str, list[Held]]) -> Iterator[Held]:
    waiting, seen = list(children.get(identifier, ())), {identifier}  # a circle is no reason to go on for ever
    while waiting:
        image = waiting.pop(0)
        if image.id not in seen:
            seen.add(image.id)
            yield image
            waiting += children.get(image.id, ())


def plan_containers(chosen: Sequence[Container]) -> tuple[ContainerRemoval, ...]:
    return tuple(ContainerRemoval(container) for container in chosen)


def plan_volumes(world: World, chosen: Sequence[str]) -> tuple[VolumeRemoval, ...]:
    """`chosen` are names, of which those that are gone are left out."""
    held = {volume.name: volume for volume in world.volumes}
    return tuple(VolumeRemoval(held[name], users_of(world, name)) for name in chosen if name in held)


def users_of(world: World, volume: str) -> tuple[Container, ...]:
    return tuple(
        each
        for each in world.containers
        if any(mount.kind == VOLUME and mount.source == volume for mount in each.mounts)
    )


def _with_state(container: Container) -> str:
    return f"container {container.name or short_id(container.id)} ({container.state or 'state not known'})"


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _listed(names: Sequence[str], most: int = 5) -> str:
    shown = [*names[:most], *([f"{len(names) - most} more"] if len(names) > most else [])]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""
