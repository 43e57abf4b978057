"""What an image calls users and groups, learnt once a tree. Knows its page.

A file is read at once. An engine may have to make a container to hand out a file, so it is asked only after somebody
looked at one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from imagexplorer.core.owners import NUMBERS, Owners

if TYPE_CHECKING:
    from imagexplorer.session import IndexedTree
    from imagexplorer.views.image_page import ImagePage


class OwnerNames(QObject):
    changed = Signal(object)  # Owners

    def __init__(self, page: ImagePage) -> None:
        super().__init__(page)
        self._page = page
        self._of: IndexedTree | None = None
        self.names = NUMBERS
        page.known.connect(self._page_knows)

    def want(self) -> None:
        page = self._page
        if page.tree is None or page.detail is None or page.tree is self._of:
            return
        self._of = page.tree
        page.session.contents.load_owners(
            page.lane + "owners", page.source, page.detail, page.tree, self._learnt, lambda _error: None
        )  # without names there are still the numbers

    def _page_knows(self) -> None:
        state = self._page.state
        if self._page.tree is None and self.names is not NUMBERS:
            self._learnt(NUMBERS)
        if state is not None and not state.is_engine:
            self.want()

    def _learnt(self, names: Owners) -> None:
        self.names = names
        self.changed.emit(names)
