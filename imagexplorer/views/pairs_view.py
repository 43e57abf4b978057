"""Headed pairs of words to read, filter and copy; a web address among them opens only after it was shown whole.

Knows words, no record.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QMenu, QMessageBox, QTreeWidget, QTreeWidgetItem, QWidget

from imagexplorer import resources
from imagexplorer.core.text import plain
from imagexplorer.models.config_sections import Section, web_address
from imagexplorer.views.chips import CellDelegate
from imagexplorer.views.theme import message_box, tooltip

_PAIRS_MOST = 2000
_NAME_CHARS = 48
_WHOLE = Qt.ItemDataRole.UserRole


class PairsView(QTreeWidget):
    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words: list[str] = []
        self.setColumnCount(2)
        self.setItemDelegate(CellDelegate(self))
        self.setUniformRowHeights(True)
        self.setHeaderHidden(True)
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setAlternatingRowColors(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.header().setStretchLastSection(True)
        self.setAccessibleName(name)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.copy_pairs = self.addAction(
            resources.icon("copy"), self.tr("&Copy"), QKeySequence(QKeySequence.StandardKey.Copy), self._copy
        )
        self.copy_value = self.addAction(self.tr("Copy &value"), self._copy_value)
        self.open_link = self.addAction(resources.icon("open"), self.tr("&Open the link …"), self._open_link)
        for action in (self.copy_pairs, self.copy_value, self.open_link):
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)

    def set_sections(self, sections: Sequence[Section]) -> None:
        """What is folded stays so, and the place in the list."""
        closed = {head.data(0, _WHOLE) for head in self._heads() if not head.isExpanded()}
        scroll = self.verticalScrollBar().value()
        current = self.currentItem()
        chosen = current.text(0) if current is not None else ""
        self.clear()
        bold = self.font()
        bold.setBold(True)
        for title, entries in sections:
            head = QTreeWidgetItem([plain(title, 200)])
            head.setData(0, _WHOLE, title)
            head.setFont(0, bold)
            self.addTopLevelItem(head)
            head.setFirstColumnSpanned(True)
            for name, value in entries[:_PAIRS_MOST]:
                item = QTreeWidgetItem([plain(name, 200), plain(value, 2000)])
                item.setToolTip(0, tooltip(name))
                item.setToolTip(1, tooltip(value))
                item.setData(0, _WHOLE, name)
                item.setData(1, _WHOLE, value)
                head.addChild(item)
                if item.text(0) == chosen:
                    self.setCurrentItem(item)
            if len(entries) > _PAIRS_MOST:
                head.addChild(QTreeWidgetItem(["…", f"{len(entries) - _PAIRS_MOST:,} more are not shown"]))
            head.setExpanded(title not in closed)
        # As wide as the names, but a name of hundreds of characters leaves room for what it says.
        self.header().resizeSection(
            0, min(self.sizeHintForColumn(0), self.fontMetrics().averageCharWidth() * _NAME_CHARS)
        )
        self.verticalScrollBar().setValue(scroll)
        self._apply()

    def set_filter(self, text: str) -> None:
        """Pairs with all of these words, and their heads."""
        self._words = text.casefold().split()
        self._apply()

    def _heads(self) -> list[QTreeWidgetItem]:
        heads = map(self.topLevelItem, range(self.topLevelItemCount()))
        return [head for head in heads if head is not None]

    def _apply(self) -> None:
        for head in self._heads():
            shown = 0
            for item in (child for child in map(head.child, range(head.childCount())) if child is not None):
                words = f"{item.text(0)} {item.text(1)}".casefold()
                item.setHidden(not all(each in words for each in self._words))
                shown += not item.isHidden()
            head.setHidden(not shown)

    def _pairs(self) -> list[tuple[str, str]]:
        """Those selected, whole."""
        items = [item for item in self.selectedItems() if item.parent() is not None]
        return [(item.data(0, _WHOLE) or item.text(0), item.data(1, _WHOLE) or item.text(1)) for item in items]

    def _copy(self) -> None:
        if pairs := self._pairs():
            QGuiApplication.clipboard().setText("\n".join(f"{name}={value}" for name, value in pairs))

    def _copy_value(self) -> None:
        if pairs := self._pairs():
            QGuiApplication.clipboard().setText("\n".join(value for _, value in pairs))

    def _link(self) -> str:
        pairs = self._pairs()
        return web_address(pairs[0][1]) if len(pairs) == 1 else ""

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in (self.copy_pairs, self.copy_value):
            action.setEnabled(bool(self._pairs()))
        menu.addActions([self.copy_pairs, self.copy_value])
        if self._link():
            menu.addSeparator()
            menu.addAction(self.open_link)
        menu.popup(self.viewport().mapToGlobal(at))

    def _open_link(self) -> None:
        """Nothing of an image opens by itself: the whole address is shown, and asked for."""
        address = self._link()
        if not address:
            return
        url = QUrl(address, QUrl.ParsingMode.StrictMode)
        shown = bytes(url.toEncoded().data()).decode("ascii", "replace")
        box = message_box(
            self,
            QMessageBox.Icon.Question,
            self.tr("Open this address in the browser?"),
            f"{shown}\n\n" + self.tr("It is what the image says, and nothing was checked."),
        )
        opened = box.addButton(self.tr("&Open"), QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(cancel)
        box.exec()
        if box.clickedButton() is opened:
            QDesktopServices.openUrl(url)
        box.deleteLater()
