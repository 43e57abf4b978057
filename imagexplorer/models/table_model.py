"""The one model of every list: records as rows, columns from `models.tables`, in groups where asked.

It sorts its own rows (a list sort costs a fiftieth of a proxy that asks for each comparison); text filters are
`filter_proxy`. Rows are matched by id on update, so selection, scroll and expansion survive a refresh.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer

from imagexplorer.core.text import plain
from imagexplorer.models.arrangement import TOP, Arrangement, Lists, ranges
from imagexplorer.models.columns import Column, Group, Role, cell, group_cell, heading

Index = QModelIndex | QPersistentModelIndex
AGES_EVERY_MS = 30_000


class TableModel(QAbstractItemModel):
    """`key` gives a record's id, unique in the list. Records must compare by value.

    A row's internal id is TOP for the upper level, else the serial number of its group, which never changes.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        key: Callable[[Any], str] = lambda record: str(record.id),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._key = key
        self._records: list[Any] = []
        self._order = Arrangement(self.columns)
        self._lists: Lists = {TOP: []}
        self._haystacks: dict[str, str] = {}
        self._ages = QTimer(self)
        self._ages.setInterval(AGES_EVERY_MS)
        self._ages.timeout.connect(self.refresh_ages)
        if any(column.ages for column in self.columns):
            self._ages.start()

    # -- what it holds ------------------------------------------------------------------------------

    def records(self) -> list[Any]:
        """As they were given."""
        return list(self._records)

    def record(self, index: Index) -> Any | None:
        """The record of a row, a Group for a heading, None for an invalid index."""
        return index.data(Role.RECORD) if index.isValid() else None

    def index_of(self, identifier: str) -> QModelIndex:
        """The first cell of the row with this id; invalid where there is none."""
        for serial, entries in self._lists.items():
            for row, entry in enumerate(entries):
                if not isinstance(entry, Group) and self._key(entry) == identifier:
                    return self.createIndex(row, 0, serial)
        return QModelIndex()

    def column_of(self, name: str) -> int:
        """The position of the column that settings know by this name. Raises ValueError."""
        return [column.name for column in self.columns].index(name)

    def haystack(self, record: Any) -> str:
        """All that a text filter looks through, case folded: every column's words but ages, and the id."""
        identifier = self._key(record)
        known = self._haystacks.get(identifier)
        if known is None:
            words = [column.text(record) for column in self.columns if not column.ages]
            known = self._haystacks[identifier] = "\n".join([*words, str(getattr(record, "id", identifier))]).casefold()
        return known

    def set_records(self, records: Iterable[Any]) -> None:
        """Show these. Rows that stay keep their place, selection and expansion."""
        fresh = {self._key(record): record for record in records}
        for old in self._records:
            identifier = self._key(old)
            new = fresh.get(identifier)
            if new is not old and new != old:
                self._haystacks.pop(identifier, None)
        self._records = list(fresh.values())
        self._show(self._order.lists(self._records))

    def set_grouping(self, grouping: Callable[[Any], str] | None) -> None:
        """Group by what `grouping` says of a record ("" stands alone), or not at all."""
        if grouping is self._order.grouping:
            return
        self.layoutAboutToBeChanged.emit()
        selected = self._persistent_ids()  # after the signal: proxies and views take theirs while it is sent
        self._order.grouping = grouping
        self._lists = self._order.lists(self._records)
        self._restore(selected)
        self.layoutChanged.emit()

    @property
    def grouped(self) -> bool:
        return self._order.grouping is not None

    def refresh_ages(self) -> None:
        """Have the columns that depend on the time of day painted again."""
        for number, column in enumerate(self.columns):
            if not column.ages:
                continue
            for serial, entries in self._lists.items():
                if entries:
                    first = self.createIndex(0, number, serial)
                    last = self.createIndex(len(entries) - 1, number, serial)
                    self.dataChanged.emit(first, last, [Qt.ItemDataRole.DisplayRole])

    # -- arranging ----------------------------------------------------------------------------------

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """-1 gives the order in which the records came."""
        self._order.sort = (column, order)
        self.layoutAboutToBeChanged.emit()
        selected = self._persistent_ids()  # after the signal: proxies and views take theirs while it is sent
        self._lists = self._order.lists(self._records)
        self._restore(selected)
        self.layoutChanged.emit()

    # -- from one arrangement to the next -----------------------------------------------------------

    def _entry_id(self, entry: Any) -> tuple[bool, str]:
        return (True, entry.key) if isinstance(entry, Group) else (False, self._key(entry))

    def _show(self, wanted: Lists) -> None:
        """Remove, reorder, insert, change, in this order, each in as few ranges as possible."""
        before = {
            serial: {self._entry_id(entry): entry for entry in entries} for serial, entries in self._lists.items()
        }
        ids = {serial: list(entries) for serial, entries in before.items()}
        if ids != {serial: [self._entry_id(entry) for entry in entries] for serial, entries in wanted.items()}:
            self._remove_missing(wanted)
            self._reorder(wanted)
            self._insert_missing(wanted)
        for serial, entries in wanted.items():
            old = before.get(serial, {})
            self._lists[serial] = entries
            changed = [
                row
                for row, entry in enumerate(entries)
                if (was := old.get(self._entry_id(entry))) is not None and was is not entry and was != entry
            ]
            for first, last in ranges(changed):
                right = self.createIndex(last, len(self.columns) - 1, serial)
                self.dataChanged.emit(self.createIndex(first, 0, serial), right)

    def _remove_missing(self, wanted: Lists) -> None:
        # Members before their headings: a group that goes takes its rows with it, one that stays loses some.
        for serial in sorted(self._lists, reverse=True):
            stay = {self._entry_id(entry) for entry in wanted.get(serial, ())}
            if serial not in wanted:
                continue
            entries = self._lists[serial]
            gone = [row for row, entry in enumerate(entries) if self._entry_id(entry) not in stay]
            for first, last in reversed(list(ranges(gone))):
                self.beginRemoveRows(self._index_of_list(serial), first, last)
                for entry in entries[first : last + 1]:
                    if isinstance(entry, Group):
                        self._lists.pop(self._order.serials[entry.key], None)
                del entries[first : last + 1]
                self.endRemoveRows()

    def _reorder(self, wanted: Lists) -> None:
        orders = {}
        for serial, entries in self._lists.items():
            have = {self._entry_id(entry): entry for entry in entries}
            order = [have[name] for entry in wanted.get(serial, ()) if (name := self._entry_id(entry)) in have]
            if order != entries:
                orders[serial] = order
        if not orders:
            return
        self.layoutAboutToBeChanged.emit()
        selected = self._persistent_ids()  # after the signal: proxies and views take theirs while it is sent
        self._lists.update(orders)
        self._restore(selected)
        self.layoutChanged.emit()

    def _insert_missing(self, wanted: Lists) -> None:
        for serial in sorted(wanted):
            entries = self._lists.setdefault(serial, []) if serial == TOP or serial in self._lists else None
            if entries is None:  # a new group: its rows came with its heading
                continue
            have = {self._entry_id(entry) for entry in entries}
            new = [row for row, entry in enumerate(wanted[serial]) if self._entry_id(entry) not in have]
            for first, last in ranges(new):
                self.beginInsertRows(self._index_of_list(serial), first, last)
                added = wanted[serial][first : last + 1]
                entries[first:first] = added
                for entry in added:
                    if isinstance(entry, Group):
                        self._lists[self._order.serials[entry.key]] = list(entry.rows)
                self.endInsertRows()

    def _persistent_ids(self) -> list[tuple[QModelIndex, tuple[bool, str], int]]:
        return [(index, self._entry_id(self._entry(index)), index.column()) for index in self.persistentIndexList()]

    def _restore(self, selected: list[tuple[QModelIndex, tuple[bool, str], int]]) -> None:
        """Persistent indexes follow their rows."""
        if not selected:
            return
        place = {
            self._entry_id(entry): (row, serial)
            for serial, entries in self._lists.items()
            for row, entry in enumerate(entries)
        }
        fresh = []
        for _, identifier, column in selected:
            at = place.get(identifier)
            fresh.append(self.createIndex(at[0], column, at[1]) if at else QModelIndex())
        self.changePersistentIndexList([index for index, _, _ in selected], fresh)

    def _index_of_list(self, serial: int) -> QModelIndex:
        if serial == TOP:
            return QModelIndex()
        name = self._order.names[serial]
        for row, entry in enumerate(self._lists[TOP]):
            if isinstance(entry, Group) and entry.key == name:
                return self.createIndex(row, 0, TOP)
        return QModelIndex()

    # -- Qt asks ------------------------------------------------------------------------------------

    def _entry(self, index: Index) -> Any:
        return self._lists[index.internalId()][index.row()]

    def _list_under(self, parent: Index) -> tuple[list[Any], int]:
        if not parent.isValid():
            return self._lists[TOP], TOP
        if parent.column() == 0 and parent.internalId() == TOP:
            entry = self._lists[TOP][parent.row()]
            if isinstance(entry, Group):
                serial = self._order.serials[entry.key]
                return self._lists.get(serial, []), serial
        return [], TOP

    def entry_at(self, row: int, parent: Index) -> Any:
        """The record or Group of a row."""
        return self._list_under(parent)[0][row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return len(self._list_under(parent)[0])

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self.columns)

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        entries, serial = self._list_under(parent)
        if 0 <= row < len(entries) and 0 <= column < len(self.columns):
            return self.createIndex(row, column, serial)
        return QModelIndex()

    def parent(self, index: Index | None = None) -> Any:
        if index is None:
            return QObject.parent(self)
        return self._index_of_list(index.internalId()) if index.isValid() else QModelIndex()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._entry(index)
        column = self.columns[index.column()]
        if isinstance(entry, Group):
            return group_cell(column, entry, role)
        if role == Role.ID:
            return plain(self._key(entry))
        return cell(column, entry, role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(self.columns):
            return heading(self.columns[section], role)
        return None
