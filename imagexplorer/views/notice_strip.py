"""A strip under a page's header: problems, or that the thing is gone. Closed it is one line, open a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QPushButton, QToolButton, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.entities import Problem
from imagexplorer.core.text import plain
from imagexplorer.views.elided import Elided
from imagexplorer.views.theme import plain_label, tone_color, tooltip

_LISTED_MOST = 1000
_ROWS = 7


class NoticeStrip(QFrame):
    """Hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = "warning"
        self.setAutoFillBackground(True)
        self.icon = plain_label()
        self.text = Elided()
        self.unfold = QToolButton()
        self.unfold.setCheckable(True)
        self.unfold.setText(self.tr("Show all"))
        self.unfold.setAutoRaise(True)
        self.act = QPushButton()
        self.act.hide()
        self._do: Callable[[], object] | None = None
        self.act.clicked.connect(lambda: self._do() if self._do is not None else None)
        self.all = QListWidget()
        self.all.setWordWrap(False)
        self.all.setFrameShape(QListWidget.Shape.NoFrame)
        self.all.setAccessibleName(self.tr("Problems"))
        self.all.hide()
        self.unfold.toggled.connect(self.all.setVisible)
        self.unfold.toggled.connect(lambda on: self.unfold.setText(self.tr("Show less") if on else self.tr("Show all")))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.icon)
        row.addWidget(self.text, 1)
        row.addWidget(self.unfold)
        row.addWidget(self.act)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.all)
        self.hide()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        listed = list(dict.fromkeys(problems))
        lines = [f"{problem.where}: {problem.reason}" if problem.where else problem.reason for problem in listed]
        if not lines:
            self.hide()
            return
        count = f"{len(lines):,} problems, the first: " if len(lines) > 1 else ""
        self._say("warning", f"{count}{lines[0]}")
        self.unfold.setVisible(len(lines) > 1)
        if len(lines) <= 1:
            self.unfold.setChecked(False)
        self.all.clear()
        for line in lines[:_LISTED_MOST]:
            self.all.addItem(plain(line, 1000))
            self.all.item(self.all.count() - 1).setToolTip(tooltip(line))
        if len(lines) > _LISTED_MOST:
            self.all.addItem(f"… and {len(lines) - _LISTED_MOST:,} more")
        rows = min(self.all.count(), _ROWS)
        self.all.setFixedHeight(rows * max(self.all.sizeHintForRow(0), self.fontMetrics().height()) + 8)

    def show_notice(self, tone: str, text: str, words: str = "", act: Callable[[], object] | None = None) -> None:
        """One sentence, with a button where there is a way out."""
        self._say(tone, text)
        self.unfold.setChecked(False)
        self.unfold.hide()
        self._do = act
        self.act.setText(words)
        self.act.setVisible(act is not None)

    def _say(self, tone: str, text: str) -> None:
        self._tone = tone
        self._do = None
        self.act.hide()
        self.text.set_whole(text)
        self._colour()
        self.show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ApplicationPaletteChange):
            self._colour()

    def _colour(self) -> None:
        name = {"warning": "warning", "error": "error"}.get(self._tone, "info")
        icon = resources.icon(name, tone_color(self._tone))
        self.icon.setPixmap(icon.pixmap(QSize(16, 16), self.devicePixelRatioF()))
