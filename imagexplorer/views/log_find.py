"""Finding words in a log: among the lines that are shown, in slices between two frames. Knows a LogView."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from imagexplorer.core.log_rows import LogRows
from imagexplorer.views.find_bar import FindLine
from imagexplorer.views.log_view import LogView

SLICE_S = 0.008


class LogFind(FindLine):
    """Goes from line to line, upwards first: the newest lines are looked for most."""

    def __init__(self, log: LogView, parent: QWidget | None = None) -> None:
        self.log = log
        self.found = LogRows(log.lines)
        self._at = -1  # the number of the line in front
        self._go = 0
        super().__init__(log, parent)
        self._slices = QTimer(self, interval=0)
        self._slices.timeout.connect(self._slice)

    def chosen(self) -> str:
        chosen = self.log.selection()
        return self.log.selected_text() if chosen and chosen[0].number == chosen[1].number else ""

    def look(self, move: bool) -> None:
        words = self.edit.text()
        self.found = LogRows(self.log.lines, self.log.rows.stream, words)
        self._at, self._go = -1, 1 if move else 0
        self.log.set_lit(words)
        self.follow()

    def follow(self) -> None:
        """Lines came, or others are shown."""
        if not self.edit.text():
            self._slices.stop()
            self.show_count(0, 0)
        elif self.found.behind:
            self._slices.start()
        else:
            self._show()

    def _slice(self) -> None:
        until = time.monotonic() + SLICE_S
        if not self.found.advance(lambda: time.monotonic() < until):
            self._slices.stop()
            if self._go and len(self.found):
                self._go = 0
                here = self.found.row_of(self.log.current_line())
                self._to(min(here, len(self.found) - 1))
                return
        self._show()

    def step(self, step: int) -> None:
        count = len(self.found) if self.edit.text() else 0
        if count:
            here = self.found.row_of(self._at)
            on_it = here < count and self.found.number(here) == self._at
            self._to((here + step if on_it else here if step > 0 else here - 1) % count)

    def _to(self, row: int) -> None:
        self._at = self.found.number(row)
        self.log.show_line(self._at)
        self._show()

    def _show(self) -> None:
        count = len(self.found) if self.edit.text() else 0
        row = self.found.row_of(self._at) if self._at >= 0 else -1
        self.show_count(row + 1, count, self.found.behind)
