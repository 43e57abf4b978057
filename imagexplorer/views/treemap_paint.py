"""How the tiles of a treemap look: by the layer that wrote them, or by what hides them. Knows tiles and a palette.

Layers have colours and their number in words; causes of waste have the colours of their marks, a pattern and a letter.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPalette, QPen, QPixmap

from imagexplorer.core.disk_map import DISK
from imagexplorer.core.space import DELETED, NOT_HIDDEN, OVERWRITTEN, REWRITTEN
from imagexplorer.core.space_map import FOLDER, SpaceMap
from imagexplorer.core.text import human_size, plain_bytes
from imagexplorer.core.tree_view import MARKS
from imagexplorer.core.treemap import Tile
from imagexplorer.models.space_tables import CAUSE_MARKS
from imagexplorer.models.tree_rows import MARK_TONES, layer_number
from imagexplorer.views.theme import blend, is_dark, tone_color

_PATTERNS = {
    DELETED: Qt.BrushStyle.BDiagPattern,
    OVERWRITTEN: Qt.BrushStyle.DiagCrossPattern,
    REWRITTEN: Qt.BrushStyle.Dense7Pattern,
}
_HUES = (212, 32, 152, 284, 52, 190, 340, 96)
"""Of layers, from the base up and again from the start: neighbours differ."""
_PAD = 4.0
_NARROW = 16.0
_READABLE = 7


class Looks:
    """Grounds and patterns for one palette, each made once."""

    def __init__(self, palette: QPalette) -> None:
        self.ink = palette.color(QPalette.ColorRole.Text)
        self.base = palette.color(QPalette.ColorRole.Base)
        self.folder = blend(self.ink, self.base, 0.06)
        self.line = blend(self.ink, self.base, 0.3)
        self._palette, self._dark = palette, is_dark(palette)
        self._grounds: dict[tuple[int, int], QColor] = {}
        self._patterns = {
            cause: QBrush(blend(self._tone(cause), self.base, 0.42), style) for cause, style in _PATTERNS.items()
        }

    def _tone(self, cause: int) -> QColor:
        return tone_color(MARK_TONES[CAUSE_MARKS[cause]], self._palette)

    def ground(self, cause: int, layer: int) -> QColor:
        """A quiet colour on which the text colour is read: of the layer where nothing is hidden, else of the cause."""
        key = (cause, layer if cause == NOT_HIDDEN else -1)
        found = self._grounds.get(key)
        if found is None:
            found = blend(self._tone(cause), self.base, 0.16) if cause != NOT_HIDDEN else self._of_layer(layer)
            self._grounds[key] = found
        return found

    def _of_layer(self, layer: int) -> QColor:
        hue, again = _HUES[layer % len(_HUES)], (layer // len(_HUES)) % 3
        if self._dark:
            return QColor.fromHsl(hue, 90 - 25 * again, 76 - 10 * again)
        return QColor.fromHsl(hue, 130 - 35 * again, 208 - 14 * again)

    def fill(self, painter: QPainter, box: QRectF, cause: int, layer: int) -> None:
        painter.fillRect(box, self.ground(cause, layer))
        if cause in self._patterns:
            painter.fillRect(box, self._patterns[cause])

    def swatch(self, cause: int, layer: int, side: int, ratio: float) -> QPixmap:
        """A small square of what tiles look like, for a legend."""
        picture = QPixmap(round(side * ratio), round(side * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        box = QRectF(0, 0, side, side)
        self.fill(painter, box, cause, layer)
        painter.setPen(QPen(blend(self.ink, self.ground(cause, layer), 0.5), 1))
        painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()
        return picture


def paint_tiles(painter: QPainter, found: SpaceMap, made: Sequence[Tile], palette: QPalette, font: QFont) -> None:
    """A folder that is not opened has the colour of what it holds most, and an edge of its own."""
    cause, mostly, layer = (found.columns[name] for name in ("cause", "mostly", "layer"))
    looks = Looks(palette)
    painter.setFont(font)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    writer = _Writer(painter, QFontMetricsF(font), looks)
    folder_pen, file_pen = QPen(looks.line, 1), QPen(looks.base, 1)
    for tile in made:
        box = QRectF(tile.x, tile.y, tile.width, tile.height)
        row = tile.row
        if tile.opened or tile.rest:
            painter.fillRect(box, looks.folder)
            under = None
        else:
            looks.fill(painter, box, mostly[row], layer[row])
            under = looks.ground(mostly[row], layer[row]) if mostly[row] != NOT_HIDDEN else None
        painter.setPen(folder_pen if cause[row] == FOLDER and not tile.rest else file_pen)
        painter.drawRect(box)
        if tile.width >= _NARROW and tile.height >= writer.line:
            writer.write(box, _words(found, tile), under, heading=tile.opened)


def _words(found: SpaceMap, tile: Tile) -> list[str]:
    row = tile.row
    cause, mostly, layer, size = (found.columns[name][row] for name in ("cause", "mostly", "layer", "size"))
    if tile.rest:
        rest, files = found.rest(row)
        return [f"+{files:,}", human_size(rest)]
    name = plain_bytes(found.name(row), 200)
    if found.spec.what == DISK:
        return [name, human_size(size)]
    letter = f"{MARKS[CAUSE_MARKS[mostly]]}  " if mostly != NOT_HIDDEN and not tile.opened else ""
    if cause == FOLDER:
        return [f"{letter}{name}/", human_size(size)]
    return [letter + name, f"{human_size(size)}, layer {layer_number(layer)}"]


class _Writer:
    """Words at the upper left of a tile, as many as there is room for. Where nothing of a line can be read it is left
    out, but for the letter of a cause."""

    def __init__(self, painter: QPainter, metrics: QFontMetricsF, looks: Looks) -> None:
        self._painter, self._metrics, self._looks = painter, metrics, looks
        self.line = metrics.height()

    def write(self, box: QRectF, words: Sequence[str], under: QColor | None, heading: bool) -> None:
        """`under` is laid below each line, so that no pattern runs through letters; a `heading` is one line."""
        metrics, painter = self._metrics, self._painter
        room = box.width() - 2 * _PAD
        if heading:
            whole = "  ".join(words)
            words = [whole if metrics.horizontalAdvance(whole) <= room else words[0]]
        elif box.height() < 2 * self.line + 2:
            words = words[:1]
        painter.setPen(self._looks.ink)
        top = box.top() + 1
        for text in words:
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)
            if shown != text and len(shown) < _READABLE:
                shown = text[:1] if under is not None and text is words[0] else ""
            if not shown:
                return
            place = QRectF(box.left() + _PAD, top, room, self.line)
            if under is not None:
                wide = min(metrics.horizontalAdvance(shown) + 4, room + 4)
                painter.fillRect(QRectF(place.left() - 2, top, wide, self.line), under)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
            top += self.line
