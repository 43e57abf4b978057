"""The window: sidebar, lists with pages as tabs over them, toolbar, menus, activity strip. It opens and raises; what is
shown is the pages' and the session's, what is done is the registry's.
"""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.actions.registry import Registry
from imagexplorer.core.entities import Container, Image, Selection
from imagexplorer.core.text import plain
from imagexplorer.session import Session
from imagexplorer.settings import Settings
from imagexplorer.views.activity_strip import ActivityStrip
from imagexplorer.views.containers_page import ContainersPage
from imagexplorer.views.images_page import ImagesPage
from imagexplorer.views.leaving import Leaving
from imagexplorer.views.list_page import ListPage
from imagexplorer.views.own_pages import DISK, OwnPages, is_own
from imagexplorer.views.page_state import save_page
from imagexplorer.views.page_tabs import PageTabs
from imagexplorer.views.places import Places
from imagexplorer.views.record_page import RecordPage
from imagexplorer.views.record_pages import MakePage, make_page, page_key
from imagexplorer.views.sidebar import Sidebar
from imagexplorer.views.start_page import StartPage
from imagexplorer.views.tool_bar import BARS, WindowBar
from imagexplorer.views.window_actions import WindowActions
from imagexplorer.views.window_sources import WindowSources
from imagexplorer.views.window_state import WindowState

TITLES = {"images": "Images", "containers": "Containers"}
ICONS = {"images": "image", "containers": "container"}
_PAGE = "page:"


