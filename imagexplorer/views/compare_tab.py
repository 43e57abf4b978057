"""The tab that compares an image with another one, of whichever open source: files, configuration, layers.

Knows its page and the session; comparing is the worker's. A is the page's image, B the other one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
)

from imagexplorer import resources
from imagexplorer.core.compare_config import ConfigDifference
from imagexplorer.core.entities import Image
from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound, WrongUse
from imagexplorer.core.preview import Preview
from imagexplorer.core.secrets import masked_data
from imagexplorer.core.text import human_size, plain, plain_bytes
from imagexplorer.core.tree_view import TreeView, ViewSpec
from imagexplorer.models.config_differences import CONFIG_DIFFERENCES
from imagexplorer.models.tree_rows import CHANGES, TreeRow
from imagexplorer.session.comparing import Compared
from imagexplorer.views.elided import Elided
from imagexplorer.views.empty_view import EmptyView
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.file_pane import FilePane
from imagexplorer.views.header_state import HeaderState
from imagexplorer.views.page_tab import PageTab
from imagexplorer.views.preview import PreviewView
from imagexplorer.views.records_view import RecordsView
from imagexplorer.views.theme import plain_label, set_tip
from imagexplorer.views.waiting_view import WaitingView

if TYPE_CHECKING:
    from imagexplorer.session.comparing import ComparisonHandle
    from imagexplorer.views.image_page import ImagePage

NAME_CHARS = 90


class CompareTab(PageTab[Any]):
    page: ImagePage

    def __init__(self, page: ImagePage) -> None:
        super().__init__(page, "compare")
        self._wanted: tuple[str, Image] | None = None
        self._a: Compared | None = None
        self._b: Compared | None = None
        self._found: ComparisonHandle | None = None

    def set_up(self) -> None:
        self.choice = QComboBox()
        self.choice.setEditable(True)
        self.choice.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.choice.setMinimumContentsLength(28)
        line = self.choice.lineEdit()
        assert line is not None
        line.setPlaceholderText(self.tr("choose an image of any open source"))
        completer = self.choice.completer()
        if completer is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        caption = plain_label(self.tr("Compare this image (A) &with (B)"))
        caption.setBuddy(self.choice)
        self.choice.setAccessibleName(self.tr("Compare this image (A) with (B)"))
        self.times = QCheckBox(self.tr("&Times count"))
        set_tip(self.times, self.tr("A file whose time of change alone differs is a difference too"))
        self.times.toggled.connect(self._again)
        self.summary = Elided()
        self.save = QPushButton(resources.icon("save"), self.tr("&Save …"))
        self.save.setEnabled(False)
        set_tip(self.save, self.tr("Save the comparison as a page (HTML) or as a document (JSON)"))
        self.save.clicked.connect(self._save)
        self.files = FilePane(self.page.session.jobs, self.lane + "compare", layered=False, columns=CHANGES, owned=True)
        self.file = PreviewView()
        self.config = RecordsView(CONFIG_DIFFERENCES, lambda row: row.key, self.tr("Differences of the configuration"))
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.files)
        self.splitter.addWidget(self.file)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([520, 640])
        self.parts = QTabWidget()
        self.parts.setDocumentMode(True)
        self.parts.addTab(self.splitter, self.tr("F&iles"))
        self.parts.addTab(self.config, self.tr("Confi&guration"))
        self.empty = EmptyView()
        self.waiting = WaitingView(self.page.session.jobs, self.lane + "compare")
        self.body = QStackedWidget()
        for widget in (self.empty, self.waiting, self.parts):
            self.body.addWidget(widget)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(12)
        bar.addWidget(caption)
        bar.addWidget(self.choice)
        bar.addWidget(self.times)
        bar.addWidget(self.summary, 1)
        bar.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.body, 1)
        self.choice.activated.connect(lambda _row: self._chosen())
        self.files.spec_wanted.connect(self._look)
        self.files.row_selected.connect(self._show_row)
        session = self.page.session
        session.sources_changed.connect(self._fill_choice)
        session.images_changed.connect(self._fill_choice)
        self._say_nothing()

    def leave(self) -> None:
        if self.is_made:
            self.page.session.sources_changed.disconnect(self._fill_choice)
            self.page.session.images_changed.disconnect(self._fill_choice)

    def remembered(self) -> Mapping[str, HeaderState | QSplitter]:
        return {"files": self.files.tree.header_state, "config": self.config.header_state, "split": self.splitter}

    def focus_filter(self) -> None:
        if self.body.currentWidget() is self.parts and self.parts.currentWidget() is self.splitter:
            self.files.focus_filter()
        else:
            self.choice.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # -- with what --------------------------------------------------------------------------------------

    def compare_with(self, source: str, image: Image | None) -> None:
        """Bring this tab to the front, and compare as soon as the page's own files are read."""
        if image is not None:
            self._wanted = (source, image)
            self._found = None
        self.page.tabs.setCurrentWidget(self)
        if self.is_made:
            self.fill()

    def fill(self) -> None:
        self._fill_choice()
        page, now = self.page, self._a
        if page.tree is None or page.detail is None:
            self._a = None
            if self._wanted is not None:
                self._wait(self.tr("Reading {name}").format(name=plain(page.image.name, 80)))
            return
        if now is None or now.tree is not page.tree:
            self._a, self._found = Compared(page.detail, page.tree), None
        if self._wanted is not None and self._found is None:
            self._compare()
        elif self._found is not None:
            self._show_config()

    def refresh(self) -> None:
        self._found = None

    def _fill_choice(self) -> None:
        page = self.page
        chosen = self._wanted
        rows = [
            (f"{plain(image.name, NAME_CHARS)}   ·   {plain(state.name, 60)}", state.key, image)
            for state in page.session.sources
            for image in page.session.rows_of(state.key)[0]
            if (state.key, image.id) != (page.source, page.image.id)
        ]
        rows.sort(key=lambda row: row[0].casefold())
        known = [self.choice.itemText(row) for row in range(self.choice.count())]
        if known == [text for text, _, _ in rows]:
            return
        self.choice.clear()
        for text, source, image in rows:
            self.choice.addItem(text, (source, image))
        at = next((n for n, (_, key, i) in enumerate(rows) if chosen and (key, i.id) == (chosen[0], chosen[1].id)), -1)
        self.choice.setCurrentIndex(at)
        if self._wanted is None:
            self._say_nothing()

    def _chosen(self) -> None:
        data = self.choice.currentData()
        if data is not None:
            self._wanted, self._found = (data[0], data[1]), None
            self.fill()

    def _again(self) -> None:
        self._found = None
        self._compare()

    def _compare(self) -> None:
        if self._a is None or self._wanted is None:
            return
        source, image = self._wanted
        self.save.setEnabled(False)
        self._wait(self.tr("Comparing with {name}").format(name=plain(image.name, 80)))
        self.summary.set_whole("")
        reference = image.id
        self.page.session.comparing.compare(
            self.lane + "compare", self._a, source, reference, self.times.isChecked(), self._compared, self._failed
        )

    # -- what came of it --------------------------------------------------------------------------------

    def _compared(self, b: Compared, found: ComparisonHandle) -> None:
        self._b, self._found = b, found
        self.save.setEnabled(True)
        files, config = sum(found.counts.values()), len(found.config)
        words = [
            self.tr("{added} added, {removed} removed").format(
                added=human_size(found.added_bytes), removed=human_size(found.removed_bytes)
            ),
            self.tr("layers: {n} in common, {a} only in A, {b} only in B").format(
                n=len(found.layers.common), a=len(found.layers.only_a), b=len(found.layers.only_b)
            ),
        ]
        self.summary.set_whole("   ·   ".join(words))
        self.parts.setTabText(0, self.tr("F&iles ({n})").format(n=f"{files:,}"))
        self.parts.setTabText(1, self.tr("Confi&guration ({n})").format(n=config))
        self._show_config()
        if not files and not config:
            self._say(
                self.tr("No differences"),
                self.tr("Files, their times and configuration are the same.")
                if self.times.isChecked()
                else self.tr("Files and configuration are the same; times do not count."),
                "success",
            )
            return
        self.body.setCurrentWidget(self.parts)
        self.parts.setCurrentIndex(0 if files else 1)
        self.file.show_message(self.tr("Select a file to see how it differs"))
        self._look(self.files.spec)

    def _save(self) -> None:
        if self._a is None or self._b is None or self._found is None:
            return
        chosen, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save the comparison"), "comparison.html", self.tr("Pages (*.html);;Documents (*.json)")
        )
        if chosen:
            self.save_to(chosen)

    def save_to(self, path: str) -> None:
        session = self.page.session
        if self._a is not None and self._b is not None and self._found is not None:
            session.comparing.save(
                self.lane + "save", self._a, self._b, self._found, path,
                lambda saved: session.message.emit(plain(f"Saved {saved}", 300)), session.failed.emit,
            )  # fmt: skip

    def _show_config(self) -> None:
        if self._found is None:
            return
        shown = self._found.config
        if not self.page.values.isChecked():
            shown = tuple(_masked(row) for row in shown)
        self.config.set_records(shown)

    def _look(self, spec: ViewSpec) -> None:
        if self._a is not None and self._found is not None:
            spec = replace(spec, layer=-1)
            session = self.page.session
            session.comparing.view(self.lane + "view", self._a, self._found, spec, self._show_view, self._view_failed)

    def _show_view(self, view: TreeView) -> None:
        self.files.show_view(view, (self.tr("No file differs"), self.tr("The configuration does.")))

    def _view_failed(self, error: ImagexplorerError) -> None:
        if isinstance(error, WrongUse):
            self.files.show_fault(error.reason or sentence_of(error))
        elif isinstance(error, NotFound) and self._found is not None:
            self._found = None
            self._compare()
        else:
            self._failed(error)

    def _show_row(self, row: TreeRow | None) -> None:
        if row is None or self._a is None or self._b is None or self._found is None:
            return
        if not row.mark:
            self.file.show_message(self.tr("Only what it holds differs"), "/" + plain_bytes(row.path))
            return
        self.page.session.comparing.file(
            self.lane + "file", self._a, self._b, self._found, row.path, self._show_file, self._file_failed
        )

    def _show_file(self, preview: Preview) -> None:
        self.file.show_preview(preview)

    def _file_failed(self, error: ImagexplorerError) -> None:
        if not isinstance(error, Cancelled):
            self.file.show_message(self.tr("The contents cannot be compared"), sentence_of(error), "error")

    def _failed(self, error: ImagexplorerError) -> None:
        if isinstance(error, Cancelled):
            self._say(self.tr("Comparing was cancelled"), self.tr("Choose the image again to compare."), "cancel")
        else:
            self._say(self.tr("The images cannot be compared"), sentence_of(error), "error")

    # -- meanwhile --------------------------------------------------------------------------------------

    def _wait(self, words: str) -> None:
        self.waiting.begin(words)
        self.body.setCurrentWidget(self.waiting)

    def _say(self, title: str, text: str, icon: str) -> None:
        self.empty.show_text(title, text, (), icon)
        self.body.setCurrentWidget(self.empty)

    def _say_nothing(self) -> None:
        if self.choice.count():
            words = self.tr("Choose an image above: of this source, or of any other that is open.")
        else:
            words = self.tr("There is no other image. Open an archive, and its images can be chosen here.")
        self._say(self.tr("Compare with another image"), words, "layers")


def _masked(row: ConfigDifference) -> ConfigDifference:
    name = row.key.partition(".")[2] or row.key
    return replace(row, a=masked_data(row.a, name), b=masked_data(row.b, name))
