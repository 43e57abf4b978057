"""The list of images of the current source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QMenu, QTableView, QWidget

from imagexplorer.actions.registry import Registry
from imagexplorer.core.command_line import image_reference, joined
from imagexplorer.core.entities import DOCKER, Image, Selection
from imagexplorer.core.text import plain
from imagexplorer.models.columns import Role
from imagexplorer.models.tables import IMAGES
from imagexplorer.session import Session
from imagexplorer.views.chips import ROW_ROOM
from imagexplorer.views.copying import add_copy
from imagexplorer.views.details_pane import image_totals, shown_of
from imagexplorer.views.list_page import ListPage


class ImagesPage(ListPage):
    noun = "image"
    key = "images"
    open_action = "image.open"
    delete_action = "image.delete"

    def __init__(self, session: Session, registry: Registry, parent: QWidget | None = None) -> None:
        view = QTableView()  # a flat list: a tree view lays out every row of it, a table only those it shows
        view.setAccessibleName("Images")
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + ROW_ROOM)
        view.verticalHeader().setMinimumSectionSize(view.fontMetrics().height() + 4)
        view.setShowGrid(False)
        view.setTabKeyNavigation(False)
        view.setCornerButtonEnabled(False)
        super().__init__(session, registry, IMAGES, view, parent)
        self.header_state.set_up()
        self.header_state.withhold(self.withheld())
        self.header_state.sort(self.model.column_of("created"), descending=True)
        session.images_changed.connect(lambda: self.show_records(session.images))
        session.sources_changed.connect(self._sources_changed)
        self.show_records(session.images)

    def _sources_changed(self) -> None:
        """Only an engine shares layers among its images and has containers."""
        source = self.session.current
        of_file = ("unique", "in_use") if source is not None and not source.is_engine else ()
        self.header_state.withhold((*of_file, *self.withheld()))
        self.show_state()

    def count_words(self) -> str:
        images = self.session.images
        if not self.session.images_known:
            return ""
        if not self.proxy.filtering or not images:
            return image_totals(images) if images else "no images"
        shown = [self.proxy.index(row, 0).data(Role.RECORD) for row in range(self.proxy.rowCount())]
        return shown_of(len(shown), len(images), "image", image_totals(shown))

    def total_words(self, records: Sequence[Any]) -> str:
        return image_totals(records)

    def selection_of(self, records: Sequence[Any]) -> Selection:
        return Selection(*self.whose(records), images=tuple(records))

    def show_empty(self) -> None:
        source = self.session.current
        if source is None or not self.session.images_known:
            if source is not None and source.error is not None:
                self.empty.show_text(
                    self.tr("The images could not be read"),
                    str(source.error),
                    [(self.tr("&Retry"), lambda: self.session.retry(source.key))],
                    icon="warning",
                )
                return
            name = source.name if source is not None else "the engine"
            self.empty.show_text(f"Reading the images of {plain(name, 80)}", busy=True)
        elif self.session.images:
            self.empty.show_text(
                self.tr("No image matches the filter"),
                self.tr("The filter looks at names, tags, ids and all other columns."),
                icon="filter",
            )
        else:
            self.empty.show_text(
                self.tr("No images yet"),
                self.tr("Images that are pulled or built on this engine appear here by themselves."),
                [
                    (self.tr("&Open an archive"), self.registry.action("file.open").trigger),
                    (self.tr("Explore the &sample image"), self.session.open_sample),
                ],
                icon="image",
            )

    def fill_copy_menu(self, menu: QMenu, records: Sequence[Any]) -> None:
        images: list[Image] = list(records)
        source = self.session.current
        program = source.program if source is not None else DOCKER
        add_copy(menu, self.tr("&Name"), images, lambda image: plain(image.name))
        add_copy(menu, self.tr("All &tags"), images, lambda image: "\n".join(map(plain, image.tags)))
        menu.addAction(self.copy_ids)
        add_copy(menu, self.tr("&Digest"), images, lambda image: "\n".join(map(plain, image.digests)))
        add_copy(
            menu,
            self.tr("Command &line"),
            images,
            lambda image: plain(joined([program, "image", "inspect", image_reference(image)])),
        )
        menu.addSeparator()
        menu.addAction(self.copy_rows)
