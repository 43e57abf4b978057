"""What stands over a comparison: with which image, whether times count, what came of it in a line, and Save.

Knows images by their sources; compares nothing.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QCompleter, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.entities import Image
from imagexplorer.core.text import plain
from imagexplorer.session import Session
from imagexplorer.views.elided import Elided
from imagexplorer.views.theme import plain_label, set_tip

NAME_CHARS = 90


class CompareBar(QWidget):
    """`chosen(source, Image)` by the user."""

    chosen = Signal(str, object)

    def __init__(self, session: Session, source: str, image_id: str) -> None:
        """The image of the page is not offered."""
        super().__init__()
        self._session, self._own = session, (source, image_id)
        self.choice = QComboBox()
        self.times = QCheckBox(self.tr("Times cou&nt"))
        set_tip(self.times, self.tr("A file whose time of change alone differs is a difference too"))
        self.summary = Elided()
        self.summary.hide()
        self.save = QPushButton(resources.icon("save"), self.tr("S&ave …"))
        self.save.setEnabled(False)
        set_tip(self.save, self.tr("Save the comparison as a page (HTML) or as a document (JSON)"))
        caption = plain_label(self.tr("Compa&re this image (A) with (B)"))
        caption.setBuddy(self.choice)
        self._set_up_choice()
        asked = QHBoxLayout()
        asked.setSpacing(12)
        asked.addWidget(caption)
        asked.addWidget(self.choice)
        asked.addWidget(self.times)
        asked.addStretch()
        asked.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        layout.addLayout(asked)
        layout.addWidget(self.summary)

    def say(self, words: str) -> None:
        """What came of it, "" for nothing yet: below, where there is room for a line."""
        self.summary.set_whole(words)
        self.summary.setVisible(bool(words))

    def _set_up_choice(self) -> None:
        self.choice.setEditable(True)
        self.choice.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.choice.setMinimumContentsLength(28)
        self.choice.setAccessibleName(self.tr("Compare this image (A) with (B)"))
        line = self.choice.lineEdit()
        assert line is not None
        line.setPlaceholderText(self.tr("choose an image of any open source"))
        completer = self.choice.completer()
        if completer is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.choice.activated.connect(self._tell)
        line.returnPressed.connect(self._enter)

    def fill(self, chosen: tuple[str, Image] | None) -> None:
        """Offer what is open now, and show what is chosen; what is being typed stays."""
        rows = [
            (f"{plain(image.name, NAME_CHARS)}   ·   {plain(state.name, 60)}", state.key, image)
            for state in self._session.sources
            for image in self._session.rows_of(state.key)[0]
            if (state.key, image.id) != self._own
        ]
        rows.sort(key=lambda row: row[0].casefold())
        line = self.choice.lineEdit()
        typed = line.text() if line is not None and line.hasFocus() and line.isModified() else ""
        if [self.choice.itemText(row) for row in range(self.choice.count())] != [text for text, _, _ in rows]:
            self.choice.clear()
            for text, source, image in rows:
                self.choice.addItem(text, (source, image))
        at = next((n for n, (_, key, i) in enumerate(rows) if chosen and (key, i.id) == (chosen[0], chosen[1].id)), -1)
        if self.choice.currentIndex() != at:
            self.choice.setCurrentIndex(at)
        if typed and line is not None and line.text() != typed:
            line.setText(typed)
            line.setModified(True)

    def _enter(self) -> None:
        """What is typed means an image by its name, or the only one that has it in its words."""
        typed = self.choice.currentText().strip().casefold()
        if not typed or self.choice.findText(self.choice.currentText()) >= 0:  # then Qt tells it
            return
        rows = range(self.choice.count())
        named = [row for row in rows if self.choice.itemData(row)[1].name.casefold() == typed]
        found = named or [row for row in rows if typed in self.choice.itemText(row).casefold()]
        if len(found) == 1:
            self.choice.setCurrentIndex(found[0])
            self._tell(found[0])

    def _tell(self, row: int) -> None:
        data = self.choice.itemData(row)
        if data is not None:
            self.chosen.emit(*data)
