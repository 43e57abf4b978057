"""A treemap to look at, to point at and to walk through by keys. Knows a SpaceMap; asks nobody for another.

The picture is painted once for a size, a palette and a map; what is selected and pointed at is drawn over it. All that
it shows stands in tables too.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from imagexplorer.core.space_map import FOLDER, SpaceMap
from imagexplorer.core.treemap import Tile, next_tile, tile_at, tiles
from imagexplorer.views.theme import tooltip
from imagexplorer.views.treemap_paint import paint_tiles

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_SMALL = 0.9


class TreemapView(QWidget):
    """Rows are those of the map; -1 is none."""

    current_changed = Signal(int)
    pointed = Signal(int)
    opened = Signal(int)  # Enter or double-click
    up_wanted = Signal()
    menu_wanted = Signal(object)  # QPoint, global

    def __init__(self, words_of: Callable[[int], str], parent: QWidget | None = None) -> None:
        """`words_of(row)`: what a tooltip and a screen reader say of a row."""
        super().__init__(parent)
        self._words_of = words_of
        self.shown: SpaceMap | None = None
        self.current = -1
        self._under = -1
        self._tiles: list[Tile] = []
        self._picture: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Map of the folder, areas by bytes"))

    def show_map(self, found: SpaceMap | None, current: bytes = b"") -> None:
        """With the row of a path selected, or the largest one."""
        self.shown = found
        self._drop_picture()
        self.current = self._under = -1  # rows of the map before
        rows = range(1, len(found)) if found is not None else range(0)
        wanted = next((row for row in rows if current and found is not None and found.path(row) == current), 0)
        self.select(wanted or (1 if rows else -1))

    def select(self, row: int) -> None:
        self.current = row
        self.update()
        words = self._words_of(row) if row >= 0 else ""
        self.setAccessibleDescription(words.replace("\n", ", "))
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        self.current_changed.emit(row)

    def placed(self) -> list[Tile]:
        """The tiles of the present size."""
        if not self._tiles and self.shown is not None:
            heading = QFontMetricsF(self._font()).height() + 2
            self._tiles = tiles(self.shown, self.width(), self.height(), heading)
        return self._tiles

    # -- painting -------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(520, 380)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 120)

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * _SMALL)
        return font

    def _drop_picture(self) -> None:
        self._picture = None
        self._tiles = []
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatio() != ratio:
            self._picture = self._paint(ratio)
        painter.drawPixmap(0, 0, self._picture)
        accent = self.palette().color(QPalette.ColorRole.Accent)
        ink = self.palette().color(QPalette.ColorRole.Text)
        for tile in self.placed():
            if tile.row == self.current:
                painter.setPen(QPen(accent if self.hasFocus() else ink, 3 if self.hasFocus() else 2))
            elif tile.row == self._under:
                painter.setPen(QPen(ink, 1))
            else:
                continue
            painter.drawRect(QRectF(tile.x, tile.y, tile.width, tile.height).adjusted(1, 1, -1, -1))

    def _paint(self, ratio: float) -> QPixmap:
        picture = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(self.palette().color(QPalette.ColorRole.Base))
        if self.shown is not None:
            painter = QPainter(picture)
            paint_tiles(painter, self.shown, self.placed(), self.palette(), self._font())
            painter.end()
        return picture

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._drop_picture()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._drop_picture()
        super().changeEvent(event)

    # -- pointing -------------------------------------------------------------------------------------

    def _row_at(self, at: QPointF) -> int:
        tile = tile_at(self.placed(), at.x(), at.y())
        return tile.row if tile is not None else -1

    def _point(self, row: int) -> None:
        if row != self._under:
            self._under = row
            self.update()
            self.pointed.emit(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._row_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(-1)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position())
        if row >= 0:
            self.select(row)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position())
        if row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(row)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            own = next((tile for tile in self.placed() if tile.row == self.current), None)
            if own is not None:
                middle = QPointF(own.x + own.width / 2, own.y + own.height / 2)
                self.menu_wanted.emit(self.mapToGlobal(middle.toPoint()))
        elif self._row_at(QPointF(event.pos())) >= 0:
            self.menu_wanted.emit(event.globalPos())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self._row_at(QPointF(event.pos()))
            if row >= 0:
                QToolTip.showText(event.globalPos(), tooltip(self._words_of(row)), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    # -- keys -----------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go to the neighbour; PageDown into the folder and PageUp out of it, without zooming; Enter opens;
        Backspace goes up."""
        key = Qt.Key(event.key())
        if key in _ARROWS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            tile = next_tile(self.placed(), self.current, *_ARROWS[key])
            if tile is not None:
                self.select(tile.row)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.opened.emit(self.current)
        elif key == Qt.Key.Key_Backspace:
            self.up_wanted.emit()
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp) and self.shown is not None:
            self._go_deeper(key == Qt.Key.Key_PageDown)
        else:
            super().keyPressEvent(event)

    def _go_deeper(self, deeper: bool) -> None:
        found = self.shown
        if found is None or self.current < 0:
            return
        columns = found.columns
        if deeper and columns["cause"][self.current] == FOLDER and columns["count"][self.current]:
            row = columns["first"][self.current]
            if any(tile.row == row for tile in self.placed()):
                self.select(row)
        elif not deeper and columns["parent"][self.current]:
            self.select(columns["parent"][self.current])
