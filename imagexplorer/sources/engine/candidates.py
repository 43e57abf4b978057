"""Where an engine may be: the one that was named, or else the usual sockets of this user.

Knows the environment, docker's contexts and where engines put their sockets. Must not open a connection.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imagexplorer.core.entities import Address
from imagexplorer.core.errors import Unreachable

DEFAULT_SOCKET = "unix:///var/run/docker.sock"


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
    return _usual(env)


def is_named(host: str = "", environment: Mapping[str, str] | None = None) -> bool:
    """Whether the user said which engine, so that no other may be taken."""
    env = os.environ if environment is None else environment
    if host or env.get("DOCKER_HOST") or env.get("DOCKER_CONTEXT"):
        return True
    return _current_context() not in ("", "default")


def default_location() -> str:
    return "npipe:////./pipe/docker_engine" if sys.platform == "win32" else DEFAULT_SOCKET


def spelled(host: str) -> str:
    """A host as people write it (`unix://var/run/x`, `/run/x.sock`, `box:2375`) as a URL."""
    if host.startswith("/"):
        return f"unix://{host}"
    if host.startswith("unix://") and not host.startswith("unix:///"):
        return "unix:///" + host.removeprefix("unix://")
    return host if "://" in host else f"tcp://{host}"


def socket_path(location: str) -> Path | None:
    """The path of a unix socket's URL; None for anything else."""
    return Path(location.removeprefix("unix://")) if location.startswith("unix:///") else None


def _usual(env: Mapping[str, str]) -> list[Address]:
    found = [Address("engine", default_location(), "Docker")]
    if sys.platform == "win32":
        return found
    if sys.platform == "darwin":
        found.append(Address("engine", f"unix://{Path.home()}/.docker/run/docker.sock", "Docker Desktop"))
    runtime = env.get("XDG_RUNTIME_DIR", "") or (f"/run/user/{os.getuid()}" if os.getuid() else "")
    if runtime:
        found.append(Address("engine", f"unix://{runtime}/docker.sock", "rootless Docker"))
    found.append(Address("engine", "unix:///run/podman/podman.sock", "Podman"))
    if runtime:
        found.append(Address("engine", f"unix://{runtime}/podman/podman.sock", "rootless Podman"))
    return found


def _current_context() -> str:
    """The `currentContext` of docker's config.json; an unreadable file names none, as for the docker command."""
    from docker.context.config import get_current_context_name

    name = get_current_context_name()
    return name if isinstance(name, str) else ""


def _host_or_empty(context: str) -> str:
    try:
        return str(load_context(context).Host or "")
    except Unreachable:
        return ""  # said again, with its reason, when it is opened


def load_context(name: str) -> Any:
    """The SDK's record of a context. Raises Unreachable for one that is unknown (the SDK would quietly fall back to the
    default socket) or broken."""
    from docker.context import ContextAPI

    what = f"context {name}"
    try:
        context = ContextAPI.get_context(name)
    except Exception as error:  # the SDK raises a bare Exception for a broken file
        raise Unreachable(what, f"its files cannot be read: {error}", "See: docker context ls") from error
    if context is None:
        raise Unreachable(what, "there is no context of that name", "See: docker context ls")
    if not context.Host:
        raise Unreachable(what, "it names no docker endpoint", f"See: docker context inspect {name}")
    return context
