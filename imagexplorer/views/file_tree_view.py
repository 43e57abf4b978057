"""The tree of files: keeps what is open and selected from one answer to the next, and asks for another order.

Knows the tree model and its columns, no session: what it wants sorted comes out as `sort_wanted`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.core.text import exact_size, plain, plain_bytes
from imagexplorer.core.tree_view import ROOT, TreeView
from imagexplorer.models.columns import Column, Role
from imagexplorer.models.tree_model import TreeModel
from imagexplorer.models.tree_rows import FILES, SORTS, TreeRow
from imagexplorer.views.chips import ROW_ROOM, cell_margin
from imagexplorer.views.header_state import HeaderState
from imagexplorer.views.keys import own_key
from imagexplorer.views.theme import blend, tone_color

Index = QModelIndex | QPersistentModelIndex
OPENED_AT_MOST = 5_000
"""Rows that a filter, or Expand all, opens by itself: expanding a million takes seconds."""
AGES_EVERY_MS = 60_000
LARGEST_FIRST = frozenset({"size", "mtime", "layer"})
"""What the first click on these headings wants to see on top."""


class ToneDelegate(QStyledItemDelegate):
    """Text and icon in the row's tone. Columns without tones have no Python in their painting at all."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        tone = index.data(Role.TONE)
        if tone and not option.state & QStyle.StateFlag.State_Selected:
            color = tone_color(tone, option.palette)
            option.palette.setColor(QPalette.ColorRole.Text, color)
            if not option.icon.isNull():
                option.icon = resources.icon(option.icon.name(), color)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), max(size.height(), option.fontMetrics.height() + ROW_ROOM))


