"""The commit with its preview: ticks, sizes, warnings, the configuration, and the way to a Dockerfile."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from imagexplorer.actions.prompts import CommitQuestion
from imagexplorer.core.changes_tree import changes_view
from imagexplorer.core.commit_config import ConfigChange
from imagexplorer.core.entities import ADDED, DELETED, MODIFIED, Change, CommitSpec, Container, Mount
from imagexplorer.core.tree_view import MARK_MODIFIED, ViewSpec
from imagexplorer.views.commit_dialog import CommitDialog

WEB = Container(
    "c" * 64, "web", "app:1", "sha256:i", "running", mounts=(Mount("volume", "data", "/data"),), writable_bytes=12_000
)
VIEW = changes_view(
    [
        Change("/etc/app.conf", MODIFIED, 2_000, "file"),
        Change("/root/.ssh/id_rsa", ADDED, 1_000, "file"),
        Change("/srv/big", ADDED, 9_000_000, "file"),
        Change("/usr/doc", DELETED, node="dir"),
    ],
    ViewSpec(sort="size", descending=True),
)


def dialog(qtbot: QtBot, **more: Any) -> CommitDialog:
    made = CommitDialog(CommitQuestion(WEB, VIEW, **more), None)
    qtbot.addWidget(made)
    return made


def test_ticks_change_the_size_the_verb_and_what_is_asked_for(qtbot: QtBot) -> None:
    made = dialog(qtbot)
    assert made.verb.text() == "&Commit 9 MB"
    assert "4 of 4 changes" in made.sum.text()
    assert made.built.isHidden()
    made.ticks.leave_out([b"srv/big"])
    assert made.verb.text() == "&Build 3 kB"
    assert not made.built.isHidden()
    assert not made.message.isEnabled()
    assert made.spec().left_out == ("/srv/big",)
    assert "docker build" in made.shown_command.edit.toPlainText()
    made.ticks.leave_out([b"etc", b"root", b"usr"])
    assert not made._ready
    made.all.click()
    assert made.spec().left_out == ()
    assert made._ready


def test_secrets_are_warned_of_and_can_be_left_out(qtbot: QtBot) -> None:
    made = dialog(qtbot)
    said = [label.text() for label in made.findChildren(QLabel)]
    assert any("/root/.ssh/id_rsa, a private key of ssh" in text for text in said)
    assert any("/data" in text for text in said)
    leave = next(button for button in made.findChildren(QPushButton) if button.text() == "Leave out")
    leave.click()
    assert made.spec().left_out == ("/root/.ssh/id_rsa",)
    assert (leave.isEnabled(), leave.text()) == (False, "Left out")
    made.all.click()
    assert (leave.isEnabled(), leave.text()) == (True, "Leave out")


def test_variables_that_look_secret_are_named_and_not_shown(qtbot: QtBot) -> None:
    made = dialog(qtbot, config={"Env": ["PATH=/bin", "DB_PASSWORD=hush"]})
    said = [label.text() for label in made.findChildren(QLabel)]
    assert any("everybody can read: DB_PASSWORD" in text for text in said)
    assert not any("hush" in text for text in said)


def test_the_configuration_is_asked_for_and_checked(qtbot: QtBot) -> None:
    made = dialog(qtbot, config={"Cmd": ["nginx", "--token", "hush"], "WorkingDir": "/srv"})
    assert "hush" not in made.config.editors["command"].placeholderText()
    made.config.editors["command"].setText("sh -c 'a b'")
    made.config.editors["entrypoint"].setText("''")
    made.config.editors["environment"].setPlainText("A=1")
    made.config.editors["expose"].setText("80, 53/udp")
    change = ConfigChange(("sh", "-c", "a b"), (), (("A", "1"),), expose=("80", "53/udp"))
    assert made.spec().config == change
    for field, text in (("workdir", "srv"), ("expose", "http"), ("command", "'open")):
        made.config.editors[field].setText(text)
        assert not made._ready, field
        made.config.editors[field].clear()
    assert made._ready


def test_what_was_refused_stands_there_again(qtbot: QtBot) -> None:
    spec = CommitSpec(WEB.id, "app", "2", "me", "", False, ConfigChange((), user="7"), ("/srv/big", "/usr/doc"))
    made = dialog(qtbot, given=spec, why="no space left on device")
    assert made.spec() == spec
    assert "no space left on device" in [label.text() for label in made.findChildren(QLabel)]


def test_a_file_is_looked_into_and_what_cannot_be_read_is_said(qtbot: QtBot) -> None:
    asked: list[Any] = []
    made = dialog(qtbot, show=lambda *what: asked.append(what[:3]))
    made.show()
    made.tree.reveal(b"etc/app.conf")
    assert asked == [(b"etc/app.conf", MARK_MODIFIED, False)]
    blind = CommitDialog(CommitQuestion(WEB, None, "the engine is busy"), None)
    qtbot.addWidget(blind)
    assert any("the engine is busy" in label.text() for label in blind.findChildren(QLabel))
    assert blind.verb.text() == "&Commit 12 kB"
    assert blind._ready


def test_a_dockerfile_instead(qtbot: QtBot) -> None:
    begun: list[bool] = []
    made = dialog(qtbot, instead=lambda: begun.append(True))
    made.show()
    words = [label.text() for label in made.findChildren(QLabel) if label.isVisible()]
    assert any("A Dockerfile can be built again" in each for each in words), "said, not only in a tip"
    made.dockerfile.click()
    assert not made.isVisible()
    qtbot.waitUntil(lambda: begun == [True])
