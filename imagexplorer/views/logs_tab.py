"""The log of a container while it goes on: asks the session, and says what became of the stream. Knows its page.

The stream ends with the tab's sight and goes on at the line where it was.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout

from imagexplorer import resources
from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound, Refused, Unreachable
from imagexplorer.core.live import STDERR, STDOUT, LogBatch, LogSpec
from imagexplorer.core.log_lines import KEPT_BYTES, KEPT_LINES, LogLines, Resumed, as_text
from imagexplorer.core.log_rows import LogRows
from imagexplorer.core.text import counted, human_size, plain
from imagexplorer.views.empty_view import EmptyView
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.log_find import SLICE_S, LogFind
from imagexplorer.views.log_view import LogView
from imagexplorer.views.page_tab import PageTab
from imagexplorer.views.theme import plain_label, set_tip
from imagexplorer.views.toggle import Toggle

if TYPE_CHECKING:
    from imagexplorer.views.container_page import ContainerPage

GATHER_MS = 40
AGAIN_MS = 1000
READING, FOLLOWING, ENDED, LOST, REMOVED, FAILED = "reading", "following", "ended", "lost", "removed", "failed"
_MINUTE = 60
_SINCE = ((0, "From the start"), (-1, "Since it started"), (5 * _MINUTE, "Last 5 minutes"), (60 * _MINUTE, "Last hour"),
          (24 * 60 * _MINUTE, "Last 24 hours"))  # fmt: skip


class LogsTab(PageTab["ContainerPage"]):
    def __init__(self, page: ContainerPage) -> None:
        super().__init__(page, "logs")
        self.lines = LogLines()
        self.state = ""
        self._error: ImagexplorerError | None = None
        self._resumed = Resumed(0, 0)
        self._streaming = False

    def set_up(self) -> None:
        self.log = LogView(self.lines)
        self.empty = EmptyView()
        self.body = QStackedWidget()
        self.body.addWidget(self.log)
        self.body.addWidget(self.empty)
        self.follow = Toggle(self.tr("Fo&llow"), "live")
        self.follow.setChecked(True)
        set_tip(self.follow, self.tr("Keep the newest line in sight (End)"))
        self.streams = self._choice(self.tr("Which output"))
        for words, stream in ((self.tr("Both outputs"), 0), ("stdout", STDOUT), ("stderr", STDERR)):
            self.streams.addItem(words, stream)
        self.since = self._choice(self.tr("From when on"))
        for seconds, words in _SINCE:
            self.since.addItem(self.tr(words), seconds)
        self.times = Toggle(self.tr("&Times"))
        self.wrap = Toggle(self.tr("&Wrap"))
        self.finder = LogFind(self.log)
        self.copy = QPushButton(resources.icon("copy"), self.tr("Cop&y"))
        set_tip(self.copy, self.tr("What is selected, or all lines that are shown"))
        self.save = QPushButton(resources.icon("save"), self.tr("Sa&ve …"))
        self.status = plain_label(tone="muted")
        self.status.setContentsMargins(12, 4, 12, 6)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 4)
        bar.setSpacing(4)
        for widget in (self.follow, self.streams, self.since, self.times, self.wrap):
            bar.addWidget(widget)
        bar.addStretch()
        for last in (self.finder, self.copy, self.save):
            bar.addWidget(last)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.body, 1)
        layout.addWidget(self.status)
        self.setFocusProxy(self.log)
        self._show_soon = QTimer(self, singleShot=True, interval=GATHER_MS)
        self._show_soon.timeout.connect(self._show_lines)
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self.fill)
        self._waited_ms = AGAIN_MS
        self.follow.clicked.connect(self.log.set_following)
        self.log.following_changed.connect(self.follow.setChecked)
        self.streams.currentIndexChanged.connect(lambda _row: self._filter())
        self.since.currentIndexChanged.connect(lambda _row: self._start_over())
        for toggle in (self.times, self.wrap):
            toggle.toggled.connect(lambda _on: self.log.set_options(self.wrap.isChecked(), self.times.isChecked()))
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self._save)
        self.page.session.sources_changed.connect(self._source_changed)

    def _choice(self, name: str) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(name)
        set_tip(made, name)
        return made

    # -- for the page -----------------------------------------------------------------------------------

    def fill(self) -> None:
        """Begin, or go on where it can be gone on: the container runs (again), the engine is back."""
        if self.page.gone:
            self._over(REMOVED)
        elif not self._streaming and (self.state in ("", READING, FOLLOWING, LOST) or self.page.container.running):
            if self.state == FAILED and isinstance(self._error, Refused):
                return  # the driver keeps nothing: asking again helps only when the user does
            self._begin()
        else:
            self.status.set_text(self._status())  # what is said of the container may be old

    def focus_filter(self) -> None:
        self.finder.begin()

    def refresh(self) -> None:
        if not self._streaming and not self.page.gone:
            self._begin()

    def hidden(self) -> None:
        self._again.stop()
        self.page.session.jobs.drop(self.lane + "follow")
        self._streaming = False
        self._stale = True  # shown again, it goes on

    def leave(self) -> None:
        if self.is_made:
            self.page.session.sources_changed.disconnect(self._source_changed)

    # -- the stream ---------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._again.stop()
        self._streaming = True
        self.state, self._error = (FOLLOWING if len(self.lines) else READING), None
        self._resumed = Resumed(*self.lines.newest())
        since = self._resumed.since or self._since()
        self.page.session.live.follow_log(
            self.lane + "follow",
            self.page.source,
            self.page.container.id,
            LogSpec(KEPT_LINES, since),
            self._came,
            lambda: self._over(ENDED),
            self._failed,
        )
        self._show_soon.start(400 if not len(self.lines) else 0)

    def _since(self) -> float:
        seconds = int(self.since.currentData())
        if seconds < 0:
            return float(self.page.detail.started or 0) if self.page.detail is not None else 0.0
        return time.time() - seconds if seconds else 0.0

    def _start_over(self) -> None:
        self.page.session.jobs.drop(self.lane + "follow")
        self.lines.clear()
        self.log.layout_of.forget()
        self._filter()
        if not self.page.gone:
            self._begin()

    def _came(self, batch: LogBatch) -> None:
        self.state = FOLLOWING
        self._waited_ms = AGAIN_MS
        new = self._resumed.new(batch)
        if len(new):
            self.lines.add(new)
            if not self._show_soon.isActive() or self._show_soon.interval() > GATHER_MS:
                self._show_soon.start(GATHER_MS)

    def _failed(self, error: ImagexplorerError) -> None:
        if isinstance(error, Cancelled):
            return
        self._error = error
        if isinstance(error, NotFound):
            self._over(REMOVED)
        else:
            self._over(LOST if isinstance(error, Unreachable) else FAILED)

    def _over(self, state: str) -> None:
        self._streaming = False
        self.state = REMOVED if self.page.gone else state  # the end of the stream may come after that news
        self._show_lines()
        # Podman ends the stream of a paused one: that it goes on is told, and begins it anew.
        runs = self.state == ENDED and self.page.container.running and not self._paused
        if self.isVisible() and (runs or (state == LOST and self.page.live)):
            # It was started again meanwhile, or one connection broke. Soon, then less often.
            self._again.start(self._waited_ms)
            self._waited_ms = min(self._waited_ms * 2, 30_000)

    def _source_changed(self) -> None:
        if self.state == LOST and self.page.live and self.isVisible():
            self.fill()

    # -- the lines ----------------------------------------------------------------------------------------

    def _filter(self) -> None:
        self.log.set_rows(LogRows(self.lines, int(self.streams.currentData())))
        self.finder.look(move=False)
        self._show_lines()

    def _show_lines(self) -> None:
        until = time.monotonic() + SLICE_S
        if self.log.rows.advance(lambda: time.monotonic() < until):
            self._show_soon.start(0)
        self.log.changed()
        self.finder.follow()
        some = len(self.lines) > 0
        if not some:
            self._show_nothing()
        self.body.setCurrentWidget(self.log if some else self.empty)
        for widget in (self.follow, self.streams, self.times, self.wrap, self.finder, self.copy, self.save):
            widget.setEnabled(some)
        self.status.set_text(self._status())

    def _show_nothing(self) -> None:
        if self._error is not None and self.state in (FAILED, LOST):
            offers = [(self.tr("&Retry"), self.refresh)]
            self.empty.show_text(self.tr("The log cannot be read"), sentence_of(self._error), offers, "error")
        elif self.state == REMOVED:
            self.empty.show_text(
                self.tr("The container was removed"), self.tr("Its log went with it."), (), "container"
            )
        elif self.state == READING and self._streaming and self.page.container.running:
            words = self.tr("What it writes to stdout and stderr will stand here.")
            self.empty.show_text(self.tr("Nothing written yet"), words, (), "container")
        else:
            words = self.tr("This container has written nothing to stdout or stderr")
            since = int(self.since.currentData()) != 0
            self.empty.show_text(self.tr("Nothing written"), words + (self.tr(" in this time.") if since else "."))

    def _status(self) -> str:
        if not len(self.lines):
            return ""
        shown, whole = len(self.log.rows), len(self.lines)
        parts = [counted(whole, "line")]
        if shown != whole:
            parts = [f"{shown:,} of {whole:,} lines"]
        if self.lines.dropped:
            parts.append(f"older ones were let go: the last {KEPT_LINES:,} lines or {human_size(KEPT_BYTES)} are kept")
        why = sentence_of(self._error) if self._error is not None else ""
        goes_on = self.tr("paused: nothing is written") if self._paused else self.tr("live")
        if self._paused:
            ended = goes_on
        elif self.page.container.running:
            ended = self.tr("the container ended and is started again: its log goes on then")
        else:
            ended = self.tr("the container does not run: nothing more comes")
        words = {
            ENDED: ended,
            LOST: f"{why}. {self.tr('Goes on when the engine is back')}",
            REMOVED: self.tr("the container was removed"),
            FAILED: why,
        }
        parts.append(words.get(self.state, goes_on))
        return "   ·   ".join(parts)

    @property
    def _paused(self) -> bool:
        return self.page.container.state == "paused"

    def _copy(self) -> None:
        if self.log.selection() is None:
            self.log.select_all()
        self.log.copy()

    def _save(self) -> None:
        name = plain(self.page.container.name, 80).replace("/", "_")
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save the log"), f"{name}.log")
        if path:
            self.save_to(path)

    def save_to(self, path: str) -> None:
        """All kept lines of the outputs that are shown."""
        pieces = as_text(self.lines.snapshot(), int(self.streams.currentData()), self.times.isChecked())
        session = self.page.session
        session.live.save_lines(
            self.lane + "save",
            path,
            pieces,
            lambda: session.message.emit(f"The log is saved: {plain(path, 200)}"),
            lambda error: None if isinstance(error, Cancelled) else session.failed.emit(error),
            self.tr("Saving the log of {name}").format(name=plain(self.page.container.name, 80)),
        )
