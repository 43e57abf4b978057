"""One path of an image: what its versions hold, and all that layers did to it. Stands under the file tree.

Asks the session for the path that is selected, once the selection rests. Knows its page.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QTabWidget, QWidget

from imagexplorer import resources
from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.owners import Owners
from imagexplorer.core.preview import Preview
from imagexplorer.core.story import PathVersion, Story
from imagexplorer.core.text import plain_bytes
from imagexplorer.models.tree_rows import TreeRow, layer_number
from imagexplorer.models.versions_table import VERSIONS, VersionRow, version_rows
from imagexplorer.views.copying import add_copy
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.owner_names import OwnerNames
from imagexplorer.views.preview import PreviewView
from imagexplorer.views.records_view import RecordsView

if TYPE_CHECKING:
    from imagexplorer.views.image_page import ImagePage

REST_MS = 120
"""Who goes through a list of files with the arrow keys wants none of those in between read."""
SLOW_MS = 400


class PathPane(QTabWidget):
    layer_shown = Signal(int)  # the layer of the version that is looked at

    def __init__(self, page: ImagePage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._lane = page.lane + "path/"
        self._node: int | None = None
        self._is_dir = False
        self._path = b""
        self._story: Story | None = None
        self._version: int | None = None
        self._retry: Callable[[], None] = self._ask  # what was asked last
        self.setDocumentMode(True)
        self.setAccessibleName(self.tr("The selected path"))
        self.owners = OwnerNames(page)
        self.owners.changed.connect(self._owners_learnt)
        self.preview = PreviewView()
        self.versions = RecordsView(VERSIONS, lambda row: str(row.version.number), self.tr("Versions, newest first"))
        self.addTab(self.preview, self.tr("P&review"))
        self.addTab(self.versions, self.tr("Versio&ns"))
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._ask)
        self._slow = QTimer(self, singleShot=True, interval=SLOW_MS)
        self._slow.timeout.connect(lambda: self.preview.show_message(self.tr("Reading"), busy=True))
        self.versions.current_changed.connect(self._look_at)
        self.versions.opened.connect(lambda _row: self.setCurrentWidget(self.preview))
        self.versions.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.versions.customContextMenuRequested.connect(self._menu)
        self.extract = QAction(resources.icon("save"), self.tr("E&xtract this version …"), self.versions)
        self.extract.triggered.connect(self._extract)
        self.differ = QAction(resources.icon("modified"), self.tr("&Differences of the two versions"), self.versions)
        self.differ.triggered.connect(self._differ)
        self.preview.more_wanted.connect(lambda: self._read(more=True))

    # -- which path -------------------------------------------------------------------------------------

    def show_row(self, row: TreeRow | None) -> None:
        node = row.node if row is not None else None
        if node == self._node:
            return
        self._node, self._is_dir = node, row is not None and row.is_dir
        self._version = None
        self._drop()
        if node is None:
            self._rest.stop()
            self.versions.set_records(())
            self._say_versions(0)
            self.preview.show_message(self.tr("No file is selected"))
        else:
            self._rest.start()

    def forget(self) -> None:
        """Another tree: its nodes are others."""
        self._node = None
        self.show_row(None)

    def _owners_learnt(self, names: Owners) -> None:
        files = self._page.files
        files.tree.set_owners(names)
        files.show_details()
        if self._story is not None and self.versions.records.rowCount():
            self.versions.set_records(version_rows(self._story, self._page.stack.instruction, names))

    def selected_versions(self) -> list[PathVersion]:
        return [row.version for row in self.versions.selected()]

    def _drop(self) -> None:
        self._slow.stop()
        self._page.session.jobs.drop(self._lane + "*")

    def _ask(self) -> None:
        page, node = self._page, self._node
        if node is None or page.tree is None or page.detail is None:
            return
        self._retry = self._ask
        page.session.contents.load_story(
            self._lane + "story", page.source, page.detail, page.tree, node, self._told, self._failed
        )

    def _told(self, story: Story) -> None:
        self._path = story.path
        self._story = story
        rows = version_rows(story, self._page.stack.instruction, self.owners.names)
        self.versions.set_records(rows)
        self._say_versions(len(rows))
        wanted = _looked_at(rows, self._page.files.spec.layer)
        if wanted is None:
            self._look_at(None)
            return
        index = self.versions.records.index_of(str(wanted.version.number))
        if self.versions.currentIndex().row() == index.row():
            self._look_at(wanted)
        else:
            self.versions.selectRow(index.row())

    def _say_versions(self, count: int) -> None:
        self.setTabText(
            self.indexOf(self.versions), self.tr("Versio&ns ({n})").format(n=count) if count else "Versio&ns"
        )

    # -- which version ----------------------------------------------------------------------------------

    def _look_at(self, row: VersionRow | None) -> None:
        if row is None:
            self._nothing(self.tr("Nothing to show"), "")
            return
        version = row.version
        self.layer_shown.emit(version.layer)
        if version.content is not None:
            self._version = version.content
            self._read()
        elif version.removed:
            words = self.tr("Layer {n} removed it: {what}. Choose an older version to see what it held.")
            self._nothing(
                self.tr("Nothing is here any more"), words.format(n=layer_number(version.layer), what=row.what)
            )
        elif version.link is not None:
            self._nothing(self.tr("A link"), self.tr("It leads to {to}.").format(to=plain_bytes(version.link)))
        elif self._is_dir:
            self._nothing(self.tr("A folder"), self.tr("Select a file in it to see what it holds."))
        else:
            self._nothing(self.tr("Not a regular file"), self.tr("It has no content."))

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chosen = self.versions.selected()
        copy = menu.addMenu(resources.icon("copy"), self.tr("&Copy"))
        stack = self._page.stack
        add_copy(copy, self.tr("&Layer"), chosen, lambda row: str(layer_number(row.version.layer)))
        add_copy(copy, self.tr("Layer's &digest"), chosen, lambda row: stack.digest(row.version.layer))
        add_copy(copy, self.tr("&Instruction"), chosen, lambda row: row.instruction)
        add_copy(copy, self.tr("Content's &hash (xxh3-64)"), chosen, lambda row: row.hash_words)
        add_copy(copy, self.tr("&Rows as text"), chosen, self.versions.words_of)
        menu.addAction(self.differ)
        self.differ.setEnabled(len(chosen) == 2 and all(row.version.readable for row in chosen))
        self.differ.setToolTip(self.tr("Select two versions that hold something"))
        menu.addAction(self.extract)
        self.extract.setEnabled(len(chosen) == 1 and chosen[0].version.readable)
        menu.aboutToHide.connect(lambda: self.extract.setEnabled(True))
        menu.popup(self.versions.viewport().mapToGlobal(at))

    def _extract(self) -> None:
        chosen = self.versions.selected()
        if len(chosen) == 1 and self._node is not None:
            self._page.extracting.extract_version(chosen[0], self._node, self._path)

    def _differ(self) -> None:
        """The two selected versions, the older one first."""
        chosen = sorted((row.version for row in self.versions.selected()), key=lambda version: version.number)
        contents = [version.content for version in chosen if version.content is not None]
        if len(chosen) == len(contents) == 2:
            self.setCurrentWidget(self.preview)
            self._compare(contents[0], contents[1])

    def _compare(self, older: int, newer: int) -> None:
        page = self._page
        if page.tree is None or page.detail is None:
            return
        self._version = None
        self._retry = partial(self._compare, older, newer)
        self._slow.start()
        page.session.contents.load_difference(
            self._lane + "preview", page.source, page.detail, page.tree, (older, newer), self._read_it, self._failed
        )

    def _nothing(self, title: str, text: str) -> None:
        self._version = None
        self._drop()
        self.preview.show_message(title, text)

    def _read(self, more: bool = False) -> None:
        page = self._page
        if self._version is None or page.tree is None or page.detail is None:
            return
        self._retry = partial(self._read, more)
        if not more:
            self._slow.start()
        page.session.contents.load_preview(
            self._lane + "preview",
            page.source,
            page.detail,
            page.tree,
            self._version,
            more,
            self._read_it,
            self._failed,
        )

    def _read_it(self, preview: Preview) -> None:
        self._slow.stop()
        self.preview.show_preview(preview)
        self.owners.want()

    def _failed(self, error: ImagexplorerError) -> None:
        self._slow.stop()
        if not isinstance(error, Cancelled):
            offers = [(self.tr("Try a&gain"), lambda: self._retry())]
            self.preview.show_message(
                self.tr("The content cannot be shown"), sentence_of(error), "error", offers=offers
            )


def _looked_at(rows: list[VersionRow], layer: int) -> VersionRow | None:
    """What the tree shows at a layer (-1: the top): the newest version up to it, or, where that one removed the path,
    what was there before."""
    upto = [row for row in rows if layer < 0 or row.version.layer <= layer]
    return next((row for row in upto if not row.version.removed), upto[0] if upto else None)
