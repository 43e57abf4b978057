"""The question before a container is made. Knows the image and what stands beside it; runs nothing.

Usual fields first, "More" unfolds the others in groups. Values that look secret and did not come from the keyboard are
kept beside the field: only their names are shown.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.core.command_line import image_reference, joined, run_command
from imagexplorer.core.errors import WrongUse
from imagexplorer.core.run_parse import is_run_line, parse_run
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.core.run_values import name_conflict, port_conflict, restart_fault, variable_fault
from imagexplorer.core.secrets import shown_value
from imagexplorer.core.text import human_size, plain
from imagexplorer.views.ask_dialog import AskDialog, CommandText, Field, add_row, form, lines_edit
from imagexplorer.views.run_fields import FLAGS, MORE, MORE_FLAGS, USUAL, Ask, Pairs, fault_of
from imagexplorer.views.theme import TonedLabel, plain_label

if TYPE_CHECKING:
    from imagexplorer.actions.prompts import RunQuestion

_LONGEST_ENV_FILE = 1 << 20
_OTHERS_HEIGHT = 400
"""Pixels of a screen that the fields leave to the command line, the buttons and the window's frame."""


def _strings(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else ()


class RunDialog(AskDialog):
    """`spec()` is what stands in the fields; it is complete once the verb may be pressed."""

    def __init__(self, question: RunQuestion, parent: QWidget | None) -> None:
        old = question.replaces
        name = plain((old.name if old is not None else question.image.name), 60)
        super().__init__(f"Edit {name}" if old is not None else f"Run {name}", "&Run", parent)
        self.verb.setText(self.tr("&Stop and run anew") if old is not None else self.tr("&Run"))
        self._image, self._question = question.image, question
        self._others = tuple(each for each in question.containers if old is None or each.id != old.id)
        self._kept: dict[str, dict[str, str]] = {"environment": {}, "labels": {}}
        self._asks: dict[str, Ask] = {}
        self._fields: dict[str, Field] = {}
        self.editors: dict[str, QLineEdit | QPlainTextEdit] = {}
        self.flags: dict[str, QCheckBox] = {}
        self.delete_old = QCheckBox(self.tr("&Delete the old container once the new one is up"))
        if old is not None:
            self._say_what_becomes_of(old.name, old.writable_bytes)
        self._form = form()
        self._form.addRow(plain_label(self.tr("Image")), plain_label(plain(image_reference(self._image), 120)))
        for ask in USUAL:
            self._add(self._form, ask)
        self._add_buttons()
        self._more = QWidget()
        self._lay_out(self._form)
        self.name, self.command, self.ports = (self._line(each) for each in ("name", "command", "ports"))
        self.environment, self.volumes = (self._text(each) for each in ("environment", "volumes"))
        self.detached, self.remove = self.flags["detach"], self.flags["remove"]
        self._show_defaults(question.defaults or {})
        self._connect()
        self.fill(question.given or RunSpec(self._image.name), out_of_sight=not question.why)
        if question.why:
            self.show_refusal(question.why)
        self.name.setFocus()
        self._check()

    # -- layout ---------------------------------------------------------------------------------------
    def _say_what_becomes_of(self, name: str, written: int | None) -> None:
        size = f" ({human_size(written)})" if written else ""
        words = self.tr(
            "{name} is stopped and kept under another name until the new one is up; should that fail, it gets its name "
            "back. What it wrote{size} is not in the new one: commit it before, where that is wanted. Volumes are kept."
        ).format(name=plain(name, 60), size=size)
        self.body.addWidget(plain_label(words, wrap=True))

    def _add(self, layout: QFormLayout, ask: Ask) -> None:
        editor: QLineEdit | QPlainTextEdit = lines_edit(ask.rows) if ask.rows else QLineEdit()
        editor.setPlaceholderText(ask.placeholder)
        self._asks[ask.field], self.editors[ask.field] = ask, editor
        self._fields[ask.field] = Field(editor, ask.hint)
        add_row(layout, ask.caption, self._fields[ask.field])

    def _add_flag(self, name: str, text: str) -> QCheckBox:
        self.flags[name] = QCheckBox(text)
        return self.flags[name]

    def _add_buttons(self) -> None:
        """Beside what they fill in."""
        self.import_file = QPushButton(resources.icon("file"), self.tr("&Import .env file…"))
        self.import_file.clicked.connect(self._import)
        self.add_folder = QPushButton(resources.icon("open"), self.tr("Add &folder…"))
        self.add_folder.clicked.connect(self._pick_folder)
        self.paste = QPushButton(resources.icon("copy"), self.tr("Paste a docker run &line"))
        self.paste.clicked.connect(lambda: self.take_line(QGuiApplication.clipboard().text()))
        row = QHBoxLayout()
        for button in (self.import_file, self.add_folder, self.paste):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        self._form.addRow("", row)

    def _lay_out(self, layout: QFormLayout) -> None:
        grid = QGridLayout()
        for number, (name, text) in enumerate(FLAGS.items()):
            grid.addWidget(self._add_flag(name, text), number // 2, number % 2)
        layout.addRow("", grid)
        self.more = QToolButton()
        self.more.setText(self.tr("M&ore"))
        self.more.setAutoRaise(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.clicked.connect(lambda: self.unfold(self._more.isHidden()))
        inside = QVBoxLayout(self._more)
        inside.setContentsMargins(0, 0, 0, 0)
        for title, asks in MORE:
            inside.addWidget(plain_label(title, bold=True))
            group = form()
            for ask in asks:
                self._add(group, ask)
            for name, (where, text) in MORE_FLAGS.items():
                if where == title:
                    group.addRow("", self._add_flag(name, text))
            inside.addLayout(group)
        content = QWidget()
        whole = QVBoxLayout(content)
        whole.setContentsMargins(0, 0, 8, 0)
        whole.addLayout(layout)
        whole.addWidget(self.more)
        whole.addWidget(self._more)
        whole.addStretch(1)
        self._content = content
        self.area = QScrollArea()
        self.area.setWidget(content)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self.area, 1)
        self.told = TonedLabel("muted", "")
        self.told.setWordWrap(True)
        self.told.hide()
        self.body.addWidget(self.told)
        self.shown_command = CommandText(self.tr("Command line"), rows=3)
        self.body.addWidget(self.shown_command)
        if self._question.replaces is not None:
            self.body.addWidget(self.delete_old)
        self.unfold(False)

    def unfold(self, shown: bool) -> None:
        self.more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self._more.setVisible(shown)
        screen = self.screen().availableGeometry().height()
        wanted = self._content.sizeHint()
        wide = max(wanted.width(), self.fontMetrics().averageCharWidth() * 88)
        self.area.setMinimumWidth(wide + self.area.verticalScrollBar().sizeHint().width())
        self.area.setMinimumHeight(min(wanted.height(), max(240, screen - _OTHERS_HEIGHT)))

    def _line(self, name: str) -> QLineEdit:
        editor = self.editors[name]
        assert isinstance(editor, QLineEdit)
        return editor

    def _text(self, name: str) -> QPlainTextEdit:
        editor = self.editors[name]
        assert isinstance(editor, QPlainTextEdit)
        return editor

    def _show_defaults(self, config: Mapping[str, Any]) -> None:
        """What applies where a field stays empty."""
        exposed = tuple(sorted(config.get("ExposedPorts") or ()))
        environment = [self._shown(pair) for pair in _strings(config.get("Env"))]
        own, entrypoint = _strings(config.get("Cmd")), _strings(config.get("Entrypoint"))
        health = config.get("Healthcheck")
        check = _strings(health.get("Test")) if isinstance(health, Mapping) else ()
        defaults = {
            "command": plain(joined(own), 200) if own else "",
            "entrypoint": plain(joined(entrypoint), 200),
            "ports": plain(", ".join(_publishing(exposed[:3])), 200),
            "environment": "\n".join(environment[:3]),
            "user": plain(str(config.get("User") or ""), 100),
            "workdir": plain(str(config.get("WorkingDir") or ""), 200),
            "health_cmd": plain(joined(check[1:]), 200),
            "labels": "\n".join(self._shown(f"{k}={v}") for k, v in list((config.get("Labels") or {}).items())[:2]),
        }
        for name, text in defaults.items():
            if text:
                self.editors[name].setPlaceholderText(text)
        volumes = ", ".join(plain(path, 80) for path in list(config.get("Volumes") or ())[:4])
        hints = {
            "command": f"After the entrypoint {plain(joined(entrypoint), 100)}" if entrypoint else "",
            "ports": f"The image listens on {plain(', '.join(exposed), 100)}" if exposed else "",
            "environment": f"NAME=value, one a line; the image sets {len(environment)}" if environment else "",
            "volumes": f"One a line; the image keeps data in {volumes}" if volumes else "",
        }
        for name, hint in hints.items():
            if hint:
                self._fields[name].set_hint(hint)

    @staticmethod
    def _shown(pair: str) -> str:
        name, equals, value = pair.partition("=")
        return plain(f"{name}{equals}{shown_value(name, value)}", 120)

    def _connect(self) -> None:
        for editor in self.editors.values():
            editor.textChanged.connect(self._check)
        for flag in self.flags.values():
            flag.toggled.connect(self._check)
        for name in ("name", "command"):
            self._line(name).textEdited.connect(self._pasted)

    # -- what stands in it ------------------------------------------------------------------------------
    def fill(self, spec: RunSpec, out_of_sight: bool = True) -> None:
        """Show these values. What looks secret stands by its name only where it is to be `out_of_sight`, and so does
        what no line can hold."""
        for name, ask in self._asks.items():
            value = getattr(spec, name)
            if name in self._kept:
                value = self._keep(name, value, out_of_sight)
            text = ask.kind.write(value)
            editor = self.editors[name]
            editor.setText(text) if isinstance(editor, QLineEdit) else editor.setPlainText(text)
        for name, flag in self.flags.items():
            flag.setChecked(getattr(spec, name))
        usual = {ask.field for ask in USUAL}
        blank = RunSpec("")
        rare = [*(name for name in self._asks if name not in usual), *MORE_FLAGS]
        if any(getattr(spec, name) != getattr(blank, name) for name in rare):
            self.unfold(True)
        self._check()

    def _keep(self, name: str, pairs: Pairs, out_of_sight: bool) -> Pairs:
        shown: list[tuple[str, str | None]] = []
        for key, value in pairs:
            odd = value is not None and ("\n" in value or "\r" in value)
            secret = value is not None and out_of_sight and shown_value(key, value) != value
            if value is not None and (odd or secret):
                self._kept[name][key] = value
            shown.append((key, None if odd or secret else value))
        if kept := self._kept[name]:
            words = self.tr("kept out of sight: {names}").format(names=plain(", ".join(kept), 200))
            self._fields[name].set_hint(f"{self._asks[name].hint}; {words}")
        return tuple(shown)

    def _filled(self, name: str, pairs: Pairs) -> Pairs:
        kept = self._kept[name]
        missing = None if name == "environment" else ""
        return tuple((key, kept.get(key, missing) if value is None else value) for key, value in pairs)

    def take_line(self, text: str) -> None:
        """A pasted `docker run` line; what is not understood is named."""
        try:
            line = parse_run(text.strip())
        except WrongUse as error:
            self._tell("error", self.tr("Not pasted: {why}").format(why=plain(error.reason, 200)))
            return
        self.fill(line.spec)
        words = []
        if line.spec.image not in (*self._image.tags, self._image.id):
            words.append(self.tr("It names the image {name}: this form runs the one above.").format(
                name=plain(line.spec.image, 100)))  # fmt: skip
        if line.left_out:
            words.append(self.tr("Not understood and left out: {options}.").format(
                options=plain(", ".join(line.left_out), 400)))  # fmt: skip
        if line.env_files:
            words.append(self.tr("Not read yet, import it: {files}.").format(
                files=plain(", ".join(line.env_files), 200)))  # fmt: skip
        self._tell("warning" if words else "muted", " ".join(words) or self.tr("All of the line was understood."))

    def _pasted(self, text: str) -> None:
        if is_run_line(text):
            whole = QGuiApplication.clipboard().text()  # a field of one line joins what it gets
            self.take_line(whole if is_run_line(whole) else text)

    def _tell(self, tone: str, words: str) -> None:
        self.told.set_tone(tone)
        self.told.set_text(words)
        self.told.setVisible(bool(words))

    def _import(self) -> None:
        path, _filter = QFileDialog.getOpenFileName(self, self.tr("Import variables"), "", "*.env *.env.* .env;;*")
        if path:
            self.import_env(path)

    def import_env(self, path: str) -> None:
        """A file's variables over those of the field; of one name the file's counts."""
        from imagexplorer.core.env_file import variables

        try:
            with open(path, "rb") as file:
                raw = file.read(_LONGEST_ENV_FILE + 1)
            if len(raw) > _LONGEST_ENV_FILE:
                raise ValueError(f"longer than {human_size(_LONGEST_ENV_FILE)}")
            found, odd = variables(raw.decode("utf-8"))
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            self._tell("error", self.tr("Not imported: {why}").format(why=plain(f"{path}: {why}", 300)))
            return
        before, _fault = fault_of(self._asks["environment"], self.environment.toPlainText())
        names = {name for name, _ in found}
        pairs = tuple(pair for pair in before or () if pair[0] not in names)
        shown = self._keep("environment", found, True)
        self.environment.setPlainText(self._asks["environment"].kind.write((*pairs, *shown)))
        hidden = sum(value is not None and (name, value) not in shown for name, value in found)
        words = [self.tr("{count} variables imported.").format(count=len(found))]
        if hidden:
            words.append(self.tr("{count} of them stand by their names only.").format(count=hidden))
        if odd:
            words.append(self.tr("Not understood: lines {lines}.").format(lines=", ".join(map(str, odd[:8]))))
        self._tell("warning" if odd else "muted", " ".join(words))

    def _pick_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("A folder for the container"))
        if folder:
            self.bind_folder(folder)

    def bind_folder(self, folder: str) -> None:
        """One more line, at the first place of the image's data that nothing is at yet."""
        taken = [line.split(":")[1] for line in self.volumes.toPlainText().split("\n") if line.count(":")]
        free = [path for path in list((self._question.defaults or {}).get("Volumes") or ()) if path not in taken]
        target = free[0] if free else f"/mnt/{os.path.basename(folder.rstrip('/')) or 'host'}"
        lines = self.volumes.toPlainText().rstrip("\n")
        self.volumes.setPlainText(f"{lines}\n{folder}:{target}".lstrip("\n"))
        self.volumes.setFocus()

    # -- checks -----------------------------------------------------------------------------------------
    def _read(self) -> tuple[dict[str, Any], dict[str, str]]:
        values: dict[str, Any] = {}
        faults: dict[str, str] = {}
        for name, ask in self._asks.items():
            editor = self.editors[name]
            text = editor.text() if isinstance(editor, QLineEdit) else editor.toPlainText()
            values[name], faults[name] = fault_of(ask, text)
            if name in self._kept and values[name] is not None:
                values[name] = self._filled(name, values[name])
        values |= {name: flag.isChecked() for name, flag in self.flags.items()}
        return values, faults

    def _check(self) -> None:
        values, faults = self._read()
        further = {
            "name": name_conflict(values["name"], self._others),
            "ports": port_conflict(values["ports"], self._others),
            "environment": next(
                filter(None, (variable_fault(name, value, os.environ) for name, value in values["environment"])), ""
            ),
            "restart": restart_fault(values["restart"], values["remove"]),
        }
        for name, fault in further.items():
            faults[name] = faults[name] or fault
        for name, fault in faults.items():
            self._fields[name].set_fault(fault)
        first = next(filter(None, faults.values()), "")
        self.set_ready(not first, first)
        if all(value is not None for name, value in values.items() if name != "entrypoint"):
            self.shown_command.set_text(plain(run_command(self._made(values)), 20_000))

    def _made(self, values: dict[str, Any]) -> RunSpec:
        return RunSpec(image=self._image.tags[0] if self._image.tags else self._image.id, **values)

    def spec(self) -> RunSpec:
        return self._made(self._read()[0])


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
