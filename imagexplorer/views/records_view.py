"""A short table of records that a page has at hand: to sort, to select and to copy. Knows columns, no record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from imagexplorer import resources
from imagexplorer.core.text import plain
from imagexplorer.models.columns import Column, Role
from imagexplorer.models.table_model import TableModel
from imagexplorer.views.chips import CellDelegate
from imagexplorer.views.copying import copy_lines
from imagexplorer.views.header_state import HeaderState, ListHeader
from imagexplorer.views.keys import own_key
from imagexplorer.views.tree_cells import ShareDelegate


class RecordsView(QTableView):
    """`columns` and `key` as TableModel has them, `name` for a screen reader. `opened`: Enter or double-click."""

    opened = Signal(object)
    current_changed = Signal(object)  # record or None

    def __init__(
        self, columns: Sequence[Column], key: Callable[[Any], str], name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._columns = columns
        self.records = TableModel(columns, key=key, parent=self)
        self.setModel(self.records)
        self.setItemDelegate(CellDelegate(self))
        for number, column in enumerate(columns):
            if column.share is not None:
                self.setItemDelegateForColumn(number, ShareDelegate(self))
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
        self.header_state = HeaderState(self.horizontalHeader(), columns)
        self.header_state.set_up()
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.setAccessibleName(name)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        copy = QKeySequence(QKeySequence.StandardKey.Copy)
        self.copy_rows = self.addAction(resources.icon("copy"), self.tr("&Copy"), copy, self.copy)
        self.copy_rows.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        for key_ in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            own_key(self, key_, lambda: self._open(self.currentIndex()))
        self.doubleClicked.connect(self._open)
        self.selectionModel().currentRowChanged.connect(
            lambda now, _before: self.current_changed.emit(now.data(Role.RECORD) if now.isValid() else None)
        )

    def sort_by(self, name: str, descending: bool = True) -> None:
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.sortByColumn(self.records.column_of(name), order)

    def current(self) -> Any | None:
        """The record of the current row."""
        return self.records.record(self.currentIndex())

    def set_records(self, records: Iterable[Any]) -> None:
        self.records.set_records(records)

    def selected(self) -> list[Any]:
        """In the order of the rows."""
        rows = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
        return [index.data(Role.RECORD) for index in rows]

    def selectRow(self, row: int) -> None:
        """That row alone, whatever key is held down: Qt's own takes it for a click, which with Ctrl may deselect."""
        rows = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(self.model().index(row, 0), rows)

    def select_first(self) -> None:
        if self.records.rowCount():
            self.selectRow(0)

    def copy(self) -> None:
        copy_lines(map(self.words_of, self.selected()))

    def words_of(self, record: Any) -> str:
        """A record on one line, its columns parted by tabs."""
        return "\t".join(plain(column.text(record)) for column in self._columns)

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(index.data(Role.RECORD))
