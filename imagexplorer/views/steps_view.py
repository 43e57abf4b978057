"""Every step of an image as a table: what the stack draws, to sort and copy. Knows the STEPS columns only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from imagexplorer.core.entities import LayerTotals, Step
from imagexplorer.core.text import plain
from imagexplorer.models.columns import Role
from imagexplorer.models.steps_table import STEPS, numbered
from imagexplorer.models.table_model import TableModel
from imagexplorer.views.chips import CellDelegate
from imagexplorer.views.header_state import HeaderState, ListHeader


class StepsView(QTableView):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps = TableModel(STEPS, key=lambda row: str(row[0]), parent=self)
        self.setModel(self.steps)
        self.setItemDelegate(CellDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.setHorizontalHeader(ListHeader())
        self.header_state = HeaderState(self.horizontalHeader(), STEPS)
        self.header_state.set_up()
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.setAccessibleName(self.tr("Steps, oldest first"))
        QShortcut(
            QKeySequence(QKeySequence.StandardKey.Copy), self, self.copy, context=Qt.ShortcutContext.WidgetShortcut
        )

    def set_steps(self, steps: Sequence[Step], totals: Mapping[int, LayerTotals]) -> None:
        """`totals`: what reading the layers told so far, by their number."""
        self.steps.set_records(numbered(steps, totals))

    def copy(self) -> None:
        rows = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
        records = [index.data(Role.RECORD) for index in rows]
        lines = ["\t".join(plain(column.text(record)) for column in STEPS) for record in records]
        if lines:
            QGuiApplication.clipboard().setText("\n".join(lines))
