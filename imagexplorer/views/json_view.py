"""The text of a document: to read, to search and to copy. Knows words, no record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.text import plain
from imagexplorer.models.columns import fixed_font
from imagexplorer.views.find_bar import FindBar
from imagexplorer.views.theme import plain_label

if TYPE_CHECKING:
    from imagexplorer.core.manifest_tree import DocumentText

_LINE_MOST = 10_000


class JsonView(QWidget):
    """`name` is what a screen reader calls the text. `tools` stands over it, or where its owner puts it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(fixed_font())
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.text.setAccessibleName(name)
        self.finder = FindBar(self.text)
        self.copy = QPushButton(resources.icon("copy"), self.tr("Cop&y"))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._whole))
        self.doubts = plain_label(wrap=True, selectable=True, tone="warning")
        self.doubts.setContentsMargins(12, 0, 12, 4)
        self.tools = QWidget()
        bar = QHBoxLayout(self.tools)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.setSpacing(8)
        bar.addStretch()
        bar.addWidget(self.finder)
        bar.addWidget(self.copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tools)
        layout.addWidget(self.doubts)
        layout.addWidget(self.text, 1)
        self.setFocusProxy(self.text)
        self.show_words("")

    def show_text(self, document: DocumentText) -> None:
        """Keeps the place where the text is the same."""
        doubts = [plain(problem, 300) for problem in document.problems[:5]]
        if document.length > len(document.text):
            doubts.append(
                f"cut here: {document.length:,} characters in all, the first {len(document.text):,} are shown"
            )
        self._show(document.text, doubts, can_copy=True)

    def show_words(self, words: str) -> None:
        """In place of a document: why there is none."""
        self._show(words, [], can_copy=False)

    def _show(self, whole: str, doubts: list[str], can_copy: bool) -> None:
        self._whole = whole
        self.doubts.set_text("\n".join(doubts))
        self.doubts.setVisible(bool(doubts))
        self.copy.setEnabled(can_copy)
        self.finder.setEnabled(can_copy)
        shown = "\n".join(plain(line, _LINE_MOST) for line in whole.split("\n"))
        if shown != self.text.toPlainText():
            self.text.setPlainText(shown)
            self.finder.look_again()
