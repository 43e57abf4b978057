"""CPU and memory of a container for the line over its page: one stream, and only while the page is seen.

Knows the page's session and lane; what is said is handed back in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal

from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.models.use_columns import percent_words, size_words
from imagexplorer.views.stats_tab import StatsTab

if TYPE_CHECKING:
    from imagexplorer.core.live import Sample
    from imagexplorer.views.container_page import ContainerPage

_AGAIN_MS = 5_000


class HeaderUse(QObject):
    """`changed` when `words` are others; they are empty where nothing is told."""

    changed = Signal()

    def __init__(self, page: ContainerPage) -> None:
        super().__init__(page)
        self._page = page
        self._lane = page.lane + "header_use"
        self._following = False
        self.words: tuple[str, ...] = ()
        self._again = QTimer(self, singleShot=True, interval=_AGAIN_MS)
        self._again.timeout.connect(self.look)
        page.installEventFilter(self)
        page.tabs.currentChanged.connect(lambda _number: self.look())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self.look()
        elif event.type() == QEvent.Type.Hide:
            self._end()
        return super().eventFilter(watched, event)

    def look(self) -> None:
        """Follow it, if it runs and is seen; forget what was said, if it does not run any more."""
        page = self._page
        runs = page.container.running and not page.gone
        if not runs:
            self._end()
            self._say(())
        elif isinstance(page.front, StatsTab):  # it follows the same, and hands on what it hears
            self._end()
        elif page.isVisible() and page.live and not self._following:
            self._again.stop()
            self._following = True
            page.session.live.follow_use(
                self._lane, page.source, page.container.id, self.hear, self._ended, lambda _error: self._ended()
            )

    def hear(self, sample: Sample) -> None:
        words = []
        if sample.cpu_percent is not None:
            words.append(self.tr("CPU {share}").format(share=percent_words(sample.cpu_percent)))
        if sample.memory_bytes is not None:
            used = self.tr("RAM {size}").format(size=size_words(sample.memory_bytes))
            limit = sample.memory_limit_bytes
            words.append(self.tr("{used} of {limit}").format(used=used, limit=size_words(limit)) if limit else used)
        self._say(tuple(words))

    def _ended(self, _error: ImagexplorerError | None = None) -> None:
        self._following = False
        self._say(())
        if self._page.isVisible():
            self._again.start()

    def _end(self) -> None:
        self._again.stop()
        if self._following:
            self._following = False
            self._page.session.jobs.drop(self._lane)

    def _say(self, words: tuple[str, ...]) -> None:
        if words != self.words:
            self.words = words
            self.changed.emit()
