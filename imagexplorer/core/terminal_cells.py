"""The cells of a terminal and what can be done to them: writing, erasing, moving, scrolling. Knows no escapes."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from imagexplorer.core.ansi import USUAL, Style

_COMBINED_MOST = 8
# DEC special graphics (VT100 user guide, table 3-9), from ` to ~.
GRAPHICS = dict(zip(range(0x60, 0x7F), "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·", strict=True))


@lru_cache(maxsize=4096)
def width_of(char: str) -> int:
    """Cells that a character takes: none where it joins the one before, two where East Asian text has it wide. What
    would turn or break a line takes none and is not shown."""
    if unicodedata.category(char) in ("Mn", "Me", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


@dataclass(slots=True, eq=False)
class Row:
    """`chars[n]` is what stands in cell n: "" behind a wide one."""

    chars: list[str]
    styles: list[Style]

    def text(self) -> str:
        return "".join(self.chars)


def blank_row(columns: int, style: Style = USUAL) -> Row:
    return Row([" "] * columns, [style] * columns)


@dataclass(slots=True, eq=False)
class Grid:
    """`x` may be `columns`: then the next character goes to the next line (`wraps`). `top` and `bottom` bound what
    scrolls, both counted from 0."""

    columns: int
    rows: int
    x: int = 0
    y: int = 0
    style: Style = USUAL
    autowrap: bool = True
    inserting: bool = False
    origin: bool = False
    wraps: bool = False
    top: int = 0
    bottom: int = 0
    lines: list[Row] = field(default_factory=list)
    saved: tuple[int, int, Style] = (0, 0, USUAL)

    def __post_init__(self) -> None:
        self.bottom = self.rows - 1
        self.lines = [blank_row(self.columns) for _ in range(self.rows)]

    def resize(self, columns: int, rows: int) -> list[Row]:
        """Lines are cut or filled. Where rows go the cursor's stays: returns those that went at the top."""
        for row in self.lines:
            extra = columns - len(row.chars)
            if extra >= 0:
                row.chars += [" "] * extra
                row.styles += [USUAL] * extra
            else:
                del row.chars[columns:], row.styles[columns:]
        gone: list[Row] = []
        while len(self.lines) > rows and self.y < len(self.lines) - 1:
            self.lines.pop()
        if len(self.lines) > rows:
            count = len(self.lines) - rows
            gone, self.lines = self.lines[:count], self.lines[count:]
            self.y -= count
        self.lines += [blank_row(columns) for _ in range(rows - len(self.lines))]
        self.columns, self.rows = columns, rows
        self.top, self.bottom, self.wraps = 0, rows - 1, False
        self.move(self.x, self.y)
        return gone

    # -- the cursor -----------------------------------------------------------------------------------------

    def move(self, x: int | None = None, y: int | None = None) -> None:
        self.x = min(max(self.x if x is None else x, 0), self.columns - 1)
        self.y = min(max(self.y if y is None else y, 0), self.rows - 1)
        self.wraps = False

    def place(self, x: int, y: int) -> None:
        """By the origin: the whole grid, or what scrolls."""
        if self.origin:
            self.move(x, min(max(y + self.top, self.top), self.bottom))
        else:
            self.move(x, y)

    def step(self, count: int) -> None:
        """Up or down, not beyond what scrolls if it began inside."""
        low = self.top if self.y >= self.top else 0
        high = self.bottom if self.y <= self.bottom else self.rows - 1
        self.move(y=min(max(self.y + count, low), high))

    def save(self) -> None:
        self.saved = (self.x, self.y, self.style)

    def restore(self) -> None:
        x, y, self.style = self.saved
        self.move(x, y)

    def margins(self, top: int, bottom: int) -> None:
        if 0 <= top < bottom < self.rows:
            self.top, self.bottom = top, bottom
            self.place(0, 0)

    # -- scrolling ------------------------------------------------------------------------------------------------

    def down(self) -> list[Row]:
        """To the next line; at the end of what scrolls it scrolls. Returns what left at the top."""
        self.wraps = False
        if self.y == self.bottom:
            return self.scroll(1)
        if self.y < self.rows - 1:
            self.y += 1
        return []

    def up(self) -> None:
        self.wraps = False
        if self.y == self.top:
            self.scroll_back(1)
        elif self.y > 0:
            self.y -= 1

    def scroll(self, count: int) -> list[Row]:
        gone = []
        for _ in range(count):
            row = self.lines.pop(self.top)
            self.lines.insert(self.bottom, self._blank())
            if self.top == 0:
                gone.append(row)
        return gone

    def scroll_back(self, count: int) -> None:
        for _ in range(count):
            self.lines.pop(self.bottom)
            self.lines.insert(self.top, self._blank())

    def insert_rows(self, count: int) -> None:
        if self.top <= self.y <= self.bottom:
            for _ in range(min(count, self.bottom - self.y + 1)):
                self.lines.pop(self.bottom)
                self.lines.insert(self.y, self._blank())
            self.move(x=0)

    def delete_rows(self, count: int) -> None:
        if self.top <= self.y <= self.bottom:
            for _ in range(min(count, self.bottom - self.y + 1)):
                self.lines.pop(self.y)
                self.lines.insert(self.bottom, self._blank())
            self.move(x=0)

    # -- cells ------------------------------------------------------------------------------------------------------

    def _ground(self) -> Style:
        """What is erased takes the ground of the style."""
        return Style(background=self.style.background) if self.style.background is not None else USUAL

    def _blank(self) -> Row:
        return blank_row(self.columns, self._ground())

    def put(self, text: str, wide: int = 1) -> None:
        """Characters of one width each, all of which fit into the line."""
        row, x = self.lines[self.y], min(self.x, self.columns - 1)
        cells = list(text) if wide == 1 else [text, ""][: self.columns - x]
        count = len(cells)
        if self.inserting:
            row.chars[x:x] = [" "] * count
            row.styles[x:x] = [self.style] * count
            del row.chars[self.columns :], row.styles[self.columns :]
        self._split(row, x)
        self._split(row, x + count)
        row.chars[x : x + count] = cells
        row.styles[x : x + count] = [self.style] * count
        if x + count >= self.columns:
            self.x, self.wraps = self.columns - 1, self.autowrap
        else:
            self.x = x + count

    def _split(self, row: Row, x: int) -> None:
        """Half of a wide character is none."""
        if 0 < x < self.columns and row.chars[x] == "":
            row.chars[x - 1] = row.chars[x] = " "

    def combine(self, char: str) -> None:
        """Joins the character before, where it is one that may stand on a screen."""
        if unicodedata.category(char) not in ("Mn", "Me"):
            return
        row, x = self.lines[self.y], self.x if self.wraps else self.x - 1
        if x > 0 and row.chars[x] == "":
            x -= 1
        if x >= 0 and 0 < len(row.chars[x]) < _COMBINED_MOST:
            row.chars[x] += char

    def _erase(self, row: Row, start: int, end: int) -> None:
        start, end = max(start, 0), min(end, self.columns)
        if start < end:
            self._split(row, start)
            self._split(row, end)
            row.chars[start:end] = [" "] * (end - start)
            row.styles[start:end] = [self._ground()] * (end - start)

    def erase_cells(self, count: int) -> None:
        self._erase(self.lines[self.y], self.x, self.x + count)

    def erase_line(self, part: int) -> None:
        """0 from the cursor on, 1 up to it, 2 all."""
        start, end = {0: (self.x, self.columns), 1: (0, self.x + 1), 2: (0, self.columns)}.get(part, (0, 0))
        self._erase(self.lines[self.y], start, end)

    def erase_display(self, part: int) -> None:
        if part in (0, 1):
            self.erase_line(part)
        rows = {0: range(self.y + 1, self.rows), 1: range(self.y), 2: range(self.rows)}.get(part, range(0))
        for number in rows:
            self._erase(self.lines[number], 0, self.columns)

    def insert_cells(self, count: int) -> None:
        row, count = self.lines[self.y], min(count, self.columns - self.x)
        self._split(row, self.x)
        row.chars[self.x : self.x] = [" "] * count
        row.styles[self.x : self.x] = [self._ground()] * count
        del row.chars[self.columns :], row.styles[self.columns :]

    def delete_cells(self, count: int) -> None:
        row, count = self.lines[self.y], min(count, self.columns - self.x)
        self._split(row, self.x)
        self._split(row, self.x + count)
        del row.chars[self.x : self.x + count], row.styles[self.x : self.x + count]
        row.chars += [" "] * count
        row.styles += [self._ground()] * count
