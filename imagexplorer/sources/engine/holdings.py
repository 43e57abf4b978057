"""All that an engine holds and a delete could touch: images also in between, containers with their sizes, build cache.

Knows the routes that tell it. Works nothing out: that is `core.plan`'s.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail, Volume
from imagexplorer.core.errors import NotFound, Refused, Unreachable
from imagexplorer.core.world import CacheEntry, Held, World
from imagexplorer.sources.engine.containers import container_rows
from imagexplorer.sources.engine.fields import Json, amount, rows, text
from imagexplorer.sources.engine.images import image_row
from imagexplorer.sources.engine.usage import disk_usage, image_bytes, items
from imagexplorer.sources.engine.volumes import volume_of
from imagexplorer.sources.engine.wire import LONG_SECONDS, Wire
from imagexplorer.sources.storage import Stored

CACHE_SECONDS = 5.0


def world(
    wire: Wire,
    podman: bool,
    graph: bool,
    diff_ids: Callable[[str, Control], Sequence[str]],
    usage: bool,
    control: Control,
) -> World:
    """Without the layers' sizes: `sizes` tells them of one image. `graph`: layers are kept by a graph driver, where
    their sizes add up to what deleting them frees. Without `usage` the builder's cache is asked for where that makes
    such a sum wrong, and nothing else that takes long."""
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
        known = _cache_now(wire, control) if exact else ()
        return World(tuple(held), containers, known or (), exact and _keeps_none(known), command)
    told = wire.json("GET", "/system/df", what="disk usage", control=control, seconds=LONG_SECONDS)
    answer = told if isinstance(told, dict) else {}
    total, cache = disk_usage(answer).layers_bytes, _cache(answer)
    exact = exact and _keeps_none(cache)
    volumes, images_told = _volumes(answer), image_bytes(answer)
    return World(tuple(held), containers, cache, exact, command, total, volumes, images_told, graph)


def _keeps_none(cache: Sequence[CacheEntry] | None) -> bool:
    """What is built by BuildKit is in its cache too, and stays there when the image goes. None: it is not known."""
    return cache is not None and not any(each.shared for each in cache)


def _cache_now(wire: Wire, control: Control) -> tuple[CacheEntry, ...] | None:
    """None where the engine cannot tell at once: before API 1.42 it weighs all volumes too, and one asks at a time."""
    until = time.monotonic() + CACHE_SECONDS
    while True:
        try:
            told = wire.json(
                "GET", "/system/df", what="build cache", control=control, params={"type": "build-cache"},
                seconds=CACHE_SECONDS,
            )  # fmt: skip
        except Unreachable as error:
            if "in time" not in error.reason:
                raise
            return None
        except Refused as error:
            if "already running" not in error.reason or time.monotonic() > until:
                return None
            time.sleep(0.1)
            continue
        return _cache(told if isinstance(told, dict) else {})


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
    return tuple(volume_of(each) for each in items(answer, "Volumes", "VolumeUsage") if text(each, "Name"))
