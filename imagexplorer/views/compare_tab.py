"""The tab that compares an image with another one, of whichever open source: files, configuration, layers.

Knows its page and the session; comparing is the worker's. A is the page's image, B the other one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QSplitter, QStackedWidget, QTabWidget, QVBoxLayout

from imagexplorer.core.entities import Image
from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound, WrongUse
from imagexplorer.core.preview import Preview
from imagexplorer.core.secrets import masked_difference
from imagexplorer.core.text import human_size, plain
from imagexplorer.core.tree_view import TreeView, ViewSpec
from imagexplorer.models.config_differences import CONFIG_DIFFERENCES
from imagexplorer.models.tree_rows import CHANGES
from imagexplorer.session.comparing import Compared
from imagexplorer.views.compare_bar import CompareBar
from imagexplorer.views.differing_file import DifferingFile
from imagexplorer.views.empty_view import EmptyView, Offer
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.file_pane import FilePane
from imagexplorer.views.header_state import HeaderState
from imagexplorer.views.page_tab import PageTab
from imagexplorer.views.records_view import RecordsView
from imagexplorer.views.waiting_view import WaitingView

if TYPE_CHECKING:
    from imagexplorer.session.comparing import ComparisonHandle
    from imagexplorer.views.image_page import ImagePage


class CompareTab(PageTab[Any]):
    page: ImagePage

    def __init__(self, page: ImagePage) -> None:
        super().__init__(page, "compare")
        self._wanted: tuple[str, Image] | None = None
        self._a: Compared | None = None
        self._b: Compared | None = None
        self._found: ComparisonHandle | None = None
        self._then: Callable[[], object] | None = None  # asked again once the images were compared anew
        self._repeated: set[str] = set()  # what was

    def set_up(self) -> None:
        self.bar = CompareBar(self.page.session, self.page.source, self.page.image.id)
        self.files = FilePane(
            self.page.session.jobs, self.lane + "compare", layered=False, columns=CHANGES, owned=True, narrow=True
        )
        self.files.tree.by_path = True  # another comparison has other nodes
        jobs = self.page.session.jobs
        self.file = DifferingFile(jobs, self.lane + "file", self._ask_file, self._file_failed)
        self.config = RecordsView(CONFIG_DIFFERENCES, lambda row: row.key, self.tr("Differences of the configuration"))
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.files)
        self.splitter.addWidget(self.file)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([520, 640])
        self.parts = QTabWidget()
        self.parts.setDocumentMode(True)
        self.parts.addTab(self.splitter, self.tr("&Different files"))
        self.parts.addTab(self.config, self.tr("Confi&guration"))
        self.empty = EmptyView()
        self.waiting = WaitingView(self.page.session.jobs, self.lane + "compare")
        self.body = QStackedWidget()
        for widget in (self.empty, self.waiting, self.parts):
            self.body.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.body, 1)
        self.bar.chosen.connect(self._chosen)
        self.bar.times.toggled.connect(self._again)
        self.bar.save.clicked.connect(self._save)
        self.files.spec_wanted.connect(self._look)
        self.files.row_selected.connect(self.file.show_row)
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
            self.bar.choice.setFocus(Qt.FocusReason.ShortcutFocusReason)

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
        self.bar.fill(self._wanted)
        if self._wanted is None:
            self._say_nothing()

    def _chosen(self, source: str, image: Image) -> None:
        self._wanted, self._found = (source, image), None
        self.fill()

    def _again(self) -> None:
        self._found = None
        self.fill()

    def _compare(self) -> None:
        if self._a is None or self._wanted is None:
            return
        source, image = self._wanted
        self.bar.save.setEnabled(False)
        self.file.forget()
        self._wait(self.tr("Comparing with {name}").format(name=plain(image.name, 80)))
        self.bar.say("")
        reference = image.id
        self.page.session.comparing.compare(
            self.lane + "compare", self._a, source, reference, self.bar.times.isChecked(), self._compared, self._failed
        )

    def _once_more(self, what: str, error: ImagexplorerError, then: Callable[[], object]) -> bool:
        """What the worker process does not have any more (it keeps a few, and may have ended) is compared again, and
        then asked again; once."""
        if not isinstance(error, NotFound) or self._found is None or what in self._repeated:
            self._repeated.discard(what)
            return False
        self._repeated.add(what)
        self._found, self._then = None, then
        self._compare()
        return True

    # -- what came of it --------------------------------------------------------------------------------

    def _compared(self, b: Compared, found: ComparisonHandle) -> None:
        self._b, self._found = b, found
        self.bar.save.setEnabled(True)
        files, config = sum(found.counts.values()), len(found.config)
        words = [
            self.tr("{added} added, {removed} removed").format(
                added=human_size(found.added_bytes), removed=human_size(found.removed_bytes)
            ),
            self.tr("layers: {n} in common, {a} only in A, {b} only in B").format(
                n=len(found.layers.common), a=len(found.layers.only_a), b=len(found.layers.only_b)
            ),
        ]
        self.bar.say("   ·   ".join(words))
        self.parts.setTabText(0, self.tr("&Different files ({n})").format(n=f"{files:,}"))
        self.parts.setTabText(1, self.tr("Confi&guration ({n})").format(n=config))
        self._show_config()
        if not files and not config:
            self._say(
                self.tr("No differences"),
                self.tr("Files, their times and configuration are the same.")
                if self.bar.times.isChecked()
                else self.tr("Files and configuration are the same; times do not count."),
                "success",
            )
            return
        self.body.setCurrentWidget(self.parts)
        then, self._then = self._then, None
        if then is None:
            self.parts.setCurrentIndex(0 if files else 1)
        self.file.show_row(None)
        self._look(self.files.spec)
        if then is not None:
            then()

    def _save(self) -> None:
        if self._a is None or self._b is None or self._found is None:
            return
        title = self.tr("Save the comparison")
        if self.files.filtered:
            title = self.tr("Save the whole comparison, also what the filter hides")
        chosen, _ = QFileDialog.getSaveFileName(
            self, title, "comparison.html", self.tr("Pages (*.html);;Documents (*.json)")
        )
        if chosen:
            self.save_to(chosen)

    def save_to(self, path: str) -> None:
        """All of it, whatever the filter hides; secret values as they are shown."""
        session = self.page.session
        if self._a is not None and self._b is not None and self._found is not None:
            session.comparing.save(
                self.lane + "save", self._a, self._b, self._found, path, self.page.values.isChecked(),
                self._saved, lambda error: self._not_saved(error, path),
            )  # fmt: skip

    def _saved(self, path: str) -> None:
        self._repeated.discard("save")
        words = self.tr("Saved {path}")
        if self.files.filtered:
            words = self.tr("Saved the whole comparison, also what the filter hides: {path}")
        self.page.session.message.emit(words.format(path=plain(path, 300)))

    def _not_saved(self, error: ImagexplorerError, path: str) -> None:
        if not self._once_more("save", error, lambda: self.save_to(path)):
            self.page.session.failed.emit(error)

    def _show_config(self) -> None:
        if self._found is None:
            return
        shown = self._found.config
        if not self.page.values.isChecked():
            shown = tuple(map(masked_difference, shown))
        self.config.set_records(shown)

    def _look(self, spec: ViewSpec) -> None:
        if self._a is not None and self._found is not None:
            spec = replace(spec, layer=-1)
            session = self.page.session
            session.comparing.view(self.lane + "view", self._a, self._found, spec, self._show_view, self._view_failed)

    def _show_view(self, view: TreeView) -> None:
        self._repeated.discard("view")
        self.files.show_view(view, (self.tr("No file differs"), self.tr("The configuration does.")))

    def _view_failed(self, error: ImagexplorerError) -> None:
        if isinstance(error, WrongUse):
            self.files.show_fault(error.reason or sentence_of(error))
        elif not self._once_more("view", error, lambda: None):
            self._failed(error)

    def _ask_file(
        self, path: bytes, done: Callable[[Preview], None], failed: Callable[[ImagexplorerError], None]
    ) -> None:
        def shown(preview: Preview) -> None:
            self._repeated.discard("file")
            done(preview)

        if self._a is not None and self._b is not None and self._found is not None:
            comparing = self.page.session.comparing
            comparing.file(self.lane + "file", self._a, self._b, self._found, path, shown, failed)

    def _file_failed(self, error: ImagexplorerError) -> bool:
        return self._once_more("file", error, lambda: self.file.show_row(self.files.tree.selected_row()))

    def _failed(self, error: ImagexplorerError) -> None:
        self._then = None
        if isinstance(error, Cancelled):
            self._say(self.tr("Comparing was cancelled"), "", "cancel", [(self.tr("&Compare"), self._again)])
        else:
            offers = [(self.tr("&Retry"), self._again)]
            self._say(self.tr("The images cannot be compared"), sentence_of(error), "error", offers)

    # -- meanwhile --------------------------------------------------------------------------------------

    def _wait(self, words: str) -> None:
        self.waiting.begin(words)
        self.body.setCurrentWidget(self.waiting)

    def _say(self, title: str, text: str, icon: str, offers: Sequence[Offer] = ()) -> None:
        self.empty.show_text(title, text, offers, icon)
        self.body.setCurrentWidget(self.empty)

    def _say_nothing(self) -> None:
        if self.bar.choice.count():
            words = self.tr("Choose an image above: of this source, or of any other that is open.")
        else:
            words = self.tr("There is no other image. Open an archive, and its images can be chosen here.")
        self._say(self.tr("Compare with another image"), words, "layers")
