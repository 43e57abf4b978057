"""A line of text that gives way where there is no room. Knows nothing."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy

from imagexplorer.core.text import plain
from imagexplorer.views.theme import PlainLabel, tooltip


class Elided(PlainLabel):
    """One line that gives way where there is no room, whole in its tooltip."""

    def __init__(self, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._whole, self._about = "", ""

    def set_whole(self, text: str, about: str = "") -> None:
        """`about`: further lines of the tooltip."""
        text = plain(text, 2000)
        if text != self._whole or about != self._about:
            self._whole, self._about = text, about
            self.setToolTip(tooltip(f"{text}\n\n{about}" if about else text))
            self.setAccessibleName(text)
            self.updateGeometry()
            self._elide()

    def whole(self) -> str:
        return self._whole

    def resizeEvent(self, event: object) -> None:
        self._elide()

    def sizeHint(self) -> QSize:
        wide = self.fontMetrics().horizontalAdvance(self._whole) + 2
        margins = self.contentsMargins()
        return QSize(wide + margins.left() + margins.right(), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(40, self.sizeHint().width()), super().minimumSizeHint().height())

    def _elide(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._whole, self._mode, max(self.contentsRect().width(), 0)))
