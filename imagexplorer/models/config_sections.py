"""Configuration of images and containers as headed pairs of words. Reads dictionaries of which every field may be
missing or of another type than expected; knows no widget.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from imagexplorer.core.entities import ContainerDetail, ImageDetail, Mount
from imagexplorer.core.text import exact_size, exact_time
from imagexplorer.models.tree_rows import layer_number

Pair = tuple[str, str]
Section = tuple[str, list[Pair]]

RAW_MOST = 400_000
"""Characters of raw JSON that are shown: more than any honest configuration has."""


def raw_json(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, indent=2, ensure_ascii=False, default=str)
    if len(text) > RAW_MOST:
        return f"{text[:RAW_MOST]}\n… cut here: {len(text):,} characters in all"
    return text


def words(value: Any) -> str:
    """Lists as a shell would take them, everything else as it reads."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence) and all(isinstance(each, str) for each in value):
        return " ".join(each if each and not set(each) & set(" \t\n\"'") else json.dumps(each) for each in value)
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, Mapping | Sequence) else str(value)


def _part(data: Any, key: str) -> Mapping[str, Any]:
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key)
    return list(value) if isinstance(value, list | tuple) else []


def _kept(pairs: Sequence[Pair]) -> list[Pair]:
    return [(name, text) for name, text in pairs if text]


def _assignments(entries: Sequence[Any]) -> list[Pair]:
    pairs = []
    for entry in entries:
        name, _, value = str(entry).partition("=")
        pairs.append((name, value))
    return pairs


def process_sections(config: Mapping[str, Any]) -> list[Section]:
    """What both an image's and a container's `Config` say of the process."""
    health = _part(config, "Healthcheck")
    ports, volumes, labels = _part(config, "ExposedPorts"), _part(config, "Volumes"), _part(config, "Labels")
    return [
        (
            "Process",
            _kept(
                [
                    ("Entrypoint", words(config.get("Entrypoint"))),
                    ("Command", words(config.get("Cmd"))),
                    ("Working directory", words(config.get("WorkingDir"))),
                    ("User", words(config.get("User"))),
                    ("Shell", words(config.get("Shell"))),
                    ("Stop signal", words(config.get("StopSignal"))),
                    ("Health check", words(health.get("Test"))),
                    ("Exposed ports", ", ".join(map(str, ports))),
                    ("Volumes", ", ".join(map(str, volumes))),
                ]
            ),
        ),
        ("Environment", _assignments(_list(config, "Env"))),
        ("Labels", [(str(name), words(value)) for name, value in sorted(labels.items(), key=str)]),
        ("On build", [(str(number + 1), words(each)) for number, each in enumerate(_list(config, "OnBuild"))]),
    ]


def image_sections(detail: ImageDetail) -> list[Section]:
    image, config = detail.image, detail.config
    general = [
        ("ID", image.id),
        ("Config digest", detail.config_digest if detail.config_digest != image.id else ""),
        *(("Tag", tag) for tag in image.tags[:50]),
        *(("Digest", digest) for digest in image.digests[:50]),
        ("Platform", str(image.platform) if image.platform else ""),
        ("Created", exact_time(image.created)),
        ("Author", words(config.get("author"))),
        ("Size", exact_size(image.size_bytes) if image.size_bytes is not None else ""),
        *(("Also here", other) for other in detail.others[:50]),
    ]
    layers = [
        (str(layer_number(layer.index)), layer.diff_id or layer.digest or "no digest is claimed")
        for layer in detail.layers
    ]
    sections = [("Image", _kept(general)), *process_sections(_part(config, "config")), ("Layers, base first", layers)]
    return [section for section in sections if section[1]]


def mount_words(mount: Mount) -> str:
    return f"{mount.kind} {mount.source or '(unnamed)'}{'' if mount.writable else ', read-only'}"


def container_sections(detail: ContainerDetail) -> list[Section]:
    container, raw = detail.container, detail.raw
    host = _part(raw, "HostConfig")
    restart = _part(host, "RestartPolicy")
    ended = "" if container.running or detail.exit_code is None else str(detail.exit_code)
    general = [
        ("ID", container.id),
        ("Name", container.name),
        ("Image", container.image),
        ("Image ID", container.image_id),
        ("State", ", ".join(each for each in (container.state, container.health) if each)),
        ("Exit code", ended),
        ("Error", detail.error),
        ("Created", exact_time(container.created)),
        ("Started", exact_time(detail.started)),
        ("Finished", "" if container.running else exact_time(detail.finished)),
        ("Restart policy", words(restart.get("Name"))),
        ("Compose", "/".join(each for each in (container.project, container.service) if each)),
    ]
    ports = [
        (f"{port.container_port}/{port.protocol}", f"{port.host_ip or '*'}:{port.host_port}" if port.host_port else "–")
        for port in container.ports
    ]
    networks = [
        (str(name), words(_part(_part(raw, "NetworkSettings"), "Networks").get(name, {}).get("IPAddress")) or "–")
        for name, value in _part(_part(raw, "NetworkSettings"), "Networks").items()
        if isinstance(value, Mapping)
    ]
    sections = [
        ("Container", _kept(general)),
        ("Ports", ports),
        ("Mounts", [(mount.target, mount_words(mount)) for mount in container.mounts]),
        ("Networks", networks),
        *process_sections(_part(raw, "Config")),
    ]
    return [section for section in sections if section[1]]
