"""Cells of a short tree of ticks: as many lines as their column needs, and boxes that are seen on a dark ground too."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPalette, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeWidget

from imagexplorer.views.chips import cell_margin
from imagexplorer.views.theme import blend

_GAP = 6


class TickDelegate(QStyledItemDelegate):
    def __init__(self, tree: QAbstractItemView, wrapped: bool = True) -> None:
        super().__init__(tree)
        self._tree, self._wrapped = tree, wrapped

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        if not self._wrapped or not isinstance(self._tree, QTreeWidget):
            return size
        room = self._tree.columnWidth(index.column()) - 2 * cell_margin(self._tree)
        if index.column() == 0:
            room -= self._taken(self._tree, index)
        place = QRect(0, 0, max(room, 1), 100_000)
        lines = self._tree.fontMetrics().boundingRect(place, int(Qt.TextFlag.TextWordWrap), str(index.data()))
        return QSize(size.width(), max(size.height(), lines.height() + 2))

    @staticmethod
    def _taken(tree: QTreeWidget, index: QModelIndex | QPersistentModelIndex) -> int:
        """By what stands left of the words."""
        style, depth, above = tree.style(), 1, index.parent()
        while above.isValid():
            depth, above = depth + 1, above.parent()
        taken = depth * tree.indentation()
        if index.data(Qt.ItemDataRole.CheckStateRole) is not None:
            taken += style.pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth, None, tree) + _GAP
        if index.data(Qt.ItemDataRole.DecorationRole) is not None:
            taken += style.pixelMetric(QStyle.PixelMetric.PM_SmallIconSize, None, tree) + _GAP
        return taken

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        if index.data(Qt.ItemDataRole.CheckStateRole) is None:
            return
        shown = QStyleOptionViewItem(option)
        self.initStyleOption(shown, index)
        element = QStyle.SubElement.SE_ItemViewItemCheckIndicator
        box = self._tree.style().subElementRect(element, shown, self._tree)
        enabled = bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        group = QPalette.ColorGroup.Active if enabled else QPalette.ColorGroup.Disabled
        palette, role = self._tree.palette(), QPalette.ColorRole
        line = blend(palette.color(group, role.Text), palette.color(group, role.Base), 0.55)
        painter.save()
        painter.setPen(QPen(line, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box.adjusted(0, 0, -1, -1))
        painter.restore()
