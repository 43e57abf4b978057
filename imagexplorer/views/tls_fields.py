"""Certificates for a connection, chosen by hand: three files, and whether whoever answers has to prove who it is."""

from __future__ import annotations

import os

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.entities import Tls
from imagexplorer.views.ask_dialog import Field, add_row, form

_USUAL = {"ca": "ca.pem", "cert": "cert.pem", "key": "key.pem"}
"""As docker's folders of certificates have them."""


class TlsFields(QWidget):
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.use = QCheckBox(self.tr("Use &TLS"))
        self.files = QWidget()
        self.edits = {name: QLineEdit() for name in _USUAL}
        rows = form()
        rows.setContentsMargins(0, 0, 0, 0)
        for name, caption, hint in (
            ("ca", self.tr("&CA certificate"), self.tr("Who vouches for the engine; empty: whom this system trusts")),
            ("cert", self.tr("C&ertificate"), self.tr("Yours, where the engine wants one; with its key")),
            ("key", self.tr("&Key"), self.tr("Of your certificate, without a passphrase")),
        ):
            edit = self.edits[name]
            edit.setMaxLength(4000)
            edit.textChanged.connect(lambda _text: self.changed.emit())
            choose = QPushButton(resources.icon("open"), "")
            choose.setAutoDefault(False)
            choose.setAccessibleName(self.tr("Choose a file"))
            choose.setToolTip(self.tr("Choose a file"))
            choose.clicked.connect(lambda _checked=False, name=name: self._choose(name))
            line = QWidget()
            beside = QHBoxLayout(line)
            beside.setContentsMargins(0, 0, 0, 0)
            beside.addWidget(edit, 1)
            beside.addWidget(choose)
            line.setFocusProxy(edit)
            add_row(rows, caption, Field(line, hint))
            edit.setAccessibleName(caption.replace("&", ""))
        self.trust = QCheckBox(self.tr("Do not &verify who answers"))
        self.trust.toggled.connect(lambda _on: self.changed.emit())
        body = QVBoxLayout(self.files)
        body.setContentsMargins(0, 0, 0, 0)
        body.addLayout(rows)
        body.addWidget(self.trust)
        self.files.hide()
        self.use.toggled.connect(self.files.setVisible)
        self.use.toggled.connect(lambda _on: self.changed.emit())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.use)
        layout.addWidget(self.files)

    def tls(self) -> Tls | None:
        if not self.use.isChecked():
            return None
        ca, cert, key = (os.path.expanduser(edit.text().strip()) for edit in self.edits.values())
        return Tls(ca, cert, key, not self.trust.isChecked())

    def take(self, name: str, path: str) -> None:
        """A file, and its neighbours where the others are not chosen yet and have their usual names."""
        self.edits[name].setText(path)
        for other, usual in _USUAL.items():
            neighbour = os.path.join(os.path.dirname(path), usual)
            if other != name and not self.edits[other].text() and os.path.exists(neighbour):
                self.edits[other].setText(neighbour)

    def _choose(self, name: str) -> None:
        chosen = (os.path.dirname(edit.text()) for edit in self.edits.values() if edit.text())
        at = next(chosen, os.path.expanduser("~/.docker"))
        path, _filter = QFileDialog.getOpenFileName(
            self,
            self.tr("Choose a file"),
            at,
            self.tr("Certificates and keys (*.pem *.crt *.key);;All files (*)"),
        )
        if path:
            self.take(name, path)
