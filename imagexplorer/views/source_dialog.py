"""What a source is called and which colour it has, here and for this user only."""

from __future__ import annotations

from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from imagexplorer.core.text import plain
from imagexplorer.session import SourceState
from imagexplorer.session.looks import COLOURS, Look
from imagexplorer.views.ask_dialog import AskDialog, Field, add_row, form
from imagexplorer.views.theme import source_color


class SourceDialog(AskDialog):
    def __init__(self, source: SourceState, parent: QWidget | None) -> None:
        super().__init__(f"Name and colour of {plain(source.name, 60)}", self.tr("Save"), parent)
        self.name = QLineEdit(source.name)
        self.name.setMaxLength(80)
        self.name.selectAll()
        self.colour = QComboBox()
        for colour in COLOURS:
            swatch = QPixmap(16, 16)
            swatch.fill(source_color(colour) if colour else QColor(0, 0, 0, 0))
            self.colour.addItem(QIcon(swatch), colour.capitalize() or self.tr("None"), colour)
        self.colour.setCurrentIndex(max(self.colour.findData(source.colour), 0))
        self._field = Field(self.name, plain(source.address.location, 200))
        fields = form()
        add_row(fields, self.tr("&Name"), self._field)
        add_row(fields, self.tr("&Colour"), Field(self.colour, self.tr("A bar beside its name")))
        self.body.addLayout(fields)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 60)
        self.name.textChanged.connect(lambda _text: self._check())
        self.name.setFocus()
        self._check()

    def look(self) -> Look:
        return Look(self.name.text().strip(), str(self.colour.currentData()))

    def _check(self) -> None:
        why = "" if self.name.text().strip() else self.tr("A source has a name")
        self._field.set_fault(why)
        self.set_ready(not why, why)
