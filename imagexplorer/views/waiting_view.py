"""A wait inside a page: what is being done, how much of it, the time left, and a cancel. Knows one lane of jobs."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from imagexplorer.core.text import plain
from imagexplorer.jobs import Jobs
from imagexplorer.views.job_row import percent, time_left
from imagexplorer.views.theme import plain_label

_STEPS = 1000
_EVERY_MS = 200


class WaitingView(QWidget):
    """Shows itself only where a wait is longer than 0.4 s: until then there is nothing, so that nothing blinks."""

    def __init__(self, jobs: Jobs, lane: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._lane = jobs, lane
        self.title = plain_label(scale=1.15)
        self.text = plain_label(tone="muted")
        self.figures = plain_label(tone="muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(320, max(self.fontMetrics().height() // 2, 8))
        self.cancel = QPushButton(self.tr("&Cancel"))
        self.cancel.clicked.connect(self._cancel)
        for label in (self.title, self.text, self.figures):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._inner = QWidget()
        column = QVBoxLayout(self._inner)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.bar, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.text)
        column.addWidget(self.figures)
        column.addSpacing(4)
        column.addWidget(self.cancel, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self._inner)
        row.addStretch()
        layout.addStretch(2)
        layout.addLayout(row)
        layout.addStretch(3)
        self._delay = QTimer(self, singleShot=True, interval=400)
        self._delay.timeout.connect(self._appear)
        self._tick = QTimer(self, interval=_EVERY_MS)
        self._tick.timeout.connect(self.show_progress)
        self._jobs.changed.connect(self.show_progress)

    def begin(self, title: str) -> None:
        self.title.set_text(title)
        self.bar.setAccessibleName(plain(title, 200))
        self.bar.setRange(0, 0)
        self.text.set_text("")
        self.figures.set_text("")
        self._inner.hide()
        self._delay.start()

    def _appear(self) -> None:
        self._inner.show()
        self.show_progress()

    def showEvent(self, event: QShowEvent) -> None:
        self._tick.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._tick.stop()
        super().hideEvent(event)

    def show_progress(self) -> None:
        state = self._jobs.in_lane(self._lane) if self.isVisible() else None
        if state is None:
            return
        self.text.set_text(state.text)
        if state.total and state.done:  # until the first byte comes (an engine packs first) nobody knows how far it is
            self.bar.setRange(0, _STEPS)
            self.bar.setValue(int(_STEPS * min(state.done / state.total, 1.0)))
        else:
            self.bar.setRange(0, 0)
        self.figures.set_text("   ".join(part for part in (percent(state), time_left(state, time.time())) if part))

    def _cancel(self) -> None:
        state = self._jobs.in_lane(self._lane)
        if state is not None:
            self._jobs.cancel(state.id)
