"""The processes of a container as a table, read again while it is seen. Knows its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound
from imagexplorer.core.live import Processes
from imagexplorer.models.use_columns import process_columns, process_key
from imagexplorer.views.empty_view import EmptyView
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.page_tab import PageTab
from imagexplorer.views.records_view import RecordsView
from imagexplorer.views.theme import plain_label

if TYPE_CHECKING:
    from imagexplorer.views.container_page import ContainerPage

EVERY_MS = 2000


class ProcessesTab(PageTab["ContainerPage"]):
    def __init__(self, page: ContainerPage) -> None:
        super().__init__(page, "processes")
        self.table: RecordsView | None = None
        self._titles: tuple[str, ...] = ()
        self._error: ImagexplorerError | None = None
        self._asking = False

    def set_up(self) -> None:
        self.empty = EmptyView()
        self.body = QStackedWidget()
        self.body.addWidget(self.empty)
        self.status = plain_label(tone="muted")
        self.status.setContentsMargins(12, 4, 12, 6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.body, 1)
        layout.addWidget(self.status)
        self._again = QTimer(self, singleShot=True, interval=EVERY_MS)
        self._again.timeout.connect(self.fill)

    def fill(self) -> None:
        if self.page.gone or not self.page.container.running:
            self._say_why()
        elif not self._asking:
            self._asking = True
            if self.table is None and self._error is None:  # what was said stands until there is more to say
                self.empty.show_text(self.tr("Reading the processes"), busy=True)
            self.page.session.live.load_processes(
                self.lane + "ask", self.page.source, self.page.container.id, self._came, self._failed
            )

    def refresh(self) -> None:
        self.fill()

    def hidden(self) -> None:
        self._again.stop()
        self.page.session.jobs.drop(self.lane + "ask")
        self._asking = False
        self._stale = True

    def _came(self, found: Processes) -> None:
        self._asking, self._error = False, None
        if self.page.gone or not self.page.container.running:
            self._say_why()
            return
        if self.table is None or found.titles != self._titles:
            self._make_table(found)
        if self.table is not None:
            self.table.set_records(found.rows)
            self.body.setCurrentWidget(self.table)
        count = len(found.rows)
        paused = f"   ·   {self.tr('the container is paused')}" if self.page.container.state == "paused" else ""
        self.status.set_text(f"{count:,} process{'' if count == 1 else 'es'}{paused}")
        self._go_on()

    def _make_table(self, found: Processes) -> None:
        old, self._titles = self.table, found.titles
        self.table = RecordsView(process_columns(found), process_key(found), self.tr("Processes"))
        self.body.addWidget(self.table)
        self.setFocusProxy(self.table)
        if old is not None:
            self.body.removeWidget(old)
            old.deleteLater()

    def _failed(self, error: ImagexplorerError) -> None:
        self._asking = False
        if isinstance(error, Cancelled):
            return
        self._error = error
        self._say_why()
        self._go_on()

    def _go_on(self) -> None:
        if self.isVisible() and self.page.container.running and not self.page.gone:
            self._again.start()

    def _say_why(self) -> None:
        self.status.set_text("")
        if self.page.gone or isinstance(self._error, NotFound):
            self.empty.show_text(self.tr("The container was removed"), "", (), "container")
        elif not self.page.container.running:
            text = self.tr("There are processes only while it runs.")
            self.empty.show_text(self.tr("It does not run"), text, (), "container")
        elif self._error is not None and self.page.container.state == "restarting":
            text = self.tr("It ended and is started again: its processes are shown once it runs.")
            self.empty.show_text(self.tr("It is being started again"), text, (), "restarting")
        elif self._error is not None and self.page.container.state == "paused":
            text = self.tr("This engine tells no processes of a paused container.")
            self.empty.show_text(self.tr("It is paused"), text, (), "paused")
        elif self._error is not None:
            offers = [(self.tr("&Retry"), self.refresh)]
            self.empty.show_text(self.tr("Its processes cannot be read"), sentence_of(self._error), offers, "error")
        self.body.setCurrentWidget(self.empty)
