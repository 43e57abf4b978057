"""What the pages of an image and of a container share: header, notices, tabs, lanes of their own, what is selected."""

from __future__ import annotations

from itertools import count
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMenu, QSplitter, QTabWidget, QVBoxLayout, QWidget

from imagexplorer.actions.registry import Registry
from imagexplorer.core.entities import Image, Selection
from imagexplorer.session import Session, SourceState
from imagexplorer.views.header_state import HeaderState
from imagexplorer.views.notice_strip import NoticeStrip
from imagexplorer.views.page_header import PageHeader
from imagexplorer.views.page_tab import PageTab
from imagexplorer.views.theme import set_tip
from imagexplorer.views.toggle import Toggle

_numbers = count(1)
AGES_EVERY_MS = 30_000


class RecordPage(QWidget):
    """`source` is the key of the record's source. The window asks `selection()` and hears `selection_changed`."""

    selection_changed = Signal()
    known = Signal()  # what the page knows changed: tabs in sight show it
    closing = Signal()

    def __init__(
        self, icon: str, session: Session, registry: Registry, source: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session, self.registry, self.source = session, registry, source
        self.kind = icon
        # A page's questions are its own: two pages of one image must not take each other's lane.
        self.lane = f"page{next(_numbers)}/"
        self.gone = False
        self._closed = False
        self.header = PageHeader(icon)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.notice = NoticeStrip()
        self.problems = NoticeStrip()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.values = Toggle(self.tr("Show secret val&ues"), "padlock")
        set_tip(self.values, self.tr("Values whose name looks secret are shown as ***, here and in what is copied"))
        self.values.hide()
        self.values.toggled.connect(lambda _on: self.show_values())
        self.tabs.setCornerWidget(self.values)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self.header, self.notice, self.problems):
            layout.addWidget(widget)
        layout.addWidget(self.tabs, 1)
        self.header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.header.customContextMenuRequested.connect(self._menu)
        self._ages = QTimer(self, interval=AGES_EVERY_MS)
        self._ages.timeout.connect(self.show_header)
        self._ages.start()
        session.sources_changed.connect(self.source_changed)
        session.touched.connect(self.world_changed)

    def headers(self) -> dict[str, HeaderState]:
        """Lists whose columns are remembered, each by its name in settings."""
        raise NotImplementedError

    def side_by_side(self, left: QWidget, right: QWidget) -> QSplitter:
        splitter = self.splitter
        splitter.addWidget(left)
        splitter.addWidget(right)
        splitter.setStretchFactor(0, 0)
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([480, 800])
        return splitter

    def show_values(self) -> None:
        """Show again what may hold secrets, masked or not as `values` says."""
        raise NotImplementedError

    def show_header(self) -> None:
        """What the line over the page says, ages included."""
        raise NotImplementedError

    # -- for the window -------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What the record is called now; another one is told by `known`."""
        raise NotImplementedError

    def selection(self) -> Selection:
        raise NotImplementedError

    def focus_filter(self) -> None:
        raise NotImplementedError

    def show_tab(self, name: str) -> None:
        """Bring a tab to the front, by its title in small letters."""
        titles = [self.tabs.tabText(number).replace("&", "").lower() for number in range(self.tabs.count())]
        if name in titles:
            self.tabs.setCurrentIndex(titles.index(name))

    def refresh(self) -> None:
        """Ask for everything again (F5, or the way out of an error)."""
        raise NotImplementedError

    def compare_with(self, source: str, other: Image | None) -> None:
        """Show how it differs from another of its kind; None: the user chooses. Only images do."""

    # -- following the session --------------------------------------------------------------------------

    def world_changed(self, touched: object) -> None:
        raise NotImplementedError

    def source_changed(self) -> None:
        """A source came, went, or changed its state."""

    @property
    def closed(self) -> bool:
        """Its lanes have ended: what waited for its turn begins nothing any more."""
        return self._closed

    @property
    def front(self) -> PageTab[Any] | None:
        """The tab in front, where it is one that stands apart."""
        tab = self.tabs.currentWidget()
        return tab if isinstance(tab, PageTab) else None

    @property
    def state(self) -> SourceState | None:
        return next((state for state in self.session.sources if state.key == self.source), None)

    @property
    def live(self) -> bool:
        state = self.state
        return state is not None and state.live

    @property
    def locked(self) -> bool:
        """Whether nothing shall be changed on its engine."""
        state = self.state
        return state is not None and state.locked

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._closed:
            super().closeEvent(event)
            return
        self._closed = True
        self.closing.emit()
        self._ages.stop()
        self.session.jobs.drop(self.lane + "*")
        self.session.sources_changed.disconnect(self.source_changed)
        self.session.touched.disconnect(self.world_changed)
        super().closeEvent(event)

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        self.registry.fill_context_menu(menu, self.selection())
        menu.popup(self.header.mapToGlobal(at))
