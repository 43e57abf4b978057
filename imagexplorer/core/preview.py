"""A content made ready to be shown: text with its highlighting, pixels, or bytes. Records only."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_BYTES = 256 * 1024
MORE_BYTES = 16 * 1024 * 1024
"""The most that is shown of a text."""
HIGHLIGHT_BYTES = 1024 * 1024
"""A longer text has one colour."""
PIXELS = 64_000_000
PICTURE_SIDE = 1600
"""A larger picture is made smaller."""

STYLES = ("comment", "keyword", "string", "number", "name", "punctuation", "heading", "added", "removed")
"""Spans name a style by its place here."""


LINES, STRUCTURE, BYTES = "lines", "structure", "bytes"
SAME, CHANGED, ONLY_A, ONLY_B, GAP = range(5)
"""The marks of a row beside another; a GAP stands for rows that are the same."""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """`form` is LINES, STRUCTURE or BYTES. `a` and `b` have one line for each of `marks`, "" where a side has
    none; `heads_a` and `heads_b` name them: line numbers, nothing, offsets."""

    form: str
    marks: bytes
    a: str
    b: str
    heads_a: str = ""
    heads_b: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """`kind` and `words` are those of `core.recognise`. `shown_bytes` of `size_bytes` are here: as `text` with
    `spans` (array "i": start, length, style, again and again, in UTF-16 units as Qt counts), as `pixels` (RGBA rows of
    `width` x `height`), or as `data`; a text has `data` too where its bytes are not those of `text` in UTF-8. `note`
    says why less is shown than could be. Of a difference `text` is the unified one, and `beside` the other ways to look
    at it. `about` is more that its content says of itself."""

    kind: str
    words: str
    size_bytes: int
    shown_bytes: int = 0
    text: str = ""
    spans: bytes = b""
    data: bytes = b""
    pixels: bytes = b""
    width: int = 0
    height: int = 0
    note: str = ""
    beside: tuple[SideBySide, ...] = ()
    about: str = ""
