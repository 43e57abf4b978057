"""The tab that holds an image against rules: which are kept, and where the others are broken.

Knows outcomes and the session; reading files and deciding is the worker's. Enter on a finding shows its file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from imagexplorer import resources
from imagexplorer.core.check import Finding, Outcome
from imagexplorer.core.check_report import finding_words
from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound
from imagexplorer.core.rules import BUILT_IN, Rules, demand
from imagexplorer.core.text import counted, plain, plain_bytes
from imagexplorer.models.tree_rows import layer_number
from imagexplorer.session import IndexedTree
from imagexplorer.views.chips import CellDelegate
from imagexplorer.views.empty_view import EmptyView
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.page_tab import PageTab
from imagexplorer.views.theme import plain_label, set_tip, tone_color, tooltip
from imagexplorer.views.waiting_view import WaitingView

if TYPE_CHECKING:
    from imagexplorer.views.image_page import ImagePage

_FINDING = Qt.ItemDataRole.UserRole
_PASSED = Qt.ItemDataRole.UserRole + 1


class CheckTab(PageTab[Any]):
    page: ImagePage

    def __init__(self, page: ImagePage) -> None:
        super().__init__(page, "check")
        self._rules = BUILT_IN
        self._checked: tuple[IndexedTree, Rules, int] | None = None

    def set_up(self) -> None:
        self.words = plain_label(wrap=True)
        self.of = plain_label(self.tr("Built-in rules"), tone="muted")
        self.choose = QPushButton(resources.icon("open"), self.tr("&Rules from a file …"))
        set_tip(self.choose, self.tr("imagexplorer check --rules prints such a file"))
        self.choose.clicked.connect(self._choose)
        self.built_in = QPushButton(self.tr("&Built-in rules"))
        self.built_in.clicked.connect(lambda: self._use(BUILT_IN, self.tr("Built-in rules")))
        self.built_in.hide()
        self.outcomes = QTreeWidget()
        self._set_up_outcomes()
        self.empty = EmptyView()
        self.waiting = WaitingView(self.page.session.jobs, self.lane + "check")
        self.body = QStackedWidget()
        for widget in (self.outcomes, self.waiting, self.empty):
            self.body.addWidget(widget)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(8)
        bar.addWidget(self.words)
        bar.addStretch()
        bar.addWidget(self.of)
        bar.addWidget(self.built_in)
        bar.addWidget(self.choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.body, 1)
        self.setFocusProxy(self.outcomes)

    def _set_up_outcomes(self) -> None:
        tree = self.outcomes
        tree.setHeaderLabels([self.tr(word) for word in ("Rule or path", "Layer", "Why")])
        tree.setItemDelegate(CellDelegate(tree))
        tree.setUniformRowHeights(True)
        tree.setFrameShape(QFrame.Shape.NoFrame)
        tree.setAccessibleName(self.tr("Rules and what breaks them"))
        tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        tree.setIconSize(QSize(16, 16))
        tree.header().setStretchLastSection(True)
        tree.header().resizeSection(0, 460)
        tree.header().resizeSection(1, 60)
        tree.headerItem().setTextAlignment(1, Qt.AlignmentFlag.AlignRight)
        tree.itemActivated.connect(lambda item, _column: self._show_file(item))
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.customContextMenuRequested.connect(self._menu)
        copy = QKeySequence(QKeySequence.StandardKey.Copy)
        self.copy_words = tree.addAction(resources.icon("copy"), self.tr("&Copy"), copy, self._copy)
        self.copy_words.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.copy_path = tree.addAction(self.tr("Copy &path"), self._copy_path)
        self.show_file = tree.addAction(
            resources.icon("file"), self.tr("&Show in the files"), lambda: self._show_file(tree.currentItem())
        )

    # -- asking ---------------------------------------------------------------------------------------

    def fill(self) -> None:
        tree = self.page.tree
        if tree is None:
            self._checked = None
            self.words.set_text("")
            self._say(self.tr("Not yet"), self.tr("The rules are held against the files once the layers are read."))
        else:
            self._ask(tree)

    def refresh(self) -> None:
        self._checked = None
        if self.page.tree is not None:
            self._ask(self.page.tree)

    def _ask(self, tree: IndexedTree) -> None:
        detail = self.page.detail
        if detail is None:
            return
        wanted = (tree, self._rules, len(detail.problems))
        if self._checked == wanted:
            return
        self._checked = wanted
        if self.body.currentWidget() is not self.outcomes or not self.outcomes.topLevelItemCount():
            self.waiting.begin(self.tr("Checking {name}").format(name=plain(detail.image.name, 80)))
            self.body.setCurrentWidget(self.waiting)
        self.page.session.rules.check(self.lane + "check", tree, detail, self._rules, self._show, self._failed)

    def _use(self, rules: Rules, name: str) -> None:
        self._rules = rules
        self.of.set_text(name)
        self.built_in.setVisible(rules is not BUILT_IN)
        self.fill()

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.tr("Rules for the check"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Rules (*.toml *.json)"), self.tr("All files (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.read_rules)
        dialog.open()

    def read_rules(self, path: str) -> None:
        name = plain(path.rstrip("/").rpartition("/")[2], 100)
        self.page.session.rules.read_rules(
            self.lane + "rules",
            path,
            lambda rules: self._use(rules, self.tr("Rules of {0}").format(name)),
            self._no_rules,
        )

    def _no_rules(self, error: ImagexplorerError) -> None:
        """Those before stay."""
        self.words.set_text(sentence_of(error))

    # -- what is answered -----------------------------------------------------------------------------

    def _show(self, outcomes: tuple[Outcome, ...]) -> None:
        broken = sum(not outcome.passed for outcome in outcomes)
        self.words.set_text(
            self.tr("{0} of {1} rules broken").format(broken, len(outcomes))
            if broken
            else self.tr("All {0} rules kept").format(len(outcomes))
        )
        self.outcomes.clear()
        bold = self.font()
        bold.setBold(True)
        for outcome in outcomes:
            head = QTreeWidgetItem([outcome.rule, "", self._summary(outcome)])
            head.setData(0, _PASSED, outcome.passed)
            head.setFont(0, bold)
            head.setToolTip(0, tooltip(demand(outcome.rule, self._rules)))
            self.outcomes.addTopLevelItem(head)
            head.addChildren([self._item(finding) for finding in outcome.findings])
            if outcome.left_out:
                head.addChild(QTreeWidgetItem(["…", "", self.tr("{0} more").format(f"{outcome.left_out:,}")]))
            head.setExpanded(not outcome.passed)
        self._show_icons()
        first = self.outcomes.topLevelItem(0)
        if first is not None and self.outcomes.currentItem() is None:
            self.outcomes.setCurrentItem(first)
        self.body.setCurrentWidget(self.outcomes)

    def _show_icons(self) -> None:
        for number in range(self.outcomes.topLevelItemCount()):
            head = self.outcomes.topLevelItem(number)
            assert head is not None
            name = "success" if head.data(0, _PASSED) else "error"
            head.setIcon(0, resources.icon(name, tone_color(name, self.palette())))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.is_made:
            self._show_icons()

    def _summary(self, outcome: Outcome) -> str:
        count = len(outcome.findings) + outcome.left_out
        about = demand(outcome.rule, self._rules)
        return about if outcome.passed else f"{counted(count, 'finding')}: {about}"

    def _item(self, finding: Finding) -> QTreeWidgetItem:
        path = f"/{plain_bytes(finding.path)}" if finding.path is not None else ""
        layer = str(layer_number(finding.layer)) if finding.layer is not None else ""
        why = plain(finding.why, 500)
        place = path or (self.tr("layer {0}").format(layer) if layer else self.tr("the image"))
        item = QTreeWidgetItem([place, layer, why])
        item.setData(0, _FINDING, finding)
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setToolTip(0, tooltip(path))
        item.setToolTip(2, tooltip(finding.why))
        return item

    def _failed(self, error: ImagexplorerError) -> None:
        self._checked = None
        if isinstance(error, NotFound):  # the tree is not kept any more: looking at it again makes it anew
            self.page.files.ask_again()
        if isinstance(error, Cancelled):
            self._say(self.tr("The check was cancelled"), "", "cancel", again=True)
        else:
            self._say(self.tr("The image cannot be checked"), sentence_of(error), "error", again=True)

    def _say(self, title: str, text: str, icon: str = "", again: bool = False) -> None:
        self.empty.show_text(title, text, [(self.tr("&Check again"), self.refresh)] if again else [], icon)
        self.body.setCurrentWidget(self.empty)

    # -- acts -----------------------------------------------------------------------------------------

    def _finding(self) -> Finding | None:
        item = self.outcomes.currentItem()
        found = item.data(0, _FINDING) if item is not None else None
        return found if isinstance(found, Finding) else None

    def _show_file(self, item: QTreeWidgetItem | None) -> None:
        found = item.data(0, _FINDING) if item is not None else None
        if isinstance(found, Finding) and found.path is not None:
            self.page.reveal(found.path, -1 if found.layer is None else found.layer)

    def _copy(self) -> None:
        if (found := self._finding()) is not None:
            QGuiApplication.clipboard().setText(finding_words(found))

    def _copy_path(self) -> None:
        if (found := self._finding()) is not None and found.path is not None:
            QGuiApplication.clipboard().setText("/" + plain_bytes(found.path))

    def _menu(self, at: QPoint) -> None:
        found = self._finding()
        menu = QMenu(self.outcomes)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.copy_words.setEnabled(found is not None)
        for action in (self.copy_path, self.show_file):
            action.setEnabled(found is not None and found.path is not None)
        menu.addActions([self.show_file, self.copy_words, self.copy_path])
        menu.popup(self.outcomes.viewport().mapToGlobal(at))
