"""Records in the order and the groups in which a list shows them. Pure; knows columns, no model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import Qt

from imagexplorer.models.columns import Column, Group

TOP = 0
"""The serial number of the upper list."""

Lists = dict[int, list[Any]]
"""The upper list under TOP, whose entries may be Groups, and each group's rows under its serial number."""


@dataclass(slots=True)
class Arrangement:
    """`sort` is (column, order), -1 for the order in which records come; `grouping` names a record's group, "" none.
    A group keeps its serial number for ever."""

    columns: tuple[Column, ...]
    sort: tuple[int, Qt.SortOrder] = (-1, Qt.SortOrder.AscendingOrder)
    grouping: Callable[[Any], str] | None = None
    serials: dict[str, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def lists(self, records: Sequence[Any]) -> Lists:
        if self.grouping is None:
            return {TOP: self._sorted(records)}
        members: dict[str, list[Any]] = {}
        alone: list[Any] = []
        for record in records:
            name = self.grouping(record)
            if name:
                members.setdefault(name, []).append(record)
            else:
                alone.append(record)
        found: Lists = {TOP: []}
        groups = []
        for name, rows in members.items():
            shown = self._sorted(rows)
            found[self._serial(name)] = shown
            groups.append(Group(name, tuple(shown)))
        found[TOP] = [*self._sorted_groups(groups), *self._sorted(alone)]
        return found

    def _serial(self, name: str) -> int:
        serial = self.serials.setdefault(name, len(self.serials) + 1)
        self.names[serial] = name
        return serial

    def _sorted(self, records: Sequence[Any]) -> list[Any]:
        number, order = self.sort
        if not 0 <= number < len(self.columns):
            return list(records)
        return _by(records, self.columns[number].sort_value, order)

    def _sorted_groups(self, groups: list[Group]) -> list[Group]:
        """Groups come before what stands alone, by name where the column says nothing of groups."""
        number, order = self.sort
        groups.sort(key=lambda group: group.key.casefold())
        if 0 <= number < len(self.columns):
            value = self.columns[number].group_sort
            if value is not None:
                return _by(groups, value, order)
            if number == 0 and order == Qt.SortOrder.DescendingOrder:
                groups.reverse()
        return groups


def _by(entries: Iterable[Any], value: Callable[[Any], Any], order: Qt.SortOrder) -> list[Any]:
    """Stable; what has no value comes last in either order."""
    valued = [(value(entry), entry) for entry in entries]
    known = [pair for pair in valued if pair[0] is not None]
    known.sort(key=lambda pair: pair[0], reverse=order == Qt.SortOrder.DescendingOrder)
    return [entry for _, entry in known] + [entry for sort, entry in valued if sort is None]


def ranges(positions: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Ascending positions as runs (first, last)."""
    first = last = -2
    for position in positions:
        if position == last + 1:
            last = position
        else:
            if last >= 0:
                yield first, last
            first = last = position
    if last >= 0:
        yield first, last
