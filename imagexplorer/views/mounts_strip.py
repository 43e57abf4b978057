"""What of a container is not among its changes: its volumes and mounted folders, with where they stand in it.

Knows mounts, no session.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from imagexplorer.core.entities import Mount
from imagexplorer.models.mount_table import MOUNTS
from imagexplorer.views.records_view import RecordsView
from imagexplorer.views.theme import plain_label

ROWS_MOST = 4
"""As many are seen at once; the others are scrolled to."""


class MountsStrip(QWidget):
    """Not there at all where nothing is mounted."""

    def __init__(self, sentence: str, parent: QWidget | None = None) -> None:
        """`sentence` says what is not in here; {places} is how many mounts."""
        super().__init__(parent)
        self._sentence = sentence
        self.words = plain_label(wrap=True)
        self.table = RecordsView(MOUNTS, lambda mount: mount.target, self.tr("Volumes and mounted folders"))
        self.words.setContentsMargins(12, 6, 12, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.words)
        layout.addWidget(self.table)
        self.hide()

    def show_mounts(self, mounts: Sequence[Mount]) -> None:
        self.setVisible(bool(mounts))
        places = self.tr("1 mount") if len(mounts) == 1 else self.tr("{n} mounts").format(n=f"{len(mounts):,}")
        self.words.setText(self._sentence.format(places=places))
        self.table.set_records(mounts)
        rows = min(len(mounts), ROWS_MOST)
        row = self.table.verticalHeader().defaultSectionSize()
        self.table.setFixedHeight(self.table.horizontalHeader().sizeHint().height() + rows * row + 2)