class MainWindow(QMainWindow):
    """`make_page` builds the page of an image or a container."""

    def __init__(
        self, session: Session, registry: Registry, settings: Settings, make_page: MakePage = make_page
    ) -> None:
        super().__init__()
        self.session, self.registry, self.settings = session, registry, settings
        self._make_page = make_page
        self._list = "images"
        self.setWindowTitle("imagexplorer")
        self.setAcceptDrops(True)
        self.places = Places()
        self.sidebar = Sidebar()
        self.images = ImagesPage(session, registry)
        self.containers = ContainersPage(session, registry)
        self.start = StartPage()
        self.strip = ActivityStrip(session.jobs, session.activity)
        self.lists = QStackedWidget()
        for page in (self.images, self.containers, self.start):
            self.lists.addWidget(page)
        self.tabs = PageTabs(self.lists)
        self.own_pages = OwnPages(self)
        self.leaving = Leaving(self, session.jobs)
        self.sources = WindowSources(self)
        registry.add(*WindowActions(self).records())
        for identifier in registry.ids():
            self.addAction(registry.action(identifier))
        self.menus = registry.fill_menu_bar(self.menuBar())
        self.bar = WindowBar(registry)
        self.addToolBar(self.bar)
        self._lay_out()
        self._connect()
        self._state = WindowState(
            settings,
            self,
            {
                "sidebar": self.splitter,
                "images_details": self.images.splitter,
                "containers_details": self.containers.splitter,
            },
            self.images,
            self.containers,
        )
        self._state.restore()
        self._sources_changed()
        self.show_list("images")

    def _lay_out(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.sidebar)
        self.splitter.addWidget(self.tabs)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.sidebar.setMinimumWidth(self.fontMetrics().averageCharWidth() * 18)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.strip)
        self.setCentralWidget(body)
        self.resize(1280, 800)
        wide = self.sidebar.sizeHint().width()
        self.splitter.setSizes([wide, 1280 - wide])

    def _connect(self) -> None:
        session = self.session
        session.sources_changed.connect(self._sources_changed)
        session.images_changed.connect(self.sources.show)
        session.containers_changed.connect(self.sources.show)
        session.page_wanted.connect(self.open_page)
        session.reports.wanted.connect(self.own_pages.report)
        session.comparing.wanted.connect(self._compare)
        session.list_wanted.connect(self.show_list)
        session.message.connect(self.strip.show_message)
        session.failed.connect(self.strip.show_error)
        self.sidebar.list_wanted.connect(self.show_list)
        self.sidebar.engine_wanted.connect(self.registry.action("file.engine").trigger)
        self.strip.retry_wanted.connect(self.sources.retry)
        self.strip.page_wanted.connect(self.own_pages.activity)
        self.start.open_wanted.connect(self.registry.action("file.open").trigger)
        self.start.engine_wanted.connect(self.registry.action("file.engine").trigger)
        self.start.sample_wanted.connect(session.open_sample)
        self.start.retry_wanted.connect(lambda: session.retry())
        self.tabs.currentChanged.connect(self._page_changed)
        self.tabs.closed.connect(lambda key: self.places.forget(_PAGE + key))
        self.bar.filter_changed.connect(self._filter)
        self.bar.filter_left.connect(lambda: self.list_page.enter_rows())
        self.containers.grouping_changed.connect(lambda _on: self.registry.update())
        for page in (self.images, self.containers):
            page.selection_changed.connect(self.selection_changed)

    # -- lists and pages ----------------------------------------------------------------------------

    @property
    def list_name(self) -> str:
        """Of the list behind the tabs: `images` or `containers`."""
        return self._list

    @property
    def list_page(self) -> ListPage:
        return self.images if self._list == "images" else self.containers

    @property
    def current_page(self) -> QWidget:
        """The page in front: a list, the start page, or a record's."""
        page = self.tabs.currentWidget()
        home = self.lists.currentWidget() or self.lists
        return home if page is self.lists or page is None else page

    def show_list(self, name: str) -> None:
        """`images`, `containers` or `disk`, in front."""
        if name == "disk" and self.session.current is not None:
            self.own_pages.disk(self.session.current.key)
        if name in TITLES:
            self._list = name
            self._show_home()
            if self.tabs.current_key:
                self.tabs.show_key("")
            else:
                self._page_changed()
            self.current_page.setFocus()

    def _show_home(self) -> None:
        nothing = self.session.current is None
        self.lists.setCurrentWidget(self.start if nothing else self.list_page)
        self.tabs.set_home(self._home_title(), resources.icon("engine" if nothing else ICONS[self._list]))

    def _home_title(self) -> str:
        return "Start" if self.session.current is None else TITLES[self._list]

    def open_page(self, kind: str, record: Image | Container, source: str = "") -> None:
        """Open the record's page, or raise it where it is open already; `kind` may name a tab ("container/terminal").
        Without a `source` it is that of the page in front, which may be of another source than the lists are."""
        front = self.tabs.currentWidget()
        source = source or record.source or getattr(front, "source", "") or self.session.source_of(record)
        if not source:
            return
        kind, _, tab = kind.partition("/")
        key = page_key(kind, source, record)
        if not self.tabs.show_key(key):
            page = self._make_page(record, source, self.session, self.registry)
            page.selection_changed.connect(self.selection_changed)
            page.known.connect(lambda: self._name_page(key, page.title))
            self._state.page_opened(page, front if isinstance(front, RecordPage) else None)
            self.tabs.add(key, page, record.name, resources.icon(kind))
            self.selection_changed()
        page_widget = self.tabs.currentWidget()
        if tab and isinstance(page_widget, RecordPage):
            page_widget.show_tab(tab)
        if page_widget is not None:
            page_widget.setFocus()

    def _compare(self, source: str, image: Image, other: Image | None) -> None:
        self.open_page("image", image, image.source or source)
        page = self.tabs.currentWidget()
        if isinstance(page, RecordPage):
            page.compare_with(other.source or source if other is not None else page.source, other)

    def _name_page(self, key: str, name: str) -> None:
        """What a page shows may have got another name, here or elsewhere."""
        if self.tabs.set_title(key, name) and key == self.tabs.current_key:
            self._show_window_title()

    def _close_orphans(self) -> None:
        """Pages of a source that was closed go with it."""
        there = {source.key for source in self.session.sources}
        for number in range(self.tabs.count() - 1, 0, -1):
            if getattr(self.tabs.widget(number), "source", None) not in (None, *there):
                self.tabs.close_at(number)

    def close_page(self) -> None:
        self.tabs.close_current()
        self.current_page.setFocus()

    def show_number(self, number: int) -> None:
        self.tabs.show_number(number)
        self.current_page.setFocus()

    def _page_changed(self, _number: int = 0) -> None:
        key = self.tabs.current_key
        self.places.visit(_PAGE + key if key else self._list)
        self.bar.show_place("" if key else self._home_title())
        on_list = not key and self.session.current is not None
        self.bar.show_filter(self._list if on_list else "", self.list_page.filter_text)
        self.sources.show()
        self.selection_changed()
        self.registry.update()  # where one can go from here
        self._show_window_title()

    def _show_window_title(self) -> None:
        key, source = self.tabs.current_key, self.session.current
        title = self.tabs.tabText(self.tabs.currentIndex()).replace("&&", "&") if key else self._home_title()
        parts = [title, source.name if source is not None else "", "imagexplorer"]
        self.setWindowTitle(plain(" – ".join(dict.fromkeys(filter(None, parts))), 300))

    def go(self, place: str) -> None:
        """To a place that `places` gave."""
        if place.startswith(_PAGE):
            self.tabs.show_key(place.removeprefix(_PAGE))
        else:
            self.show_list(place)
        self.current_page.setFocus()
        self.registry.update()

    # -- following the session ------------------------------------------------------------------------

    def reopen(self, with_target: bool = False) -> None:
        """Files and engines of the last run are sources again, and what was in front is; not before a `with_target`."""
        if with_target:
            self.sources.wanted = ""
        self.session.looks.read(self.settings.texts("window.looks"))
        self.session.reopen(self.settings.texts("window.files"))
        self.session.reopen_engines(self.settings.texts("window.engines"))

    def _sources_changed(self) -> None:
        self.start.set_tried(self.session.tried)
        self._close_orphans()
        self.sources.choose_wanted()
        home = self.lists.currentWidget()
        self._show_home()
        self.strip.show_source(self.session.current)
        if home is not self.lists.currentWidget() and not self.tabs.current_key:
            self._page_changed()
            self.current_page.setFocus()
        self.sources.show()

    def _filter(self, text: str) -> None:
        self.list_page.set_filter(text)

    def selection_changed(self) -> None:
        """Tell the registry what actions are about now; the toolbar shows those of its kind."""
        page = self.current_page
        ask = getattr(page, "selection", None)
        selection = ask() if callable(ask) else Selection()
        self.registry.set_selection(selection)
        own = page.kind if isinstance(page, RecordPage) else "container" if page is self.containers else "image"
        kind = "container" if selection.containers else own
        on_list = page in (self.images, self.containers) or self.tabs.current_key.startswith(DISK)
        # What is open already is not offered to be opened.
        self.bar.show_actions(
            ("file.open",) if page is self.start or is_own(self.tabs.current_key) else BARS[kind][0 if on_list else 1 :]
        )

    # -- drag and drop, closing -----------------------------------------------------------------------

    @staticmethod
    def _dropped(data: QMimeData) -> list[str]:
        return [url.toLocalFile() for url in data.urls() if url.isLocalFile()] if data.hasUrls() else []

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        # What comes out of an image here is no source of its own.
        if event.source() is None and self._dropped(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = self._dropped(event.mimeData())
        if paths:
            event.acceptProposedAction()
        for path in paths:
            self.session.open_path(path)

    def close_at_once(self) -> None:
        """Nobody is there to be asked."""
        self.leaving.sure = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.leaving.may_close():
            event.ignore()
            return
        source = self.session.current
        front = self.tabs.currentWidget()
        if isinstance(front, RecordPage):
            save_page(front, self.settings)
        self.settings.set("window.looks", self.session.looks.lines())
        self._state.save(source.key if source is not None else "", self.session.files, self.session.kept_engines)
        super().closeEvent(event)
