"""The page where there is no engine: where one was looked for, why each place failed, and what works without one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.core.text import plain
from imagexplorer.session import Tried
from imagexplorer.views.theme import plain_label, tooltip

_PLACE, _RESULT, _ADVICE = range(3)


class StartPage(QWidget):
    open_wanted = Signal()
    sample_wanted = Signal()
    retry_wanted = Signal()
    engine_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("No engine found"))
        self.title = plain_label(self.tr("No engine found"))
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        self.title.setFont(font)
        self.text = plain_label(self._advice(named=False))
        self.text.setWordWrap(True)
        self.table = self._made_table()
        self.open = QPushButton(resources.icon("open"), self.tr("&Open an archive"))
        self.sample = QPushButton(resources.icon("image"), self.tr("Explore the &sample image"))
        self.engine = QPushButton(resources.icon("engine"), self.tr("Add an &engine"))
        self.retry = QPushButton(resources.icon("refresh"), self.tr("&Retry"))
        self.open.clicked.connect(self.open_wanted)
        self.sample.clicked.connect(self.sample_wanted)
        self.engine.clicked.connect(self.engine_wanted)
        self.retry.clicked.connect(self.retry_wanted)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.open, self.sample, self.engine, self.retry):
            buttons.addWidget(button)
        buttons.addStretch()
        head = QVBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title)
        head.addWidget(self.text)
        column = QVBoxLayout()
        column.setSpacing(16)
        column.addLayout(head)
        column.addWidget(self.table)
        column.addLayout(buttons)
        column.addStretch(1)
        inner = QWidget()
        inner.setLayout(column)
        inner.setMaximumWidth(self.fontMetrics().averageCharWidth() * 150)
        inner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 24)
        outer.addStretch(1)
        outer.addWidget(inner, 20)
        outer.addStretch(1)

    def _advice(self, named: bool) -> str:
        comes = (
            self.tr("This window connects by itself as soon as it answers; no other engine is tried in its place.")
            if named
            else self.tr("This window connects by itself as soon as Docker or Podman answers.")
        )
        return comes + " " + self.tr("Archives and OCI layouts open without an engine.")

    def _made_table(self) -> QTableWidget:
        table = QTableWidget(0, 3)
        table.setAccessibleName(self.tr("Where an engine was looked for"))
        table.setHorizontalHeaderLabels([self.tr("Place"), self.tr("Result"), self.tr("What to do")])
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setWordWrap(True)
        table.setTabKeyNavigation(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setItemDelegate(_Roomy(table))
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(_PLACE, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(_RESULT, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(_ADVICE, QHeaderView.ResizeMode.Stretch)
        step = table.fontMetrics().averageCharWidth()
        header.resizeSection(_PLACE, 44 * step)
        header.resizeSection(_RESULT, 32 * step)
        return table

    def set_tried(self, tried: Sequence[Tried]) -> None:
        """The places in the order in which they were tried; none yet while the first look is under way."""
        if not tried:
            title = self.tr("Looking for an engine")
        elif len(tried) == 1 and tried[0].address.name:
            title = self.tr("The engine does not answer")
        else:
            title = self.tr("No engine found")
        self.title.set_text(title)
        self.text.set_text(self._advice(len(tried) == 1 and bool(tried[0].address.name)))
        self.setAccessibleName(title)
        self.table.setRowCount(len(tried))
        for row, each in enumerate(tried):
            name = each.address.name
            location = each.address.location
            place = f"{name}: {location}" if name and name != location else location
            for column, text in ((_PLACE, place), (_RESULT, each.outcome), (_ADVICE, each.advice)):
                item = QTableWidgetItem(plain(text, 2000))
                item.setToolTip(tooltip(text))
                item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
        self.table.setVisible(bool(tried))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The table is as high as its rows, up to a point."""
        table = self.table
        table.resizeRowsToContents()
        rows = sum(table.rowHeight(row) for row in range(table.rowCount()))
        wanted = rows + table.horizontalHeader().height() + 2 * table.frameWidth() + 2
        table.setFixedHeight(max(min(wanted, self.height() - 200), 48))


class _Roomy(QStyledItemDelegate):
    """Several lines of text with some room around them."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return super().sizeHint(option, index) + QSize(0, 8)
