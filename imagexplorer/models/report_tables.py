"""The tables of a saved document as columns. Knows their kinds, not what they are about."""

from __future__ import annotations

from collections.abc import Callable

from imagexplorer.core.report_reading import MODE, NUMBER, PATH, SIZE, TEXT, Cell, ReportTable
from imagexplorer.core.text import exact_size, human_size
from imagexplorer.models.columns import Column

Row = tuple[Cell, ...]
"""Its number in the document, then the cells."""


def numbered(table: ReportTable) -> list[Row]:
    return [(number, *row) for number, row in enumerate(table.rows)]


def columns_of(table: ReportTable) -> tuple[Column, ...]:
    """What is left of the width is for words: those of the last column, or where that has numbers the first ones."""
    words = [at for at, (_, kind) in enumerate(table.columns) if kind in (PATH, TEXT)]
    last = len(table.columns) - 1
    wide = last if not words or last in words else words[0]
    return tuple(_column(title, kind, at + 1, at == wide) for at, (title, kind) in enumerate(table.columns))


def _column(title: str, kind: str, at: int, wide: bool) -> Column:
    number = kind in (NUMBER, SIZE)
    words = _WORDS[kind]

    def text(row: Row) -> str:
        return "" if row[at] is None else words(row[at])

    def sort(row: Row) -> Cell:
        value = row[at]
        if kind in (NUMBER, SIZE, MODE):
            return value if isinstance(value, int) else -1
        return str(value or "")

    def whole(row: Row) -> str:
        value = row[at]
        return exact_size(value) if kind == SIZE and isinstance(value, int) else str(value or "")

    chars = {PATH: 44, NUMBER: 7, SIZE: 9, MODE: 6}.get(kind, 20)
    return Column(
        title,
        text,
        sort=sort,
        tooltip=whole if kind in (SIZE, PATH, TEXT) else None,
        number=number,
        stretch=wide,
        chars=chars,
        elide_middle=kind == PATH,
    )


def _size(value: Cell) -> str:
    return human_size(value) if isinstance(value, int) else ""


def _mode(value: Cell) -> str:
    return f"{value:04o}" if isinstance(value, int) and value >= 0 else ""


def _number(value: Cell) -> str:
    return f"{value:,}" if isinstance(value, int) else ""


_WORDS: dict[str, Callable[[Cell], str]] = {TEXT: str, PATH: str, NUMBER: _number, SIZE: _size, MODE: _mode}
