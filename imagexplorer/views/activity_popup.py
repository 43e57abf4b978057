"""What opens from the activity strip: all that runs, and what was done last, with what can be copied of it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.activity import Deed
from imagexplorer.core.text import plain
from imagexplorer.jobs import Jobs, JobState
from imagexplorer.models.activity_rows import spent
from imagexplorer.views.elided import Elided
from imagexplorer.views.job_row import JobRow
from imagexplorer.views.theme import plain_label, tone_color, tooltip

LISTED = 10


class ActivityPopup(QFrame):
    """All that runs, and what ended last. Escape or a click elsewhere closes it."""

    page_wanted = Signal()

    def __init__(self, jobs: Jobs, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(self.tr("Activity"))
        self._jobs = jobs
        self._rows: list[JobRow] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 12, 12, 12)
        self._layout.setSpacing(4)
        self._past = QWidget()
        self._past_grid = QGridLayout(self._past)
        self._past_grid.setContentsMargins(0, 0, 0, 0)
        self._past_grid.setHorizontalSpacing(8)
        self._layout.addWidget(self._past)
        self.all = QPushButton(self.tr("Show &all"))
        self.all.setToolTip(tooltip(self.tr("Everything that was done, with errors in full")))
        self.all.clicked.connect(self._show_all)
        self._layout.addWidget(self.all, alignment=Qt.AlignmentFlag.AlignRight)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 100)
        self.past: tuple[Deed, ...] = ()

    def _show_all(self) -> None:
        self.hide()
        self.page_wanted.emit()

    def show_jobs(self, running: Sequence[JobState], deeds: Sequence[Deed]) -> None:
        while len(self._rows) < len(running):
            row = JobRow()
            row.cancel_wanted.connect(self._jobs.cancel)
            self._layout.insertWidget(len(self._rows), row)
            self._rows.append(row)
        for number, row in enumerate(self._rows):
            row.setVisible(number < len(running))
            if number < len(running):
                row.show_job(running[number])
        past = tuple(deed for deed in deeds if deed.ended is not None)[:LISTED]
        if past != self.past:
            self.past = past
            self._show_past()

    def _show_past(self) -> None:
        while (item := self._past_grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for row, line in enumerate(self.past):
            name = "cancel" if line.cancelled else "error" if line.error else "success"
            tone = "muted" if line.cancelled else "error" if line.error else "success"
            icon = plain_label()
            icon.setPixmap(resources.icon(name, tone_color(tone)).pixmap(16, 16))
            text = Elided()
            outcome = self.tr("cancelled") if line.cancelled else line.error or self.tr("done")
            wrote = f" · {line.output[-1]}" if line.output else ""
            text.set_whole(f"{line.title}: {outcome}{wrote}")
            ended = line.ended or line.begun
            took, at = spent(ended - line.begun), time.strftime("%H:%M:%S", time.localtime(ended))
            for column, widget in enumerate((icon, text, plain_label(took), plain_label(at))):
                self._past_grid.addWidget(widget, row, column)
            if line.command:
                self._past_grid.addWidget(self._copies(self.tr("Copy command"), line.command), row, 4)
            if line.error and not line.cancelled:
                self._past_grid.addWidget(self._copies(self.tr("Copy details"), _details(line)), row, 5)
            if line.output:
                self._past_grid.addWidget(self._copies(self.tr("Copy output"), "\n".join(line.output)), row, 6)
        self._past_grid.setColumnStretch(1, 1)

    def _copies(self, words: str, text: str) -> QToolButton:
        button = QToolButton()
        button.setText(words)
        button.setIcon(resources.icon("copy"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAutoRaise(True)
        button.setToolTip(tooltip(plain(text, 1000)))
        button.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        return button


def _details(deed: Deed) -> str:
    return "\n".join(deed.failure.report) if deed.failure is not None else deed.error
