"""Places where an engine may be, and what was found there: as a table and as the document imagexplorer.sources/1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from imagexplorer.core.entities import Address
from imagexplorer.core.text import counted, plain

SCHEMA = "imagexplorer.sources/1"

NAMED, ENVIRONMENT, CONTEXT, SOCKET, CONNECTION = "named", "environment", "context", "socket", "connection"
"""Kinds: named by the user, DOCKER_HOST, a docker context, a usual socket, a connection of podman's."""
LIVE, UNREACHABLE, DENIED, ABSENT, UNKNOWN = "live", "unreachable", "denied", "absent", "unknown"

KIND_WORDS = {
    NAMED: "named here",
    ENVIRONMENT: "environment",
    CONTEXT: "docker context",
    SOCKET: "usual socket",
    CONNECTION: "podman connection",
}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class EnginePlace:
    """`engine` is what answers ("Docker 28.5"), `reason` and `way_out` why none does, each "" where it does not apply.
    `state` is UNKNOWN as long as nobody looked."""

    kind: str
    address: Address
    state: str = UNKNOWN
    engine: str = ""
    reason: str = ""
    way_out: str = ""
    tls: bool = False

    @property
    def unsafe(self) -> str:
        """Why nobody should use it so, "" where nothing is wrong."""
        return unsafe(self.address.location, self.tls)


def spelled(host: str) -> str:
    """A host as people write it (`unix://var/run/x`, `/run/x.sock`, `box:2375`) as a URL."""
    if host.startswith("/"):
        return f"unix://{host}"
    if host.startswith("unix://") and not host.startswith("unix:///"):
        return "unix:///" + host.removeprefix("unix://")
    return host if "://" in host else f"tcp://{host}"


def unsafe(location: str, tls: bool) -> str:
    """A network address without TLS gives whoever is on the way the rights of root on that machine."""
    if tls or not elsewhere(location) or location.startswith(("ssh:", "https:")):
        return ""
    return "without TLS anyone on the way can read it and act as root there"


def elsewhere(location: str) -> str:
    """The other machine that an engine's address leads to; "" for one of this machine."""
    try:
        parts = urlsplit(location)
        host = parts.hostname or ""
    except ValueError:
        return ""
    here = parts.scheme not in ("ssh", "tcp", "http", "https") or host in _LOOPBACK or host.startswith("127.")
    return "" if here else host


def risk(location: str, tls: bool, verified: bool) -> str:
    """In a few words, for the line of a source; "" where nothing is wrong."""
    if tls and not verified:
        return "TLS not verified"
    return "without TLS" if unsafe(location, tls) else ""


def without_password(location: str) -> str:
    """For screens and documents: an address may hold a password, which nobody has to see."""
    try:
        password = urlsplit(location).password
    except ValueError:
        return location
    return location.replace(f":{password}@", ":…@", 1) if password else location


def sources_document(places: Sequence[EnginePlace]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "sources": [
            {
                "kind": place.kind,
                "name": place.address.name,
                "address": without_password(place.address.location),
                "state": place.state,
                "reason": None if place.state == LIVE else _reason(place),
            }
            for place in places
        ],
    }


def sources_text(places: Sequence[EnginePlace]) -> Iterator[str]:
    """A table, and what helps with those that are there and do not answer."""
    rows = [
        (
            place.state,
            plain(place.address.name, 40),
            KIND_WORDS.get(place.kind, place.kind),
            plain(without_password(place.address.location), 100),
            plain(place.engine if place.state == LIVE else _reason(place), 200),
        )
        for place in places
    ]
    heads = ("State", "Name", "From", "Address", "What is there")
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(4)]
    for row in (heads, *rows):
        yield "  ".join([cell.ljust(width) for cell, width in zip(row, widths, strict=False)] + [row[4]]) + "\n"
    live = sum(place.state == LIVE for place in places)
    yield f"\n{counted(live, 'engine')} of {counted(len(places), 'place')} live\n"
    for place in places:
        if place.unsafe and place.state == LIVE:
            yield f"{plain(place.address.name, 40)}: {place.unsafe}\n"
        elif place.way_out and place.state not in (ABSENT, LIVE):
            yield f"{plain(place.address.name, 40)}: {plain(place.way_out, 300)}\n"


def _reason(place: EnginePlace) -> str:
    return place.reason or "not looked at"
