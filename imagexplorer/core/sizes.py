"""Sizes as people write them, and ranges of them. Pure functions."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from imagexplorer.core.errors import WrongUse
from imagexplorer.core.text import plain

_NUMBER = r"\d{1,15}(?:\.\d{1,6})?\s*[kKMGT]?i?[bB]?"
_SIZE = re.compile(r"\s*(\d{1,15}(?:\.\d{1,6})?)\s*([kKMGT]?)(i?)[bB]?\s*")
_COMPARED = re.compile(rf"\s*(<=|>=|[<>=])\s*({_NUMBER})\s*")
_BETWEEN = re.compile(rf"\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*")
_STEPS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


class SizeRange(NamedTuple):
    """Bytes, both ends included; `most` None: without end."""

    least: int = 0
    most: int | None = None


def size_of(text: Any, where: str) -> int:
    """Bytes of a number or of words: `500 MB` (decimal steps), `1.5 GiB` (binary ones). Raises WrongUse."""
    if isinstance(text, int) and not isinstance(text, bool) and 0 <= text < 2**63:
        return text
    found = _SIZE.fullmatch(text) if isinstance(text, str) else None
    if found is None or (found[3] and not found[2]):
        raise WrongUse(where, f"{plain(str(text), 100)} is no size: say 500 MB, 1.5 GiB or a number of bytes")
    return int(float(found[1]) * (1024 if found[3] else 1000) ** _STEPS[found[2].upper()])


def size_range(text: str) -> SizeRange | None:
    """`> 1 MB`, `>= 10k`, `< 512`, `= 0`, `1 MB..5 MB`; None for what is none of these."""
    try:
        if found := _BETWEEN.fullmatch(text):
            return SizeRange(size_of(found[1], text), size_of(found[2], text))
        if not (found := _COMPARED.fullmatch(text)):
            return None
        size = size_of(found[2], text)
    except WrongUse:
        return None
    return {
        "<": SizeRange(0, size - 1),
        "<=": SizeRange(0, size),
        "=": SizeRange(size, size),
        ">=": SizeRange(size),
        ">": SizeRange(size + 1),
    }[found[1]]
