"""What stands where there is nothing to show is read in full."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imagexplorer.views.empty_view import EmptyView
from imagexplorer.views.theme import apply_scheme, is_dark


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


def test_the_sign_takes_the_colours_of_a_scheme_that_changes(qtbot: QtBot, qapp: QApplication) -> None:
    view = EmptyView()
    qtbot.addWidget(view)
    view.show_text("Nothing", icon="folder")
    view.show()

    def lightness() -> int:
        image = view._icon.pixmap().toImage()
        pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
        return next(pixel.lightness() for pixel in pixels if pixel.alpha() == 255)

    try:
        apply_scheme(qapp, "dark")
        qtbot.waitUntil(lambda: is_dark(view.palette()) and lightness() > 128)
        apply_scheme(qapp, "light")
        qtbot.waitUntil(lambda: not is_dark(view.palette()) and lightness() < 128)
    finally:
        apply_scheme(qapp, "system")
