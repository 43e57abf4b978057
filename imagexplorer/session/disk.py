"""Where an engine's disk went: asked of the engine, worked out by `core.disk`. Callbacks answer on the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.core.errors import NotFound
from imagexplorer.jobs import Jobs
from imagexplorer.session.link import Link
from imagexplorer.session.records import Failed

if TYPE_CHECKING:
    from imagexplorer.core.disk import DiskUse

MOST = 500
"""Images that are asked for the sizes of their layers; of the others the engine's own sums are shown."""


class Disk:
    def __init__(self, jobs: Jobs, find: Callable[[str, Failed], Link | None]) -> None:
        self._jobs, self._find = jobs, find

    def look(
        self,
        lane: str,
        source: str,
        first: Callable[[DiskUse], None],
        done: Callable[[DiskUse], None],
        failed: Failed,
    ) -> None:
        """`first` hears what the engine's own sums tell, `done` what the layers add up to."""
        link = self._find(source, failed)
        if link is None:
            return
        opened = link.source

        def work(control: Control, give: Callable[[DiskUse], None]) -> DiskUse:
            from imagexplorer.core.disk import disk_use, unknown_images

            host: Any = opened.host
            world = host.holdings(control)
            give(disk_use(world))
            asked = unknown_images(world)[:MOST]
            sizes = {}
            for number, identifier in enumerate(asked):
                control.step(number, len(asked), "layers of the images")
                try:
                    sizes[identifier] = tuple(host.layer_sizes(identifier, control))
                except NotFound:  # gone meanwhile
                    continue
            images = tuple(replace(each, bytes=sizes.get(each.id, ())) for each in world.images)
            return disk_use(replace(world, images=images))

        self._jobs.stream(lane, work, first, link.failed(failed), done, "Looking where the disk went")
