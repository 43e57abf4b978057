"""Stop, kill and rename as questions: names, checks, and Cancel first."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from imagexplorer.actions.prompts import StopAnswer
from imagexplorer.core.entities import Container
from imagexplorer.views.life_dialogs import KillDialog, RenameDialog, StopDialog

MANY = [Container(f"{number:064x}", f"web{number}", "app:1", state="running") for number in range(30)]


def test_stop_leaves_all_to_the_container_unless_asked(qtbot: QtBot) -> None:
    dialog = StopDialog("local", MANY, None)
    qtbot.addWidget(dialog)
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "On local: web0, web1" in said
    assert "and 10 more" in said
    assert dialog.cancel.isDefault()
    assert dialog.answer() == StopAnswer()
    dialog.own_time.setChecked(False)
    dialog.seconds.setValue(3)
    dialog.signal.setCurrentText("sigint")
    assert dialog.answer() == StopAnswer(3, "SIGINT")
    assert dialog.shown_command.edit.toPlainText().startswith("docker stop -t 3 -s SIGINT web0")
    dialog.signal.setCurrentText("no signal")
    assert not dialog._ready


def test_kill_names_the_signal(qtbot: QtBot) -> None:
    dialog = KillDialog("local", MANY[:1], None)
    qtbot.addWidget(dialog)
    assert (dialog.answer(), dialog.verb.text(), dialog.cancel.isDefault()) == ("SIGKILL", "Kill web0", True)
    for text, ready in (("9", True), ("65", False), ("", False), ("SIGRTMIN+3", True)):
        dialog.signal.setCurrentText(text)
        assert dialog._ready == ready, text


def test_rename_checks_as_typed(qtbot: QtBot) -> None:
    dialog = RenameDialog(MANY[0], MANY[1:], None)
    qtbot.addWidget(dialog)
    for text, ready in (("web0", False), ("", False), ("web1", False), ("-x", False), ("front", True)):
        dialog.name.setText(text)
        assert dialog._ready == ready, text
    assert dialog.shown_command.edit.toPlainText() == "docker rename web0 front"