class ShareDelegate(QStyledItemDelegate):
    """A bar for a share."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        share = index.data(Role.SHARE)
        if not share:
            return
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        palette = option.palette
        ground = palette.color(QPalette.ColorRole.Highlight if selected else QPalette.ColorRole.Base)
        ink = palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Accent)
        margin = cell_margin(option.widget) + 2
        height = max(option.fontMetrics.height() // 3, 4)
        whole = QRectF(option.rect).adjusted(margin, 0, -margin, 0)
        whole.setTop(whole.center().y() - height / 2)
        whole.setHeight(height)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(blend(ink, ground, 0.14))
        painter.drawRoundedRect(whole, 2, 2)
        painter.setBrush(blend(ink, ground, 0.72))
        whole.setWidth(max(whole.width() * share, 1.5))
        painter.drawRoundedRect(whole, 2, 2)
        painter.restore()


class FileTreeView(QTreeView):
    """`sort_wanted(name of ViewSpec.sort, descending)`; `row_selected(TreeRow or None)`."""

    sort_wanted = Signal(str, bool)
    row_selected = Signal(object)

    def __init__(self, columns: Sequence[Column] = FILES, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.files = TreeModel(columns, self)
        self._opened: set[int] = set()  # nodes that the user opened
        self._restoring = False
        self._offers: list[tuple[str, str, str, Callable[[], object]]] = []
        self._sorted = (0, Qt.SortOrder.AscendingOrder)
        self.setModel(self.files)
        self._tones, self._shares = ToneDelegate(self), ShareDelegate(self)
        for number, column in enumerate(self.files.columns):
            if column.tone is not None:
                self.setItemDelegateForColumn(number, self._tones)
            elif column.share is not None:
                self.setItemDelegateForColumn(number, self._shares)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
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
        own_key(self, QKeySequence.StandardKey.Copy, self.copy_rows)
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

    def set_view(self, view: TreeView | None, open_hits: bool = False) -> None:
        """Show another answer. What was open and selected stays so; with `open_hits` (a filter) all is opened, up to
        a limit; what the user had open comes back with the next answer that is none of a filter."""
        row = self.selected_row()
        current = row.node if row is not None else None
        scroll = self.verticalScrollBar().value()
        self._restoring = True
        try:
            self.files.set_view(view)
            wanted = set(self._opened)
            if current is not None:
                wanted.add(current)
            rows = self.files.rows_of_nodes(wanted)
            if open_hits:
                self._open_some()
            else:
                for node in self._opened:
                    if node in rows:
                        self.expand(self.files.index_of_row(rows[node]))
                self._open_single_chain()
        finally:
            self._restoring = False
        if current is not None and current in rows:
            self.setCurrentIndex(self.files.index_of_row(rows[current]))
            self.verticalScrollBar().setValue(scroll)
            self.scrollTo(self.currentIndex())
        else:
            self.verticalScrollBar().setValue(scroll if not open_hits else 0)
            self.row_selected.emit(None)

    def _open_some(self) -> None:
        """Folders breadth first; one that would be too much stays closed."""
        shown = 0
        for row in self.files.walk(OPENED_AT_MOST):
            index = self.files.index_of_row(row)
            children = self.files.rowCount(index)
            if children and shown + children <= OPENED_AT_MOST:
                shown += children
                self.expand(index)

    def _open_single_chain(self) -> None:
        """A lone folder at the top says nothing: open down to where something differs."""
        above = QModelIndex()
        while self.files.rowCount(above) == 1:
            above = self.files.index(0, 0, above)
            self.expand(above)

    def selected_row(self) -> TreeRow | None:
        return self.files.row_at(self.currentIndex())

    def reveal(self, path: bytes) -> bool:
        """Open the folders above a path and select it; False where the tree does not show it."""
        index = self.files.find(path)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)
        return index.isValid()

    # -- what the user does ---------------------------------------------------------------------------

    def _note_expanded(self, index: QModelIndex) -> None:
        if not self._restoring:
            self._opened.add(index.data(Role.ID))

    def _note_collapsed(self, index: QModelIndex) -> None:
        if not self._restoring:
            self._opened.discard(index.data(Role.ID))

    def _tell(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if not self._restoring:
            self.row_selected.emit(self.files.row_at(current))

    def _sort(self, section: int, order: Qt.SortOrder) -> None:
        name = SORTS.get(self.files.columns[section].name)
        before, self._sorted = self._sorted, (section, order)
        if name is None:
            self._indicate(*before)
            return
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
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if row is not None:
            path, name, link = row.path, row.name, row.link
            copy = menu.addMenu(resources.icon("copy"), self.tr("&Copy"))
            copy.addAction(self.tr("&Path"), lambda: _to_clipboard("/" + plain_bytes(path)))
            copy.addAction(self.tr("&Name"), lambda: _to_clipboard(plain_bytes(name)))
            if link is not None:
                copy.addAction(self.tr("Link &target"), lambda: _to_clipboard(plain_bytes(link)))
            copy.addAction(self.tr("&Row as text"), self.copy_rows)
            menu.addSeparator()
            for words, icon, key, act in self._offers:
                offered = menu.addAction(resources.icon(icon), words, act)
                offered.setShortcut(QKeySequence(key))
                offered.setShortcutVisibleInContextMenu(True)
            if row.is_dir:
                index = self.files.index_of_row(row.row)
                menu.addAction(self.tr("&Expand all below"), lambda: self._expand_below(index))
        menu.addAction(self.tr("C&ollapse all"), self.collapse_all)
        menu.popup(self.viewport().mapToGlobal(at))

    def offer(self, words: str, icon: str, key: str, act: Callable[[], object]) -> None:
        """One more thing to do with the selected row: in its menu, and by a key."""
        self._offers.append((words, icon, key, act))
        own_key(self, key, act)

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

    def copy_rows(self) -> None:
        row = self.selected_row()
        if row is not None and row.row != ROOT:
            words = ["/" + plain_bytes(row.path)]
            if row.has_size:
                words.append(exact_size(row.size_bytes))
            words += [text for column in self.files.columns[3:] if (text := plain(column.text(row)))]
            _to_clipboard("\t".join(words))


def _to_clipboard(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
