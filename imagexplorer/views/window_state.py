"""What the window remembers: its size, its splitters, columns, grouping, colours, the last source."""

from __future__ import annotations

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow, QSplitter

from imagexplorer.settings import Settings
from imagexplorer.views.containers_page import ContainersPage
from imagexplorer.views.images_page import ImagesPage


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
            sizes = settings.numbers(f"window.{name}")
            wanted = [sizes.get(f"part_{number}", 0) for number in range(splitter.count())]
            if sizes and all(0 <= size < 20_000 for size in wanted) and sum(wanted) > 0:
                splitter.setSizes(wanted)
        for page in (self._images, self._containers):
            page.header_state.restore(settings, page.key)
        self._containers.grouped.setChecked(settings.flag("containers.grouped", True))

    def save(self, source: str) -> None:
        """`source` is the key of the current one."""
        settings = self._settings
        settings.set("window.geometry", bytes(self._window.saveGeometry().toBase64().data()).decode("ascii"))
        for name, splitter in self._splitters.items():
            settings.set(f"window.{name}", {f"part_{number}": size for number, size in enumerate(splitter.sizes())})
        for page in (self._images, self._containers):
            page.header_state.save(settings, page.key)
        settings.set("containers.grouped", self._containers.grouped.isChecked())
        settings.set("window.source", source)
        settings.save()
