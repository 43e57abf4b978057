"""Which engine it is and whether it is there: the half of EngineSource that a loss and a return go through.

Knows /_ping, /version and /info. Must not know what else is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.engine_places import risk
from imagexplorer.core.entities import Address, EngineInfo, Platform
from imagexplorer.core.errors import Damaged, NotFound, Refused, Unreachable
from imagexplorer.sources.engine.fields import Json, rows, text
from imagexplorer.sources.engine.translate import RETRY
from imagexplorer.sources.engine.wire import Wire, read_up_to

PING_SECONDS = 10.0
"""An engine that takes longer to say that it is there is not."""


class Presence:
    def __init__(self, wire: Wire, version: Json) -> None:
        self.wire = wire
        self._version = version
        self._told: Json | None = None
        self._strange = False
        self._layers: dict[str, Sequence[str]] = {}
        self._lock = Lock()

    @property
    def address(self) -> Address:
        return self.wire.address

    @property
    def _name(self) -> str:
        return f"engine {self.address.location}"

    @property
    def podman(self) -> bool:
        return any(text(part, "Name") == "Podman Engine" for part in rows(self._version.get("Components")))

    def info(self, control: Control) -> EngineInfo:
        """Asks each time whether the engine answers; its description is asked for once, and again after a loss: another
        may have come in its place."""
        wait = min(PING_SECONDS, self.wire.short_seconds)
        try:
            with self.wire.open(
                "GET", "/_ping", what=self._name, control=control, seconds=wait, versioned=False
            ) as response:
                if read_up_to(response, 64).strip() != b"OK":  # API, "Ping"; podman, libpod/ping
                    raise Refused(self._name, "its ping is none")
        except Unreachable:
            self.lost()
            raise
        except (Refused, NotFound, Damaged) as error:  # one that starts, or what stands before it
            self.lost()
            raise Unreachable(self._name, f"it does not answer as an engine ({error.reason})", RETRY) from error
        self._know_again(control)
        told = self._info(control)
        tls = self.wire.tls
        return EngineInfo(
            product="Podman" if self.podman else "Docker",
            version=text(self._version, "Version"),
            api_version=self.wire.version,
            platform=Platform(text(self._version, "Os"), text(self._version, "Arch")),
            store=store_of(told),
            root=text(told, "DockerRootDir"),
            risk=risk(self.address.location, tls is not None, getattr(tls, "verify", True) is not False),
        )

    def lost(self) -> None:
        with self._lock:
            self._told, self._strange = None, True

    def _know_again(self, control: Control) -> None:
        """After a loss: which engine it is, and the version of the API to speak with it."""
        if not self._strange:
            return
        from imagexplorer.sources.engine.connect import agreed

        answer = self.wire.json("GET", "/version", what=self._name, control=control, versioned=False)
        version = agreed(self._name, answer)
        with self._lock:
            self._version, self.wire, self._strange = answer, replace(self.wire, version=version), False

    def _info(self, control: Control) -> Json:
        with self._lock:
            told = self._told
        if told is None:
            told = record(self.wire.get("/info", what=self._name, control=control), self._name)
            with self._lock:
                self._told = told
        return told


def record(answer: Any, what: str) -> Json:
    if not isinstance(answer, Mapping):
        raise Damaged(what, "the engine's answer is not a record")
    return answer


def store_of(told: Json) -> str:
    """containerd's image store says so in the status of its driver (moby, daemon/containerd)."""
    status = told.get("DriverStatus")
    pairs = [pair for pair in status if isinstance(pair, list)] if isinstance(status, list) else []
    return "containerd" if ["driver-type", "io.containerd.snapshotter.v1"] in pairs else "graph"
