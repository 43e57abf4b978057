"""What a container uses, as it runs: plots over one window of time. Streams while it is seen. Knows its page."""

from __future__ import annotations

import math
import time
from bisect import bisect_right
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound, Unreachable
from imagexplorer.core.live import Sample
from imagexplorer.core.use import SET_BACK_S, Series, UseHistory
from imagexplorer.models.use_columns import count_words, percent_words, rate_words, size_words
from imagexplorer.views.empty_view import EmptyView
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.live_plot import Line, LivePlot, clock
from imagexplorer.views.page_tab import PageTab
from imagexplorer.views.theme import plain_label, set_tip
from imagexplorer.views.toggle import Toggle

if TYPE_CHECKING:
    from imagexplorer.views.container_page import ContainerPage

MINUTES = (1, 5, 15)
AGAIN_MS = 2000
WEIGH_MS = 5000
AT_MOST_A_TENTH = 10


class StatsTab(PageTab["ContainerPage"]):
    def __init__(self, page: ContainerPage) -> None:
        super().__init__(page, "stats")
        self.history = UseHistory()
        self.growth = Series(("layer",))
        self.moment: float | None = None
        self._streaming = False
        self._error: ImagexplorerError | None = None
        self._ahead = 0.0  # the engine's clock of this one
        self._held: float | None = None  # the end of the window while it is paused

    def set_up(self) -> None:
        self.windows = QButtonGroup(self)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 4)
        bar.setSpacing(4)
        for minutes in MINUTES:
            button = Toggle(f"{minutes} min")
            button.setChecked(minutes == MINUTES[0])
            self.windows.addButton(button, minutes)
            bar.addWidget(button)
        self.pause = Toggle(self.tr("&Pause"), "paused")
        set_tip(self.pause, self.tr("Hold the picture; samples go on coming"))
        self.status = plain_label(tone="muted")
        bar.addSpacing(8)
        bar.addWidget(self.pause)
        bar.addStretch()
        bar.addWidget(self.status)
        self.plots = self._plots()
        grid = QGridLayout()
        grid.setContentsMargins(12, 4, 12, 12)
        grid.setSpacing(12)
        for number, plot in enumerate(self.plots):
            plot.hovered.connect(self._hover)
            grid.addWidget(plot, number // 2, number % 2)
        inside = QWidget()
        inside.setLayout(grid)
        self.empty = EmptyView()
        self.body = QStackedWidget()
        self.body.addWidget(inside)
        self.body.addWidget(self.empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.body, 1)
        self.setFocusProxy(self.plots[0])
        self._scales = QTimer(self, singleShot=True)
        self._scales.timeout.connect(self._weigh)
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self.fill)
        self.windows.buttonClicked.connect(lambda _button: self._show())
        self.pause.toggled.connect(self._hold)
        self.page.session.sources_changed.connect(self._source_changed)

    def _plots(self) -> list[LivePlot]:
        return [
            LivePlot(self.tr("CPU"), [Line("cpu", self.tr("of one core"))], percent_words, 10.0),
            LivePlot(
                self.tr("Memory"),
                [Line("memory", self.tr("used")), Line("limit", self.tr("limit"), "error", dashed=True, limit=True)],
                size_words,
                1e6,
            ),
            LivePlot(
                self.tr("Network"),
                [Line("received", self.tr("received")), Line("sent", self.tr("sent"), "writable", dashed=True)],
                rate_words,
                1e3,
            ),
            LivePlot(
                self.tr("Disk"),
                [Line("read", self.tr("read")), Line("written", self.tr("written"), "writable", dashed=True)],
                rate_words,
                1e3,
            ),
            LivePlot(self.tr("Processes"), [Line("processes", "")], count_words, 4.0),
            LivePlot(self.tr("Writable layer"), [Line("layer", "", "writable")], size_words, 1e3),
        ]

    @property
    def _not_told(self) -> list[tuple[LivePlot, tuple[str, ...], str]]:
        """Why a plot may stay empty: fields of a sample without which it does."""
        _cpu, _memory, network, disk, processes, _layer = self.plots
        return [
            (network, ("received_bytes", "sent_bytes"), self.tr("not told: it may share the host's network")),
            (disk, ("read_bytes", "written_bytes"), self.tr("not told: the host's cgroups count none")),
            (processes, ("processes",), self.tr("not told by this engine")),
        ]

    # -- for the page -----------------------------------------------------------------------------------

    def fill(self) -> None:
        if not self._streaming and self.page.container.running and not self.page.gone:
            self._begin()
        self._show()

    def refresh(self) -> None:
        self.fill()

    def hidden(self) -> None:
        self._again.stop()
        self._scales.stop()
        for lane in ("follow", "weigh"):
            self.page.session.jobs.drop(self.lane + lane)
        self._streaming = False
        self._stale = True

    def leave(self) -> None:
        if self.is_made:
            self.page.session.sources_changed.disconnect(self._source_changed)

    def _source_changed(self) -> None:
        if isinstance(self._error, Unreachable) and self.page.live and self.isVisible():
            self.fill()

    # -- the stream ---------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._again.stop()
        self._streaming, self._error = True, None
        if not self._scales.isActive():
            self._scales.start(WEIGH_MS)
        self.page.session.live.follow_use(
            self.lane + "follow", self.page.source, self.page.container.id, self._came, self._ended, self._failed
        )

    def _came(self, sample: Sample) -> None:
        first = not len(self.history)
        self._ahead = ahead(sample)
        self.page.use.hear(sample)
        self.history.add(sample)
        self._show()
        if first:
            self._weigh()

    def _ended(self) -> None:
        self._streaming = False
        if self.page.container.running and self.isVisible():
            self._again.start()  # it was started again, or its end is not told yet
        self._show()

    def _failed(self, error: ImagexplorerError) -> None:
        self._streaming = False
        if not isinstance(error, Cancelled):
            self._error = error
            if isinstance(error, Unreachable) and self.page.live and self.isVisible():
                self._again.start()
        self._show()

    # -- the picture ----------------------------------------------------------------------------------------

    def _hold(self, on: bool) -> None:
        self._held = self.history.times[-1] if on and len(self.history) else None
        self._show()

    def _hover(self, moment: float | None) -> None:
        self.moment = moment
        for plot in self.plots:
            plot.show_moment(moment)
        self.status.set_text(self._status())

    def _show(self) -> None:
        if not len(self.history):
            self._show_nothing()
            self.body.setCurrentWidget(self.empty)
        else:
            end = self._held if self._held is not None else self.history.times[-1]
            start = end - 60.0 * self.windows.checkedId()
            for plot in self.plots[:-1]:
                plot.show_window(self.history, start, end)
            self._show_moments(start, end)
            self.plots[-1].show_window(self.growth, start, end)
            sample = self.history.last
            cores = sample.cores if sample is not None else None
            self.plots[0].note = self.tr("{n} cores are there").format(n=cores) if cores else ""
            limit = self.history.now("limit")
            self.plots[1].note = "" if limit else self.tr("no limit")
            for plot, names, why in self._not_told:
                told = sample is None or any(getattr(sample, name) is not None for name in names)
                plot.note = "" if told else why
            self.body.setCurrentIndex(0)
        for widget in (self.pause, *self.windows.buttons()):
            widget.setEnabled(len(self.history) > 0)
        self.status.set_text(self._status())

    def _show_moments(self, start: float, end: float) -> None:
        """The marked moments stand on the growth; of the one that the changes are held against it says how much came.
        They are of this machine's clock, samples of the engine's."""
        layer, moments = self.plots[-1], self.page.changes.moments
        ahead = self._ahead if abs(self._ahead) > SET_BACK_S else 0.0
        layer.marks = [(each.at + ahead, moments.name_of(each)) for each in moments.kept]
        since = moments.moment
        words = self.tr("{size} in this window") if since is None else self.tr("{size} since {time}")
        layer.note = self._grown(
            start if since is None else since.at + ahead, end if since is None else math.inf, words
        )

    def _grown(self, start: float, end: float, words: str) -> str:
        """From the last weighing before a stretch to its last; "" where that is the same. Where none was before, from
        the first in it: then that is the time that is said."""
        times, sizes = self.growth.times, self.growth["layer"]
        first, last = max(bisect_right(times, start) - 1, 0), bisect_right(times, end) - 1
        grown = sizes[last] - sizes[first] if 0 <= first < last else 0.0
        if not grown:
            return ""
        sign = "+" if grown > 0 else "−"
        return words.format(size=f"{sign}{size_words(abs(grown))}", time=clock(max(start, times[first])))

    def _weigh(self) -> None:
        """The engine walks the layer for it: a tenth of the time at most."""
        if not self.isVisible() or not self._streaming:
            return
        begun = time.monotonic()

        def done(size: int | None) -> None:
            if size is not None and len(self.history):
                self.growth.put(self.history.times[-1], {"layer": size})
                self._show()
            again(None)

        def again(_error: ImagexplorerError | None) -> None:
            took_ms = int((time.monotonic() - begun) * 1000)
            self._scales.start(max(WEIGH_MS, AT_MOST_A_TENTH * took_ms))

        self.page.session.live.load_written(self.lane + "weigh", self.page.source, self.page.container.id, done, again)

    def _show_nothing(self) -> None:
        if self.page.gone or isinstance(self._error, NotFound):
            self.empty.show_text(self.tr("The container was removed"), "", (), "container")
        elif self._error is not None:
            offers = [(self.tr("&Retry"), self.refresh)]
            self.empty.show_text(self.tr("Its use cannot be read"), sentence_of(self._error), offers, "error")
        elif self.page.container.state == "restarting":
            text = self.tr("It ended and is started again: its use is shown once it runs.")
            self.empty.show_text(self.tr("It is being started again"), text, (), "restarting")
        elif self._streaming:
            self.empty.show_text(self.tr("Waiting for the first sample"), busy=True)
        else:
            self.empty.show_text(
                self.tr("It does not run"),
                self.tr("A container that does not run uses no processor and no memory. Start it to see its use."),
                (),
                "container",
            )

    def _status(self) -> str:
        if not len(self.history):
            return ""
        if self.moment is not None:
            number = self.history.at(self.moment, 10.0)
            return self.tr("at {time}").format(
                time=clock(self.history.times[number] if number is not None else self.moment)
            )
        if self.page.gone:
            return self.tr("the container was removed")
        if self._error is not None:
            return sentence_of(self._error)
        if not self._streaming and self.page.container.state == "restarting":
            return self.tr("it is being started again: until {time}").format(time=clock(self.history.times[-1]))
        if not self._streaming:
            return self.tr("it does not run: until {time}").format(time=clock(self.history.times[-1]))
        if self._held is not None:
            return self.tr("held at {time}").format(time=clock(self._held))
        return self.tr("the container is paused") if self.page.container.state == "paused" else self.tr("live")


def ahead(sample: Sample) -> float:
    """How far the engine's clock is before this one, in seconds, as far as that can be told."""
    return sample.time - time.time()
