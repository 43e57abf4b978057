"""Cells of lists: words as chips, words in a tone of the theme, a bar for a share. Knows roles, no record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from imagexplorer import resources
from imagexplorer.models.columns import Column, Group, Role
from imagexplorer.views.theme import tone_color

Index = QModelIndex | QPersistentModelIndex

ROW_ROOM = 10
"""What a row has above and below its text together."""
CELL_PAD = "\u2002"
_GAP = 4
_PAD = 6
_RADIUS = 3


class CellDelegate(QStyledItemDelegate):
    """Draws what the style draws, and chips over it. What does not fit is counted: `+3`. While `stale`, all is grey:
    the rows are of a time before the engine was lost; where `old` is, those that it says so of."""

    def __init__(self, parent: QObject, columns: Sequence[Column] = ()) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self.stale = False
        self.old: Callable[[Any], bool] | None = None

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        # What a column cannot have is not asked for: every question is paid for each cell of each repaint.
        column = self._columns[index.column()] if self._columns else None
        if column is not None:
            middle = column.elide_middle
            option.textElideMode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        if self.stale or (self.old is not None and self.old(index.data(Role.RECORD))):
            palette = option.palette
            grey = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
            palette.setColor(QPalette.ColorRole.Text, grey)
            if not option.icon.isNull() and not option.state & QStyle.StateFlag.State_Selected:
                option.icon = resources.icon(option.icon.name(), grey)
        elif (column is None or column.tone is not None) and (tone := index.data(Role.TONE)):
            color = tone_color(tone)
            option.palette.setColor(QPalette.ColorRole.Text, color)
            if not option.icon.isNull() and not option.state & QStyle.StateFlag.State_Selected:
                option.icon = resources.icon(option.icon.name(), color)
        if (column is None or column.chips is not None) and index.data(Role.CHIPS):
            option.text = ""
        if option.text and option.icon.isNull():
            # Numbers at the right of one column do not touch the words at the left of the next.
            option.text = CELL_PAD + option.text + CELL_PAD
        if (column is None or column.group is not None) and isinstance(index.data(Role.RECORD), Group):
            option.font.setBold(True)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        if self._columns and self._columns[index.column()].chips is None:
            return
        chips = index.data(Role.CHIPS)
        if chips:
            own = QStyleOptionViewItem(option)
            self.initStyleOption(own, index)
            self._paint_chips(painter, own, chips)

    def _paint_chips(self, painter: QPainter, option: QStyleOptionViewItem, chips: list[str]) -> None:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        group = (
            QPalette.ColorGroup.Active if option.state & QStyle.StateFlag.State_Active else QPalette.ColorGroup.Inactive
        )
        if not option.state & QStyle.StateFlag.State_Enabled:
            group = QPalette.ColorGroup.Disabled
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        ink = option.palette.color(group, role)
        fill, edge = QColor(ink), QColor(ink)
        fill.setAlphaF(0.07)
        edge.setAlphaF(0.25)
        metrics = option.fontMetrics
        margin = cell_margin(option.widget)
        left, right = option.rect.left() + margin, option.rect.right() - margin
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(option.font)
        for text, rect in chip_places(chips, metrics, left, right, option.rect):
            if rect is None:
                painter.setPen(ink)
                rest = QRect(left, option.rect.top(), right - left, option.rect.height())
                painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
                break
            painter.setPen(edge)
            painter.setBrush(fill)
            painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
            painter.setPen(ink)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
            left = rect.right() + 1 + _GAP
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        size = super().sizeHint(option, index)
        size.setHeight(max(size.height(), option.fontMetrics.height() + ROW_ROOM))
        chips = index.data(Role.CHIPS)
        if chips:
            wide = sum(option.fontMetrics.horizontalAdvance(chip) + 2 * _PAD + _GAP for chip in chips[:12])
            size.setWidth(wide + 2 * cell_margin(option.widget))
        return size


def chip_places(
    chips: list[str], metrics: QFontMetrics, left: int, right: int, cell: QRect
) -> list[tuple[str, QRect | None]]:
    """Which chips fit between left and right, each with its place; at the end `+n` without one for those that do not.
    A first chip that is too long is elided rather than counted."""
    height = min(metrics.height() + 2, cell.height() - 2)
    top = cell.top() + (cell.height() - height) // 2
    places: list[tuple[str, QRect | None]] = []
    for number, chip in enumerate(chips):
        rest = len(chips) - number - 1
        room = right - left - (metrics.horizontalAdvance(f"+{rest}") + _GAP if rest else 0)
        width = metrics.horizontalAdvance(chip) + 2 * _PAD
        if width > room:
            if number:
                places.append((f"+{rest + 1}", None))
                return places
            chip = metrics.elidedText(chip, Qt.TextElideMode.ElideMiddle, max(room - 2 * _PAD, 0))
            width = max(room, 0)
        places.append((chip, QRect(left, top, width, height)))
        left += width + _GAP
    return places


def cell_margin(widget: QWidget | None) -> int:
    """What the style leaves free beside the text of a cell."""
    style = widget.style() if widget is not None else QApplication.style()
    return style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, None, widget) + 1
