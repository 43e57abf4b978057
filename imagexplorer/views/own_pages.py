"""Pages of the window that are about no image or container: saved reports, what was done, a disk. Raised where open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from imagexplorer import resources

if TYPE_CHECKING:
    from imagexplorer.views.main_window import MainWindow

REPORT, ACTIVITY, DISK = "report/", "activity", "disk/"


class OwnPages:
    """Each page is imported when it is first wanted: the window is painted sooner without them."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def report(self, path: str) -> None:
        def make() -> tuple[QWidget, str]:
            from imagexplorer.views.report_page import ReportPage

            page = ReportPage(self._window.session, path)
            return page, page.title

        self._show(f"{REPORT}{path}", make, "file")

    def activity(self) -> None:
        def make() -> tuple[QWidget, str]:
            from imagexplorer.views.activity_page import ActivityPage

            page = ActivityPage(self._window.session.jobs, self._window.session.activity)
            return page, page.title

        self._show(ACTIVITY, make, "running")

    def disk(self, source: str) -> None:
        """Where the disk of an engine went."""

        def make() -> tuple[QWidget, str]:
            from imagexplorer.views.disk_page import DiskPage

            page = DiskPage(self._window.session, self._window.registry, source)
            page.selection_changed.connect(self._window.selection_changed)
            return page, page.title

        self._show(f"{DISK}{source}", make, "disk")

    def _show(self, key: str, make: Callable[[], tuple[QWidget, str]], icon: str) -> None:
        tabs = self._window.tabs
        if not tabs.show_key(key):
            page, title = make()
            tabs.add(key, page, title, resources.icon(icon))
        self._window.current_page.setFocus()


def is_own(key: str) -> bool:
    """Whether a tab's key is that of such a page, and nothing can be selected there."""
    return key == ACTIVITY or key.startswith(REPORT)
