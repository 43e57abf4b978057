"""The tab with what belongs to an image: its names, ancestors and descendants, containers, images that share layers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTreeWidget, QTreeWidgetItem, QVBoxLayout

from imagexplorer import resources
from imagexplorer.core.entities import Container, Image
from imagexplorer.core.names import Known
from imagexplorer.core.text import plain
from imagexplorer.models.related_rows import COLUMNS, Entry, looked_at, newest_of, related, warning_of
from imagexplorer.models.stack_model import LAYER
from imagexplorer.views.chips import CellDelegate
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.header_state import ListHeader
from imagexplorer.views.keys import own_key
from imagexplorer.views.page_tab import PageTab
from imagexplorer.views.theme import plain_label, tone_color, tooltip

if TYPE_CHECKING:
    from imagexplorer.views.image_page import ImagePage

_ENTRY = Qt.ItemDataRole.UserRole
_NUMBERS = (2, 3, 4)
_WIDTHS = (300, 340, 90, 90, 90, 120)
_DEEP = 30


@cache
def known_names() -> Known:
    return Known(resources.words("official_images.txt"), resources.words("registries.txt"))


class RelatedTab(PageTab[Any]):
    page: ImagePage

    def __init__(self, page: ImagePage) -> None:
        super().__init__(page, "related")
        page.origin.changed.connect(self._page_knows)
        page.origin.changed.connect(self._remark)
        page.header.remarked.connect(lambda: page.tabs.setCurrentWidget(self))

    def set_up(self) -> None:
        self.words = plain_label(tone="muted")
        self.words.setContentsMargins(12, 8, 12, 4)
        self.tree = QTreeWidget()
        self.tree.setColumnCount(len(COLUMNS))
        self.tree.setHeader(ListHeader())
        self.tree.setHeaderLabels(COLUMNS)
        self.tree.setItemDelegate(CellDelegate(self.tree))
        self.tree.setUniformRowHeights(True)
        self.tree.setAlternatingRowColors(True)
        self.tree.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setAllColumnsShowFocus(True)
        self.tree.setAccessibleName(self.tr("What belongs to this image"))
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, wide in enumerate(_WIDTHS):
            header.resizeSection(column, wide)
            if column in _NUMBERS:
                self.tree.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._menu)
        self.tree.itemDoubleClicked.connect(lambda _item, _column: self.open())
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            own_key(self.tree, key, self.open)
        own_key(self.tree, QKeySequence.StandardKey.Copy, self.copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.words)
        layout.addWidget(self.tree, 1)
        self.setFocusProxy(self.tree)

    def fill(self) -> None:
        page, detail = self.page, self.page.detail
        if detail is None:
            self.words.set_text(self.tr("Looking at the image"))
            return
        images, containers = page.session.rows_of(page.source)
        sizes = {slab.below: slab.size_bytes for slab in page.stack.view.stack.slabs() if slab.kind == LAYER}
        state, kin = page.state, page.origin.kin
        engine = state is not None and state.is_engine
        self._show(related(page.image, len(detail.layers), images, containers, kin, sizes, known_names(), engine))
        if page.origin.error is not None:
            self.words.set_text(sentence_of(page.origin.error))
        else:
            self.words.set_text(looked_at(kin) or self.tr("Enter opens an image or a container."))

    def _remark(self) -> None:
        """What of the names has to be seen without looking for it."""
        image, header = self.page.image, self.page.header
        near = warning_of(image, known_names())
        newest = newest_of(image, self.page.origin.rows)
        if near:
            words = self.tr("Its name is a slip away from {name}. Is it the one that was meant?").format(name=near)
            header.show_remark("warning", "warning", self.tr("not {name}").format(name=near), words)
        elif newest is not None:
            words = self.tr("{name} is newer than this image, and here too").format(name=newest[1])
            tag = newest[1].rpartition(":")[2]
            header.show_remark("info", "info", self.tr("newer here: {tag}").format(tag=tag), words)
        else:
            header.show_remark("", "", "", "")

    # -- what is selected -------------------------------------------------------------------------------

    def entry(self) -> Entry | None:
        item = self.tree.currentItem()
        return item.data(0, _ENTRY) if item is not None else None

    def open(self) -> None:
        """The page of what is selected; a heading is folded."""
        entry, item = self.entry(), self.tree.currentItem()
        if entry is None or item is None:
            return
        record = entry.opens
        if isinstance(record, Image | Container):
            kind = "image" if isinstance(record, Image) else "container"
            self.page.session.page_wanted.emit(kind, record)
        elif item.parent() is None:
            item.setExpanded(not item.isExpanded())

    def copy(self) -> None:
        entry = self.entry()
        if entry is not None:
            QGuiApplication.clipboard().setText("\t".join(map(plain, filter(None, entry.cells))))

    def _copy_id(self) -> None:
        entry = self.entry()
        if entry is not None and entry.opens is not None:
            QGuiApplication.clipboard().setText(plain(entry.opens.id))

    def _menu(self, at: QPoint) -> None:
        entry = self.entry()
        if entry is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(resources.icon("open"), self.tr("&Open\tEnter"), self.open).setEnabled(entry.opens is not None)
        menu.addSeparator()
        menu.addAction(resources.icon("copy"), self.tr("&Copy as text\tCtrl+C"), self.copy)
        menu.addAction(self.tr("Copy &ID"), self._copy_id).setEnabled(entry.opens is not None)
        menu.popup(self.tree.viewport().mapToGlobal(at))

    # -- showing ------------------------------------------------------------------------------------------

    def _show(self, groups: Sequence[Entry]) -> None:
        """What is folded stays so, what is selected too, and the place in the list."""
        closed = {item.data(0, _ENTRY).key for item in self._items() if item.childCount() and not item.isExpanded()}
        current = self.entry()
        scroll = self.tree.verticalScrollBar().value()
        self.tree.setUpdatesEnabled(False)
        try:
            self.tree.clear()
            for group in groups:
                item = self._item(group, self.tree.invisibleRootItem(), 0)
                bold = self.tree.font()
                bold.setBold(True)
                item.setFont(0, bold)
                item.setFirstColumnSpanned(True)
            for item in self._items():
                entry: Entry = item.data(0, _ENTRY)
                item.setExpanded(entry.key not in closed)
                if current is not None and entry.key == current.key and self.tree.currentItem() is None:
                    self.tree.setCurrentItem(item)
        finally:
            self.tree.setUpdatesEnabled(True)
        self.tree.verticalScrollBar().setValue(scroll)

    def _item(self, entry: Entry, above: QTreeWidgetItem, depth: int) -> QTreeWidgetItem:
        item = QTreeWidgetItem(above, [plain(cell, 300) for cell in entry.cells])
        item.setData(0, _ENTRY, entry)
        if entry.icon:
            toned = tone_color(entry.tone) if entry.tone else None
            item.setIcon(0, resources.icon(entry.icon, toned))
        if entry.tone:
            item.setForeground(1, tone_color(entry.tone))
        if entry.own:
            bold = self.tree.font()
            bold.setBold(True)
            item.setFont(0, bold)
        for column in range(len(COLUMNS)):
            if column in _NUMBERS:
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setToolTip(column, tooltip(entry.tip))
        for each in entry.below:
            self._item(each, item if depth < _DEEP else above, depth + 1)
        return item

    def _items(self) -> Iterator[QTreeWidgetItem]:
        waiting = deque(self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount()))
        while waiting:
            item = waiting.popleft()
            if item is not None:
                yield item
                waiting.extend(item.child(row) for row in range(item.childCount()))
