"""How the lines of an instruction are laid into a row of the stack: folded to what its slab has room for, or all of it.

Knows characters and columns; what draws them is the view's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imagexplorer.core.text import plain
from imagexplorer.models.stack_model import Slab

ROWS_MOST = 400
"""Of an unfolded instruction; the rest is read below the stack, copied or saved."""
_HANGING = 2
COLUMNS_LEAST = 12


@dataclass(frozen=True, slots=True)
class Row:
    """`quiet`: a comment, or the sign that there is more."""

    text: str
    quiet: bool = False


def can_unfold(slab: Slab, columns: int) -> bool:
    """Whether there is more of it than one line has room for."""
    return bool(slab.notes) or len(slab.lines) > 1 or len(slab.lines[0]) > columns


def unfolded(slab: Slab, columns: int) -> list[Row]:
    rows = [Row(piece, True) for note in slab.notes for piece in wrapped(f"# {note}", columns)]
    if slab.text or not slab.notes:
        rows += [Row(piece) for line in slab.lines[:ROWS_MOST] for piece in wrapped(line, columns)]
    if len(rows) > ROWS_MOST:
        return [*rows[: ROWS_MOST - 1], Row("… the rest is below the stack", True)]
    return rows


def folded(slab: Slab, columns: int, most: int) -> list[Row]:
    """At most `most` rows. What is cut off ends with a sign of it."""
    lines = slab.lines
    if len(lines) == 1:
        pieces = wrapped(lines[0], columns)
        cut = len(pieces) > most
        shown = pieces[:most]
        return [*map(Row, shown[:-1]), Row(shown[-1][: max(columns - 1, 1)] + "…" if cut else shown[-1])]
    shown = lines[:most]
    more = len(lines) - len(shown)
    rows = [Row(cut_to(line, columns)) for line in shown]
    if more and rows:
        sign = f" +{more}"
        last = cut_to(shown[-1].removesuffix(" \\"), max(columns - len(sign) - 2, 1))
        rows[-1] = Row(last + ("" if last.endswith("…") else " …") + sign)
    return rows


def cut_to(line: str, columns: int) -> str:
    text = plain(line.replace("\t", "    "), 2000)
    return text if len(text) <= columns else text[: max(columns - 1, 0)] + "…"


def wrapped(line: str, columns: int) -> list[str]:
    """Cut at blanks where that is possible; what hangs over is set in a little deeper than its line."""
    text = plain(line.replace("\t", "    "), 20_000)
    indent = " " * min(len(text) - len(text.lstrip(" ")) + _HANGING, columns // 2)
    pieces: list[str] = []
    while len(text) > columns:
        cut = text.rfind(" ", columns // 3, columns + 1)
        cut = cut if cut > len(indent) else columns
        pieces.append(text[:cut].rstrip())
        text = indent + text[cut:].lstrip(" ")
        if len(pieces) >= ROWS_MOST:
            return pieces
    return [*pieces, text]


def first_word(rows: Sequence[Row]) -> str:
    return rows[0].text.partition(" ")[0] if rows else ""
