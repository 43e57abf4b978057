"""A file tree with ticks: what is ticked, with what is below it. A folder that holds both is half ticked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from imagexplorer.core.layer_index import DIR
from imagexplorer.core.tree_view import MARK_DELETED, TreeView
from imagexplorer.models.columns import Column
from imagexplorer.models.tree_model import TreeModel
from imagexplorer.models.tree_rows import CHANGES

Index = QModelIndex | QPersistentModelIndex
_CHECK = Qt.ItemDataRole.CheckStateRole


class TickModel(TreeModel):
    """Rows with a mark can be left out; those without are folders above such. A view's rows stand after their parents
    (breadth first), so one pass in either direction sums up."""

    ticks_changed = Signal()

    def __init__(self, columns: Sequence[Column] = CHANGES, parent: QObject | None = None) -> None:
        super().__init__(columns, parent)
        self._own = bytearray()
        self._marked: list[int] = []
        self._ticked: list[int] = []

    def set_view(self, view: TreeView | None) -> None:
        """All of it ticked."""
        self._own = bytearray() if view is None else bytearray(1 if mark else 0 for mark in view.mark)
        self._marked = [] if view is None else self._sums(view.parent)  # who hears of the reset asks at once
        self._ticked = list(self._marked)
        super().set_view(view)
        self.ticks_changed.emit()

    def _sums(self, parent: Sequence[int]) -> list[int]:
        sums = list(self._own)
        for row in range(len(sums) - 1, 0, -1):
            sums[parent[row]] += sums[row]
        return sums

    # -- what is ticked -------------------------------------------------------------------------------
    def left_out(self) -> tuple[bytes, ...]:
        """Paths without a leading slash; what is below one is not named again."""
        view = self.view
        if view is None or self._ticked == self._marked:
            return ()
        out = []
        for row in range(1, len(self._own)):
            above = self._parent[row]
            none = bool(self._marked[row]) and not self._ticked[row] and bool(view.mark[row])
            if none and (self._ticked[above] or not view.mark[above] or not above):
                out.append(view.path(row))
        return tuple(out)

    def files(self) -> Iterator[tuple[bytes, int]]:
        """Path and bytes of what is ticked and in the new layer: neither folders nor what was deleted."""
        view = self.view
        for row in range(1, len(self._own)):
            if view is not None and self._own[row] and view.mark[row] != MARK_DELETED and view.kind[row] != DIR:
                yield view.path(row), int(view.size[row])

    @property
    def size_bytes(self) -> int:
        view = self.view
        if view is None:
            return 0
        return sum(
            int(view.size[row])
            for row in range(1, len(self._own))
            if self._own[row] and view.mark[row] != MARK_DELETED and view.kind[row] != DIR
        )

    @property
    def counts(self) -> tuple[int, int]:
        """Changes that are ticked, and all."""
        return (self._ticked[0], self._marked[0]) if self._marked else (0, 0)

    def leave_out(self, paths: Iterable[bytes]) -> None:
        """Take the ticks of these and of what is below them off."""
        for path in paths:
            index = self.find(path)
            if index.isValid():
                self._set(index.internalId(), False)
        self._tell()

    def leave_out_but(self, paths: Iterable[bytes]) -> None:
        """All ticked but these."""
        view = self.view
        if view is not None:
            self._own = bytearray(1 if mark else 0 for mark in view.mark)
            self._ticked = list(self._marked)
        self.leave_out(paths)

    def _set(self, row: int, on: bool) -> None:
        view = self.view
        assert view is not None
        rows = [row]
        for each in rows:  # it grows
            rows.extend(range(self._first[each], self._first[each] + self._count[each]))
            self._own[each] = 1 if on and view.mark[each] else 0
        above = self._parent[row] if row else 0
        while on and above:  # a file is not there without its folder
            self._own[above] = 1 if view.mark[above] else 0
            above = self._parent[above]

    def _tell(self) -> None:
        self._ticked = self._sums(self._parent)
        if len(self._own) > 1:
            self.dataChanged.emit(self.index_of_row(1), self.index_of_row(1), [_CHECK])
        self.ticks_changed.emit()

    # -- Qt asks --------------------------------------------------------------------------------------
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != _CHECK:
            return super().data(index, role)
        if index.column() != 0 or self.view is None or not index.isValid():
            return None
        row = index.internalId()
        if row >= len(self._ticked):  # of the view before
            return None
        if self._ticked[row] == self._marked[row]:
            return Qt.CheckState.Checked
        return Qt.CheckState.PartiallyChecked if self._ticked[row] else Qt.CheckState.Unchecked

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.isValid() and index.column() == 0 else flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != _CHECK or not index.isValid() or index.column() != 0:
            return False
        self._set(index.internalId(), Qt.CheckState(value) != Qt.CheckState.Unchecked)
        self._tell()
        return True
