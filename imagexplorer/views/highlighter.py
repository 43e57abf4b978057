"""Colours of a text that was looked at in the worker process. Knows spans and tones, no language."""

from __future__ import annotations

from array import array
from bisect import bisect_right

from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit

from imagexplorer.core.preview import STYLES
from imagexplorer.views.theme import tone_color

_TONES = {
    "comment": "muted",
    "keyword": "info",
    "string": "added",
    "number": "modified",
    "name": "owner",
    "punctuation": "muted",
    "heading": "info",
    "added": "added",
    "removed": "removed",
}
_BOLD = ("keyword", "heading")


class Highlighter(QSyntaxHighlighter):
    """`spans` as `core.preview.Preview` has them."""

    def __init__(self, text: QPlainTextEdit) -> None:
        self._starts: list[int] = []
        self._spans = array("i")
        self._text = text
        self._formats: list[QTextCharFormat] = []
        super().__init__(text.document())
        self.recolour()

    def set_spans(self, spans: bytes) -> None:
        """Before the text is set: Qt asks for its colours then."""
        self._spans = array("i")
        self._spans.frombytes(spans)
        self._starts = self._spans[::3].tolist()

    def recolour(self) -> None:
        """The palette changed."""
        self._formats = []
        for style in STYLES:
            made = QTextCharFormat()
            made.setForeground(tone_color(_TONES[style], self._text.palette()))
            if style in _BOLD:
                made.setFontWeight(QFont.Weight.DemiBold)
            self._formats.append(made)
        if self._starts:
            self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        if not self._starts:
            return
        begin = self.currentBlock().position()
        end = begin + len(text.encode("utf-16-le")) // 2
        at = max(bisect_right(self._starts, begin) - 1, 0)
        spans = self._spans
        while at < len(self._starts) and self._starts[at] < end:
            start, stop = self._starts[at], self._starts[at] + spans[3 * at + 1]
            if stop > begin:
                first = max(start, begin)
                self.setFormat(first - begin, min(stop, end) - first, self._formats[spans[3 * at + 2]])
            at += 1


def highlighted(document: QTextDocument) -> bool:
    """Whether any of it has a colour of its own (tests)."""
    block = document.firstBlock()
    while block.isValid():
        if block.layout().formats():
            return True
        block = block.next()
    return False
