"""Images as records: rows of the list, and the detail from inspect and history.

Knows the answers of /images/json, /images/x/json and /images/x/history on Docker 20.10 to 29 and Podman 4 to 5. Must
not call the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from imagexplorer.core.entities import Image, ImageDetail, Layer, Platform, Step
from imagexplorer.sources.engine.fields import (
    Json,
    amount,
    digests,
    image_id,
    labels,
    moment,
    rows,
    section,
    strings,
    tags,
    text,
)
from imagexplorer.sources.engine.history import Entry, matched

_CONFIG_KEYS = frozenset(
    {"User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal"}
    | {"Healthcheck", "Shell", "OnBuild", "ArgsEscaped", "StopTimeout"}
)
"""What an image's `config` may hold: OCI image-spec, config.md, and Docker's extensions of it. The rest of the
answer (Hostname, AttachStdin ...) is a container's, filled in by older engines."""


def image_row(record: Json) -> Image:
    """One row of the list. The size is the list's, also where inspect says less (containerd store)."""
    return Image(
        id=image_id(text(record, "Id")),
        tags=tags(record),
        digests=digests(record),
        created=moment(record, "Created"),
        size_bytes=amount(record, "Size"),
        platform=_only_platform(record),
        parent_id=image_id(text(record, "ParentId")),
        labels=labels(record),
    )


def image_rows(answer: Any) -> list[Image]:
    """Newest first: the engines' own order is not stable."""
    images = [image_row(record) for record in rows(answer)]
    return sorted(images, key=lambda image: (-(image.created or 0), image.id))


def platforms(record: Json) -> tuple[Platform, ...]:
    """Those of its images that the engine holds, from `Manifests` (API 1.47, containerd store); no attestations."""
    found = []
    for manifest in rows(record.get("Manifests")):
        if manifest.get("Available") is True and text(manifest, "Kind") == "image":
            platform = _platform(section(section(manifest, "ImageData"), "Platform"))
            if platform.architecture and platform not in found:
                found.append(platform)
    return tuple(found)


def attestations(record: Json) -> tuple[str, ...]:
    """What stands beside the images, in words."""
    kinds = [text(m, "Kind") or "unknown" for m in rows(record.get("Manifests")) if text(m, "Kind") != "image"]
    return tuple(f"{kind} manifest" for kind in kinds)


def platform_of(inspect: Json) -> Platform:
    return Platform(text(inspect, "Os"), text(inspect, "Architecture"), text(inspect, "Variant"))


def image_detail(inspect: Json, history: Any, config: Json | None, config_digest: str) -> ImageDetail:
    """`config` is the image's own configuration where it could be read (its digest checked), else None: then the
    engine's answer stands in, in the same shape, and steps are matched to layers by rules that are certain."""
    diff_ids = strings(section(inspect, "RootFS"), "Layers")
    entries = history_entries(history)
    platform = platform_of(inspect)
    image = Image(
        id=image_id(text(inspect, "Id")),
        tags=tags(inspect),
        digests=digests(inspect),
        created=moment(inspect, "Created"),
        size_bytes=amount(inspect, "Size"),
        platform=platform if platform.architecture else None,
        parent_id=image_id(text(inspect, "Parent")),
        labels=labels(section(inspect, "Config")),
    )
    known = empty_layers(config, len(entries)) if config is not None else None
    return ImageDetail(
        image=image,
        layers=tuple(Layer(index, diff_id) for index, diff_id in enumerate(diff_ids)),
        steps=steps(entries, len(diff_ids), known),
        config=config if config is not None else oci_config(inspect, diff_ids),
        config_digest=config_digest,
        platforms=platforms(inspect),
        others=attestations(inspect),
    )


def history_entries(history: Any) -> list[Entry]:
    """Oldest first; the engines answer newest first."""
    return [
        Entry(
            instruction=text(record, "CreatedBy"),
            created=moment(record, "Created"),
            comment=text(record, "Comment"),
            size_bytes=amount(record, "Size"),
        )
        for record in reversed(rows(history))
    ]


def steps(entries: Sequence[Entry], layers: int, known: Sequence[bool] | None) -> tuple[Step, ...]:
    return tuple(
        Step(
            instruction=entry.instruction,
            created=entry.created if entry.created is None or entry.created > -(10**11) else None,
            comment=entry.comment,
            empty=empty,
            layer=layer,
            size_bytes=entry.size_bytes,
        )
        for entry, (empty, layer) in zip(entries, matched(entries, layers, known), strict=True)
    )


def empty_layers(config: Json, entries: int) -> list[bool] | None:
    """`empty_layer` of each history entry of a configuration, oldest first; None where it has not as many entries as
    the engine tells, so that they cannot be laid side by side."""
    history = config.get("history")
    if not isinstance(history, list) or len(history) != entries:
        return None
    return [isinstance(entry, dict) and entry.get("empty_layer") is True for entry in history]


def oci_config(inspect: Json, diff_ids: Sequence[str]) -> dict[str, Any]:
    """The engine's answer in the shape of an OCI image configuration (image-spec, config.md)."""
    inner = {key: value for key, value in section(inspect, "Config").items() if key in _CONFIG_KEYS and value}
    config: dict[str, Any] = {"architecture": text(inspect, "Architecture"), "os": text(inspect, "Os")}
    named = {"Variant": "variant", "OsVersion": "os.version", "Created": "created", "Author": "author"}
    for key, name in named.items():
        if text(inspect, key):
            config[name] = text(inspect, key)
    config["config"] = inner
    config["rootfs"] = {"type": "layers", "diff_ids": list(diff_ids)}
    return config


def _platform(record: Json) -> Platform:
    return Platform(text(record, "os"), text(record, "architecture"), text(record, "variant"))


def _only_platform(record: Json) -> Platform | None:
    """The platform of a row where it has just one."""
    found = platforms(record)
    if len(found) == 1:
        return found[0]
    descriptor = _platform(section(section(record, "Descriptor"), "platform"))
    return descriptor if descriptor.architecture else None
