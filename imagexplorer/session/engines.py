"""Engines that the user chose, beside the one that was found: where they may be, and connecting to one more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, Tls
from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.jobs import Jobs
from imagexplorer.session.records import Failed, OpenAddress, OpenSource

if TYPE_CHECKING:
    from imagexplorer.core.engine_places import EnginePlace

FindPlaces = Callable[[Control], "Sequence[EnginePlace]"]
_LOOK, _CONNECT = "engines/places", "engines/connect"


class Engines(QObject):
    """`changed` when `places`, `looking` or `trouble` are others. `add` takes a source that is open."""

    changed = Signal()

    def __init__(
        self,
        jobs: Jobs,
        find_places: FindPlaces | None,
        open_address: OpenAddress,
        add: Callable[[OpenSource], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._jobs, self._find, self._open, self._add = jobs, find_places, open_address, add
        self.places: Sequence[EnginePlace] = ()
        self.looking = False
        self.trouble: ImagexplorerError | None = None

    def look(self) -> None:
        """At every place where one may be; what was found before stays until then."""
        if self._find is None or self.looking:
            return
        self.looking, self.trouble = True, None
        self.changed.emit()
        self._jobs.load(_LOOK, self._find, self._found, self._not_found)

    def connect_to(self, address: Address, done: Callable[[], None], failed: Failed) -> None:
        """`done` once it is one of the sources, and current. A second one replaces the first."""
        opened = self._open

        def add(source: OpenSource) -> None:
            self._add(source)
            done()

        self._jobs.load(_CONNECT, lambda control: opened(address, control), add, failed)

    def give_up(self) -> None:
        """Nobody waits for a connection any more, or for places."""
        self._jobs.drop(_CONNECT)
        self._jobs.drop(_LOOK)
        self.looking = False

    def _found(self, places: Sequence[EnginePlace]) -> None:
        self.looking, self.places = False, tuple(places)
        self.changed.emit()

    def _not_found(self, error: ImagexplorerError) -> None:
        self.looking = False
        if not isinstance(error, Cancelled):
            self.trouble = error
        self.changed.emit()


def as_line(address: Address) -> str:
    """For the settings; `from_line` reads it. Paths of certificates and keys, never what is in them."""
    tls = address.tls
    files = (tls.ca, tls.cert, tls.key, "verify" if tls.verify else "trust") if tls is not None else ("", "", "", "")
    return "\n".join((address.location, address.name, address.context, address.identity, *files))


def from_line(line: str) -> Address | None:
    parts = line.split("\n")
    if len(parts) not in (3, 8) or not (parts[0] or parts[2]):
        return None
    location, name, context, identity, ca, cert, key, verify = (*parts, *[""] * 5)[:8]
    tls = Tls(ca, cert, key, verify != "trust") if verify else None
    return Address("engine", location, name, context, tls, identity)
