"""The files of an image's page: the tree at a layer, asked of the session, and what stands there where it cannot be
shown. Knows its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound, Unreachable, WrongUse
from imagexplorer.core.tree_view import ROOT, TreeView, ViewSpec
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.file_details import FileDetails
from imagexplorer.views.file_pane import FilePane

if TYPE_CHECKING:
    from imagexplorer.views.image_page import ImagePage


class ImageFiles(FilePane):
    def __init__(self, page: ImagePage) -> None:
        details = FileDetails(of_layer=page.stack.of_layer)
        super().__init__(page.session.jobs, page.lane + "index", layered=True, details=details, below=page.path)
        self._page = page
        self._failed: ImagexplorerError | None = None
        self._again = False
        self.tree.let_many()
        self.tree.setDragEnabled(True)
        self.spec_wanted.connect(self.look)

    def look(self, spec: ViewSpec) -> None:
        page = self._page
        page.stack.view.set_reach(spec.layer if spec.layer >= 0 else None, spec.delta)
        if page.tree is None:
            self.keep()
        else:
            page.session.view_tree(page.lane + "view", page.tree, spec, self._show, self._view_failed)

    def forget_failure(self) -> None:
        self._failed = None

    def reach_again(self) -> None:
        """The source is back: what failed for want of it is asked again."""
        if isinstance(self._failed, Unreachable):
            self.retry()

    def retry(self) -> None:
        page = self._page
        self._failed = None
        if page.detail is None:
            page.refresh()
        elif page.tree is None:
            page.read_layers(page.detail)
        else:
            self.look(self.spec)

    def show_error(self, error: ImagexplorerError) -> None:
        self._failed = error
        if isinstance(error, Cancelled):
            title, text, icon = (
                self.tr("Reading was cancelled"),
                self.tr("Layers that were read already are kept."),
                "cancel",
            )
            words = self.tr("&Read the files")
        else:
            title, text, icon = self.tr("The files cannot be shown"), sentence_of(error), "error"
            words = self.tr("&Retry")
        self.show_message(title, text, icon, [(words, self.retry)])

    def _show(self, view: TreeView) -> None:
        self._again = False
        self.show_view(view, (self.tr("No files"), self._why_empty()))
        spec, detail = self.spec, self._page.detail
        top = detail is not None and spec.layer in (-1, len(detail.layers) - 1)
        if top and not (spec.delta or spec.gone or spec.filtered):
            self._page.show_visible(view.size[ROOT])

    def _why_empty(self) -> str:
        if not self._page.problems.isHidden():
            return self.tr("What could not be read stands under the name of the image.")
        if self.spec.delta:
            return self.tr("This layer changed no file.")
        return self.tr("The image is empty up to here.")

    def _view_failed(self, error: ImagexplorerError) -> None:
        """A tree that was thrown out of the cache meanwhile is made again, once."""
        page = self._page
        if isinstance(error, WrongUse):
            self.show_fault(error.reason or sentence_of(error))
        elif isinstance(error, NotFound) and page.detail is not None and not self._again:
            self._again = True
            page.read_layers(page.detail)
        else:
            self.show_error(error)
