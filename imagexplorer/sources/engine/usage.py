"""One disk-usage answer as a record.

Knows /system/df of Docker 20.10 to 29 (API 1.52 moved the lists into `ImageUsage` and others) and of Podman. Must not
call the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from imagexplorer.core.entities import DiskUsage
from imagexplorer.sources.engine.fields import Json, amount, image_id, rows, section, text

CONFIG_MOST = 64 * 1024
"""Two images of the same layers differ by less, by what is written down about them."""
ALIKE_MOST = 200


def disk_usage(answer: Json) -> DiskUsage:
    """Unique is size less shared, as `docker system df -v` works it out."""
    unique = {each: own for each, (_all, own) in image_bytes(answer).items() if own is not None}
    writable = {}
    for row in items(answer, "Containers", "ContainerUsage"):
        writable[text(row, "Id")] = amount(row, "SizeRw") or 0  # left out by Docker where it is 0
    return DiskUsage(
        image_unique=unique,
        container_writable=writable,
        layers_bytes=_total(answer, "LayersSize", "ImageUsage"),
        volumes_bytes=_volumes(answer),
        build_cache_bytes=_build_cache(answer),
    )


def alike(answer: Json) -> list[str]:
    """Ids of images that may be of the same layers as another, by their sizes: their configurations differ by little.
    Podman and the containerd store tell such an image that all of it is its own."""
    sizes = sorted((size, each) for each, (size, own) in image_bytes(answer).items() if size is not None and own)
    near = [pair for pair in pairwise(sizes) if pair[1][0] - pair[0][0] < CONFIG_MOST]
    found = dict.fromkeys(each for pair in near for _size, each in pair)
    return list(found)[:ALIKE_MOST]


def without_twins(usage: DiskUsage, layers: Mapping[str, Sequence[str]]) -> DiskUsage:
    """`layers` are diff IDs by image: what another has whole, and maybe more upon it, is not one's own."""
    chains = [(each, tuple(chain)) for each, chain in layers.items() if chain]
    shared = {
        each
        for each, chain in chains
        if any(other != each and longer[: len(chain)] == chain for other, longer in chains)
    }
    unique = {each: 0 if each in shared else own for each, own in usage.image_unique.items()}
    return replace(usage, image_unique=unique)


def image_bytes(answer: Json) -> dict[str, tuple[int | None, int | None]]:
    """(all, own) by image id."""
    told: dict[str, tuple[int | None, int | None]] = {}
    for row in items(answer, "Images", "ImageUsage"):
        size, shared = amount(row, "Size"), amount(row, "SharedSize")
        own = None if size is None or shared is None else max(0, size - shared)
        told[image_id(text(row, "Id"))] = size, own
    return told


def items(answer: Json, old: str, new: str) -> list[Json]:
    """A list where it stood before API 1.52, or where it stands since."""
    return rows(answer.get(old)) or rows(section(answer, new).get("Items"))


def _total(answer: Json, old: str, new: str) -> int | None:
    value = amount(answer, old)
    if not value and any(amount(row, "Size") for row in rows(answer.get("Images"))):
        return None  # Podman 4 says 0 whatever there is
    return value if value is not None else amount(section(answer, new), "TotalSize")


def _volumes(answer: Json) -> int | None:
    if "Volumes" not in answer:
        return amount(section(answer, "VolumeUsage"), "TotalSize")
    sizes = [amount(section(row, "UsageData"), "Size") for row in rows(answer.get("Volumes"))]
    return sum(size for size in sizes if size is not None)


def _build_cache(answer: Json) -> int | None:
    if amount(answer, "BuilderSize"):
        return amount(answer, "BuilderSize")
    if "BuildCache" not in answer:
        return amount(section(answer, "BuildCacheUsage"), "TotalSize")
    cached = [amount(row, "Size") for row in rows(answer.get("BuildCache")) if row.get("Shared") is not True]
    return sum(size for size in cached if size is not None)
