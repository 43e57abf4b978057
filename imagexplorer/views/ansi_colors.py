"""The colours that programs write into their output, made readable on our ground, light or dark. Knows no line."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor, QFont, QPalette, QTextCharFormat

from imagexplorer.core.ansi import Color, Style
from imagexplorer.views.theme import blend, contrast

_NAMED = (
    # black, red, green, yellow, blue, magenta, cyan, white, then the bright ones: on light, on dark
    ("#1b1c1e", "#7d838b"), ("#a8201a", "#ff8a80"), ("#116329", "#5bd672"), ("#7a4b00", "#e3b341"),
    ("#0b4fa8", "#7cbcff"), ("#8b2a8f", "#e39bf0"), ("#0b6070", "#5ecfe0"), ("#505a64", "#d0d4d9"),
    ("#505a64", "#a3adb8"), ("#c62828", "#ffaba3"), ("#1a7f37", "#86e89a"), ("#8f5b00", "#f2cc60"),
    ("#1d6fd6", "#a5d3ff"), ("#a63aab", "#f0bff8"), ("#0e7a8d", "#8fe3ef"), ("#3b434b", "#f4f5f7"),
)  # fmt: skip
_GROUNDS = (
    ("#1b1c1e", "#000000"), ("#f4b8b4", "#6e1c17"), ("#b6e3bf", "#14502a"), ("#f2dca6", "#5c4300"),
    ("#b9d6f7", "#123f7a"), ("#e8c6ea", "#5d2263"), ("#b3e2ea", "#0d4c58"), ("#d5d6d9", "#55585e"),
    ("#9b9da1", "#404247"), ("#ffd1cd", "#8e2a24"), ("#d3f2d9", "#1d6b3a"), ("#f9ecc9", "#7a5a05"),
    ("#d6e7fb", "#1b56a3"), ("#f3dff4", "#7b3382"), ("#d2f0f5", "#146575"), ("#ffffff", "#85898f"),
)  # fmt: skip
_LEVELS = (0, 95, 135, 175, 215, 255)
READABLE = 4.5


def color_of(color: Color, dark: bool, ground: bool = False) -> QColor:
    """One of the 256 or of 24 bits; those with names are ours."""
    if isinstance(color, tuple):
        return QColor(*color)
    if color < 16:
        return QColor((_GROUNDS if ground else _NAMED)[color][dark])
    if color < 232:
        at = color - 16
        return QColor(_LEVELS[at // 36], _LEVELS[at // 6 % 6], _LEVELS[at % 6])
    grey = 8 + (color - 232) * 10
    return QColor(grey, grey, grey)


def readable(color: QColor, ground: QColor) -> QColor:
    """The colour, moved towards black or white as far as it takes to be read on that ground."""
    if contrast(color, ground) >= READABLE:
        return color
    goal = max((QColor("black"), QColor("white")), key=lambda each: contrast(each, ground))
    for share in (0.75, 0.5, 0.25):
        nearer = blend(color, goal, share)
        if contrast(nearer, ground) >= READABLE:
            return nearer
    return goal


@lru_cache(maxsize=512)
def _colors(style: Style, text: str, base: str) -> tuple[QColor, QColor | None]:
    dark = QColor(base).lightness() < 128
    ground = QColor(base) if style.background is None else color_of(style.background, dark, True)
    ink = QColor(text) if style.foreground is None else color_of(style.foreground, dark)
    if style.inverse:
        ink, ground = ground, ink
    elif style.faint:
        ink = blend(ink, ground, 0.7)
    return readable(ink, ground), ground if style.inverse or style.background is not None else None


def colors_of(style: Style, palette: QPalette) -> tuple[QColor, QColor | None]:
    """Of the text and of the ground behind it; None where that is the usual one."""
    text = palette.color(QPalette.ColorRole.Text).name()
    return _colors(style, text, palette.color(QPalette.ColorRole.Base).name())


def format_of(style: Style, palette: QPalette) -> QTextCharFormat:
    made = QTextCharFormat()
    ink, ground = colors_of(style, palette)
    made.setForeground(ink)
    if ground is not None:
        made.setBackground(ground)
    if style.bold:
        made.setFontWeight(QFont.Weight.Bold)
    made.setFontItalic(style.italic)
    made.setFontUnderline(style.underline)
    made.setFontStrikeOut(style.struck)
    return made
