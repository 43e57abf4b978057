"""The line that filters paths, and how its text is meant: as text, glob or regular expression; a size where it compares
with one (`> 1 MB`). Knows no tree."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from imagexplorer import resources
from imagexplorer.core.sizes import SizeRange, size_range
from imagexplorer.views.theme import set_tip

TYPING_MS = 200
MODES = {
    "text": ("&Text", "Part of a path; with * or ? a glob; a size, such as > 1 MB"),
    "glob": ("&Glob", "*, ? and [...] inside a name, ** for any folders; from the root where it begins with /"),
    "regex": ("&Regular expression", "Found anywhere in the path, such as \\.so(\\.\\d+)*$"),
}


class PathFilter(QWidget):
    """`changed` once typing rests or another meaning is chosen; `entered` on Enter; `left` on Escape when empty."""

    changed = Signal()
    entered = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = QLineEdit()
        self.mode = QToolButton()
        self._typed = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typed.timeout.connect(self.changed)
        self._set_up_edit()
        self._set_up_mode()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.edit, 1)
        layout.addWidget(self.mode)
        self.setMaximumWidth(340)
        self.setFocusProxy(self.edit)
        self._choose("text")

    def _set_up_edit(self) -> None:
        edit = self.edit
        edit.setPlaceholderText(self.tr("Filter paths"))
        edit.setClearButtonEnabled(True)
        edit.addAction(resources.icon("filter"), QLineEdit.ActionPosition.LeadingPosition)
        edit.setAccessibleName(self.tr("Filter paths"))
        edit.textChanged.connect(lambda _text: self._typed.start())
        edit.returnPressed.connect(self._enter)
        leave = QAction(edit)
        leave.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        leave.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        leave.triggered.connect(self._leave)
        edit.addAction(leave)

    def _set_up_mode(self) -> None:
        menu = QMenu(self.mode)
        menu.setToolTipsVisible(True)
        group = QActionGroup(menu)
        self.modes: dict[str, QAction] = {}
        for name, (words, about) in MODES.items():
            action = menu.addAction(self.tr(words))
            action.setCheckable(True)
            set_tip(action, self.tr(about))
            action.triggered.connect(lambda _on, name=name: self._chosen(name))
            group.addAction(action)
            self.modes[name] = action
        self.mode.setMenu(menu)
        self.mode.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.mode.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.mode.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.mode.setAutoRaise(True)

    def question(self) -> tuple[str, str]:
        """Text and pattern as `ViewSpec` has them."""
        text = self.edit.text().strip()
        if not text or self.sizes() is not None:
            return "", "text"
        if self._mode == "text" and any(char in text for char in "*?"):
            return text, "glob"
        return text, self._mode

    def sizes(self) -> SizeRange | None:
        """What the text says of sizes, where it is meant so."""
        return size_range(self.edit.text()) if self._mode == "text" else None

    def type_for_me(self, example: str) -> None:
        """An example to change."""
        self._choose("text")
        self.edit.setText(example)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edit.selectAll()

    def clear(self) -> None:
        """Without telling."""
        with QSignalBlocker(self.edit):
            self.edit.clear()
        self._typed.stop()

    def _chosen(self, name: str) -> None:
        self._choose(name)
        if self.edit.text():
            self._typed.stop()
            self.changed.emit()

    def _choose(self, name: str) -> None:
        self._mode = name
        words, about = (self.tr(text) for text in MODES[name])
        self.modes[name].setChecked(True)
        self.mode.setText({"text": "Aa", "glob": "*?", "regex": ".*"}[name])
        self.mode.setAccessibleName(self.tr("Meant as: {mode}").format(mode=words.replace("&", "")))
        set_tip(self.mode, self.tr("How the filter is meant: {mode}").format(mode=words.replace("&", "").lower()))
        set_tip(self.edit, f"{about} (Ctrl+F)")

    def _enter(self) -> None:
        self._typed.stop()
        self.entered.emit()

    def _leave(self) -> None:
        if self.edit.text():
            self.edit.clear()
        else:
            self.left.emit()
