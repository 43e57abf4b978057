"""One plot of a container's use over time: lines, a scale, and a hair with the values under the pointer. Paints itself.

Knows a Series and words for its values; the window of time is handed in, so that several plots show the same one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from imagexplorer.core.use import Series, UseHistory, top_of
from imagexplorer.views.theme import blend, tone_color

BREAK_S = 20.0
"""Where no sample came for longer a line is broken: some engines tell one in five seconds."""
_PAD = 8
_LIMIT_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A column of the history, what it is called, its tone; `dashed` tells two lines apart without colour."""

    column: str
    name: str
    tone: str = "info"
    dashed: bool = False
    limit: bool = False  # far above the others it is named, not drawn: it would flatten them


class LivePlot(QWidget):
    hovered = Signal(object)  # the moment under the pointer, or None

    def __init__(
        self,
        title: str,
        lines: Sequence[Line],
        words: Callable[[float], str],
        least: float,
        parent: QWidget | None = None,
    ) -> None:
        """`least`: the scale goes up to this at least."""
        super().__init__(parent)
        self.title, self.lines, self._words, self._least = title, tuple(lines), words, least
        self._history: Series = UseHistory()
        self._start, self._end = 0.0, 1.0
        self.moment: float | None = None
        self.note = ""
        self.marks: Sequence[tuple[float, str]] = ()
        """Moments with a name: a line each, named where there is room."""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)

    def sizeHint(self) -> QSize:
        return QSize(420, self.fontMetrics().height() * 10)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.fontMetrics().height() * 6)

    def show_window(self, history: Series, start: float, end: float) -> None:
        self._history, self._start, self._end = history, start, max(end, start + 1.0)
        self.setAccessibleDescription(self.value_words())
        self.update()

    def show_moment(self, moment: float | None) -> None:
        self.moment = moment
        self.setAccessibleDescription(self.value_words())
        self.update()

    def value_words(self) -> str:
        """What stands beside the title: the values under the hair, or the newest."""
        return "   ".join(f"{line.name} {self._value(line)}".strip() for line in self.lines)

    def _number(self) -> int | None:
        if self.moment is not None:
            return self._history.at(self.moment, BREAK_S / 2)
        return len(self._history) - 1 if len(self._history) else None

    def _value(self, line: Line) -> str:
        number = self._number()
        value = math.nan if number is None else self._history[line.column][number]
        return "–" if math.isnan(value) else self._words(value)

    # -- painting -----------------------------------------------------------------------------------------

    def _area(self) -> QRectF:
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance("000.0 MB/s") + _PAD
        return QRectF(left, metrics.height() + 14, self.width() - left - 12, self.height() - 2 * metrics.height() - 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, area = self.palette(), self._area()
        numbers = self._history.window(self._start, self._end)
        top = self._top(numbers)
        painter.fillRect(area, palette.color(QPalette.ColorRole.Base))
        self._paint_scale(painter, area, top, palette)
        self._paint_title(painter, palette)
        painter.save()
        painter.setClipRect(area.adjusted(0, -2, 0, 2))
        for line in self.lines:
            self._paint_line(painter, area, line, numbers, top, palette)
        self._paint_marks(painter, area, palette)
        self._paint_hair(painter, area, top, palette)
        painter.restore()
        if self.hasFocus():
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area)

    def _top(self, numbers: range) -> float:
        def values(limits: bool) -> list[float]:
            columns = [self._history[line.column] for line in self.lines if line.limit == limits]
            return [value for column in columns for value in column[numbers.start : numbers.stop]]

        top = top_of(values(False), self._least)
        with_limit = top_of(values(True), top)
        return with_limit if with_limit <= _LIMIT_SHOWN * top else top

    def _paint_scale(self, painter: QPainter, area: QRectF, top: float, palette: QPalette) -> None:
        muted = tone_color("muted", palette)
        grid = blend(palette.color(QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.Base), 0.12)
        metrics = self.fontMetrics()
        for part in (0.0, 0.5, 1.0):
            y = area.bottom() - part * area.height()
            painter.setPen(QPen(grid, 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(muted)
            place = QRectF(0, y - metrics.height() / 2, area.left() - 6, metrics.height())
            painter.drawText(
                place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), self._words(top * part)
            )
        span = self._end - self._start
        for part, align in (
            (0.0, Qt.AlignmentFlag.AlignLeft),
            (0.5, Qt.AlignmentFlag.AlignHCenter),
            (1.0, Qt.AlignmentFlag.AlignRight),
        ):
            x = area.left() + part * area.width()
            wide = area.width() / 3
            place = QRectF(x - part * wide, area.bottom() + 4, wide, metrics.height())
            painter.drawText(place, int(align), clock(self._start + part * span))

    def _paint_title(self, painter: QPainter, palette: QPalette) -> None:
        bold = self.font()
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        baseline = 6 + self.fontMetrics().ascent()
        painter.drawText(QPointF(_PAD, baseline), self.title)
        x = _PAD + QFontMetrics(bold).horizontalAdvance(self.title) + 16
        painter.setFont(self.font())
        for line in self.lines:
            painter.setPen(self._pen(line, palette))
            middle = 6 + self.fontMetrics().height() / 2
            painter.drawLine(QPointF(x, middle), QPointF(x + 18, middle))
            words = f"{line.name} {self._value(line)}".strip()
            painter.setPen(palette.color(QPalette.ColorRole.WindowText))
            painter.drawText(QPointF(x + 24, baseline), words)
            x += 24 + self.fontMetrics().horizontalAdvance(words) + 16
        if self.note:
            painter.setPen(tone_color("muted", palette))
            painter.drawText(QPointF(x, baseline), self.note)

    def _pen(self, line: Line, palette: QPalette) -> QPen:
        pen = QPen(tone_color(line.tone, palette), 1.6)
        if line.dashed:
            pen.setDashPattern([4, 2])
        return pen

    def _paint_line(
        self, painter: QPainter, area: QRectF, line: Line, numbers: range, top: float, palette: QPalette
    ) -> None:
        column, times = self._history[line.column], self._history.times
        points: list[QPointF] = []
        before = -math.inf
        for number in numbers:
            value = column[number]
            if math.isnan(value) or times[number] - before > BREAK_S:
                self._stroke(painter, area, line, points, palette)
                points = []
            if not math.isnan(value):
                points.append(QPointF(self._x(area, times[number]), area.bottom() - value / top * area.height()))
                before = times[number]
        self._stroke(painter, area, line, points, palette)

    def _stroke(self, painter: QPainter, area: QRectF, line: Line, points: list[QPointF], palette: QPalette) -> None:
        if not points:
            return
        if not line.dashed and len(points) > 1:
            fill = QColor(tone_color(line.tone, palette))
            fill.setAlphaF(0.10)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            ends = [QPointF(points[-1].x(), area.bottom()), QPointF(points[0].x(), area.bottom())]
            painter.drawPolygon(QPolygonF(points + ends))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._pen(line, palette))
        if len(points) == 1:
            painter.drawEllipse(points[0], 1.5, 1.5)
        else:
            painter.drawPolyline(QPolygonF(points))

    def _x(self, area: QRectF, moment: float) -> float:
        return area.left() + (moment - self._start) / (self._end - self._start) * area.width()

    def _paint_marks(self, painter: QPainter, area: QRectF, palette: QPalette) -> None:
        metrics, free = self.fontMetrics(), area.right()
        painter.setPen(QPen(tone_color("muted", palette), 1, Qt.PenStyle.DashLine))
        for moment, name in sorted(self.marks, reverse=True):
            x = self._x(area, moment)
            if not area.left() <= x <= area.right():
                continue
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            wide = metrics.horizontalAdvance(name) + 4
            left = x + 4 if x + 4 + wide <= free else x - 4 - wide
            if area.left() <= left and left + wide <= free:
                painter.drawText(QPointF(left, area.top() + metrics.ascent() + 2), name)
                free = left
            free = min(free, x)

    def _paint_hair(self, painter: QPainter, area: QRectF, top: float, palette: QPalette) -> None:
        if self.moment is None:
            return
        number = self._number()
        moment = self._history.times[number] if number is not None else self.moment
        x = self._x(area, moment)
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Text), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        for line in self.lines:
            value = self._history[line.column][number] if number is not None else math.nan
            if not math.isnan(value):
                painter.setBrush(tone_color(line.tone, palette))
                painter.drawEllipse(QPointF(x, area.bottom() - value / top * area.height()), 3, 3)

    # -- the pointer ----------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        area = self._area()
        part = (event.position().x() - area.left()) / max(area.width(), 1.0)
        self.hovered.emit(self._start + part * (self._end - self._start) if 0 <= part <= 1 else None)

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right move the hair from sample to sample."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() == Qt.Key.Key_Escape and self.moment is not None:
            self.hovered.emit(None)
        elif event.key() in steps and len(self._history):
            number = self._number()
            number = len(self._history) - 1 if number is None else number + steps[Qt.Key(event.key())]
            self.hovered.emit(self._history.times[min(max(number, 0), len(self._history) - 1)])
        else:
            super().keyPressEvent(event)


def clock(moment: float) -> str:
    """The time of day here."""
    try:
        return f"{datetime.fromtimestamp(moment).astimezone():%H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return ""
