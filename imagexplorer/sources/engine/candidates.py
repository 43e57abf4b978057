"""Where an engine may be: the one that was named, or else the usual sockets of this user.

Knows the environment, docker's contexts and where engines put their sockets. Must not open a connection.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from imagexplorer.core.engine_places import spelled
from imagexplorer.core.entities import Address
from imagexplorer.core.errors import Unreachable
from imagexplorer.sources.engine.fields import section, text

DEFAULT_SOCKET = "unix:///var/run/docker.sock"
_COMMON = ("Docker", "rootless Docker", "Podman", "rootless Podman")


def candidates(host: str = "", environment: Mapping[str, str] | None = None) -> list[Address]:
    """The engines to try, in order. One that was named (`host`, else DOCKER_HOST, else DOCKER_CONTEXT, else a current
    context other than default) is the only one. A context whose endpoint is not known yet has location ""."""
    env = os.environ if environment is None else environment
    named = host or env.get("DOCKER_HOST", "")
    if named.strip():
        return [Address("engine", spelled(named.strip()), named.strip())]
    context = env.get("DOCKER_CONTEXT", "") or _current_context()
    if env.get("DOCKER_CONTEXT", "") == "default":
        return [Address("engine", default_location(), "Docker")]
    if context not in ("", "default"):
        return [Address("engine", _host_or_empty(context), context, context)]
    return [address for address in usual(env) if _worth_a_try(address)]


def is_named(host: str = "", environment: Mapping[str, str] | None = None) -> bool:
    """Whether the user said which engine, so that no other may be taken."""
    env = os.environ if environment is None else environment
    if host or env.get("DOCKER_HOST") or env.get("DOCKER_CONTEXT"):
        return True
    return _current_context() not in ("", "default")


def default_location() -> str:
    return "npipe:////./pipe/docker_engine" if sys.platform == "win32" else DEFAULT_SOCKET


def socket_path(location: str) -> Path | None:
    """The path of a unix socket's URL; None for anything else."""
    return Path(location.removeprefix("unix://")) if location.startswith("unix:///") else None


def usual(env: Mapping[str, str]) -> list[Address]:
    """Where the engines that most people have put their sockets, and then those of programs that bring one along."""
    found = [Address("engine", default_location(), "Docker")]
    if sys.platform == "win32":
        return found
    home = Path.home()
    runtime = env.get("XDG_RUNTIME_DIR", "") or (f"/run/user/{os.getuid()}" if os.getuid() else "")
    colima = Path(env.get("COLIMA_HOME", "") or home / ".colima")
    desktop = ".docker/run" if sys.platform == "darwin" else ".docker/desktop"
    named = [
        *([("rootless Docker", f"{runtime}/docker.sock")] if runtime else []),
        ("Podman", "/run/podman/podman.sock"),
        *([("rootless Podman", f"{runtime}/podman/podman.sock")] if runtime else []),
        ("Docker Desktop", f"{home}/{desktop}/docker.sock"),
        *(
            ("Colima" if path.parent.name == "default" else f"Colima {path.parent.name}", str(path))
            for path in files_below(colima, "*/docker.sock")
        ),
        ("Rancher Desktop", f"{home}/.rd/docker.sock"),
        ("OrbStack", f"{home}/.orbstack/run/docker.sock"),
    ]
    return [*found, *(Address("engine", f"unix://{path}", name) for name, path in named)]


def files_below(folder: Path, pattern: str, most: int = 500) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))[:most]
    except OSError:
        return []


def _worth_a_try(address: Address) -> bool:
    """What few people have is not named among what was tried, unless it is there."""
    path = socket_path(address.location)
    return address.name in _COMMON or path is None or os.path.exists(path)


@dataclass(frozen=True, slots=True)
class Context:
    """What `docker context inspect` tells: `host` is the URL; `tls` a docker TLSConfig, None without certificates."""

    host: str
    tls: Any = None


def config_folder() -> Path:
    folder = os.environ.get("DOCKER_CONFIG", "")
    return Path(folder) if folder else Path.home() / ".docker"


def _current_context() -> str:
    """The `currentContext` of docker's config.json; an unreadable file names none, as for the docker command."""
    try:
        name = json.loads((config_folder() / "config.json").read_bytes()).get("currentContext", "")
    except (OSError, ValueError, AttributeError, RecursionError):
        return ""
    return name if isinstance(name, str) else ""


def _host_or_empty(context: str) -> str:
    try:
        return load_context(context).host
    except Unreachable:
        return ""  # said again, with its reason, when it is opened


def load_context(name: str) -> Context:
    """Read as docker's command stores it: contexts/meta/<sha256 of the name>/meta.json and contexts/tls/<same>/docker.

    Not by the SDK: it takes the default socket for an unknown name, and looks into the current folder where there is no
    config.json. Raises Unreachable for a context that is unknown, broken or names no docker endpoint.
    """
    what = f"context {name}"
    if name == "default":
        return Context(default_location())
    identifier = sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
    contexts = config_folder() / "contexts"
    try:
        told = json.loads((contexts / "meta" / identifier / "meta.json").read_bytes())
    except FileNotFoundError as error:
        raise Unreachable(what, "there is no context of that name", "See: docker context ls") from error
    except (OSError, ValueError, RecursionError) as error:
        raise Unreachable(what, f"its file cannot be read: {error}", "See: docker context ls") from error
    endpoint = section(section(told, "Endpoints"), "docker")
    if not text(endpoint, "Host"):
        raise Unreachable(what, "it names no docker endpoint", f"See: docker context inspect {name}")
    skip = endpoint.get("SkipTLSVerify") is True
    return Context(text(endpoint, "Host"), _tls(what, contexts / "tls" / identifier / "docker", skip))


def _tls(what: str, folder: Path, skip_verify: bool) -> Any:
    files = {name: folder / f"{name}.pem" for name in ("ca", "cert", "key")}
    there = {name for name, path in files.items() if path.is_file()}
    if not there and not skip_verify:
        return None
    return tls_config(
        what,
        ca=files["ca"] if "ca" in there else None,
        pair=(files["cert"], files["key"]) if "cert" in there or "key" in there else None,
        verify=not skip_verify,
    )


def tls_config(what: str, ca: Path | None, pair: tuple[Path, Path] | None, verify: bool) -> Any:
    """A TLSConfig of the SDK. Raises Unreachable where a file is missing."""
    from docker.errors import TLSParameterError
    from docker.tls import TLSConfig

    try:
        return TLSConfig(
            client_cert=(str(pair[0]), str(pair[1])) if pair else None, ca_cert=str(ca) if ca else None, verify=verify
        )
    except TLSParameterError as error:
        folder = (pair[0] if pair else ca or Path()).parent
        reason = f"no usable ca.pem, cert.pem and key.pem in {folder}"
        raise Unreachable(what, reason, "Check the certificates of the connection") from error
