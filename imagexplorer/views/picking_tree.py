"""A tree of which one row is current and several can be selected, to be pulled out of the window together.

Knows the tree model. What Qt does row by row, asking the model for each, is done here by ranges of siblings: a folder
of 50,000 files is selected at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QTreeView, QWidget

from imagexplorer.core.picked_rows import PickedRows, picked, rows_between
from imagexplorer.models.tree_model import Index, TreeModel
from imagexplorer.models.tree_rows import TreeRow

_ONE = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows


class PickingTree(QTreeView):
    """`picked_changed()`: other rows are selected; `drag_wanted(PickedRows)` where they are pulled away. One row alone
    until `let_many`, and no dragging until `setDragEnabled`."""

    picked_changed = Signal()
    drag_wanted = Signal(object)

    def __init__(self, files: TreeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.files = files
        self._pressed: QPoint | None = None  # where a drag may begin
        self._anchor = QPersistentModelIndex()  # where Shift selects from; Qt's own stays behind when code goes on
        self._opened_rows: set[int] = set()  # of the view that is shown, also those in a closed folder
        self.setModel(files)
        self.expanded.connect(lambda index: self._opened_rows.add(index.internalId()))
        self.collapsed.connect(lambda index: self._opened_rows.discard(index.internalId()))
        files.modelAboutToBeReset.connect(self._opened_rows.clear)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)

    def let_many(self) -> None:
        """Several rows are selected at once."""
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.selectionModel().selectionChanged.connect(lambda: self.picked_changed.emit())

    def selected_row(self) -> TreeRow | None:
        """The current one."""
        return self.files.row_at(self.currentIndex())

    def picked_rows(self) -> Iterator[TreeRow]:
        """Those that are selected; else the current one."""
        row, rows = self.selected_row(), self.picked()
        if rows is not None:
            yield from (self.files.row(each) for each in rows)
        elif row is not None:
            yield row

    def picked(self) -> PickedRows | None:
        """All that are selected, without those in a selected folder; None where none is."""
        view = self.files.view
        if view is None:
            return None
        firsts = ((each, self.files.first_below(each.parent())) for each in self._ranges())
        found = picked(view, (range(first + each.top(), first + each.bottom() + 1) for each, first in firsts))
        return found if found.ranges else None

    def _ranges(self) -> list[QItemSelectionRange]:
        return self.selectionModel().selection().toList()

    def go_to(self, index: QModelIndex) -> None:
        """Make it the current row and the only one that is selected, whatever keys are held down."""
        self.selectionModel().setCurrentIndex(index, _ONE)

    def pick(self, rows: Iterable[int]) -> None:
        """Select these too."""
        flags = QItemSelectionModel.SelectionFlag
        chosen = self._selection(range(row, row + 1) for row in rows)
        self.selectionModel().select(chosen, flags.Select | flags.Rows)

    def _selection(self, ranges: Iterable[range]) -> QItemSelection:
        chosen = QItemSelection()
        for each in ranges:
            ends = self.files.index_of_row(each.start), self.files.index_of_row(each.stop - 1)
            chosen.append(QItemSelectionRange(*ends))
        return chosen

    # -- what the user does -----------------------------------------------------------------------------

    def selectAll(self) -> None:
        """All that stand beside the current row."""
        index = self.currentIndex() if self.currentIndex().isValid() else self.files.index(0, 0)
        last = self.files.rowCount(index.parent()) - 1
        if last >= 0 and self.selectionMode() == QAbstractItemView.SelectionMode.ExtendedSelection:
            self.selectionModel().select(QItemSelection(index.siblingAtRow(0), index.siblingAtRow(last)), _ONE)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        extends = bool(command & QItemSelectionModel.SelectionFlag.Current)
        if extends and self._anchor.isValid() and self.state() != QAbstractItemView.State.DragSelectingState:
            rect = QRect(self.visualRect(self._anchor).center(), rect.bottomRight())
        top, bottom = (self.indexAt(QPoint(rect.left(), y)) for y in sorted((rect.top(), rect.bottom())))
        if not extends:
            self._anchor = QPersistentModelIndex(bottom)
        view = self.files.view
        if view is None or not top.isValid() or not bottom.isValid():
            super().setSelection(rect, command)
            return
        between = rows_between(view, top.internalId(), bottom.internalId(), sorted(self._opened_rows))
        self.selectionModel().select(self._selection(between), command)

    def collapseAll(self) -> None:
        super().collapseAll()
        self._opened_rows.clear()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        chosen = self._ranges()
        if len(chosen) == 1 and chosen[0].height() == 1 and chosen[0].contains(current):
            self._anchor = QPersistentModelIndex(current)

    # Qt's own dragging asks the model for each row's flags, which in Python costs more than all else of a row.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        at = event.position().toPoint()
        pulls = self.dragEnabled() and event.button() == Qt.MouseButton.LeftButton and self.indexAt(at).isValid()
        self._pressed = at if pulls else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
            return
        far = (event.position().toPoint() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        rows = self.picked() if far else None
        if rows is not None:
            self._pressed = None
            self.drag_wanted.emit(rows)
