"""Icons are one family, and take the colour of where they are painted."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPalette

from imagexplorer import resources


def test_paths_need_no_qt():
    code = "import sys, imagexplorer.resources as r; r.path('icons'); sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_an_unknown_icon_is_named(qapp):
    with pytest.raises(FileNotFoundError, match="no-such-icon"):
        resources.icon("no-such-icon")


def test_one_family():
    assert len(resources.icon_names()) >= 40
    for name in resources.icon_names():
        drawing = resources.svg(name).decode()
        assert 'viewBox="0 0 24 24"' in drawing, name
        assert set(re.findall(r'(?:stroke|fill)="([^"]+)"', drawing)) <= {"currentColor", "none"}, name
        assert set(re.findall(r'stroke-width="([^"]+)"', drawing)) == {"1.75"}, name


def drawn_in(icon: QIcon, wanted: str, mode: QIcon.Mode = QIcon.Mode.Normal) -> bool:
    """Every full pixel has the colour (premultiplied edges round by one), and there are some."""
    picture = icon.pixmap(QSize(32, 32), 1.0, mode).toImage()
    full = [color for x in range(32) for y in range(32) if (color := picture.pixelColor(x, y)).alpha() == 255]
    near = QColor(wanted).getRgb()
    return bool(full) and all(max(map(abs, map(int.__sub__, color.getRgb(), near))) <= 2 for color in full)


@pytest.mark.parametrize("name", resources.icon_names())
def test_drawn_in_the_palette_colour(qapp, name):
    before = qapp.palette()
    try:
        for text in ("#112233", "#ddeeff"):
            palette = QPalette(before)
            palette.setColor(QPalette.ColorRole.WindowText, QColor(text))
            palette.setColor(QPalette.ColorRole.HighlightedText, QColor("#fefefe"))
            qapp.setPalette(palette)
            assert drawn_in(resources.icon(name), text)
        assert drawn_in(resources.icon(name), "#fefefe", QIcon.Mode.Selected)
        assert drawn_in(resources.icon(name, QColor("#aa0000")), "#aa0000")
    finally:
        qapp.setPalette(before)


def test_sharp_at_two_pixels_a_point(qapp):
    pixmap = resources.icon("image").pixmap(QSize(16, 16), 2.0)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (32, 2.0)
