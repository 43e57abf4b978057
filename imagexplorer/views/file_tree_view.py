"""The tree of files: keeps what is open and selected from one answer to the next, and asks for another order.

Knows the tree model and its columns, no session: what it wants sorted comes out as `sort_wanted`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QAbstractItemView, QMenu, QTreeView, QWidget

from imagexplorer.core.owners import Owners
from imagexplorer.core.tree_steps import next_hit
from imagexplorer.core.tree_view import ROOT, TreeView
from imagexplorer.models.columns import Column
from imagexplorer.models.tree_model import TreeModel
from imagexplorer.models.tree_rows import FILES, SORTS
from imagexplorer.views.header_state import HeaderState
from imagexplorer.views.keys import own_key
from imagexplorer.views.picking_tree import PickingTree
from imagexplorer.views.row_menu import RowMenu
from imagexplorer.views.tree_cells import ShareDelegate, ToneDelegate
from imagexplorer.views.type_ahead import TypeAhead

OPENED_AT_MOST = 5_000
"""Rows that a filter, or Expand all, opens by itself: expanding a million takes seconds."""
AGES_EVERY_MS = 60_000
INDENT = 14
"""Of each level: paths of images are deep, and names shall be read beside their sizes."""
LARGEST_FIRST = frozenset({"size", "mtime", "layer", "files"})
"""What the first click on these headings wants to see on top."""
PICKED_KEPT = 2_000
"""So many selected rows stay so from one answer to the next."""


class FileTreeView(PickingTree):
    """`sort_wanted(name of ViewSpec.sort, descending)`; `row_selected(TreeRow or None)`, the current one."""

    sort_wanted = Signal(str, bool)
    row_selected = Signal(object)

    def __init__(
        self, columns: Sequence[Column] = FILES, parent: QWidget | None = None, files: TreeModel | None = None
    ) -> None:
        """`files`: a model of its own kind, which brings its columns."""
        super().__init__(files if files is not None else TreeModel(columns), parent)
        if files is None:
            self.files.setParent(self)
        self.by_path = False
        """Rows are found again by their paths: the next answer may be of another tree, whose nodes are others."""
        self._opened_always: set[int | bytes] = set()
        self._opened_hits: set[int | bytes] = set()
        self._asked: Hashable = None
        self._typed = TypeAhead()
        self._restoring = False
        self._sorted = (0, Qt.SortOrder.AscendingOrder)
        self._tones, self._shares = ToneDelegate(self), ShareDelegate(self)
        for number, column in enumerate(self.files.columns):
            if column.tone is not None:
                self.setItemDelegateForColumn(number, self._tones)
            elif column.share is not None:
                self.setItemDelegateForColumn(number, self._shares)
        self.setUniformRowHeights(True)
        self.setIndentation(INDENT)
        self.setAlternatingRowColors(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setAllColumnsShowFocus(True)
        self.setAccessibleName(self.tr("Files"))
        self.header_state = HeaderState(self.header(), self.files.columns)
        self.header_state.set_up()
        self._set_up_header()
        self.expanded.connect(self._note_expanded)
        self.collapsed.connect(self._note_collapsed)
        self.selectionModel().currentChanged.connect(self._tell)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.row_menu = RowMenu(self, self.files.columns, self.picked_rows)
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            own_key(self, key, self._toggle)
        self._ages = QTimer(self, interval=AGES_EVERY_MS)
        self._ages.timeout.connect(self.viewport().update)
        self._ages.start()

    def _set_up_header(self) -> None:
        header = self.header()
        header.setSortIndicatorShown(True)
        header.setSectionsClickable(True)
        header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        header.sortIndicatorChanged.connect(self._sort)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._header_menu)

    # -- another answer -----------------------------------------------------------------------------

    def set_view(self, view: TreeView | None, asked: Hashable = None) -> None:
        """Show another answer. What was open and selected stays so. `asked` is the filter that it answers, None without
        one: another than before opens the way to its hits, up to a limit; what the user had open without a filter comes
        back when there is none."""
        current = self._key(self.currentIndex())
        several = self.picked()
        kept = several if several is not None and 1 < len(several) <= PICKED_KEPT else ()
        selected = {self._key(self.files.index_of_row(row)) for row in kept}
        scroll = self.verticalScrollBar().value()
        seen = self.viewport().rect().intersects(self.visualRect(self.currentIndex()))  # else who scrolled on goes on
        fresh = asked is not None and asked != self._asked
        self._asked = asked
        self._restoring = True
        try:
            self.files.set_view(view)
            rows = self._rows_of({key for key in (*self._opened, *selected, current) if key is not None})
            if fresh:
                self._opened_hits = self._open_some()
            else:
                for key in self._opened:
                    if key in rows:
                        self.expand(self.files.index_of_row(rows[key]))
                self._open_single_chain()
        finally:
            self._restoring = False
        if current is not None and current in rows:
            self.go_to(self.files.index_of_row(rows[current]))
            self.verticalScrollBar().setValue(scroll)
            if seen:
                self.scrollTo(self.currentIndex())
        else:
            self.verticalScrollBar().setValue(0 if fresh else scroll)
            self.row_selected.emit(None)
        self.pick(rows[key] for key in selected if key is not None and key in rows)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt makes the first row the current one, of which the details tell, without selecting it."""
        super().focusInEvent(event)
        current = self.currentIndex()
        if current.isValid() and not self.selectionModel().hasSelection():
            self.go_to(current)

    def set_owners(self, owners: Owners) -> None:
        """What users and groups are called from now on."""
        self.files.set_owners(owners)
        self.viewport().update()

    @property
    def _opened(self) -> set[int | bytes]:
        """Keys of what is open: a filter has its own."""
        return self._opened_always if self._asked is None else self._opened_hits

    def _key(self, index: QModelIndex) -> int | bytes | None:
        """What a row is found by in the next answer."""
        row = self.files.row_at(index)
        return None if row is None else row.path if self.by_path else row.node

    def _rows_of(self, keys: set[int | bytes]) -> Mapping[int | bytes, int]:
        if self.by_path:
            return dict(self.files.rows_of_paths(key for key in keys if isinstance(key, bytes)).items())
        return dict(self.files.rows_of_nodes({key for key in keys if isinstance(key, int)}).items())

    def _open_some(self) -> set[int | bytes]:
        """Folders breadth first; one that would be too much stays closed. The keys of those that are open then."""
        shown, opened = 0, set[int | bytes]()
        for row in self.files.walk(OPENED_AT_MOST):
            index = self.files.index_of_row(row)
            children = self.files.rowCount(index)
            if children and shown + children <= OPENED_AT_MOST:
                shown += children
                self.expand(index)
                if (key := self._key(index)) is not None:
                    opened.add(key)
        return opened

    def _open_single_chain(self) -> None:
        """A lone folder at the top says nothing: open down to where something differs."""
        above = QModelIndex()
        while self.files.rowCount(above) == 1:
            above = self.files.index(0, 0, above)
            self.expand(above)

    def reveal(self, path: bytes) -> bool:
        """Open the folders above a path and select it; False where the tree does not show it."""
        index = self.files.find(path)
        if index.isValid():
            self.go_to(index)
            self.scrollTo(index)
        return index.isValid()

    # -- what the user does ---------------------------------------------------------------------------

    def _note_expanded(self, index: QModelIndex) -> None:
        if not self._restoring and (key := self._key(index)) is not None:
            self._opened.add(key)

    def _note_collapsed(self, index: QModelIndex) -> None:
        if not self._restoring and (key := self._key(index)) is not None:
            self._opened.discard(key)

    def _tell(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if not self._restoring:
            self.row_selected.emit(self.files.row_at(current))

    def _sort(self, section: int, order: Qt.SortOrder) -> None:
        name = SORTS[self.files.columns[section].name]
        before, self._sorted = self._sorted, (section, order)
        if section != before[0] and name in LARGEST_FIRST:
            order = Qt.SortOrder.DescendingOrder
            self._indicate(section, order)
        self.sort_wanted.emit(name, order == Qt.SortOrder.DescendingOrder)

    def _indicate(self, section: int, order: Qt.SortOrder) -> None:
        """Show an order without asking for it."""
        self._sorted = (section, order)
        self.header().sortIndicatorChanged.disconnect(self._sort)
        self.header().setSortIndicator(section, order)
        self.header().sortIndicatorChanged.connect(self._sort)

    def _header_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.header_state.fill_menu(menu)
        menu.popup(self.header().mapToGlobal(at))

    def _menu(self, at: QPoint) -> None:
        row = self.files.row_at(self.indexAt(at))
        rows = self.picked()
        several = len(rows) if rows is not None else 0
        menu = self.row_menu.made_for(row, several)
        if row is not None and row.is_dir and several < 2:
            index = self.files.index_of_row(row.row)
            menu.addAction(self.tr("&Expand all below"), lambda: self._expand_below(index))
        menu.addAction(self.tr("C&ollapse all"), self.collapse_all)
        menu.addSeparator()
        self.header_state.fill_sort_menu(menu.addMenu(self.tr("Sort &by")))
        self.header_state.fill_menu(menu.addMenu(self.tr("Col&umns")))
        menu.popup(self.viewport().mapToGlobal(at))

    def _toggle(self) -> None:
        """Enter opens a folder, and closes it again."""
        index = self.currentIndex().siblingAtColumn(0)
        if self.files.hasChildren(index):
            self.setExpanded(index, not self.isExpanded(index))

    def _expand_below(self, index: QModelIndex) -> None:
        """Breadth first, up to the limit."""
        waiting, opened = [index], 0
        for each in waiting:
            opened += self.files.rowCount(each)
            if opened > OPENED_AT_MOST and each != index:
                return
            self.expand(each)
            children = (self.files.index(row, 0, each) for row in range(min(self.files.rowCount(each), OPENED_AT_MOST)))
            waiting += [child for child in children if self.files.hasChildren(child)]

    def collapse_all(self) -> None:
        self._opened.clear()
        self.collapseAll()

    # -- from row to row ------------------------------------------------------------------------------

    def go_to_hit(self, step: int) -> None:
        """Select the next row that matches the filter (-1: the one before), around the end."""
        view = self.files.view
        if view is None:
            return
        row = self.selected_row()
        found = self.files.index_of_row(next_hit(view, row.row if row is not None else ROOT, step < 0))
        if found.isValid():
            self.go_to(found)
            self.scrollTo(found)

    def keyboardSearch(self, search: str) -> None:
        """Typing goes to the next row that begins so, of those that can be seen. Qt's own makes a text of each."""
        row, view = self.selected_row(), self.files.view
        if view is not None:
            found = self._typed.find(view, row.row if row is not None else ROOT, search, self._is_open)
            self.go_to(self.files.index_of_row(found) if found else self.currentIndex())

    def _is_open(self, row: int) -> bool:
        return row == ROOT or self.isExpanded(self.files.index_of_row(row))
