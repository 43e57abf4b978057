"""The page of all that was done and is under way: results, durations, command lines, and errors in full, to be copied.

Knows jobs and the activity, no source.
"""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QSplitter, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.activity import Activity
from imagexplorer.core.text import plain
from imagexplorer.jobs import Jobs, JobState
from imagexplorer.models.activity_rows import COLUMNS, RUNNING, ActivityRow, Progress, activity_rows, report
from imagexplorer.models.columns import fixed_font
from imagexplorer.views.job_row import percent, time_left
from imagexplorer.views.table_or_words import TableOrWords
from imagexplorer.views.theme import TonedLabel, plain_label


class ActivityPage(QWidget):
    def __init__(self, jobs: Jobs, activity: Activity, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = self.tr("Activity")
        self._jobs, self._activity = jobs, activity
        self._rows: list[ActivityRow] = []
        self.count = TonedLabel("muted")
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter"))
        self.filter.setClearButtonEnabled(True)
        self.filter.addAction(resources.icon("filter"), QLineEdit.ActionPosition.LeadingPosition)
        self.filter.setMaximumWidth(280)
        self.filter.setAccessibleName(self.tr("Filter the activity"))
        self.filter.textChanged.connect(lambda _text: self._show())
        nothing = (self.tr("Nothing was done yet"), self.tr("What you do, and what takes long, is written down here."))
        self.list = TableOrWords(COLUMNS, lambda row: str(row.key), self.tr("What was done and is under way"), nothing)
        self.table = self.list.table
        self.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.table.current_changed.connect(lambda _row: self._show_one())
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(fixed_font())
        self.text.setTabChangesFocus(True)
        self.text.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.text.setAccessibleName(self.tr("About what is chosen"))
        self.copy_command = QPushButton(resources.icon("copy"), self.tr("Copy co&mmand line"))
        self.copy_report = QPushButton(resources.icon("copy"), self.tr("Co&py all of it"))
        self.cancel = QPushButton(resources.icon("cancel"), self.tr("Ca&ncel it"))
        self.copy_command.clicked.connect(self._copy_command)
        self.copy_report.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        self.cancel.clicked.connect(self._cancel)
        self._lay_out()
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self.refresh)
        jobs.changed.connect(self.refresh)
        jobs.ended.connect(self.refresh, Qt.ConnectionType.QueuedConnection)  # once it was written down
        self.refresh()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 8, 12, 8)
        head.setSpacing(16)
        head.addWidget(plain_label(self.title, bold=True, scale=1.1))
        head.addWidget(self.count, 1)
        head.addWidget(self.filter)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 4, 12, 8)
        foot.setSpacing(8)
        for button in (self.copy_command, self.copy_report, self.cancel):
            foot.addWidget(button)
        foot.addStretch()
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.text, 1)
        column.addLayout(foot)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.list)
        self.splitter.addWidget(below)
        self.splitter.setSizes([420, 260])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.splitter, 1)
        self.setFocusProxy(self.table)

    # -- for the window -----------------------------------------------------------------------------

    def refresh(self) -> None:
        now = time.time()
        running = [_progress(state, now) for state in self._jobs.running()]
        self._rows = activity_rows(self._activity.everything, running, now)
        under_way = sum(row.state == RUNNING for row in self._rows)
        if under_way and not self._tick.isActive():
            self._tick.start()
        elif not under_way:
            self._tick.stop()
        self._show()

    def focus_filter(self) -> None:
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    # -- inside -------------------------------------------------------------------------------------

    def _show(self) -> None:
        words = self.filter.text().casefold().split()
        kept = [row for row in self._rows if all(word in _words(row) for word in words)]
        under_way = sum(row.state == RUNNING for row in self._rows)
        parts = [self.tr("{0} under way").format(under_way)] if under_way else []
        parts.append(self.tr("{0} ended").format(len(self._rows) - under_way))
        if len(kept) < len(self._rows):
            parts.append(self.tr("{0} shown").format(len(kept)))
        self.count.set_text(" · ".join(parts))
        self.list.set_records(kept)
        self._show_one()

    def _show_one(self) -> None:
        row = self.table.current()
        lines = [plain(line, 4000) for line in report(row)] if row is not None else []
        text = "\n".join(lines)
        if text != self.text.toPlainText():
            self.text.setPlainText(text)
        self.copy_command.setEnabled(row is not None and bool(row.deed.command))
        self.copy_report.setEnabled(row is not None)
        self.cancel.setEnabled(row is not None and row.job != 0)

    def _copy_command(self) -> None:
        row = self.table.current()
        if row is not None:
            QGuiApplication.clipboard().setText(row.deed.command)

    def _cancel(self) -> None:
        row = self.table.current()
        if row is not None and row.job:
            self._jobs.cancel(row.job)


def _progress(state: JobState, now: float) -> Progress:
    words = " · ".join(filter(None, (percent(state), time_left(state, now), state.text)))
    return Progress(state.id, state.deed, plain(state.title), state.started, words)


def _words(row: ActivityRow) -> str:
    return "\n".join((row.deed.title, row.result, row.state, row.deed.command)).casefold()
