"""Lines of a log, painted as far as they are seen: a million cost no more than a screen of them.

Knows LogLines, which of them are shown (LogRows), and where the user is; not where lines come from.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from imagexplorer.core.live import STDERR
from imagexplorer.core.log_lines import LogLines
from imagexplorer.core.log_rows import LogRows
from imagexplorer.models.columns import fixed_font
from imagexplorer.views.keys import own_key
from imagexplorer.views.log_layout import LineLayout, Place, line_text
from imagexplorer.views.theme import blend, tone_color

COPIED_LINES = 200_000
_WHEEL_ROWS = 3
_DRAG_MS = 40


class LogView(QAbstractScrollArea):
    """`following`: the end stays in sight as lines come; scrolling up ends that, scrolling to the end begins it."""

    following_changed = Signal(bool)

    def __init__(self, lines: LogLines, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = lines
        self.rows = LogRows(lines)
        self.following = True
        self.layout_of = LineLayout(lines, fixed_font())
        self._top = 0  # the number of the line that is painted first
        self._sub = 0  # how many of its own rows lie above the edge, where lines wrap
        self._anchor: Place | None = None
        self._cursor: Place | None = None
        self._setting = False
        self.setFont(fixed_font())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Log"))
        self.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        self.viewport().setAutoFillBackground(True)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.verticalScrollBar().valueChanged.connect(self._bar_moved)
        self.horizontalScrollBar().valueChanged.connect(lambda _value: self.viewport().update())
        self._drag = QTimer(self, interval=_DRAG_MS)
        self._drag.timeout.connect(self._drag_on)
        self._dragged = QPoint()
        own_key(self, QKeySequence.StandardKey.Copy, self.copy)
        own_key(self, QKeySequence.StandardKey.SelectAll, self.select_all)

    # -- what is shown ----------------------------------------------------------------------------------

    def set_rows(self, rows: LogRows) -> None:
        """Show other lines of the same log; what stood on top stays there as far as it can."""
        self.rows = rows
        self.changed()

    def set_options(self, wrap: bool, times: bool) -> None:
        self.layout_of.set_options(wrap, times)
        self._sub = 0
        self.changed()

    def set_lit(self, words: str) -> None:
        """Light these words wherever they are seen."""
        self.layout_of.set_lit(words)
        self.viewport().update()

    def changed(self) -> None:
        """Lines came, went, or others are shown."""
        self._measure()
        self.viewport().update()

    def set_following(self, on: bool) -> None:
        if on != self.following:
            self.following = on
            self.following_changed.emit(on)
        if on:
            self.changed()

    def show_line(self, number: int) -> None:
        """Bring a line to where it can be seen, and select it."""
        row = self.rows.row_of(number)
        if row >= len(self.rows):
            return
        self._anchor, self._cursor = Place(number, 0), Place(number, len(self.layout_of.text(number)))
        first = self.rows.row_of(self._top)
        if not first < row < first + self._seen() - 2:
            self.set_following(False)
            self._top, self._sub = self.rows.number(max(row - self._seen() // 3, 0)), 0
        self.changed()

    # -- selection ----------------------------------------------------------------------------------------

    def selection(self) -> tuple[Place, Place] | None:
        if self._anchor is None or self._cursor is None or self._anchor == self._cursor:
            return None
        return min(self._anchor, self._cursor), max(self._anchor, self._cursor)

    def current_line(self) -> int:
        """Of the selection, or the first that is seen."""
        return self._cursor.number if self._cursor is not None else self._top

    def select_all(self) -> None:
        if len(self.rows):
            last = self.rows.number(len(self.rows) - 1)
            self._anchor, self._cursor = Place(self.rows.number(0), 0), Place(last, 1 << 30)
            self.viewport().update()

    def selected_text(self) -> str:
        chosen = self.selection()
        if chosen is None:
            return ""
        first, last = chosen
        rows = range(self.rows.row_of(first.number), min(self.rows.row_of(last.number) + 1, len(self.rows)))
        out = []
        for row in rows[:COPIED_LINES]:
            number = self.rows.number(row)
            if number > last.number or number < self.lines.first:
                continue
            text = self.layout_of.text(number)
            end = last.column if number == last.number else len(text)
            start = first.column if number == first.number else 0
            whole = start == 0
            out.append((self.layout_of.time_words(number) if whole else "") + text[start:end])
        return "\n".join(out)

    def copy(self) -> None:
        text = self.selected_text()
        if text:
            QGuiApplication.clipboard().setText(text)

    def shown_text(self) -> list[str]:
        """The lines that are seen, for who cannot see."""
        first = self.rows.row_of(self._top)
        rows = range(first, min(first + self._seen(), len(self.rows)))
        return [line_text(self.lines, self.rows.number(row)) for row in rows]

    # -- where the user is -----------------------------------------------------------------------------------

    def _seen(self) -> int:
        return max(self.viewport().height() // self.layout_of.height, 1)

    def _bottom(self) -> tuple[int, int]:
        """The first row, and how many of its own rows are above the edge, when the end is in sight."""
        left, row = self._seen(), len(self.rows)
        while row > 0 and left > 0:
            row -= 1
            left -= self.layout_of.rows_of(self.rows.number(row)) if self.layout_of.wrap else 1
        return row, max(-left, 0)

    def _measure(self) -> None:
        """Put bar and place right after anything changed."""
        self.layout_of.set_width(self.viewport().width(), self.palette())
        last, sub = self._bottom()
        if not len(self.rows):
            self._top, self._sub = self.lines.first, 0
        elif self.following:
            self._top, self._sub = self.rows.number(last), sub
        else:
            row = min(self.rows.row_of(self._top), last)
            number = self.rows.number(row)
            if number != self._top or row == last:
                self._top, self._sub = number, min(self._sub, sub) if row == last else 0
        bar = self.verticalScrollBar()
        self._setting = True
        bar.setPageStep(self._seen())
        bar.setRange(0, last)
        bar.setValue(min(self.rows.row_of(self._top), last))
        wide = self.layout_of.widest
        self.horizontalScrollBar().setPageStep(self.viewport().width())
        self.horizontalScrollBar().setRange(
            0, 0 if self.layout_of.wrap else max(wide + self.layout_of.left + 12 - self.viewport().width(), 0)
        )
        self._setting = False

    def _bar_moved(self, value: int) -> None:
        if self._setting or not len(self.rows):
            return
        self._top, self._sub = self.rows.number(min(value, len(self.rows) - 1)), 0
        at_end = value >= self.verticalScrollBar().maximum()
        self.set_following(at_end)
        self._measure()
        self.viewport().update()

    def scroll_rows(self, rows: int) -> None:
        """Rows as they are painted: a wrapped line has several."""
        row, sub = self.rows.row_of(self._top), self._sub + rows
        last, last_sub = self._bottom()
        while sub < 0 and row > 0:
            row -= 1
            sub += self.layout_of.rows_of(self.rows.number(row))
        while row < last and sub >= (high := self.layout_of.rows_of(self.rows.number(row))):
            row, sub = row + 1, sub - high
        if not len(self.rows):
            return
        at_end = row > last or (row == last and sub >= last_sub)
        self._top, self._sub = self.rows.number(min(row, last)), max(min(sub, last_sub) if row >= last else sub, 0)
        self.set_following(at_end)
        self._measure()
        self.viewport().update()

    # -- events -------------------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or not event.angleDelta().y():
            super().wheelEvent(event)
            return
        self.scroll_rows(round(-event.angleDelta().y() / 120 * _WHEEL_ROWS))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        page = max(self._seen() - 1, 1)
        steps = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
        }
        if event.key() in steps:
            self.scroll_rows(steps[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Home:
            self.verticalScrollBar().setValue(0)
        elif event.key() == Qt.Key.Key_End:
            self.set_following(True)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() + (40 if event.key() == Qt.Key.Key_Right else -40))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            place = self._place(event.position().toPoint())
            if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier or self._anchor is None:
                self._anchor = place
            self._cursor = place
            self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self._place(event.position().toPoint())
        if place is not None:
            start, end = self.layout_of.word(place)
            self._anchor, self._cursor = Place(place.number, start), Place(place.number, end)
            self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._anchor is not None:
            self._dragged = event.position().toPoint()
            self._cursor = self._place(self._dragged) or self._cursor
            outside = not 0 <= self._dragged.y() < self.viewport().height()
            (self._drag.start if outside else self._drag.stop)()
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag.stop()

    def _drag_on(self) -> None:
        beyond = self._dragged.y() if self._dragged.y() < 0 else self._dragged.y() - self.viewport().height()
        self.scroll_rows(max(min(beyond // self.layout_of.height, 20), -20) or (1 if beyond > 0 else -1))
        self._cursor = self._place(self._dragged) or self._cursor
        self.viewport().update()

    def _place(self, at: QPoint) -> Place | None:
        """The line and the column under a point; the nearest ones where it is beside."""
        y, row = -self._sub * self.layout_of.height + 2, self.rows.row_of(self._top)
        while row < len(self.rows):
            number = self.rows.number(row)
            high = self.layout_of.rows_of(number) * self.layout_of.height
            if at.y() < y + high or row == len(self.rows) - 1:
                x = at.x() - self.layout_of.left + self.horizontalScrollBar().value()
                return self.layout_of.place(number, x, at.y() - y)
            y, row = y + high, row + 1
        return None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        layout, palette = self.layout_of, self.palette()
        height, beside = layout.height, self.horizontalScrollBar().value()
        left, top = layout.left - beside, 2 - self._sub * layout.height
        muted, error = tone_color("muted", palette), tone_color("error", palette)
        stripe = blend(error, palette.color(QPalette.ColorRole.Base), 0.10)
        chosen = self.selection()
        row = self.rows.row_of(self._top)
        while row < len(self.rows) and top < self.viewport().height():
            number = self.rows.number(row)
            high = layout.rows_of(number) * height
            if self.lines.stream(number) == STDERR:
                painter.fillRect(QRectF(0, top, self.viewport().width(), high), stripe)
                painter.setPen(error)
                painter.drawText(QRectF(8 - beside, top, layout.mark, height), Qt.AlignmentFlag.AlignLeft, "E")
            if layout.times:
                painter.setPen(muted)
                where = QRectF(8 + layout.mark - beside, top, layout.left, height)
                painter.drawText(where, Qt.AlignmentFlag.AlignLeft, layout.time_words(number))
            painter.setPen(palette.color(QPalette.ColorRole.Text))
            layout.paint(painter, number, left, top, chosen)
            top, row = top + high, row + 1
        if not layout.wrap and layout.widest + layout.left + 12 - self.viewport().width() > (
            self.horizontalScrollBar().maximum()
        ):
            QTimer.singleShot(0, self, self._measure)  # a wider line than ever came into sight
