"""The composition root of the window: the one place that knows every room, and the order in which things start.

First the window is painted, then an engine is looked for, then the worker that reads layers is warmed up. Nothing heavy
is imported before the first paint, and neither docker nor NumPy ever in this process.
"""

from __future__ import annotations

import gc
import importlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from imagexplorer import qt_guard
from imagexplorer.core.errors import Fault, ImagexplorerError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from imagexplorer.core.control import Control
    from imagexplorer.core.engine_places import EnginePlace
    from imagexplorer.core.entities import Address
    from imagexplorer.core.report_reading import Report
    from imagexplorer.indexing.client import RemoteSource
    from imagexplorer.indexing.records import CacheOptions
    from imagexplorer.indexing.workers import Workers
    from imagexplorer.session import Session, Tried
    from imagexplorer.settings import Settings
    from imagexplorer.views.main_window import MainWindow

log = logging.getLogger(__name__)

LATER = (
    "views.preview", "views.file_pane", "core.check", "core.advice", "views.check_tab", "views.compare_tab",
    "views.config_tab", "core.dockerfile", "views.image_stack", "views.related_tab", "views.treemap_paint",
    "views.space_tab", "views.image_page", "views.logs_tab", "views.terminal_tab", "views.container_page",
)  # fmt: skip
"""What the first page of an image or a container needs, in parts that are loaded while the window has nothing to do."""
LATER_MS = 60
SWITCH_INTERVAL_S = 5e-4
"""Threads here only wait; when one does unpack an answer, a repaint must not wait 5 ms for each of its cells."""


class Program:
    """Everything of one window, made in order; `close` takes it down in the other."""

    def __init__(self, application: QApplication, settings: Settings | None = None) -> None:
        from imagexplorer import resources
        from imagexplorer.actions.catalog import catalog
        from imagexplorer.actions.registry import Registry
        from imagexplorer.jobs import Jobs
        from imagexplorer.session import Session
        from imagexplorer.session.index_cache import IndexCache
        from imagexplorer.settings import Settings
        from imagexplorer.views.main_window import MainWindow
        from imagexplorer.views.prompts import DialogPrompts
        from imagexplorer.views.theme import apply_scheme

        self.settings = settings if settings is not None else Settings()
        apply_scheme(application, self.settings.text("view.scheme", "system"))
        self.engine = WorkerDoor(self.settings)
        self.jobs = Jobs()
        sample, cache = str(resources.path("sample.tar")), IndexCache(self.jobs, self.settings, self.engine.use_cache)
        self.session = Session(
            self.jobs,
            self.engine.open,
            self.engine.find,
            sample,
            cache=cache,
            read_report=self.engine.report,
            find_places=self.engine.places,
            settings=self.settings,
        )
        self.prompts = DialogPrompts(lambda: self.window, self.settings)
        self.registry = Registry(self.session, catalog(self.session, self.prompts))
        self.window: MainWindow = MainWindow(self.session, self.registry, self.settings)
        self._closed = False
        self._later = list(reversed(LATER))

    def start(self, target: str, host: str, image: str = "", platform: str = "") -> None:
        """After the first paint."""
        try:
            self.session.start(host, target, image, platform)
        except ImagexplorerError as error:
            self.session.failed.emit(error)
            self.session.start(host)
        self.window.reopen(bool(target))
        self.session.trash.look()
        self.jobs.load("warm", self.engine.warm, lambda _none: None, _not_warm)
        gc.collect()
        gc.freeze()
        gc.enable()
        self._load_later()

    def _load_later(self) -> None:
        """The next part, and then the others: all at once would be the longest stall that the window has."""
        from PySide6.QtCore import QTimer

        if self._closed or not self._later:
            return
        importlib.import_module(f"imagexplorer.{self._later.pop()}")
        QTimer.singleShot(LATER_MS, self.window, self._load_later)

    def close(self) -> None:
        """Ends what runs, in about 2 s at most. Nothing of the engine is stopped or removed."""
        if self._closed:
            return
        self._closed = True
        self.registry.close()
        self.session.close()
        # The workers end first: then threads that wait for their answers end too.
        self.engine.close()
        self.jobs.close()
        self.settings.save()


