"""A terminal on the screen: paints its cells, takes keys, marks text, looks back into its history.

Knows core's Terminal; whoever owns it sends what `typed` gives and hears of a new size by `resized`.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QClipboard,
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QMessageBox, QWidget

from imagexplorer.core.ansi import USUAL, Style
from imagexplorer.core.terminal import LEAST, Terminal
from imagexplorer.core.terminal_cells import Row
from imagexplorer.core.text import plain
from imagexplorer.models.columns import fixed_font
from imagexplorer.views.ansi_colors import colors_of
from imagexplorer.views.keys import own_key
from imagexplorer.views.terminal_keys import key_bytes, pasted
from imagexplorer.views.theme import message_box

_PAD = 6
_PREVIEW = 12


class TerminalView(QAbstractScrollArea):
    typed = Signal(bytes)
    resized = Signal(int, int)  # columns, rows

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(fixed_font())
        metrics = QFontMetricsF(self.font())
        self._wide, self._high = metrics.horizontalAdvance("0"), metrics.lineSpacing()
        self.terminal = Terminal()
        self.over = False
        """Whether its program has ended: keys go nowhere, no cursor is shown."""
        self._anchor: tuple[int, int] | None = None  # (row counted from the first that ever was, column)
        self._marked: tuple[int, int] | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        self.setAccessibleName(self.tr("Terminal"))
        self.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        self.viewport().setAutoFillBackground(True)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self.viewport().update())
        own_key(self, "Ctrl+Shift+C", self.copy)
        own_key(self, "Ctrl+Shift+V", self.paste)
        own_key(self, "Shift+Insert", self.paste)

    # -- what is shown --------------------------------------------------------------------------------------

    def size_in_cells(self) -> tuple[int, int]:
        """Columns and rows that fit."""
        view = self.viewport()
        columns = int((view.width() - 2 * _PAD) / self._wide)
        rows = int((view.height() - 2 * _PAD) / self._high)
        return max(columns, LEAST), max(rows, LEAST)

    def feed(self, data: bytes) -> None:
        bar = self.verticalScrollBar()
        at_end = bar.value() == bar.maximum()
        self.terminal.feed(data)
        if self.terminal.answers and not self.over:
            self.typed.emit(bytes(self.terminal.answers))
        self.terminal.answers.clear()
        self._measure(at_end)

    def _measure(self, at_end: bool) -> None:
        bar = self.verticalScrollBar()
        bar.setPageStep(self.terminal.grid.rows)
        bar.setRange(0, len(self.terminal) - self.terminal.grid.rows)
        if at_end:
            bar.setValue(bar.maximum())
        self.viewport().update()

    def _oldest(self) -> int:
        """The number of the first row that is kept, counted from the first that ever was."""
        return (
            self.terminal.scrolled - len(self.terminal.history)
            if not self.terminal.full_screen
            else (self.terminal.scrolled)
        )

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        first = self.verticalScrollBar().value()
        rows = self.terminal.rows(first, self.terminal.grid.rows)
        chosen = self._chosen()
        oldest = self._oldest()
        for number, row in enumerate(rows):
            self._paint_row(painter, row, _PAD + number * self._high, chosen, oldest + first + number)
        if self.terminal.cursor_shown and not self.over:
            self._paint_cursor(painter, len(self.terminal) - self.terminal.grid.rows - first)

    def _paint_row(
        self,
        painter: QPainter,
        row: Row,
        top: float,
        chosen: tuple[tuple[int, int], tuple[int, int]] | None,
        number: int,
    ) -> None:
        palette = self.palette()
        chars, styles = row.chars, row.styles
        low, high = self._part(chosen, number, len(chars))
        at, end = 0, len(chars)
        while at < end and not (low < high) and styles[end - 1] == USUAL and chars[end - 1] == " ":
            end -= 1
        while at < end:
            style, marked = styles[at], low <= at < high
            stop = at + 1
            simple = chars[at].isascii() and chars[at] != ""
            # What takes two cells, or comes from another font, is painted alone: its place is its cell's.
            while simple and stop < end and styles[stop] == style and (low <= stop < high) == marked:
                if not chars[stop].isascii() or chars[stop] == "":
                    break
                stop += 1
            if not simple:
                while stop < end and chars[stop] == "":
                    stop += 1
            self._paint_run(painter, "".join(chars[at:stop]), style, marked, at, stop, top, palette)
            at = stop

    def _paint_run(
        self,
        painter: QPainter,
        text: str,
        style: Style,
        marked: bool,
        at: int,
        stop: int,
        top: float,
        palette: QPalette,
    ) -> None:
        ink, ground = colors_of(style, palette)
        if marked:
            ink, ground = (
                palette.color(each) for each in (QPalette.ColorRole.HighlightedText, QPalette.ColorRole.Highlight)
            )
        left = _PAD + at * self._wide
        where = QRectF(left, top, (stop - at) * self._wide, self._high)
        if ground is not None:
            painter.fillRect(where, ground)
        if not text.strip() and not style.underline:
            return
        painter.setFont(self._font(style))
        painter.setPen(ink)
        painter.drawText(
            where.adjusted(0, 0, self._wide, 0), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), text
        )

    def _font(self, style: Style) -> QFont:
        if not (style.bold or style.italic or style.underline or style.struck):
            return self.font()
        font = QFont(self.font())
        font.setBold(style.bold)
        font.setItalic(style.italic)
        font.setUnderline(style.underline)
        font.setStrikeOut(style.struck)
        return font

    def _paint_cursor(self, painter: QPainter, above: int) -> None:
        grid = self.terminal.grid
        row = grid.lines[grid.y]
        wide = 2 if grid.x + 1 < grid.columns and row.chars[grid.x + 1] == "" else 1
        where = QRectF(_PAD + grid.x * self._wide, _PAD + (above + grid.y) * self._high, self._wide * wide, self._high)
        color: QColor = self.palette().color(QPalette.ColorRole.Accent)
        if not self.hasFocus():
            painter.setPen(color)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(where.adjusted(0.5, 0.5, -0.5, -0.5))
            return
        painter.fillRect(where, color)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(QPalette.ColorRole.Base))
        painter.drawText(where, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), row.chars[grid.x])

    # -- marking ------------------------------------------------------------------------------------------------

    def _chosen(self) -> tuple[tuple[int, int], tuple[int, int]] | None:
        if self._anchor is None or self._marked is None or self._anchor == self._marked:
            return None
        return min(self._anchor, self._marked), max(self._anchor, self._marked)

    @staticmethod
    def _part(chosen: tuple[tuple[int, int], tuple[int, int]] | None, number: int, columns: int) -> tuple[int, int]:
        if chosen is None or not chosen[0][0] <= number <= chosen[1][0]:
            return 0, 0
        low = chosen[0][1] if number == chosen[0][0] else 0
        return low, chosen[1][1] if number == chosen[1][0] else columns

    def selected_text(self) -> str:
        chosen = self._chosen()
        if chosen is None:
            return ""
        oldest = self._oldest()
        first = max(chosen[0][0] - oldest, 0)
        rows = self.terminal.rows(first, chosen[1][0] - oldest - first + 1)
        lines = []
        for number, row in enumerate(rows, oldest + first):
            low, high = self._part(chosen, number, len(row.chars))
            lines.append("".join(row.chars[low:high]).rstrip())
        return "\n".join(lines)

    def copy(self) -> None:
        text = self.selected_text()
        if text:
            QGuiApplication.clipboard().setText(text)

    def paste(self) -> None:
        self.paste_text(QGuiApplication.clipboard().text())

    def paste_text(self, text: str) -> None:
        """Several lines ask: each may be a command."""
        if not text or self.over:
            return
        lines = text.rstrip("\r\n").splitlines()
        if len(lines) < 2:
            self._send(pasted(text, self.terminal.bracketed))
            return
        shown = [plain(line, 100) for line in lines[:_PREVIEW]]
        if len(lines) > _PREVIEW:
            shown.append(f"… and {len(lines) - _PREVIEW:,} more")
        words = self.tr("Paste {n} lines into the terminal?").format(n=f"{len(lines):,}")
        box = message_box(self, QMessageBox.Icon.Question, words, "\n".join(shown))
        agree = box.addButton(self.tr("&Paste"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.buttonClicked.connect(
            lambda button: self._send(pasted(text, self.terminal.bracketed)) if button is agree else None
        )
        box.finished.connect(lambda _result: box.deleteLater())
        box.open()

    def _place(self, at: QPoint) -> tuple[int, int]:
        row = int((at.y() - _PAD) // self._high)
        column = int((at.x() - _PAD) / self._wide + 0.5)
        first = self.verticalScrollBar().value()
        row = min(max(row, 0), self.terminal.grid.rows - 1)
        return self._oldest() + first + row, min(max(column, 0), self.terminal.grid.columns)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._anchor = self._marked = self._place(event.position().toPoint())
            self.viewport().update()
        elif event.button() == Qt.MouseButton.MiddleButton and QGuiApplication.clipboard().supportsSelection():
            self.paste_text(QGuiApplication.clipboard().text(QClipboard.Mode.Selection))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._marked = self._place(event.position().toPoint())
            self.viewport().update()

    # -- keys ----------------------------------------------------------------------------------------------------

    def _send(self, data: bytes) -> None:
        if data and not self.over:
            self._anchor = self._marked = None
            bar = self.verticalScrollBar()
            bar.setValue(bar.maximum())
            self.typed.emit(data)

    def event(self, event: QEvent) -> bool:
        """Keys of the program are not the window's while it has the focus: Ctrl+W, F5, Tab ..."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if not self.over and self._bytes(event):
                event.accept()
                return True
        elif (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
            and not self.over
            and self._bytes(event)
        ):
            self.keyPressEvent(event)
            return True
        return super().event(event)

    def _bytes(self, event: QKeyEvent) -> bytes:
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if shift and event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Insert):
            return b""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_Tab:
            return b""
        return key_bytes(event.key(), event.modifiers(), event.text(), self.terminal.cursor_keys)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        if data := self._bytes(event):
            self._send(data)
        elif event.key() == Qt.Key.Key_PageUp:
            bar.setValue(bar.value() - bar.pageStep() + 1)
        elif event.key() == Qt.Key.Key_PageDown:
            bar.setValue(bar.value() + bar.pageStep() - 1)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns, rows = self.size_in_cells()
        if (columns, rows) != (self.terminal.grid.columns, self.terminal.grid.rows):
            self.terminal.resize(columns, rows)
            self.resized.emit(columns, rows)
        self._measure(at_end=True)
