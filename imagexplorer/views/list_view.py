"""How every list looks and behaves, whichever view draws it. Knows no record and no session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView, QTreeView, QWidget

from imagexplorer import resources
from imagexplorer.models.columns import Group, Role
from imagexplorer.models.filter_proxy import FilterProxy
from imagexplorer.models.tables import row_key


def set_up_list(view: QTableView | QTreeView) -> None:
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    view.setSortingEnabled(True)
    view.setWordWrap(False)
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    view.setFrameShape(view.Shape.NoFrame)


def own_action(owner: QWidget, text: str, icon: str, key: QKeySequence | QKeySequence.StandardKey) -> QAction:
    """An action that works while the focus is in `owner`."""
    action = QAction(resources.icon(icon), text, owner)
    action.setShortcut(key)
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    owner.addAction(action)
    return action


def selected_records(view: QAbstractItemView, proxy: FilterProxy) -> list[Any]:
    """Of the selected rows, from top to bottom; a heading stands for its rows that are seen: what the filter hides is
    not acted on."""
    records: dict[str, Any] = {}
    rows = view.selectionModel().selectedRows(0)
    for index in sorted(rows, key=_place):
        below = range(proxy.rowCount(index))
        for each in [proxy.index(row, 0, index) for row in below] or [index]:
            record = each.data(Role.RECORD)
            if not isinstance(record, Group):
                records[row_key(record)] = record
    return list(records.values())


def select_records(view: QAbstractItemView, proxy: FilterProxy, identifiers: Sequence[str]) -> None:
    """These rows alone; the first of them is shown."""
    model = view.selectionModel()
    model.clearSelection()
    for number, identifier in enumerate(identifiers):
        index = proxy.index_of(identifier)
        if index.isValid():
            model.select(index, model.SelectionFlag.Select | model.SelectionFlag.Rows)
            if not number:
                model.setCurrentIndex(index, model.SelectionFlag.NoUpdate)
                view.scrollTo(index)


def _place(index: QModelIndex) -> tuple[int, int]:
    """Sorts rows from top to bottom."""
    parent = index.parent()
    return (parent.row(), index.row()) if parent.isValid() else (index.row(), -1)
