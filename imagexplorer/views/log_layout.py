"""How one line of a log stands on the screen: its glyphs, colours, rows where it wraps, and the column under a point.

Keeps what was laid out of the lines that were seen last. Of those above a line only the colour that goes on counts.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette, QTextCharFormat, QTextLayout, QTextOption

from imagexplorer.core.ansi import LINE_CHARS, USUAL, Run, Style, painted, style_after
from imagexplorer.core.log_lines import LogLines
from imagexplorer.core.text import human_size
from imagexplorer.views.ansi_colors import format_of
from imagexplorer.views.theme import blend

_KEPT = 400
_LIT_MOST = 200
CARRIED = 64
"""So many lines up a colour that was not set back is looked for."""
TIME_CHARS = len("2026-01-01 00:00:00.000")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A column of a line, in characters as Qt counts them."""

    number: int
    column: int


@dataclass(slots=True, eq=False)
class _Laid:
    text: str
    layout: QTextLayout
    rows: int


def line_text(lines: LogLines, number: int) -> str:
    return _shown(lines.line(number))[0]


def _shown(raw: bytes, style: Style = USUAL) -> tuple[str, tuple[Run, ...]]:
    text, runs = painted(raw, style=style)
    if len(text) >= LINE_CHARS:
        text += f" … {human_size(len(raw))} in all"
    return text, runs


class LineLayout:
    def __init__(self, lines: LogLines, font: QFont) -> None:
        self._lines, self._font = lines, font
        metrics = QFontMetrics(font)
        self.height = metrics.lineSpacing() + 2
        self._char = metrics.horizontalAdvance("0")
        self.mark = self._char * 2
        self.wrap = self.times = False
        self._lit: re.Pattern[str] | None = None
        self._width = 0
        self._palette = QPalette()
        self._laid: OrderedDict[int, _Laid] = OrderedDict()
        self.widest = 0

    def _above(self, number: int) -> Iterator[bytes]:
        """Lines of the same stream above one, the nearest first: a colour goes on until it is set back."""
        stream = self._lines.stream(number)
        for above in range(number - 1, max(number - CARRIED, self._lines.first) - 1, -1):
            if self._lines.stream(above) == stream:
                yield self._lines.line(above)

    @property
    def left(self) -> int:
        """Where texts begin: after the mark of the stream, and the time."""
        return 8 + self.mark + (self._char * (TIME_CHARS + 2) if self.times else 0)

    def set_options(self, wrap: bool, times: bool) -> None:
        self.wrap, self.times = wrap, times
        self.forget()

    def set_lit(self, words: str) -> None:
        self._lit = re.compile(re.escape(words), re.IGNORECASE) if words else None

    def set_width(self, width: int, palette: QPalette) -> None:
        if width != self._width or palette != self._palette:
            self._width, self._palette = width, palette
            self._laid.clear()

    def forget(self) -> None:
        self._laid.clear()
        self.widest = 0

    def text(self, number: int) -> str:
        return self._get(number).text

    def time_words(self, number: int) -> str:
        """Local, to the millisecond; a blank follows."""
        time = self._lines.time(number) if self.times else 0
        if not time:
            return ""
        seconds, rest = divmod(time, 1_000_000_000)
        try:
            moment = datetime.fromtimestamp(seconds).astimezone()
        except (ValueError, OverflowError, OSError):
            return ""
        return f"{moment:%Y-%m-%d %H:%M:%S}.{rest // 1_000_000:03} "

    def rows_of(self, number: int) -> int:
        return self._get(number).rows if self.wrap else 1

    def _get(self, number: int) -> _Laid:
        laid = self._laid.get(number)
        if laid is not None:
            self._laid.move_to_end(number)
            return laid
        text, runs = _shown(self._lines.line(number), style_after(self._above(number)))
        layout = QTextLayout(text, self._font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAnywhere if self.wrap else QTextOption.WrapMode.NoWrap)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        if runs:
            layout.setFormats(
                [self._range(text, run.start, run.length, format_of(run.style, self._palette)) for run in runs]
            )
        wide = float(max(self._width - self.left - 12, self._char * 20)) if self.wrap else 1e7
        layout.beginLayout()
        rows = 0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(wide)
            line.setPosition(QPointF(0, rows * self.height))
            self.widest = max(self.widest, round(line.naturalTextWidth()))
            rows += 1
        layout.endLayout()
        laid = self._laid[number] = _Laid(text, layout, max(rows, 1))
        if len(self._laid) > _KEPT:
            self._laid.popitem(last=False)
        return laid

    @staticmethod
    def _range(text: str, start: int, length: int, form: QTextCharFormat) -> QTextLayout.FormatRange:
        made = QTextLayout.FormatRange()
        if not text.isascii():  # Qt counts what lies beyond the basic plane as two
            beyond = sum(char > "\uffff" for char in text[:start])
            length += sum(char > "\uffff" for char in text[start : start + length])
            start += beyond
        made.start, made.length, made.format = start, length, form
        return made

    def paint(
        self, painter: QPainter, number: int, left: float, top: float, chosen: tuple[Place, Place] | None
    ) -> None:
        laid = self._get(number)
        over: list[QTextLayout.FormatRange] = []
        if self._lit is not None:
            mark = QTextCharFormat()
            ground = self._palette.color(QPalette.ColorRole.Base)
            mark.setBackground(blend(self._palette.color(QPalette.ColorRole.Accent), ground, 0.35))
            for found, _ in zip(self._lit.finditer(laid.text), range(_LIT_MOST), strict=False):
                over.append(self._range(laid.text, found.start(), found.end() - found.start(), mark))
        if chosen is not None and chosen[0].number <= number <= chosen[1].number:
            start = chosen[0].column if number == chosen[0].number else 0
            end = chosen[1].column if number == chosen[1].number else len(laid.text)
            mark = QTextCharFormat()
            mark.setBackground(self._palette.color(QPalette.ColorRole.Highlight))
            mark.setForeground(self._palette.color(QPalette.ColorRole.HighlightedText))
            over.append(self._range(laid.text, start, max(min(end, len(laid.text)) - start, 0), mark))
        laid.layout.draw(painter, QPointF(left, top), over)

    def place(self, number: int, x: float, y: float) -> Place:
        laid = self._get(number)
        row = min(max(int(y // self.height), 0), laid.layout.lineCount() - 1)
        line = laid.layout.lineAt(row)
        column = line.xToCursor(x) if line.isValid() else 0
        if isinstance(column, tuple):  # PySide gives the changed argument too
            column = column[0]
        if not laid.text.isascii():
            column = len(laid.text.encode("utf-16-le")[: column * 2].decode("utf-16-le", "ignore"))
        return Place(number, int(column))

    def word(self, place: Place) -> tuple[int, int]:
        text = self.text(place.number)
        for found in re.finditer(r"\w+|\s+|[^\w\s]+", text):
            if found.start() <= place.column < found.end():
                return found.start(), found.end()
        return place.column, place.column
