"""What a container changed, against its image or since a moment: one is kept as its page opens, others on request.

Knows its page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout

from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.moments import ROWS_MOST, Marked, Span
from imagexplorer.core.tree_view import TreeView
from imagexplorer.views.container_changes import ContainerChanges
from imagexplorer.views.moments_bar import MomentsBar

if TYPE_CHECKING:
    from imagexplorer.views.container_page import ContainerPage


class ChangesSince(ContainerChanges):
    def __init__(self, page: ContainerPage) -> None:
        super().__init__(page)
        self.moments = MomentsBar()
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(1, self.moments)
        self.moments.chosen.connect(self.ask_again)
        self.moments.mark_wanted.connect(self._mark)
        self._opened = False

    def end(self) -> None:
        super().end()
        self.moments.setEnabled(False)

    @property
    def span(self) -> Span | None:
        return self.moments.span

    def _show(self, view: TreeView) -> None:
        super()._show(view)
        if not self._opened:
            self._opened = True
            self._load_mark(False)

    def _tell_sum(self, view: TreeView, again: bool) -> None:
        if self.moments.moment is None:
            super()._tell_sum(view, again)

    def _nothing(self) -> tuple[str, str]:
        if self.moments.moment is None:
            return super()._nothing()
        if self.moments.until is not None:
            return self.tr("Nothing changed meanwhile"), self.tr("This container wrote no file between these moments.")
        return self.tr("Nothing changed since then"), self.tr("This container has written no file since that moment.")

    def _mark(self) -> None:
        self.moments.mark.setEnabled(False)
        self._load_mark(True)

    def _load_mark(self, anew: bool) -> None:
        page = self._page
        page.session.load_mark(
            self._lane + "mark", page.source, page.container.id, anew, lambda moment: self._marked(moment, not anew),
            lambda error: self._not_marked(error, anew),
        )  # fmt: skip

    def _marked(self, moment: Marked, opening: bool) -> None:
        self.moments.mark.setEnabled(True)
        if moment.packed:
            self.moments.add(moment, opening)
        elif not opening:
            self._page.session.message.emit(f"More than {ROWS_MOST:,} paths have changed: no moment is kept of so many")

    def _not_marked(self, error: ImagexplorerError, asked: bool) -> None:
        self.moments.mark.setEnabled(True)
        if asked and not isinstance(error, Cancelled):
            self._page.session.failed.emit(error)
