"""An image's stack as rows: layers and empty steps in their order, the newest on top, a container's slab above all.

Knows the records of an image and what reading its layers told; how a slab is drawn is the view's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from imagexplorer.core.dockerfile import instruction_words
from imagexplorer.core.entities import ImageDetail, LayerTotals, Step
from imagexplorer.core.text import exact_size, exact_time, human_size, plain
from imagexplorer.models.columns import Role, safe_tip
from imagexplorer.models.tree_rows import layer_number

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

LAYER, EMPTY, UNKNOWN, WRITABLE = "layer", "empty", "unknown", "writable"


@dataclass(frozen=True, slots=True)
class Slab:
    """One line of the stack. `kind` is LAYER, EMPTY (a step that wrote nothing), UNKNOWN (a step of which nobody knows
    the layer) or WRITABLE. `below` is the highest layer at or below it, -1 under the base. `size_bytes` is that of all
    its files; with `packed` it is the blob's as stored, all that is known so far."""

    kind: str
    below: int
    instruction: str = ""
    size_bytes: int | None = None
    packed: bool = False
    created: int | None = None
    comment: str = ""
    verified: bool = False
    problems: int = 0
    raw: str = ""

    @property
    def title(self) -> str:
        if self.kind == LAYER:
            return f"Layer {layer_number(self.below)}"
        return {WRITABLE: "Writable layer", EMPTY: "Empty step", UNKNOWN: "Step"}[self.kind]

    @property
    def size_words(self) -> str:
        if self.kind not in (LAYER, WRITABLE):
            return ""
        return human_size(self.size_bytes) + (" blob" if self.packed and self.size_bytes is not None else "")

    @property
    def spoken(self) -> str:
        """What a screen reader says."""
        about = {
            LAYER: f"read-only, {self.size_words}",
            WRITABLE: self.size_words,
            EMPTY: "wrote no files",
            UNKNOWN: "its layer is not known",
        }[self.kind]
        return plain(f"{self.title}, {about}. {self.instruction}")

    @property
    def tip(self) -> str:
        lines = [self.title]
        if self.kind == LAYER:
            lines[0] += ", read-only" + (", bytes verified" if self.verified else "")
        if self.kind in (LAYER, WRITABLE):
            lines.append(
                exact_size(self.size_bytes) + (" of its blob, as stored" if self.packed and self.size_bytes else "")
            )
        lines += [self.raw or self.instruction, self.comment, exact_time(self.created)]
        return "\n".join(line for line in lines if line)


def slabs_of(detail: ImageDetail, totals: Mapping[int, LayerTotals] | None = None) -> list[Slab]:
    """The whole stack, the newest first. Layers that no step names stand where their number puts them."""
    totals = totals or {}
    rising: list[Slab] = []
    top = -1

    def layer(number: int, step: Step | None) -> Slab:
        found = totals.get(number)
        known = detail.layers[number]
        size, packed = (found.stored_bytes, False) if found else (step.size_bytes if step else None, False)
        if size is None and known.blob_bytes is not None:
            size, packed = known.blob_bytes, True
        words = instruction_words(step.instruction) if step else ""
        return Slab(
            LAYER,
            number,
            words or (step.comment if step else ""),
            size,
            packed,
            step.created if step else None,
            step.comment if step else "",
            bool(found and found.verified),
            len(found.problems) if found else 0,
            step.instruction if step else "",
        )

    for step in detail.steps:
        if step.layer is None or not top < step.layer < len(detail.layers):
            kind = EMPTY if step.empty else UNKNOWN
            words = instruction_words(step.instruction)
            rising.append(Slab(kind, top, words, None, False, step.created, step.comment, raw=step.instruction))
            continue
        rising += [layer(number, None) for number in range(top + 1, step.layer)]
        rising.append(layer(step.layer, step))
        top = step.layer
    rising += [layer(number, None) for number in range(top + 1, len(detail.layers))]
    return rising[::-1]


class StackModel(QAbstractListModel):
    """Rows are Slabs (`Role.RECORD`)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._slabs: list[Slab] = []

    def slabs(self) -> Sequence[Slab]:
        return self._slabs

    def set_slabs(self, slabs: Iterable[Slab]) -> None:
        """Rows that keep kind and place are changed; another stack is a reset."""
        fresh = list(slabs)
        if [(slab.kind, slab.below) for slab in fresh] != [(slab.kind, slab.below) for slab in self._slabs]:
            self.beginResetModel()
            self._slabs = fresh
            self.endResetModel()
            return
        for row, (old, new) in enumerate(zip(self._slabs, fresh, strict=True)):
            if old != new:
                self._slabs[row] = new
                self.dataChanged.emit(self.index(row), self.index(row))

    def row_of_layer(self, layer: int) -> int:
        """-1 where there is no such layer."""
        return next((row for row, slab in enumerate(self._slabs) if slab.kind == LAYER and slab.below == layer), -1)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._slabs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        slab = self._slabs[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return plain(slab.instruction or slab.title)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return slab.spoken
        if role == Qt.ItemDataRole.ToolTipRole:
            return safe_tip(slab.tip)
        return slab if role == Role.RECORD else None
