"""Configuration of images and containers as headed pairs of words. Reads dictionaries of which every field may be
missing or of another type than expected; knows no widget.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from imagexplorer.core.entities import ContainerDetail, ImageDetail, Mount
from imagexplorer.core.text import exact_size, exact_time
from imagexplorer.models.limit_sections import limit_pairs, network_words, restart_words
from imagexplorer.models.tree_rows import layer_number

Pair = tuple[str, str]
Section = tuple[str, list[Pair]]

_SHELLS = ("/bin/sh", "/bin/bash", "/bin/ash", "cmd", "powershell")
_SECOND = 10**9
_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\"<>\\^`{|}]{1,1990}")


def web_address(value: str) -> str:
    """The value, if it is a web address and nothing else; "" for all else. Only http and https, of a length that can
    be shown whole."""
    return value if _ADDRESS.fullmatch(value) and value.isprintable() else ""


def words(value: Any) -> str:
    """Lists of words as a shell would take them, everything else as it reads."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence) and all(isinstance(each, str) for each in value):
        return shlex.join(value)
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


def _argv(value: Any) -> list[str]:
    """The words of an exec form; a bare text is one that a shell runs."""
    if isinstance(value, str):
        return ["/bin/sh", "-c", value] if value else []
    return [str(each) for each in value] if isinstance(value, list | tuple) else []


def _command(config: Mapping[str, Any]) -> list[Pair]:
    """What runs, and which part of it comes from where (moby, daemon/create: entrypoint, then the command)."""
    entrypoint, command = _argv(config.get("Entrypoint")), _argv(config.get("Cmd"))
    whole = [*entrypoint, *command]
    pairs = [("Runs", shlex.join(whole) if whole else "nothing: a command has to be given")]
    if entrypoint:
        pairs.append(("  from the entrypoint", shlex.join(entrypoint)))
    if command:
        pairs.append(("  from the command", shlex.join(command)))
    if command and len(entrypoint) > 2 and entrypoint[0] in _SHELLS and entrypoint[1] == "-c":
        pairs.append(("  note", "the entrypoint is a shell's line, which takes no notice of the command"))
    return pairs


def _health(test: Mapping[str, Any]) -> list[Pair]:
    """The health check and its times, nanoseconds in the configuration (Docker's Healthcheck)."""
    told = _argv(test.get("Test"))
    if not told:
        return []
    if told[0] == "NONE":
        return [("Health check", "none: that of the base image is switched off")]
    line = " ".join(told[1:]) if told[0] == "CMD-SHELL" else shlex.join(told[1:] if told[0] == "CMD" else told)
    times = [
        f"{word} {_seconds(test.get(key))}"
        for word, key in (("every", "Interval"), ("at most", "Timeout"), ("not in the first", "StartPeriod"))
        if _seconds(test.get(key))
    ]
    retries = test.get("Retries")
    if isinstance(retries, int) and retries > 0:
        times.append(f"unhealthy after {retries}")
    return [("Health check", line), *([("  how often", ", ".join(times))] if times else [])]


def _seconds(value: Any) -> str:
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        return ""
    return f"{value / _SECOND:g} s"


def process_sections(config: Mapping[str, Any]) -> list[Section]:
    """What both an image's and a container's `Config` say of the process."""
    if not config:
        return []
    ports, volumes, labels = _part(config, "ExposedPorts"), _part(config, "Volumes"), _part(config, "Labels")
    user = words(config.get("User"))
    process = [
        *_command(config),
        ("Working directory", words(config.get("WorkingDir")) or "/"),
        ("User", user or "root (none is named)"),
        ("Shell", words(config.get("Shell"))),
        ("Stop signal", words(config.get("StopSignal")) or "SIGTERM (none is named)"),
        *_health(_part(config, "Healthcheck")),
        ("Exposed ports", ", ".join(map(str, ports))),
        ("Volumes", ", ".join(map(str, volumes))),
    ]
    return [
        ("Process", _kept(process)),
        ("Environment", _assignments(_list(config, "Env"))),
        ("Labels", [(str(name), words(value)) for name, value in sorted(labels.items(), key=str)]),
        ("On build", [(str(number + 1), words(each)) for number, each in enumerate(_list(config, "OnBuild"))]),
    ]


_OWN_WORDS = (
    # (label, what it says): OCI image-spec annotations.md, "Pre-Defined Annotation Keys"
    ("org.opencontainers.image.authors", "Authors"),
    ("maintainer", "Maintainer"),
    ("org.opencontainers.image.vendor", "Vendor"),
    ("org.opencontainers.image.source", "Source"),
    ("org.opencontainers.image.revision", "Revision"),
    ("org.opencontainers.image.version", "Version"),
    ("org.opencontainers.image.licenses", "Licences"),
    ("org.opencontainers.image.base.name", "Base image"),
    ("org.opencontainers.image.base.digest", "Base digest"),
)


def _origin(detail: ImageDetail) -> list[Pair]:
    """By whom and with what it was made, in its own words: nothing of it is proved."""
    config = detail.config
    labels = _part(_part(config, "config"), "Labels")
    pairs = [("Author", words(config.get("author")))]
    pairs += [(title, words(labels.get(name))) for name, title in _OWN_WORDS]
    return _kept([*pairs, ("Built with", _builder(detail, labels))])


def _builder(detail: ImageDetail, labels: Mapping[str, Any]) -> str:
    if version := words(labels.get("io.buildah.version")):
        return f"buildah {version}"
    if any("buildkit" in step.comment for step in detail.steps):
        return "BuildKit"
    if version := words(detail.config.get("docker_version")):
        return f"Docker {version}"
    return "the classic builder" if any("#(nop)" in step.instruction for step in detail.steps) else ""


def image_sections(detail: ImageDetail) -> list[Section]:
    image, config = detail.image, detail.config
    general = [
        ("ID", image.id),
        ("Config digest", detail.config_digest if detail.config_digest != image.id else ""),
        *(("Tag", tag) for tag in image.tags[:50]),
        *(("Digest", digest) for digest in image.digests[:50]),
        ("Platform", str(image.platform) if image.platform else ""),
        ("Created", exact_time(image.created)),
        ("Size", exact_size(image.size_bytes) if image.size_bytes is not None else ""),
        *(("Also here", other) for other in detail.others[:50]),
    ]
    layers = [
        (str(layer_number(layer.index)), layer.diff_id or layer.digest or "no digest is claimed")
        for layer in detail.layers
    ]
    sections = [
        ("Image", _kept(general)),
        *process_sections(_part(config, "config")),
        ("Made by, as the image says of itself", _origin(detail)),
        ("Layers, base first", layers),
    ]
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
        ("Restart policy", restart_words(restart) if host else ""),
        ("Restarts", str(raw.get("RestartCount") or "")),
        ("Compose", "/".join(each for each in (container.project, container.service) if each)),
    ]
    ports = [
        (f"{port.container_port}/{port.protocol}", f"{port.host_ip or '*'}:{port.host_port}" if port.host_port else "–")
        for port in container.ports
    ]
    networks = [
        (str(name), network_words(value))
        for name, value in _part(_part(raw, "NetworkSettings"), "Networks").items()
        if isinstance(value, Mapping)
    ]
    sections = [
        ("Container", _kept(general)),
        ("Ports", ports),
        ("Mounts", [(mount.target, mount_words(mount)) for mount in container.mounts]),
        ("Networks", networks),
        ("Limits and rights", limit_pairs(host) if host else []),
        *process_sections(_part(raw, "Config")),
    ]
    return [section for section in sections if section[1]]
