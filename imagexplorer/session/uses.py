"""The use of containers that a list shows at this moment: a stream each, not more than 30, ended when out of sight."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.jobs import Jobs
from imagexplorer.session.live import Live

if TYPE_CHECKING:
    from imagexplorer.core.use import UseHistory

MOST = 30
KEPT = 60
_HISTORIES = 300
_REST_S = 5.0
"""A stream that ended is not begun again sooner."""


_ONE: Mapping[str, str] = {}


class Uses:
    def __init__(self, jobs: Jobs, live: Live, clock: Callable[[], float] = time.monotonic) -> None:
        self._jobs, self._live, self._clock = jobs, live, clock
        self._source = ""
        self._sources = _ONE
        self._followed: set[str] = set()
        self._resting: dict[str, float] = {}
        self._known: dict[str, UseHistory] = {}

    @property
    def followed(self) -> frozenset[str]:
        return frozenset(self._followed)

    def of(self, container_id: str) -> UseHistory | None:
        """What is known of one that is followed."""
        return self._known.get(container_id) if container_id in self._followed else None

    def watch(self, source: str, ids: Sequence[str], sources: Mapping[str, str] = _ONE) -> None:
        """Follow these (the first 30 of them) and no others. Call again and again: what ended is begun anew. `sources`
        says whose each is, where they are of several."""
        wanted = list(dict.fromkeys(ids))[:MOST]
        if source != self._source:
            self._end(set(self._followed))
            self._source = source
            self._known.clear()
            self._resting.clear()
        self._end(self._followed - set(wanted))
        self._sources = sources
        now = self._clock()
        for each in wanted:
            if each not in self._followed and self._resting.get(each, 0.0) <= now:
                self._begin(each)

    def _begin(self, container_id: str) -> None:
        from imagexplorer.core.use import UseHistory

        self._followed.add(container_id)
        if len(self._known) >= _HISTORIES:
            self._known.pop(next(iter(self._known)))
        history = self._known.setdefault(container_id, UseHistory(KEPT))
        ended = partial(self._ended, container_id)

        def failed(_error: ImagexplorerError) -> None:
            ended()

        source = self._sources.get(container_id, self._source)
        self._live.follow_use(self._lane(container_id), source, container_id, history.add, ended, failed)

    def _ended(self, container_id: str) -> None:
        self._followed.discard(container_id)
        self._known.pop(container_id, None)
        self._resting[container_id] = self._clock() + _REST_S

    def _end(self, ids: set[str]) -> None:
        for each in ids:
            self._followed.discard(each)
            self._jobs.drop(self._lane(each))

    def _lane(self, container_id: str) -> str:
        return f"use/{self._source}/{container_id}"
