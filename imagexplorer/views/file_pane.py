"""Files of an image or a container: the tree, its filter and marks, what is selected, and what stands there meanwhile.

Asks by `spec_wanted`, is answered by `show_view`; knows no session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QMenu,
    QProgressBar,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.core.tree_view import MARK_ADDED, MARK_DELETED, MARK_MODIFIED, MARK_OWNER, TreeView, ViewSpec
from imagexplorer.jobs import Jobs
from imagexplorer.models.columns import Column
from imagexplorer.models.tree_rows import FILES
from imagexplorer.views.empty_view import EmptyView, Offer
from imagexplorer.views.file_details import FileDetails
from imagexplorer.views.file_filter import FileFilter
from imagexplorer.views.file_tree_view import FileTreeView
from imagexplorer.views.keys import own_key
from imagexplorer.views.preview import search_where_focus_is
from imagexplorer.views.theme import set_tip
from imagexplorer.views.toggle import Toggle
from imagexplorer.views.waiting_view import WaitingView

BUSY_MS = 400


class FilePane(QWidget):
    """`layered`: a switch between all layers and one, and the columns that go with it. `below` stands under the tree,
    above the details of the selected row. `owned`: what only changed its owner or mode is known apart. `narrow`: there
    is room for half a window only."""

    spec_wanted = Signal(object)  # ViewSpec
    row_selected = Signal(object)  # TreeRow or None

    def __init__(
        self,
        jobs: Jobs,
        lane: str,
        *,
        layered: bool,
        columns: Sequence[Column] = FILES,
        details: FileDetails | None = None,
        below: QWidget | None = None,
        owned: bool = False,
        narrow: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.spec = ViewSpec()
        self.prefers_all = False  # the user asked for all layers up to a line, not for what it did alone
        self._known = False
        self._wanted = b""
        self._to_hit = False
        self.tree = FileTreeView(columns)
        self.details = details or FileDetails()
        self.empty = EmptyView()
        self.waiting = WaitingView(jobs, lane)
        self.all_layers = Toggle(self.tr("&All layers up to here"))
        self.one_layer = Toggle(self.tr("Only this la&yer"))
        for toggle in (self.all_layers, self.one_layer):
            # Also where they have no place: what belongs to nobody keeps alive the whole page that its slots know.
            toggle.setParent(self)
            toggle.setVisible(layered)
        self.all_layers.setChecked(True)
        self._switch = QButtonGroup(self)  # exclusive
        self._switch.addButton(self.all_layers)
        self._switch.addButton(self.one_layer)
        marks = (MARK_ADDED, MARK_MODIFIED, MARK_DELETED, MARK_OWNER)
        self.busy = QProgressBar()
        self._late = QTimer(self, singleShot=True, interval=BUSY_MS)
        self.extract = QToolButton()
        self.extract.setIcon(resources.icon("save"))
        self.extract.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.extract.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.extract.hide()
        marks = (MARK_ADDED, MARK_MODIFIED, MARK_DELETED, MARK_OWNER)
        self.filter = FileFilter(
            marks if layered or owned else marks[:3],
            layered,
            (self.all_layers, self.one_layer) if layered else (),
            self.extract,
            own_row=layered or narrow,
        )
        self._set_up_filter()
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self._lay_out(below)
        self.all_layers.clicked.connect(lambda: self._prefer(True))
        self.one_layer.clicked.connect(lambda: self._prefer(False))
        self._switch.idToggled.connect(lambda _id, on: self._ask() if on else None)
        self.tree.sort_wanted.connect(self._sort)
        self.tree.row_selected.connect(self.show_details)
        self.tree.picked_changed.connect(self.show_details)
        self.tree.row_selected.connect(self.row_selected)

    def _set_up_filter(self) -> None:
        self.filter.changed.connect(self._ask)
        self.filter.entered.connect(self._ask_now)
        self.filter.left.connect(lambda: self.tree.setFocus(Qt.FocusReason.OtherFocusReason))
        self.filter.results.go.connect(self.tree.go_to_hit)
        for key, step in (("F3", 1), ("Shift+F3", -1)):
            for widget in (self.tree, self.filter.paths.edit):
                own_key(widget, key, partial(self.tree.go_to_hit, step))
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(3)
        self.busy.setAccessibleName(self.tr("Sorting files"))
        policy = self.busy.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.busy.setSizePolicy(policy)
        self.busy.hide()
        self._late.timeout.connect(self.busy.show)

    def _lay_out(self, below: QWidget | None) -> None:
        self.body = QStackedWidget()
        for widget in (self.tree, self.waiting, self.empty):
            self.body.addWidget(widget)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFrameShadow(QFrame.Shadow.Sunken)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.filter)
        layout.addWidget(self.busy)
        layout.addWidget(self.splitter, 1)
        layout.addWidget(line)
        layout.addWidget(self.details)
        self.splitter.addWidget(self.body)
        if below is not None:
            self.splitter.addWidget(below)
            self.splitter.setCollapsible(0, False)
            self.splitter.setSizes([320, 220])
            self.splitter.setStretchFactor(0, 3)
            self.splitter.setStretchFactor(1, 2)
        self.setFocusProxy(self.tree)

    def offer_extraction(
        self, fill: Callable[[QMenu], None], selected: Callable[[], None], words: str = "E&xtract", key: str = "Ctrl+E"
    ) -> None:
        """`fill` says what can be taken out each time the menu opens; `selected` is the key's."""
        menu = QMenu(self.extract)
        menu.aboutToShow.connect(menu.clear)
        menu.aboutToShow.connect(lambda: fill(menu))
        self.extract.setText(words)
        set_tip(self.extract, self.tr("Write files to a folder or a tar ({key} for what is selected)").format(key=key))
        self.extract.setMenu(menu)
        self.extract.show()
        self.tree.row_menu.offer(f"{words} …", "save", key, selected)

    def show_details(self) -> None:
        """Of what is selected, one or several."""
        rows = self.tree.picked()
        if rows is not None and len(rows) > 1:
            self.details.show_rows(rows)
        else:
            self.details.show_row(self.tree.selected_row())

    # -- what is asked ----------------------------------------------------------------------------------

    def set_layer(self, layer: int) -> None:
        """Look at another layer; -1 is the top."""
        if layer != self.spec.layer:
            self.spec = replace(self.spec, layer=layer)
            self.ask_again()

    def look_at(self, layer: int, only: bool) -> None:
        """Look at another layer: at what it did alone, or at all up to it."""
        with QSignalBlocker(self._switch):
            (self.one_layer if only else self.all_layers).setChecked(True)
        spec = replace(self.spec, layer=layer, delta=only)
        if spec != self.spec or self.body.currentWidget() is self.empty:
            self.spec = spec
            self.ask_again()

    def reveal(self, path: bytes, later: bool = False) -> None:
        """Select a path; `later`: in the answer that is on its way. What a filter hides is shown without it."""
        self.tree.setFocus()
        if not later and self.tree.reveal(path):
            return
        self._wanted = path
        if self.filtered or self.one_layer.isChecked():
            self.all_layers.setChecked(True)
            self.filter.clear()

    def ask_again(self) -> None:
        """The same question once more: the world has changed."""
        self._late.start()
        self.spec_wanted.emit(self.spec)

    def focus_filter(self) -> None:
        """Or the search in a content, where that has the focus."""
        if search_where_focus_is():
            return
        self.filter.paths.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.paths.edit.selectAll()

    def _ask(self) -> None:
        spec = self.filter.applied(replace(self.spec, delta=self.one_layer.isChecked()))
        if spec != self.spec or not self._known:
            self.spec = spec
            self.ask_again()

    def _prefer(self, everything: bool) -> None:
        self.prefers_all = everything

    def _ask_now(self) -> None:
        """And go to the first hit."""
        before = self.spec
        self._ask()
        self.tree.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.spec == before:
            self.tree.go_to_hit(1)
        else:
            self._to_hit = True

    def _sort(self, name: str, descending: bool) -> None:
        self.spec = replace(self.spec, sort=name, descending=descending)
        self.ask_again()

    @property
    def filtered(self) -> bool:
        return self.spec.filtered

    # -- what is answered ---------------------------------------------------------------------------------

    def show_view(self, view: TreeView, nothing: tuple[str, str] = ("No files", "")) -> None:
        """An answer; `nothing` is what an empty one says (title, text) where no filter is set."""
        self.keep()
        self._known = True
        spec = self.spec
        asked = (spec.text, spec.pattern, spec.marks, spec.types, spec.sizes) if self.filtered else None
        self.tree.set_view(view, asked)
        if self._wanted and self.tree.reveal(self._wanted):
            self._wanted = b""
        elif self._to_hit and ((row := self.tree.selected_row()) is None or not row.is_hit):
            self.tree.go_to_hit(1)
        self._to_hit = False
        self.filter.show_found(view, self.spec)
        if self.tree.files.rowCount():
            self.body.setCurrentWidget(self.tree)
        elif self.filtered:
            self._show_no_hit(view.gone_hits)
        else:
            self.show_message(*nothing, "folder")

    def _show_no_hit(self, gone: int) -> None:
        offers: list[Offer] = [(self.tr("&Clear the filter"), self.filter.clear)]
        if self.one_layer.isChecked():
            offers.insert(0, (self.tr("&Look in all layers up to here"), self.all_layers.click))
        if gone:
            words = self.tr("Show {n} that lower layers &deleted").format(n=f"{gone:,}")
            offers.insert(0, (words, self.filter.results.gone_wanted.emit))
        self.show_message(
            self.tr("No file matches"), self.tr("Nothing here is what the filter asks for."), "search", offers
        )

    def show_fault(self, words: str) -> None:
        """The filter itself is wrong: what is shown stays, and why stands beside the line."""
        self.keep()
        self.filter.results.show_fault(words)

    def keep(self) -> None:
        """No answer comes to the last question: what is shown stays."""
        self._late.stop()
        self.busy.hide()

    def show_waiting(self, title: str) -> None:
        self._known = False
        self.keep()
        self.waiting.begin(title)
        self.body.setCurrentWidget(self.waiting)

    def show_message(self, title: str, text: str = "", icon: str = "", offers: Sequence[Offer] = ()) -> None:
        self.keep()
        self.empty.show_text(title, text, offers, icon)
        self.body.setCurrentWidget(self.empty)
