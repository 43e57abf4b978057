"""What opens from the activity strip: all that runs, and what ended last."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.errors import Cancelled
from imagexplorer.jobs import Jobs, JobState
from imagexplorer.views.elided import Elided
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.job_row import JobRow
from imagexplorer.views.theme import plain_label, tone_color


class ActivityPopup(QFrame):
    """All that runs, and what ended last. Escape or a click elsewhere closes it."""

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
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 80)
        self._past_shown: tuple[JobState, ...] = ()

    def show_jobs(self, running: Sequence[JobState], ended: Sequence[JobState]) -> None:
        while len(self._rows) < len(running):
            row = JobRow()
            row.cancel_wanted.connect(self._jobs.cancel)
            self._layout.insertWidget(len(self._rows), row)
            self._rows.append(row)
        for number, row in enumerate(self._rows):
            row.setVisible(number < len(running))
            if number < len(running):
                row.show_job(running[number])
        if tuple(ended) != self._past_shown:
            self._past_shown = tuple(ended)
            self._show_past()

    def _show_past(self) -> None:
        while (item := self._past_grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for row, state in enumerate(self._past_shown):
            cancelled = isinstance(state.error, Cancelled)
            name = "success" if state.error is None else "cancel" if cancelled else "error"
            tone = "success" if state.error is None else "muted" if cancelled else "error"
            icon = plain_label()
            icon.setPixmap(resources.icon(name, tone_color(tone)).pixmap(16, 16))
            text = Elided()
            outcome = "cancelled" if cancelled else sentence_of(state.error) if state.error else "done"
            text.set_whole(f"{state.title}: {outcome}" if state.error is None or cancelled else outcome)
            at = plain_label(time.strftime("%H:%M:%S", time.localtime(state.ended or 0)))
            self._past_grid.addWidget(icon, row, 0)
            self._past_grid.addWidget(text, row, 1)
            self._past_grid.addWidget(at, row, 2)
        self._past_grid.setColumnStretch(1, 1)
