"""Why an image is so big: the figures of a whole tree, and the answer in plain words. Records and pure functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from imagexplorer.core import space_tables
from imagexplorer.core.advice import Advice, Advised, Adviser
from imagexplorer.core.space import CAUSES, Hidden, Space
from imagexplorer.core.space_tables import Place, Table, Waste
from imagexplorer.core.space_tree import VISIBLE, WASTED, SpaceTree
from imagexplorer.core.text import counted, human_size, plain, plain_bytes

WORDS_MOST = 70
"""Characters of an instruction inside a sentence."""


@dataclass(frozen=True, slots=True)
class Overview:
    """`stored` and `visible` are bytes by layer, base first. `advised` leaves out what needs contents compared."""

    space: Space
    stored: tuple[int, ...] = ()
    visible: tuple[int, ...] = ()
    folders: Table[Place] = field(default_factory=Table)
    files: Table[Place] = field(default_factory=Table)
    waste: Table[Waste] = field(default_factory=Table)
    advised: Advised = field(default_factory=Advised)


@dataclass(frozen=True, slots=True)
class Alike:
    """Files of one size, compared: the advice about those with the same content, and how many were not compared since
    nobody has read them yet, with their bytes."""

    advised: Advised = field(default_factory=Advised)
    unread: int = 0
    unread_bytes: int = 0


def overview(found: SpaceTree, adviser: Adviser) -> Overview:
    visible = _by_layer(found, VISIBLE)
    stored = [seen + hidden for seen, hidden in zip(visible, _by_layer(found, WASTED), strict=True)]
    return Overview(
        found.space,
        tuple(stored),
        tuple(visible),
        space_tables.folders(found),
        space_tables.files(found),
        space_tables.waste(found),
        Advised.of(adviser.pieces()),
    )


def _by_layer(found: SpaceTree, what: str) -> list[int]:
    """Bytes that each layer wrote."""
    import numpy as np

    sums = np.zeros(found.tree.layers, np.int64)
    np.add.at(sums, found.items[what].layer, found.items[what].size)
    by_layer: list[int] = sums.tolist()
    return by_layer


def answer(found: Overview, instruction: Callable[[int], str], base: str = "", base_layers: int = 0) -> Sequence[str]:
    """Sentences that say where the bytes are. `base_layers` lowest layers are those of an image named `base`."""
    space, stored = found.space, found.stored
    if not space.stored_bytes:
        return ["No layer stores a byte: the image holds no files, or empty ones only."]
    has_base = bool(base) and 0 < base_layers < len(stored)
    first = f"{human_size(space.stored_bytes)} of files are stored in {counted(len(stored), 'layer')}"
    if has_base:
        below, own = sum(stored[:base_layers]), sum(stored[base_layers:])
        first += f": {human_size(below)} come from the base {plain(base, 80)}, {human_size(own)} are its own"
    sentences = [first, _heaviest(stored, base_layers if has_base else 0, instruction), _largest(found)]
    sentences += [_wasted(space, instruction), _needless(found.advised.pieces)]
    return [f"{sentence}." for sentence in sentences if sentence]


def _heaviest(stored: Sequence[int], lowest: int, instruction: Callable[[int], str]) -> str:
    """The two layers from `lowest` up that hold most."""
    layers = [number for number in range(lowest, len(stored)) if stored[number]]
    if len(stored) < 2 or not layers:
        return ""
    layers.sort(key=lambda number: (-stored[number], number))
    words = [f"{_layer(number, instruction)} ({human_size(stored[number])})" for number in layers[:2]]
    return f"Most of {'that' if lowest else 'it'} was written by {' and by '.join(words)}"


def _largest(found: Overview) -> str:
    parts = [
        f"the largest {what} is /{plain_bytes(table.rows[0].path, 80)} ({human_size(table.rows[0].size_bytes)})"
        for table, what in ((found.folders, "folder"), (found.files, "file"))
        if table.rows
    ]
    words = ", ".join(parts)
    return words[:1].upper() + words[1:]


def _wasted(space: Space, instruction: Callable[[int], str]) -> str:
    if not space.wasted_bytes:
        return "Nothing is wasted: no layer hides what is stored"
    by = max(space.by_layer, key=hidden_bytes)
    causes = [
        f"{human_size(size)} {word}"
        for size, word in (
            (space.deleted_bytes, "deleted"),
            (space.overwritten_bytes, "overwritten"),
            (space.rewritten_bytes, "stored again with the same content"),
        )
        if size
    ]
    most = f"most ({human_size(hidden_bytes(by))}) by" if len(space.by_layer) > 1 else "all by"
    words = f"{human_size(space.wasted_bytes)} of it is wasted, {most} {_layer(by.layer, instruction)}"
    return f"{words}: {', '.join(causes)}"


def _needless(pieces: Sequence[Advice]) -> str:
    size = sum(each.size_bytes for each in pieces if each.kind not in CAUSES and not each.optional)
    return f"{human_size(size)} of what is visible is probably not needed: see the advice" if size else ""


def hidden_bytes(hidden: Hidden) -> int:
    return hidden.deleted_bytes + hidden.overwritten_bytes + hidden.rewritten_bytes


def _layer(number: int, instruction: Callable[[int], str]) -> str:
    words = plain(instruction(number), WORDS_MOST)
    return f"layer {number}" + (f", {words}" if words else "")
