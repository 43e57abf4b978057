"""What happened to a container since it was made: events of the engine, ends with their reason, health checks with what
they said. Knows its page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QSplitter, QVBoxLayout

from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.life import Moment, life
from imagexplorer.core.text import plain
from imagexplorer.models.columns import fixed_font
from imagexplorer.models.life_rows import LIFE, moment_key
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.page_tab import PageTab
from imagexplorer.views.table_or_words import TableOrWords

if TYPE_CHECKING:
    from imagexplorer.views.container_page import ContainerPage


class HistoryTab(PageTab["ContainerPage"]):
    def __init__(self, page: ContainerPage) -> None:
        super().__init__(page, "history")
        self._told: Sequence[Moment] = ()
        self._failed_words = ""

    def set_up(self) -> None:
        nothing = (self.tr("Nothing is known yet"), self.tr("What happens to the container will stand here."))
        self.list = TableOrWords(LIFE, moment_key, self.tr("What happened"), nothing)
        self.list.table.sort_by("when")
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(fixed_font())
        self.text.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.text.setAccessibleName(self.tr("About what is selected"))
        self.list.table.current_changed.connect(self._show_about)
        self.parts = QSplitter(Qt.Orientation.Vertical)
        self.parts.addWidget(self.list)
        self.parts.addWidget(self.text)
        self.parts.setStretchFactor(0, 3)
        self.parts.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(self.parts)
        self.setFocusProxy(self.list)

    def fill(self) -> None:
        self._show()
        page = self.page
        if page.live:  # of one that was removed too: the engine remembers its end
            page.session.live.load_history(
                self.lane + "ask",
                page.source,
                page.container.id,
                int(page.container.created or 0),
                self._came,
                self._failed,
            )

    def refresh(self) -> None:
        self.fill()

    def _came(self, told: Sequence[Moment]) -> None:
        self._told, self._failed_words = told, ""
        self._show()

    def _failed(self, error: ImagexplorerError) -> None:
        if not isinstance(error, Cancelled):
            self._failed_words = self.tr("The engine's events cannot be read: {why}").format(why=sentence_of(error))
            self._show()

    def _show(self) -> None:
        known = life(self.page.detail, self._told) if self.page.detail is not None else self._told
        words = self.tr("An engine keeps its newest events only, some until it is started anew.")
        self.list.set_records(known, self._failed_words or (words if known else ""))

    def _show_about(self, moment: Moment | None) -> None:
        lines = moment.about.split("\n") if moment is not None else []
        words = "\n".join(plain(line, 1000) for line in lines)
        if words != self.text.toPlainText():
            self.text.setPlainText(words)
