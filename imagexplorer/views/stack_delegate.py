"""Draws the rows of a stack: a slab for a layer, a hairline for an empty step, a bracket around another image's layers,
and beside each its lines of the Dockerfile. Knows Slabs."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionFocusRect,
    QStyleOptionViewItem,
)

from imagexplorer import resources
from imagexplorer.core.dockerfile import keyword
from imagexplorer.models.columns import Role, fixed_font
from imagexplorer.models.stack_model import CONFIG, EMPTY, FROM, LAYER, UNKNOWN, WRITABLE, Slab
from imagexplorer.models.tree_rows import layer_number
from imagexplorer.views.stack_lines import COLUMNS_LEAST, Row, can_unfold, first_word, folded, unfolded
from imagexplorer.views.theme import blend, tone_color

Index = QModelIndex | QPersistentModelIndex
_MARGIN = 8
_PAD = 8
_ICON = 14
_BETWEEN = 6
"""Between a slab's name and its size, at least."""
_SLAB_SHARE = 0.32
SLAB_LEAST, _SLAB_MOST = 124, 220
_GROWTH = 40
"""How many pixels the heaviest slab is higher than the lightest."""
_BRACKET = 7
_BRACKETS_MOST = 4
_SIGN = 14
"""Room for the sign that unfolds."""
_THIN = (EMPTY, UNKNOWN, CONFIG)


