"""A line of a log as text and colours: of what steers a terminal only colours are kept (SGR), the rest does nothing.

Bytes in, what can be painted out. Must not know which colours those are on a screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from imagexplorer.core.text import plain

LINE_CHARS = 10_000
"""A longer line is shown that far."""
_TAB = 8

# ECMA-48: 5.4 control sequences, 5.6 control strings; ISO 2022 escapes; what is left of C0, and DEL.
# Nothing here matches a newline: stripping keeps the number of lines.
_ESCAPES = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"
    rb"|\x1b[\]PX^_][^\x07\x1b\n]{0,4096}(?:\x07|\x1b\\)"
    rb"|\x1b[ -/]*[0-~]"
    rb"|[\x00-\x08\x0b-\x1f\x7f]"
)
_SGR = re.compile(rb"\x1b\[([0-9;:]*)m")
_MOST_CODES = 64
_CONTROLS = bytes({*range(32), 127} - {9, 10})

Color = int | tuple[int, int, int]
"""One of the 256 (0 to 15 are those with names), or red, green and blue."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of text looks. None: the usual colour."""

    foreground: Color | None = None
    background: Color | None = None
    bold: bool = False
    faint: bool = False
    italic: bool = False
    underline: bool = False
    inverse: bool = False
    struck: bool = False


USUAL = Style()
_ON = {1: "bold", 2: "faint", 3: "italic", 4: "underline", 7: "inverse", 9: "struck", 21: "underline"}
_OFF = {22: ("bold", "faint"), 23: ("italic",), 24: ("underline",), 27: ("inverse",), 29: ("struck",)}


@dataclass(frozen=True, slots=True)
class Run:
    """`length` characters from `start` on in one style that is not the usual one."""

    start: int
    length: int
    style: Style


def without_escapes(raw: bytes) -> bytes:
    """The same lines with nothing in them that steers a terminal; carriage returns go too."""
    return _ESCAPES.sub(b"", raw) if b"\x1b" in raw else raw.translate(None, _CONTROLS)


def painted(raw: bytes, limit: int = LINE_CHARS, style: Style = USUAL) -> tuple[str, tuple[Run, ...]]:
    """One line that begins in a style, and its runs in ascending order. Of a line that was written over (CR) what stood
    there last; every character is printable, tabs are spaces. At most `limit` characters."""
    if b"\r" in raw:
        raw = raw.rstrip(b"\r").rpartition(b"\r")[2]
    raw = raw[: limit * 8]
    if style == USUAL and raw.isascii() and (text := raw.decode("ascii")).isprintable():
        return text[:limit], ()
    pieces: list[str] = []
    runs: list[Run] = []
    at = 0
    for piece, style_here in _styled(raw, style):
        shown = _shown(piece, at)[: limit - at]
        if shown and style_here != USUAL:
            runs.append(Run(at, len(shown), style_here))
        pieces.append(shown)
        at += len(shown)
        if at >= limit:
            break
    return "".join(pieces), tuple(runs)


def style_after(before: Iterable[bytes]) -> Style:
    """In which style a line begins; `before` are those above it, the nearest first. Read no further up than to one that
    sets all back."""
    held: list[list[bytes]] = []
    for raw in before:
        if b"\x1b[" in raw:
            codes = _SGR.findall(raw)
            held.append(codes)
            if any(not code.strip(b"0") for code in codes):
                break
    style = USUAL
    for codes in reversed(held):
        for code in codes:
            style = after(style, code)
    return style


def _styled(raw: bytes, style: Style) -> Iterator[tuple[bytes, Style]]:
    at = 0
    for found in _SGR.finditer(raw):
        if found.start() > at:
            yield raw[at : found.start()], style
        style, at = after(style, found[1]), found.end()
    if at < len(raw):
        yield raw[at:], style


def _shown(piece: bytes, column: int) -> str:
    text = _ESCAPES.sub(b"", piece).decode("utf-8", "replace")
    if "\t" in text:
        out: list[str] = []
        for number, part in enumerate(text.split("\t")):
            if number:
                gap = _TAB - column % _TAB
                out.append(" " * gap)
                column += gap
            out.append(part)
            column += len(part)
        text = "".join(out)
    text = plain(text, max(len(text), 1))
    # What is left then are blanks of other widths, and what is no character yet: nobody knows what that will steer.
    return text if text.isprintable() else "".join(char if char.isprintable() else _stand_in(char) for char in text)


def _stand_in(char: str) -> str:
    return " " if char.isspace() else f"\\U{ord(char):08x}"


def after(style: Style, codes: bytes) -> Style:
    """The style once a "select graphic rendition" with these parameters came (ECMA-48, 8.3.117; colours of 256 and of
    24 bits as xterm has them). What is not known changes nothing."""
    numbers = [_number(part) for part in re.split(rb"[;:]", codes)[:_MOST_CODES]]
    at = 0
    while at < len(numbers):
        code = numbers[at]
        at += 1
        if code in (38, 48):
            color, at = _extended(numbers, at)
            if color is not None:
                style = _with(style, {"foreground" if code == 38 else "background": color})
        else:
            style = _simple(style, code)
    return style


def _with(style: Style, changes: dict[str, Any]) -> Style:
    return replace(style, **changes)


def _number(part: bytes) -> int:
    return int(part) if part and len(part) <= 4 else 0 if not part else -1


def _extended(numbers: list[int], at: int) -> tuple[Color | None, int]:
    kind = numbers[at] if at < len(numbers) else -1
    if kind == 5 and at + 1 < len(numbers):
        color = numbers[at + 1]
        return (color if 0 <= color < 256 else None), at + 2
    if kind == 2 and at + 3 < len(numbers):
        red, green, blue = numbers[at + 1 : at + 4]
        known = all(0 <= each < 256 for each in (red, green, blue))
        return ((red, green, blue) if known else None), at + 4
    return None, len(numbers)


def _simple(style: Style, code: int) -> Style:
    if code == 0:
        return USUAL
    if code in _ON:
        return _with(style, {_ON[code]: True})
    if code in _OFF:
        return _with(style, dict.fromkeys(_OFF[code], False))
    for base, bright, name in ((30, 90, "foreground"), (40, 100, "background")):
        if base <= code < base + 8:
            return _with(style, {name: code - base})
        if bright <= code < bright + 8:
            return _with(style, {name: code - bright + 8})
        if code == base + 9:
            return _with(style, {name: None})
    return style
