"""A delete step by step: each can be left out, and what depends on it then stays too. Computed, never done.

What is asked about and what is carried out come from the same function, so that they are the same.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from imagexplorer.core.entities import DOCKER, Container, Image, Volume, is_nameless, short_id
from imagexplorer.core.plan import plan_delete
from imagexplorer.core.removal import (
    ContainerRemoval,
    ImageRemoval,
    VolumeRemoval,
    lost_with,
    plan_images,
    without_users,
)
from imagexplorer.core.world import World

TAG, USER, STOP, VOLUMES = "tag", "user", "stop", "volumes"


@dataclass(frozen=True, slots=True)
class Step:
    """`id` is the tag of a TAG, else the container's. `risky`: not done unless it is ticked."""

    kind: str
    id: str
    title: str
    consequence: str
    bytes: int | None = None

    @property
    def risky(self) -> bool:
        return self.kind != TAG


@dataclass(frozen=True, slots=True)
class Removal:
    """What is done: `containers` go first (those that run are stopped), `volumes` are the ids of those of them whose
    nameless volumes go too; then `references`, each with its image. `whole`
    are the ids of images that go, not only a name of theirs. `named` volumes go last."""

    containers: tuple[Container, ...] = ()
    references: tuple[tuple[str, Image], ...] = ()
    volumes: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    named: tuple[Volume, ...] = ()
    frees_bytes: int = 0
    exact: bool = True

    def lines(self, program: str = DOCKER, stop_first: bool = True) -> tuple[str, ...]:
        """The command lines that would do the same."""
        running = [each.name for each in self.containers if each.running and stop_first]
        bare = [each.name for each in self.containers if each.id not in self.volumes]
        whole = [each.name for each in self.containers if each.id in self.volumes]
        names = [short_id(name) if name == image.id else name for name, image in self.references]
        left = [each.name for each in self.named]
        commands = (("stop", running), ("rm", bare), ("rm -v", whole), ("rmi", names), ("volume rm", left))
        return tuple(shlex.join([program, *verb.split(), *words]) for verb, words in commands if words)


def nameless(container: Container) -> list[str]:
    """Its volumes that have no name but an engine's own, which nobody finds again without it."""
    return [each.source for each in container.mounts if each.kind == "volume" and is_nameless(each.source)]


def steps_of_image(removal: ImageRemoval) -> tuple[Step, ...]:
    """Its tags, where it has several, and the containers that have to go before it."""
    if removal.hopeless:
        return ()
    tags = removal.references if len(removal.references) > 1 else ()
    return (
        *(Step(TAG, tag, f"tag {tag}", "is taken off") for tag in tags),
        *(Step(USER, each.id, f"container {each.name}", _lost(each), each.writable_bytes) for each in removal.users),
    )


def steps_of_container(removal: ContainerRemoval) -> tuple[Step, ...]:
    container = removal.container
    steps = [Step(STOP, container.id, "stop it first", f"it is {container.state}")] if container.running else []
    if volumes := nameless(container):
        names = ", ".join(map(short_id, volumes))
        what = f"nameless volume {names}" if len(volumes) == 1 else f"nameless volumes {names}"
        words = "with the tick deleted too, with all that is in it; else left behind, and nothing uses it any more"
        steps.append(Step(VOLUMES, container.id, what, words))
    return tuple(steps)


def _lost(container: Container) -> str:
    behind = ", ".join(map(short_id, nameless(container)))
    verb = "is stopped and deleted" if container.running else "is deleted"
    return f"{verb}; {lost_with(container)}" + (f"; its nameless volumes stay behind: {behind}" if behind else "")


def removal_of_images(world: World, chosen: Sequence[str], stop_first: bool, kept: Collection[str] = ()) -> Removal:
    """`kept` are ids of images and containers, and tags, that were unticked. An image goes with its last tag, so one of
    which a tag stays, stays; one that a container uses goes with `stop_first`, and not if that container stays."""
    whole = plan_images(world, [each for each in chosen if each not in kept])
    partly = {each.image.id for each in whole if set(each.references) & set(kept)}
    references = [(tag, each.image) for each in whole if each.image.id in partly for tag in each.references]
    references = [each for each in references if each[0] not in kept]
    users: dict[str, Container] = {}
    going = []
    for each in plan_images(world, [one.image.id for one in whole if one.image.id not in partly]):
        waits = each.users and not (stop_first and all(user.id not in kept for user in each.users))
        if each.hopeless or waits:
            continue
        going.append(each.image.id)
        users |= {user.id: user for user in each.users}
        references += [(name, each.image) for name in each.references]
    made = plan_delete(without_users(world, set(going)), [name for name, _ in references])
    written = [each.writable_bytes for each in users.values()]
    return Removal(
        tuple(users.values()),
        tuple(references),
        whole=frozenset(image.id for image in made.deleted),
        frees_bytes=made.frees_bytes + sum(size or 0 for size in written),
        exact=made.exact and None not in written,
    )


def removal_of_containers(
    chosen: Sequence[Container], stop_first: bool, kept: Collection[str] = (), volumes: Collection[str] = ()
) -> Removal:
    going = tuple(each for each in chosen if each.id not in kept and (stop_first or not each.running))
    written = [each.writable_bytes for each in going]
    lost = frozenset(each.id for each in going if each.id in volumes and nameless(each))
    exact = None not in written and not lost
    return Removal(going, (), lost, frees_bytes=sum(size or 0 for size in written), exact=exact)


def removal_of_volumes(plan: Sequence[VolumeRemoval], kept: Collection[str] = ()) -> Removal:
    going = tuple(each.volume for each in plan if not each.blocked and each.volume.name not in kept)
    sizes = [each.bytes for each in going]
    return Removal(named=going, frees_bytes=sum(size or 0 for size in sizes), exact=None not in sizes)


def freed(before: World, after: World) -> tuple[int, bool]:
    """(bytes, whether exactly so many) of layers and containers that are there no more, as far as their sizes were
    known; not those of which the builder's cache keeps the bytes."""
    kept = {image.layers[: at + 1] for image in after.images for at in range(len(image.layers))}
    gone: dict[tuple[str, ...], int | None] = {}
    for image in before.images:
        for at in range(len(image.layers)):
            chain = image.layers[: at + 1]
            if chain not in kept:
                size = image.bytes[at] if at < len(image.bytes) else None
                gone[chain] = size if size is not None else gone.get(chain)
    there = {each.id for each in after.containers}
    sizes = [*gone.values(), *(each.writable_bytes for each in before.containers if each.id not in there)]
    cached = after.cached_only(before)
    return max(sum(size or 0 for size in sizes) - cached, 0), before.exact and None not in sizes
