"""Switches for what became of files, with counts: added, modified, deleted, owner or mode only. Knows no tree."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from imagexplorer.core.tree_view import MARK_OWNER, MARKS
from imagexplorer.models.tree_rows import MARK_TONES, MARK_WORDS
from imagexplorer.views.theme import set_tip
from imagexplorer.views.toggle import Toggle


class MarkChips(QWidget):
    """One switch a mark with its count: only rows with the marks that are on; none on is all."""

    changed = Signal()

    def __init__(self, marks: Sequence[int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Show only changes of a kind"))
        self._buttons: dict[int, Toggle] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for mark in marks:
            button = Toggle("", MARK_TONES[mark], MARK_TONES[mark])
            set_tip(button, f"Only what was {MARK_WORDS[mark]}" if mark != MARK_OWNER else MARK_WORDS[mark])
            button.toggled.connect(lambda _on: self.changed.emit())
            self._buttons[mark] = button
            layout.addWidget(button)
        self.set_counts({})

    def set_counts(self, counts: dict[int, int]) -> None:
        for mark, button in self._buttons.items():
            count = counts.get(mark)
            button.setText(MARKS[mark] if count is None else f"{MARKS[mark]} {count:,}")
            button.setAccessibleName(f"{MARK_WORDS[mark]}, {'not counted yet' if count is None else count}")
            button.setEnabled(bool(count) or button.isChecked())
            button.updateGeometry()

    def marks(self) -> str:
        """Letters of what is on, as `ViewSpec.marks` has them."""
        return "".join(MARKS[mark] for mark, button in self._buttons.items() if button.isChecked())

    def clear(self) -> None:
        for button in self._buttons.values():
            with QSignalBlocker(button):
                button.setChecked(False)
