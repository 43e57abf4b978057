"""Image beside container: the two as what they are. Knows its page; its memory is followed while it is seen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.core.live import Sample
from imagexplorer.core.use import UseHistory
from imagexplorer.models.beside_rows import Beside, beside
from imagexplorer.views.page_tab import PageTab
from imagexplorer.views.theme import PlainLabel, plain_label

if TYPE_CHECKING:
    from imagexplorer.views.container_page import ContainerPage


class BesideTab(PageTab["ContainerPage"]):
    def __init__(self, page: ContainerPage) -> None:
        super().__init__(page, "beside")
        self.use = UseHistory(60)
        self._streaming = False
        self.cells: list[tuple[PlainLabel, PlainLabel, PlainLabel]] = []

    def set_up(self) -> None:
        self.panel = QWidget()
        self._grid = QGridLayout(self.panel)
        self._grid.setContentsMargins(24, 16, 24, 16)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(12)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)
        for column, (icon, words) in enumerate(
            (
                ("image", self.tr("Image, the padlocked slabs")),
                ("container", self.tr("Container, the lit slab on top")),
            ),
            1,
        ):
            head = plain_label(words, scale=1.15, bold=True)
            sign = plain_label()
            sign.setPixmap(resources.icon(icon).pixmap(20, 20))
            line = QGridLayout()
            line.setHorizontalSpacing(8)
            line.addWidget(sign, 0, 0)
            line.addWidget(head, 0, 1)
            line.setColumnStretch(1, 1)
            self._grid.addLayout(line, 0, column)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self.panel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        self.setFocusProxy(scroll)

    def fill(self) -> None:
        page = self.page
        if page.container.running and not page.gone and not self._streaming:
            self._streaming = True
            page.session.live.follow_use(
                self.lane + "use", page.source, page.container.id, self._came, self._ended, self._failed
            )
        self._show()

    def hidden(self) -> None:
        self.page.session.jobs.drop(self.lane + "use")
        self._streaming = False
        self._stale = True

    def _came(self, sample: Sample) -> None:
        self.use.add(sample)
        self._show()

    def _ended(self) -> None:
        self._streaming = False
        self._show()

    def _failed(self, _error: ImagexplorerError) -> None:
        self._ended()

    def rows(self) -> list[Beside]:
        page = self.page
        images, containers = page.session.rows_of(page.source)
        row = next((each for each in images if each.id == page.container.image_id), None)
        siblings = [each for each in containers if each.image_id == page.container.image_id]
        use = self.use if self._streaming else None
        container = replace(page.container, state="removed", health="") if page.gone else page.container
        return beside(page.image, row, container, page.detail, siblings, use, page.written)

    def _show(self) -> None:
        rows = self.rows()
        while len(self.cells) < len(rows):
            made = (
                plain_label(tone="muted"),
                plain_label(wrap=True, selectable=True),
                plain_label(wrap=True, selectable=True),
            )
            for column, label in enumerate(made):
                label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
                self._grid.addWidget(label, len(self.cells) + 1, column)
            self.cells.append(made)
            self._grid.setRowStretch(len(self.cells) + 1, 0)
        self._grid.setRowStretch(len(rows) + 2, 1)
        for labels, row in zip(self.cells, rows, strict=True):
            for label, text in zip(labels, (row.what, row.image, row.container), strict=True):
                if label.text() != text:
                    label.set_text(text)
