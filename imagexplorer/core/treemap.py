"""Areas in proportion to bytes: a SpaceMap laid out as nested rectangles. Plain numbers, nothing is drawn here.

Rectangles are kept as square as they can be by the rule of Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000),
without recursion. What would be narrower than a few pixels is left out; its place stays the folder's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from imagexplorer.core.space_map import FOLDER, SpaceMap

LEAST = 3.0
"""Pixels; what is narrower is not drawn."""
_OPEN_WIDTH, _OPEN_LINES = 24.0, 2.0
"""A folder is drawn with its content where it has so many pixels and so many times the height of its heading."""


class Tile(NamedTuple):
    """`row` of the map in its rectangle; `opened`: a folder whose content is drawn below a heading. `rest`: not the row
    itself, but what it holds and what has no row of its own."""

    row: int
    x: float
    y: float
    width: float
    height: float
    depth: int
    opened: bool
    rest: bool = False

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


Box = tuple[float, float, float, float]


def tiles(found: SpaceMap, width: float, height: float, heading: float, gap: float = 2.0) -> list[Tile]:
    """What row 0 holds in a rectangle at 0, 0; a folder before what is in it."""
    first, count, size, cause = (found.columns[name] for name in ("first", "count", "size", "cause"))
    made: list[Tile] = []
    waiting: list[tuple[int, Box, int]] = [(0, (0.0, 0.0, width, height), 0)]
    while waiting:
        row, (x, y, wide, high), depth = waiting.pop()
        children = range(first[row], first[row] + count[row])
        sizes = [size[child] for child in children]
        boxes = squarify([*sizes, size[row] - sum(sizes)], (x, y, wide, high))
        for child, (left, top, across, down) in zip(children, boxes, strict=False):
            if across < LEAST or down < LEAST:
                continue
            opened = cause[child] == FOLDER and across >= _OPEN_WIDTH and down >= heading * _OPEN_LINES
            made.append(Tile(child, left, top, across, down, depth, opened))
            if opened:
                inner = (left + gap, top + heading, across - 2 * gap, down - heading - gap)
                waiting.append((child, inner, depth + 1))
        if len(boxes) > len(children) and min(boxes[-1][2:]) >= LEAST:
            made.append(Tile(row, *boxes[-1], depth, opened=False, rest=True))
    return made


def squarify(sizes: Sequence[int], box: Box) -> list[Box]:
    """One rectangle for each size above 0, in their order (best the largest first), which share the box."""
    x, y, wide, high = box
    made: list[Box] = []
    total = sum(sizes)
    if total <= 0 or wide <= 0 or high <= 0:
        return made
    scale = wide * high / total
    areas = [size * scale for size in sizes if size > 0]
    at = 0
    while at < len(areas):
        side = min(wide, high)
        if side <= 0:
            break
        end, area, worst = at, 0.0, float("inf")
        while end < len(areas):
            wider = area + areas[end]
            ratio = max(side * side * areas[at] / (wider * wider), wider * wider / (side * side * areas[end]))
            if ratio > worst:
                break
            end, area, worst = end + 1, wider, ratio
        deep = min(area / side, max(wide, high))
        along = 0.0
        for each in areas[at:end]:
            length = side * each / area
            if wide >= high:
                made.append((x, y + along, deep, length))
            else:
                made.append((x + along, y, length, deep))
            along += length
        if wide >= high:
            x, wide = x + deep, wide - deep
        else:
            y, high = y + deep, high - deep
        at = end
    return made + [(x, y, 0.0, 0.0)] * (len(areas) - len(made))


def tile_at(made: Sequence[Tile], x: float, y: float) -> Tile | None:
    """The innermost one there."""
    return next((tile for tile in reversed(made) if tile.holds(x, y)), None)


def next_tile(made: Sequence[Tile], row: int, across: int, down: int) -> Tile | None:
    """From the tile of a row the nearest one of the same depth to the right (1, 0), left (-1, 0), below (0, 1), above
    (0, -1); the first of all where the row has none."""
    own = next((tile for tile in made if tile.row == row), None)
    if own is None:
        return made[0] if made else None

    def ahead(tile: Tile) -> float:
        return _middle(tile)[0 if across else 1] * (across or down)

    def distance(tile: Tile) -> float:
        (x, y), (own_x, own_y) = _middle(tile), _middle(own)
        far, aside = (abs(x - own_x), abs(y - own_y)) if across else (abs(y - own_y), abs(x - own_x))
        return far + 2 * aside

    there = [tile for tile in made if tile.depth == own.depth and ahead(tile) > ahead(own) + LEAST / 2]
    return min(there, key=distance, default=None)


def _middle(tile: Tile) -> tuple[float, float]:
    return tile.x + tile.width / 2, tile.y + tile.height / 2
