"""A container's changes leave the window on a real engine: as a Dockerfile with its context, and as a tar."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from imagexplorer.views.container_page import ContainerPage
from imagexplorer.views.dockerfile_dialog import DockerfileDialog
from tests.engine_images import write_in
from tests.engines import SAMPLE, Engine
from tests.stories.actors import Person, open_program

pytestmark = pytest.mark.engine


@pytest.fixture
def person(qapp: QApplication, qtbot: QtBot, tmp_path: Path, engine: Engine, sample: str) -> Iterator[Person]:
    somebody = open_program(qapp, tmp_path / "run", qtbot, engine.private.location, "")
    yield somebody
    somebody.window.close()
    somebody.program.close()
    somebody.window.deleteLater()


def test_a_dockerfile_and_a_tar_from_the_window(
    person: Person, engine: Engine, tidy: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = engine.api.create_host_config(binds=["story_data:/data/vol:ro"])
    made = engine.api.create_container(SAMPLE, ["sleep", "600"], name="story-changed", host_config=host)["Id"]
    tidy.append(made)
    engine.api.start(made)
    write_in(engine.api, made, "mkdir -p '/my dir/empty'; echo 1 > /my.txt; chmod 4755 /my.txt; rm /big.bin")
    containers = person.go("containers")
    person.sees(lambda: "story-changed" in person.states())
    folder, tar = tmp_path / "out", tmp_path / "changes.tar"

    previews: list[str] = []

    def fill(dialog: DockerfileDialog) -> None:
        previews.append(dialog.preview.toPlainText())
        dialog.path.setText(str(folder))

    person.answers(DockerfileDialog, fill)
    person.context_menu(containers, "story-changed", "container.dockerfile")
    person.sees((folder / "Dockerfile").exists)
    assert "/big.bin" in previews[0]
    with tarfile.open(folder / "changes.tar") as archive:
        assert archive.getmember("my.txt").mode & 0o7777 == 0o4755
        assert archive.getmember("my dir/empty").isdir()
        assert "big.bin" not in archive.getnames()

    person.double_click(containers, "story-changed")
    page = person.window.tabs.currentWidget()
    assert isinstance(page, ContainerPage)
    person.sees(lambda: page.changes.shown and page.changes.mounts.isVisible())
    assert page.changes.tree.files.find(b"my.txt").isValid()
    assert not page.changes.tree.files.find(b"data/vol").isValid(), "a mount point is the engine's"
    page.changes.tree.reveal(b"big.bin")
    person.sees(lambda: page.changes.content.shown is not None)
    page.changes.tree.reveal(b"my.txt")
    person.sees(lambda: page.changes.content.text.toPlainText() == "1\n")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(tar), ""))
    person.trigger("container.tar")
    person.sees(tar.exists)
    assert tar.read_bytes() == (folder / "changes.tar").read_bytes()
    assert person.errors == []
