"""A text to read that may be long: what is seen at first stands at once, the rest follows piece by piece, so that the
window goes on meanwhile (100,000 lines take half a second). Knows words only."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from imagexplorer.models.columns import fixed_font

PIECE_LINES = 1_000
PIECE_CHARS = 100_000


class LongText(QPlainTextEdit):
    """`grown(number of the first new line)` after each piece, also the first one."""

    grown = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._rest: list[str] = []  # pieces, the next one last
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._grow)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFont(fixed_font())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)

    @property
    def whole(self) -> bool:
        """Whether all of it stands here."""
        return not self._rest

    def set_text(self, text: str) -> None:
        first, *rest = _pieces(text)
        self._rest = rest[::-1]
        self._next.stop()
        self.setPlainText(first)
        self.grown.emit(0)
        self._go_on()

    def need(self, line: int) -> None:
        """As much as is needed for a line to stand here, now."""
        while self._rest and self.blockCount() <= line:
            self._grow()

    def _grow(self) -> None:
        lines = self.blockCount()
        cursor = QTextCursor(self.document())  # not the user's: what is selected stays so
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText("\n" + self._rest.pop())
        self.grown.emit(lines)
        self._go_on()

    def _go_on(self) -> None:
        if self._rest:
            self._next.start()
        else:
            self._next.stop()


def _pieces(text: str) -> list[str]:
    """Parts of some lines each, without the line end between two of them."""
    found, start = list[str](), 0
    while len(text) - start > PIECE_CHARS or text.count("\n", start, start + PIECE_CHARS) > PIECE_LINES:
        end, lines = start, 0
        while lines < PIECE_LINES and end - start < PIECE_CHARS:
            at = text.find("\n", end)
            if at < 0:
                return [*found, text[start:]]
            end, lines = at + 1, lines + 1
        found.append(text[start : end - 1])
        start = end
    return [*found, text[start:]]
