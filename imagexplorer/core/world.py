"""All that an engine holds at one moment and a delete could touch. Records only: what becomes of it is `core.plan`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from imagexplorer.core.entities import DOCKER, Container, Volume, short_id

IMAGE, CONTAINER, VOLUME = "image", "container", "volume"


@dataclass(frozen=True, slots=True)
class Held:
    """An image as the engine holds it, also those in between that no list shows. `layers` are its diff IDs from the
    base up, `bytes` by layer (the engine's own measure), None where that is not known or was not asked."""

    id: str
    tags: tuple[str, ...] = ()
    parent_id: str = ""
    layers: tuple[str, ...] = ()
    bytes: tuple[int | None, ...] = ()
    created: int | None = None

    @property
    def name(self) -> str:
        return self.tags[0] if self.tags else short_id(self.id)


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """One record of the builder's cache."""

    id: str
    bytes: int
    in_use: bool = False
    shared: bool = False
    words: str = ""  # the engine's own, of what it is


@dataclass(frozen=True, slots=True)
class World:
    """What an engine holds at one moment. `exact`: its layers' sizes add up to what deleting them frees, and the
    builder's cache keeps none of them. `told` are (all, own) bytes of images by id as its disk usage tells them, None
    where it does not."""

    images: tuple[Held, ...] = ()
    containers: tuple[Container, ...] = ()
    build_cache: tuple[CacheEntry, ...] = ()
    exact: bool = True
    command: str = DOCKER
    layers_bytes: int | None = None  # of all layers together
    volumes: tuple[Volume, ...] = ()
    told: Mapping[str, tuple[int | None, int | None]] = field(default_factory=dict, hash=False)
    cache_apart: bool = True  # `layers_bytes` are without what only the builder's cache has

    @property
    def held_bytes(self) -> int | None:
        """Of layers and the builder's cache together, each once; None where the engine does not tell."""
        if self.layers_bytes is None:
            return None
        return self.layers_bytes + sum(each.bytes for each in self.build_cache if self.cache_apart and not each.shared)

    def cached_only(self, before: World) -> int:
        """Bytes that images shared with the builder's cache before, and that only the cache keeps now. In the
        containerd store each has its own."""
        if not self.cache_apart:
            return 0
        shared = {each.id for each in before.build_cache if each.shared}
        return sum(each.bytes for each in self.build_cache if each.id in shared and not each.shared)
