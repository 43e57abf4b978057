"""How the tiles of a treemap look: by the layer that wrote them, or by what hides them. Knows tiles and a palette.

Layers have colours and their number in words; causes of waste have the colours of their marks, a pattern and a letter.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPalette, QPen, QPixmap

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
_READABLE = 5


def layer_color(layer: int, palette: QPalette) -> QColor:
    """A quiet ground on which the text colour is read."""
    hue = _HUES[layer % len(_HUES)]
    again = (layer // len(_HUES)) % 3
    return QColor.fromHsl(hue, 90 - 20 * again, 76 - 8 * again) if is_dark(palette) else QColor.fromHsl(hue, 130, 208)


def ground(cause: int, layer: int, palette: QPalette) -> QColor:
    base = palette.color(QPalette.ColorRole.Base)
    if cause == FOLDER:
        return blend(palette.color(QPalette.ColorRole.Text), base, 0.06)
    if cause == NOT_HIDDEN:
        return layer_color(layer, palette)
    return blend(tone_color(MARK_TONES[CAUSE_MARKS[cause]], palette), base, 0.16)


def pattern(cause: int, palette: QPalette) -> QBrush | None:
    if cause not in _PATTERNS:
        return None
    base = palette.color(QPalette.ColorRole.Base)
    return QBrush(blend(tone_color(MARK_TONES[CAUSE_MARKS[cause]], palette), base, 0.42), _PATTERNS[cause])


def fill(painter: QPainter, box: QRectF, cause: int, layer: int, palette: QPalette) -> None:
    painter.fillRect(box, ground(cause, layer, palette))
    brush = pattern(cause, palette)
    if brush is not None:
        painter.fillRect(box, brush)


def swatch(cause: int, layer: int, palette: QPalette, side: int, ratio: float) -> QPixmap:
    """A small square of what tiles look like, for a legend."""
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    box = QRectF(0, 0, side, side)
    fill(painter, box, cause, layer, palette)
    painter.setPen(QPen(blend(palette.color(QPalette.ColorRole.Text), ground(cause, layer, palette), 0.5), 1))
    painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
    painter.end()
    return picture


def paint_tiles(painter: QPainter, found: SpaceMap, made: Sequence[Tile], palette: QPalette, font: QFont) -> None:
    cause, layer, size = (found.columns[name] for name in ("cause", "layer", "size"))
    ink = palette.color(QPalette.ColorRole.Text)
    edge = palette.color(QPalette.ColorRole.Base)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    line = metrics.height()
    for tile in made:
        box = QRectF(tile.x, tile.y, tile.width, tile.height)
        what = cause[tile.row]
        fill(painter, box, what, layer[tile.row], palette)
        painter.setPen(QPen(blend(ink, edge, 0.28) if what == FOLDER else edge, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
        if tile.width < _NARROW or tile.height < line:
            continue
        words = _words(found, tile, what, size[tile.row], layer[tile.row])
        room = tile.width - 2 * _PAD
        if tile.opened:
            whole = "  ".join(words)
            words = [whole if metrics.horizontalAdvance(whole) <= room else words[0]]
        elif tile.height < 2 * line + 2:
            words = words[:1]
        under = ground(what, layer[tile.row], palette) if pattern(what, palette) else None
        _write(painter, box, words, metrics, ink, under)


def _words(found: SpaceMap, tile: Tile, cause: int, size: int, layer: int) -> list[str]:
    name = plain_bytes(found.name(tile.row), 200)
    if cause == FOLDER:
        return [f"{name}/", human_size(size)]
    if cause == NOT_HIDDEN:
        return [name, f"{human_size(size)}, layer {layer_number(layer)}"]
    return [f"{MARKS[CAUSE_MARKS[cause]]}  {name}", f"{human_size(size)}, layer {layer_number(layer)}"]


def _write(
    painter: QPainter, box: QRectF, words: Sequence[str], metrics: QFontMetricsF, ink: QColor, under: QColor | None
) -> None:
    """The lines at the upper left; `under` is laid below each, so that no pattern runs through letters. Where nothing
    of a line can be read it is left out, but for the letter of a cause."""
    room = box.width() - 2 * _PAD
    top = box.top() + 1
    painter.setPen(ink)
    for text in words:
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)
        if shown != text and len(shown) < _READABLE:
            shown = text[:1] if under is not None and text is words[0] else ""
        if not shown:
            return
        place = QRectF(box.left() + _PAD, top, room, metrics.height())
        if under is not None:
            wide = min(metrics.horizontalAdvance(shown) + 4, room + 4)
            painter.fillRect(QRectF(place.left() - 2, top, wide, metrics.height()), under)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        top += metrics.height()
