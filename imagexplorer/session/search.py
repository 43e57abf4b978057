"""Looking for an engine until there is one: what was tried, and when it is worth to look again.

Between two looks only sockets are looked at, by stat; an engine that is named by a network address is asked every ten
seconds, since nothing else tells that it is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from imagexplorer.core.entities import Address
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.jobs import Jobs
from imagexplorer.session.records import FindEngine, OpenSource, Tried
from imagexplorer.session.sockets import SocketWatch

REMOTE_MS = 10_000


class EngineSearch(QObject):
    found = Signal(object)  # the open source
    changed = Signal()  # `tried` or `looking`

    def __init__(self, jobs: Jobs, find: FindEngine, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs, self._find = jobs, find
        self._host = ""
        self.tried: Sequence[Tried] = ()
        self.looking = False
        self._watch = SocketWatch(self)
        self._watch.stirred.connect(self.look)
        self._remote = QTimer(self, interval=REMOTE_MS)
        self._remote.timeout.connect(self.look)

    def start(self, host: str) -> None:
        self._host = host
        self.look()

    def look(self) -> None:
        """Ask now. While one look is under way another would only delay it."""
        if self.looking:
            return
        self.looking = True
        self.changed.emit()
        host = self._host
        self._jobs.load("search", lambda control: self._find(host, control), self._answered, self._failed)

    def stop(self) -> None:
        self._watch.stop()
        self._remote.stop()
        self._jobs.drop("search")
        self.looking = False

    def _answered(self, answer: tuple[OpenSource | None, Sequence[Any]]) -> None:
        source, tried = answer
        self.looking = False
        self.tried = tuple(tried)
        if source is not None:
            self._watch.stop()
            self._remote.stop()
            self.changed.emit()
            self.found.emit(source)
            return
        locations = [each.address.location for each in self.tried]
        self._watch.watch([each for each in locations if each.startswith("unix://")])
        if any(not each.startswith("unix://") for each in locations):
            self._remote.start()
        self.changed.emit()

    def _failed(self, error: ImagexplorerError) -> None:
        """Not one engine that is away, but the looking itself: the worker is gone, a mistake of ours."""
        self.looking = False
        self._remote.start()
        self.tried = (Tried(Address("engine", "", error.what), error.reason or error.what, error.way_out),)
        self.changed.emit()
