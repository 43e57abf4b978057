"""What the colours and patterns of a treemap mean, with the bytes of each. Knows figures, no map."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from imagexplorer.core.space import CAUSES, DELETED, NOT_HIDDEN, OVERWRITTEN, REWRITTEN, Space
from imagexplorer.core.space_tree import VISIBLE
from imagexplorer.core.text import counted, exact_size, human_size
from imagexplorer.core.tree_view import MARKS
from imagexplorer.models.space_tables import CAUSE_MARKS, CAUSE_TIPS
from imagexplorer.models.tree_rows import layer_number
from imagexplorer.views.elided import Elided
from imagexplorer.views.theme import plain_label
from imagexplorer.views.treemap_paint import Looks

_LAYERS = 2
_SIDE = 12

Line = tuple[int, int, str, str]
"""Cause, layer, words, tooltip."""


class MapLegend(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: dict[bool, list[Line]] = {True: [], False: []}
        self._visible = True
        self._row = QHBoxLayout(self)
        self._row.setSpacing(4)

    def set_figures(self, space: Space, visible: Sequence[int], instruction: Callable[[int], str]) -> None:
        """`visible`: the bytes that are visible of each layer."""
        ranked = sorted((number for number, size in enumerate(visible) if size), key=lambda number: -visible[number])
        layers: list[Line] = [
            (
                NOT_HIDDEN,
                number,
                f"layer {layer_number(number)} {human_size(visible[number])}",
                f"{exact_size(visible[number])} visible\n{instruction(number)}",
            )
            for number in ranked[:_LAYERS]
        ]
        rest = ranked[_LAYERS:]
        if rest:
            size = sum(visible[number] for number in rest)
            words = counted(len(rest), "more layer")
            layers.append((-1, -1, f"{len(rest)} more {human_size(size)}", f"{words}\n{exact_size(size)} visible"))
        causes: list[Line] = [
            (
                cause,
                -1,
                f"{MARKS[CAUSE_MARKS[cause]]} {CAUSES[cause]} {human_size(size)}",
                f"{exact_size(size)}\n{CAUSE_TIPS[cause]}",
            )
            for cause, size in (
                (DELETED, space.deleted_bytes),
                (OVERWRITTEN, space.overwritten_bytes),
                (REWRITTEN, space.rewritten_bytes),
            )
        ]
        self._lines = {True: layers, False: causes}
        self._fill()

    def show_of(self, what: str) -> None:
        self._visible = what == VISIBLE
        self._fill()

    def _fill(self) -> None:
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        looks = Looks(self.palette())
        for cause, layer, words, tip in self._lines[self._visible]:
            if cause >= 0:
                square = plain_label()
                square.setPixmap(looks.swatch(cause, layer, _SIDE, self.devicePixelRatioF()))
                self._row.addWidget(square)
            label = Elided()
            label.set_whole(words, tip)
            self._row.addWidget(label)
            self._row.addSpacing(8)
        self._row.addStretch()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._fill()
