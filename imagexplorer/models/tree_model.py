"""The one model of every file tree: a TreeView's columns as a Qt tree. Knows no layer, no container and no widget.

The internal id of an index is the view's row; row 0, the root, is not shown. Nothing per row lives in a Python object.
Sorting and filtering are new TreeViews, asked of the session: `set_view` shows them. There is no proxy and no fetchMore
(Qt would leave rows out without a word), and `flags` stays Qt's own, which costs half of a Python one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from imagexplorer.core.owners import NUMBERS, Owners
from imagexplorer.core.tree_view import ROOT, TreeView
from imagexplorer.models.columns import ANSWERED, Column, Role, cell, heading, settled
from imagexplorer.models.tree_rows import FILES, TreeRow

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_ID = int(Role.ID)


class TreeModel(QAbstractItemModel):
    """Columns are functions of a `TreeRow`. Empty until `set_view`."""

    def __init__(self, columns: Sequence[Column] = FILES, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._width = len(self.columns)
        self._settled = [settled(column) for column in self.columns]
        self._view: TreeView | None = None
        self._owners = NUMBERS
        self._first: Sequence[int] = (0,)
        self._count: Sequence[int] = (0,)
        self._parent: Sequence[int] = (0,)
        self._make = self.createIndex

    @property
    def view(self) -> TreeView | None:
        return self._view

    def set_view(self, view: TreeView | None) -> None:
        """Show another answer. A reset: whoever shows it keeps expansion and selection by `node`."""
        self.beginResetModel()
        self._view = view
        if view is None:
            self._first = self._count = self._parent = (0,)
        else:
            self._first, self._count, self._parent = view.first, view.count, view.parent
        self.endResetModel()

    def set_owners(self, owners: Owners) -> None:
        """What numbers of users and groups are called. Nothing else changes: whoever shows it paints again."""
        self._owners = owners

    # -- rows, nodes, paths ---------------------------------------------------------------------------

    def row_at(self, index: Index) -> TreeRow | None:
        return self.row(index.internalId()) if self._view is not None and index.isValid() else None

    def row(self, row: int) -> TreeRow:
        """A row of the view that is shown."""
        assert self._view is not None
        return TreeRow(self._view, row, self._owners)

    def index_of_row(self, row: int, column: int = 0) -> QModelIndex:
        """The index of a view's row; invalid for the root and for what is not there."""
        if not ROOT < row < len(self._parent):
            return QModelIndex()
        return self._make(row - self._first[self._parent[row]], column, row)

    def first_below(self, parent: Index) -> int:
        """The view's row of the first child; the others follow it."""
        return self._first[parent.internalId()]

    def rows_of_nodes(self, nodes: Collection[int]) -> dict[int, int]:
        """Rows by node, of those that the view shows. One pass over the view (30 ms a million rows)."""
        if self._view is None or not nodes:
            return {}
        wanted = nodes if isinstance(nodes, set | frozenset) else set(nodes)
        return {node: row for row, node in enumerate(self._view.node) if node in wanted}

    def rows_of_paths(self, paths: Iterable[bytes]) -> dict[bytes, int]:
        """Rows by path, of those that the view shows, folders above them included. A folder is gone through once,
        however much is wanted of it (2 ms for 50,000 names)."""
        view = self._view
        if view is None:
            return {}
        wanted: dict[bytes, set[bytes]] = {}  # by folder
        for path in paths:
            while path:
                above, _, name = path.rpartition(b"/")
                names = wanted.setdefault(above, set())
                if name in names:
                    break
                names.add(name)
                path = above
        found = {b"": ROOT}
        waiting = [b""]
        for folder in waiting:
            names = wanted.get(folder, set())
            lengths = {len(name) for name in names}
            first = self._first[found[folder]]
            for row in range(first, first + self._count[found[folder]] if names else first):
                if view.name_length[row] in lengths and (name := view.name(row)) in names:
                    path = folder + b"/" + name if folder else name
                    found[path] = row
                    waiting.append(path)
        del found[b""]
        return found

    def find(self, path: bytes) -> QModelIndex:
        """The index of a path (no leading slash); invalid where the view does not show it."""
        return self.index_of_row(self.rows_of_paths([path]).get(path, ROOT))

    def walk(self, limit: int) -> Iterator[int]:
        """Rows breadth first, at most `limit`, without the root."""
        for done, row in enumerate(range(1, len(self._parent))):
            if done >= limit:
                return
            yield row

    # -- Qt asks ------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.column() > 0 else self._count[parent.internalId()]

    def hasChildren(self, parent: Index = _NOWHERE) -> bool:
        return self._count[parent.internalId()] > 0 and parent.column() < 1

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return self._width

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        above = parent.internalId()  # 0, the root, for an invalid index
        if 0 <= row < self._count[above] and 0 <= column < self._width and parent.column() < 1:
            return self._make(row, column, self._first[above] + row)
        return QModelIndex()

    def parent(self, index: Index | None = None) -> Any:
        if index is None:
            return QObject.parent(self)
        above = self._parent[index.internalId()] if index.isValid() else ROOT
        if above == ROOT:
            return QModelIndex()
        return self._make(above - self._first[self._parent[above]], 0, above)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        # In the order of how often: three of four questions end here.
        if role not in ANSWERED and role != _ID:
            return None
        column = index.column()
        if self._view is None or column < 0:
            return None
        settled_here = self._settled[column]
        if role in settled_here:
            return settled_here[role]
        if role == _ID:
            return self._view.node[index.internalId()]
        return cell(self.columns[column], TreeRow(self._view, index.internalId(), self._owners), role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and 0 <= section < self._width:
            return heading(self.columns[section], role)
        return None
