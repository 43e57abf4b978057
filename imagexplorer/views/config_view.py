"""A configuration to read: headed pairs, or the raw JSON. Knows words, no record."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.core.text import plain
from imagexplorer.models.columns import fixed_font
from imagexplorer.models.config_sections import Section
from imagexplorer.views.chips import CellDelegate
from imagexplorer.views.theme import tooltip
from imagexplorer.views.toggle import Toggle

_PAIRS_MOST = 2000


class ConfigView(QWidget):
    """`set_config(sections, raw)`: the raw text is asked for only when it is looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._raw: Callable[[], str] = str
        self._raw_shown = False
        self.readable = Toggle(self.tr("&Readable"))
        self.json = Toggle(self.tr("&JSON"))
        self.readable.setChecked(True)
        group = QButtonGroup(self)
        group.addButton(self.readable)
        group.addButton(self.json)
        self.copy = QPushButton(resources.icon("copy"), self.tr("C&opy JSON"))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._raw()))
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter"))
        self.filter.setClearButtonEnabled(True)
        self.filter.addAction(resources.icon("filter"), QLineEdit.ActionPosition.LeadingPosition)
        self.filter.setMaximumWidth(280)
        self.filter.setAccessibleName(self.tr("Filter the configuration"))
        self.filter.textChanged.connect(self._filter)
        self.pairs = QTreeWidget()
        self._set_up_pairs()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(fixed_font())
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.text.setAccessibleName(self.tr("Configuration as JSON"))
        self.body = QStackedWidget()
        self.body.addWidget(self.pairs)
        self.body.addWidget(self.text)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 4)
        bar.setSpacing(4)
        for widget in (self.readable, self.json):
            bar.addWidget(widget)
        bar.addStretch()
        bar.addWidget(self.filter, 1)
        bar.addSpacing(8)
        bar.addWidget(self.copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.body, 1)
        self.json.toggled.connect(self._switch)
        self.setFocusProxy(self.pairs)

    def _set_up_pairs(self) -> None:
        pairs = self.pairs
        pairs.setColumnCount(2)
        pairs.setItemDelegate(CellDelegate(pairs))
        pairs.setUniformRowHeights(True)
        pairs.setHeaderHidden(True)
        pairs.setRootIsDecorated(True)
        pairs.setFrameShape(QTreeWidget.Shape.NoFrame)
        pairs.setAlternatingRowColors(True)
        pairs.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        pairs.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        pairs.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        pairs.header().setStretchLastSection(True)
        pairs.setAccessibleName(self.tr("Configuration"))
        QShortcut(
            QKeySequence(QKeySequence.StandardKey.Copy), pairs, self._copy, context=Qt.ShortcutContext.WidgetShortcut
        )

    def set_config(self, sections: Sequence[Section], raw: Callable[[], str]) -> None:
        closed = {
            item.data(0, Qt.ItemDataRole.UserRole)
            for item in map(self.pairs.topLevelItem, range(self.pairs.topLevelItemCount()))
            if item is not None and not item.isExpanded()
        }
        scroll = self.pairs.verticalScrollBar().value()
        self._raw = raw
        self._raw_shown = False
        self.pairs.clear()
        for title, entries in sections:
            head = QTreeWidgetItem([title])
            head.setData(0, Qt.ItemDataRole.UserRole, title)
            head.setFirstColumnSpanned(True)
            font = self.font()
            font.setBold(True)
            head.setFont(0, font)
            self.pairs.addTopLevelItem(head)
            head.setFirstColumnSpanned(True)
            for name, value in entries[:_PAIRS_MOST]:
                item = QTreeWidgetItem([plain(name, 200), plain(value, 2000)])
                item.setToolTip(1, tooltip(value))
                head.addChild(item)
            head.setExpanded(title not in closed)
        self.pairs.verticalScrollBar().setValue(scroll)
        self._filter(self.filter.text())
        self._switch(self.json.isChecked())

    def focus_filter(self) -> None:
        self.readable.setChecked(True)
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def _switch(self, raw: bool) -> None:
        if raw and not self._raw_shown:
            self._raw_shown = True
            self.text.setPlainText("\n".join(plain(line) for line in self._raw().split("\n")))
        self.filter.setEnabled(not raw)
        self.body.setCurrentWidget(self.text if raw else self.pairs)

    def _filter(self, text: str) -> None:
        found = text.casefold().split()
        for head in map(self.pairs.topLevelItem, range(self.pairs.topLevelItemCount())):
            if head is None:
                continue
            shown = 0
            for item in (child for child in map(head.child, range(head.childCount())) if child is not None):
                words = f"{item.text(0)} {item.text(1)}".casefold()
                item.setHidden(not all(each in words for each in found))
                shown += not item.isHidden()
            head.setHidden(not shown)

    def _copy(self) -> None:
        lines = [f"{item.text(0)}={item.text(1)}" for item in self.pairs.selectedItems() if item.parent() is not None]
        if lines:
            QGuiApplication.clipboard().setText("\n".join(lines))
