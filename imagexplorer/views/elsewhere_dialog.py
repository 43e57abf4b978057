"""A second question for what takes something away on another machine: its engine is easily mistaken for one here."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from imagexplorer.core.text import plain
from imagexplorer.views.ask_dialog import AskDialog
from imagexplorer.views.theme import plain_label


class ElsewhereDialog(AskDialog):
    """`title` is the question that was answered, `host` the machine."""

    def __init__(self, title: str, host: str, parent: QWidget | None) -> None:
        host = plain(host, 80)
        super().__init__(plain(title, 120), self.tr("Do it on {host}").format(host=host), parent, dangerous=True)
        self.body.addWidget(plain_label(self.tr("On another machine: {host}").format(host=host), bold=True))
        self.body.addWidget(
            plain_label(self.tr("{title} It is done there, not here.").format(title=plain(title, 200)), wrap=True)
        )
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 60)
        self.cancel.setFocus()
