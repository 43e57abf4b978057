"""The question before a Dockerfile is written: what would be, what it cannot do, and where nothing is written over."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from imagexplorer.core.container_dockerfile import Recipe
from imagexplorer.core.entities import Container
from imagexplorer.session.from_changes import Draft
from imagexplorer.views.dockerfile_dialog import DockerfileDialog

WEB = Container("c" * 64, "web", "app:1")
FLAT = Recipe("FROM scratch\n\nADD tree.tar /\n", flat=True)


def dialog(qtbot: QtBot, folder: str, upon: Recipe) -> DockerfileDialog:
    made = DockerfileDialog(WEB, Draft(upon, FLAT, ()), folder, None)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made._armed)
    return made


def test_what_would_be_written_is_shown(qtbot: QtBot, tmp_path: Path) -> None:
    upon = Recipe("FROM app:1\n\nENV DB_PASSWORD=hunter2 B=\u202ex\n", ("the variable DB_PASSWORD looks secret",))
    asked = dialog(qtbot, str(tmp_path / "out"), upon)
    text = asked.preview.toPlainText()
    assert "FROM app:1" in text
    assert "hunter2" not in text
    assert "\u202e" not in text
    assert "DB_PASSWORD looks" in asked.warnings.text()
    asked.flat.click()
    assert "FROM scratch" in asked.preview.toPlainText()
    assert asked.warnings.isHidden()
    assert asked.answer().flat
    assert asked.answer().folder == str(tmp_path / "out")
    assert asked.verb.isEnabled()


def test_without_rm_only_the_flattened_one_is_offered(qtbot: QtBot, tmp_path: Path) -> None:
    asked = dialog(qtbot, str(tmp_path / "out"), Recipe("FROM app:1\n", missing="the image has no rm"))
    assert not asked.upon.isEnabled()
    assert asked.answer().flat
    assert "The image has no rm." in asked.warnings.text()


def test_nothing_is_written_over(qtbot: QtBot, tmp_path: Path) -> None:
    asked = dialog(qtbot, str(tmp_path), Recipe("FROM app:1\n"))
    assert asked.verb.isEnabled(), "an empty folder will do"
    (tmp_path / "mine").write_text("x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    for path in (
        str(tmp_path) + "/",
        str(tmp_path / "link"),
        str(tmp_path / "mine"),
        str(tmp_path / "no" / "where"),
        "  ",
    ):
        asked.path.setText(path)
        assert not asked.verb.isEnabled(), path
        assert asked._field.fault
