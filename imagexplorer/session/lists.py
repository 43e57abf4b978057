"""The rows of one source and how they are put together: pure, no Qt.

First rows come from one call per list; what that call does not carry is kept beside them by id and put in: unique
and writable bytes from one call each, containers per image counted in the container list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter

from imagexplorer.core.entities import Container, Image, Platform

_FILLED = ("unique_bytes", "containers", "platform", "writable_bytes")
_IMAGE_FILLED = attrgetter("unique_bytes", "containers", "platform")
_IMAGE = attrgetter(*(each.name for each in fields(Image) if each.compare and each.name not in _FILLED))
_CONTAINER = attrgetter(*(each.name for each in fields(Container) if each.compare and each.name not in _FILLED))
"""What the source itself says of a row. Comparing takes a tenth of making one anew, and of thousands few changed."""


@dataclass
class Rows:
    """Rows are replaced, never changed; a row that stays the same stays the same object."""

    images: tuple[Image, ...] = ()
    containers: tuple[Container, ...] = ()
    images_known: bool = False
    containers_known: bool = False
    unique: Mapping[str, int] = field(default_factory=dict)
    written: Mapping[str, int] = field(default_factory=dict)
    platforms: dict[str, Platform] = field(default_factory=dict)

    def has(self, identifier: str) -> bool:
        return any(row.id == identifier for row in self.images) or any(row.id == identifier for row in self.containers)

    def put_images(self, rows: Sequence[Image], counted: bool = True) -> bool:
        """A new list; `counted` says that the source has containers to count. Returns whether anything changed."""
        count = (
            Counter(container.image_id for container in self.containers) if self.containers_known and counted else None
        )
        old = {image.id: image for image in self.images}
        return self._set_images(tuple(self._filled(row, old.get(row.id), count) for row in rows))

    def put_containers(self, rows: Sequence[Container], ids: Collection[str] | None = None) -> bool:
        """A new list, or the new state of just these ids (those without a row are gone)."""
        old = {container.id: container for container in self.containers}
        fresh = {row.id: self._weighed(row, old.get(row.id)) for row in rows}
        if ids is None:
            new = tuple(fresh.values())
        else:
            kept = [
                fresh.pop(container.id, container)
                for container in self.containers
                if container.id in fresh or container.id not in ids
            ]
            new = (*kept, *fresh.values())
        changed = not self.containers_known or new != self.containers
        self.containers, self.containers_known = new, True
        return changed

    def put_unique(self, unique: Mapping[str, int]) -> bool:
        self.unique = unique
        return self.put_images(self.images) if self.images_known else False

    def put_platform(self, image: str, platform: Platform | None) -> bool:
        """What looking at one image told, where the list does not say it."""
        row = next((each for each in self.images if each.id == image), None)
        if platform is None or row is None or row.platform is not None:
            return False
        self.platforms[image] = platform
        return self.put_images(self.images)

    def put_written(self, written: Mapping[str, int]) -> bool:
        self.written = written
        new = tuple(
            container
            if container.writable_bytes == written.get(container.id, container.writable_bytes)
            else replace(container, writable_bytes=written[container.id])
            for container in self.containers
        )
        changed = new != self.containers
        self.containers = new
        return changed

    def _set_images(self, new: tuple[Image, ...]) -> bool:
        changed = not self.images_known or new != self.images
        self.images, self.images_known = new, True
        return changed

    def _filled(self, row: Image, old: Image | None, count: Counter[str] | None) -> Image:
        unique = self.unique.get(row.id, row.unique_bytes)
        if unique is None and old is not None:
            unique = old.unique_bytes
        containers = row.containers if count is None else count[row.id]
        platform = row.platform or self.platforms.get(row.id)
        filled = (unique, containers, platform)
        for known in (old, row):
            if known is not None and _IMAGE_FILLED(known) == filled and (known is row or _IMAGE(known) == _IMAGE(row)):
                return known
        return replace(row, unique_bytes=unique, containers=containers, platform=platform)

    def _weighed(self, row: Container, old: Container | None) -> Container:
        written = row.writable_bytes
        if written is None:
            written = self.written.get(row.id, old.writable_bytes if old is not None else None)
        if old is not None and old.writable_bytes == written and _CONTAINER(old) == _CONTAINER(row):
            return old
        return row if row.writable_bytes == written else replace(row, writable_bytes=written)
