"""Two contents beside each other: rows in step, each side with its line numbers or offsets and a search of its own.
Shows what it is handed; knows no source."""

from __future__ import annotations

from functools import partial
from itertools import groupby

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextBlockFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QHBoxLayout, QScrollBar, QSplitter, QVBoxLayout, QWidget

from imagexplorer.core.preview import CHANGED, GAP, ONLY_A, ONLY_B, SAME, SideBySide
from imagexplorer.views.find_bar import FindBar
from imagexplorer.views.keys import own_key
from imagexplorer.views.long_text import LongText
from imagexplorer.views.theme import blend, plain_label, tone_color

_TINT = 0.16
_TINT_MISSING = 0.06
_PAD = 6


class BesideView(QSplitter):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setChildrenCollapsible(False)
        self.a = Side(self.tr("Before"), ONLY_A, "removed")
        self.b = Side(self.tr("After"), ONLY_B, "added")
        self._marks = b""
        self._wanted = -1  # a row to go to as soon as it stands there
        self._following = False
        for side, other in ((self.a, self.b), (self.b, self.a)):
            self.addWidget(side)
            for bar, follower in (
                (side.text.verticalScrollBar(), other.text.verticalScrollBar()),
                (side.text.horizontalScrollBar(), other.text.horizontalScrollBar()),
            ):
                bar.valueChanged.connect(partial(self._follow, follower))
            own_key(side.text, "Alt+Down", lambda: self.go(1))
            own_key(side.text, "Alt+Up", lambda: self.go(-1))
            side.text.grown.connect(self._grown)
        self.setFocusProxy(self.a.text)

    def show_beside(self, beside: SideBySide) -> None:
        self._marks, self._wanted = beside.marks, -1
        self.a.show_rows(beside.a, beside.heads_a, beside.marks)
        self.b.show_rows(beside.b, beside.heads_b, beside.marks)
        self.go(1, from_row=-1)

    def _follow(self, follower: QScrollBar, value: int) -> None:
        """Where it has less to scroll it stays behind, and takes the other one back no way."""
        if not self._following:
            self._following = True
            follower.setValue(value)
            self._following = False

    def go(self, step: int, from_row: int | None = None) -> None:
        """To the next run of rows that differ, or the one before; round the ends nothing happens."""
        here = self.b if self.b.text.hasFocus() else self.a
        row = here.text.textCursor().blockNumber() if from_row is None else from_row
        starts = [
            at for at, mark in enumerate(self._marks) if differs(mark) and not (at and differs(self._marks[at - 1]))
        ]
        wanted = [at for at in starts if (at > row if step > 0 else at < row)]
        if wanted:
            self._wanted = wanted[0] if step > 0 else wanted[-1]
            self._grown()

    def _grown(self) -> None:
        if 0 <= self._wanted < min(self.a.text.blockCount(), self.b.text.blockCount()):
            at, self._wanted = self._wanted, -1
            for side in (self.a, self.b):
                side.text.setTextCursor(QTextCursor(side.text.document().findBlockByNumber(at)))
                side.text.centerCursor()

    def focus_filter(self) -> None:
        (self.b if self.b.text.hasFocus() else self.a).finder.begin()


def differs(mark: int) -> bool:
    return mark not in (SAME, GAP)


class Side(QWidget):
    def __init__(self, title: str, own: int, tone: str) -> None:
        super().__init__()
        self._own, self._tone = own, tone
        self._marks = b""
        self.text = NumberedText()
        self.text.setAccessibleName(title)
        self.text.grown.connect(self._grown)
        self.finder = FindBar(self.text)
        self.finder.edit.setFixedWidth(self.fontMetrics().averageCharWidth() * 20)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 4, 12, 4)
        bar.setSpacing(8)
        bar.addWidget(plain_label(title), 1)
        bar.addWidget(self.finder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.text, 1)

    def show_rows(self, text: str, heads: str, marks: bytes) -> None:
        self._marks = marks
        self.text.set_rows(text, heads)

    def _grown(self, row: int) -> None:
        self._tint(row)
        if self.text.whole:
            self.finder.look_again()

    def _tint(self, row: int) -> None:
        """The rows from one on that differ, run by run; where this side has none, paler."""
        own = {CHANGED: ("modified", _TINT), self._own: (self._tone, _TINT)}
        document = self.text.document()
        base = self.palette().color(QPalette.ColorRole.Base)
        at = row
        cursor = QTextCursor(document)
        cursor.beginEditBlock()
        for mark, run in groupby(self._marks[row : document.blockCount()]):
            count = len(list(run))
            if differs(mark):
                tone, share = own.get(mark, ("muted", _TINT_MISSING))
                made = QTextBlockFormat()
                made.setBackground(QBrush(blend(tone_color(tone, self.palette()), base, share)))
                cursor.setPosition(document.findBlockByNumber(at).position())
                cursor.setPosition(
                    document.findBlockByNumber(at + count - 1).position(), QTextCursor.MoveMode.KeepAnchor
                )
                cursor.setBlockFormat(made)
            at += count
        cursor.endEditBlock()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint(0)


class NumberedText(LongText):
    """A text to read whose rows have heads at their left, which are neither selected nor copied."""

    def __init__(self) -> None:
        super().__init__()
        self._heads: list[str] = []
        self._margin = _Margin(self)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.updateRequest.connect(self._follow)

    def set_rows(self, text: str, heads: str) -> None:
        self._heads = heads.split("\n")
        self.set_text(text)
        self.setViewportMargins(self.margin_width(), 0, 0, 0)
        self._place()

    def margin_width(self) -> int:
        longest = max(map(len, self._heads), default=0)
        return self.fontMetrics().horizontalAdvance("0") * longest + 2 * _PAD if longest else 0

    def paint_heads(self, event: QPaintEvent) -> None:
        painter = QPainter(self._margin)
        painter.fillRect(event.rect(), self.palette().color(QPalette.ColorRole.AlternateBase))
        painter.setFont(self.font())
        painter.setPen(tone_color("muted", self.palette()))
        block = self.firstVisibleBlock()
        while block.isValid():
            place = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if place.top() > event.rect().bottom():
                break
            number = block.blockNumber()
            if number < len(self._heads):
                area = QRect(0, round(place.top()), self._margin.width() - _PAD, self.fontMetrics().height())
                painter.drawText(area, Qt.AlignmentFlag.AlignRight, self._heads[number])
            block = block.next()

    def _follow(self, area: QRect, dy: int) -> None:
        if dy:
            self._margin.scroll(0, dy)
        else:
            self._margin.update(0, area.y(), self._margin.width(), area.height())

    def _place(self) -> None:
        inside = self.contentsRect()
        self._margin.setGeometry(inside.left(), inside.top(), self.margin_width(), inside.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()


class _Margin(QWidget):
    def __init__(self, text: NumberedText) -> None:
        super().__init__(text)
        self._text = text

    def sizeHint(self) -> QSize:
        return QSize(self._text.margin_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._text.paint_heads(event)
