"""The lines under a tree of files follow the palette."""

from __future__ import annotations

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imagexplorer.core.tree_view import MARK_DELETED
from imagexplorer.models.tree_rows import TreeRow
from imagexplorer.views.file_details import FileDetails
from imagexplorer.views.theme import apply_scheme, is_dark, tone_color
from tests.fake_trees import Row, rows_view


def test_the_sign_of_a_mark_takes_the_colours_of_a_scheme_that_changes(qtbot: QtBot, qapp: QApplication) -> None:
    details = FileDetails()
    qtbot.addWidget(details)
    details.show()
    details.show_row(TreeRow(rows_view({"gone": Row("file", 1, mark=MARK_DELETED)}), 1))

    def shown() -> set[str]:
        image = details.icon.pixmap().toImage()
        pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
        return {QColor(pixel.rgb()).name() for pixel in pixels if pixel.alpha() == 255}

    seen = set()
    try:
        for scheme in ("dark", "light"):
            apply_scheme(qapp, scheme)
            qtbot.waitUntil(lambda dark=scheme == "dark": is_dark(details.palette()) == dark)
            wanted = tone_color("removed", details.palette()).name()
            qtbot.waitUntil(lambda wanted=wanted: wanted in shown())
            seen.add(wanted)
    finally:
        apply_scheme(qapp, "system")
    assert len(seen) == 2
