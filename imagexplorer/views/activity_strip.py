"""The strip at the bottom: the engine's state, what runs with progress and a cancel, what was said last, what ended.

Its height never changes. Knows jobs and the session's states, no source.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QToolButton,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.core.activity import Activity
from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.text import plain
from imagexplorer.jobs import Jobs, JobState
from imagexplorer.session import SourceState
from imagexplorer.views.elided import Elided
from imagexplorer.views.error_text import details_of, sentence_of
from imagexplorer.views.job_row import JobRow
from imagexplorer.views.sidebar import STATE_ICONS, STATE_TONES, STATE_WORDS
from imagexplorer.views.theme import plain_label, tone_color, tooltip

if TYPE_CHECKING:
    from imagexplorer.views.activity_popup import ActivityPopup

_SAID_S = 1.0


class ActivityStrip(QWidget):
    retry_wanted = Signal()
    page_wanted = Signal()

    def __init__(self, jobs: Jobs, activity: Activity | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Activity"))
        self._jobs = jobs
        self._activity = activity if activity is not None else Activity()
        self._error: ImagexplorerError | None = None
        self._said_at = self._failed_at = 0.0
        self._state_icon = plain_label()
        self._state = plain_label("")
        self._mark = plain_label()
        # What an engine refused stands at the beginning, and why mostly at the end of its sentence.
        self._message = Elided(Qt.TextElideMode.ElideMiddle)
        self._job = JobRow()
        self._job.cancel_wanted.connect(jobs.cancel)
        self.details = QToolButton()
        self.details.setText(self.tr("Copy details"))
        self.details.setIcon(resources.icon("copy"))
        self.details.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.retry = QToolButton()
        self.retry.setText(self.tr("Retry"))
        self.retry.setIcon(resources.icon("refresh"))
        self.retry.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more = QToolButton()
        for button in (self.details, self.retry, self.more):
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.details.clicked.connect(self._copy_details)
        self.retry.clicked.connect(self.retry_wanted)
        self.more.clicked.connect(self._show_more)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.VLine)
        line.setFrameShadow(QFrame.Shadow.Plain)
        line.setForegroundRole(QPalette.ColorRole.Mid)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 8, 0)
        row.setSpacing(8)
        for left in (self._state_icon, self._state, line, self._mark):
            row.addWidget(left)
        row.addWidget(self._message, 1)
        row.addWidget(self._job, 1)
        for right in (self.retry, self.details, self.more):
            row.addWidget(right)
        self.setFixedHeight(max(self.more.sizeHint().height(), self.fontMetrics().height() + 8) + 4)
        self._popup: ActivityPopup | None = None
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self._refresh)
        jobs.changed.connect(self._refresh)
        jobs.ended.connect(self._job_ended)
        self.show_source(None)
        self._refresh()

    # -- what it is told ----------------------------------------------------------------------------

    def show_source(self, source: SourceState | None) -> None:
        self._source = source
        if source is None:
            self._state_icon.setPixmap(resources.icon("lost", tone_color("muted")).pixmap(16, 16))
            self._state.setText(self.tr("no engine"))
            return
        tone = tone_color(STATE_TONES.get(source.state, "muted"))
        icon = resources.icon(STATE_ICONS.get(source.state, "engine"), tone)
        self._state_icon.setPixmap(icon.pixmap(QSize(16, 16), self.devicePixelRatioF()))
        name = plain(source.address.name or source.address.location, 40)
        words = STATE_WORDS.get(source.state, source.words)
        self._state.setText(f"{name}: {words}" if words else name)
        self._state.setToolTip(tooltip(plain(source.words or source.address.location, 400)))

    def show_message(self, text: str) -> None:
        self._error = None
        self._said_at = time.time()
        self._message.set_whole(text)
        self._refresh()

    def show_error(self, error: ImagexplorerError) -> None:
        """Stays until the next thing is said."""
        if isinstance(error, Cancelled):
            return
        self._error, self._failed_at = error, time.time()
        self._message.set_whole(sentence_of(error))
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.show_source(self._source)

    # -- inside -------------------------------------------------------------------------------------

    def _job_ended(self, state: JobState) -> None:
        if not state.deed:  # who began a deed ends it
            self._activity.read(state.title, state.started, state.ended or state.started, state.error)
        if state.error is not None:
            self.show_error(state.error)
        elif state.changes and self._said_at < (state.ended or 0) - _SAID_S:  # nobody said it better
            self.show_message(self.tr("{title}: done").format(title=state.title))
        self._refresh()

    def _refresh(self) -> None:
        running = self._jobs.running()
        # The one that changes things is more than one that reads; an error is not hidden by either, unless the user
        # went on after it.
        running.sort(key=lambda state: not state.changes)
        if running and running[0].changes and running[0].started > self._failed_at:
            self._error = None
        one = running[0] if running and self._error is None else None
        self._job.setVisible(one is not None)
        self._message.setVisible(one is None)
        if one is not None:
            self._job.show_job(one)
        self._mark.setVisible(self._error is not None)
        if self._error is not None:
            self._mark.setPixmap(resources.icon("error", tone_color("error")).pixmap(QSize(16, 16)))
        self.details.setVisible(self._error is not None and one is None)
        self.retry.setVisible(self._error is not None and type(self._error).__name__ == "Unreachable")
        rest = len(running) - (one is not None)
        self.more.setText(
            self.tr("{count} more").format(count=rest) if rest else self.tr("Activity") if self._activity else ""
        )
        self.more.setVisible(bool(rest or self._activity))
        if self._popup is not None and self._popup.isVisible():
            self._popup.show_jobs(running, self._activity.everything)
        if running and not self._tick.isActive():
            self._tick.start()
        elif not running:
            self._tick.stop()

    def _copy_details(self) -> None:
        if self._error is not None:
            QGuiApplication.clipboard().setText(details_of(self._error))

    def _show_more(self) -> None:
        if self._popup is None:
            from imagexplorer.views.activity_popup import (
                ActivityPopup,
            )  # when first asked: the window is painted before

            self._popup = ActivityPopup(self._jobs, self)
            self._popup.page_wanted.connect(self.page_wanted)
        self._popup.show_jobs(self._jobs.running(), self._activity.everything)
        self._popup.adjustSize()
        corner = self.mapToGlobal(QPoint(self.width(), 0))
        self._popup.move(corner.x() - self._popup.width() - 8, corner.y() - self._popup.height() - 4)
        self._popup.show()
        self._popup.setFocus()

    def hideEvent(self, event: object) -> None:
        if self._popup is not None:
            self._popup.hide()
