"""The question before something is deleted: what goes, what goes with it, what stands in the way. Deletes nothing.

Cancel is the default and Escape; a tick is never remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHeaderView,
    QStyle,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.actions.prompts import DeleteAnswer, DeleteItem, Told
from imagexplorer.core.text import exact_size, human_size, plain
from imagexplorer.views.ask_dialog import AskDialog, CommandText
from imagexplorer.views.step_ticks import StepTicks
from imagexplorer.views.theme import mnemonic_free, plain_label, tone_color
from imagexplorer.views.tick_delegate import TickDelegate

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
        told: Callable[[DeleteAnswer], Told] | None = None,
        keep: bool | None = None,
    ) -> None:
        super().__init__(plain(title, 120), plain(verb, 80), parent, dangerous=True)
        self._verb = plain(verb, 80)
        self._told = told
        self._steps = StepTicks()
        self._items = tuple(items)
        self._blocked = sum(bool(item.blocked) for item in items)
        self._waiting: list[tuple[DeleteItem, QTreeWidgetItem]] = []  # rows that say what the tick would change
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
        self.stop_first.toggled.connect(self._stop_all)
        self._steps.changed.connect(self._stepped)
        self.body.addWidget(self.stop_first)
        self.keep = QCheckBox(self.tr("&Keep it in the trash: it can be brought back from there"))
        self.keep.setVisible(keep is not None)
        self.keep.setChecked(bool(keep))
        self.body.addWidget(self.keep)
        self.total = plain_label("")
        self.total.setWordWrap(True)
        self.total.setMinimumHeight(2 * self.fontMetrics().lineSpacing())  # what is said of the ticks moves none
        self.total.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
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
        tree.setItemDelegate(TickDelegate(tree))
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        tree.setTabKeyNavigation(False)
        for item in self._items:
            row = QTreeWidgetItem([plain(item.title, 300), plain(item.consequence, 600), self._size(item)])
            # In the middle of the lines, where the style draws the box to tick.
            row.setTextAlignment(_FREES, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            if item.bytes is not None:
                row.setData(_FREES, Qt.ItemDataRole.AccessibleTextRole, exact_size(item.bytes))
            if item.blocked:
                why = QTreeWidgetItem(["", plain(item.blocked, 600)])
                why.setIcon(_WHAT, resources.icon("warning", tone_color("warning")))
                why.setText(_WHAT, self.tr("blocked"))
                if not item.final:
                    self._waiting.append((item, why))
                why.setForeground(_WHAT, tone_color("warning"))
                row.addChild(why)
            self._steps.add(item, row)
            for words, size in item.details:
                line = QTreeWidgetItem(["", plain(words, 600), "" if size is None else human_size(size)])
                line.setTextAlignment(_FREES, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                row.addChild(line)
            tree.addTopLevelItem(row)
            row.setExpanded(bool(item.blocked or item.steps) or len(self._items) == 1)
        tree.itemChanged.connect(lambda row, column: self._steps.hear(row) if column == _WHAT else None)
        tree.setRootIsDecorated(any(item.blocked or item.details or item.steps for item in self._items))
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(_WHAT, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(_CONSEQUENCE, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(_FREES, QHeaderView.ResizeMode.ResizeToContents)
        titles = [each for item in self._items for each in (item.title, *(f"    {step.title}" for step in item.steps))]
        width = max((tree.fontMetrics().horizontalAdvance(plain(title, 300)) for title in titles), default=0)
        step = tree.fontMetrics().averageCharWidth()
        header.sectionResized.connect(lambda *_: tree.scheduleDelayedItemsLayout())  # lines break elsewhere
        marks = (self.tr("blocked"), self.tr("needs the tick"), self.tr("goes with the tick"))
        icon = tree.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize, None, tree)
        mark = max(map(tree.fontMetrics().horizontalAdvance, marks)) + 2 * tree.indentation() + icon + 2 * step
        least = mark if self._blocked else 20 * step
        header.resizeSection(_WHAT, max(min(width + 8 * step, 48 * step), least))
        lines = len(self._items[0].details) if len(self._items) == 1 else 0
        steps = sum(len(item.steps) for item in self._items)
        rows = min(len(self._items) + self._blocked + lines + steps, _ROWS_SHOWN)
        high = tree.fontMetrics().height() + 5
        tree.setMinimumHeight(high * min(max(rows, 2), 14) + header.sizeHint().height() + 6)
        return tree

    @staticmethod
    def _size(item: DeleteItem) -> str:
        return "" if item.bytes is None else human_size(item.bytes)

    def _check(self) -> None:
        ticked = self.stop_first.isChecked()
        for item, row in self._waiting:
            words = self.tr("goes with the tick") if self._steps.goes(item, ticked) else self.tr("needs the tick")
            row.setText(_WHAT, words if self.stop_first.isVisibleTo(self) else self.tr("blocked"))
        answer = self.answer()
        left = sum(map(self._steps.left_out, self._items))
        going = [item for item in self._items if self._steps.goes(item, ticked)]
        goes = len(going)
        stays = len(self._items) - goes
        parts = [self.tr("On {engine}").format(engine=self._engine)] if self._engine else []
        freed = [item.bytes for item in going if item.bytes is not None]
        if self._told is not None:
            told = self._told(answer)
            size = told.frees
            self.shown_commands.set_text("\n".join(plain(command, 2000) for command in told.commands))
            verb = self._verb
            if stays and goes:
                verb = self.tr("Delete {goes} of {all}").format(goes=goes, all=len(self._items))
            self.verb.setText(mnemonic_free(f"{verb}, frees {size}" if size and goes else verb))
            if size and goes:
                parts.append(self.tr("{size} come free").format(size=size))
        elif freed:
            parts.append(self.tr("{size} in all").format(size=human_size(sum(freed))))
        if left:
            parts.append(self.tr("{left} left out").format(left=left))
        if stays > left and goes:
            words = self.tr("{stays} of {all} blocked, see above").format(stays=stays - left, all=len(self._items))
            parts.append(words)
        self.total.setText(" · ".join(parts))
        if not goes:
            everything = self.tr("Everything here is blocked, see above.")
            why = self.tr("Nothing of it is ticked.") if left == len(self._items) else everything
            if left < len(self._items) and self._waiting and not ticked and self.stop_first.isVisibleTo(self):
                why += " " + self.tr("Tick “Stop what is running” to go on.")
            self.total.setText(" · ".join([*parts, why]))
            self.set_ready(False, why)
        else:
            self.set_ready(True)

    def answer(self) -> DeleteAnswer:
        stop_first = self.stop_first.isVisibleTo(self) and self.stop_first.isChecked()
        return DeleteAnswer(stop_first, self._steps.kept(), self._steps.volumes(), self.keep.isChecked())

    def _stop_all(self, ticked: bool) -> None:
        self._steps.tick_all(ticked)
        self._check()

    def _stepped(self) -> None:
        """One of the steps was ticked: the tick for all of them says whether any is."""
        self.stop_first.blockSignals(True)
        self.stop_first.setChecked(self._steps.any_stop() if self._steps.has_stops() else self.stop_first.isChecked())
        self.stop_first.blockSignals(False)
        self._check()
