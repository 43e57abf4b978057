"""What a container's changes are held against: its image, or a moment that was marked. Knows no session."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from imagexplorer import resources
from imagexplorer.core.moments import Marked
from imagexplorer.core.text import counted, human_size
from imagexplorer.views.live_plot import clock
from imagexplorer.views.theme import plain_label, set_tip

MOST = 10
"""So many moments are kept; of more the oldest mark goes, the opening stays."""


class MomentsBar(QWidget):
    chosen = Signal()  # `moment` is another
    mark_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.what = QComboBox()
        self.what.addItem(self.tr("its image"), None)
        self.what.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.what.setAccessibleName(self.tr("What the container is compared with"))
        self.mark = QPushButton(resources.icon("tag"), self.tr("Mar&k this moment"))
        set_tip(self.mark, self.tr("Keep what it has changed by now, to see later what changed since"))
        self.note = plain_label(self.tr("Size: what came since then"), tone="muted")
        self.note.hide()
        caption = plain_label(self.tr("Com&pared with"))
        caption.setBuddy(self.what)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 0, 12, 4)
        line.setSpacing(8)
        for widget in (caption, self.what, self.mark, self.note):
            line.addWidget(widget)
        line.addStretch()
        self.what.currentIndexChanged.connect(self._choose)
        self.mark.clicked.connect(self.mark_wanted)

    @property
    def moment(self) -> Marked | None:
        """None: the image."""
        found = self.what.currentData()
        return found if isinstance(found, Marked) else None

    def add(self, moment: Marked, opening: bool = False) -> None:
        """Newest first, below the image."""
        words = self.tr("opened {time}") if opening else self.tr("marked {time}")
        with QSignalBlocker(self.what):
            self.what.insertItem(1, words.format(time=clock(moment.at)), moment)
            more = f"{counted(moment.count, 'change')}, {human_size(moment.size_bytes)}"
            self.what.setItemData(1, more, Qt.ItemDataRole.ToolTipRole)
            if self.what.count() > MOST + 1:
                oldest = self.what.count() - 2  # the last is the opening
                if oldest != self.what.currentIndex():
                    self.what.removeItem(oldest)

    def _choose(self) -> None:
        self.note.setVisible(self.moment is not None)
        self.chosen.emit()
