"""What stands where there is nothing to show is read in full."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from imagexplorer.views.empty_view import EmptyView


@pytest.mark.parametrize("words", [1, 20, 60, 200])
@pytest.mark.parametrize("width", [360, 700, 1400])
def test_no_line_is_cut_off(qtbot: QtBot, words: int, width: int) -> None:
    view = EmptyView()
    qtbot.addWidget(view)
    view.resize(width, 900)
    view.show_text("The images could not be read", "word " * words, [("&Retry", lambda: None)], "warning")
    view.show()
    qtbot.waitExposed(view)
    assert view.text.height() >= view.text.heightForWidth(view.text.width())
    assert view.rect().contains(view.text.geometry())
