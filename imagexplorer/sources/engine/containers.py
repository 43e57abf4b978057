"""Containers as records: rows of the list, and the detail from inspect.

Knows the answers of /containers/json and /containers/x/json. Must not call the engine.
"""

from __future__ import annotations

import re
import time
from typing import Any

from imagexplorer.core.entities import Container, ContainerDetail, Mount, Port
from imagexplorer.sources.engine.fields import (
    Json,
    amount,
    image_id,
    labels,
    moment,
    number,
    rows,
    section,
    strings,
    text,
)

STATES = frozenset({"created", "running", "paused", "restarting", "removing", "exited", "dead"})
_PODMAN_STATES = {"configured": "created", "initialized": "created", "stopped": "exited", "stopping": "running"}
_STILL = frozenset({"created", "exited", "dead"})
_ENDED = frozenset({"exited", "dead", "restarting"})
_HEALTH = re.compile(r"\((?:health: )?(healthy|unhealthy|starting)\)")
_COMPOSE = (
    ("com.docker.compose.project", "com.docker.compose.service"),
    ("io.podman.compose.project", "io.podman.compose.service"),
)


def container_row(record: Json) -> Container:
    names = [name.removeprefix("/") for name in strings(record, "Names")]
    # A name with a slash is an alias through a link of another container.
    name = next((name for name in names if name and "/" not in name), names[0] if names else "")
    labelled = labels(record)
    project, service = _compose(labelled)
    return Container(
        id=text(record, "Id"),
        name=name,
        image=text(record, "Image"),
        image_id=image_id(text(record, "ImageID")),
        state=_state(text(record, "State")),
        status=text(record, "Status"),
        health=_health(
            _state(text(record, "State")), text(section(record, "Health"), "Status"), text(record, "Status")
        ),
        created=moment(record, "Created"),
        command=text(record, "Command"),
        ports=_listed_ports(record),
        mounts=_mounts(record),
        project=project,
        service=service,
        writable_bytes=amount(record, "SizeRw"),
        labels=labelled,
        told_at=time.time(),
    )


def container_rows(answer: Any) -> list[Container]:
    """Newest first."""
    found = [container_row(record) for record in rows(answer)]
    return sorted(found, key=lambda container: (-(container.created or 0), container.id))


def container_detail(record: Json) -> ContainerDetail:
    """From inspect. `status` is put together, since inspect has none."""
    state, config = section(record, "State"), section(record, "Config")
    labelled = labels(config)
    project, service = _compose(labelled)
    what = _state(text(state, "Status"))
    exit_code = number(state, "ExitCode")
    command = " ".join([text(record, "Path"), *strings(record, "Args")]).strip()
    container = Container(
        id=text(record, "Id"),
        name=text(record, "Name").removeprefix("/"),
        image=text(config, "Image") or text(record, "ImageName"),
        image_id=image_id(text(record, "Image")),
        state=what,
        status=f"exited ({exit_code})" if what == "exited" and exit_code is not None else what,
        health=_health(what, text(section(state, "Health"), "Status"), ""),
        created=moment(record, "Created"),
        command=command,
        ports=_bound_ports(section(section(record, "NetworkSettings"), "Ports")),
        mounts=_mounts(record),
        project=project,
        service=service,
        writable_bytes=amount(record, "SizeRw"),
        labels=labelled,
    )
    return ContainerDetail(
        container=container,
        exit_code=exit_code if what in _ENDED else None,
        error=text(state, "Error"),
        started=moment(state, "StartedAt"),
        finished=moment(state, "FinishedAt") if what in _ENDED else None,
        raw=dict(record),
    )


def _state(word: str) -> str:
    word = word.lower()
    return _PODMAN_STATES.get(word, word)


def _health(state: str, field: str, status: str) -> str:
    """Docker 29 has a field; older ones write it into the status ("Up 3 minutes (healthy)"). The last word of a check
    stays in inspect when the container has ended: it says nothing any more."""
    if state in _STILL:
        return ""
    if field in ("healthy", "unhealthy", "starting"):
        return field
    found = _HEALTH.search(status)
    return found[1] if found else ""


def _compose(labelled: dict[str, str]) -> tuple[str, str]:
    for project, service in _COMPOSE:
        if labelled.get(project):
            return labelled[project], labelled.get(service, "")
    return "", ""


def _listed_ports(record: Json) -> tuple[Port, ...]:
    found = []
    for row in rows(record.get("Ports")):
        inner = number(row, "PrivatePort")
        if inner is not None:
            outer = number(row, "PublicPort") or None
            found.append(Port(inner, text(row, "Type") or "tcp", outer, text(row, "IP") if outer else ""))
    return tuple(sorted(dict.fromkeys(found), key=_port_order))


def _bound_ports(ports: Json) -> tuple[Port, ...]:
    found = []
    for key, bindings in ports.items():
        inner, _, protocol = str(key).partition("/")
        if not inner.isdigit():
            continue
        bound = rows(bindings)
        if not bound:
            found.append(Port(int(inner), protocol or "tcp"))
        for row in bound:
            outer = text(row, "HostPort")
            found.append(
                Port(int(inner), protocol or "tcp", int(outer) if outer.isdigit() else None, text(row, "HostIp"))
            )
    return tuple(sorted(dict.fromkeys(found), key=_port_order))


def _port_order(port: Port) -> tuple[int, str, int, str]:
    return port.container_port, port.protocol, port.host_port or 0, port.host_ip


def _mounts(record: Json) -> tuple[Mount, ...]:
    found = []
    for row in rows(record.get("Mounts")):
        kind = text(row, "Type") or "bind"
        source = (text(row, "Name") if kind == "volume" else "") or text(row, "Source")
        found.append(Mount(kind, source, text(row, "Destination"), row.get("RW") is not False))
    return tuple(sorted(found, key=lambda mount: mount.target))
