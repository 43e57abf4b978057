"""The preview's colours follow the palette."""

from __future__ import annotations

from array import array

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imagexplorer.core.preview import LINES, SAME, STYLES, Preview, SideBySide
from imagexplorer.core.recognise import TEXT
from imagexplorer.jobs import Jobs
from imagexplorer.views.file_pane import FilePane
from imagexplorer.views.preview import PreviewView
from imagexplorer.views.theme import apply_scheme, is_dark, tone_color


def test_a_text_takes_the_colours_of_a_scheme_that_changes(qtbot: QtBot, qapp: QApplication) -> None:
    view = PreviewView()
    qtbot.addWidget(view)
    spans = array("i", [0, 4, STYLES.index("added")]).tobytes()
    view.show_preview(Preview(TEXT, "text", 4, 4, text="+new", spans=spans))
    view.show()

    def shown() -> str:
        (span,) = view.text.document().firstBlock().layout().formats()
        return span.format.foreground().color().name()

    seen = set()
    try:
        for scheme in ("dark", "light"):
            apply_scheme(qapp, scheme)
            qtbot.waitUntil(lambda dark=scheme == "dark": is_dark(view.text.palette()) == dark)
            qtbot.waitUntil(lambda: shown() == tone_color("added", view.text.palette()).name())
            seen.add(shown())
    finally:
        apply_scheme(qapp, "system")
    assert len(seen) == 2


def test_bytes_of_a_text_are_those_of_its_file(qtbot: QtBot) -> None:
    view = PreviewView()
    qtbot.addWidget(view)
    view.show_preview(Preview(TEXT, "text", 4, 4, text="a\nb", data=b"a\r\nb"))
    view.as_bytes.setChecked(True)
    assert view.body.currentWidget() is view.hex
    view.hex.copy()
    assert "61 0d 0a 62" in QApplication.clipboard().text()


def test_what_a_certificate_says_of_itself_stands_over_it(qtbot: QtBot) -> None:
    view = PreviewView()
    qtbot.addWidget(view)
    view.show_preview(Preview(TEXT, "certificate (PEM)", 1, 1, text="x", about="SHA-256 <b>AB</b>\u202e"))
    assert not view.about.isHidden()
    assert view.about.text() == "SHA-256 <b>AB</b>\\u202e"
    view.show_preview(Preview(TEXT, "text", 1, 1, text="x"))
    assert view.about.isHidden()


@pytest.mark.parametrize("beside", [False, True])
def test_ctrl_f_searches_the_content_that_has_the_focus(qtbot: QtBot, beside: bool) -> None:
    pane = FilePane(Jobs(), "lane", layered=False, below=(view := PreviewView()))
    qtbot.addWidget(pane)
    pane.resize(900, 700)
    with qtbot.waitActive(pane):
        pane.show()
        pane.activateWindow()
    ways = (SideBySide(LINES, bytes([SAME]), "a", "a"),) if beside else ()
    view.show_preview(Preview(TEXT, "text", 1, 1, text="a", beside=ways))
    if beside:
        view.ways.setCurrentIndex(1)
        view.ways.activated.emit(1)
    text, finder = (view.beside.b.text, view.beside.b.finder) if beside else (view.text, view.finder)
    text.setFocus()
    qtbot.waitUntil(text.hasFocus)
    pane.focus_filter()
    assert finder.edit.hasFocus()
    view.show_message("Nothing to search")
    pane.focus_filter()
    assert pane.filter.paths.edit.hasFocus()
