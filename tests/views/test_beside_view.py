"""A difference that is looked at side by side: rows in step, chosen again for the next file, reached by key."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from pytestqt.qtbot import QtBot

from imagexplorer.core.control import Control
from imagexplorer.core.preview import BYTES, LINES, STRUCTURE, Preview
from imagexplorer.indexing.comparisons import contents_differ
from imagexplorer.views.preview import PreviewView


def made(a: bytes, b: bytes) -> Preview:
    return contents_differ(a, b, "a/x", "b/x", Control(), ["mode 644 -> 755"])


def choose(view: PreviewView, form: str) -> None:
    number = view.ways.findData(form)
    view.ways.setCurrentIndex(number)
    view.ways.activated.emit(number)


def opened(qtbot: QtBot) -> PreviewView:
    view = PreviewView()
    qtbot.addWidget(view)
    view.resize(900, 300)
    with qtbot.waitActive(view):
        view.show()
        view.activateWindow()
    return view


def test_texts_stand_beside_each_other_row_by_row(qtbot: QtBot) -> None:
    view = opened(qtbot)
    a = [b"line %d" % number for number in range(200)]
    b = [*a[:50], b"new", *a[50:150], b"other", *a[151:]]
    view.show_preview(made(b"\n".join(a), b"\n".join(b)))
    assert view.body.currentWidget() is view.text
    choose(view, LINES)
    beside = view.beside
    assert view.body.currentWidget() is beside
    assert "mode 644 -> 755" in view.words.whole()
    assert [side.text.blockCount() for side in (beside.a, beside.b)] == [201, 201]
    rows = [side.text.toPlainText().split("\n") for side in (beside.a, beside.b)]
    assert (rows[0][50], rows[1][50], rows[0][151], rows[1][151]) == ("", "new", "line 150", "other")
    assert beside.a.text.textCursor().blockNumber() == 50, "the first difference is in front"
    beside.a.text.setFocus()
    qtbot.keyClick(beside.a.text, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert beside.b.text.textCursor().blockNumber() == 151
    beside.b.text.verticalScrollBar().setValue(3)
    assert beside.a.text.verticalScrollBar().value() == 3

    view.show_preview(made(b"one", b"two"))
    assert view.body.currentWidget() is beside, "what was chosen stays for the next file"
    view.show_preview(Preview("text", "text", 3, 3, text="abc"))
    assert view.body.currentWidget() is view.text
    assert not view.ways.isVisible()


def test_a_side_with_less_to_scroll_does_not_hold_the_other(qtbot: QtBot) -> None:
    view = opened(qtbot)
    view.show_preview(made(b"short\n" * 100, b"short\n" * 99 + b"long " * 400 + b"\n"))
    choose(view, LINES)
    bar = view.beside.b.text.horizontalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    assert bar.value() == bar.maximum()
    upright = view.beside.b.text.verticalScrollBar()
    upright.setValue(upright.maximum())
    assert upright.value() == upright.maximum()


def test_the_next_difference_is_that_after_the_side_with_the_focus(qtbot: QtBot) -> None:
    view = opened(qtbot)
    a = [b"line %d" % number for number in range(60)]
    b = [line + b"!" if number in (10, 30, 50) else line for number, line in enumerate(a)]
    view.show_preview(made(b"\n".join(a), b"\n".join(b)))
    choose(view, LINES)
    side = view.beside.b.text
    side.setFocus()
    cursor = side.textCursor()
    cursor.setPosition(side.document().findBlockByNumber(40).position())
    side.setTextCursor(cursor)
    qtbot.keyClick(side, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert [text.textCursor().blockNumber() for text in (view.beside.a.text, side)] == [50, 50]
    qtbot.keyClick(side, Qt.Key.Key_Escape)


def test_a_difference_far_below_is_gone_to_once_it_stands_there(qtbot: QtBot) -> None:
    view = opened(qtbot)
    a = [b"%d" % number for number in range(9_000)]
    view.show_preview(made(b"\n".join(a), b"\n".join([*a[:8_500], b"new", *a[8_501:]])))
    choose(view, LINES)
    beside = view.beside
    assert not beside.a.text.whole
    qtbot.waitUntil(lambda: beside.a.text.whole and beside.b.text.whole)
    assert [side.text.textCursor().blockNumber() for side in (beside.a, beside.b)] == [8_500, 8_500]
    tint = beside.b.text.document().findBlockByNumber(8_500).blockFormat().background().color()
    assert tint != beside.b.text.document().findBlockByNumber(8_499).blockFormat().background().color()


def test_a_difference_moves_and_hides_nothing_and_its_lines_end() -> None:
    told = made(b"a\n", "\x1b[31m\u202e\n".encode() + b"x" * 1_000_000 + b"\n")
    assert "\u241b[31m\ufffd" in told.text
    assert not {"\x1b", "\u202e"} & set(told.text)
    assert max(map(len, told.text.split("\n"))) < 5_000
    assert "cut" in told.note


def test_json_by_structure_and_bytes(qtbot: QtBot) -> None:
    view = opened(qtbot)
    view.show_preview(made(b'{"a": 1, "b": 2}', b'{"b": 2,\n "a": 1}'))
    choose(view, STRUCTURE)
    assert "order of keys" in view.note.text()
    assert view.note.isVisible()
    view.show_preview(made(b"\0" * 40, b"\0" * 39 + b"\1"))
    assert view.body.currentWidget() is view.text, "no such way: in words"
    assert not view.note.isVisible()
    choose(view, BYTES)
    assert "01" in view.beside.b.text.toPlainText()


def test_the_tints_follow_the_palette(qtbot: QtBot) -> None:
    view = opened(qtbot)
    view.show_preview(made(b"one", b"two"))
    choose(view, LINES)
    side = view.beside.a
    before = side.text.document().firstBlock().blockFormat().background().color()
    side.setPalette(QPalette(Qt.GlobalColor.black))
    assert side.text.document().firstBlock().blockFormat().background().color() != before
