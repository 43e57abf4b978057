"""The question before something is deleted: what goes, what goes with it, what stands in the way. Deletes nothing.

Cancel is the default and Escape; a tick is never remembered.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.actions.prompts import DeleteAnswer, DeleteItem, Frees
from imagexplorer.core.text import exact_size, human_size, plain
from imagexplorer.views.ask_dialog import AskDialog, CommandText
from imagexplorer.views.chips import cell_margin
from imagexplorer.views.theme import mnemonic_free, plain_label, tone_color

_ROWS_SHOWN = 20
_WHAT, _CONSEQUENCE, _FREES = range(3)


class DeleteDialog(AskDialog):
    def __init__(
        self,
        title: str,
        engine: str,
        items: Sequence[DeleteItem],
        commands: Sequence[str],
        verb: str,
        can_stop: bool,
        parent: QWidget | None,
        frees: Frees | None = None,
    ) -> None:
        super().__init__(plain(title, 120), plain(verb, 80), parent, dangerous=True)
        self._verb = plain(verb, 80)
        self._frees = frees
        self._items = tuple(items)
        self._blocked = sum(bool(item.blocked) for item in items)
        self._waiting: list[QTreeWidgetItem] = []  # rows that say what the tick would change
        heading = plain_label(plain(title, 200))
        font = heading.font()
        font.setBold(True)
        heading.setFont(font)
        heading.setWordWrap(True)
        self.body.addWidget(heading)

        self.tree = self._filled_tree()
        self.body.addWidget(self.tree, 1)
        self.stop_first = QCheckBox(self.tr("&Stop what is running, then remove it"))
        self.stop_first.setVisible(can_stop)
        self.stop_first.toggled.connect(self._check)
        self.body.addWidget(self.stop_first)
        self.total = plain_label("")
        self.total.setWordWrap(True)
        self.body.addWidget(self.total)
        self._engine = plain(engine, 120)
        self.shown_commands = CommandText(self.tr("Command lines"), rows=min(max(len(commands), 2), 8), folded=True)
        self.shown_commands.set_text("\n".join(plain(command, 2000) for command in commands))
        self.shown_commands.setVisible(bool(commands))
        self.body.addWidget(self.shown_commands)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 120)
        self.setTabOrder(self.tree, self.stop_first)
        self.cancel.setFocus()
        self._check()

    def _filled_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setAccessibleName(self.tr("What will be deleted"))
        tree.setHeaderLabels([self.tr("What"), self.tr("What happens"), self.tr("Size")])
        tree.headerItem().setTextAlignment(_FREES, Qt.AlignmentFlag.AlignRight)
        tree.setWordWrap(True)
        tree.setItemDelegateForColumn(_CONSEQUENCE, _Wrapped(tree))
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        tree.setTabKeyNavigation(False)
        for item in self._items:
            row = QTreeWidgetItem([plain(item.title, 300), plain(item.consequence, 600), self._size(item)])
            row.setTextAlignment(_WHAT, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            row.setTextAlignment(_CONSEQUENCE, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            row.setTextAlignment(_FREES, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            if item.bytes is not None:
                row.setData(_FREES, Qt.ItemDataRole.AccessibleTextRole, exact_size(item.bytes))
            if item.blocked:
                why = QTreeWidgetItem(["", plain(item.blocked, 600)])
                why.setIcon(_WHAT, resources.icon("warning", tone_color("warning")))
                why.setText(_WHAT, self.tr("blocked"))
                if not item.final:
                    self._waiting.append(why)
                why.setForeground(_WHAT, tone_color("warning"))
                row.addChild(why)
            for words, size in item.details:
                line = QTreeWidgetItem(["", plain(words, 600), "" if size is None else human_size(size)])
                line.setTextAlignment(_FREES, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
                row.addChild(line)
            tree.addTopLevelItem(row)
            row.setExpanded(bool(item.blocked) or len(self._items) == 1)
        tree.setRootIsDecorated(any(item.blocked or item.details for item in self._items))
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(_WHAT, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(_CONSEQUENCE, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(_FREES, QHeaderView.ResizeMode.ResizeToContents)
        width = max((tree.fontMetrics().horizontalAdvance(plain(item.title, 300)) for item in self._items), default=0)
        step = tree.fontMetrics().averageCharWidth()
        header.sectionResized.connect(lambda *_: tree.scheduleDelayedItemsLayout())  # lines break elsewhere
        marks = (self.tr("blocked"), self.tr("needs the tick"), self.tr("goes with the tick"))
        icon = tree.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize, None, tree)
        mark = max(map(tree.fontMetrics().horizontalAdvance, marks)) + 2 * tree.indentation() + icon + 2 * step
        least = mark if self._blocked else 20 * step
        header.resizeSection(_WHAT, max(min(width + 8 * step, 48 * step), least))
        lines = len(self._items[0].details) if len(self._items) == 1 else 0
        rows = min(len(self._items) + self._blocked + lines, _ROWS_SHOWN)
        tree.setMinimumHeight((tree.sizeHintForRow(0) + 1) * min(max(rows, 2), 10) + header.sizeHint().height() + 6)
        return tree

    @staticmethod
    def _size(item: DeleteItem) -> str:
        return "" if item.bytes is None else human_size(item.bytes)

    def _check(self) -> None:
        ticked = self.stop_first.isChecked()
        words = self.tr("goes with the tick") if ticked else self.tr("needs the tick")
        for row in self._waiting:
            row.setText(_WHAT, words if self.stop_first.isVisibleTo(self) else self.tr("blocked"))
        going = [item for item in self._items if not item.blocked or (ticked and not item.final)]
        goes = len(going)
        stays = len(self._items) - goes
        parts = [self.tr("On {engine}").format(engine=self._engine)] if self._engine else []
        freed = [item.bytes for item in going if item.bytes is not None]
        if self._frees is not None:
            size = self._frees.ticked if ticked else self._frees.now
            self.verb.setText(mnemonic_free(f"{self._verb}, frees {size}" if size and goes else self._verb))
            if size and goes:
                parts.append(self.tr("{size} come free").format(size=size))
        elif freed:
            parts.append(self.tr("{size} in all").format(size=human_size(sum(freed))))
        if stays and goes:
            parts.append(self.tr("{stays} of {all} blocked, see above").format(stays=stays, all=len(self._items)))
        self.total.setText(" · ".join(parts))
        if not goes:
            why = self.tr("Everything here is blocked, see above.")
            if self._waiting and not ticked and self.stop_first.isVisibleTo(self):
                why += " " + self.tr("Tick “Stop what is running” to go on.")
            self.total.setText(" · ".join([*parts, why]))
            self.set_ready(False, why)
        else:
            self.set_ready(True)

    def answer(self) -> DeleteAnswer:
        return DeleteAnswer(stop_first=self.stop_first.isVisibleTo(self) and self.stop_first.isChecked())


class _Wrapped(QStyledItemDelegate):
    """What goes is read in full, however much it is: as many lines as its column needs."""

    def __init__(self, tree: QTreeWidget) -> None:
        super().__init__(tree)
        self._tree = tree

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        room = QRect(0, 0, max(self._tree.columnWidth(index.column()) - 2 * cell_margin(self._tree), 1), 100_000)
        text = str(index.data())
        lines = self._tree.fontMetrics().boundingRect(room, int(Qt.TextFlag.TextWordWrap), text)
        return QSize(size.width(), max(size.height(), lines.height() + 2))
