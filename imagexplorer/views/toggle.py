"""A button that stays down, drawn so that down is seen in every style and scheme. Knows no record."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QToolButton, QWidget

from imagexplorer import resources
from imagexplorer.views.theme import blend, tone_color

_PAD = 8
_GAP = 5
_ICON = 14
_RADIUS = 4


class Toggle(QToolButton):
    """Text with an icon in a tone before it. Down is filled with its colour, focus has a ring."""

    def __init__(self, text: str, icon: str = "", tone: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._tone = icon, tone
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(text.replace("&", ""))

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        wide = metrics.size(int(Qt.TextFlag.TextShowMnemonic), self.text()).width() + 2 * _PAD
        return QSize(wide + (_ICON + _GAP if self._icon else 0), metrics.height() + 10)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _color(self) -> QColor:
        if self._tone:
            return tone_color(self._tone, self.palette())
        return self.palette().color(QPalette.ColorRole.Accent)

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self.palette()
        group = QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled
        ground = palette.color(group, QPalette.ColorRole.Window)
        ink = palette.color(group, QPalette.ColorRole.WindowText)
        color = self._color() if self.isEnabled() else ink
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked():
            painter.setPen(QPen(color, 1))
            painter.setBrush(blend(color, ground, 0.24))
        else:
            painter.setPen(QPen(blend(ink, ground, 0.22 if self.isEnabled() else 0.14), 1))
            painter.setBrush(blend(ink, ground, 0.07 if self.underMouse() and self.isEnabled() else 0.0))
        painter.drawRoundedRect(box, _RADIUS, _RADIUS)
        if self.hasFocus():
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        left = _PAD
        if self._icon:
            place = QRect(left, (self.height() - _ICON) // 2, _ICON, _ICON)
            resources.icon(self._icon, color).paint(painter, place)
            left += _ICON + _GAP
        painter.setPen(ink)
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic)
        painter.drawText(QRect(left, 0, self.width() - left, self.height()), flags, self.text())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()
