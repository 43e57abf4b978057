"""One job as a line: what, bar, percent, time left, cancel. Knows job states only."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QWidget

from imagexplorer import resources
from imagexplorer.core.text import plain
from imagexplorer.jobs import JobState
from imagexplorer.views.elided import Elided
from imagexplorer.views.theme import plain_label, tooltip

_SCALE = 1000
_FOREVER_S = 100 * 3600


def time_left(state: JobState, now: float) -> str:
    """`0:04 left`; empty while nothing can be said: no total, or too little done to tell."""
    if not state.total or state.done <= 0 or state.done >= state.total:
        return ""
    spent = now - state.started
    if spent < 1.0 and state.done / state.total < 0.05:
        return ""
    left = spent * (state.total / state.done - 1)
    if left > _FOREVER_S:
        return ""
    seconds = round(left)
    if seconds >= 3600:
        return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02} left"
    return f"{seconds // 60}:{seconds % 60:02} left"


def percent(state: JobState) -> str:
    if not state.total or not state.done:  # nothing came yet: "0 %" would be a guess
        return ""
    return f"{int(100 * min(1.0, state.done / state.total))} %"


class JobRow(QWidget):
    """One job: what, bar, percent, time left, cancel. Widths are fixed, so that numbers do not push."""

    cancel_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.job = 0
        self.text = Elided()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(120)
        self.bar.setFixedHeight(max(self.fontMetrics().height() // 2, 8))
        self.percent = plain_label("")
        self.left = plain_label("")
        metrics = self.fontMetrics()
        for label, widest in ((self.percent, "100 % "), (self.left, "00:00:00 left ")):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            label.setFixedWidth(metrics.horizontalAdvance(widest))
        self.cancel = QToolButton()
        self.cancel.setIcon(resources.icon("cancel"))
        self.cancel.setAutoRaise(True)
        self.cancel.setText(self.tr("Cancel"))
        self.cancel.setToolTip(tooltip(self.tr("Cancel")))
        self.cancel.clicked.connect(lambda: self.cancel_wanted.emit(self.job))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.text, 1)
        for widget in (self.bar, self.percent, self.left, self.cancel):
            layout.addWidget(widget)

    def show_job(self, state: JobState) -> None:
        self.job = state.id
        self.text.set_whole("   ".join(part for part in (state.title, state.text) if part))
        if state.total and state.done:
            self.bar.setRange(0, _SCALE)
            self.bar.setValue(int(_SCALE * min(state.done / state.total, 1.0)))
        else:
            self.bar.setRange(0, 0)
        self.bar.setAccessibleName(plain(state.title, 200))
        self.percent.setText(percent(state))
        self.left.setText(time_left(state, time.time()))
        self.cancel.setAccessibleName(self.tr("Cancel: {title}").format(title=plain(state.title, 200)))
