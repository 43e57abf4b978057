"""The question before a container is made. Knows the image and what stands beside it; runs nothing."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.core.command_line import run_command
from imagexplorer.core.errors import WrongUse
from imagexplorer.core.run_parse import is_run_line, parse_run
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.core.run_values import name_conflict, port_conflict, restart_fault, variable_fault
from imagexplorer.core.text import human_size, plain
from imagexplorer.views.ask_dialog import AskDialog, CommandText
from imagexplorer.views.run_fields import USUAL, fault_of
from imagexplorer.views.run_form import RunForm
from imagexplorer.views.theme import TonedLabel, plain_label

if TYPE_CHECKING:
    from imagexplorer.actions.prompts import RunQuestion

_LONGEST_ENV_FILE = 1 << 20


class RunDialog(AskDialog):
    """`spec()` is what stands in the fields; it is complete once the verb may be pressed."""

    def __init__(self, question: RunQuestion, parent: QWidget | None) -> None:
        old = question.replaces
        name = plain((old.name if old is not None else question.image.name), 60)
        title = f"Edit {name}" if old is not None else f"Run {name}"
        super().__init__(title, "&Run", parent, careful=old is not None)
        self.verb.setText(self.tr("&Stop and run anew") if old is not None else self.tr("&Run"))
        self._image, self._question = question.image, question
        self._others = tuple(each for each in question.containers if old is None or each.id != old.id)
        self.delete_old = QCheckBox(self.tr("&Delete the old container once the new one is up"))
        if old is not None:
            self._say_what_becomes_of(old.name, old.writable_bytes)
        self.import_file = QPushButton(resources.icon("file"), self.tr("&Import .env file…"))
        self.import_file.clicked.connect(self._import)
        self.add_folder = QPushButton(resources.icon("open"), self.tr("Add &folder…"))
        self.add_folder.clicked.connect(self._pick_folder)
        self.paste = QPushButton(resources.icon("copy"), self.tr("Paste a docker run &line"))
        self.paste.clicked.connect(lambda: self.take_line(QGuiApplication.clipboard().text()))
        self.form = RunForm(self._image, question.defaults or {}, (self.import_file, self.add_folder, self.paste))
        self.body.addWidget(self.form, 1)
        self.told = TonedLabel("muted", "")
        self.told.setWordWrap(True)
        self.told.hide()
        self.body.addWidget(self.told)
        self.wrong = TonedLabel("error", "")  # what is wrong in a field that may be out of sight
        self.wrong.setWordWrap(True)
        self.body.addWidget(self.wrong)
        self.shown_command = CommandText(self.tr("Command line"), rows=3)
        self.body.addWidget(self.shown_command)
        if old is not None:
            self.body.addWidget(self.delete_old)
        line, text, flags = self.form.line, self.form.text, self.form.flags
        self.name, self.command, self.ports = line("name"), line("command"), line("ports")
        self.environment, self.volumes = text("environment"), text("volumes")
        self.detached, self.remove = flags["detach"], flags["remove"]
        self.form.fill(question.given or RunSpec(self._image.name), out_of_sight=not question.why)
        self.form.changed.connect(self._check)
        self._before: dict[QLineEdit, str] = {}
        for each in (self.name, self.command):
            each.textEdited.connect(lambda text, line=each: self._edited(line, text))
            each.textChanged.connect(lambda text, line=each: self._before.update({line: text}))
        if question.why:
            self.show_refusal(question.why)
        self.name.setFocus()
        self._check()

    def _say_what_becomes_of(self, name: str, written: int | None) -> None:
        size = f" ({human_size(written)})" if written else ""
        words = self.tr(
            "{name} is stopped and kept under another name until the new one is up; should that fail, it gets its name "
            "back. What it wrote{size} is not in the new one: commit it before, where that is wanted. Volumes are kept."
        ).format(name=plain(name, 60), size=size)
        given = self._question.given
        if given is not None and given.restart == "always":
            words += " " + self.tr("With its restart policy (always) the old one starts again with the engine.")
        self.body.addWidget(plain_label(words, wrap=True))

    # -- what stands in it ------------------------------------------------------------------------------

    def take_line(self, text: str) -> None:
        """A pasted `docker run` line; what is not understood is named."""
        try:
            line = parse_run(text.strip())
        except WrongUse as error:
            self._tell("error", self.tr("Not pasted: {why}").format(why=plain(error.reason, 200)))
            return
        spec, words = line.spec, []
        if spec.interactive and spec.tty and not spec.detach:
            # Who sits before a terminal here sits before the container's page.
            spec = replace(spec, detach=True)
            words.append(self.tr("It runs in the background, and its page opens with a terminal."))
        self.form.fill(spec)
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

    def _edited(self, line: QLineEdit, text: str) -> None:
        """A line that came at once is taken; one that is typed is not done yet. Qt tells of an edit before a change."""
        at_once = len(text) > len(self._before.get(line, "")) + 1
        if at_once and is_run_line(text):
            whole = QGuiApplication.clipboard().text()  # a field of one line joins what it gets
            QTimer.singleShot(0, self, lambda: self.take_line(whole if is_run_line(whole) else text))

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
        before, _fault = fault_of(self.form.asks["environment"], self.environment.toPlainText())
        names = {name for name, _ in found}
        pairs = tuple(pair for pair in before or () if pair[0] not in names)
        shown = self.form.keep("environment", found, True)
        self.environment.setPlainText(self.form.asks["environment"].kind.write((*pairs, *shown)))
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

    def _check(self) -> None:
        values, faults = self.form.read()
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
            self.form.fields[name].set_fault(fault)
        wrong = next((name for name, fault in faults.items() if fault), "")
        first = f"{self.form.asks[wrong].caption.replace('&', '')}: {faults[wrong]}" if wrong else ""
        self.wrong.set_text(first)
        self.wrong.setVisible(bool(wrong) and wrong not in {ask.field for ask in USUAL})
        self.set_ready(not first, first)
        if all(value is not None for name, value in values.items() if name != "entrypoint"):
            self.shown_command.set_text(plain(run_command(self._made(values), program=self._question.program), 20_000))

    def _made(self, values: dict[str, Any]) -> RunSpec:
        return RunSpec(image=self._image.tags[0] if self._image.tags else self._image.id, **values)

    def spec(self) -> RunSpec:
        return self._made(self.form.read()[0])
