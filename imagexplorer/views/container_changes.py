"""What a container changed: its tree, asked again while the container runs and is seen.

A container that runs writes, and no event says so. Knows the page that it stands on for what it asks, no source.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent

from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound, WrongUse
from imagexplorer.core.text import plain
from imagexplorer.core.tree_view import MARK_ADDED, TreeView, ViewSpec
from imagexplorer.models.columns import Column
from imagexplorer.models.tree_rows import CHANGES, TreeRow
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.file_pane import FilePane
from imagexplorer.views.mounts_strip import MountsStrip
from imagexplorer.views.preview import PreviewView
from imagexplorer.views.theme import set_tip
from imagexplorer.views.toggle import Toggle

if TYPE_CHECKING:
    from imagexplorer.core.moments import Span
    from imagexplorer.views.container_page import ContainerPage

LOOK_EVERY_MS = 3000
"""While the page of a container that runs is seen its changes are read again."""
AT_MOST_A_TENTH = 10
"""... and where reading takes long, at most for a tenth of the time."""


class ContainerChanges(FilePane):
    removed = Signal()  # the engine knows the container no more
    failed = Signal(object)  # ImagexplorerError; what was read before is still shown, or else says it itself
    summed = Signal(object, bool)  # bytes of all that it wrote; whether something was shown before

    def __init__(self, page: ContainerPage, name: str = "changes", columns: Sequence[Column] = CHANGES) -> None:
        self.content = PreviewView()
        self._lane = page.lane + name
        super().__init__(page.session.jobs, self._lane, layered=False, columns=columns, below=self.content)
        self._page = page
        self.tree.by_path = True  # what it writes makes another tree of it
        self.shown = False
        self.trouble: ImagexplorerError | None = None
        self._asked_at = 0.0
        self._by_itself = False
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self._look_again)
        self.mounts = MountsStrip(self._not_in_here())
        self.engines = Toggle(self.tr("En&gine's own"))
        set_tip(self.engines, self.tr("Also mount points and files that the engine itself put there"))
        self.engines.hide()
        for place, widget in ((self.filter.marks.layout(), self.engines), (self.layout(), self.mounts)):
            assert place is not None
            place.addWidget(widget)
        self.engines.toggled.connect(self._show_engines)
        self._shown_file: tuple[bytes, int, int, int] | None = None
        self.row_selected.connect(self._select)
        self.content.more_wanted.connect(lambda: self._load(True))
        self.content.show_message(self._choose())
        self.spec_wanted.connect(self._look)
        page.closing.connect(self._again.stop)

    def _not_in_here(self) -> str:
        return self.tr("Not in here: what was written to {places}. A diff and a commit leave that out.")

    def begin(self) -> None:
        self.show_waiting(self._comparing())
        self.look()

    def look(self) -> None:
        self.trouble = None
        self._look(self.spec)

    def end(self) -> None:
        """The container is gone: what was read stays."""
        self._again.stop()
        if not self.shown:
            self._page.session.jobs.drop(self._lane + "*")
            self.show_message(self.tr("The container was removed"), "", "container")

    def _show_engines(self, on: bool) -> None:
        self.spec = replace(self.spec, engines=on)
        self.ask_again()

    def _comparing(self) -> str:
        return self.tr("Comparing {name} with its image").format(name=plain(self._page.container.name, 80))

    def _look_again(self) -> None:
        """Out of sight nobody asks: `showEvent` goes on."""
        page = self._page
        if page.gone or not page.live or not self.isVisible() or page.container.state != "running":
            return
        if self.window().isMinimized() or self.trouble is not None:
            self._again.start(LOOK_EVERY_MS)
            return
        self._look(self.spec)
        self._by_itself = True

    def _rest(self) -> None:
        """Until the next look."""
        took_ms = int((time.monotonic() - self._asked_at) * 1000)
        self._again.start(max(LOOK_EVERY_MS, AT_MOST_A_TENTH * took_ms))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.shown and not self._again.isActive():
            self._look_again()

    def _look(self, spec: ViewSpec) -> None:
        self._again.stop()
        self._by_itself = False
        self._asked_at = time.monotonic()
        self._request(spec)

    @property
    def span(self) -> Span | None:
        """The time that it is about; None: since its image."""
        return None

    def _request(self, spec: ViewSpec) -> None:
        page = self._page
        page.session.load_changes(
            self._lane,
            page.source,
            page.container.id,
            spec,
            self._show,
            self._look_failed,
            None if self.shown else self._show_first,
            self.span,
        )

    def _show_first(self, view: TreeView) -> None:
        """What changed, while sizes are still asked for."""
        self.show_view(view)
        self.busy.show()

    def _show(self, view: TreeView) -> None:
        self._rest()
        self.trouble = None
        before = self.tree.files.view
        if self._by_itself and before is not None and _alike(before, view):
            return
        self.shown = True
        self.engines.setVisible(view.folded > 0 or self.engines.isChecked())
        self.engines.setText(self.tr("En&gine's own {n}").format(n=f"{view.folded:,}"))
        self.engines.updateGeometry()
        self.show_view(view, self._nothing())
        if not self.filtered:
            self._tell_sum(view, before is not None)

    def _tell_sum(self, view: TreeView, again: bool) -> None:
        self.summed.emit(int(view.size[0]), again)

    def _nothing(self) -> tuple[str, str]:
        nothing = self.tr("This container has changed no file of its image: deleting it would lose none.")
        return self.tr("Nothing changed"), nothing

    # -- inside a file --------------------------------------------------------------------------------

    def _select(self, row: TreeRow | None) -> None:
        """Asked again only where it is another file, or was written to."""
        own = None
        if row is not None and self._has_content(row):
            own = (row.path, row.mark, row.size_bytes, row.view.columns["mtime"][row.row])
        if own == self._shown_file:
            return
        self._shown_file = own
        page = self._page
        page.session.jobs.drop(self._lane + "content")
        if own is None:
            self.content.show_message(self._choose())
        elif page.gone:
            self.content.show_message(self.tr("The container was removed"), "", "container")
        else:
            self._load(False)

    def _has_content(self, row: TreeRow) -> bool:
        return bool(row.mark) and not row.is_dir

    def _image_side(self, mark: int) -> str:
        """The image that a file is held against, "" for none."""
        return "" if mark == MARK_ADDED else self._page.container.image_id

    def _choose(self) -> str:
        return self.tr("Select a file to see what changed inside")

    def _load(self, more: bool) -> None:
        if self._shown_file is None:
            return
        page, (path, mark, *_) = self._page, self._shown_file
        if not more:
            self.content.show_message(self.tr("Reading"), busy=True)
        page.session.load_change(
            self._lane + "content",
            page.source,
            page.container.id,
            self._image_side(mark),
            "/" + path.decode("utf-8", "surrogateescape"),
            more,
            self.content.show_preview,
            self._content_failed,
        )

    def _content_failed(self, error: ImagexplorerError) -> None:
        if not isinstance(error, Cancelled):
            self.content.show_message(self.tr("It cannot be shown"), sentence_of(error), "error")

    def _look_failed(self, error: ImagexplorerError) -> None:
        if isinstance(error, WrongUse):
            self.show_fault(error.reason or sentence_of(error))
            return
        if isinstance(error, NotFound) and self._page.live:
            self.removed.emit()
            return
        self.trouble = error
        cancelled = isinstance(error, Cancelled)
        if self.shown and not cancelled:
            self.keep()
        else:
            self.show_message(
                self.tr("Reading was cancelled") if cancelled else self._cannot(),
                "" if cancelled else sentence_of(error),
                "cancel" if cancelled else "error",
                [(self.tr("&Read again") if cancelled else self.tr("&Retry"), self._retry)],
            )
        self.failed.emit(error)

    def _cannot(self) -> str:
        return self.tr("The changes cannot be shown")

    def _retry(self) -> None:
        self.show_waiting(self._comparing())
        self._page.refresh()


def _alike(one: TreeView, other: TreeView) -> bool:
    """Whether both look the same, row by row."""
    mine, others = one.columns, other.columns
    return mine.meta == others.meta and all(
        bytes(column) == bytes(others.columns[name]) for name, column in mine.columns.items()
    )
