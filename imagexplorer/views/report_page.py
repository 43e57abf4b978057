"""The page of a saved document of inspect, diff, check or changes: its facts and its tables, as they were written.

Nothing in it is live: it says what was so then. Knows the session's way to read it, no source.
"""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.text import plain
from imagexplorer.models.report_tables import Row, columns_of, numbered
from imagexplorer.views.elided import Elided
from imagexplorer.views.empty_view import EmptyView
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.pairs_view import PairsView
from imagexplorer.views.records_view import RecordsView
from imagexplorer.views.theme import TonedLabel, plain_label
from imagexplorer.views.waiting_view import WaitingView

if TYPE_CHECKING:
    from imagexplorer.core.report_reading import Report, ReportTable
    from imagexplorer.session import Session

_numbers = count(1)


class ReportPage(QWidget):
    def __init__(self, session: Session, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session, self.path = session, path
        self.title = os.path.basename(path)
        self._lane = f"report{next(_numbers)}/"
        self._tables: list[tuple[RecordsView, list[Row], ReportTable]] = []
        self.heading = plain_label(self.title, bold=True, scale=1.1)
        self.verdict = TonedLabel("muted")
        self.place = Elided()
        self.place.set_whole(path)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter"))
        self.filter.setClearButtonEnabled(True)
        self.filter.addAction(resources.icon("filter"), QLineEdit.ActionPosition.LeadingPosition)
        self.filter.setMaximumWidth(280)
        self.filter.setAccessibleName(self.tr("Filter the report"))
        self.filter.textChanged.connect(self._filter)
        self.facts = PairsView(self.tr("Facts of the report"))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.facts, self.tr("&Facts"))
        self.empty = EmptyView()
        self.waiting = WaitingView(session.jobs, self._lane + "read")
        self.body = QStackedWidget()
        for widget in (self.tabs, self.waiting):
            self.body.addWidget(widget)
        self.body.addWidget(self.empty)
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 8, 12, 8)
        head.setSpacing(16)
        head.addWidget(self.heading)
        head.addWidget(self.verdict)
        head.addWidget(self.place, 1)
        head.addWidget(self.filter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.body, 1)
        self.setFocusProxy(self.tabs)

    # -- for the window -------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read it again: the file may be another one by now."""
        if not self._tables:
            self.waiting.begin(self.tr("Reading {0}").format(plain(self.title, 100)))
            self.body.setCurrentWidget(self.waiting)
        self.session.reports.load(self._lane + "read", self.path, self._show, self._failed)

    def focus_filter(self) -> None:
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.session.jobs.drop(self._lane + "*")
        super().closeEvent(event)

    # -- what was read --------------------------------------------------------------------------------

    def _show(self, report: Report) -> None:
        self.heading.set_text(f"{report.command} of {report.title}" if report.title else report.command)
        self.verdict.set_tone({True: "success", False: "error", None: "muted"}[report.good])
        self.verdict.set_text(report.verdict)
        self.verdict.setVisible(bool(report.verdict))
        self.facts.set_sections([(title, list(pairs)) for title, pairs in report.sections])
        shown = self.tabs.tabText(self.tabs.currentIndex()) if self._tables else ""
        while self.tabs.count() > 1:
            old = self.tabs.widget(1)
            self.tabs.removeTab(1)
            if old is not None:
                old.deleteLater()
        self._tables = []
        for table in report.tables:
            view = RecordsView(columns_of(table), lambda row: str(row[0]), table.title, self)
            self._tables.append((view, numbered(table), table))
            self.tabs.addTab(view, table.title)
        self._filter(self.filter.text())
        titles = [self.tabs.tabText(number) for number in range(self.tabs.count())]
        # What somebody opens such a document for stands first.
        self.tabs.setCurrentIndex(titles.index(shown) if shown in titles else min(1, len(titles) - 1))
        self.body.setCurrentWidget(self.tabs)

    def _filter(self, text: str) -> None:
        """Rows with all of these words; how many there are stands on the tabs."""
        words = text.casefold().split()
        self.facts.set_filter(text)
        for number, (view, rows, table) in enumerate(self._tables, 1):
            kept = [row for row in rows if not words or _holds(row, words)]
            view.set_records(kept)
            shown = f"{len(kept):,}" if words else f"{table.total:,}"
            if not words and table.total > len(rows):
                shown = f"{len(rows):,} of {table.total:,}"
            self.tabs.setTabText(number, f"{table.title} ({shown})")

    def _failed(self, error: ImagexplorerError) -> None:
        title = self.tr("Reading was cancelled") if isinstance(error, Cancelled) else self.tr("It cannot be read")
        text = "" if isinstance(error, Cancelled) else sentence_of(error)
        self.empty.show_text(title, text, [(self.tr("&Retry"), self.refresh)], "error" if text else "cancel")
        self.body.setCurrentWidget(self.empty)


def _holds(row: Row, words: list[str]) -> bool:
    text = "\n".join(str(cell) for cell in row[1:] if cell is not None).casefold()
    return all(word in text for word in words)