class StackDelegate(QStyledItemDelegate):
    """`unfolded` holds the keys of rows that are shown whole: the view's, read here."""

    def __init__(self, view: QAbstractScrollArea, unfolded_keys: Collection[tuple[str, int, str]]) -> None:
        super().__init__(view)
        self._view = view
        self._unfolded = unfolded_keys
        self._heaviest = 0
        self._deepest = 0
        self._reach: int | None = None
        self._only = False
        self._origin = -1

    def set_heaviest(self, size_bytes: int) -> None:
        self._heaviest = size_bytes

    def set_deepest(self, brackets: int) -> None:
        self._deepest = min(brackets, _BRACKETS_MOST)

    def set_reach(self, layer: int | None, only: bool) -> None:
        """Which layers the files beside are of: all up to `layer`, or it alone; the others are drawn faint."""
        self._reach, self._only = layer, only

    def set_origin(self, layer: int) -> None:
        """The layer that the selected file is of, -1 for none."""
        self._origin = layer

    # -- sizes ----------------------------------------------------------------------------------------

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        slab: Slab = index.data(Role.RECORD)
        line = option.fontMetrics.height()
        height = line + 4 if slab.kind in _THIN else line + 8 if slab.kind == FROM else line + 14
        if slab.size_bytes and self._heaviest:
            height += round(_GROWTH * math.sqrt(min(slab.size_bytes / self._heaviest, 1.0)))
        if slab.key in self._unfolded:
            metrics = QFontMetrics(fixed_font())
            rows = unfolded(slab, self._columns(self._words_place(self._whole()), metrics))
            height = max(height, len(rows) * metrics.height() + 8)
        return QSize(0, height)

    def _whole(self) -> QRect:
        return QRect(0, 0, self._view.viewport().width(), 10)

    @staticmethod
    def slab_width(width: int) -> int:
        return max(min(round(width * _SLAB_SHARE), _SLAB_MOST), SLAB_LEAST)

    def _slab_left(self, rect: QRect) -> int:
        return rect.left() + _MARGIN + (self._deepest * _BRACKET + 2 if self._deepest else 0)

    def _words_place(self, rect: QRect) -> QRect:
        left = self._slab_left(rect) + self.slab_width(rect.width()) + 4 + _SIGN
        return QRect(left, rect.top(), max(rect.right() - left - _MARGIN, 10), rect.height())

    def sign_place(self, rect: QRect) -> QRect:
        """Where a click folds and unfolds."""
        words = self._words_place(rect)
        return QRect(words.left() - _SIGN - 2, rect.top(), _SIGN + 2, rect.height())

    @staticmethod
    def _columns(place: QRect, metrics: QFontMetrics) -> int:
        hundred = metrics.horizontalAdvance("0" * 100)  # one alone is rounded
        return max(100 * place.width() // max(hundred, 1), COLUMNS_LEAST)

    def can_unfold(self, slab: Slab) -> bool:
        metrics = QFontMetrics(fixed_font())
        return slab.kind != WRITABLE and can_unfold(slab, self._columns(self._words_place(self._whole()), metrics))

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
        self._brackets(painter, rect, slab, blend(ink, ground, 0.55))
        if not self._within(slab) and not selected:
            ink = blend(ink, ground, 0.62)
        left = self._slab_left(rect)
        place = QRect(left, rect.top() + 1, self.slab_width(rect.width()), rect.height() - 2)
        if slab.kind in _THIN:
            self._hairline(painter, place, slab, ink, ground)
        elif slab.kind == FROM:
            self._name(painter, place, slab, ink, ground)
        else:
            self._slab(painter, place, slab, ink, ground, palette, selected)
        if slab.kind == LAYER and slab.below == self._origin:
            self._mark(painter, rect, ink if selected else palette.color(QPalette.ColorRole.Accent))
        # Faint twice would be too faint to read (4.5:1).
        quiet = blend(ink, ground, 0.75) if slab.kind in _THIN and self._within(slab) else ink
        self._words(painter, rect, slab, quiet, blend(ink, ground, 0.72), option)
        if option.state & QStyle.StateFlag.State_HasFocus and option.state & QStyle.StateFlag.State_KeyboardFocusChange:
            self._focus(painter, option)
        painter.restore()

    def _within(self, slab: Slab) -> bool:
        if self._reach is None or slab.kind in (WRITABLE, FROM, CONFIG):
            return True
        if slab.kind in _THIN:
            return slab.below <= self._reach and not self._only
        return slab.below == self._reach if self._only else slab.below <= self._reach

    def _brackets(self, painter: QPainter, rect: QRect, slab: Slab, color: QColor) -> None:
        """A line beside all that belongs to another image, its corner where that begins."""
        painter.setPen(QPen(color, 1.5))
        for number in range(min(slab.under, _BRACKETS_MOST)):
            x = rect.left() + _MARGIN + number * _BRACKET - 2
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom() + 1))
        if slab.kind == FROM and slab.under < _BRACKETS_MOST:
            x, middle = rect.left() + _MARGIN + slab.under * _BRACKET - 2, rect.center().y() + 0.5
            painter.drawLine(QPointF(x, middle), QPointF(x, rect.bottom() + 1))
            painter.drawLine(QPointF(x, middle), QPointF(self._slab_left(rect) - 2, middle))

    def _mark(self, painter: QPainter, rect: QRect, color: QColor) -> None:
        """The layer that wrote the file which is selected beside."""
        middle = rect.center().y() + 0.5
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        right = rect.right() - 1
        painter.drawPolygon([QPointF(right, middle - 5), QPointF(right, middle + 5), QPointF(right - 6, middle)])

    def _name(self, painter: QPainter, place: QRect, slab: Slab, ink: QColor, ground: QColor) -> None:
        at = QRect(place.left() + _PAD, place.center().y() - _ICON // 2 + 1, _ICON, _ICON)
        resources.icon("image", blend(ink, ground, 0.75)).paint(painter, at)
        place = place.adjusted(_PAD + _ICON + 7, 0, 0, 0)
        painter.setPen(ink)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), slab.title)

    def _hairline(self, painter: QPainter, place: QRect, slab: Slab, ink: QColor, ground: QColor) -> None:
        middle = min(place.center().y(), place.top() + painter.fontMetrics().height() // 2 + 1) + 0.5
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
        number = self.tr("writable") if lit else str(layer_number(slab.below))
        room = inner.width() - painter.fontMetrics().horizontalAdvance(slab.size_words) - _BETWEEN
        font, number = fitting(number, room, (bold, usual))
        painter.setFont(font)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), number)
        painter.setFont(usual)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), slab.size_words)

    def _words(
        self, painter: QPainter, rect: QRect, slab: Slab, ink: QColor, quiet: QColor, option: QStyleOptionViewItem
    ) -> None:
        place = self._words_place(rect)
        written = slab.kind != WRITABLE and bool(slab.instruction or slab.text)
        font = fixed_font() if written else QFont(option.font)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        columns = self._columns(place, metrics)
        whole = slab.key in self._unfolded
        if not written:
            words = slab.instruction or self.tr("no instruction is known for this layer")
            rows = [Row(metrics.elidedText(words, Qt.TextElideMode.ElideRight, place.width()))]
        elif whole:
            rows = unfolded(slab, columns)
        else:
            rows = folded(slab, columns, max(1, min(3, (place.height() - 4) // metrics.height())))
        if written and can_unfold(slab, columns):
            sign = self.sign_place(rect)
            icon = resources.icon("fold" if whole else "unfold", quiet)
            top = rect.top() + 4 if whole else sign.center().y() - 5
            icon.paint(painter, QRect(sign.left() + 2, top, 10, 10))
        top = place.top() + (4 if whole else (place.height() - metrics.height() * len(rows)) // 2)
        word = keyword(first_word([row for row in rows if not row.quiet]))
        for number, row in enumerate(rows):
            line = QRect(place.left(), top + number * metrics.height(), place.width(), metrics.height())
            flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
            painter.setPen(quiet if row.quiet else ink)
            text = metrics.elidedText(row.text, Qt.TextElideMode.ElideRight, place.width() + 1)
            if word and not row.quiet and text.startswith(word):
                bold = QFont(font)
                bold.setBold(True)
                painter.setFont(bold)
                painter.drawText(line, flags, word)
                line.setLeft(line.left() + painter.fontMetrics().horizontalAdvance(word))
                painter.setFont(font)
                text, word = text[len(word) :], ""
            painter.drawText(line, flags, text)

    def _focus(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        focus = QStyleOptionFocusRect()
        focus.rect = option.rect.adjusted(1, 1, -1, -1)
        focus.state = option.state
        focus.backgroundColor = option.palette.color(QPalette.ColorRole.Base)
        widget = option.widget
        widget.style().drawPrimitive(QStyle.PrimitiveElement.PE_FrameFocusRect, focus, painter, widget)


def fitting(words: str, room: int, fonts: Sequence[QFont]) -> tuple[QFont, str]:
    """The first font in which the words fit; in the last one they are cut."""
    for font in fonts:
        if QFontMetrics(font).horizontalAdvance(words) <= room:
            return font, words
    return fonts[-1], QFontMetrics(fonts[-1]).elidedText(words, Qt.TextElideMode.ElideRight, room)
