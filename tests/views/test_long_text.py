"""A long text stands whole in the end, and the window goes on meanwhile."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from imagexplorer.views.long_text import PIECE_CHARS, PIECE_LINES, LongText

LINES = st.sampled_from(["", "a", "b" * 300, "c" * (PIECE_CHARS + 1)])
TEXTS = st.lists(st.tuples(LINES, st.integers(1, PIECE_LINES + 2)), max_size=4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(TEXTS)
def test_all_of_it_stands_in_the_end(qtbot: QtBot, parts: list[tuple[str, int]]) -> None:
    text = "\n".join("\n".join([line] * (count if len(line) < 1000 else 1)) for line, count in parts)
    view = LongText()
    qtbot.addWidget(view)
    view.set_text(text)
    view.need(10**9)
    assert view.whole
    assert view.toPlainText() == text


def test_it_comes_in_pieces_and_what_is_selected_stays(qtbot: QtBot) -> None:
    view = LongText()
    qtbot.addWidget(view)
    new: list[int] = []
    view.grown.connect(new.append)
    view.set_text("\n".join(map(str, range(3 * PIECE_LINES))))
    assert (view.blockCount(), view.whole, new) == (PIECE_LINES, False, [0])
    cursor = view.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.EndOfLine, QTextCursor.MoveMode.KeepAnchor)
    view.setTextCursor(cursor)
    qtbot.waitUntil(lambda: view.whole)
    assert new == [0, PIECE_LINES, 2 * PIECE_LINES]
    assert view.textCursor().selectedText() == "0"


def test_another_text_takes_the_rest_of_the_one_before_away(qtbot: QtBot) -> None:
    view = LongText()
    qtbot.addWidget(view)
    view.set_text("\n".join(map(str, range(3 * PIECE_LINES))))
    view.set_text("short")
    assert view.whole
    pieces: list[int] = []
    view.grown.connect(pieces.append)
    view.set_text("other\n" * (PIECE_LINES + 5))
    qtbot.waitUntil(lambda: view.whole)
    assert view.toPlainText() == "other\n" * (PIECE_LINES + 5)
