"""The text filter of lists. Trees filter in their own columns; sorting is the table model's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from imagexplorer.models.columns import Group, Role
from imagexplorer.models.table_model import TableModel

Index = QModelIndex | QPersistentModelIndex


class FilterProxy(QSortFilterProxyModel):
    """Rows of a TableModel that hold every word of a text, and pass `accepts`. A group shows with its rows."""

    def __init__(self, source: TableModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._words: list[str] = []
        self._accepts: Callable[[Any], bool] | None = None
        self.setRecursiveFilteringEnabled(True)
        self.setDynamicSortFilter(True)
        self.setSourceModel(source)

    def set_text(self, text: str) -> None:
        words = text.casefold().split()
        if words != self._words:
            self._words = words
            self.invalidate()

    def set_accepts(self, accepts: Callable[[Any], bool] | None) -> None:
        """A further condition on records ("only running"), or none."""
        self._accepts = accepts
        self.invalidate()

    @property
    def filtering(self) -> bool:
        return bool(self._words) or self._accepts is not None

    def record(self, index: Index) -> Any | None:
        """The record of a row, a Group for a heading, None for an invalid index."""
        return index.data(Role.RECORD) if index.isValid() else None

    def index_of(self, identifier: str) -> QModelIndex:
        """Invalid where no row has this id, or the filter hides it."""
        return self.mapFromSource(self._source.index_of(identifier))

    # -- Qt asks ------------------------------------------------------------------------------------

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._source.sort(column, order)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        record = self._source.entry_at(source_row, source_parent)  # not by `data`: asked of every row, each minute
        if isinstance(record, Group):
            # Its rows speak for it; a filter that names the project shows all of them by their Project column.
            return False
        if self._accepts is not None and not self._accepts(record):
            return False
        if not self._words:
            return True
        haystack = self._source.haystack(record)
        return all(word in haystack for word in self._words)
