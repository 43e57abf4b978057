"""Which kept lines of a log are shown, or are found: by stream, by words. Follows the lines in small steps.

Pure; who shows them calls `advance` until nothing is left, between two frames.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable

from imagexplorer.core.log_lines import LogLines, found_in, of_stream


class LogRows:
    """Numbers of lines, ascending. `stream` 0 and `words` "" leave none out; then nothing is kept for it."""

    def __init__(self, lines: LogLines, stream: int = 0, words: str = "") -> None:
        self._lines, self.stream, self.words = lines, stream, words
        self._all = not stream and not words
        self._rows = array("Q")
        self._looked = lines.first

    @property
    def behind(self) -> bool:
        return not self._all and self._looked < self._lines.end

    def advance(self, in_time: Callable[[], bool]) -> bool:
        """Look at further blocks while `in_time()`; whether some are left."""
        lines = self._lines
        if self._all:
            return False
        if self._rows and self._rows[0] < lines.first:
            del self._rows[: bisect_left(self._rows, lines.first)]
        self._looked = max(self._looked, lines.first)
        for block in lines.blocks:
            if block.first + len(block) <= self._looked:
                continue
            start = self._looked - block.first
            if self.words:
                found = found_in(block, self.words, start)
                if self.stream:
                    found = (each for each in found if block.streams[each - block.first] == self.stream)
            else:
                found = of_stream(block, self.stream, start)
            self._rows.extend(found)
            self._looked = block.first + len(block)
            if not in_time():
                break
        return self.behind

    def __len__(self) -> int:
        return len(self._lines) if self._all else len(self._rows)

    def number(self, row: int) -> int:
        """Raises IndexError."""
        if self._all:
            return self._lines.first + row
        return self._rows[row]

    def row_of(self, number: int) -> int:
        """The row of that line, or of the next one that is among them."""
        if self._all:
            return min(max(number - self._lines.first, 0), len(self._lines))
        return bisect_left(self._rows, number)
