"""What a container's changes are held against: its image, or a moment that was marked, and up to which other one.
Knows no session."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.moments import Marked, Span
from imagexplorer.core.text import counted, human_size
from imagexplorer.views.elided import Elided
from imagexplorer.views.live_plot import clock
from imagexplorer.views.theme import plain_label, set_tip

MOST = 10
"""So many moments are kept; of more the oldest mark goes, the opening stays."""


class MomentsBar(QWidget):
    chosen = Signal()  # `span` is another
    mark_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.what = QComboBox()
        self.what.addItem(self.tr("its image"), None)
        self.what.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.what.setAccessibleName(self.tr("What the container is compared with"))
        self.upto = QComboBox()
        self.upto.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.upto.setAccessibleName(self.tr("Up to which moment"))
        self.mark = QPushButton(resources.icon("tag"), self.tr("Mar&k now"))  # short: beside it stand two times
        set_tip(self.mark, self.tr("Keep what it has changed by now, to see later what changed since"))
        self.note = Elided()
        self.note.set_whole(self.tr("Size: what came"))
        self.note.hide()
        between = plain_label(self.tr("up &to"))
        between.setBuddy(self.upto)
        self._between = (between, self.upto)
        caption = plain_label(self.tr("Com&pared with"))
        caption.setBuddy(self.what)
        line = QHBoxLayout()
        line.setSpacing(8)
        for widget in (caption, self.what, *self._between, self.mark):
            line.addWidget(widget)
        line.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 4)
        layout.setSpacing(4)
        layout.addLayout(line)
        layout.addWidget(self.note)
        self._fill_upto()
        self.what.currentIndexChanged.connect(self._choose)
        self.upto.currentIndexChanged.connect(lambda _index: self.chosen.emit())
        self.mark.clicked.connect(self.mark_wanted)

    @property
    def moment(self) -> Marked | None:
        """None: the image."""
        found = self.what.currentData()
        return found if isinstance(found, Marked) else None

    @property
    def until(self) -> Marked | None:
        """None: now."""
        found = self.upto.currentData()
        return found if isinstance(found, Marked) else None

    @property
    def span(self) -> Span | None:
        return None if self.moment is None else Span(self.moment, self.until)

    def _fill_upto(self) -> None:
        """Now, and what was marked later than what is compared with."""
        since, before = self.moment, self.until
        later = [each for each in self.kept if since is not None and each.at > since.at]
        with QSignalBlocker(self.upto):
            self.upto.clear()
            self.upto.addItem(self.tr("now"), None)
            for each in later:
                self.upto.addItem(self.name_of(each), each)
            self.upto.setCurrentIndex(later.index(before) + 1 if before in later else 0)
        for widget in self._between:
            widget.setVisible(bool(later))

    @property
    def kept(self) -> list[Marked]:
        """Newest first."""
        data = (self.what.itemData(at) for at in range(self.what.count()))
        return [each for each in data if isinstance(each, Marked)]

    def name_of(self, moment: Marked) -> str:
        """`marked 12:03:10`."""
        found = next((at for at in range(self.what.count()) if self.what.itemData(at) is moment), -1)
        return self.what.itemText(found)

    def add(self, moment: Marked, opening: bool = False) -> None:
        """Newest first, below the image."""
        words = self.tr("opened {time}") if opening else self.tr("marked {time}")
        with QSignalBlocker(self.what):
            self.what.insertItem(1, words.format(time=clock(moment.at)), moment)
            more = f"{counted(moment.count, 'change')}, {human_size(moment.size_bytes)}"
            self.what.setItemData(1, more, Qt.ItemDataRole.ToolTipRole)
            if self.what.count() > MOST + 1:
                oldest = self.what.count() - 2  # the last is the opening
                if oldest != self.what.currentIndex() and self.what.itemData(oldest) is not self.until:
                    self.what.removeItem(oldest)
        self._fill_upto()

    def _choose(self) -> None:
        self.note.setVisible(self.moment is not None)
        self._fill_upto()
        self.chosen.emit()
