"""What a filter found, what it is made of beside text and marks, and the way from hit to hit. Knows no tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from imagexplorer import resources
from imagexplorer.core.text import counted, human_size
from imagexplorer.core.tree_view import TreeView
from imagexplorer.views.chips import CELL_PAD
from imagexplorer.views.theme import TonedLabel, set_tip


class Condition(QToolButton):
    """One part of a filter: a click, Enter or Delete takes it away."""

    removed = Signal()

    def __init__(self, words: str) -> None:
        super().__init__()
        self.setText(f"{CELL_PAD}{words}".replace("&", "&&"))
        self.setIcon(resources.icon("close"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # what takes it away stands at its end
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Remove the filter {words}").format(words=words))
        set_tip(self, self.tr("Show without this filter"))
        self.clicked.connect(self.removed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class FilterResults(QWidget):
    """There only while there is something to say. `go(1)` is the next hit, `go(-1)` the one before."""

    condition_removed = Signal(str)
    gone_wanted = Signal()
    go = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._made_of: list[tuple[str, str]] = []
        self._conditions = QHBoxLayout()
        self._conditions.setSpacing(4)
        self.words = TonedLabel("muted")
        self.words.setMinimumWidth(1)  # what is wrong with a pattern may be long
        self.gone = self._button("", "removed", self.gone_wanted.emit)
        self.gone.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        set_tip(self.gone, self.tr("Lower layers deleted files that match too: show them"))
        self.back = self._button(self.tr("The hit before (Shift+F3)"), "back", lambda: self.go.emit(-1))
        self.next = self._button(self.tr("The next hit (F3)"), "forward", lambda: self.go.emit(1))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._conditions)
        layout.addStretch()
        for widget in (self.words, self.gone, self.back, self.next):
            layout.addWidget(widget)
        self.clear()

    def _button(self, words: str, icon: str, act: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setIcon(resources.icon(icon))
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(words)
        set_tip(button, words)
        button.clicked.connect(act)
        return button

    def set_conditions(self, conditions: Sequence[tuple[str, str]]) -> None:
        """(name, words) each."""
        if list(conditions) == self._made_of:
            return
        self._made_of = list(conditions)
        while (item := self._conditions.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for name, words in conditions:
            chip = Condition(words)
            chip.removed.connect(lambda name=name: self.condition_removed.emit(name))
            self._conditions.addWidget(chip)
        self._show_or_hide()

    def show_hits(self, view: TreeView) -> None:
        self._say("", "muted")
        hits, gone = view.hits, view.gone_hits
        self.gone.setVisible(gone > 0)
        self.gone.setText(self.tr("+{n} deleted before").format(n=f"{gone:,}"))
        self.gone.setAccessibleName(self.gone.text())
        for button in (self.back, self.next):
            button.setVisible(hits >= 0)
            button.setEnabled(hits > 0)
        if hits >= 0:
            words = counted(hits, "hit")
            self._say(f"{words}, {human_size(view.hit_bytes)}" if view.hit_bytes else words, "muted")
        self._show_or_hide()

    def show_fault(self, words: str) -> None:
        self._say(words, "error")
        set_tip(self.words, words)
        self._show_or_hide()

    def clear(self) -> None:
        self._say("", "muted")
        for button in (self.gone, self.back, self.next):
            button.hide()
        self._show_or_hide()

    def _say(self, words: str, tone: str) -> None:
        self.words.set_tone(tone)
        self.words.set_text(words)
        set_tip(self.words, "")

    def _show_or_hide(self) -> None:
        self.setVisible(bool(self._made_of or self.words.text()))
