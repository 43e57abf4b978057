"""Over a container's configuration: the line that would run one like it, and its published ports, each to be copied.

Knows words and one container's answer, no session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMessageBox, QPushButton, QToolButton, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.entities import DOCKER, ContainerDetail, Port
from imagexplorer.core.run_line import run_line, secret_names
from imagexplorer.core.text import plain
from imagexplorer.models.columns import fixed_font
from imagexplorer.views.elided import Elided
from imagexplorer.views.theme import message_box, plain_label, set_tip

_PORTS_MOST = 8


class RunStrip(QWidget):
    def __init__(self, said: Callable[[str], object], parent: QWidget | None = None) -> None:
        """`said`: a line for the activity strip."""
        super().__init__(parent)
        self._said = said
        self._detail: ContainerDetail | None = None
        self._image: Mapping[str, Any] | None = None
        self._program = DOCKER
        self._agreed = False
        self.line = Elided()
        self.line.setFont(fixed_font())
        self.copy = QPushButton(resources.icon("copy"), self.tr("Copy the run &line"))
        self.copy.clicked.connect(lambda: self._copy(values=False))
        self.with_values = QPushButton(self.tr("Copy with val&ues…"))
        self.with_values.clicked.connect(self._ask)
        self._ports = QHBoxLayout()
        self._ports.setSpacing(4)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.line, 1)
        first.addWidget(self.copy)
        first.addWidget(self.with_values)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.setSpacing(4)
        layout.addLayout(first)
        layout.addLayout(self._ports)

    def show_container(self, detail: ContainerDetail, image: Mapping[str, Any] | None, program: str) -> None:
        if (detail, image, program) == (self._detail, self._image, self._program):
            return
        self._detail, self._image, self._program = detail, image, program
        words = run_line(detail, image, program)
        self.line.set_whole(words, words)
        secrets = secret_names(detail, image)
        self.with_values.setVisible(bool(secrets))
        if secrets:
            names = ", ".join(secrets)
            set_tip(self.copy, self.tr("Taken from the environment of the shell: {names}").format(names=names))
        else:
            set_tip(self.copy, "")
        self._show_ports([port for port in detail.container.ports if port.host_port])

    def _show_ports(self, ports: list[Port]) -> None:
        while (item := self._ports.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if not ports:
            return
        self._ports.addWidget(plain_label(self.tr("Published:"), tone="muted"))
        for port in ports[:_PORTS_MOST]:
            address = address_of(port)
            button = QToolButton()
            button.setText(f"{address} → {port.container_port}/{port.protocol}")
            button.setAutoRaise(True)
            set_tip(button, self.tr("Copy {address}").format(address=address))
            button.clicked.connect(lambda _checked=False, address=address: self._put(address, address))
            self._ports.addWidget(button)
        if len(ports) > _PORTS_MOST:
            self._ports.addWidget(plain_label(f"and {len(ports) - _PORTS_MOST} more below", tone="muted"))
        self._ports.addStretch()

    def _copy(self, values: bool) -> None:
        if self._detail is not None:
            line = run_line(self._detail, self._image, self._program, values)
            self._put(line, self.tr("the run line"))

    def _put(self, text: str, what: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._said(f"Copied {plain(what, 200)}")

    def _ask(self) -> None:
        """Once: who has agreed for this container is not asked again."""
        if self._agreed:
            self._copy(values=True)
            return
        assert self._detail is not None
        names = ", ".join(secret_names(self._detail, self._image))
        box = message_box(
            self,
            QMessageBox.Icon.Question,
            self.tr("Copy the run line with its secret values?"),
            self.tr("They will stand in the clipboard, and in the history of the shell: {names}").format(names=names),
        )
        agree = box.addButton(self.tr("&Copy with values"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.buttonClicked.connect(lambda button: self._agree() if button is agree else None)
        box.finished.connect(lambda _result: box.deleteLater())
        box.open()

    def _agree(self) -> None:
        self._agreed = True
        self._copy(values=True)


def address_of(port: Port) -> str:
    """Where it is reached from this machine's side of the engine."""
    address = port.host_ip if port.host_ip not in ("", "0.0.0.0", "::") else "localhost"
    return f"[{address}]:{port.host_port}" if ":" in address else f"{address}:{port.host_port}"
