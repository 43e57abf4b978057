"""A path as buttons, from the root down: one leads back to its folder. Knows no tree."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from imagexplorer.core.text import plain_bytes
from imagexplorer.views.theme import mnemonic_free, plain_label, tooltip

_MOST = 5
_CHARS = 24


class PathCrumbs(QWidget):
    """Of a long path the root and the last few folders."""

    chosen = Signal(bytes)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Folder that is shown"))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._parts: list[QWidget] = []
        self.path = b""
        self.show_path(b"")

    def show_path(self, path: bytes) -> None:
        self.path = path
        had_focus = any(part.hasFocus() for part in self._parts)
        for part in self._parts:
            self._row.removeWidget(part)
            part.deleteLater()
        names = path.split(b"/") if path else []
        self._parts = [self._button("/", b"")]
        left_out = max(len(names) - _MOST, 0)
        if left_out:
            self._parts.append(plain_label("…", tone="muted"))
        for at in range(left_out, len(names)):
            if at:
                self._parts.append(plain_label("/", tone="muted"))
            self._parts.append(self._button(plain_bytes(names[at], _CHARS), b"/".join(names[: at + 1])))
        for part in self._parts:
            self._row.addWidget(part)
        self._parts[-1].setEnabled(False)  # it is shown already
        if had_focus:
            self._parts[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def buttons(self) -> list[QToolButton]:
        return [part for part in self._parts if isinstance(part, QToolButton)]

    def _button(self, text: str, path: bytes) -> QToolButton:
        button = QToolButton()
        button.setText(mnemonic_free(text))
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setToolTip(tooltip("/" + plain_bytes(path)))
        button.clicked.connect(lambda: self.chosen.emit(path))
        return button
