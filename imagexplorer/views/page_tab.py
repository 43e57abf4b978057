"""A tab of a record page that is made when it is first looked at, and follows what its page knows.

Opening a page costs only the tab in front; a tab out of sight neither asks nor paints. A subclass builds its widgets in
`set_up`, shows what the page knows by now in `fill`, and asks the session in lanes that begin with `lane`, which end
with the page. What an image's page offers beyond (`tree`, `reveal`) stands there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QWidget

from imagexplorer.views.header_state import HeaderState

if TYPE_CHECKING:
    from imagexplorer.views.record_page import RecordPage

Page = TypeVar("Page", bound="RecordPage")


class PageTab(QWidget, Generic[Page]):
    """`name` is its own among the tabs of a page: of lanes and in settings."""

    made = Signal()

    def __init__(self, page: Page, name: str) -> None:
        super().__init__()
        self.page, self.name = page, name
        self.lane = f"{page.lane}{name}/"
        self.is_made = False
        self._stale = True
        self._missed = False
        page.known.connect(self._page_knows)
        page.closing.connect(self.leave)

    def set_up(self) -> None:
        """Build the widgets. Called once."""
        raise NotImplementedError

    def fill(self) -> None:
        """Show what the page knows by now; called again whenever that changed, if the tab is seen."""
        raise NotImplementedError

    def focus_filter(self) -> None:
        """Ctrl+F, in front."""

    def refresh(self) -> None:
        """F5, in front: ask again for what the page itself does not know."""

    def ask_again(self) -> None:
        """The page asks again: so does what is seen; the others once they are. Out of sight nothing is begun."""
        if self.isVisible():
            self.refresh()
        else:
            self._missed = True

    def hidden(self) -> None:
        """Another tab or page came to the front: end what streams."""

    def leave(self) -> None:
        """The page closes. Its lanes end by themselves."""

    def remembered(self) -> Mapping[str, HeaderState | QSplitter]:
        """What the user arranged here and finds again at the next page of this kind, by a name of the tab's own."""
        return {}

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.is_made:
            self.is_made = True
            self.set_up()
            self.made.emit()
        if self._stale:
            self._stale = False
            self.fill()
        if self._missed:
            self._missed = False
            self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self.is_made:
            self.hidden()

    def _page_knows(self) -> None:
        if self.isVisible():
            self.fill()
        else:
            self._stale = True
