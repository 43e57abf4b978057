"""What a column is, and the roles that a model answers beside Qt's own. Knows no record and no screen.

A screen is a tuple of columns (`models.tables`); the table and the tree model have one body each and read them.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QIcon

from imagexplorer import resources
from imagexplorer.core.text import plain

MAX_SORT = 2**62
"""Numbers are clamped to this before Qt sees them: a QVariant holds 64 bits, a hostile size may say more."""


class Role(IntEnum):
    """Beside Qt's: the record itself, its id, what to sort by, and what the cell delegate draws."""

    RECORD = Qt.ItemDataRole.UserRole + 1  # the row's record; a Group for a group
    ID = Qt.ItemDataRole.UserRole + 2  # str (tables) or int (trees)
    SORT = Qt.ItemDataRole.UserRole + 3
    CHIPS = Qt.ItemDataRole.UserRole + 4  # list of str: drawn as chips
    TONE = Qt.ItemDataRole.UserRole + 5  # word of the theme's colour table, "" for the text colour
    SHARE = Qt.ItemDataRole.UserRole + 6  # 0 to 1: drawn as a bar


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that stand under one heading, such as a compose project."""

    key: str
    rows: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """Small functions of a record. Text from outside is made plain by the model, not here.

    `sort` gives what to order by (the text without it; None sorts last); `tooltip` one or more lines of plain text;
    `spoken` what a screen reader says instead of the text; `icon` a name in resources/icons; `tone` a word of the
    theme's colour table; `chips` words to draw as chips;
    `share` a number from 0 to 1 to draw as a bar; `group` and `group_sort` say what a Group shows there.
    `number`: right-aligned. `mono`: fixed font. `ages`: the text depends on the time of day. `chars`: usual width
    in characters. `optional`: not shown until the user asks.
    """

    title: str
    text: Callable[[Any], str]
    sort: Callable[[Any], Any] | None = None
    key: str = ""
    tooltip: Callable[[Any], str] | None = None
    icon: Callable[[Any], str] | None = None
    tone: Callable[[Any], str] | None = None
    spoken: Callable[[Any], str] | None = None
    chips: Callable[[Any], Sequence[str]] | None = None
    share: Callable[[Any], float] | None = None
    group: Callable[[Group], str] | None = None
    group_sort: Callable[[Group], Any] | None = None
    number: bool = False
    mono: bool = False
    ages: bool = False
    stretch: bool = False
    optional: bool = False
    chars: int = 12
    elide_middle: bool = False
    about: str = ""  # tooltip of the heading

    @property
    def name(self) -> str:
        """What settings keep."""
        return self.key or self.title.lower().replace(" ", "_")

    def sort_value(self, record: Any) -> Any:
        value = (self.sort or self.text)(record)
        if isinstance(value, str):
            return value.casefold()
        return min(value, MAX_SORT) if isinstance(value, int) else value


# Looked up once: a repaint asks for some two thousand cells and roles.
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_DECORATION = int(Qt.ItemDataRole.DecorationRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_FONT = int(Qt.ItemDataRole.FontRole)
_ACCESSIBLE = int(Qt.ItemDataRole.AccessibleTextRole)
_RECORD, _ID, _SORT, _CHIPS, _TONE, _SHARE = map(int, Role)
ANSWERED = frozenset(
    {_DISPLAY, _ALIGNMENT, _DECORATION, _TOOLTIP, _FONT, _ACCESSIBLE, _RECORD, _SORT, _CHIPS, _TONE, _SHARE}
)
"""Roles that any column may answer; a model says None to all others at once."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def settled(column: Column) -> dict[int, Any]:
    """What a column answers whatever the record, by role: a model looks here before it makes a record."""
    answers: dict[int, Any] = {_ALIGNMENT: alignment(column), _FONT: fixed_font() if column.mono else None}
    without = ((_DECORATION, column.icon), (_CHIPS, column.chips), (_SHARE, column.share), (_TOOLTIP, column.tooltip))
    answers |= {role: None for role, function in without if function is None}
    if column.tone is None:
        answers[_TONE] = ""
    return answers


def cell(column: Column, record: Any, role: int) -> Any:
    """What a column answers for a record and a role; None where it has nothing to say."""
    if role not in ANSWERED:
        return None
    if role == _DISPLAY:
        return plain(column.text(record))
    if role == _ALIGNMENT:
        return alignment(column)
    if role == _DECORATION:
        return icon_of(column.icon(record)) if column.icon else None
    if role == _FONT:
        return fixed_font() if column.mono else None
    if role == _TONE:
        return column.tone(record) if column.tone else ""
    if role == _CHIPS:
        return [plain(chip, 200) for chip in column.chips(record)] if column.chips else None
    if role == _SHARE:
        return column.share(record) if column.share else None
    return _rare(column, record, role)


def _rare(column: Column, record: Any, role: int) -> Any:
    if role == _RECORD:
        return record
    if role == _SORT:
        return column.sort_value(record)
    if role == _TOOLTIP:
        return safe_tip(column.tooltip(record)) if column.tooltip else None
    if role == _ACCESSIBLE:
        return plain((column.spoken or column.text)(record)) or None
    return None


def group_cell(column: Column, group: Group, role: int) -> Any:
    """The same for a group's own row."""
    if role == _DISPLAY:
        return plain(column.group(group)) if column.group else ""
    if role == _ALIGNMENT:
        return alignment(column)
    if role == _DECORATION:
        return icon_of("compose") if column.icon and column.group and not column.group_sort else None
    return group if role == _RECORD else None


def safe_tip(text: str) -> str | None:
    """A tooltip that shows text from outside as it is: Qt would read markup in it, and files that the markup names."""
    if not text:
        return None
    return "<qt>" + "<br>".join(html.escape(plain(line, 1000)) for line in text[:8000].split("\n")) + "</qt>"


def heading(column: Column, role: int) -> Any:
    if role == _DISPLAY:
        return column.title
    if role == _ALIGNMENT:
        return alignment(column)
    return safe_tip(column.about) if role == _TOOLTIP else None


def alignment(column: Column) -> Qt.AlignmentFlag:
    return _RIGHT if column.number else _LEFT


def icon_of(name: str) -> QIcon | None:
    return resources.icon(name) if name else None


@cache
def fixed_font() -> QFont:
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
