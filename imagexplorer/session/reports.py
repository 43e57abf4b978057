"""Saved documents of inspect, diff, check and changes: a path that holds one is shown as a page, and is no source.

Reading one is the worker's; here only its first bytes are looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from imagexplorer.core.control import Control
from imagexplorer.core.text import plain
from imagexplorer.jobs import Jobs
from imagexplorer.session.records import Failed

if TYPE_CHECKING:
    from imagexplorer.core.report_reading import Report

ReadReport = Callable[[str, Control], "Report"]
"""Blocks. Raises NotFound, Refused, Damaged."""


def _load(path: str, control: Control) -> Report:
    from imagexplorer.indexing.reports import load_report

    return load_report(path, control)


class Reports(QObject):
    """`read` leads to the worker process, or in a test to the same work at once."""

    wanted = Signal(str)  # the path: opens or raises its page

    def __init__(self, jobs: Jobs, read: ReadReport | None, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs, self._read = jobs, read or _load

    def takes(self, path: str) -> bool:
        """Whether the path is a report; then its page is wanted."""
        from imagexplorer.indexing.reports import is_report

        if not is_report(path):
            return False
        self.wanted.emit(path)
        return True

    def load(self, lane: str, path: str, done: Callable[[Report], None], failed: Failed) -> None:
        title = f"Reading {plain(path, 200)}"
        self._jobs.load(lane, lambda control: self._read(path, control), done, failed, title)
