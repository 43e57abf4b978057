"""The stack of slabs that the whole window draws images and containers as, each beside its lines of the Dockerfile.

A list with its own delegate, so that keys, selection and screen readers work as in every list. Knows Slabs, no session.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from imagexplorer.core.text import plain
from imagexplorer.models.columns import Role
from imagexplorer.models.stack_model import WRITABLE, Slab, StackModel
from imagexplorer.views.stack_delegate import SLAB_LEAST, StackDelegate

if TYPE_CHECKING:
    from collections.abc import Iterator


class StackView(QListView):
    """`slab_selected(Slab)` comes when another one is current; `by_user` then says whether the user chose it."""

    slab_selected = Signal(object)
    folding_changed = Signal()
    opened = Signal()  # Enter or a double-click on the current one

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.by_user = False
        self._quiet = 0
        self._unfolded: set[tuple[str, int, str]] = set()
        self.stack = StackModel(self)
        self._delegate = StackDelegate(self, self._unfolded)
        self.setModel(self.stack)
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setAccessibleName(self.tr("Stack of layers, the newest first"))
        self.setMinimumWidth(SLAB_LEAST + 128)
        self.setViewportMargins(0, 4, 0, 4)
        self.selectionModel().currentChanged.connect(self._tell)
        self.doubleClicked.connect(lambda _index: self.opened.emit())

    def set_slabs(self, slabs: Iterable[Slab]) -> None:
        """Keeps what is current and what is unfolded, where it is still there."""
        current = self.current_slab()
        listed = list(slabs)
        self._delegate.set_heaviest(max((slab.size_bytes or 0 for slab in listed), default=0))
        self._delegate.set_deepest(max((slab.under for slab in listed), default=0))
        self._unfolded &= {slab.key for slab in listed}
        with self._by_itself():
            self.stack.set_slabs(listed)
            self.scheduleDelayedItemsLayout()
            if current is not None and self.current_slab() is None:
                same = [
                    row
                    for row, slab in enumerate(listed)
                    if slab.kind == current.kind and (slab.below == current.below or slab.kind == WRITABLE)
                ]
                if same:
                    self.select_row(same[0])
        self.folding_changed.emit()

    def current_slab(self) -> Slab | None:
        index = self.currentIndex()
        return index.data(Role.RECORD) if index.isValid() else None

    def select_row(self, row: int) -> None:
        with self._by_itself():
            self.setCurrentIndex(self.stack.index(row))

    def select_layer(self, layer: int) -> None:
        row = self.stack.row_of_layer(layer)
        if row >= 0:
            self.select_row(row)

    def set_reach(self, layer: int | None, only: bool) -> None:
        self._delegate.set_reach(layer, only)
        self.viewport().update()

    def point_at(self, layer: int) -> None:
        """Mark the line that wrote the file which is selected elsewhere, and bring it into sight; -1 marks none."""
        self._delegate.set_origin(layer)
        row = self.stack.row_of_layer(layer)
        if row >= 0:
            self.scrollTo(self.stack.index(row))
        self.viewport().update()

    # -- folding --------------------------------------------------------------------------------------

    def unfold(self, row: int, whole: bool) -> None:
        slab = self.stack.slabs()[row]
        if whole == (slab.key in self._unfolded) or (whole and not self._delegate.can_unfold(slab)):
            return
        (self._unfolded.add if whole else self._unfolded.discard)(slab.key)
        self.scheduleDelayedItemsLayout()
        self.folding_changed.emit()

    def is_unfolded(self, row: int) -> bool:
        return self.stack.slabs()[row].key in self._unfolded

    def unfold_all(self, whole: bool) -> None:
        self._unfolded.clear()
        if whole:
            self._unfolded |= {slab.key for slab in self.stack.slabs() if self._delegate.can_unfold(slab)}
        self.scheduleDelayedItemsLayout()
        self.folding_changed.emit()

    def all_unfolded(self) -> bool:
        """Whether there is nothing more to unfold."""
        return all(slab.key in self._unfolded for slab in self.stack.slabs() if self._delegate.can_unfold(slab))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._unfolded:  # their lines are cut for the room that there is, a scroll bar taken off
            self.scheduleDelayedItemsLayout()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self._delegate.sign_place(self.visualRect(index)).contains(event.position().toPoint()):
            self.unfold(index.row(), not self.is_unfolded(index.row()))
            event.accept()
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif row >= 0 and event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Left) and not event.modifiers():
            self.unfold(row, event.key() == Qt.Key.Key_Right)
        elif row >= 0 and event.key() == Qt.Key.Key_Space:
            self.unfold(row, not self.is_unfolded(row))
        elif row >= 0 and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """The instruction, as it stands in the Dockerfile."""
        slab = self.current_slab()
        if slab is not None:
            text = slab.written or slab.instruction or slab.title
            QGuiApplication.clipboard().setText("\n".join(plain(line, 20_000) for line in text.split("\n")))

    def sizeHint(self) -> QSize:
        return QSize(480, 480)

    @contextmanager
    def _by_itself(self) -> Iterator[None]:
        self._quiet += 1
        try:
            yield
        finally:
            self._quiet -= 1

    def _tell(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self.by_user = not self._quiet
            self.slab_selected.emit(current.data(Role.RECORD))
