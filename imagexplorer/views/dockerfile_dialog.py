"""The question before a container's changes are written as a Dockerfile: what it says, where to. Writes nothing."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QRadioButton, QWidget

from imagexplorer.actions.prompts import DockerfileAnswer
from imagexplorer.core.container_dockerfile import Recipe
from imagexplorer.core.entities import Container
from imagexplorer.core.secrets import masked
from imagexplorer.core.text import plain
from imagexplorer.models.columns import fixed_font
from imagexplorer.session.from_changes import Draft
from imagexplorer.views.ask_dialog import AskDialog, Field, add_row, form, set_rows
from imagexplorer.views.theme import plain_label

LINES_MOST = 5_000
LINE_MOST = 2_000


class DockerfileDialog(AskDialog):
    def __init__(self, container: Container, draft: Draft, folder: str, parent: QWidget | None) -> None:
        super().__init__(f"Dockerfile of {plain(container.name, 60)}", "Write", parent)
        self.verb.setText(self.tr("&Write"))
        self._draft = draft
        about = plain_label(
            self.tr("A folder with a Dockerfile and a tar, which build what a commit of {name} would hold.").format(
                name=plain(container.name, 80)
            ),
            wrap=True,
        )
        self.body.addWidget(about)
        self.upon = QRadioButton(self.tr("&Upon its image: only what changed"))
        self.flat = QRadioButton(self.tr("&Flattened: FROM scratch, with the whole tree"))
        kinds = QHBoxLayout()
        kinds.setSpacing(16)
        kinds.addWidget(self.upon)
        kinds.addWidget(self.flat)
        kinds.addStretch()
        self.body.addLayout(kinds)
        self.preview = QPlainTextEdit()
        self.preview.setReadOnly(True)
        self.preview.setFont(fixed_font())
        self.preview.setTabChangesFocus(True)
        self.preview.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.preview.setAccessibleName(self.tr("The Dockerfile"))
        set_rows(self.preview, 14)
        self.body.addWidget(self.preview, 1)
        self.warnings = plain_label(wrap=True, selectable=True, tone="warning")
        self.body.addWidget(self.warnings)
        self.path = QLineEdit(folder)
        self.browse = QPushButton(self.tr("&Browse …"))
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        self._field = Field(self.path, self.tr("A new or an empty folder: nothing is written over."))
        rows = form()
        add_row(rows, self.tr("Fo&lder"), self._field)
        where = QHBoxLayout()
        where.setSpacing(8)
        where.addLayout(rows, 1)
        where.addWidget(self.browse, alignment=Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(where)
        self.upon.setEnabled(not draft.upon.missing)
        (self.flat if draft.upon.missing else self.upon).setChecked(True)
        self.flat.toggled.connect(self._show)
        self.path.textChanged.connect(self._check)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 96)
        self.path.setFocus()
        self._show()
        self._check()

    def answer(self) -> DockerfileAnswer:
        return DockerfileAnswer(os.path.abspath(os.path.expanduser(self.path.text().strip())), self.flat.isChecked())

    def _recipe(self) -> Recipe:
        return self._draft.flat if self.flat.isChecked() else self._draft.upon

    def _show(self) -> None:
        made = self._recipe()
        lines = made.text.split("\n")
        shown = [plain(masked(line[:LINE_MOST]), LINE_MOST) for line in lines[:LINES_MOST]]
        self.preview.setPlainText("\n".join(shown) + ("\n…" if len(lines) > LINES_MOST else ""))
        told = [*([self._draft.upon.missing] if self._draft.upon.missing else []), *made.warnings]
        self.warnings.setText("\n".join(plain(f"{each[:1].upper()}{each[1:]}.", 400) for each in told[:6]))
        self.warnings.setVisible(bool(told))

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Write Dockerfile to"), self.path.text().strip())
        if chosen:
            self.path.setText(chosen)

    def _check(self) -> None:
        fault = self._fault()
        self._field.set_fault(fault)
        self.set_ready(not fault, fault)

    def _fault(self) -> str:
        text = self.path.text().strip()
        if not text:
            return self.tr("Name a folder")
        path = Path(os.path.abspath(os.path.expanduser(text)))
        shown = plain(str(path), 200)
        try:
            if path.is_symlink():
                return self.tr("{path} is a link: name where it leads").format(path=shown)
            if path.is_dir():
                return self.tr("{path} holds something already").format(path=shown) if any(path.iterdir()) else ""
            if os.path.lexists(path):
                return self.tr("{path} is a file").format(path=shown)
            if not path.parent.is_dir():
                return self.tr("There is no folder {path}").format(path=plain(str(path.parent), 200))
        except (OSError, ValueError) as error:
            return plain(getattr(error, "strerror", "") or str(error), 200)
        return ""
