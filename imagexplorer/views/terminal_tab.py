"""Terminals in a container, several at once: opened, closed, ended; and what to do where there is no shell.

They go on out of sight, and hang up when they are closed, or with their page. Knows its page.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.core.command_line import joined
from imagexplorer.core.entities import DOCKER
from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound
from imagexplorer.core.live import TerminalSpec
from imagexplorer.core.text import plain
from imagexplorer.session.terminals import TerminalLine
from imagexplorer.views.empty_view import EmptyView
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.page_tab import PageTab
from imagexplorer.views.terminal_view import TerminalView
from imagexplorer.views.theme import mnemonic_free, plain_label, set_tip

if TYPE_CHECKING:
    from imagexplorer.views.container_page import ContainerPage

EVERY_MS = 12
SLICE_S = 0.008
_NO_PROGRAM = (126, 127)
_SETTLED_MS = 120


class TerminalPane(QWidget):
    """One terminal and what became of it."""

    def __init__(self, tab: TerminalTab, lane: str, command: tuple[str, ...]) -> None:
        super().__init__()
        self._tab, self._lane, self.command = tab, lane, command
        self._line: TerminalLine | None = None
        self._typed = False
        self._end: Callable[[], None] | None = None
        self.view = TerminalView()
        self.empty = EmptyView()
        self.body = QStackedWidget()
        self.body.addWidget(self.view)
        self.body.addWidget(self.empty)
        self.words = plain_label(tone="muted")
        self.again = QPushButton(self.tr("Open &again"))
        self.again.clicked.connect(self.open)
        self.foot = QWidget()
        line = QHBoxLayout(self.foot)
        line.setContentsMargins(12, 4, 12, 4)
        line.addWidget(self.words, 1)
        line.addWidget(self.again)
        self.foot.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.body, 1)
        layout.addWidget(self.foot)
        self.setFocusProxy(self.view)
        self._turn = QTimer(self, singleShot=True, interval=EVERY_MS)
        self._turn.timeout.connect(self._take)
        self._fit = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._fit.timeout.connect(self._tell_size)
        self.view.typed.connect(self._type)
        self.view.resized.connect(lambda _columns, _rows: self._fit.start())

    @property
    def open_now(self) -> bool:
        return self._line is not None and not self.view.over

    def open(self) -> None:
        page = self._tab.page
        if page.closed:
            return
        self.view.over, self._typed, self._end = False, False, None
        self.foot.hide()
        self.body.setCurrentWidget(self.view)
        columns, rows = self.view.size_in_cells()
        self.view.terminal.resize(columns, rows)
        spec = TerminalSpec(page.container.id, self.command, columns=columns, rows=rows)
        self._line = page.session.terminals.open(
            self._lane, page.source, spec, self._turn.start, self._ended, self._failed
        )
        self.view.setFocus()

    def close_line(self) -> None:
        self._turn.stop()
        self._fit.stop()
        self._tab.page.session.jobs.drop(self._lane + "*")

    def _take(self) -> None:
        """A piece at a time: between two of them the window lives."""
        if self._line is None:
            return
        until = time.monotonic() + SLICE_S
        more = True
        while more and time.monotonic() < until:
            piece, more = self._line.take()
            self.view.feed(piece)
        self._tab.name_changed(self)
        if more:
            self._turn.start()
        elif self._end is not None:
            end, self._end = self._end, None
            end()

    def _type(self, data: bytes) -> None:
        self._typed = True
        if self._line is not None:
            self._line.write(data)

    def _tell_size(self) -> None:
        if self.open_now and self._line is not None:
            self._line.resize(self.view.terminal.grid.columns, self.view.terminal.grid.rows)

    def _ended(self, code: int | None) -> None:
        self._once_shown(lambda: self._show_end(code))

    def _once_shown(self, end: Callable[[], None]) -> None:
        """What it said last is shown before its end is told."""
        if self._turn.isActive():
            self._end = end
        else:
            end()

    def _show_end(self, code: int | None) -> None:
        self._stop()
        if code in _NO_PROGRAM and not self._typed:
            self._say_no_shell()
            return
        words = self.tr("ended") if code is None else self.tr("ended with exit code {code}").format(code=code)
        self._say(words)

    def _failed(self, error: ImagexplorerError) -> None:
        self._once_shown(lambda: self._show_failure(error))

    def _show_failure(self, error: ImagexplorerError) -> None:
        self._stop()
        if isinstance(error, Cancelled):
            return
        text = f"{error.reason} {error.what}".casefold()
        if not self._typed and ("executable file" in text or "no such file" in text):
            self._say_no_shell()
        elif isinstance(error, NotFound):
            self._say(self.tr("the container was removed"))
        else:
            self._say(sentence_of(error))

    def _stop(self) -> None:
        self.view.over = True
        self.view.viewport().update()

    def _say(self, words: str) -> None:
        self.words.set_text(words)
        self.again.setEnabled(self._tab.may)
        self.foot.show()

    def _say_no_shell(self) -> None:
        program = plain(shlex.join(self.command), 100) if self.command else self.tr("A shell (bash, zsh, ash, sh)")
        command = self._tab.debug_command()
        text = self.tr(
            "{program} is not in it: images from scratch or distroless have none. Run a program that it has, above; "
            "or a container with tools beside it, which sees its processes and its network: {command}"
        )
        self.empty.show_text(
            self.tr("No such program") if self.command else self.tr("There is no shell in this container"),
            text.format(program=program, command=command),
            [(self.tr("&Copy that command"), lambda: QGuiApplication.clipboard().setText(command))],
            "terminal",
        )
        self.body.setCurrentWidget(self.empty)


class TerminalTab(PageTab["ContainerPage"]):
    def __init__(self, page: ContainerPage) -> None:
        super().__init__(page, "terminal")
        self._numbers = count(1)

    def set_up(self) -> None:
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setTabsClosable(True)
        self.tabs.setMovable(True)
        self.tabs.tabCloseRequested.connect(self.close_pane)
        self.new = QPushButton(resources.icon("terminal"), self.tr("&New terminal"))
        self.new.clicked.connect(lambda: self.open_pane())
        self.program = QLineEdit()
        self.program.setPlaceholderText(self.tr("or another program, with its words"))
        self.program.setAccessibleName(self.tr("Program to run"))
        set_tip(self.program, self.tr("Enter runs it, without a shell around it"))
        self.program.returnPressed.connect(self._run_program)
        hint = plain_label(self.tr("Ctrl+Shift+C copies, Ctrl+Shift+V pastes, Shift+PageUp looks back"), tone="muted")
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 4)
        bar.setSpacing(8)
        bar.addWidget(self.new)
        bar.addWidget(self.program, 1)
        bar.addStretch(1)
        bar.addWidget(hint)
        self.empty = EmptyView()
        self.body = QStackedWidget()
        self.body.addWidget(self.empty)
        self.body.addWidget(self.tabs)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.body, 1)
        self.page.selection_changed.connect(self.fill)
        # Once the tab has its size: the program is started with it.
        QTimer.singleShot(0, self, self._first)

    def _first(self) -> None:
        if self.may and not self.tabs.count():
            self.open_pane()

    @property
    def may(self) -> bool:
        """Whether a terminal can be opened now."""
        page = self.page
        runs = page.container.state == "running" and not page.gone and not page.closed
        return runs and page.live and not page.locked

    def panes(self) -> list[TerminalPane]:
        found = map(self.tabs.widget, range(self.tabs.count()))
        return [pane for pane in found if isinstance(pane, TerminalPane)]

    def fill(self) -> None:
        for widget in (self.new, self.program, *(pane.again for pane in self.panes())):
            widget.setEnabled(self.may)
        if not self.tabs.count():
            self._show_nothing()

    def _show_nothing(self) -> None:
        state = self.page.container.state
        if self.page.gone:
            self.empty.show_text(self.tr("The container was removed"), "", (), "container")
        elif state == "paused":
            self.empty.show_text(self.tr("It is paused"), self.tr("A terminal opens once it goes on."), (), "paused")
        elif state == "restarting":
            text = self.tr("It ended and is started again. A terminal opens once it stays up.")
            self.empty.show_text(self.tr("It is being started again"), text, (), "restarting")
        elif state != "running":
            text = self.tr("Programs run only in a container that runs. Start it first.")
            self.empty.show_text(self.tr("It does not run"), text, (), "container")
        elif self.page.locked:
            text = self.tr("What is typed in a terminal may change anything. Unlock the engine in the File menu first.")
            self.empty.show_text(self.tr("This engine is locked"), text, (), "padlock")
        else:
            offers = [(self.tr("&Open a terminal"), lambda: self.open_pane())]
            self.empty.show_text(self.tr("No terminal is open"), "", offers, "terminal")
        self.body.setCurrentWidget(self.empty)

    def open_pane(self, command: tuple[str, ...] = ()) -> None:
        number = next(self._numbers)
        pane = TerminalPane(self, f"{self.lane}{number}", command)
        words = plain(shlex.join(command), 30) if command else self.tr("Terminal {n}").format(n=number)
        at = self.tabs.addTab(pane, mnemonic_free(words))
        self.tabs.setCurrentIndex(at)
        self.body.setCurrentWidget(self.tabs)
        QTimer.singleShot(0, pane, pane.open)

    def close_pane(self, at: int) -> None:
        pane = self.tabs.widget(at)
        self.tabs.removeTab(at)
        if isinstance(pane, TerminalPane):
            pane.close_line()
            pane.deleteLater()
        if not self.tabs.count():
            self._show_nothing()

    def name_changed(self, pane: TerminalPane) -> None:
        """A program may name its terminal; the name is shown, and nothing else is done with it."""
        title = pane.view.terminal.title
        if title:
            at = self.tabs.indexOf(pane)
            words = mnemonic_free(title[:30])
            if at >= 0 and self.tabs.tabText(at) != words:
                self.tabs.setTabText(at, words)
                self.tabs.setTabToolTip(at, "")

    def debug_command(self) -> str:
        """Tools beside a container that has none; never run by this program."""
        state = self.page.state
        name = f"container:{self.page.container.name}"
        words = [state.program if state is not None else DOCKER, "run", "--rm", "-it", "--pid", name, "--network", name]
        return joined([*words, "busybox"])

    def _run_program(self) -> None:
        try:
            words = tuple(shlex.split(self.program.text()))
        except ValueError:
            words = tuple(self.program.text().split())
        if words and self.may:
            self.open_pane(words)
            self.program.clear()

    def leave(self) -> None:
        if self.is_made:
            for pane in self.panes():
                pane.close_line()
