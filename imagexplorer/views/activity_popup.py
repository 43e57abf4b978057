"""What opens from the activity strip: all that runs, and what was done last, with what can be copied of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QToolButton, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.activity import Deed
from imagexplorer.core.errors import Cancelled
from imagexplorer.core.text import plain
from imagexplorer.jobs import Jobs, JobState
from imagexplorer.views.elided import Elided
from imagexplorer.views.error_text import details_of, sentence_of
from imagexplorer.views.job_row import JobRow
from imagexplorer.views.theme import plain_label, tone_color, tooltip

LISTED = 10
_SAME_S = 1.0
"""A job and the deed that it did end at one moment, a signal apart."""


@dataclass(frozen=True, slots=True)
class Past:
    """One line of what was done. `error` is "" where all went well; `command` and `details` are there to be copied."""

    title: str
    ended: float
    seconds: float
    error: str = ""
    cancelled: bool = False
    command: str = ""
    details: str = ""
    output: tuple[str, ...] = ()


def past_of(ended: Sequence[JobState], deeds: Sequence[Deed]) -> tuple[Past, ...]:
    """The newest first: what was done to engines, each once with its command line, and what was read."""
    states = list(ended)
    lines = []
    for deed in deeds:
        if deed.ended is None:
            continue
        state = next((each for each in states if _is_of(each, deed)), None)
        if state is not None:
            states.remove(state)
        error = state.error if state is not None else None
        lines.append(
            Past(
                deed.title,
                deed.ended,
                deed.ended - deed.begun,
                deed.error,
                isinstance(error, Cancelled),
                deed.command,
                details_of(error) if error is not None else deed.error,
                deed.output,
            )
        )
    for state in states:
        words = sentence_of(state.error) if state.error is not None else ""
        lines.append(
            Past(
                state.title,
                state.ended or 0.0,
                (state.ended or state.started) - state.started,
                words,
                isinstance(state.error, Cancelled),
                details=details_of(state.error) if state.error is not None else "",
            )
        )
    return tuple(sorted(lines, key=lambda line: -line.ended)[:LISTED])


def _is_of(state: JobState, deed: Deed) -> bool:
    return plain(state.title) == deed.title and abs((state.ended or 0.0) - (deed.ended or 0.0)) < _SAME_S


def spent(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3:05`."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


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
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 100)
        self.past: tuple[Past, ...] = ()

    def show_jobs(self, running: Sequence[JobState], ended: Sequence[JobState], deeds: Sequence[Deed] = ()) -> None:
        while len(self._rows) < len(running):
            row = JobRow()
            row.cancel_wanted.connect(self._jobs.cancel)
            self._layout.insertWidget(len(self._rows), row)
            self._rows.append(row)
        for number, row in enumerate(self._rows):
            row.setVisible(number < len(running))
            if number < len(running):
                row.show_job(running[number])
        past = past_of(ended, deeds)
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
            at = time.strftime("%H:%M:%S", time.localtime(line.ended))
            for column, widget in enumerate((icon, text, plain_label(spent(line.seconds)), plain_label(at))):
                self._past_grid.addWidget(widget, row, column)
            if line.command:
                self._past_grid.addWidget(self._copies(self.tr("Copy command"), line.command), row, 4)
            if line.error and not line.cancelled:
                self._past_grid.addWidget(self._copies(self.tr("Copy details"), line.details), row, 5)
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
