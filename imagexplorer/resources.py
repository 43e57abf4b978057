"""The files that come with the program: where they are, and icons made of them. Knows no screen.

`resources/` stands at the top of a checkout, and is mapped to `imagexplorer/_resources` in a wheel and in a frozen
program. Qt is imported inside functions: the command line asks for paths without it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QIcon, QPalette

MARKER = "icons"
"""A folder that every `resources/` has: a stranger's folder of that name is not taken for ours."""


def candidates() -> list[Path]:
    """Where the folder may be, best first."""
    package = Path(__file__).resolve().parent
    return [package / "_resources", package.parent / "resources"]


@cache
def folder() -> Path:
    """The resources folder. Raises FileNotFoundError naming where it was looked for."""
    for place in candidates():
        if (place / MARKER).is_dir():
            return place
    raise FileNotFoundError("the program's resources are missing; looked in " + ", ".join(map(str, candidates())))


def path(name: str) -> Path:
    """The file or folder `name` (with forward slashes) in the resources folder, whether or not it exists."""
    return folder() / name


@cache
def words(name: str) -> frozenset[str]:
    """The words of a list, without its comments."""
    lines = path(name).read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def svg(name: str) -> bytes:
    """The drawing of an icon, its colour still the word `currentColor`. Raises FileNotFoundError."""
    return path(f"icons/{name}.svg").read_bytes()


def icon_names() -> list[str]:
    return sorted(file.stem for file in path("icons").glob("*.svg"))


def icon(name: str, color: QColor | None = None) -> QIcon:
    """The icon `name`, drawn in `color` or, without one, in the colour that text has where it is painted: it follows
    the palette, greyed where disabled, inverted where selected. Raises FileNotFoundError for an unknown name."""
    return _icon(name, 0 if color is None else color.rgba())


@cache
def _icon(name: str, rgba: int) -> QIcon:
    from PySide6.QtGui import QIcon

    svg(name)  # an unknown name fails here, not in the middle of a paint
    engine = _engine_class()(name, rgba)
    made = QIcon(engine)
    _ENGINES.append(engine)
    return made


_ENGINES: list[object] = []
"""Qt owns the engines, but calls their Python methods: the Python halves have to stay."""


@cache
def _engine_class() -> type:
    from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
    from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap, QPixmapCache
    from PySide6.QtSvg import QSvgRenderer

    def color_of(palette: QPalette, mode: QIcon.Mode) -> QColor:
        if mode == QIcon.Mode.Disabled:
            return palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText)
        if mode == QIcon.Mode.Selected:
            return palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.HighlightedText)
        return palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText)

    class SvgIconEngine(QIconEngine):
        def __init__(self, name: str, rgba: int) -> None:
            super().__init__()
            self._name = name
            self._rgba = rgba

        def key(self) -> str:
            return "imagexplorer-svg"

        def iconName(self) -> str:
            return self._name

        def isNull(self) -> bool:
            return False

        def clone(self) -> QIconEngine:
            copy = SvgIconEngine(self._name, self._rgba)
            _ENGINES.append(copy)
            return copy

        def _color(self, mode: QIcon.Mode) -> QColor:
            own = self._rgba and mode not in (QIcon.Mode.Disabled, QIcon.Mode.Selected)
            return QColor.fromRgba(self._rgba) if own else color_of(QGuiApplication.palette(), mode)

        def _drawn(self, width: int, height: int, mode: QIcon.Mode) -> QPixmap:
            """A pixmap of so many device pixels, from Qt's own bounded cache where it was drawn before."""
            color = self._color(mode)
            key = f"imagexplorer/{self._name}/{width}x{height}/{color.rgba():08x}"
            known = QPixmap()
            if QPixmapCache.find(key, known):
                return known
            drawing = svg(self._name).replace(b"currentColor", color.name().encode())
            pixmap = QPixmap(width, height)
            pixmap.fill(Qt.GlobalColor.transparent)
            renderer = QSvgRenderer(QByteArray(drawing))
            painter = QPainter(pixmap)
            painter.setOpacity(color.alphaF())
            side = min(width, height)
            renderer.render(painter, QRectF((width - side) / 2, (height - side) / 2, side, side))
            painter.end()
            QPixmapCache.insert(key, pixmap)
            return pixmap

        def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
            return self._drawn(size.width(), size.height(), mode)

        def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
            # Since Qt 6.8 the size is in points; QIcon sets the ratio on what it gets.
            return self._drawn(round(size.width() * scale), round(size.height() * scale), mode)

        def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
            ratio = painter.device().devicePixelRatioF()
            pixmap = QPixmap(self._drawn(round(rect.width() * ratio), round(rect.height() * ratio), mode))
            pixmap.setDevicePixelRatio(ratio)
            painter.drawPixmap(rect.topLeft(), pixmap)

    return SvgIconEngine
