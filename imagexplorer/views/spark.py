"""A cell with a small graph of the last minute under its number. Knows a history of use and one of its columns."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from imagexplorer.models.columns import Column, Role
from imagexplorer.models.use_columns import Lookup
from imagexplorer.views.chips import CellDelegate
from imagexplorer.views.theme import tone_color

POINTS = 60
SECONDS = 60.0
_WIDEST = {"cpu": "000.0 %", "memory": "00.0 MB"}
_LEAST = {"cpu": 5.0, "memory": 1e6}


class SparkDelegate(CellDelegate):
    def __init__(self, parent: QObject, columns: Sequence[Column], lookup: Lookup, name: str, tone: str) -> None:
        super().__init__(parent, columns)
        self._lookup, self._name, self._tone = lookup, name, tone

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        record = index.data(Role.RECORD)
        history = self._lookup(str(getattr(record, "id", "")))
        if history is None or self.stale or not len(history):
            return
        values, times = history.recent(self._name, POINTS), history.times[-POINTS:]
        words = option.fontMetrics.horizontalAdvance(_WIDEST[self._name]) + 16
        area = QRectF(option.rect).adjusted(6, 4, -words, -4)
        if area.width() < 16 or len(values) < 2:
            return
        from imagexplorer.core.use import top_of  # not before a container runs

        top = top_of(values, _LEAST[self._name])
        per_second = area.width() / SECONDS
        points = [
            QPointF(area.right() - (times[-1] - time) * per_second, area.bottom() - value / top * area.height())
            for time, value in zip(times, values, strict=True)
            if not math.isnan(value) and times[-1] - time <= SECONDS
        ]
        if len(points) < 2:
            return
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        color = option.palette.color(QPalette.ColorRole.HighlightedText) if selected else tone_color(self._tone)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(color)
        fill.setAlphaF(0.15)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        foot = [QPointF(points[-1].x(), area.bottom()), QPointF(points[0].x(), area.bottom())]
        painter.drawPolygon(QPolygonF(points + foot))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 1.2))
        painter.drawPolyline(QPolygonF(points))
        painter.restore()
