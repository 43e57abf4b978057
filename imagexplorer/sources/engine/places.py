"""Every place where an engine of this user may be, and what is found there: contexts, connections and usual sockets.

Knows where docker, Podman and the programs that bring an engine along keep what leads to it:
docker, cli/context/store; podman, `system connection` (containers.conf(5) [engine.service_destinations], and since 5.0
podman-connections.json); Docker Desktop, Colima, Rancher Desktop and OrbStack: their manuals. Writes nothing.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Timer

from imagexplorer.core.control import Control
from imagexplorer.core.engine_places import (
    ABSENT,
    CONNECTION,
    CONTEXT,
    DENIED,
    ENVIRONMENT,
    LIVE,
    SOCKET,
    UNKNOWN,
    UNREACHABLE,
    EnginePlace,
    spelled,
)
from imagexplorer.core.entities import Address
from imagexplorer.core.errors import Cancelled, ImagexplorerError, Unreachable
from imagexplorer.sources.engine.candidates import config_folder, files_below, load_context, usual

PATIENCE_SECONDS = 8.0
"""For one place; a machine far away that does not answer keeps nobody waiting for the others."""

_MOST = 500
_FILE_LIMIT = 4 << 20
_AT_ONCE = 8


def places(environment: Mapping[str, str] | None = None) -> list[EnginePlace]:
    """What is worth to look at, in the order in which it is looked for; nothing is connected. `state` is unknown."""
    env = os.environ if environment is None else environment
    found: list[EnginePlace] = []
    seen: set[tuple[str, str]] = set()
    for place in (
        *_of_environment(env),
        *_contexts(),
        *(EnginePlace(SOCKET, address) for address in usual(env)),
        *_connections(env),
    ):
        # A socket that a context or the environment leads to is one place.
        key = (place.address.context, place.address.location)
        if key not in seen and not (place.kind == SOCKET and any(key[1] == other for _, other in seen)):
            seen.add(key)
            found.append(place)
    return found[:_MOST]


def look(found: Sequence[EnginePlace], control: Control) -> list[EnginePlace]:
    """The same with what answers there. Raises Cancelled."""
    with ThreadPoolExecutor(_AT_ONCE, "look") as pool:
        return list(pool.map(lambda place: _looked_at(place, control), found))


def _looked_at(place: EnginePlace, control: Control) -> EnginePlace:
    from imagexplorer.sources.engine.connect import open_engine

    own = Control()
    patience = Timer(PATIENCE_SECONDS, own.cancel)
    patience.daemon = True
    patience.start()
    try:
        with control.on_cancel(own.cancel):
            if control.cancelled:
                raise Cancelled
            source = open_engine(place.address, own)
            try:
                info, tls = source.host.info(own), source.wire.tls is not None
            finally:
                source.close()
        return replace(place, state=LIVE, engine=f"{info.product} {info.version}".strip(), tls=tls)
    except Cancelled:
        if control.cancelled:
            raise
        return replace(place, state=UNREACHABLE, reason=f"no answer in {PATIENCE_SECONDS:.0f} s")
    except ImagexplorerError as error:
        return replace(place, state=_state(error), reason=error.reason or error.what, way_out=error.way_out)
    finally:
        patience.cancel()


def _state(error: ImagexplorerError) -> str:
    match error.reason:
        case "no such socket" | "there is no context of that name":
            return ABSENT
        case "permission denied":
            return DENIED
        case "not an address of an engine" | "it names no docker endpoint":
            return UNKNOWN
    return UNREACHABLE if isinstance(error, Unreachable) else UNKNOWN


def _of_environment(env: Mapping[str, str]) -> Iterator[EnginePlace]:
    host = env.get("DOCKER_HOST", "").strip()
    if host:
        yield EnginePlace(ENVIRONMENT, Address("engine", spelled(host), "DOCKER_HOST"))


def _contexts() -> Iterator[EnginePlace]:
    """All but `default`, which is the default socket."""
    names = []
    for path in files_below(config_folder() / "contexts" / "meta", "*/meta.json"):
        told = _json(path)
        if isinstance(told, dict) and isinstance(told.get("Name"), str):
            names.append(told["Name"])
    for name in sorted(set(names)):
        try:
            location = load_context(name).host
        except Unreachable:
            location = ""
        yield EnginePlace(CONTEXT, Address("engine", location, name, name))


def _connections(env: Mapping[str, str]) -> Iterator[EnginePlace]:
    """Podman's; the newer file wins over the older where both have a name."""
    config = Path(env.get("XDG_CONFIG_HOME", "") or Path.home() / ".config") / "containers"
    found: dict[str, tuple[str, str]] = {}
    for path in (Path("/etc/containers/containers.conf"), config / "containers.conf"):
        try:
            told = tomllib.loads(_text(path)).get("engine", {})
            known = told.get("service_destinations", {})
            for name, each in known.items():
                found[name] = str(each.get("uri", "")), str(each.get("identity", ""))
        except (tomllib.TOMLDecodeError, AttributeError, RecursionError):
            continue  # podman says itself what is wrong with its file
    told = _json(config / "podman-connections.json")
    known = told.get("Connection") if isinstance(told, dict) else None
    known = known.get("Connections") if isinstance(known, dict) else None
    for name, each in (known if isinstance(known, dict) else {}).items():
        if isinstance(each, dict) and isinstance(each.get("URI"), str):
            key = each.get("Identity")
            found[name] = (each["URI"], key if isinstance(key, str) else "")
    for name, (uri, identity) in found.items():
        if uri:
            yield EnginePlace(CONNECTION, Address("engine", spelled(uri), name, identity=identity))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_FILE_LIMIT).decode("utf-8", "replace")
    except OSError:
        return ""


def _json(path: Path) -> object:
    try:
        return json.loads(_text(path))
    except (ValueError, RecursionError):
        return None
