"""What an engine's disk holds, by the thing: images, containers, volumes and the builder's cache, shared and own bytes.

A layer belongs to each image whose chain it is in, and is counted once; an image's own are those that no other image
needs, which is what comes free with it. Computed, never done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from imagexplorer.core.entities import DOCKER, Container, Volume
from imagexplorer.core.world import CONTAINER, IMAGE, VOLUME, CacheEntry, Held, World

CACHE = "cache"
KINDS = (IMAGE, CONTAINER, VOLUME, CACHE)
_NAMED = 3
_MANY = ""  # in place of an image's id


@dataclass(frozen=True, slots=True)
class Use:
    """`bytes` is all that it takes, `own` what no other thing has a part of; None where the engine does not tell.
    `used` says by what, "" where nothing needs it. `exact`: `own` is what comes free to the byte."""

    kind: str
    id: str
    name: str
    bytes: int | None
    own: int | None
    used: str = ""
    exact: bool = True

    @property
    def shared(self) -> int | None:
        return None if self.bytes is None or self.own is None else max(self.bytes - self.own, 0)


@dataclass(frozen=True, slots=True)
class DiskUse:
    """`uses` with the largest own bytes first. `shared_bytes` are layers that several images have, each counted once;
    None where that is not told."""

    uses: tuple[Use, ...] = ()
    shared_bytes: int | None = None
    exact: bool = True
    command: str = DOCKER

    def of(self, kind: str) -> list[Use]:
        return [use for use in self.uses if use.kind == kind]

    def total(self, kind: str) -> int:
        """What all of a kind take together, as far as it is known."""
        shared = (self.shared_bytes or 0) if kind == IMAGE else 0
        return shared + sum(use.own or 0 for use in self.of(kind))


@dataclass(slots=True)
class _Layers:
    """Chains as nodes: the same content upon other layers is another layer."""

    nodes: dict[tuple[int, str], int] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    owner: dict[int, str] = field(default_factory=dict)

    def chain(self, image: Held) -> list[int]:
        at, found = -1, []
        for layer in image.layers:
            at = self.nodes.setdefault((at, layer), len(self.nodes))
            found.append(at)
        return found


def disk_use(world: World) -> DiskUse:
    layers, listed = _Layers(), _listed(world)
    users: dict[str, list[Container]] = {}
    for container in world.containers:
        users.setdefault(container.image_id, []).append(container)
    chains = {image.id: layers.chain(image) for image in listed}
    for image in world.images:
        for node, size in zip(layers.chain(image), image.bytes, strict=False):
            if size is not None:
                layers.sizes[node] = size
    for image in listed:
        for node in chains[image.id]:
            layers.owner[node] = image.id if layers.owner.setdefault(node, image.id) == image.id else _MANY
    uses = [_of_image(image, chains[image.id], layers, world, users.get(image.id, ())) for image in listed]
    uses += [_of_container(container) for container in world.containers]
    uses += _of_volumes(world.volumes, world.containers)
    uses += [_of_cache(entry) for entry in world.build_cache]
    uses.sort(key=lambda use: (-(use.own or 0), -(use.bytes or 0), use.name))
    many = [layers.sizes.get(node) for node, owner in layers.owner.items() if owner == _MANY]
    if None not in many:
        shared: int | None = sum(size or 0 for size in many)
    elif world.layers_bytes is not None:
        shared = max(world.layers_bytes - sum(use.own or 0 for use in uses if use.kind == IMAGE), 0)
    else:
        shared = None
    return DiskUse(tuple(uses), shared, all(use.exact for use in uses) and shared is not None, world.command)


def unknown_images(world: World) -> list[str]:
    """Ids of images, whose layers' sizes tell those of all: few where many stand on the same."""
    seen: set[tuple[int, str]] = set()
    wanted = []
    layers = _Layers()
    for image in sorted(_listed(world), key=lambda image: (-len(image.layers), image.id)):
        chain = set(zip([-1, *layers.chain(image)], image.layers, strict=False))
        if chain - seen:
            wanted.append(image.id)
            seen |= chain
    return wanted


def _listed(world: World) -> list[Held]:
    """Those that stay for their own sake: what only stands in between goes with the last that was built on it."""
    parents = {image.parent_id for image in world.images}
    used = {container.image_id for container in world.containers}
    return [image for image in world.images if image.tags or image.id not in parents or image.id in used]


def _of_image(image: Held, chain: Sequence[int], layers: _Layers, world: World, users: Sequence[Container]) -> Use:
    told_bytes, told_own = world.told.get(image.id, (None, None))
    sizes = [layers.sizes.get(node) for node in chain]
    own = [layers.sizes.get(node) for node in chain if layers.owner[node] == image.id]
    known = None not in own
    return Use(
        IMAGE,
        image.id,
        image.name,
        sum(size or 0 for size in sizes) if None not in sizes else told_bytes,
        sum(size or 0 for size in own) if known else told_own,
        _by([each.name for each in users]),
        known and world.exact,
    )


def _of_container(container: Container) -> Use:
    written = container.writable_bytes
    return Use(
        CONTAINER, container.id, container.name, written, written, container.state if container.running else "",
        written is not None,
    )  # fmt: skip


def _of_volumes(volumes: Iterable[Volume], containers: Iterable[Container]) -> list[Use]:
    users: dict[str, list[str]] = {}
    for container in containers:
        for mount in container.mounts:
            if mount.kind == "volume":
                users.setdefault(mount.source, []).append(container.name)
    return [
        Use(
            VOLUME, each.name, each.name, each.bytes, each.bytes,
            _by(users.get(each.name, [])) or ("in use" if each.users else ""), each.bytes is not None,
        )
        for each in volumes
    ]  # fmt: skip


def _of_cache(entry: CacheEntry) -> Use:
    return Use(
        CACHE, entry.id, entry.words or entry.id[:12], entry.bytes, 0 if entry.shared else entry.bytes,
        "in use" if entry.in_use else "", False,
    )  # fmt: skip


def _by(names: Sequence[str]) -> str:
    """`used by web, db and 2 more`."""
    if not names:
        return ""
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    shown = [*names[:_NAMED], *more]
    return "used by " + (f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0])


def _first(use: Use) -> str:
    """What goes before it: nothing else frees a volume that containers use."""
    if use.kind != VOLUME:
        return ""
    if not use.used.startswith("used by "):
        return " by a container that the engine does not name"
    return f": delete {'those containers' if ' and ' in use.used else 'that container'} first"


def way_out(use: Use) -> Mapping[str, str]:
    """How it is freed: the `action` that asks; `why` not, else."""
    if use.kind == IMAGE:
        return {"action": "image.delete"}
    if use.kind == CONTAINER:
        return {"action": "container.delete"}
    if use.used:
        return {"why": f"It is {use.used}{_first(use)}"}
    return {"action": "engine.prune" if use.kind == CACHE else "volume.delete"}
