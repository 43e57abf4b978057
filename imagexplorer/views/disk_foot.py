"""Below the table of a disk: what is chosen there, and the buttons by which it is freed. Knows one use, no session."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from imagexplorer import resources
from imagexplorer.core.disk import Use, way_out
from imagexplorer.core.text import human_size
from imagexplorer.views.theme import plain_label

PRUNE = "engine.prune"


class DiskFoot(QWidget):
    wanted = Signal(str)  # the id of an action

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action = ""
        self.about = plain_label(tone="muted", wrap=True)
        self.delete = QPushButton(resources.icon("delete"), self.tr("&Delete…"))
        self.prune = QPushButton(resources.icon("delete"), self.tr("Pr&une…"))
        self.delete.clicked.connect(lambda: self.wanted.emit(self._action))
        self.prune.clicked.connect(lambda: self.wanted.emit(PRUNE))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 8)
        row.setSpacing(8)
        row.addWidget(self.about, 1)
        for button in (self.delete, self.prune):
            row.addWidget(button)
        self.show_use(None)

    def show_use(self, use: Use | None) -> None:
        way = way_out(use) if use is not None else {}
        self._action = way.get("action", "")
        self.delete.setVisible(self._action not in ("", PRUNE))
        self.about.set_text(way.get("why", "") or self._words(use))

    def _words(self, use: Use | None) -> str:
        if use is None:
            return ""
        if self._action == PRUNE:
            return self.tr("Goes with a prune of the build cache")
        if use.own is None:
            own = self.tr("what comes free is not told")
        else:
            about = "" if use.exact else "about "
            own = self.tr("{0} of its own").format(f"{about}{human_size(use.own)}")
        return "; ".join(filter(None, (own, use.used)))
