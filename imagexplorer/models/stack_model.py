"""An image's stack as rows: layers and empty steps in their order, the newest on top, a container's slab above all.

Each row has its lines of the Dockerfile, once they are known; where the layers of another image begin, a row says FROM.
Knows the records of an image and what reading its layers told; how a slab is drawn is the view's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from imagexplorer.core.dockerfile import Line, instruction_words
from imagexplorer.core.entities import ImageDetail, LayerTotals, Step
from imagexplorer.core.relatives import Base
from imagexplorer.core.text import exact_size, exact_time, human_size, plain
from imagexplorer.models.columns import Role, safe_tip
from imagexplorer.models.tree_rows import layer_number

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

LAYER, EMPTY, UNKNOWN, WRITABLE = "layer", "empty", "unknown", "writable"
FROM, CONFIG = "from", "config"


@dataclass(frozen=True, slots=True)
class Slab:
    """One line of the stack. `kind` is LAYER, EMPTY (a step that wrote nothing), UNKNOWN (a step of which nobody knows
    the layer), WRITABLE, FROM (what is below is another image, `role` says in which relation) or CONFIG (what only the
    configuration tells). `below` is the highest layer at or below it, -1 under the base. `size_bytes` is that of all
    its files; with `packed` it is the blob's as stored, all that is known so far. `text` is the instruction as a
    Dockerfile has it, on several lines perhaps, `notes` what is to be said of it; `step` its number among the steps.
    `under` is how many images it belongs to beside this one; `opens` the id of the image that a FROM names."""

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
    text: str = ""
    notes: tuple[str, ...] = ()
    step: int = -1
    under: int = 0
    opens: str = ""
    role: str = ""

    @property
    def key(self) -> tuple[str, int, str]:
        """The same for the same row, whatever is known of it by now."""
        return self.kind, self.below if self.kind == LAYER or self.step < 0 else self.step, self.opens or self.role

    @property
    def title(self) -> str:
        if self.kind == LAYER:
            return f"Layer {layer_number(self.below)}"
        if self.kind == FROM:
            return f"{self.role.capitalize()} image"
        return {WRITABLE: "Writable layer", EMPTY: "Empty step", UNKNOWN: "Step", CONFIG: "Configuration"}[self.kind]

    @property
    def lines(self) -> list[str]:
        """Of the Dockerfile; the notes, as comments, not among them."""
        return self.text.split("\n") if self.text else [self.instruction]

    @property
    def written(self) -> str:
        """As it stands in a Dockerfile, its notes above it."""
        return "\n".join([*(f"# {note}" for note in self.notes), *([self.text] if self.text else [])])

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
            FROM: "its layers are below",
            CONFIG: "said by the configuration only",
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
        lines += [self.written or self.raw or self.instruction, self.comment, exact_time(self.created)]
        return "\n".join(dict.fromkeys(line for line in lines if line))


def slabs_of(
    detail: ImageDetail,
    totals: Mapping[int, LayerTotals] | None = None,
    lines: Sequence[Line] = (),
    bases: Sequence[Base] = (),
) -> list[Slab]:
    """The whole stack, the newest first. Layers that no step names stand where their number puts them. `lines` are of
    its Dockerfile, `bases` the images that it stands on, the lowest first."""
    return _with_bases(_with_lines(_slabs(detail, totals or {}), lines), bases, lines)


def _slabs(detail: ImageDetail, totals: Mapping[int, LayerTotals]) -> list[Slab]:
    """Rising."""
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
            step=at if step else -1,
        )

    for at, step in enumerate(detail.steps):
        if step.layer is None or not top < step.layer < len(detail.layers):
            kind = EMPTY if step.empty else UNKNOWN
            words = instruction_words(step.instruction)
            rising.append(
                Slab(kind, top, words, None, False, step.created, step.comment, raw=step.instruction, step=at)
            )
            continue
        rising += [layer(number, None) for number in range(top + 1, step.layer)]
        rising.append(layer(step.layer, step))
        top = step.layer
    rising += [layer(number, None) for number in range(top + 1, len(detail.layers))]
    return rising


def _with_lines(rising: list[Slab], lines: Sequence[Line]) -> list[Slab]:
    told = {line.step: line for line in lines if line.step >= 0}
    found = [
        replace(slab, text=told[slab.step].text, notes=told[slab.step].notes, instruction=_first(slab, told[slab.step]))
        if slab.step in told
        else slab
        for slab in rising
    ]
    top = max((slab.below for slab in rising), default=-1)
    alone = [line for line in lines if line.step < 0]
    steps = len(told)  # they follow what the history says
    found += [
        Slab(CONFIG, top, line.text.partition(" \\\n")[0], text=line.text, notes=line.notes, step=steps + at)
        for at, line in enumerate(alone)
    ]
    return found


def _first(slab: Slab, line: Line) -> str:
    return " ".join(piece.strip() for piece in line.text.split("\\\n")) if line.text else slab.instruction


def _with_bases(rising: list[Slab], bases: Sequence[Base], lines: Sequence[Line]) -> list[Slab]:
    """Put a FROM over what each of the images is, and turn the stack: the newest first."""
    said = [
        Base("", line.base, -1, line.step)
        for line in lines
        if line.base and line.step >= 0 and not any(base.steps == line.step for base in bases)
    ]
    ordered = sorted(
        ((_place(rising, base), base) for base in (*bases, *said)), key=lambda found: (found[0], found[1].layers)
    )
    ordered = [(place, base) for place, base in ordered if 0 < place <= len(rising)]
    marked: list[Slab] = []
    at = 0
    for number, (place, base) in enumerate(ordered):
        deep = len(ordered) - number
        marked += [replace(slab, under=deep) for slab in rising[at:place]]
        role = "base" if number == 0 else "parent" if number == len(ordered) - 1 else "ancestor"
        words = f"FROM {base.name}"
        below = rising[place - 1].below
        why = "its layers are the lowest of this image" if base.id else "so its builder says; it is not here"
        marked.append(Slab(FROM, below, words, text=words, notes=(why,), under=deep - 1, opens=base.id, role=role))
        at = place
    marked += rising[at:]
    return marked[::-1]


def _place(rising: Sequence[Slab], base: Base) -> int:
    """How many rows are the base's."""
    if base.steps >= 0:
        return next((at for at, slab in enumerate(rising) if slab.step >= base.steps), len(rising))
    return next((at + 1 for at, slab in enumerate(rising) if slab.kind == LAYER and slab.below == base.layers - 1), 0)


class StackModel(QAbstractListModel):
    """Rows are Slabs (`Role.RECORD`)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._slabs: list[Slab] = []

    def slabs(self) -> Sequence[Slab]:
        return self._slabs

    def set_slabs(self, slabs: Iterable[Slab]) -> None:
        """Rows that keep kind and place are changed, others come and go around them; another order is a reset."""
        fresh = list(slabs)
        keys = [slab.key for slab in fresh]
        coming, there = set(keys), {slab.key for slab in self._slabs}
        kept = [slab.key for slab in self._slabs if slab.key in coming]
        if not kept or len(coming) < len(keys) or kept != [key for key in keys if key in there]:
            self.beginResetModel()
            self._slabs = fresh
            self.endResetModel()
            return
        for row in range(len(self._slabs) - 1, -1, -1):
            if self._slabs[row].key not in coming:
                self.beginRemoveRows(_NOWHERE, row, row)
                del self._slabs[row]
                self.endRemoveRows()
        for row, slab in enumerate(fresh):
            if slab.key not in there:
                self.beginInsertRows(_NOWHERE, row, row)
                self._slabs.insert(row, slab)
                self.endInsertRows()
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
