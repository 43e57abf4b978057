"""How the selected file of a comparison differs: asked for, waited for, shown; no answer comes to what was selected
before. Knows no comparison."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer

from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.preview import Preview
from imagexplorer.core.text import plain_bytes
from imagexplorer.jobs import Jobs
from imagexplorer.models.tree_rows import TreeRow
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.preview import PreviewView

SLOW_MS = 400
Ask = Callable[[bytes, Callable[[Preview], None], Callable[[ImagexplorerError], None]], None]
"""`ask(path, done, failed)`, in the lane that this is told."""


class DifferingFile(PreviewView):
    def __init__(self, jobs: Jobs, lane: str, ask: Ask, failed: Callable[[ImagexplorerError], bool]) -> None:
        """`failed` says whether somebody else sees to an error; `ask` works in the lane."""
        super().__init__()
        self._jobs, self._lane, self._ask, self._seen_to = jobs, lane, ask, failed
        self._row: TreeRow | None = None
        self._slow = QTimer(self, singleShot=True, interval=SLOW_MS)
        self._slow.timeout.connect(lambda: self.show_message(self.tr("Comparing the contents"), busy=True))

    def forget(self) -> None:
        self._slow.stop()
        self._jobs.drop(self._lane)

    def show_row(self, row: TreeRow | None) -> None:
        self.forget()
        self._row = row
        if row is None:
            self.show_message(self.tr("Select a file to see how it differs"))
        elif not row.mark:
            self.show_message(self.tr("Only what it holds differs"), "/" + plain_bytes(row.path))
        else:
            self._slow.start()
            self._ask(row.path, self._show, self._failed)

    def _show(self, preview: Preview) -> None:
        self._slow.stop()
        self.show_preview(preview)

    def _failed(self, error: ImagexplorerError) -> None:
        self._slow.stop()
        if not self._seen_to(error) and not isinstance(error, Cancelled):
            offers = [(self.tr("Tr&y again"), lambda: self.show_row(self._row))]
            self.show_message(self.tr("The contents cannot be compared"), sentence_of(error), "error", offers=offers)
