"""Layers that were shown without having been hashed, verified afterwards: quietly, one image at a time, giving way.

Whose turn it is stands here; reading and hashing are the worker's. A page asks, and takes its question back when it
closes. While any image is being indexed for somebody who waits, nothing is verified.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail, LayerTotals
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.core.text import plain
from imagexplorer.jobs import Jobs
from imagexplorer.session.records import Failed, IndexedTree, OpenSource

AGAIN_MS = 300


def unchecked(detail: ImageDetail, totals: Sequence[LayerTotals]) -> list[int]:
    """The layers of which something is claimed and nothing was hashed."""
    return [each.index for each in totals if not (each.verified or each.hashed) and detail.layers[each.index].diff_id]


@dataclass(eq=False)
class _Check:
    lane: str
    source: OpenSource
    detail: ImageDetail
    wanted: list[int]
    on_layer: Callable[[LayerTotals], None]
    done: Callable[[ImageDetail], None]
    failed: Failed


class Checking(QObject):
    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._line: list[_Check] = []
        self._running: _Check | None = None
        self._readers: set[str] = set()
        self._timer = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._timer.timeout.connect(self._next)

    @property
    def idle(self) -> bool:
        return self._running is None and not self._line

    def want(
        self,
        lane: str,
        tree: IndexedTree,
        detail: ImageDetail,
        on_layer: Callable[[LayerTotals], None],
        done: Callable[[ImageDetail], None],
        failed: Failed,
    ) -> None:
        """Hash what reading the layers of this tree left unhashed. `on_layer` hears of each layer that was checked;
        `done(image with all problems)` once all are; `failed` comes with Cancelled too; nothing comes where nothing is
        left to check. Engines vouch for their layers: of them nothing is asked. Who asks calls `leave` in the end."""
        self.leave(lane)
        wanted = unchecked(detail, tree.layers)
        if wanted and tree.opened.address.kind != "engine":
            self._line.append(_Check(lane, tree.opened, detail, wanted, on_layer, done, failed))
            self._next()

    def leave(self, lane: str) -> None:
        """Nobody wants to know any more. What runs in a lane that begins so ends."""
        self._line = [check for check in self._line if not check.lane.startswith(lane)]
        if self._running is not None and self._running.lane.startswith(lane):
            self._jobs.drop(self._running.lane)
            self._running = None
            self._next()

    def give_way(self, lane: str) -> None:
        """Somebody waits for what runs in this lane: until it has ended, nothing is verified."""
        self._readers.add(lane)
        check, self._running = self._running, None
        if check is not None:
            self._jobs.drop(check.lane)
            if check.wanted:
                self._line.insert(0, check)
        if self._line:
            self._timer.start()

    def close(self) -> None:
        self._timer.stop()
        self._line.clear()
        self._running = None

    def _next(self) -> None:
        if self._running is not None or not self._line:
            return
        self._readers = {lane for lane in self._readers if self._jobs.in_lane(lane) is not None}
        if self._readers:
            self._timer.start()
            return
        check = self._running = self._line.pop(0)

        def work(control: Control, give: Callable[[LayerTotals], None]) -> ImageDetail:
            return check.source.verify(check.detail, tuple(check.wanted), control, give)

        def each(totals: LayerTotals) -> None:
            if totals.index in check.wanted:
                check.wanted.remove(totals.index)
            check.on_layer(totals)

        def over() -> None:
            self._running = None
            self._next()

        def done(detail: ImageDetail) -> None:
            over()
            check.done(detail)

        def failed(error: ImagexplorerError) -> None:
            over()
            check.failed(error)

        title = f"Verifying {plain(check.detail.image.name, 200)}"
        self._jobs.stream(check.lane, work, each, failed, done, title)
