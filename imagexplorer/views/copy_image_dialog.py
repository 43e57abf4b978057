"""The question to which engine images are copied, with what is sent and which names change there. Copies nothing."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from imagexplorer.actions.prompts import CopyPlace, CopyQuestion
from imagexplorer.core.command_line import copy_commands
from imagexplorer.core.references import names_to_give
from imagexplorer.core.text import human_size, plain
from imagexplorer.views.ask_dialog import AskDialog, CommandText, Field, add_row, form
from imagexplorer.views.theme import plain_label

_SHOWN = 10


class CopyImageDialog(AskDialog):
    def __init__(self, question: CopyQuestion, parent: QWidget | None) -> None:
        """`question.places` has one at least."""
        images = question.images
        several = len(images) > 1
        name = self.tr("{count} images").format(count=len(images)) if several else plain(images[0].name, 60)
        verb = self.tr("Copy {count} images").format(count=len(images)) if several else self.tr("Copy image")
        super().__init__(self.tr("Copy {name}").format(name=name), verb, parent)
        self._question = question
        sizes = [image.size_bytes for image in images]
        size = f", {human_size(sum(each or 0 for each in sizes))}" if None not in sizes else ""
        self.sent = plain_label(
            self.tr("All layers are sent from {source}{size}: also what is there already, since no engine takes less.")
            .format(source=plain(question.source, 80), size=size),
            wrap=True,
        )  # fmt: skip
        self.places = QComboBox()
        for place in question.places:
            self.places.addItem(plain(place.name, 80), place.key)
        self.field = Field(self.places)
        self.names = plain_label(self._names(), wrap=True, tone="muted")
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

    def _names(self) -> str:
        images = self._question.images
        given = [name for image in images for name in names_to_give(image.tags)]
        shown = ", ".join(plain(name, 200) for name in given[:_SHOWN])
        more = self.tr(" and {count} more").format(count=len(given) - _SHOWN) if len(given) > _SHOWN else ""
        nameless = sum(not names_to_give(image.tags) for image in images)
        if nameless == len(images):
            return (
                self.tr("It will have no name there.")
                if nameless == 1
                else self.tr("None of them will have a name there.")
            )
        words = self.tr("Names there: {names}").format(names=shown + more)
        return words + (self.tr(". Without a name: {count}").format(count=nameless) if nameless else "")

    @property
    def _place(self) -> CopyPlace:
        return self._question.places[max(self.places.currentIndex(), 0)]

    def _chosen(self) -> None:
        self.aware.setChecked(False)
        self._judge()

    def _judge(self) -> None:
        place, count = self._place, len(self._question.images)
        self.field.set_hint(self._there_already(place.has, count))
        losing = [f"{plain(name, 200)} ({whose})" for name, whose in place.taken[:_SHOWN]]
        self.warning.set_text(
            self.tr("Another image loses its name there: {names}").format(names=", ".join(losing)) if losing else ""
        )
        self.warning.setVisible(bool(losing))
        self.aware.setVisible(bool(losing))
        why = self.tr("Say that the names may go") if losing and not self.aware.isChecked() else ""
        self.set_ready(not why, why)
        commands = copy_commands(self._question.images, self._question.end, place.end)
        self.command.set_text("\n".join(plain(line, 4000) for line in commands))

    def _there_already(self, has: int, count: int) -> str:
        if not has:
            return ""
        if count == 1:
            return self.tr("It is there already, with all its names")
        return self.tr("{has} of the {count} are there already, with all their names").format(has=has, count=count)
