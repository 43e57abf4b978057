"""Reaching an engine: opening an address, trying candidates, and saying plainly why one does not answer.

Knows how a first answer looks. Must not know what is asked afterwards.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.core.engine_places import spelled
from imagexplorer.core.entities import Address
from imagexplorer.core.errors import Damaged, NotFound, Refused, Unreachable
from imagexplorer.sources.engine.candidates import candidates, load_context, socket_path, tls_config
from imagexplorer.sources.engine.source import EngineSource
from imagexplorer.sources.engine.wire import Wire

if TYPE_CHECKING:
    from imagexplorer.sources.engine.ssh import Ssh

NEWEST_VERSION = "1.51"
"""The newest API version that this code was written against; a newer engine is asked in it as long as it still can."""
OLDEST_VERSION = "1.24"

Tried = tuple[Address, str, str]


def open_engine(address: Address, control: Control) -> EngineSource:
    """Connect, and agree on an API version. Raises Unreachable (no answer, or not an engine), Cancelled."""
    what = _named(address)
    location, tls = _endpoint(address)
    ssh = _ssh(location, address.identity)
    schemes = ("unix://", "tcp://", "http://", "https://", "npipe://")
    if ssh is None and not (location.startswith(schemes) and _spells(location)):
        raise Unreachable(
            what, "not an address of an engine", "Write unix:///path/to.sock, tcp://host:port or ssh://user@host"
        )
    opened = replace(address, location=location)
    first = Wire(opened, location, OLDEST_VERSION, tls, ssh)
    try:
        return _opened(first, what, control)
    except BaseException:
        if ssh is not None:
            ssh.close()
        raise


def _opened(first: Wire, what: str, control: Control) -> EngineSource:
    try:
        answer = first.json("GET", "/version", what=what, control=control, versioned=False)
    except (NotFound, Refused, Damaged) as error:
        raise Unreachable(what, f"it answers, but is not an engine ({error.reason})") from error
    except Unreachable as error:
        raise Unreachable(what, *explained(first.address, error)) from error
    return EngineSource(replace(first, version=agreed(what, answer)), answer)


def _ssh(location: str, identity: str) -> Ssh | None:
    if not location.startswith("ssh://"):
        return None
    from imagexplorer.sources.engine.ssh import Ssh

    return Ssh(location, identity)


def _spells(location: str) -> bool:
    """Whether it can be an address at all: `tcp://name` has no port."""
    from docker.errors import DockerException
    from docker.utils import parse_host

    try:
        parse_host(location)
    except (DockerException, ValueError):
        return False
    return True


def find(host: str = "", control: Control | None = None) -> tuple[EngineSource | None, list[Tried]]:
    """The first engine that answers, and those that did not: where, the outcome, what to do about it."""
    tried: list[Tried] = []
    for address in candidates(host):
        try:
            return open_engine(address, control or Control()), tried
        except Unreachable as error:
            tried.append((address, error.reason, error.way_out))
    return None, tried


def _named(address: Address) -> str:
    if address.context:
        return f"context {address.context}"
    return f"engine {address.location}"


def _endpoint(address: Address) -> tuple[str, Any]:
    """URL and TLS configuration (or None)."""
    if address.tls is not None:
        from imagexplorer.sources.engine.certificates import checked

        return spelled(address.location), checked(_named(address), address.tls)
    if address.context:
        context = load_context(address.context)
        return spelled(context.host), context.tls
    location = spelled(address.location)
    return location, _tls_of_environment(location)


def _tls_of_environment(location: str) -> Any:
    """As the docker command has it: DOCKER_TLS_VERIFY or DOCKER_CERT_PATH switch TLS on for TCP addresses."""
    folder, verify = os.environ.get("DOCKER_CERT_PATH", ""), bool(os.environ.get("DOCKER_TLS_VERIFY", ""))
    if not location.startswith(("tcp://", "http", "https://")) or not (folder or verify):
        return None
    at = Path(folder) if folder else Path.home() / ".docker"
    return tls_config(f"engine {location}", at / "ca.pem", (at / "cert.pem", at / "key.pem"), verify)


def agreed(what: str, answer: Any) -> str:
    """The API version to speak with who answers /version so: its newest, but none that this code does not know, unless
    it must. Raises Unreachable for what is no engine, or one too old."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("ApiVersion"), str):
        raise Unreachable(what, "it answers, but is not an engine (no API version)")

    def numbers(version: str) -> tuple[int, ...]:
        return tuple(int(part) for part in version.split(".") if part.isdigit())

    newest = str(answer["ApiVersion"])
    oldest = str(answer.get("MinAPIVersion") or "1.12")
    if numbers(newest) < numbers(OLDEST_VERSION):
        way_out = f"API {OLDEST_VERSION} (Docker 1.12) is the oldest that works"
        raise Unreachable(what, f"its API {newest} is too old", way_out)
    return max(min(newest, NEWEST_VERSION, key=numbers), oldest, key=numbers)


def explained(address: Address, error: Unreachable) -> tuple[str, str]:
    """Reason and way out for an address that does not answer. Never advises to open a socket to everyone or to run this
    program as root."""
    path = socket_path(address.location)
    podman = "odman" in address.name or "podman" in address.location
    rootless = "rootless" in address.name
    start = "systemctl --user enable --now " if rootless else "sudo systemctl start "
    start += "podman.socket" if podman else "docker"
    if path is None:
        return error.reason, error.way_out
    if error.reason == "permission denied":
        group = _group(path)
        if podman or not group:
            own = "Use an engine of your own: rootless Docker, or systemctl --user enable --now podman.socket"
            return error.reason, own
        return error.reason, f"Join the group that may use it: sudo usermod -aG {group} $USER, then log in again"
    if error.reason == "no such socket":
        return error.reason, f"Start the engine: {start}"
    if error.reason == "nothing listens there":
        if path.exists() and not path.is_socket():
            return "not a socket", "Name an engine's socket"
        return error.reason, f"Start the engine: {start}"
    return error.reason, error.way_out


def _group(path: Path) -> str:
    """The group that may use a socket, "" where it is none but root's or not known."""
    import grp

    try:
        found = path.stat()
        if not found.st_mode & stat.S_IWGRP or found.st_gid == 0:
            return ""
        return grp.getgrgid(found.st_gid).gr_name
    except (OSError, KeyError):
        return ""
