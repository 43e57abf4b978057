"""The columns of what is said about an image's bytes: folders, files, causes of waste, advice and its entries.

Rows are the records of `core` with the words of the instruction that wrote or hid them. Knows no model and no widget.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from imagexplorer.core.advice import Advice
from imagexplorer.core.advice_rules import RULES
from imagexplorer.core.space import CAUSES, DELETED, OVERWRITTEN, REWRITTEN
from imagexplorer.core.space_tables import Place, Waste
from imagexplorer.core.text import exact_size, human_size, plain_bytes
from imagexplorer.core.tree_view import MARK_DELETED, MARK_MODIFIED, MARK_OWNER, MARKS
from imagexplorer.models.columns import Column
from imagexplorer.models.tree_rows import MARK_TONES, layer_number

CAUSE_MARKS = {DELETED: MARK_DELETED, OVERWRITTEN: MARK_MODIFIED, REWRITTEN: MARK_OWNER}
"""The mark that hiding leaves in the file tree: letter, icon and tone are the same here."""
CAUSE_TIPS = {
    DELETED: "deleted by a later layer",
    OVERWRITTEN: "overwritten by other content",
    REWRITTEN: "stored again with the same content: owner, mode or time changed",
}


Record = TypeVar("Record", Place, Waste, Advice)


@dataclass(frozen=True, slots=True)
class _Row(Generic[Record]):
    """`instruction`: the words of the one that made `layer`."""

    record: Record
    instruction: str = ""

    @property
    def size_bytes(self) -> int:
        return self.record.size_bytes

    @property
    def layer(self) -> int:
        return self.record.layer


@dataclass(frozen=True, slots=True)
class PlaceRow(_Row[Place]):
    """`whole` are the bytes of which this is a part; `other` a path with the same content."""

    whole: int = 0
    other: bytes | None = None

    @property
    def path(self) -> bytes:
        return self.record.path

    @property
    def key(self) -> str:
        return f"{self.record.path!r} {self.record.layer}"


@dataclass(frozen=True, slots=True)
class WasteRow(_Row[Waste]):
    @property
    def path(self) -> bytes:
        return self.record.path

    @property
    def key(self) -> str:
        return f"{self.record.path!r} {self.record.cause}"


@dataclass(frozen=True, slots=True)
class AdviceRow(_Row[Advice]):
    """`base`: the name of the base image, where its layers wrote the entries."""

    base: str = ""

    @property
    def title(self) -> str:
        return RULES[self.record.kind].title + (" (optional)" if self.record.optional else "")

    @property
    def key(self) -> str:
        return f"{self.record.kind} {self.record.layer}"


Row = PlaceRow | WasteRow | AdviceRow


def _layer_tip(row: Row) -> str:
    return f"layer {layer_number(row.layer)}: {row.instruction}" if row.layer >= 0 else ""


PATH = Column(
    "Path",
    lambda row: "/" + plain_bytes(row.path),
    tooltip=lambda row: "/" + plain_bytes(row.path),
    key="path",
    stretch=True,
    chars=36,
    elide_middle=True,
)
SIZE = Column(
    "Size",
    lambda row: human_size(row.size_bytes),
    sort=lambda row: row.size_bytes,
    tooltip=lambda row: exact_size(row.size_bytes),
    number=True,
    key="size",
    chars=9,
)
SHARE = Column(
    "Share",
    lambda _: "",
    sort=lambda row: row.size_bytes,
    spoken=lambda row: f"{human_size(row.size_bytes)} of {human_size(row.whole)}",
    tooltip=lambda row: f"{exact_size(row.size_bytes)} of {exact_size(row.whole)} visible",
    share=lambda row: min(row.size_bytes / row.whole, 1.0) if row.whole else 0.0,
    key="share",
    chars=10,
    about="Of all that is visible",
)
COUNT = Column(
    "Files",
    lambda row: f"{row.record.files:,}",
    sort=lambda row: row.record.files,
    number=True,
    key="files",
    chars=7,
)
LAYER = Column(
    "Layer",
    lambda row: str(layer_number(row.layer)),
    sort=lambda row: row.layer,
    tooltip=_layer_tip,
    number=True,
    key="layer",
    chars=6,
    about="The layer that wrote it",
)
INSTRUCTION = Column(
    "Instruction",
    lambda row: row.instruction,
    tooltip=lambda row: row.instruction,
    mono=True,
    key="instruction",
    chars=28,
)

FOLDERS = (PATH, SIZE, SHARE, COUNT)
FILES = (PATH, SIZE, SHARE, LAYER, INSTRUCTION)
WASTE = (
    PATH,
    SIZE,
    Column(
        "Cause",
        lambda row: f"{MARKS[CAUSE_MARKS[row.record.cause]]}  {CAUSES[row.record.cause]}",
        spoken=lambda row: CAUSES[row.record.cause],
        tooltip=lambda row: CAUSE_TIPS[row.record.cause],
        icon=lambda row: MARK_TONES[CAUSE_MARKS[row.record.cause]],
        tone=lambda row: MARK_TONES[CAUSE_MARKS[row.record.cause]],
        key="cause",
        chars=14,
    ),
    Column(
        "Layer",
        lambda row: str(layer_number(row.layer)),
        sort=lambda row: row.layer,
        tooltip=_layer_tip,
        number=True,
        key="layer",
        chars=6,
        about="The layer that did, the last one where several did",
    ),
    Column(
        "Times",
        lambda row: f"{row.record.times:,}",
        sort=lambda row: row.record.times,
        number=True,
        key="times",
        chars=6,
        about="How many contents of this path are stored and hidden so",
    ),
    INSTRUCTION,
)
ADVICE = (
    Column(
        "What could be saved",
        lambda row: row.title,
        icon=lambda row: (
            MARK_TONES[CAUSE_MARKS[CAUSES.index(row.record.kind)]] if row.record.kind in CAUSES else "info"
        ),
        tone=lambda row: MARK_TONES[CAUSE_MARKS[CAUSES.index(row.record.kind)]] if row.record.kind in CAUSES else "",
        tooltip=lambda row: RULES[row.record.kind].way_out,
        key="what",
        chars=26,
    ),
    Column(
        "Saves",
        lambda row: human_size(row.size_bytes),
        sort=lambda row: row.size_bytes,
        tooltip=lambda row: exact_size(row.size_bytes),
        number=True,
        key="size",
        chars=9,
        about="Bytes of content. No byte is counted in two rows",
    ),
    Column(
        "Files",
        lambda row: f"{row.record.entries:,}",
        sort=lambda row: row.record.entries,
        number=True,
        key="files",
        chars=7,
    ),
    Column(
        "Layer",
        lambda row: str(layer_number(row.layer)),
        sort=lambda row: row.layer,
        tooltip=lambda row: _layer_tip(row) + (f"\nof the base {row.base}" if row.base else ""),
        number=True,
        key="layer",
        chars=6,
        about="The layer that wrote the files, or hid what is deleted, overwritten or stored again",
    ),
    Column(
        "Instruction",
        lambda row: (f"[base {row.base}] " if row.base else "") + row.instruction,
        tooltip=lambda row: row.instruction,
        mono=True,
        key="instruction",
        stretch=True,
        chars=20,
    ),
)
ENTRIES = (
    PATH,
    SIZE,
    LAYER,
    Column(
        "Same as",
        lambda row: "/" + plain_bytes(row.other or b""),
        tooltip=lambda row: "/" + plain_bytes(row.other or b""),
        key="other",
        chars=30,
        elide_middle=True,
    ),
)
