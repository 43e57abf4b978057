"""What the window remembers: its size, its splitters, columns, grouping, colours, the last source."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow, QSplitter

from imagexplorer.settings import Settings
from imagexplorer.views.containers_page import ContainersPage
from imagexplorer.views.images_page import ImagesPage
from imagexplorer.views.page_state import restore_page, restore_splitter, save_page, save_splitter
from imagexplorer.views.record_page import RecordPage

FILES_MOST = ENGINES_MOST = 20


class WindowState:
    def __init__(
        self,
        settings: Settings,
        window: QMainWindow,
        splitters: dict[str, QSplitter],
        images: ImagesPage,
        containers: ContainersPage,
    ) -> None:
        self._settings = settings
        self._window = window
        self._splitters = splitters
        self._images, self._containers = images, containers

    def restore(self) -> None:
        settings = self._settings
        geometry = settings.text("window.geometry")
        if geometry:
            # What is no geometry is refused by Qt; one of a screen that is gone is moved into view by it.
            self._window.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "replace")))
        for name, splitter in self._splitters.items():
            restore_splitter(splitter, settings, f"window.{name}")
        for page in (self._images, self._containers):
            page.header_state.restore(settings, page.key)
        self._containers.grouped.setChecked(settings.flag("containers.grouped", True))

    def page_opened(self, page: RecordPage, before: RecordPage | None) -> None:
        """As the last one of its kind was left; `before` is the page that was in front."""
        if before is not None:
            save_page(before, self._settings)
        restore_page(page, self._settings)
        page.closing.connect(lambda: save_page(page, self._settings))

    def save(self, source: str, files: Sequence[str], engines: Sequence[str]) -> None:
        """`source` is the key of the current one, `files` the paths of those that are open, `engines` lines of those
        that were chosen."""
        settings = self._settings
        settings.set("window.geometry", bytes(self._window.saveGeometry().toBase64().data()).decode("ascii"))
        for name, splitter in self._splitters.items():
            save_splitter(splitter, settings, f"window.{name}")
        for page in (self._images, self._containers):
            page.header_state.save(settings, page.key)
        settings.set("containers.grouped", self._containers.grouped.isChecked())
        settings.set("window.source", source)
        settings.set("window.files", list(files[-FILES_MOST:]))
        settings.set("window.engines", list(engines[-ENGINES_MOST:]))
        settings.save()
