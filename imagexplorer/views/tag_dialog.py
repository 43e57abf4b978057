"""The question which names an image has: one more, and which of those it has are taken off. Tags nothing."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from imagexplorer.actions.prompts import TagAnswer
from imagexplorer.core.command_line import tag_commands
from imagexplorer.core.entities import DOCKER, Image
from imagexplorer.core.references import repository_fault, same_name, tag_fault
from imagexplorer.core.text import plain
from imagexplorer.views.ask_dialog import AskDialog, CommandText, Field, add_row, form
from imagexplorer.views.theme import plain_label
from imagexplorer.views.tick_delegate import TickDelegate

_TAG = Qt.ItemDataRole.UserRole + 1


class TagDialog(AskDialog):
    def __init__(self, image: Image, taken: Mapping[str, str], parent: QWidget | None, program: str = DOCKER) -> None:
        """`taken`: tags of other images, and what those are called."""
        super().__init__(f"Names of {plain(image.name, 60)}", "Save names", parent)
        self._image, self._taken, self._program = image, taken, program
        about = plain_label(
            self.tr("A tag is only a name: nothing is copied, and layers stay as they are."), wrap=True, tone="muted"
        )
        self.names = QListWidget()
        self.names.setItemDelegate(TickDelegate(self.names, wrapped=False))
        self.names.setSpacing(1)  # boxes do not touch
        # A long name is cut in the middle.
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.names.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.names.setAccessibleName(self.tr("Names that it has; untick what is to be taken off"))
        for tag in image.tags:
            item = QListWidgetItem(plain(tag, 300))
            item.setData(_TAG, tag)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
            self.names.addItem(item)
        rows = min(max(self.names.count(), 2), 8)
        self.names.setFixedHeight((self.fontMetrics().height() + 8) * rows + 2 * self.names.frameWidth())
        self.name = QLineEdit()
        self.name.setPlaceholderText(self.tr("repository:tag"))
        self.field = Field(self.name, self.tr("One more name; without a tag it is latest"))
        self.total = plain_label(wrap=True)
        self.commands = CommandText(self.tr("Command lines"), rows=2)
        fields = form()
        add_row(fields, self.tr("&New name"), self.field)
        self.body.addWidget(about)
        if image.tags:
            self.body.addWidget(plain_label(self.tr("Names it has (untick to take one off)")))
            self.body.addWidget(self.names)
        self.body.addLayout(fields)
        self.body.addWidget(self.total)
        self.body.addWidget(self.commands)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 76)
        self.names.itemChanged.connect(lambda _item: self._check())
        self.name.textChanged.connect(lambda _text: self._check())
        self.name.setFocus()
        self._check()

    def answer(self) -> TagAnswer:
        items = [self.names.item(row) for row in range(self.names.count())]
        off = tuple(item.data(_TAG) for item in items if item.checkState() != Qt.CheckState.Checked)
        return TagAnswer(self._new(), off)

    def _new(self) -> str:
        text = self.name.text().strip()
        return text if not text or ":" in text.rpartition("/")[2] else f"{text}:latest"

    def _check(self) -> None:
        answer = self.answer()
        fault = self._fault(answer.add)
        self.field.set_fault(fault)
        left = len(self._image.tags) - len(answer.remove) + bool(answer.add)
        why, words = fault, ""
        if not fault and not answer.add and not answer.remove:
            why = self.tr("Nothing is changed yet")
        elif not fault and answer.remove and not left:
            why = words = self.tr("Without any name it would be deleted. Give it another, or delete it instead.")
        elif answer.add:
            other = next((whose for tag, whose in self._taken.items() if same_name(tag, answer.add)), "")
            if other:
                words = self.tr("{tag} is the name of {other} now, which loses it.").format(
                    tag=plain(answer.add, 200), other=plain(other, 200)
                )
        self.total.set_text(words)
        self.set_ready(not why, why)
        lines = tag_commands(self._image, answer.add, answer.remove, self._program)
        self.commands.set_text("\n".join(plain(line, 2000) for line in lines))

    def _fault(self, name: str) -> str:
        if not name:
            return ""
        repository, _, tag = name.rpartition(":")
        fault = repository_fault(repository) or tag_fault(tag)
        if not fault and not tag:
            fault = self.tr("A tag is missing after the colon")
        if not fault and any(same_name(each, name) for each in self._image.tags):
            fault = self.tr("It has that name already")
        return fault
