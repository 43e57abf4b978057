"""The fields of a run as one column: the usual ones, and "More" that unfolds the others in groups.

Values that look secret and did not come from the keyboard are kept beside the field: only their names are shown, and
`***` for those in a command.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
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

from imagexplorer.core.command_line import image_reference, joined
from imagexplorer.core.entities import Image
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.core.secrets import shown_value, veiled
from imagexplorer.core.text import plain
from imagexplorer.views.ask_dialog import Field, add_row, form, lines_edit
from imagexplorer.views.run_fields import FLAGS, MORE, MORE_FLAGS, USUAL, WORDS, Ask, Pairs, fault_of
from imagexplorer.views.theme import plain_label

_OTHERS_HEIGHT = 400
"""Pixels of a screen that the fields leave to the command line, the buttons and the window's frame."""


def _strings(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else ()


class RunForm(QScrollArea):
    """`fill` and `read` are its two ways; `buttons` stand below the usual fields."""

    changed = Signal()

    def __init__(self, image: Image, defaults: Mapping[str, Any], buttons: Sequence[QPushButton]) -> None:
        super().__init__()
        self._kept: dict[str, dict[str, str]] = {"environment": {}, "labels": {}}
        self._veiled: dict[str, dict[str, str]] = {}  # by field: what stands in it for what
        self.asks: dict[str, Ask] = {}
        self.fields: dict[str, Field] = {}
        self.editors: dict[str, QLineEdit | QPlainTextEdit] = {}
        self.flags: dict[str, QCheckBox] = {}
        self._captions: list[QWidget] = []
        self._more = QWidget()
        self._lay_out(image, buttons)
        self._show_defaults(defaults)
        for editor in self.editors.values():
            editor.textChanged.connect(self.changed)
        for flag in self.flags.values():
            flag.toggled.connect(self.changed)

    def _lay_out(self, image: Image, buttons: Sequence[QPushButton]) -> None:
        usual = form()
        usual.addRow(plain_label(self.tr("Image")), plain_label(plain(image_reference(image), 120)))
        for ask in USUAL:
            self._add(usual, ask)
        row = QHBoxLayout()
        for button in buttons:
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        usual.addRow("", row)
        grid = QGridLayout()
        for number, (name, text) in enumerate(FLAGS.items()):
            grid.addWidget(self._add_flag(name, text), number // 2, number % 2)
        usual.addRow("", grid)
        self.more = QToolButton()
        self.more.setText(self.tr("M&ore"))
        self.more.setAutoRaise(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.clicked.connect(lambda: self.unfold(self._more.isHidden()))
        self._content = QWidget()
        whole = QVBoxLayout(self._content)
        whole.setContentsMargins(0, 0, 8, 0)
        whole.addLayout(usual)
        whole.addWidget(self.more)
        whole.addWidget(self._more)
        whole.addStretch(1)
        self._lay_out_more(QVBoxLayout(self._more))
        self._line_up()
        self.setWidget(self._content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.unfold(False)

    def _lay_out_more(self, inside: QVBoxLayout) -> None:
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

    def _line_up(self) -> None:
        """The fields of all groups begin below each other."""
        widest = max(label.sizeHint().width() for label in self._captions)
        for label in self._captions:
            label.setMinimumWidth(widest)

    def _add(self, layout: QFormLayout, ask: Ask) -> None:
        editor: QLineEdit | QPlainTextEdit = lines_edit(ask.rows) if ask.rows else QLineEdit()
        editor.setPlaceholderText(ask.placeholder)
        self.asks[ask.field], self.editors[ask.field] = ask, editor
        self.fields[ask.field] = Field(editor, ask.hint)
        add_row(layout, ask.caption, self.fields[ask.field])
        self._captions.append(layout.labelForField(self.fields[ask.field]))

    def _add_flag(self, name: str, text: str) -> QCheckBox:
        self.flags[name] = QCheckBox(text)
        return self.flags[name]

    def unfold(self, shown: bool) -> None:
        self.more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self._more.setVisible(shown)
        screen = self.screen().availableGeometry().height()
        wanted = self._content.sizeHint()
        wide = max(wanted.width(), self.fontMetrics().averageCharWidth() * 88)
        self.setMinimumWidth(wide + self.verticalScrollBar().sizeHint().width())
        self.setMinimumHeight(min(wanted.height(), max(240, screen - _OTHERS_HEIGHT)))

    def line(self, name: str) -> QLineEdit:
        editor = self.editors[name]
        assert isinstance(editor, QLineEdit)
        return editor

    def text(self, name: str) -> QPlainTextEdit:
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
                self.fields[name].set_hint(hint)

    @staticmethod
    def _shown(pair: str) -> str:
        name, equals, value = pair.partition("=")
        return plain(f"{name}{equals}{shown_value(name, value)}", 120)

    def fill(self, spec: RunSpec, out_of_sight: bool = True) -> None:
        """Show these values. What looks secret stands by its name only where it is to be `out_of_sight`, and so does
        what no line can hold."""
        for name, ask in self.asks.items():
            value = getattr(spec, name)
            if name in self._kept:
                value = self.keep(name, value, out_of_sight)
            text = ask.kind.write(value)
            self._veiled.pop(name, None)
            if out_of_sight and name not in self._kept:
                text = self._veil(name, text)
            editor = self.editors[name]
            if isinstance(editor, QLineEdit):
                editor.setText(text)
                editor.setCursorPosition(0)  # a long command shows how it begins
            else:
                editor.setPlainText(text)
        for name, flag in self.flags.items():
            flag.setChecked(getattr(spec, name))
        usual = {ask.field for ask in USUAL}
        blank = RunSpec("")
        rare = [*(name for name in self.asks if name not in usual), *MORE_FLAGS]
        if any(getattr(spec, name) != getattr(blank, name) for name in rare):
            self.unfold(True)
        self.changed.emit()

    def keep(self, name: str, pairs: Pairs, out_of_sight: bool) -> Pairs:
        shown: list[tuple[str, str | None]] = []
        for key, value in pairs:
            odd = value is not None and ("\n" in value or "\r" in value)
            secret = value is not None and out_of_sight and shown_value(key, value) != value
            if value is not None and (odd or secret):
                self._kept[name][key] = value
            shown.append((key, None if odd or secret else value))
        if kept := self._kept[name]:
            words = self.tr("kept out of sight: {names}").format(names=plain(", ".join(kept), 200))
            self.fields[name].set_hint(f"{self.asks[name].hint}; {words}")
        return tuple(shown)

    def _veil(self, name: str, text: str) -> str:
        """The text with `***` in place of what looks secret in it; `_unveiled` leads back."""
        words = shlex.split(text) if self.asks[name].kind in WORDS else [text]
        shown, kept = veiled(words)
        if not kept:
            return text
        self._veiled[name] = kept
        hint, words_of_it = self.asks[name].hint, self.tr("what *** stands for is kept out of sight")
        self.fields[name].set_hint(f"{hint}; {words_of_it}" if hint else words_of_it)
        return joined(shown) if self.asks[name].kind in WORDS else shown[0]

    def _unveiled(self, name: str, text: str) -> str:
        kept = self._veiled.get(name)
        if not kept:
            return text
        if self.asks[name].kind not in WORDS:
            return kept.get(text, text)
        try:
            words = shlex.split(text)
        except ValueError:  # quotes that do not close, which is told when it is read
            return text
        return joined([kept.get(word, word) for word in words]) if kept.keys() & set(words) else text

    def _filled(self, name: str, pairs: Pairs) -> Pairs:
        kept = self._kept[name]
        missing = None if name == "environment" else ""
        return tuple((key, kept.get(key, missing) if value is None else value) for key, value in pairs)

    def read(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Values and faults by field; a value is None where nothing can be read."""
        values: dict[str, Any] = {}
        faults: dict[str, str] = {}
        for name, ask in self.asks.items():
            editor = self.editors[name]
            text = editor.text() if isinstance(editor, QLineEdit) else editor.toPlainText()
            values[name], faults[name] = fault_of(ask, self._unveiled(name, text))
            if name in self._kept and values[name] is not None:
                values[name] = self._filled(name, values[name])
        values |= {name: flag.isChecked() for name, flag in self.flags.items()}
        return values, faults


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
