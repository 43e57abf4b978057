"""All that an engine holds and a delete could touch: images also in between, containers with their sizes, build cache.

Knows the routes that tell it. Works nothing out: that is `core.plan`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import NotFound
from imagexplorer.core.world import CacheEntry, Held, Volume, World
from imagexplorer.sources.engine.containers import container_rows
from imagexplorer.sources.engine.fields import Json, amount, labels, rows, section, text
from imagexplorer.sources.engine.images import image_row
from imagexplorer.sources.engine.usage import disk_usage, image_bytes, items
from imagexplorer.sources.engine.wire import LONG_SECONDS, Wire
from imagexplorer.sources.storage import Stored


def world(
    wire: Wire,
    podman: bool,
    graph: bool,
    diff_ids: Callable[[str, Control], Sequence[str]],
    usage: bool,
    control: Control,
) -> World:
    """Without the layers' sizes: `sizes` tells them of one image. `graph`: layers are kept by a graph driver, where
    their sizes add up to what deleting them frees."""
    held = []
    listed = wire.get("/images/json", what="list of images", control=control, params={"all": 1})
    images = [image_row(record) for record in rows(listed)]
    for number, image in enumerate(images):
        control.step(number, len(images), "layers of the images")
        try:
            layers = tuple(diff_ids(image.id, control))
        except NotFound:  # gone meanwhile
            continue
        held.append(Held(image.id, image.tags, image.parent_id, layers, (), image.created))
    answer = wire.json(
        "GET", "/containers/json", what="list of containers", control=control, params={"all": 1, "size": 1},
        seconds=LONG_SECONDS,
    )  # fmt: skip
    # Docker leaves a size out where it is 0.
    containers = tuple(replace(row, writable_bytes=row.writable_bytes or 0) for row in container_rows(answer))
    exact, command = graph and not podman, "podman" if podman else "docker"
    if not usage:
        return World(tuple(held), containers, (), exact, command)
    told = wire.json("GET", "/system/df", what="disk usage", control=control, seconds=LONG_SECONDS)
    answer = told if isinstance(told, dict) else {}
    total = disk_usage(answer).layers_bytes
    return World(tuple(held), containers, _cache(answer), exact, command, total, _volumes(answer), image_bytes(answer))


def sizes(image: ImageDetail, stored: Mapping[str, Stored]) -> tuple[int | None, ...]:
    """By layer, from the engine's own records of them, else as its history tells where its steps are matched to
    layers."""
    by_layer = {step.layer: step.size_bytes for step in image.steps if step.layer is not None}
    of_store = {diff_id: each.size_bytes for diff_id, each in stored.items()}
    return tuple(
        size if (size := of_store.get(layer.diff_id)) is not None else by_layer.get(layer.index)
        for layer in image.layers
    )


def _cache(answer: Json) -> tuple[CacheEntry, ...]:
    return tuple(
        CacheEntry(
            text(each, "ID"),
            amount(each, "Size") or 0,
            each.get("InUse") is True,
            each.get("Shared") is True,
            text(each, "Description"),
        )
        for each in items(answer, "BuildCache", "BuildCacheUsage")
        if text(each, "ID")
    )


def _volumes(answer: Json) -> tuple[Volume, ...]:
    return tuple(
        Volume(
            text(each, "Name"),
            amount(section(each, "UsageData"), "Size"),
            amount(section(each, "UsageData"), "RefCount") or 0,
            "com.docker.volume.anonymous" in labels(each),
        )
        for each in items(answer, "Volumes", "VolumeUsage")
        if text(each, "Name")
    )
