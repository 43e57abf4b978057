"""A terminal: bytes of a program to a grid of cells, as an xterm would show them. No I/O, no colours of a screen.

Understood: ECMA-48 and what xterm adds (ctlseqs) as far as shells, editors and pagers use it. What is not understood is
swallowed; nothing of it reaches anything but these cells and `answers`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from itertools import islice

from imagexplorer.core.ansi import USUAL, after
from imagexplorer.core.terminal_cells import GRAPHICS, Grid, Row, width_of
from imagexplorer.core.terminal_tokens import Tokens

HISTORY_ROWS = 5000
LEAST, MOST = 2, 500
_TITLE_CHARS = 200


class Terminal:
    """`grid` is what is seen, `history` the rows that were scrolled out at the top, oldest first."""

    def __init__(self, columns: int = 80, rows: int = 24) -> None:
        self.grid = Grid(columns, rows)
        self.history: deque[Row] = deque(maxlen=HISTORY_ROWS)
        self.scrolled = 0
        """How many rows ever went to the history: a view that looks back keeps its place by it."""
        self.title = ""
        self.answers = bytearray()
        """What the program is to be sent; whoever sends it clears it."""
        self.cursor_keys = self.bracketed = False
        self.cursor_shown = True
        self._main: Grid | None = None  # while the other screen is shown
        self._tokens = Tokens()
        self._graphics = [False, False]
        self._shifted = 0
        self._last = " "

    @property
    def full_screen(self) -> bool:
        """Whether a program shows a screen of its own, such as an editor."""
        return self._main is not None

    def resize(self, columns: int, rows: int) -> None:
        columns, rows = (min(max(each, LEAST), MOST) for each in (columns, rows))
        for grid in (self.grid, self._main):
            if grid is not None:
                self._keep(grid.resize(columns, rows), grid)

    def feed(self, data: bytes) -> None:
        for found in self._tokens.of(data):
            self._act(found)

    def _act(self, found: re.Match[str]) -> None:
        kind = found.lastgroup
        if kind == "text":
            self._write(found[0])
        elif kind == "control":
            self._control(found[0])
        elif kind == "final":
            if not found["between"]:
                self._sequence(found["private"], found["numbers"], found["final"])
            elif found["between"] == "!" and found["final"] == "p":
                self._soft_reset()
        elif kind == "osc":
            number, _, words = found["osc"].partition(";")
            if number in ("0", "2"):
                self.title = "".join(char for char in words[:_TITLE_CHARS] if char.isprintable())
        elif kind == "charset":
            if found["charset"][0] in "()":
                self._graphics["()".index(found["charset"][0])] = found["charset"][1] == "0"
        elif kind == "escape":
            self._escape(found["escape"])

    # -- text ---------------------------------------------------------------------------------------------

    def _write(self, text: str) -> None:
        if self._graphics[self._shifted]:
            text = text.translate(GRAPHICS)
        grid = self.grid
        if text.isascii():  # most of all text: as many cells as characters
            at = 0
            while at < len(text):
                if grid.wraps:
                    self._wrapped()
                room = max(grid.columns - grid.x, 1)
                piece = text[at : at + room]
                if not grid.autowrap and at + room < len(text):
                    piece = text[at : at + room - 1] + text[-1]
                    at = len(text)
                else:
                    at += len(piece)
                grid.put(piece)
            self._last = text[-1]
            return
        for char in text:
            wide = width_of(char)
            if wide == 0:
                grid.combine(char)
                continue
            if grid.wraps or (wide == 2 and grid.x == grid.columns - 1 and grid.autowrap):
                self._wrapped()
            grid.put(char, wide)
            self._last = char

    def _wrapped(self) -> None:
        self.grid.x = 0
        self.grid.wraps = False
        self._down()

    def _down(self) -> None:
        self._keep(self.grid.down(), self.grid)

    def _keep(self, gone: list[Row], grid: Grid) -> None:
        """Rows that left at the top; of a program's own screen none are kept."""
        if gone and (grid is self._main or self._main is None):
            self.history.extend(gone)
            self.scrolled += len(gone)

    def _control(self, char: str) -> None:
        grid = self.grid
        if char in "\n\x0b\x0c\x84":
            self._down()
        elif char == "\r":
            grid.move(x=0)
        elif char == "\x08":
            grid.move(x=grid.x - 1)
        elif char == "\t":
            grid.move(x=(grid.x // 8 + 1) * 8)
        elif char in "\x0e\x0f":
            self._shifted = int(char == "\x0e")
        elif char == "\x85":
            grid.move(x=0)
            self._down()
        elif char == "\x8d":
            grid.up()

    def _escape(self, final: str) -> None:
        grid = self.grid
        if final == "D":
            self._down()
        elif final == "E":
            grid.move(x=0)
            self._down()
        elif final == "M":
            grid.up()
        elif final == "7":
            grid.save()
        elif final == "8":
            grid.restore()
        elif final == "c":
            self._main = None
            self.grid = Grid(grid.columns, grid.rows)
            self._soft_reset()

    def _soft_reset(self) -> None:
        self._graphics, self._shifted = [False, False], 0
        self.cursor_keys = self.bracketed = False
        self.cursor_shown = True
        self.grid.style = USUAL
        self.grid.margins(0, self.grid.rows - 1)

    # -- control sequences ------------------------------------------------------------------------------------

    def _sequence(self, private: str, raw: str, final: str) -> None:
        numbers = [int(part) if part and len(part) < 6 else 0 for part in re.split("[;:]", raw[:200])]
        if private == "?" and final in "hl":
            for number in numbers:
                self._mode(number, final == "h")
        elif private == ">" and final == "c":
            self.answers += b"\x1b[>0;10;1c"
        elif private:
            return
        elif final == "m":
            self.grid.style = after(self.grid.style, raw.encode("ascii"))
        elif (act := _ACTS.get(final)) is not None:
            act(self.grid, numbers)
        elif final in "STLMrnchlb":
            self._other(final, numbers)

    def _other(self, final: str, numbers: list[int]) -> None:
        grid, count = self.grid, max(numbers[0], 1)
        if final == "S":
            self._keep(grid.scroll(min(count, grid.rows)), grid)
        elif final == "T":
            grid.scroll_back(min(count, grid.rows))
        elif final == "L":
            grid.insert_rows(count)
        elif final == "M":
            grid.delete_rows(count)
        elif final == "r":
            bottom = numbers[1] if len(numbers) > 1 and numbers[1] else grid.rows
            grid.margins(count - 1, min(bottom, grid.rows) - 1)
        elif final == "n":
            if numbers[0] == 6:
                top = grid.top if grid.origin else 0
                self.answers += b"\x1b[%d;%dR" % (grid.y - top + 1, min(grid.x, grid.columns - 1) + 1)
            elif numbers[0] == 5:
                self.answers += b"\x1b[0n"
        elif final == "c":
            self.answers += b"\x1b[?62;22c"
        elif final in "hl" and 4 in numbers:
            grid.inserting = final == "h"
        elif final == "b":
            self._write(self._last * min(count, grid.columns))

    def _mode(self, number: int, on: bool) -> None:
        grid = self.grid
        if number == 1:
            self.cursor_keys = on
        elif number == 6:
            grid.origin = on
            grid.move(0, grid.top if on else 0)
        elif number == 7:
            grid.autowrap = on
        elif number == 25:
            self.cursor_shown = on
        elif number == 2004:
            self.bracketed = on
        elif number in (47, 1047, 1049):
            self._other_screen(on, number == 1049)
        elif number == 1048:
            (grid.save if on else grid.restore)()

    def _other_screen(self, on: bool, with_cursor: bool) -> None:
        if on and self._main is None:
            if with_cursor:
                self.grid.save()
            main = self.grid
            self._main = main
            self.grid = Grid(main.columns, main.rows)
            self.grid.style, self.grid.x, self.grid.y = main.style, main.x, main.y
        elif not on and self._main is not None:
            self.grid, self._main = self._main, None
            if with_cursor:
                self.grid.restore()

    # -- reading -----------------------------------------------------------------------------------------------

    def rows(self, first: int, count: int) -> list[Row]:
        """Rows of history and grid together, from the oldest that is kept on."""
        kept = len(self.history) if not self.full_screen else 0
        out = list(islice(self.history, first, min(first + count, kept))) if first < kept else []
        start = max(first - kept, 0)
        return out + self.grid.lines[start : start + count - len(out)]

    def __len__(self) -> int:
        return (0 if self.full_screen else len(self.history)) + self.grid.rows

    def lines(self) -> list[str]:
        """What is seen, without the blanks at the ends."""
        return [row.text().rstrip() for row in self.grid.lines]


def _to_line(grid: Grid, count: int) -> None:
    grid.step(count)
    grid.move(x=0)


def _at(numbers: list[int], place: int) -> int:
    return max(numbers[place], 1) if len(numbers) > place else 1


_ACTS: dict[str, Callable[[Grid, list[int]], None]] = {
    "A": lambda grid, n: grid.step(-_at(n, 0)),
    "B": lambda grid, n: grid.step(_at(n, 0)),
    "e": lambda grid, n: grid.step(_at(n, 0)),
    "C": lambda grid, n: grid.move(x=grid.x + _at(n, 0)),
    "a": lambda grid, n: grid.move(x=grid.x + _at(n, 0)),
    "D": lambda grid, n: grid.move(x=min(grid.x, grid.columns - 1) - _at(n, 0)),
    "E": lambda grid, n: _to_line(grid, _at(n, 0)),
    "F": lambda grid, n: _to_line(grid, -_at(n, 0)),
    "G": lambda grid, n: grid.move(x=_at(n, 0) - 1),
    "`": lambda grid, n: grid.move(x=_at(n, 0) - 1),
    "d": lambda grid, n: grid.place(grid.x, _at(n, 0) - 1),
    "H": lambda grid, n: grid.place(_at(n, 1) - 1, _at(n, 0) - 1),
    "f": lambda grid, n: grid.place(_at(n, 1) - 1, _at(n, 0) - 1),
    "I": lambda grid, n: grid.move(x=(grid.x // 8 + _at(n, 0)) * 8),
    "Z": lambda grid, n: grid.move(x=max((grid.x + 7) // 8 - _at(n, 0), 0) * 8),
    "J": lambda grid, n: grid.erase_display(n[0]),
    "K": lambda grid, n: grid.erase_line(n[0]),
    "@": lambda grid, n: grid.insert_cells(_at(n, 0)),
    "P": lambda grid, n: grid.delete_cells(_at(n, 0)),
    "X": lambda grid, n: grid.erase_cells(_at(n, 0)),
    "s": lambda grid, _n: grid.save(),
    "u": lambda grid, _n: grid.restore(),
}
