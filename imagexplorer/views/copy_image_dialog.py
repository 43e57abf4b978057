"""The question to which engine an image is copied, with what is sent and which names change there. Copies nothing."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from imagexplorer.actions.prompts import CopyPlace, CopyQuestion
from imagexplorer.core.command_line import copy_command
from imagexplorer.core.text import human_size, plain
from imagexplorer.views.ask_dialog import AskDialog, CommandText, Field, add_row, form
from imagexplorer.views.theme import plain_label


class CopyImageDialog(AskDialog):
    def __init__(self, question: CopyQuestion, parent: QWidget | None) -> None:
        """`question.places` has one at least."""
        super().__init__(f"Copy {plain(question.image.name, 60)}", "Copy image", parent)
        self._question = question
        size = question.image.size_bytes
        self.sent = plain_label(
            self.tr("All layers are sent from {engine}{size}: also what is there already, since no engine takes less.")
            .format(engine=plain(question.engine, 80), size=f", {human_size(size)}" if size is not None else ""),
            wrap=True,
        )  # fmt: skip
        self.places = QComboBox()
        for place in question.places:
            self.places.addItem(plain(place.name, 80), place.key)
        self.field = Field(self.places)
        self.names = plain_label(wrap=True, tone="muted")
        self.names.set_text(
            self.tr("It is called there as here: {names}").format(
                names=", ".join(plain(tag, 200) for tag in question.image.tags[:20])
            )
            if question.image.tags
            else self.tr("It has no name, here or there.")
        )
        self.warning = plain_label(wrap=True, tone="warning")
        self.aware = QCheckBox(self.tr("Take the &names from what has them there"))
        self.aware.toggled.connect(self._judge)
        self.command = CommandText(self.tr("Command line"), rows=3)
        fields = form()
        add_row(fields, self.tr("&To"), self.field)
        self.body.addWidget(self.sent)
        self.body.addLayout(fields)
        for widget in (self.names, self.warning, self.aware, self.command):
            self.body.addWidget(widget)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 96)
        self.places.currentIndexChanged.connect(self._chosen)
        self._chosen()
        self.places.setFocus()

    def answer(self) -> str:
        """The key of the engine."""
        return self._place.key

    @property
    def _place(self) -> CopyPlace:
        return self._question.places[max(self.places.currentIndex(), 0)]

    def _chosen(self) -> None:
        self.aware.setChecked(False)
        self._judge()

    def _judge(self) -> None:
        place, image = self._place, self._question.image
        self.field.set_hint(self.tr("It is there already, with all its names") if place.has else "")
        losing = [f"{plain(name, 200)} ({whose})" for name, whose in place.taken[:10]]
        self.warning.set_text(
            self.tr("Another image loses its name there: {names}").format(names=", ".join(losing)) if losing else ""
        )
        self.warning.setVisible(bool(losing))
        self.aware.setVisible(bool(losing))
        why = self.tr("Say that the names may go") if losing and not self.aware.isChecked() else ""
        self.set_ready(not why, why)
        self.command.set_text(plain(copy_command(image, image.tags, self._question.end, place.end), 4000))
