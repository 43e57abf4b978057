"""The documents of an image as a tree of rows: which names which. Knows nodes, asks for nothing."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFrame, QMenu, QTreeWidget, QTreeWidgetItem, QWidget

from imagexplorer import resources
from imagexplorer.core.manifest_tree import MANIFEST, ManifestTree, Node
from imagexplorer.core.text import exact_size
from imagexplorer.models.columns import fixed_font
from imagexplorer.models.manifest_rows import ROLE_ICONS, cells, titles
from imagexplorer.views.chips import CellDelegate
from imagexplorer.views.theme import tooltip

_NUMBER = Qt.ItemDataRole.UserRole
_SIZE, _DIGEST = 2, 3
_WIDTHS = (230, 104, 84, 118)


class DocumentTree(QTreeWidget):
    """`chosen` when another document is selected; `platform_wanted` on Enter or a double-click on the manifest of
    another platform than the one that is shown."""

    chosen = Signal()
    platform_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tree = ManifestTree()
        self.setHeaderLabels([self.tr(word) for word in ("Document", "Platform", "Size", "Digest", "Media type")])
        self.setItemDelegate(CellDelegate(self))
        self.setUniformRowHeights(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Documents of the image"))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.header().setStretchLastSection(True)
        for column, width in enumerate(_WIDTHS):
            self.header().resizeSection(column, width)
        self.headerItem().setTextAlignment(_SIZE, Qt.AlignmentFlag.AlignRight)
        self.currentItemChanged.connect(lambda _item, _before: self.chosen.emit())
        self.itemActivated.connect(lambda _item, _column: self._activated())
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        copy = QKeySequence(QKeySequence.StandardKey.Copy)
        self.copy_digest = self.addAction(resources.icon("copy"), self.tr("&Copy digest"), copy, self._copy)
        self.copy_digest.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.show_platform = self.addAction(self.tr("&Show this platform"), self._activated)

    def set_tree(self, tree: ManifestTree) -> None:
        """Keeps the selected document, if it is there still; else the image's own manifest, or what stands for it."""
        before = self.node()
        self._tree = tree
        self.blockSignals(True)
        self.clear()
        named = zip(tree.nodes, titles(tree), strict=True)
        items = [self._item(number, node, title) for number, (node, title) in enumerate(named)]
        for item, node in zip(items, tree.nodes, strict=True):
            if node.parent >= 0:
                items[node.parent].addChild(item)
            else:
                self.addTopLevelItem(item)
        for item, node in zip(items, tree.nodes, strict=True):
            item.setExpanded(node.role != MANIFEST or node.chosen)
        numbers = range(len(tree.nodes))
        own = next((at for at in numbers if tree.nodes[at].chosen), 0)
        wanted = next((at for at in numbers if before is not None and tree.nodes[at] == before), own)
        if items:
            self.setCurrentItem(items[wanted])
        self.blockSignals(False)
        self.chosen.emit()

    def node(self) -> Node | None:
        """The selected one."""
        item = self.currentItem()
        return self._tree.nodes[item.data(0, _NUMBER)] if item is not None else None

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """All rows as they are shown, with their depth."""
        waiting = [(0, self.topLevelItem(row)) for row in range(self.topLevelItemCount())]
        while waiting:
            depth, item = waiting.pop(0)
            if item is not None:
                yield depth, [item.text(column) for column in range(self.columnCount())]
                waiting = [(depth + 1, item.child(row)) for row in range(item.childCount())] + waiting

    def _item(self, number: int, node: Node, title: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(cells(node, title))
        item.setData(0, _NUMBER, number)
        item.setIcon(0, resources.icon(ROLE_ICONS[node.role]))
        item.setTextAlignment(_SIZE, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setFont(_DIGEST, fixed_font())
        item.setToolTip(_SIZE, tooltip(exact_size(node.size_bytes) if node.size_bytes is not None else ""))
        item.setToolTip(_DIGEST, tooltip(node.digest))
        if node.chosen and node.role == MANIFEST:
            bold = self.font()
            bold.setBold(True)
            item.setFont(0, bold)
        if node.here is False:
            for column in range(self.columnCount()):
                item.setForeground(column, self.palette().placeholderText())
        return item

    def _copy(self) -> None:
        node = self.node()
        if node is not None and node.digest:
            QGuiApplication.clipboard().setText(node.digest)

    def _other_platform(self) -> str:
        node = self.node()
        if node is None or node.role != MANIFEST or node.chosen or node.here is False or node.platform is None:
            return ""
        return str(node.platform)

    def _activated(self) -> None:
        if platform := self._other_platform():
            self.platform_wanted.emit(platform)

    def _menu(self, at: QPoint) -> None:
        node = self.node()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.copy_digest.setEnabled(node is not None and bool(node.digest))
        menu.addAction(self.copy_digest)
        if self._other_platform():
            menu.addAction(self.show_platform)
        menu.popup(self.viewport().mapToGlobal(at))
