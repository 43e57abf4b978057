"""Rows of folders, files, waste and advice as tables show them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from imagexplorer.core.advice import Advice
from imagexplorer.core.space import DELETED, REWRITTEN
from imagexplorer.core.space_tables import Place, Waste
from imagexplorer.models.columns import Column, Role
from imagexplorer.models.space_tables import (
    ADVICE,
    ENTRIES,
    FILES,
    FOLDERS,
    WASTE,
    AdviceRow,
    PlaceRow,
    Row,
    WasteRow,
)
from imagexplorer.models.table_model import TableModel

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
PLACES = [
    PlaceRow(Place(b"a/\x1b[31m", 5_000, 3, 1), "RUN x", 20_000, b"b"),
    PlaceRow(Place(b"c", 70, 1, -1), "", 20_000),
]
WASTES = [WasteRow(Waste(b"a", 9, DELETED, 2, 1), "RUN rm"), WasteRow(Waste(b"a", 10, REWRITTEN, 3, 2), "RUN chown")]
PIECES = [
    AdviceRow(Advice("documents", 0, 2_000_000, 12_345), "ADD", "debian:12"),
    AdviceRow(Advice("deleted", 2, 3_000_000, 1), "RUN <b>rm</b>"),
]


@pytest.mark.parametrize(
    ("columns", "rows"), [(FOLDERS, PLACES), (FILES, PLACES), (ENTRIES, PLACES), (WASTE, WASTES), (ADVICE, PIECES)]
)
def test_the_largest_first_and_every_cell_answers(qtbot: QtBot, columns: Sequence[Column], rows: Sequence[Row]) -> None:
    model = TableModel(columns, key=lambda row: row.key)
    QAbstractItemModelTester(model, FATAL, model)
    model.sort(model.column_of("size"), Qt.SortOrder.DescendingOrder)
    model.set_records(rows)
    sizes = [model.index(row, 0).data(Role.RECORD).size_bytes for row in range(model.rowCount())]
    assert sizes == sorted((row.size_bytes for row in rows), reverse=True)
    for at in range(model.rowCount() * len(columns)):
        index = model.index(at // len(columns), at % len(columns))
        assert "\x1b" not in index.data()
        tip = index.data(Qt.ItemDataRole.ToolTipRole) or ""
        assert "\x1b" not in tip
        assert "<b>" not in tip


def test_words(qtbot: QtBot) -> None:
    def cells(columns: Sequence[Column], row: Row) -> list[str]:
        return [column.text(row) for column in columns]

    assert cells(WASTE, WASTES[1]) == ["/a", "10 Bytes", "O  rewritten", "3", "2", "RUN chown"]
    assert cells(ADVICE, PIECES[0]) == [
        "Manuals and translations (optional)",
        "2 MB",
        "12,345",
        "0",
        "[base debian:12] ADD",
    ]
    assert cells(ENTRIES, PLACES[0])[0] == "/a/\\x1b[31m"
