"""What a delete or a prune would do, worked out and never done: what is only untagged, which images and layers go, what
stands in the way, how many bytes come free.

The rules are the engine's own (moby, daemon/images/image_delete.go and the layer store; Podman goes by the same): an
image goes with its last tag; one that another image was built on only loses its tags; one that a container uses stays;
with an image go its untagged parents that nothing else needs. A layer goes with the last image whose chain it is in,
and the same content upon other layers is another layer. Nothing is forced.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from imagexplorer.core.entities import Container, Volume, short_id
from imagexplorer.core.errors import NotFound
from imagexplorer.core.text import plain
from imagexplorer.core.world import CONTAINER, IMAGE, VOLUME, CacheEntry, Held, World

STOPPED = ("created", "exited", "dead")


@dataclass(frozen=True, slots=True)
class Blocked:
    """`kind` of what is in the way is IMAGE or CONTAINER; `by` its name; `state` a container's."""

    image: str
    by: str
    kind: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """`untagged` names, `deleted` images, `layers` (diff ID, bytes or None) that nothing needs any more. `references`
    are what the engine is asked to delete, in this order, each with the id of its image."""

    untagged: tuple[str, ...] = ()
    deleted: tuple[Held, ...] = ()
    layers: tuple[tuple[str, int | None], ...] = ()
    containers: tuple[Container, ...] = ()
    volumes: tuple[Volume, ...] = ()
    build_cache: tuple[CacheEntry, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    steps: tuple[str, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    exact: bool = True
    frees_bytes: int = field(default=0)

    @property
    def nothing(self) -> bool:
        """Of what an engine can be asked for."""
        return not (self.containers or self.references or self.volumes or self.build_cache)


def plan_delete(world: World, references: Sequence[str]) -> Plan:
    """`references` are tags, ids or the beginnings of ids. Raises NotFound."""
    wanted: dict[str, set[str]] = {}  # image id -> tags to take off; all of them where the id was named
    for reference in references:
        image, tags = _found(world, reference)
        wanted.setdefault(image.id, set()).update(tags)
    return _planned(world, wanted, ())


def plan_prune(
    world: World,
    *,
    dangling: bool,
    unused: bool,
    containers: bool,
    volumes: bool = False,
    build_cache: bool = False,
    keep: Collection[str] = (),
    before: int | None = None,
    like: str = "",
) -> Plan:
    """Stopped containers go first, so that what only they used is unused then. `keep` are ids of what stays. Of images
    only those made before a Unix time go, and those of which every name is `like` a shell pattern. Of `volumes` those
    go that no container uses which stays; `keep` has their names."""
    if before is not None or like:
        keep = {*keep, *(image.id for image in world.images if not _meant(image, before, like))}
    gone = [each for each in world.containers if each.state in STOPPED and each.id not in keep] if containers else []
    left = {each.id for each in gone}
    after = replace(world, containers=tuple(each for each in world.containers if each.id not in left))
    used = {each.image_id for each in after.containers} | set(keep)
    parents = {image.parent_id for image in world.images}
    wanted = {
        image.id: set(image.tags)
        for image in world.images
        if image.id not in used and image.id not in parents and (unused or (dangling and not image.tags))
    }
    if unused:  # one that others were built on goes with them, where they go
        wanted |= {image.id: set(image.tags) for image in world.images if image.tags and image.id not in used}
        wanted = {each: tags for each, tags in wanted.items() if not _kept_below(each, world, used, wanted)}
    plan = _planned(after, wanted, gone)
    if volumes and (left_over := _left_over(world, gone, keep)):
        sizes = [each.bytes for each in left_over]
        plan = replace(
            plan,
            volumes=left_over,
            steps=(*plan.steps, shlex.join([world.command, "volume", "rm", *(each.name for each in left_over)])),
            frees_bytes=plan.frees_bytes + sum(size or 0 for size in sizes),
            exact=plan.exact and None not in sizes,
        )
    if build_cache:
        cache = tuple(each for each in world.build_cache if not each.in_use)
        steps = (*plan.steps, f"{world.command} builder prune --all --force") if cache else plan.steps
        freed = sum(each.bytes for each in cache if not each.shared)
        plan = replace(plan, build_cache=cache, steps=steps, frees_bytes=plan.frees_bytes + freed)
        plan = replace(plan, exact=plan.exact and not cache)
    return plan


def _left_over(world: World, gone: Sequence[Container], keep: Collection[str]) -> tuple[Volume, ...]:
    """The engine may count containers that no list shows."""

    def users(containers: Sequence[Container], volume: Volume) -> int:
        return sum(any(each.kind == VOLUME and each.source == volume.name for each in one.mounts) for one in containers)

    return tuple(
        each
        for each in world.volumes
        if each.name not in keep and max(each.users, users(world.containers, each)) <= users(gone, each)
    )


def _meant(image: Held, before: int | None, like: str) -> bool:
    """What has no known age is not old, and what has no name is like nothing."""
    if before is not None and (image.created is None or image.created >= before):
        return False
    return not like or (bool(image.tags) and all(_is_like(tag, like) for tag in image.tags))


def _is_like(tag: str, like: str) -> bool:
    """`like` is a shell pattern of a name as people write it, with or without its tag."""
    name = _familiar(tag)
    return any(fnmatchcase(each, like) for each in (tag, name, name.rpartition(":")[0]))


def _kept_below(identifier: str, world: World, used: Collection[str], wanted: Collection[str]) -> bool:
    """Whether an image that stays was built on it."""
    children: dict[str, list[str]] = {}
    for image in world.images:
        children.setdefault(image.parent_id, []).append(image.id)
    tagged = {image.id for image in world.images if image.tags}
    waiting, seen = list(children.get(identifier, ())), set[str]()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        if one in used or (one in tagged and one not in wanted):
            return True
        waiting += children.get(one, ())
    return False


def _found(world: World, reference: str) -> tuple[Held, set[str]]:
    with_tag = reference if ":" in reference.rpartition("/")[2] else f"{reference}:latest"
    for image in world.images:
        for tag in image.tags:
            if tag in (reference, with_tag) or _familiar(tag) in (reference, with_tag):
                return image, {tag}
    digits = reference.removeprefix("sha256:")
    if len(digits) >= 4 and all(digit in "0123456789abcdef" for digit in digits):
        matching = [image for image in world.images if image.id.removeprefix("sha256:").startswith(digits)]
        if len(matching) == 1:
            return matching[0], set(matching[0].tags)
        if matching:
            raise NotFound(f"image {plain(reference, 200)}", f"{len(matching)} images begin so", "Name more of its id")
    raise NotFound(f"image {plain(reference, 200)}", "the engine has no image of that name or id")


def _familiar(tag: str) -> str:
    """As people write it: Podman puts the registry before each name."""
    for prefix in ("docker.io/library/", "docker.io/", "localhost/"):
        if tag.startswith(prefix):
            return tag.removeprefix(prefix)
    return tag


def _planned(world: World, wanted: dict[str, set[str]], gone: Sequence[Container]) -> Plan:
    images = {image.id: image for image in world.images}
    users: dict[str, list[Container]] = {}
    for container in world.containers:
        users.setdefault(container.image_id, []).append(container)
    going, untagged, blocked, steps = _deleted(world, images, users, wanted)
    stopped = [plain(each.name, 200) for each in gone]
    deleted = [images[each] for each in going]
    layers = _layers(world.images, going)
    sizes = [size for _, size in layers]
    written = [each.writable_bytes for each in gone]
    return Plan(
        tuple(untagged),
        tuple(deleted),
        tuple(layers),
        tuple(gone),
        (),
        (),
        tuple(blocked),
        (*([shlex.join([world.command, "rm", *stopped])] if stopped else []), *steps(world.command)),
        tuple(steps.names),
        world.exact and None not in sizes and None not in written,
        sum(size or 0 for size in (*sizes, *written)),
    )


class _Steps:
    """Command lines in the order in which they can be done."""

    def __init__(self) -> None:
        self.stop: dict[str, None] = {}
        self.remove: dict[str, None] = {}
        self.names: list[tuple[str, str]] = []  # with the ids of their images

    def __call__(self, command: str) -> Iterator[str]:
        names_only = [name for name, _ in self.names]
        for verb, names in (("stop", list(self.stop)), ("rm", list(self.remove)), ("rmi", names_only)):
            if names:
                yield shlex.join([command, verb, *names])


def _deleted(
    world: World, images: dict[str, Held], users: dict[str, list[Container]], wanted: dict[str, set[str]]
) -> tuple[list[str], list[str], list[Blocked], _Steps]:
    """(ids of images that go, names that are taken off, what is in the way, the steps)."""
    going: dict[str, None] = {}
    untagged: list[str] = []
    blocked: list[Blocked] = []
    steps = _Steps()
    left = {image.id: set(image.tags) for image in world.images}
    # What was built on others first, so that they can follow.
    for identifier in _youngest_first(images, wanted):
        image, tags = images[identifier], wanted[identifier]
        if identifier in going:  # with one that was built on it
            continue
        if not tags < left[identifier] and (in_the_way := users.get(identifier)):
            for each in in_the_way:
                blocked.append(Blocked(image.name, each.name or short_id(each.id), CONTAINER, each.state))
                if each.running:
                    steps.stop[each.name or each.id] = None
                steps.remove[each.name or each.id] = None
            steps.names += [(name, image.id) for name in sorted(tags) or [image.id]]
            continue
        children = [each for each in world.images if each.parent_id == identifier and each.id not in going]
        if children and not image.tags:
            blocked += [Blocked(image.name, child.name, IMAGE) for child in children]
            continue
        steps.names += [(name, image.id) for name in sorted(tags) or [image.id]]
        untagged += sorted(tags)
        left[identifier] -= tags
        if left[identifier] or children:
            continue
        going[identifier] = None
        parent = images.get(image.parent_id)
        while parent is not None and parent.id not in going and not left[parent.id] and not users.get(parent.id):
            if any(each.parent_id == parent.id and each.id not in going for each in world.images):
                break
            going[parent.id] = None
            parent = images.get(parent.parent_id)
    return list(going), untagged, blocked, steps


def _youngest_first(images: dict[str, Held], wanted: Iterable[str]) -> list[str]:
    def depth(identifier: str) -> int:
        at, deep, seen = images.get(identifier), 0, set[str]()
        while at is not None and at.id not in seen:
            seen.add(at.id)
            at, deep = images.get(at.parent_id), deep + 1
        return deep

    return sorted(wanted, key=depth, reverse=True)


def _layers(images: Sequence[Held], going: Collection[str]) -> list[tuple[str, int | None]]:
    """Layers whose whole chain no image that stays has; each once, base first."""
    kept = _chains(image for image in images if image.id not in going)
    found: dict[tuple[str, ...], int | None] = {}
    for image in images:
        if image.id in going:
            for at in range(len(image.layers)):
                chain = image.layers[: at + 1]
                size = image.bytes[at] if at < len(image.bytes) else None
                if chain not in kept and found.get(chain) is None:
                    found[chain] = size
    return [(chain[-1], size) for chain, size in found.items()]


def own_layers(world: World, image: Held, going: Collection[str] = ()) -> list[tuple[str, int | None]]:
    """(diff ID, bytes) of those that no image needs but this one and those that go with it; base first."""
    gone = {image.id, *going}
    kept = _chains(each for each in world.images if each.id not in gone)
    return [
        (image.layers[at], image.bytes[at] if at < len(image.bytes) else None)
        for at in range(len(image.layers))
        if image.layers[: at + 1] not in kept
    ]


def _chains(images: Iterable[Held]) -> set[tuple[str, ...]]:
    return {image.layers[: at + 1] for image in images for at in range(len(image.layers))}


def own_bytes(world: World, image: Held) -> int | None:
    """Of the layers that only this image has; None where one of them is not known."""
    sizes = [size for _, size in own_layers(world, image)]
    return None if None in sizes else sum(size or 0 for size in sizes)
