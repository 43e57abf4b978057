"""A table of records chooses rows by itself, whatever the user holds down meanwhile."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from imagexplorer.models.columns import Column
from imagexplorer.views.records_view import RecordsView


@pytest.mark.parametrize("held", [Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier])
def test_a_row_is_chosen_alone_whatever_key_is_held_down(qtbot: QtBot, held: Qt.KeyboardModifier) -> None:
    view = RecordsView([Column("Name", str, key="name")], str, "Names")
    qtbot.addWidget(view)
    view.set_records(["a", "b", "c"])
    view.show()
    QTest.keyPress(view, Qt.Key.Key_F9, held)
    try:
        view.select_first()
        view.selectRow(0)
        assert view.selected() == ["a"]
        view.selectRow(2)
        assert view.selected() == ["c"]
        assert view.current() == "c"
    finally:
        QTest.keyRelease(view, Qt.Key.Key_F9)
