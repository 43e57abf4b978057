"""The lists of one source: asked for when something touched them, put together, and known to be right or not.

Knows which question fills which column. Must not know how a source is reached, and nothing of other sources.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ALL, Image, Touched
from imagexplorer.core.errors import Cancelled, ImagexplorerError, Unreachable
from imagexplorer.core.growth import Growth
from imagexplorer.jobs import Jobs
from imagexplorer.session.fetch import Fetch, Ids
from imagexplorer.session.lists import Rows

TARGETED_IDS = 40
"""So many changed containers are asked for by id; above that the whole list is one call, and cheaper."""
GATHER_MS = 200
LATE = Unreachable("list", "no answer yet", "It is waited for")


class Listing(QObject):
    """`trouble` is why the rows may not be right, None while they are, and `stale_since` when they last were (seconds
    since 1970); `troubled` says that it changed. `doubted`: no answer came, so whether the engine is there is to be
    seen. Lists of an engine that fail are asked for again by themselves, files are not.
    """

    images_changed = Signal()
    containers_changed = Signal()
    touched = Signal(object)  # Touched, once the rows are right again
    troubled = Signal()
    doubted = Signal()
    message = Signal(str)

    def __init__(self, key: str, jobs: Jobs, source: Callable[[], Any], engine: bool, parent: QObject) -> None:
        super().__init__(parent)
        self.rows = Rows()
        self.growth = Growth()
        self.stale_since = 0.0
        self._key, self._jobs, self._source, self._engine = key, jobs, source, engine
        self._telling = Touched()
        self._troubles: dict[str, ImagexplorerError] = {}
        self._images = self._fetch("images", lambda source, control, _ids: source.images(control), self._put_images)
        self._containers = self._fetch("containers", _list_containers, self._put_containers)
        self._unique = self._fetch(
            "usage", lambda source, control, _ids: source.host.disk_usage(control).image_unique, self._put_unique, 4.0
        )
        self._written = self._fetch(
            "written", lambda source, control, _ids: source.host.writable_sizes(control), self._put_written, 4.0
        )

    @property
    def trouble(self) -> ImagexplorerError | None:
        return next(iter(self._troubles.values()), None)

    def refresh(self, touched: Touched, at_once: bool = False) -> None:
        self._telling |= touched
        self._images.want(touched.images, at_once)
        if self._source().host is not None:
            self._containers.want(touched.containers, at_once)
        self._settle()

    def weigh(self) -> None:
        """Ask for the sizes of writable layers again: a fifth of the time at most."""
        self._written.want(frozenset({ALL}))

    def looked_at(self, image: Image) -> None:
        """An image's own answer says more than its row."""
        if self.rows.put_platform(image.id, image.platform):
            self.images_changed.emit()

    def stop(self) -> None:
        """Nothing is asked any more, and nothing that was asked counts."""
        for fetch in (self._images, self._containers, self._unique, self._written):
            fetch.stop()
        self._troubles.clear()
        self.stale_since = 0.0

    # -- asking ---------------------------------------------------------------------------------
    def _fetch(
        self, name: str, work: Callable[[Any, Control, Ids], Any], done: Callable[[Ids, Any], None], rest: float = 0.0
    ) -> Fetch:
        listed = not rest  # sizes may stay unknown

        def answered(ids: Ids, answer: Any) -> None:
            self.trouble_of(name, None)
            done(ids, answer)

        def failed(error: ImagexplorerError) -> None:
            if isinstance(error, Cancelled):
                return
            if isinstance(error, Unreachable):
                self.doubted.emit()
            if listed:
                self.trouble_of(name, error)
            elif not isinstance(error, Unreachable):
                self.message.emit(str(error))
            self._settle()

        def late() -> None:
            self.trouble_of(name, LATE)
            self.doubted.emit()

        return Fetch(
            self._jobs,
            f"{self._key}/{name}",
            lambda control, ids: work(self._source(), control, ids),
            answered,
            failed,
            self,
            gather_ms=1000 if rest else GATHER_MS,
            rest=rest,
            needed=listed and self._engine,
            late=late if listed and self._engine else None,
        )

    def trouble_of(self, name: str, error: ImagexplorerError | None) -> None:
        """What keeps the lists from being right, None where it is over. Told once, however often it comes."""
        before = self._troubles.get(name)
        if str(before) == str(error):
            return
        if error is None:
            del self._troubles[name]
        else:
            self._troubles[name] = error
        self.stale_since = (self.stale_since or time.time()) if self._troubles else 0.0
        if error is not None and error is not LATE:
            self.message.emit(str(error))
        self.troubled.emit()

    # -- answers --------------------------------------------------------------------------------
    def _put_images(self, _ids: Ids, rows: list[Image]) -> None:
        first = not self.rows.images_known
        before = {image.id for image in self.rows.images}
        if self.rows.put_images(rows):
            self.images_changed.emit()
        if self._source().host is not None and (first or before != {image.id for image in rows}):
            self._unique.want(frozenset({ALL}), at_once=first)
        self._settle()

    def _put_containers(self, ids: Ids, rows: list[Any]) -> None:
        first = not self.rows.containers_known
        if self.rows.put_containers(rows, None if _whole_list(ids) else ids):
            self.containers_changed.emit()
            self._written.want(frozenset({ALL}), at_once=first)
            if self.rows.images_known and self.rows.put_images(self.rows.images):
                self.images_changed.emit()
        elif first:
            self.containers_changed.emit()
        self._settle()

    def _put_unique(self, _ids: Ids, unique: dict[str, int]) -> None:
        if self.rows.put_unique(unique):
            self.images_changed.emit()

    def _put_written(self, _ids: Ids, written: dict[str, int]) -> None:
        self.growth.put(written, time.monotonic())
        if self.rows.put_written(written):
            self.containers_changed.emit()

    def _settle(self) -> None:
        """Once the lists are right again, pages may ask anew."""
        if self._telling and self._images.idle and self._containers.idle:
            telling, self._telling = self._telling, Touched()
            self.touched.emit(telling)


def _whole_list(ids: Ids) -> bool:
    return ALL in ids or len(ids) > TARGETED_IDS or any(len(each) != 64 for each in ids)


def _list_containers(source: Any, control: Control, ids: Ids) -> Any:
    return source.host.containers(control) if _whole_list(ids) else source.host.containers(control, sorted(ids))
