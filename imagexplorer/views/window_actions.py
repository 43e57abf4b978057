"""What belongs to the window itself and to no image or container: where one is, which page, what is shown.

As records for the registry, so that they stand in menus, toolbar and palette like all others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from imagexplorer.actions.action import Action
from imagexplorer.core.entities import Selection
from imagexplorer.core.text import plain
from imagexplorer.session import of_all
from imagexplorer.views.theme import SCHEMES, apply_scheme

if TYPE_CHECKING:
    from imagexplorer.core.trash import TrashItem
    from imagexplorer.session import SourceState
    from imagexplorer.views.main_window import MainWindow

PAGES = 9


class WindowActions:
    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._scheme = window.settings.text("view.scheme", "system")

    def records(self) -> list[Action]:
        window = self._window
        return [
            *self._places(),
            Action(
                "view.images",
                "&Images",
                _do(partial(window.show_list, "images")),
                "image",
                ("Ctrl+Shift+I",),
                "&View",
                1,
            ),
            Action(
                "view.containers",
                "&Containers",
                _do(partial(window.show_list, "containers")),
                "container",
                ("Ctrl+Shift+O",),
                "&View",
                1,
            ),
            Action(
                "view.disk",
                "&Disk usage",
                _do(partial(window.show_list, "disk")),
                "disk",
                ("Ctrl+Shift+D",),
                "&View",
                1,
                lambda _selection: self._no_engine(),
            ),
            Action(
                "view.activity",
                "&Activity",
                _do(window.own_pages.activity),
                "running",
                ("Ctrl+Shift+A",),
                "&View",
                1,
            ),
            Action(
                "view.grouped",
                "Group containers by compose &project",
                _do(window.containers.grouped.toggle),
                "compose",
                group="&View",
                section=2,
                checked=window.containers.grouped.isChecked,
            ),
            Action(
                "view.filter",
                "Fi&lter",
                _do(self._focus_filter),
                "filter",
                ("Ctrl+F",),
                "&View",
                3,
                lambda _selection: "" if window.session.current is not None else "There is nothing to filter yet",
            ),
            Action("view.palette", "Command &palette…", _do(self.open_palette), "search", ("Ctrl+K",), "&View", 3),
            *(self._scheme_action(name) for name in SCHEMES),
            Action(
                "file.engine",
                "Co&nnect to an engine…",
                _do(self._connect_engine),
                "engine",
                ("Ctrl+Shift+E",),
                "&File",
                1,
            ),
            Action(
                "file.cache",
                "Cac&he of layers…",
                _do(self._show_cache),
                "disk",
                (),
                "&File",
                2,
                lambda _selection: "" if window.session.cache is not None else "There is no cache",
            ),
            Action(
                "file.trash",
                "&Trash…",
                _do(self._show_trash),
                "delete",
                (),
                "&File",
                2,
                lambda _selection: "" if window.session.trash.there else "There is no trash",
            ),
            Action("help.keys", "&Keys", _do(self._show_keys), "info", ("F1",), "&Help"),
            Action("help.diagnostics", "Copy &diagnostics", _do(self._copy_diagnostics), "copy", (), "&Help", 1),
            Action("help.about", "&About imagexplorer", _do(self._show_about), "info", (), "&Help", 1),
            Action("file.quit", "&Quit", _do(window.close), "", ("Ctrl+Q",), "&File", 9),
        ]

    def _no_engine(self) -> str:
        source = self._window.session.current
        if source is None or not source.is_engine:
            return "Only an engine has a disk to speak of"
        if of_all(source):
            return "Choose one engine: several are shown together"
        return "" if source.live else "The engine does not answer"

    def _places(self) -> list[Action]:
        window, places = self._window, self._window.places
        pages = [
            Action(f"view.page_{number}", f"Show page {number}", _do(partial(window.show_number, number)), keys=(key,))
            for number, key in ((number, f"Ctrl+{number}") for number in range(1, PAGES + 1))
        ]
        return [
            Action(
                "view.back",
                "&Back",
                _do(lambda: window.go(places.back())),
                "back",
                ("Alt+Left",),
                "&View",
                0,
                lambda _selection: "" if places.can_go_back else "There is no page before this one",
            ),
            Action(
                "view.forward",
                "&Forward",
                _do(lambda: window.go(places.forward())),
                "forward",
                ("Alt+Right",),
                "&View",
                0,
                lambda _selection: "" if places.can_go_forward else "There is no page after this one",
            ),
            Action(
                "view.close_page",
                "Cl&ose page",
                _do(window.close_page),
                "close",
                ("Ctrl+W",),
                "&View",
                4,
                lambda _selection: "" if window.tabs.current_key else "The list stays: only pages over it are closed",
            ),
            *pages,
        ]

    def _scheme_action(self, name: str) -> Action:
        words = {"system": "Colours as the &system", "light": "Colours &light", "dark": "Colours &dark"}[name]

        def choose() -> None:
            self._scheme = name
            self._window.settings.set("view.scheme", name)
            application = QApplication.instance()
            if isinstance(application, QApplication):
                apply_scheme(application, name)

        return Action(
            f"view.scheme_{name}", words, _do(choose), group="&View", section=5, checked=lambda: self._scheme == name
        )

    def _focus_filter(self) -> None:
        window = self._window
        own = getattr(window.current_page, "focus_filter", None)
        if callable(own):
            own()
        else:
            window.bar.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
            window.bar.filter.selectAll()

    # Imported when first wanted: the window is painted sooner without them.

    def _show_keys(self) -> None:
        from imagexplorer.views.about import show_keys

        show_keys(self._window, self._window.registry)

    def _show_cache(self) -> None:
        from imagexplorer.views.cache_dialog import CacheDialog

        cache = self._window.session.cache
        if cache is None:
            return
        dialog = CacheDialog(cache, self._window)
        dialog.accepted.connect(lambda: cache.set_limit(dialog.limit_bytes()))
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        dialog.open()

    def _show_trash(self) -> None:
        from imagexplorer.views.trash_dialog import TrashDialog

        session = self._window.session

        def engine_of(item: TrashItem) -> SourceState | None:
            return next((each for each in session.sources if each.address.location == item.source), None)

        def why_not(item: TrashItem) -> str:
            engine = engine_of(item)
            if engine is None:
                return f"Its engine, {plain(item.engine, 80)}, is not open: connect to it first"
            return "" if engine.live else f"{plain(engine.name, 80)} does not answer"

        def undo(items: Sequence[TrashItem]) -> None:
            for key in dict.fromkeys(engine.key for engine in map(engine_of, items) if engine is not None):
                of_it = [item for item in items if (engine := engine_of(item)) is not None and engine.key == key]
                session.trash.undo(key, of_it, session.failed.emit)

        dialog = TrashDialog(session.trash, why_not, undo, self._window)
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        dialog.open()

    def _connect_engine(self) -> None:
        from imagexplorer.views.engine_dialog import EngineDialog

        dialog = EngineDialog(self._window.session.engines, self._window)
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        dialog.open()

    def _copy_diagnostics(self) -> None:
        from imagexplorer.views.diagnostics import diagnostics

        session = self._window.session
        QApplication.clipboard().setText(diagnostics(session))
        session.message.emit("Copied versions, engines and the end of the log; secrets were taken out")

    def _show_about(self) -> None:
        from imagexplorer.views.about import show_about

        show_about(self._window)

    def open_palette(self) -> None:
        from imagexplorer.views.palette import CommandPalette
        from imagexplorer.views.palette_entries import palette_entries

        window = self._window
        CommandPalette(palette_entries(window.registry, window.session, window.open_page), window).open_over(window)


def _do(act: Callable[[], object]) -> Callable[[Selection], None]:
    def run(_selection: Selection) -> None:
        act()

    return run
