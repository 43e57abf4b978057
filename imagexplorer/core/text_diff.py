"""How two texts differ, as a unified diff. Bounded: difflib takes minutes where thousands of lines repeat."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

LINES_MOST = 20_000
"""Of each text; what follows is not compared."""


def unified(a: str, b: str, name_a: str, name_b: str, context: int = 3) -> tuple[str, str]:
    """(diff, note); the diff is "" where the texts are the same as far as they are compared."""
    one, other = a.splitlines(), b.splitlines()
    note = ""
    if max(len(one), len(other)) > LINES_MOST:
        note = f"Only the first {LINES_MOST:,} lines of each are compared."
    lines = list(_lines(one[:LINES_MOST], other[:LINES_MOST], name_a, name_b, context))
    if lines and _ends(a) != _ends(b):
        lines.append("\\ one of them has no newline at its end")
    return "\n".join(lines), note


def _lines(one: Sequence[str], other: Sequence[str], name_a: str, name_b: str, context: int) -> Sequence[str]:
    return list(difflib.unified_diff(one, other, name_a, name_b, lineterm="", n=context))


def _ends(text: str) -> bool:
    return text.endswith("\n")


def first_difference(a: bytes, b: bytes) -> int:
    """Where two contents differ first; their common length where one begins with the other."""
    low, high = 0, min(len(a), len(b))
    if a[:high] == b[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle
    return low
