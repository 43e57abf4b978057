"""A path as buttons, from the root down: one leads back to its folder. Knows no tree."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QSizePolicy, QToolButton, QWidget

from imagexplorer.core.text import plain_bytes
from imagexplorer.views.theme import mnemonic_free, plain_label, tooltip

_NAME_CHARS = 24
_BUTTON_ROOM = 20


class PathCrumbs(QWidget):
    """Of a path that has no room the root and as many of the last folders as fit."""

    chosen = Signal(bytes)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Folder that is shown"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._parts: list[QWidget] = []
        self._left_out = 0
        self.path = b""
        self.show_path(b"")

    def show_path(self, path: bytes) -> None:
        self.path = path
        self._fill(self._without_room())

    def buttons(self) -> list[QToolButton]:
        return [part for part in self._parts if isinstance(part, QToolButton)]

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * _BUTTON_ROOM, self._parts[0].sizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(8 * _BUTTON_ROOM, self._parts[0].sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (left_out := self._without_room()) != self._left_out:
            self._fill(left_out)

    def _names(self) -> list[bytes]:
        return self.path.split(b"/") if self.path else []

    def _without_room(self) -> int:
        """How many of the first names are left out; the last one never is."""
        metrics = self.fontMetrics()
        room, names = self.width() - 3 * _BUTTON_ROOM, self._names()
        for at in range(len(names) - 1, -1, -1):
            room -= metrics.horizontalAdvance(plain_bytes(names[at], _NAME_CHARS)) + _BUTTON_ROOM
            if room < 0:
                return min(at + 1, len(names) - 1)
        return 0

    def _fill(self, left_out: int) -> None:
        self._left_out = left_out
        had_focus = any(part.hasFocus() for part in self._parts)
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        names = self._names()
        self._parts = [self._button("/", b"")]
        if left_out:
            self._parts.append(plain_label("…", tone="muted"))
        for at in range(left_out, len(names)):
            if at:
                self._parts.append(plain_label("/", tone="muted"))
            self._parts.append(self._button(plain_bytes(names[at], _NAME_CHARS), b"/".join(names[: at + 1])))
        for part in self._parts:
            self._row.addWidget(part)
        self._row.addStretch()
        self._parts[-1].setEnabled(False)  # it is shown already
        if had_focus:
            self._parts[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _button(self, text: str, path: bytes) -> QToolButton:
        button = QToolButton()
        button.setText(mnemonic_free(text))
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setToolTip(tooltip("/" + plain_bytes(path)))
        button.clicked.connect(lambda: self.chosen.emit(path))
        return button
