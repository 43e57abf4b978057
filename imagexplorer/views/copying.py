"""What is selected, as text in the clipboard: rows with their columns, ids, names, command lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHeaderView, QMenu

from imagexplorer.core.text import plain
from imagexplorer.models.columns import Column

COPIED_ROWS = 10_000


def copy_lines(lines: Iterable[str]) -> None:
    """Nothing to copy leaves the clipboard as it is."""
    text = "\n".join(islice(filter(None, lines), COPIED_ROWS))
    if text:
        QGuiApplication.clipboard().setText(text)


def copy_rows(header: QHeaderView, columns: Sequence[Column], records: Sequence[Any]) -> None:
    """The columns that are shown, in their order on the screen, parted by tabs, under their titles."""
    visual = [header.logicalIndex(position) for position in range(header.count())]
    shown = [columns[number] for number in visual if not header.isSectionHidden(number)]
    if records:
        titles = "\t".join(column.title for column in shown)
        copy_lines([titles, *("\t".join(plain(column.text(record)) for column in shown) for record in records)])


def add_copy(menu: QMenu, words: str, records: Sequence[Any], text: Callable[[Any], str]) -> None:
    """An entry that copies a line a record; greyed where there is none."""
    lines = [line for line in map(text, records) if line]
    action = menu.addAction(words, lambda: copy_lines(lines))
    action.setEnabled(bool(lines))
