"""Typing a name goes to it: what was typed so far, and the row that begins so. Knows the columns of a view."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from imagexplorer.core.tree_steps import after, beyond
from imagexplorer.core.tree_view import ROOT, TreeView

STEPS_AT_MOST = 200_000
"""Rows that are looked at for one key: a tenth of a second."""


class TypeAhead:
    def __init__(self) -> None:
        self._text = b""
        self._at = 0.0

    def find(self, view: TreeView, row: int, typed: str, is_open: Callable[[int], bool]) -> int:
        """From the current row on, around the end, among rows whose folders are all open; the root where there is none.
        Letters that follow each other quickly are one name; the same letter again goes to the next."""
        now = time.monotonic()
        fresh = now - self._at > QApplication.keyboardInputInterval() / 1000
        self._at = now
        letters = typed.lower().encode("utf-8", "surrogateescape")
        self._text = letters if fresh or self._text == letters else self._text + letters
        wanted, size = self._text, len(self._text)
        names, start, length = view.names, view.name_start, view.name_length
        row = row if size > len(letters) else _below(view, row, is_open)  # one more letter may fit the row already
        for _ in range(min(len(view), STEPS_AT_MOST)):
            at = start[row]
            if row != ROOT and length[row] >= size and bytes(names[at : at + size]).lower() == wanted:
                return row
            row = _below(view, row, is_open)
        return ROOT


def _below(view: TreeView, row: int, is_open: Callable[[int], bool]) -> int:
    """The row under it on the screen."""
    return after(view, row) if view.count[row] and is_open(row) else beyond(view, row)
