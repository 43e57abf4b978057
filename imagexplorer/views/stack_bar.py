"""An image's stack as one line: a segment a layer, base at the left, the writable one lit at the right end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.text import human_size, plain
from imagexplorer.views.theme import blend, tone_color, tooltip

_GAP = 2
_LEAST = 4.0
_HEIGHT = 16


@dataclass(frozen=True, slots=True)
class Slab:
    """`bytes` None while unknown."""

    words: str
    bytes: int | None
    writable: bool = False


def slabs_of(detail: ImageDetail) -> list[Slab]:
    """The layers from the base up, each with the size and the instruction that the history gives it."""
    from imagexplorer.core.secrets import masked  # its patterns take long to compile: not before the first paint

    sizes = {step.layer: step.size_bytes for step in detail.steps if step.layer is not None}
    return [
        Slab(
            f"layer {layer.index}, {human_size(sizes.get(layer.index))}\n"
            f"{plain(masked(detail.instruction(layer.index)), 300)}".rstrip(),
            sizes.get(layer.index),
        )
        for layer in detail.layers
    ]


def widths(slabs: Sequence[Slab], room: float) -> list[float]:
    """By the square root of the bytes, so that small layers stay visible beside large ones."""
    if not slabs:
        return []
    room -= _GAP * (len(slabs) - 1)
    least = min(_LEAST, room / len(slabs))
    shares = [math.sqrt(slab.bytes or 0) for slab in slabs]
    total = sum(shares)
    spare = room - least * len(slabs)
    if total <= 0:
        return [room / len(slabs)] * len(slabs)
    return [least + spare * share / total for share in shares]


class StackBar(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._slabs: list[Slab] = []

    def set_slabs(self, slabs: Sequence[Slab]) -> None:
        self._slabs = list(slabs)
        lines = [slab.words.replace("\n", ": ") for slab in slabs]
        self.setAccessibleName(self.tr("Stack of {count} layers, base first").format(count=len(slabs)))
        self.setAccessibleDescription("; ".join(lines[:60]))
        self.update()

    def slabs(self) -> list[Slab]:
        return list(self._slabs)

    def sizeHint(self) -> QSize:
        return QSize(400, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, _HEIGHT)

    def _places(self) -> list[tuple[QRectF, Slab]]:
        places = []
        left = 0.0
        for slab, width in zip(self._slabs, widths(self._slabs, self.width()), strict=True):
            places.append((QRectF(left, 0, width, _HEIGHT), slab))
            left += width + _GAP
        return places

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = self.palette().color(QPalette.ColorRole.Window)
        accent = self.palette().color(QPalette.ColorRole.Accent)
        quiet = blend(self.palette().color(QPalette.ColorRole.WindowText), ground, 0.32)
        for number, (rect, slab) in enumerate(self._places()):
            if slab.writable:
                color = tone_color("writable", self.palette())
            else:
                color = blend(accent, quiet, 0.35 if number % 2 else 0.55)
            painter.setPen(color)
            painter.setBrush(blend(color, ground, 0.9 if slab.writable else 0.7))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for rect, slab in self._places():
                if rect.contains(event.position() if hasattr(event, "position") else event.pos().toPointF()):
                    QToolTip.showText(event.globalPos(), tooltip(slab.words), self)
                    return True
            QToolTip.hideText()
            return True
        return super().event(event)
