"""The stack of slabs that the whole window draws images and containers as. Knows Slabs, no session.

A list with its own delegate, so that keys, selection and screen readers work as in every list.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionFocusRect,
    QStyleOptionViewItem,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.core.dockerfile import keyword
from imagexplorer.core.text import plain
from imagexplorer.models.columns import Role, fixed_font
from imagexplorer.models.stack_model import EMPTY, LAYER, UNKNOWN, WRITABLE, Slab, StackModel
from imagexplorer.models.tree_rows import layer_number
from imagexplorer.views.theme import blend, tone_color

Index = QModelIndex | QPersistentModelIndex
_MARGIN = 8
_PAD = 8
_ICON = 14
_SLAB_SHARE = 0.40
_SLAB_LEAST, _SLAB_MOST = 132, 220
_GROWTH = 40
"""How many pixels the heaviest slab is higher than the lightest."""


class StackDelegate(QStyledItemDelegate):
    """Slabs as high as the root of their bytes, hairlines for empty steps; the instruction beside each."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._heaviest = 0
        self._reach: int | None = None
        self._only = False

    def set_heaviest(self, size_bytes: int) -> None:
        self._heaviest = size_bytes

    def set_reach(self, layer: int | None, only: bool) -> None:
        """Which layers the files beside are of: all up to `layer`, or it alone; the others are drawn faint."""
        self._reach, self._only = layer, only

    # -- sizes ----------------------------------------------------------------------------------------

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        slab: Slab = index.data(Role.RECORD)
        line = option.fontMetrics.height()
        if slab.kind in (EMPTY, UNKNOWN):
            return QSize(0, line + 4)
        grown = 0.0
        if slab.size_bytes and self._heaviest:
            grown = _GROWTH * math.sqrt(min(slab.size_bytes / self._heaviest, 1.0))
        return QSize(0, line + 14 + round(grown))

    @staticmethod
    def slab_width(width: int) -> int:
        return max(min(round(width * _SLAB_SHARE), _SLAB_MOST), _SLAB_LEAST)

    # -- painting -------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        slab: Slab = index.data(Role.RECORD)
        palette = option.palette
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        active = bool(option.state & QStyle.StateFlag.State_Active)
        group = QPalette.ColorGroup.Active if active else QPalette.ColorGroup.Inactive
        rect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected:
            painter.fillRect(rect, palette.color(group, QPalette.ColorRole.Highlight))
        ink = palette.color(group, QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        ground = palette.color(group, QPalette.ColorRole.Highlight if selected else QPalette.ColorRole.Base)
        if not self._within(slab) and not selected:
            ink = blend(ink, ground, 0.62)
        wide = self.slab_width(rect.width())
        place = QRect(rect.left() + _MARGIN, rect.top() + 1, wide, rect.height() - 2)
        if slab.kind in (EMPTY, UNKNOWN):
            self._hairline(painter, place, slab, ink, ground)
        else:
            self._slab(painter, place, slab, ink, ground, palette, selected)
        left = place.right() + _MARGIN + 4
        words = QRect(left, rect.top(), rect.right() - left - _MARGIN, rect.height())
        # Faint twice would be too faint to read (4.5:1).
        quiet = blend(ink, ground, 0.75) if slab.kind in (EMPTY, UNKNOWN) and self._within(slab) else ink
        self._words(painter, words, slab, quiet, option)
        if option.state & QStyle.StateFlag.State_HasFocus and option.state & QStyle.StateFlag.State_KeyboardFocusChange:
            self._focus(painter, option)
        painter.restore()

    def _within(self, slab: Slab) -> bool:
        if self._reach is None or slab.kind == WRITABLE:
            return True
        if slab.kind in (EMPTY, UNKNOWN):
            return slab.below <= self._reach and not self._only
        return slab.below == self._reach if self._only else slab.below <= self._reach

    def _hairline(self, painter: QPainter, place: QRect, slab: Slab, ink: QColor, ground: QColor) -> None:
        middle = place.center().y() + 0.5
        style = Qt.PenStyle.SolidLine if slab.kind == EMPTY else Qt.PenStyle.DotLine
        painter.setPen(QPen(blend(ink, ground, 0.35), 1, style))
        painter.drawLine(QPointF(place.left() + 2, middle), QPointF(place.right() - 2, middle))

    def _slab(
        self,
        painter: QPainter,
        place: QRect,
        slab: Slab,
        ink: QColor,
        ground: QColor,
        palette: QPalette,
        selected: bool,
    ) -> None:
        lit = slab.kind == WRITABLE
        tint = tone_color("writable", palette) if lit else palette.color(QPalette.ColorRole.Accent)
        within = self._within(slab)
        if selected:
            fill, edge, text = blend(ink, ground, 0.16), blend(ink, ground, 0.7), ink
        elif lit:
            fill, edge, text = blend(tint, ground, 0.24), tint, palette.color(QPalette.ColorRole.Text)
        else:
            fill = blend(tint, ground, 0.20 if within else 0.05)
            edge = blend(tint, ground, 0.60 if within else 0.22)
            text = ink
        painter.setPen(QPen(edge, 1.5 if lit else 1))
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        inner = place.adjusted(_PAD, 0, -_PAD, 0)
        icon = "warning" if slab.problems else "unlocked" if lit else "padlock"
        color = tone_color("warning", palette) if slab.problems and not selected else blend(text, fill, 0.75)
        at = QRect(inner.left(), inner.center().y() - _ICON // 2 + 1, _ICON, _ICON)
        resources.icon(icon, color).paint(painter, at)
        painter.setPen(text)
        inner.setLeft(at.right() + 7)
        bold = QFont(painter.font())
        bold.setBold(True)
        usual = painter.font()
        painter.setFont(bold)
        number = self.tr("writable") if lit else str(layer_number(slab.below))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), number)
        painter.setFont(usual)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), slab.size_words)

    def _words(self, painter: QPainter, place: QRect, slab: Slab, ink: QColor, option: QStyleOptionViewItem) -> None:
        text = plain(slab.instruction, 600)
        if slab.kind == WRITABLE:
            text = slab.instruction
        elif not text:
            text = self.tr("no instruction is known for this layer") if slab.kind == LAYER else ""
        font = fixed_font() if slab.instruction and slab.kind != WRITABLE else QFont(option.font)
        painter.setFont(font)
        word = keyword(text)
        metrics = painter.fontMetrics()
        painter.setPen(ink)
        # As many lines as the slab is high, the first with its keyword in bold.
        lines = max(1, min(3, (place.height() - 4) // metrics.height()))
        rows = _wrapped(text, place.width(), lines, metrics)
        top = place.top() + (place.height() - metrics.height() * len(rows)) // 2
        for number, row in enumerate(rows):
            line = QRect(place.left(), top + number * metrics.height(), place.width(), metrics.height())
            flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
            if number == 0 and word and row.startswith(word):
                bold = QFont(font)
                bold.setBold(True)
                painter.setFont(bold)
                painter.drawText(line, flags, word)
                line.setLeft(line.left() + painter.fontMetrics().horizontalAdvance(word))
                painter.setFont(font)
                row = row[len(word) :]
            painter.drawText(line, flags, row)

    def _focus(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        focus = QStyleOptionFocusRect()
        focus.rect = option.rect.adjusted(1, 1, -1, -1)
        focus.state = option.state
        focus.backgroundColor = option.palette.color(QPalette.ColorRole.Base)
        widget = option.widget
        widget.style().drawPrimitive(QStyle.PrimitiveElement.PE_FrameFocusRect, focus, painter, widget)


def _wrapped(text: str, width: int, lines: int, metrics: QFontMetrics) -> list[str]:
    """At most `lines` lines; the last one elided."""
    elided, advance = metrics.elidedText, metrics.horizontalAdvance
    rows: list[str] = []
    rest = text
    while rest and len(rows) < lines - 1 and advance(rest) > width:
        fits = max(1, len(elided(rest, Qt.TextElideMode.ElideRight, width)) - 1)
        cut = rest.rfind(" ", 0, fits + 1)
        cut = cut if cut > fits // 3 else fits
        rows.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        rows.append(elided(rest, Qt.TextElideMode.ElideRight, width))
    return rows


class StackView(QListView):
    """`slab_selected(Slab)` comes when another one is current."""

    slab_selected = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stack = StackModel(self)
        self._delegate = StackDelegate(self)
        self.setModel(self.stack)
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setAccessibleName(self.tr("Stack of layers, the newest first"))
        self.setMinimumWidth(_SLAB_LEAST + 120)
        self.setViewportMargins(0, 4, 0, 4)
        self.selectionModel().currentChanged.connect(self._tell)

    def set_slabs(self, slabs: Iterable[Slab]) -> None:
        """Keeps what is current, where it is still there."""
        current = self.current_slab()
        listed = list(slabs)
        self._delegate.set_heaviest(max((slab.size_bytes or 0 for slab in listed), default=0))
        self.stack.set_slabs(listed)
        self.scheduleDelayedItemsLayout()
        if current is not None and self.current_slab() is None:
            same = [
                row
                for row, slab in enumerate(listed)
                if slab.kind == current.kind and (slab.below == current.below or slab.kind == WRITABLE)
            ]
            if same:
                self.select_row(same[0])

    def current_slab(self) -> Slab | None:
        index = self.currentIndex()
        return index.data(Role.RECORD) if index.isValid() else None

    def select_row(self, row: int) -> None:
        self.setCurrentIndex(self.stack.index(row))

    def select_layer(self, layer: int) -> None:
        row = self.stack.row_of_layer(layer)
        if row >= 0:
            self.select_row(row)

    def set_reach(self, layer: int | None, only: bool) -> None:
        self._delegate.set_reach(layer, only)
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(420, 480)

    def _tell(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self.slab_selected.emit(current.data(Role.RECORD))
