"""The question before a container is made from an image. Knows the image and its defaults; runs nothing."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QCheckBox, QFormLayout, QLineEdit, QPlainTextEdit, QWidget

from imagexplorer.core.command_line import image_reference, joined, run_command
from imagexplorer.core.entities import Image, RunSpec
from imagexplorer.core.references import container_name_fault
from imagexplorer.core.secrets import shown_value
from imagexplorer.core.text import plain
from imagexplorer.views.ask_dialog import AskDialog, CommandText, Field, add_row, form, lines_edit
from imagexplorer.views.theme import plain_label

_PORT = re.compile(
    r"(?:(?:(?P<ip>\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):)?(?P<host>\d*)(?:-\d+)?:)?"
    r"(?P<inner>\d+)(?:-\d+)?(?:/(?P<protocol>tcp|udp|sctp))?"
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")  # wider than a shell's: some programs read names with dots


def port_fault(text: str) -> str:
    """Why `[address:][host:]container[/protocol]` is not what stands here, "" where it is."""
    match = _PORT.fullmatch(text)
    if match is None:
        return f"“{text}” is no port: expected 8080:80, 127.0.0.1:8080:80 or 8080:80/udp"
    for number in (match["host"], match["inner"]):
        if number and not 0 < int(number) < 65536:
            return f"“{text}”: a port is a number from 1 to 65535"
    return ""


def volume_fault(text: str) -> str:
    """Why `source:/target[:ro]` is not what stands here, "" where it is."""
    parts = text.split(":")
    if len(parts) not in (2, 3) or not all(parts):
        return f"“{text}” is no volume: expected name:/path or /folder:/path, :ro at the end for read-only"
    if not parts[1].startswith("/"):
        return f"“{text}”: the path inside the container starts with /"
    if len(parts) == 3 and not set(parts[2].split(",")) <= {"ro", "rw", "z", "Z", "nocopy", "rshared", "rslave"}:
        return f"“{text}”: after the path stands ro or rw"
    return ""


def _strings(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else ()


class RunDialog(AskDialog):
    """`spec()` is what stands in the fields; it is complete once the verb may be pressed."""

    def __init__(
        self,
        image: Image,
        exposed_ports: Sequence[str],
        defaults: Mapping[str, Any] | None,
        parent: QWidget | None,
    ) -> None:
        super().__init__(f"Run {plain(image.name, 60)}", "&Run", parent)
        self.verb.setText(self.tr("&Run"))
        self._image = image
        config = defaults or {}
        exposed = tuple(exposed_ports) or tuple(config.get("ExposedPorts") or ())

        self.name = QLineEdit()
        self.name.setPlaceholderText(self.tr("the engine makes one up"))
        self.command = QLineEdit()
        own = _strings(config.get("Cmd"))
        self.command.setPlaceholderText(plain(joined(own), 200) if own else self.tr("the image's own"))
        entrypoint = _strings(config.get("Entrypoint"))
        self.ports = QLineEdit()
        offered = _publishing(exposed[:3])
        self.ports.setPlaceholderText(plain(", ".join(offered)) if offered else "8080:80")
        self.environment = lines_edit(3)
        environment = [self._shown(pair) for pair in _strings(config.get("Env"))]
        self.environment.setPlaceholderText("\n".join(environment[:3]) or "NAME=value")
        self.volumes = lines_edit(2)
        self.volumes.setPlaceholderText("data:/var/lib/data\n/home/me/site:/srv:ro")
        self.detached = QCheckBox(self.tr("Run in the &background (detached)"))
        self.detached.setChecked(True)
        self.remove = QCheckBox(self.tr("Re&move the container when it ends"))

        volumes = ", ".join(plain(path, 80) for path in list(config.get("Volumes") or ())[:4])
        self._fields = {
            "name": Field(self.name),
            "command": Field(
                self.command, f"After the entrypoint {plain(joined(entrypoint), 100)}" if entrypoint else ""
            ),
            "ports": Field(
                self.ports,
                f"The image listens on {plain(', '.join(exposed), 100)}"
                if exposed
                else "host:container, parted by commas",
            ),
            "environment": Field(
                self.environment,
                f"NAME=value, one a line; the image sets {len(environment)}"
                if environment
                else "NAME=value, one a line",
            ),
            "volumes": Field(
                self.volumes,
                f"One a line; the image keeps data in {volumes}" if volumes else "source:/path, one a line",
            ),
        }
        layout: QFormLayout = form()
        image_name = plain_label(plain(image_reference(image), 120))
        layout.addRow(plain_label(self.tr("Image")), image_name)
        for key, caption in (
            ("name", "&Name"),
            ("command", "&Command"),
            ("ports", "&Ports"),
            ("environment", "&Environment"),
            ("volumes", "&Volumes"),
        ):
            add_row(layout, self.tr(caption), self._fields[key])
        layout.addRow("", self.detached)
        layout.addRow("", self.remove)
        self.body.addLayout(layout)
        self.shown_command = CommandText(self.tr("Command line"), rows=3)
        self.body.addWidget(self.shown_command)
        for line in (self.name, self.command, self.ports):
            line.textChanged.connect(self._check)
        for lines in (self.environment, self.volumes):
            lines.textChanged.connect(self._check)
        self.detached.toggled.connect(self._check)
        self.remove.toggled.connect(self._check)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 84)
        self.name.setFocus()
        self._check()

    @staticmethod
    def _shown(pair: str) -> str:
        name, equals, value = pair.partition("=")
        return plain(f"{name}{equals}{shown_value(name, value)}", 120)

    def ask_again(self, spec: RunSpec, why: str) -> None:
        """With what was said before, to be changed."""
        self.show_refusal(why)
        self.name.setText(spec.name)
        self.command.setText(shlex.join(spec.command))
        self.ports.setText(", ".join(spec.ports))
        self.environment.setPlainText("\n".join("=".join(pair) for pair in spec.environment))
        self.volumes.setPlainText("\n".join(spec.volumes))
        self.detached.setChecked(spec.detach)
        self.remove.setChecked(spec.remove)

    def _check(self) -> None:
        faults = {
            "name": container_name_fault(self.name.text().strip()),
            "command": self._command_fault(),
            "ports": next(filter(None, map(port_fault, self._ports())), ""),
            "environment": next(filter(None, map(self._pair_fault, _lines(self.environment))), ""),
            "volumes": next(filter(None, map(volume_fault, _lines(self.volumes))), ""),
        }
        for key, fault in faults.items():
            self._fields[key].set_fault(fault)
        first = next(filter(None, faults.values()), "")
        self.set_ready(not first, first)
        if not faults["command"]:
            self.shown_command.set_text(plain(run_command(self.spec()), 20_000))

    def _command_fault(self) -> str:
        try:
            shlex.split(self.command.text())
        except ValueError as error:
            return f"The quotes do not close: {error}"
        return ""

    @staticmethod
    def _pair_fault(pair: str) -> str:
        name, _, _ = pair.partition("=")
        if _NAME.fullmatch(name):
            return ""
        # The value may be a secret: only its name is repeated.
        return f"“{name}” is no name of a variable" if name else "The name before = is missing"

    def _ports(self) -> tuple[str, ...]:
        return tuple(self.ports.text().replace(",", " ").split())

    def spec(self) -> RunSpec:
        pairs = [pair.partition("=") for pair in _lines(self.environment)]
        return RunSpec(
            image=self._image.tags[0] if self._image.tags else self._image.id,
            name=self.name.text().strip(),
            command=tuple(shlex.split(self.command.text())),
            ports=self._ports(),
            environment=tuple((name, value) for name, _, value in pairs),
            volumes=tuple(_lines(self.volumes)),
            detach=self.detached.isChecked(),
            remove=self.remove.isChecked(),
        )


def _publishing(exposed: Sequence[str]) -> list[str]:
    """`80/tcp` -> `8080:80`, `5353/udp` -> `5353:5353/udp`, each on a port of the host of its own; not on one below
    1024, which may not be the user's to take."""
    taken: set[int] = set()
    found = []
    for port in exposed:
        number = port.partition("/")[0]
        if number.isdecimal():
            host = int(number) + (8000 if int(number) < 1024 else 0)
            while host in taken:
                host += 1
            taken.add(host)
            found.append(f"{host}:{port.removesuffix('/tcp')}")
    return found


def _lines(edit: QPlainTextEdit) -> list[str]:
    return [line.strip() for line in edit.toPlainText().splitlines() if line.strip()]


__all__ = ["RunDialog", "port_fault", "volume_fault"]
