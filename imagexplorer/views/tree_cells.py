"""Cells of a file tree: words in a tone of the theme, a bar for a share. Knows roles, no record."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from imagexplorer import resources
from imagexplorer.models.columns import Role
from imagexplorer.views.chips import ROW_ROOM, cell_margin
from imagexplorer.views.theme import blend, tone_color

Index = QModelIndex | QPersistentModelIndex


class ToneDelegate(QStyledItemDelegate):
    """Text and icon in the row's tone. Columns without tones have no Python in their painting at all."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        tone = index.data(Role.TONE)
        if tone and not option.state & QStyle.StateFlag.State_Selected:
            color = tone_color(tone, option.palette)
            option.palette.setColor(QPalette.ColorRole.Text, color)
            if not option.icon.isNull():
                option.icon = resources.icon(option.icon.name(), color)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), max(size.height(), option.fontMetrics.height() + ROW_ROOM))


class ShareDelegate(QStyledItemDelegate):
    """A bar for a share."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        share = index.data(Role.SHARE)
        if not share:
            return
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        palette = option.palette
        ground = palette.color(QPalette.ColorRole.Highlight if selected else QPalette.ColorRole.Base)
        ink = palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Accent)
        margin = cell_margin(option.widget) + 2
        height = max(option.fontMetrics.height() // 3, 4)
        whole = QRectF(option.rect).adjusted(margin, 0, -margin, 0)
        whole.setTop(whole.center().y() - height / 2)
        whole.setHeight(height)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(blend(ink, ground, 0.14))
        painter.drawRoundedRect(whole, 2, 2)
        painter.setBrush(blend(ink, ground, 0.72))
        whole.setWidth(max(whole.width() * share, 1.5))
        painter.drawRoundedRect(whole, 2, 2)
        painter.restore()
