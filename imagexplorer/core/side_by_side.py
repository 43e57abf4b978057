"""Two contents beside each other, row by row: texts by line, JSON by structure, anything else by byte.

Pure and bounded; what is left out is said in the note.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from imagexplorer.core.preview import BYTES, CHANGED, GAP, LINES, ONLY_A, ONLY_B, SAME, STRUCTURE, SideBySide
from imagexplorer.core.text import plain
from imagexplorer.core.text_diff import LINES_MOST

ROWS_MOST = 20_000
JSON_CHARS = 1 << 20
"""A longer document is compared as a text only."""
BYTES_A_ROW = 16
BYTE_ROWS = 4_096
LINE_CHARS = 4_000


Row = tuple[int, str, str, str, str]  # mark, head and text of a, head and text of b


def lines(a: str, b: str) -> SideBySide:
    """Lines that were replaced stand beside each other in their order."""
    one, other = a.splitlines(), b.splitlines()
    note = (
        f"Only the first {LINES_MOST:,} lines of each are compared." if max(len(one), len(other)) > LINES_MOST else ""
    )
    return _made(LINES, _line_rows(one[:LINES_MOST], other[:LINES_MOST]), note)


def _line_rows(one: Sequence[str], other: Sequence[str]) -> Iterator[Row]:
    for kind, a_from, a_to, b_from, b_to in difflib.SequenceMatcher(None, one, other).get_opcodes():
        for left, right in zip_longest(range(a_from, a_to), range(b_from, b_to)):
            mark = SAME if kind == "equal" else CHANGED
            if left is None or right is None:
                mark = ONLY_B if left is None else ONLY_A
            yield (
                mark,
                "" if left is None else str(left + 1),
                "" if left is None else one[left],
                "" if right is None else str(right + 1),
                "" if right is None else other[right],
            )


class _Number(str):
    """A number as it is written: 1 and 1.0 differ, and no number is too long to be read."""

    __slots__ = ()


def structure(a: str, b: str) -> SideBySide | None:
    """The values of two JSON documents that differ, by their place; the order of keys and white space do not count.
    None where one of them is no JSON."""
    if max(len(a), len(b)) > JSON_CHARS:
        return None
    try:
        one, other = (dict(_leaves(_parsed(text))) for text in (a, b))
    except (ValueError, RecursionError):
        return None
    places = [*one, *(place for place in other if place not in one)]
    return _made(STRUCTURE, _value_rows(places, one, other), "")


def _parsed(text: str) -> object:
    return json.loads(text, parse_int=_Number, parse_float=_Number, parse_constant=_Number)


def _value_rows(places: Iterable[str], one: dict[str, str], other: dict[str, str]) -> Iterator[Row]:
    for place in places:
        left, right = one.get(place), other.get(place)
        if left != right:
            mark = ONLY_B if left is None else ONLY_A if right is None else CHANGED
            texts = ["" if value is None else f"{place} = {value}" for value in (left, right)]
            yield mark, "", texts[0], "", texts[1]


def _leaves(document: object) -> Iterator[tuple[str, str]]:
    """(place, value) of all that holds nothing else, in the document's order; places as JSONPath writes them
    (RFC 9535, section 2.7)."""
    waiting: list[tuple[str, object]] = [("$", document)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, dict) and value:
            waiting.extend((place + _step(key), held) for key, held in reversed(value.items()))
        elif isinstance(value, list) and value:
            waiting.extend((f"{place}[{number}]", value[number]) for number in reversed(range(len(value))))
        else:
            yield place, value if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)


def _step(key: str) -> str:
    plain = key.isascii() and key.isidentifier()
    return f".{key}" if plain else f"[{json.dumps(key, ensure_ascii=False)}]"


def byte_rows(a: bytes, b: bytes) -> SideBySide:
    """Sixteen bytes a row: those that differ, with one before and one after."""
    wanted, note = _byte_rows_wanted(a, b)
    return _made(BYTES, _hex_rows(a, b, wanted), note)


def _byte_rows_wanted(a: bytes, b: bytes) -> tuple[list[int], str]:
    import numpy as np

    length = -(-max(len(a), len(b)) // BYTES_A_ROW) * BYTES_A_ROW
    common = min(len(a), len(b))
    differs = np.ones(length, dtype=bool)
    differs[:common] = np.frombuffer(a, np.uint8)[:common] != np.frombuffer(b, np.uint8)[:common]
    differs[max(len(a), len(b)) :] = False
    rows = np.flatnonzero(differs.reshape(-1, BYTES_A_ROW).any(axis=1))
    note = f"The first {BYTE_ROWS:,} of {len(rows):,} rows that differ are shown." if len(rows) > BYTE_ROWS else ""
    around = {int(row) + step for row in rows[:BYTE_ROWS] for step in (-1, 0, 1)}
    return sorted(row for row in around if 0 <= row * BYTES_A_ROW < length), note


def _hex_rows(a: bytes, b: bytes, wanted: Sequence[int]) -> Iterator[Row]:
    before = -1
    for row in wanted:
        if row != before + 1:
            yield GAP, "", "…", "", "…"
        before = row
        at = row * BYTES_A_ROW
        one, other = a[at : at + BYTES_A_ROW], b[at : at + BYTES_A_ROW]
        mark = SAME if one == other else ONLY_B if not one else ONLY_A if not other else CHANGED
        head = f"{at:08x}"
        yield mark, head if one else "", _hex(one), head if other else "", _hex(other)


def _hex(piece: bytes) -> str:
    letters = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in piece)
    return f"{piece.hex(' '):<{BYTES_A_ROW * 3}} {letters}" if piece else ""


def _made(form: str, rows: Iterable[Row], note: str) -> SideBySide:
    kept: list[Row] = []
    for row in rows:
        if len(kept) == ROWS_MOST:
            note = note or f"The first {ROWS_MOST:,} rows are shown."
            break
        kept.append(row)
    marks = bytes(row[0] for row in kept)
    heads_a, a = (_column(row[1] for row in kept), _column(row[2] for row in kept))
    heads_b, b = (_column(row[3] for row in kept), _column(row[4] for row in kept))
    return SideBySide(form, marks, a, b, heads_a, heads_b, note)


def _column(texts: Iterable[str]) -> str:
    return "\n".join(plain(text.expandtabs(4), LINE_CHARS) for text in texts)
