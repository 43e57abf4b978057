"""Bytes as numbers and letters, sixteen a line. Paints what is seen; knows nothing of where the bytes come from."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import (
    QFontMetrics,
    QGuiApplication,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from imagexplorer.models.columns import fixed_font
from imagexplorer.views.keys import own_key
from imagexplorer.views.theme import tone_color

PER_LINE = 16
_COPIED_LINES = 4096


def hex_line(data: bytes, at: int) -> tuple[str, str, str]:
    """(offset, numbers, letters) of the line that begins at byte `at`."""
    piece = data[at : at + PER_LINE]
    numbers = piece[:8].hex(" ") + "  " + piece[8:].hex(" ") if len(piece) > 8 else piece.hex(" ")
    letters = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in piece)
    return f"{at:08x}", f"{numbers:<48}", letters


class HexView(QAbstractScrollArea):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = b""
        self.setFont(fixed_font())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Bytes as hexadecimal numbers"))
        self.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        self.viewport().setAutoFillBackground(True)
        own_key(self, QKeySequence.StandardKey.Copy, self.copy)

    def set_data(self, data: bytes) -> None:
        self._data = data
        self.setAccessibleDescription(" ".join(" ".join(hex_line(data, at)) for at in range(0, min(len(data), 64), 16)))
        self.verticalScrollBar().setValue(0)
        self._measure()
        self.viewport().update()

    def copy(self) -> None:
        """What is seen, as text."""
        first = self.verticalScrollBar().value()
        lines = range(first, min(first + self._seen(), self._lines()))
        QGuiApplication.clipboard().setText(
            "\n".join("  ".join(hex_line(self._data, line * PER_LINE)) for line in lines[:_COPIED_LINES])
        )

    def _lines(self) -> int:
        return -(-len(self._data) // PER_LINE)

    def _seen(self) -> int:
        return max(self.viewport().height() // self._height(), 1)

    def _height(self) -> int:
        return QFontMetrics(self.font()).lineSpacing()

    def _measure(self) -> None:
        bar = self.verticalScrollBar()
        bar.setPageStep(self._seen())
        bar.setRange(0, max(self._lines() - self._seen(), 0))
        width = QFontMetrics(self.font()).horizontalAdvance("0" * 80) + 24
        self.horizontalScrollBar().setPageStep(self.viewport().width())
        self.horizontalScrollBar().setRange(0, max(width - self.viewport().width(), 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        metrics = QFontMetrics(self.font())
        wide, height = metrics.horizontalAdvance("0"), self._height()
        left = 12 - self.horizontalScrollBar().value()
        text = self.palette().color(QPalette.ColorRole.Text)
        muted = tone_color("muted", self.palette())
        first = self.verticalScrollBar().value()
        for number in range(first, min(first + self._seen() + 2, self._lines())):
            offset, numbers, letters = hex_line(self._data, number * PER_LINE)
            top = 4 + (number - first) * height
            for words, at, color in ((offset, 0, muted), (numbers, 10, text), (letters, 61, muted)):
                painter.setPen(color)
                painter.drawText(QRect(left + at * wide, top, wide * 52, height), Qt.AlignmentFlag.AlignLeft, words)
