"""The tab that says why an image is so big: in words, as a map, in tables, and what could be done about it.

Knows figures and the session; adding up is the worker's. Enter or a double-click on a file shows it among the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.advice import Advice
from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound
from imagexplorer.core.space import CAUSES
from imagexplorer.core.space_map import MapSpec
from imagexplorer.core.space_overview import Alike, Overview, answer
from imagexplorer.core.space_tables import Table
from imagexplorer.core.text import human_size, plain
from imagexplorer.models.space_tables import FILES, FOLDERS, WASTE, PlaceRow, WasteRow
from imagexplorer.session import IndexedTree
from imagexplorer.views.advice_pane import AdvicePane
from imagexplorer.views.empty_view import EmptyView
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.header_state import HeaderState
from imagexplorer.views.page_tab import PageTab
from imagexplorer.views.space_map_pane import SpaceMapPane
from imagexplorer.views.table_or_words import TableOrWords
from imagexplorer.views.theme import plain_label
from imagexplorer.views.waiting_view import WaitingView

if TYPE_CHECKING:
    from imagexplorer.views.image_page import ImagePage


class SpaceTab(PageTab[Any]):
    page: ImagePage

    def __init__(self, page: ImagePage) -> None:
        super().__init__(page, "space")
        self._asked: IndexedTree | None = None
        self._shown: Overview | None = None

    # -- widgets --------------------------------------------------------------------------------------

    def set_up(self) -> None:
        page = self.page
        self.answer = plain_label(wrap=True, selectable=True)
        self.answer.setContentsMargins(12, 8, 12, 8)
        self.map = SpaceMapPane(page.stack.instruction)
        self.advice = AdvicePane(page.stack.instruction, self._base)
        nothing = (self.tr("No files"), self.tr("The image shows none that hold a byte."))
        clean = (self.tr("Nothing is wasted"), self.tr("No layer hides what another one stores."))
        self.folders = self._table(FOLDERS, self.tr("Largest folders"), nothing)
        self.files = self._table(FILES, self.tr("Largest files"), nothing)
        self.waste = self._table(WASTE, self.tr("Causes of waste"), clean)
        self.tables = QTabWidget()
        self.tables.setDocumentMode(True)
        for widget, title in (
            (self.advice, self.tr("A&dvice")),
            (self.folders, self.tr("Folde&rs")),
            (self.files, self.tr("Lar&gest files")),
            (self.waste, self.tr("Was&te")),
        ):
            self.tables.addTab(widget, title)
        self.across = QSplitter(Qt.Orientation.Horizontal)
        self.across.addWidget(self.map)
        self.across.addWidget(self.tables)
        self.across.setChildrenCollapsible(False)
        self.across.setSizes([500, 560])
        found = QWidget()
        column = QVBoxLayout(found)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.answer)
        column.addWidget(self.across, 1)
        self.found = found
        self.empty = EmptyView()
        self.waiting = WaitingView(page.session.jobs, self.lane + "overview")
        self.body = QStackedWidget()
        for each in (found, self.waiting, self.empty):
            self.body.addWidget(each)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.body)
        self.setFocusProxy(self.map)
        self.map.wanted.connect(self._ask_map)
        self.map.open_wanted.connect(self._reveal)
        self.advice.entries_wanted.connect(self._ask_entries)
        self.advice.compare_wanted.connect(self._compare)
        self.advice.open_wanted.connect(self._open_entry)
        page.session.jobs.changed.connect(self._show_comparing)
        page.origin.changed.connect(self._page_knows)

    def _table(self, columns: Any, name: str, nothing: tuple[str, str]) -> TableOrWords:
        made = TableOrWords(columns, lambda row: row.key, name, nothing)
        table = made.table
        table.sort_by("size")
        table.opened.connect(self._open_row)
        show = table.addAction(resources.icon("file"), self.tr("&Show in the files"))
        show.triggered.connect(lambda: self._open_row(table.current()))
        return made

    def remembered(self) -> Mapping[str, HeaderState | QSplitter]:
        tables = {"folders": self.folders.table, "files": self.files.table, "waste": self.waste.table}
        return {
            "across": self.across,
            "advice": self.advice.splitter,
            "pieces": self.advice.advice.table.header_state,
            "entries": self.advice.entries.header_state,
            **{name: table.header_state for name, table in tables.items()},
        }

    # -- asking ---------------------------------------------------------------------------------------

    def fill(self) -> None:
        tree = self.page.tree
        if tree is None:
            self._asked = self._shown = None
            self.page.session.jobs.drop(self.lane + "*")  # of a tree that is not the page's any more
            self._say(self.tr("Not yet"), self.tr("Bytes are added up once the layers are read."))
        elif tree is not self._asked:
            self._ask(tree)
        elif self._shown is not None:
            self._say_answer()
            self.advice.show_again()

    def refresh(self) -> None:
        if self.page.tree is not None:
            self._ask(self.page.tree)

    def _ask(self, tree: IndexedTree) -> None:
        self._asked = tree
        if self._shown is None:
            self.waiting.begin(self.tr("Adding up the bytes of {0}").format(plain(self.page.image.name, 80)))
            self.body.setCurrentWidget(self.waiting)
        self.page.session.spaces.load_overview(self.lane + "overview", tree, self._show, self._failed)

    def _ask_map(self, spec: MapSpec) -> None:
        if self._asked is not None:
            self.page.session.spaces.load_map(self.lane + "map", self._asked, spec, self.map.show_map, self._failed)

    def _ask_entries(self, advice: Advice) -> None:
        if self._asked is not None:
            self.page.session.spaces.load_entries(
                self.lane + "entries",
                self._asked,
                advice.kind,
                advice.layer,
                lambda found: self.advice.show_entries(advice, found),
                lambda error: self.advice.show_entries_failed(sentence_of(error)),
            )

    # -- files with the same content ------------------------------------------------------------------

    def _compare(self, begin: bool) -> None:
        if begin:
            self.advice.show_comparing(self.tr("Comparing files …"))
            self._ask_alike(read=True)
            return
        state = self.page.session.jobs.in_lane(self.lane + "alike")
        if state is not None:
            self.page.session.jobs.cancel(state.id)

    def _ask_alike(self, read: bool) -> None:
        detail = self.page.detail
        if self._asked is not None and detail is not None:
            self.page.session.spaces.load_alike(
                self.lane + "alike", self._asked, detail, read, self._show_alike, self._not_compared
            )

    def _show_alike(self, found: Alike) -> None:
        self.advice.show_alike(found)

    def _show_comparing(self) -> None:
        state = self.page.session.jobs.in_lane(self.lane + "alike") if self.isVisible() else None
        if state is not None and state.total:
            share = min(state.done / state.total, 1.0)
            words = self.tr("Comparing files: {0:.0%} of {1} read")
            self.advice.show_comparing(words.format(share, human_size(int(state.total))))

    def _not_compared(self, error: ImagexplorerError) -> None:
        self.advice.show_comparing("")
        if not isinstance(error, Cancelled):
            self.advice.show_entries_failed(sentence_of(error))

    # -- what is answered -----------------------------------------------------------------------------

    def _show(self, found: Overview) -> None:
        self._shown = found
        self._say_answer()
        if not found.space.stored_bytes:
            self._say(self.tr("No bytes"), self.answer.text(), "layers")
            return
        of = self.page.stack.instruction
        whole = found.space.visible_bytes
        self.folders.set_records((PlaceRow(each, "", whole) for each in found.folders.rows), _left_out(found.folders))
        files = (PlaceRow(each, of(each.layer), whole) for each in found.files.rows)
        self.files.set_records(files, _left_out(found.files))
        self.waste.set_records((WasteRow(each, of(each.layer)) for each in found.waste.rows), _left_out(found.waste))
        self.advice.show_overview(found)
        self.body.setCurrentWidget(self.found)
        self.map.show_figures(found.space, found.visible)
        self._ask_alike(read=False)

    def _say_answer(self) -> None:
        if self._shown is not None:
            self.answer.set_text(" ".join(answer(self._shown, self.page.stack.instruction, *self._base())))

    def _base(self) -> tuple[str, int]:
        """The nearest image below this one whose layers are fewer, and how many they are."""
        detail = self.page.detail
        below = [base for base in self.page.origin.bases if detail is not None and base.layers < len(detail.layers)]
        return (below[-1].name, below[-1].layers) if below else ("", 0)

    def _failed(self, error: ImagexplorerError) -> None:
        self._asked = self._shown = None
        if isinstance(error, NotFound):  # the tree is not kept any more: looking at it again makes it anew
            self.page.files.ask_again()
        if isinstance(error, Cancelled):
            self._say(self.tr("Adding up was cancelled"), "", "cancel", again=True)
        else:
            self._say(self.tr("The bytes cannot be added up"), sentence_of(error), "error", again=True)

    def _say(self, title: str, text: str, icon: str = "", again: bool = False) -> None:
        self.empty.show_text(title, text, [(self.tr("&Add up again"), self.refresh)] if again else [], icon)
        self.body.setCurrentWidget(self.empty)

    # -- the way to the files -------------------------------------------------------------------------

    def _reveal(self, path: bytes, layer: int) -> None:
        """At the layer that hid it, or (-1) as the whole image shows it."""
        detail = self.page.detail
        top = len(detail.layers) - 1 if detail is not None else -1
        self.page.reveal(path, layer if layer >= 0 else top)

    def _open_row(self, row: PlaceRow | WasteRow | None) -> None:
        if row is not None:
            self._reveal(row.path, row.layer if isinstance(row, WasteRow) else -1)

    def _open_entry(self, row: PlaceRow, advice: Advice) -> None:
        self._reveal(row.path, advice.layer if advice.kind in CAUSES else -1)


def _left_out(table: Table[Any]) -> str:
    left = table.total - len(table.rows)
    return f"The {len(table.rows):,} largest; {left:,} smaller ones are left out." if left > 0 else ""