class WorkerDoor:
    """The way to the worker processes, in the words of the session."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: Workers | None = None
        self._lock = threading.Lock()
        self._closed = False

    @property
    def workers(self) -> Workers:
        """Made when first needed, on whichever thread."""
        from imagexplorer.indexing.workers import Workers
        from imagexplorer.session.index_cache import cache_options

        with self._lock:
            if self._made is None:
                self._made = Workers(cache_options(self._settings))
                if self._closed:
                    self._made.close()
            return self._made

    def open(self, address: Address, control: Control) -> RemoteSource:
        from imagexplorer.indexing.client import open_remote

        return open_remote(address, self.workers, control)

    def find(self, host: str, control: Control) -> tuple[RemoteSource | None, Sequence[Tried]]:
        from imagexplorer.indexing.client import find_engine
        from imagexplorer.session import Tried

        source, tried = find_engine(self.workers, host, control)
        return source, tuple(Tried(*each) for each in tried)

    def report(self, path: str, control: Control) -> Report:
        return self.workers.report(path, control)

    def warm(self, control: Control) -> None:
        self.workers.warm(control)

    def places(self, control: Control) -> Sequence[EnginePlace]:
        return self.workers.engine_places(control)

    def use_cache(self, cache: CacheOptions, control: Control) -> None:
        self.workers.use_cache(cache, control)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            made = self._made
        if made is not None:
            made.close()


def run(target: str = "", host: str = "", image: str = "", platform: str = "") -> int:
    """Open the window, on `target` where one is named: that image of the archive, that platform. Returns the exit
    status: 1 where no window can be opened."""
    gc.disable()  # nothing that is made before the first paint is garbage; `Program.start` enables it
    if complaint := qt_guard.complaint():
        print(f"imagexplorer: {complaint}", file=sys.stderr)
        return 1
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    from PySide6.QtWidgets import QApplication

    qt_guard.plain_imports()
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("imagexplorer")
    application.setApplicationDisplayName("imagexplorer")
    application.setDesktopFileName("io.github.imagexplorer")
    program = Program(application)
    hooks = Hooks(program.session)
    program.window.show()
    after_first_paint(program.window, lambda: program.start(target, host, image, platform))
    application.aboutToQuit.connect(program.close)
    quiet = quit_on_signals(program.window.close_at_once)
    try:
        return application.exec()
    finally:
        program.close()
        quiet()
        hooks.remove()
        from imagexplorer import logs

        logs.remove()


def after_first_paint(window: Any, then: Callable[[], None]) -> None:
    """Once the window has been drawn; or shortly after, where nothing ever draws it (minimised, another desktop)."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    class FirstPaint(QObject):
        def __init__(self) -> None:
            super().__init__(window)
            self.done = False
            window.installEventFilter(self)
            QTimer.singleShot(500, self, self.go)

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() == QEvent.Type.Paint and not self.done:
                QTimer.singleShot(0, self, self.go)
            return bool(super().eventFilter(watched, event))

        def go(self) -> None:
            if not self.done:
                self.done = True
                window.removeEventFilter(self)
                from imagexplorer import logs

                logs.install()
                then()

    FirstPaint()


class Hooks:
    """Mistakes that nobody caught: logged with their traceback and shown with a copy button; the window lives on."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before = (sys.excepthook, threading.excepthook)
        self._shown: set[str] = set()
        sys.excepthook = self._caught
        threading.excepthook = self._caught_in_thread

    def _caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        import traceback

        log.critical("a mistake in this program", exc_info=(kind, error, trace))
        details = "".join(traceback.format_exception(kind, error, trace))
        if details in self._shown:  # a fault in a paint comes with every paint
            return
        self._shown.add(details)
        fault = Fault(
            "A mistake in this program", f"{kind.__name__}: {error}", "Copy the details and report it", details=details
        )
        self._session.failed.emit(fault)

    def _caught_in_thread(self, found: threading.ExceptHookArgs) -> None:
        error = found.exc_value
        if error is not None:
            log.critical("a mistake in a thread", exc_info=(found.exc_type, error, found.exc_traceback))

    def remove(self) -> None:
        sys.excepthook, threading.excepthook = self._before


def quit_on_signals(close: Callable[[], object]) -> Callable[[], None]:
    """Ctrl+C and TERM close the window as its button does. Returns what undoes it."""
    if sys.platform == "win32":
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        return lambda: None
    from PySide6.QtCore import QSocketNotifier

    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    os.set_blocking(theirs, False)
    before = signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
    handlers = {
        number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    notifier = QSocketNotifier(ours, QSocketNotifier.Type.Read)

    def heard() -> None:
        os.read(ours, 64)
        close()

    notifier.activated.connect(heard)

    def undo() -> None:
        notifier.setEnabled(False)
        signal.set_wakeup_fd(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        os.close(ours)
        os.close(theirs)

    return undo


def _not_warm(error: ImagexplorerError) -> None:
    """Said again, where it matters, by the first question that needs the worker."""
    log.info("the reading process did not start ahead: %s", error)
