"""The strip at the bottom: the engine's state, what runs with progress and a cancel, what was said last, what ended.

Its height never changes. Knows jobs and the session's states, no source.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.text import plain
from imagexplorer.jobs import Jobs, JobState
from imagexplorer.session import SourceState
from imagexplorer.views.error_text import details_of, sentence_of
from imagexplorer.views.sidebar import STATE_ICONS, STATE_TONES, STATE_WORDS
from imagexplorer.views.theme import PlainLabel, plain_label, tone_color, tooltip

_KEPT = 8
_SAID_S = 1.0
_SCALE = 1000


def time_left(state: JobState, now: float) -> str:
    """`0:04 left`; empty while nothing can be said: no total, or too little done to tell."""
    if not state.total or state.done <= 0 or state.done >= state.total:
        return ""
    spent = now - state.started
    if spent < 1.0 and state.done / state.total < 0.05:
        return ""
    seconds = round(spent * (state.total - state.done) / state.done)
    if seconds >= 3600:
        return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02} left"
    return f"{seconds // 60}:{seconds % 60:02} left"


def percent(state: JobState) -> str:
    if not state.total:
        return ""
    return f"{min(100, int(100 * state.done / state.total))} %"


class Elided(PlainLabel):
    """One line that gives way where there is no room, whole in its tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._whole = ""

    def set_whole(self, text: str) -> None:
        text = plain(text, 2000)
        if text != self._whole:
            self._whole = text
            self.setToolTip(tooltip(text))
            self.setAccessibleName(text)
            self.updateGeometry()
            self._elide()

    def whole(self) -> str:
        return self._whole

    def resizeEvent(self, event: object) -> None:
        self._elide()

    def sizeHint(self) -> QSize:
        wide = self.fontMetrics().horizontalAdvance(self._whole) + 2
        margins = self.contentsMargins()
        return QSize(wide + margins.left() + margins.right(), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(40, self.sizeHint().width()), super().minimumSizeHint().height())

    def _elide(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(self.width(), 0)))


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
        if state.total:
            self.bar.setRange(0, _SCALE)
            self.bar.setValue(int(_SCALE * min(state.done / state.total, 1.0)))
        else:
            self.bar.setRange(0, 0)
        self.bar.setAccessibleName(plain(state.title, 200))
        self.percent.setText(percent(state))
        self.left.setText(time_left(state, time.time()))
        self.cancel.setAccessibleName(self.tr("Cancel: {title}").format(title=plain(state.title, 200)))


class ActivityStrip(QWidget):
    retry_wanted = Signal()

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Activity"))
        self._jobs = jobs
        self._ended: deque[JobState] = deque(maxlen=_KEPT)
        self._error: ImagexplorerError | None = None
        self._said_at = 0.0
        self._state_icon = plain_label()
        self._state = plain_label("")
        self._mark = plain_label()
        self._message = Elided()
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
        self._popup: _Popup | None = None
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
        words = STATE_WORDS.get(source.state, source.state)
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
        self._error = error
        self._message.set_whole(sentence_of(error))
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.show_source(self._source)

    # -- inside -------------------------------------------------------------------------------------

    def _job_ended(self, state: JobState) -> None:
        self._ended.appendleft(state)
        if state.error is not None:
            self.show_error(state.error)
        elif state.changes and self._said_at < (state.ended or 0) - _SAID_S:  # nobody said it better
            self.show_message(self.tr("{title}: done").format(title=state.title))
        self._refresh()

    def _refresh(self) -> None:
        running = self._jobs.running()
        # The one that changes things is more than one that reads; an error is not hidden by either.
        running.sort(key=lambda state: not state.changes)
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
            self.tr("{count} more").format(count=rest) if rest else self.tr("Activity") if self._ended else ""
        )
        self.more.setVisible(bool(rest or self._ended))
        if self._popup is not None and self._popup.isVisible():
            self._popup.show_jobs(running, self._ended)
        if running and not self._tick.isActive():
            self._tick.start()
        elif not running:
            self._tick.stop()

    def _copy_details(self) -> None:
        if self._error is not None:
            QGuiApplication.clipboard().setText(details_of(self._error))

    def _show_more(self) -> None:
        if self._popup is None:
            self._popup = _Popup(self._jobs, self)
        self._popup.show_jobs(self._jobs.running(), self._ended)
        self._popup.adjustSize()
        corner = self.mapToGlobal(QPoint(self.width(), 0))
        self._popup.move(corner.x() - self._popup.width() - 8, corner.y() - self._popup.height() - 4)
        self._popup.show()
        self._popup.setFocus()

    def hideEvent(self, event: object) -> None:
        if self._popup is not None:
            self._popup.hide()


class _Popup(QFrame):
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
