"""The fields of a commit's configuration: what the image says in place of what the container had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from imagexplorer.core.command_line import joined
from imagexplorer.core.commit_config import ConfigChange, expose_fault
from imagexplorer.core.run_values import path_fault, variable_fault
from imagexplorer.core.secrets import masked_data
from imagexplorer.core.text import plain
from imagexplorer.views.ask_dialog import Field, add_row, form, lines_edit
from imagexplorer.views.run_fields import COMMAND, LINE, LIST, PAIRS, Ask, Pairs, fault_of


def _pairs_fault(pairs: Pairs) -> str:
    return next(filter(None, (variable_fault(name, value) for name, value in pairs)), "")


def _labels_fault(pairs: Pairs) -> str:
    return next((f"“{plain(name, 60)}”: expected NAME=value" for name, value in pairs if not name or value is None), "")


ASKS = (
    Ask("command", "CMD", COMMAND, "'' for none"),
    Ask("entrypoint", "ENTRYPOINT", COMMAND, "'' for none"),
    Ask("environment", "ENV", PAIRS, "NAME=value, one a line, over what is set", "NAME=value", 2, _pairs_fault),
    Ask("user", "USER", LINE),
    Ask("workdir", "WORKDIR", LINE, fault=path_fault),
    Ask("labels", "LABEL", PAIRS, "NAME=value, one a line", "NAME=value", 2, _labels_fault),
    Ask("expose", "EXPOSE", LIST, "80, 53/udp", fault=expose_fault),
)


class CommitConfig(QWidget):
    changed = Signal()

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        self.editors: dict[str, QLineEdit | QPlainTextEdit] = {}
        self._fields: dict[str, Field] = {}
        layout = form()
        for ask in ASKS:
            editor: QLineEdit | QPlainTextEdit = lines_edit(ask.rows) if ask.rows else QLineEdit()
            editor.setPlaceholderText(_default(config, ask) or ask.placeholder)
            editor.textChanged.connect(self.changed)
            self.editors[ask.field], self._fields[ask.field] = editor, Field(editor, ask.hint)
            add_row(layout, ask.caption, self._fields[ask.field])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addLayout(layout)

    def fill(self, change: ConfigChange) -> None:
        for ask in ASKS:
            value = getattr(change, ask.field)
            text = "" if value is None else ask.kind.write(value)
            if ask.kind is COMMAND and value == ():
                text = "''"
            editor = self.editors[ask.field]
            editor.setText(text) if isinstance(editor, QLineEdit) else editor.setPlainText(text)

    def read(self) -> tuple[ConfigChange, str]:
        """What stands there, and the first fault."""
        change, first = ConfigChange(), ""
        for ask in ASKS:
            editor = self.editors[ask.field]
            text = editor.text() if isinstance(editor, QLineEdit) else editor.toPlainText()
            value, fault = fault_of(ask, text)
            self._fields[ask.field].set_fault(fault)
            first = first or fault
            if ask.kind is COMMAND:
                value = () if value == ("",) else value or None
            if not fault:
                change = replace(change, **{ask.field: value})
        return change, first


def _default(config: Mapping[str, Any], ask: Ask) -> str:
    """What applies where the field stays empty, secrets masked."""
    key = {"command": "Cmd", "entrypoint": "Entrypoint", "user": "User", "workdir": "WorkingDir"}.get(ask.field)
    value = config.get(key) if key else None
    if isinstance(value, list):
        return plain(joined([str(each) for each in masked_data(value)]), 200)
    if ask.field == "expose":
        ports = config.get("ExposedPorts")
        return plain(", ".join(sorted(map(str, ports))), 200) if isinstance(ports, Mapping) else ""
    return plain(value, 200) if isinstance(value, str) else ""
