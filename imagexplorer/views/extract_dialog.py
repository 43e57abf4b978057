"""The question before files of an image are written: where to, and what of them is kept. Writes nothing."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QRadioButton, QWidget

from imagexplorer.core.extraction import Options, Target
from imagexplorer.core.text import plain
from imagexplorer.views.ask_dialog import AskDialog, Field, add_row, form
from imagexplorer.views.theme import plain_label


class ExtractDialog(AskDialog):
    """`what` says what is extracted and how much of it there is; `name` is what a tar would be called; `verb` is what
    it is called to take files out."""

    def __init__(self, what: str, name: str, folder: str, parent: QWidget | None, verb: str = "Extract") -> None:
        super().__init__(verb, verb, parent)
        self._name = name
        about = plain_label(what)
        about.setWordWrap(True)
        self.body.addWidget(about)
        self.to_folder = QRadioButton(self.tr("Into a &folder"))
        self.to_tar = QRadioButton(self.tr("Into one &tar file"))
        self.to_folder.setChecked(True)
        kinds = QHBoxLayout()
        kinds.setSpacing(16)
        kinds.addWidget(self.to_folder)
        kinds.addWidget(self.to_tar)
        kinds.addStretch()
        self.body.addLayout(kinds)
        self.path = QLineEdit(folder)
        self.browse = QPushButton(self.tr("&Browse …"))
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        where = QHBoxLayout()
        where.setSpacing(8)
        self._field = Field(self.path, self.tr("Nothing is ever written outside of it."))
        rows = form()
        add_row(rows, self.tr("&Where"), self._field)
        where.addLayout(rows, 1)
        where.addWidget(self.browse, alignment=Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(where)
        self.overwrite = QCheckBox(self.tr("&Replace files that are there already"))
        self.ids = QCheckBox(self.tr("Keep &owners, setuid and setgid (owners need root)"))
        self.body.addWidget(self.overwrite)
        self.body.addWidget(self.ids)
        self.path.textChanged.connect(self._check)
        self.to_tar.toggled.connect(self._switch)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 76)
        self.path.setFocus()
        self._check()

    def target(self) -> Target:
        options = Options(ids=self.ids.isChecked(), overwrite=self.overwrite.isChecked())
        path = os.path.abspath(os.path.expanduser(self.path.text().strip()))
        return Target(path, self.to_tar.isChecked(), options)

    def _switch(self, tar: bool) -> None:
        path = Path(self.path.text().strip() or ".")
        self.path.setText(str(path / f"{self._name}.tar" if tar else path.parent if path.suffix == ".tar" else path))
        self._check()

    def _browse(self) -> None:
        at = self.path.text().strip()
        if self.to_tar.isChecked():
            chosen, _ = QFileDialog.getSaveFileName(
                self, self.windowTitle(), at, self.tr("Tar archives (*.tar)"),
                options=QFileDialog.Option.DontConfirmOverwrite,
            )  # fmt: skip
        else:
            chosen = QFileDialog.getExistingDirectory(self, self.windowTitle(), at)
        if chosen:
            self.path.setText(chosen)

    def _check(self) -> None:
        fault = self._fault()
        self._field.set_fault(fault)
        self.set_ready(not fault, fault)

    def _fault(self) -> str:
        text = self.path.text().strip()
        if not text:
            return self.tr("Name a folder") if self.to_folder.isChecked() else self.tr("Name a file")
        path = Path(os.path.expanduser(text))
        try:
            if self.to_tar.isChecked():
                if path.is_dir():
                    return self.tr("{path} is a folder").format(path=plain(str(path), 200))
                if not path.parent.is_dir():
                    return self.tr("There is no folder {path}").format(path=plain(str(path.parent), 200))
            elif path.exists() and not path.is_dir():
                return self.tr("{path} is a file").format(path=plain(str(path), 200))
        except OSError as error:
            return plain(error.strerror or str(error), 200)
        return ""
