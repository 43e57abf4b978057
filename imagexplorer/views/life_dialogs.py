"""Small questions about containers: how to stop them, which signal kills them, what one is called."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox, QWidget

from imagexplorer.actions.prompts import StopAnswer
from imagexplorer.core.command_line import joined
from imagexplorer.core.entities import DOCKER, Container
from imagexplorer.core.references import container_name_fault
from imagexplorer.core.run_values import name_conflict, signal_fault
from imagexplorer.core.text import plain
from imagexplorer.views.ask_dialog import AskDialog, CommandText, Field, add_row, form
from imagexplorer.views.theme import plain_label

SIGNALS = ("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGKILL")
_NAMED = 20


def _names(engine: str, containers: Sequence[Container]) -> str:
    names = ", ".join(plain(each.name, 60) for each in containers[:_NAMED])
    more = f" and {len(containers) - _NAMED} more" if len(containers) > _NAMED else ""
    return f"On {plain(engine, 80)}: {names}{more}"


def _counted(verb: str, containers: Sequence[Container]) -> str:
    return f"{verb} {plain(containers[0].name, 60)}" if len(containers) == 1 else f"{verb} {len(containers)} containers"


def _signals(first: str) -> QComboBox:
    box = QComboBox()
    box.setEditable(True)
    box.addItems([*([first] if first not in SIGNALS else []), *SIGNALS])
    box.setCurrentText(first)
    return box


class StopDialog(AskDialog):
    def __init__(
        self, engine: str, containers: Sequence[Container], parent: QWidget | None, program: str = DOCKER
    ) -> None:
        title = _counted("Stop", containers)
        super().__init__(f"{title}?", title, parent, dangerous=True)
        self._containers, self._program = containers, program
        self.body.addWidget(plain_label(_names(engine, containers), wrap=True))
        self.own_time = QCheckBox(self.tr("The time &out that each has (10 s as a rule)"))
        self.own_time.setChecked(True)
        self.seconds = QSpinBox()
        self.seconds.setRange(0, 86_400)
        self.seconds.setValue(10)
        self.seconds.setSuffix(self.tr(" s, then it is killed"))
        self.seconds.setEnabled(False)
        self.own_time.toggled.connect(lambda on: self.seconds.setEnabled(not on))
        self.signal = _signals("")
        if (line := self.signal.lineEdit()) is not None:
            line.setPlaceholderText(self.tr("each one's own, SIGTERM as a rule"))
        self._field = Field(self.signal, self.tr("What its program is sent first"))
        layout = form()
        layout.addRow("", self.own_time)
        add_row(layout, self.tr("&Time out"), Field(self.seconds))
        add_row(layout, self.tr("&Signal"), self._field)
        self.body.addLayout(layout)
        self.shown_command = CommandText(self.tr("Command line"))
        self.body.addWidget(self.shown_command)
        self.own_time.toggled.connect(self._check)
        self.seconds.valueChanged.connect(self._check)
        self.signal.currentTextChanged.connect(self._check)
        self._check()

    def answer(self) -> StopAnswer:
        timeout = None if self.own_time.isChecked() else self.seconds.value()
        return StopAnswer(timeout, self.signal.currentText().strip().upper())

    def _check(self) -> None:
        answer = self.answer()
        fault = signal_fault(answer.signal) if answer.signal else ""
        self._field.set_fault(fault)
        self.set_ready(not fault, fault)
        options = [*(["-t", str(answer.timeout)] if answer.timeout is not None else [])]
        options += ["-s", answer.signal] if answer.signal else []
        names = [each.name for each in self._containers]
        self.shown_command.set_text(plain(joined([self._program, "stop", *options, *names]), 20_000))


class KillDialog(AskDialog):
    def __init__(
        self, engine: str, containers: Sequence[Container], parent: QWidget | None, program: str = DOCKER
    ) -> None:
        title = _counted("Kill", containers)
        super().__init__(f"{title}?", title, parent, dangerous=True)
        self._containers, self._program = containers, program
        self.body.addWidget(plain_label(_names(engine, containers), wrap=True))
        self.signal = _signals("SIGKILL")
        self._field = Field(self.signal, self.tr("SIGKILL ends it at once: what it has not written is lost"))
        layout = form()
        add_row(layout, self.tr("&Signal"), self._field)
        self.body.addLayout(layout)
        self.shown_command = CommandText(self.tr("Command line"))
        self.body.addWidget(self.shown_command)
        self.signal.currentTextChanged.connect(self._check)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 70)
        self._check()

    def answer(self) -> str:
        return self.signal.currentText().strip().upper()

    def _check(self) -> None:
        fault = signal_fault(self.answer())
        self._field.set_fault(fault)
        self.set_ready(not fault, fault)
        names = [each.name for each in self._containers]
        self.shown_command.set_text(plain(joined([self._program, "kill", "-s", self.answer(), *names]), 20_000))


class RenameDialog(AskDialog):
    def __init__(
        self, container: Container, others: Sequence[Container], parent: QWidget | None, program: str = DOCKER
    ) -> None:
        super().__init__(f"Rename {plain(container.name, 60)}", "Rename", parent)
        self._container, self._others, self._program = container, others, program
        self.name = QLineEdit(container.name)
        self.name.selectAll()
        self._field = Field(self.name, self.tr("Nothing in it changes; others find it by the new name"))
        layout = form()
        add_row(layout, self.tr("&Name"), self._field)
        self.body.addLayout(layout)
        self.shown_command = CommandText(self.tr("Command line"))
        self.body.addWidget(self.shown_command)
        self.name.textChanged.connect(self._check)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 70)
        self.name.setFocus()
        self._check()

    def answer(self) -> str:
        return self.name.text().strip()

    def _check(self) -> None:
        name = self.answer()
        missing = "" if name else self.tr("A container has a name")
        fault = missing or container_name_fault(name) or name_conflict(name, self._others)
        self._field.set_fault(fault)
        same = self.tr("That is its name") if name == self._container.name else ""
        self.set_ready(not fault and not same, fault or same)
        self.shown_command.set_text(plain(joined([self._program, "rename", self._container.name, name]), 2_000))
