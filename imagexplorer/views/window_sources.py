"""The sources of the session as the window's sidebar shows them: which is chosen, named, tried again, put elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from imagexplorer.session import SourceState, of_all
from imagexplorer.views.own_pages import DISK
from imagexplorer.views.sidebar import Entry

if TYPE_CHECKING:
    from imagexplorer.views.main_window import MainWindow


class WindowSources(QObject):
    """`wanted` is the key of the source that was in front at the last run, until it is there or another is chosen."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self.wanted = window.settings.text("window.source")
        sidebar = window.sidebar
        sidebar.source_wanted.connect(self.choose)
        sidebar.close_wanted.connect(self._session.close_source)
        sidebar.retry_wanted.connect(self._session.retry)
        sidebar.move_wanted.connect(self._session.move)
        sidebar.look_wanted.connect(self._look_of)

    def choices(self) -> list[SourceState]:
        """What the lists may show: all engines together, where there are several, and each source."""
        together = self._session.together
        return [*([together] if together is not None else []), *self._session.sources]

    def choose_wanted(self) -> None:
        """That of the last run, once it is there."""
        if self.wanted and any(each.key == self.wanted for each in self.choices()):
            wanted, self.wanted = self.wanted, ""
            self._session.choose(wanted)

    def choose(self, key: str) -> None:
        self.wanted = ""
        self._session.choose(key)
        source = self._session.current
        self._window.show_list(self._window.list_name if source is not None and source.is_engine else "images")

    def retry(self) -> None:
        source = self._session.current
        self._session.retry(source.key if source is not None else "")

    def show(self) -> None:
        """In the sidebar, as they are now."""
        session, current = self._session, self._session.current
        entries = []
        unknown = "" if current is not None and current.state == "failed" else "…"
        if current is not None:
            count = f"{len(session.images):,}" if session.images_known else unknown
            entries.append(Entry("images", "Images", "image", count))
        if current is not None and current.is_engine:
            count = f"{len(session.containers):,}" if session.containers_known else unknown
            entries.append(Entry("containers", "Containers", "container", count))
            if not of_all(current):
                entries.append(Entry("disk", "Disk usage", "disk", ""))
        key = self._window.tabs.current_key
        active = "disk" if key.startswith(DISK) else "" if key else self._window.list_name
        self._window.sidebar.show_state(self.choices(), current.key if current is not None else "", entries, active)

    def _look_of(self, key: str) -> None:
        from imagexplorer.views.source_dialog import SourceDialog

        state = next((each for each in self._session.sources if each.key == key), None)
        if state is not None:
            dialog = SourceDialog(state, self._window)
            dialog.accepted.connect(lambda: self._session.show_as(key, dialog.look()))
            dialog.finished.connect(lambda _result: dialog.deleteLater())
            dialog.open()
