"""A table of records, or the words that stand there while it has no row. Knows no record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from imagexplorer.models.columns import Column
from imagexplorer.views.empty_view import EmptyView
from imagexplorer.views.records_view import RecordsView
from imagexplorer.views.theme import plain_label


class TableOrWords(QWidget):
    def __init__(
        self,
        columns: Sequence[Column],
        key: Callable[[Any], str],
        name: str,
        nothing: tuple[str, str],
        parent: QWidget | None = None,
    ) -> None:
        """`name` of the table for a screen reader, `nothing` the title and the text where it is empty."""
        super().__init__(parent)
        self.table = RecordsView(columns, key, name)
        self.empty = EmptyView()
        self.empty.show_text(*nothing)
        self.body = QStackedWidget()
        self.body.addWidget(self.table)
        self.body.addWidget(self.empty)
        self.left_out = plain_label(tone="muted", wrap=True)
        self.left_out.setContentsMargins(12, 4, 12, 8)
        self.left_out.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.body, 1)
        layout.addWidget(self.left_out)
        self.setFocusProxy(self.table)

    def set_records(self, records: Iterable[Any], left_out: str = "") -> None:
        """`left_out`: what is not among them, in words."""
        self.table.set_records(records)
        some = self.table.records.rowCount() > 0
        self.body.setCurrentWidget(self.table if some else self.empty)
        self.left_out.set_text(left_out)
        self.left_out.setVisible(bool(left_out))
        if some and not self.table.currentIndex().isValid():
            self.table.select_first()
