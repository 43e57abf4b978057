"""All files of a container: what its image has and what it changed, marked, as they are now; what a file holds below.

Knows its page; asked again as its changes are, while it is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QSplitter, QVBoxLayout

from imagexplorer.core.errors import ImagexplorerError, Unreachable
from imagexplorer.core.text import plain
from imagexplorer.core.tree_view import MARK_DELETED, TreeView, ViewSpec
from imagexplorer.models.tree_rows import WHOLE, TreeRow
from imagexplorer.views import copy_out
from imagexplorer.views.container_changes import ContainerChanges
from imagexplorer.views.copy_in import CopyIn
from imagexplorer.views.copy_out import CopyOut
from imagexplorer.views.dragging import ContainerDragging
from imagexplorer.views.header_state import HeaderState
from imagexplorer.views.page_tab import PageTab

if TYPE_CHECKING:
    from imagexplorer.views.container_page import ContainerPage

_NAMES = (b"etc/passwd", b"etc/group")


class ContainerFiles(ContainerChanges):
    def __init__(self, page: ContainerPage) -> None:
        super().__init__(page, "files", WHOLE)
        self.tree.let_many()
        self.copy_out = CopyOut(page, self)
        self.offer_extraction(self.copy_out.fill_menu, self.copy_out.copy_selected, self.tr("Copy o&ut"), copy_out.KEY)
        self.copy_in = CopyIn(page, self)
        self.filter.add_behind(self.copy_in.button)
        self.dragging = ContainerDragging(page, self)
        self.tree.setDragEnabled(True)
        self.tree.drag_wanted.connect(self.dragging.drag)
        self._names_of: object = None

    def _request(self, spec: ViewSpec) -> None:
        page = self._page
        title = "" if self.shown else self._comparing()
        page.session.load_container_files(
            self._lane, page.source, page.container.id, spec, self._show, self._look_failed, title
        )

    def _show(self, view: TreeView) -> None:
        super()._show(view)
        self._want_names()

    def _want_names(self) -> None:
        """Of users and groups: asked again once one of the two files is another. A filter may hide them."""
        files, page = self.tree.files, self._page
        rows = files.rows_of_paths(_NAMES)
        there = [(path, files.row(rows[path])) for path in _NAMES if path in rows]
        state = [(path, row.size_bytes, row.modified) for path, row in there]
        if page.gone or (self._names_of is not None and (self.filtered or state == self._names_of)):
            return
        self._names_of = state
        page.session.contents.load_container_owners(
            self._lane + "owners", page.source, page.container.id, self.tree.set_owners, self._no_names
        )

    def _no_names(self, error: ImagexplorerError) -> None:
        """Then there are the numbers."""
        if isinstance(error, Unreachable):
            self._names_of = None

    def _not_in_here(self) -> str:
        return self.tr(
            "Not in this list: the content of {places}. It belongs to the volumes and folders that are mounted there, "
            "and comes with what is copied out."
        )

    def _comparing(self) -> str:
        return self.tr("Reading the files of {name}").format(name=plain(self._page.container.name, 80))

    def _nothing(self) -> tuple[str, str]:
        return self.tr("No files"), self.tr("This container's file system is empty.")

    def _has_content(self, row: TreeRow) -> bool:
        return not row.is_dir and row.mark != MARK_DELETED

    def _image_side(self, _mark: int) -> str:
        return ""  # what it holds, not how it differs

    def _choose(self) -> str:
        return self.tr("Select a file to see what it holds")

    def _cannot(self) -> str:
        return self.tr("The files cannot be shown")


class FilesTab(PageTab["ContainerPage"]):
    def __init__(self, page: ContainerPage) -> None:
        super().__init__(page, "files")

    def set_up(self) -> None:
        self.files = ContainerFiles(self.page)
        self.files.removed.connect(self.page.show_removed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.files)
        self.files.begin()

    def fill(self) -> None:
        self.files.copy_in.look()
        self.files.mounts.show_mounts(self.page.container.mounts)
        if self.page.gone:
            self.files.end()
        elif isinstance(self.files.trouble, Unreachable) and self.page.live:
            self.files.look()

    def focus_filter(self) -> None:
        self.files.focus_filter()

    def refresh(self) -> None:
        self.files.look()

    def remembered(self) -> Mapping[str, HeaderState | QSplitter]:
        return {"files": self.files.tree.header_state}
