"""The main job in the real window against a real engine: look, run, stop, commit, delete, by mouse and by key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import docker
import docker.errors
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from imagexplorer.core.errors import Refused
from imagexplorer.views.commit_dialog import CommitDialog
from imagexplorer.views.container_page import ContainerPage
from imagexplorer.views.delete_dialog import DeleteDialog
from imagexplorer.views.image_page import ImagePage
from imagexplorer.views.run_dialog import RunDialog
from tests.engines import SAMPLE, Engine
from tests.stories.actors import Person, open_program

pytestmark = pytest.mark.engine

Open = Callable[..., Person]


@pytest.fixture
def opened(qapp: QApplication, qtbot: QtBot, tmp_path: Path, engine: Engine, sample: str) -> Iterator[Open]:
    people: list[Person] = []

    def start(target: str = "") -> Person:
        person = open_program(qapp, tmp_path / f"run{len(people)}", qtbot, engine.private.location, target)
        people.append(person)
        return person

    yield start
    for person in people:
        person.window.close()
        person.program.close()
        person.window.deleteLater()


@pytest.fixture
def person(opened: Open, engine: Engine) -> Person:
    somebody = opened()
    somebody.sees(lambda: engine.name(SAMPLE) in somebody.image_names() and somebody.session.containers_known)
    return somebody


@pytest.fixture
def container(engine: Engine, sample: str) -> Iterator[str]:
    """A running one that does not take ten seconds to stop."""
    made = engine.api.create_container(SAMPLE, ["sleep", "600"], name="story-runs", stop_signal="SIGKILL")
    engine.api.start(made["Id"])
    yield str(made["Id"])
    with suppress(docker.errors.NotFound, docker.errors.APIError):
        engine.api.remove_container(made["Id"], force=True)


def test_run_stop_commit_delete(person: Person, engine: Engine, tidy: list[str]) -> None:
    tidy += ["story-web", "image:test/saved:1"]
    images = person.go("images")
    title = engine.name(SAMPLE).rpartition(":")[0]

    # run, from the context menu; the list shows it by itself
    def fill_run(dialog: RunDialog) -> None:
        person.qtbot.keyClicks(dialog.name, "story-web")
        person.qtbot.keyClicks(
            dialog.command, 'sh -c "echo written > /made-here; trap exit TERM; while :; do sleep 0.1; done"'
        )

    answered = person.answers(RunDialog, fill_run)
    person.context_menu(images, title, "image.run")
    person.sees(lambda: answered and person.states().get("story-web") == "running")
    made = engine.api.inspect_container("story-web")
    assert made["Config"]["Cmd"] == [
        "sh",
        "-c",
        "echo written > /made-here; trap exit TERM; while :; do sleep 0.1; done",
    ]

    # its page shows what it wrote, with a size
    containers = person.go("containers")
    person.sees(lambda: person.row(containers, "story-web"))
    person.double_click(containers, "story-web")
    page = person.window.tabs.currentWidget()
    assert isinstance(page, ContainerPage)

    # stop, by the toolbar's action; another entrance would be the same QAction
    person.go("containers")
    person.window.tabs.show_key("")
    person.select(containers, "story-web")
    person.trigger("container.stop")
    person.sees(lambda: person.states().get("story-web") == "exited")
    assert not engine.api.inspect_container("story-web")["State"]["Running"]

    # commit: a new image, in the list without a refresh
    def fill_commit(dialog: CommitDialog) -> None:
        for field, text in ((dialog.repository, "test/saved"), (dialog.tag, "1"), (dialog.message, "kept")):
            field.clear()
            person.qtbot.keyClicks(field, text)

    person.select(containers, "story-web")
    saved = person.answers(CommitDialog, fill_commit)
    person.trigger("container.commit")
    person.sees(lambda: saved and any(name.endswith("test/saved:1") for name in person.image_names()))
    name = next(name for name in person.image_names() if name.endswith("test/saved:1"))
    if not engine.podman:  # its history has "FROM ..." there
        assert engine.api.history(name)[0]["Comment"] == "kept"
    person.sees(lambda: isinstance(person.window.tabs.currentWidget(), ImagePage))
    committed = person.window.tabs.currentWidget()
    assert isinstance(committed, ImagePage)
    person.sees(lambda: committed.detail is not None)
    slab = committed.stack.view.current_slab()
    assert slab is not None
    assert committed.detail is not None
    assert slab.below == len(committed.detail.layers) - 1, "the new layer is in front"
    person.window.tabs.show_key("")
    person.go("containers")

    # delete the container by the Delete key, then the image
    person.select(containers, "story-web")
    removed = person.answers(DeleteDialog, lambda dialog: None)
    person.press(containers.view, Qt.Key.Key_Delete)
    person.sees(lambda: removed and "story-web" not in person.states())
    images = person.go("images")
    person.select(images, name.rpartition(":")[0])
    gone = person.answers(DeleteDialog, lambda dialog: None)
    person.press(images.view, Qt.Key.Key_Delete)
    person.sees(lambda: gone and name not in person.image_names())
    assert all(name not in (image["RepoTags"] or ()) for image in engine.api.images())
    assert person.errors == []
    assert [deed.error for deed in person.session.activity.deeds] == [""] * 5


def test_an_image_opens_by_double_click_and_by_enter_with_its_layers_and_files(person: Person, engine: Engine) -> None:
    images = person.go("images")
    title = engine.name(SAMPLE).rpartition(":")[0]
    person.double_click(images, title)
    page = person.window.tabs.currentWidget()
    assert isinstance(page, ImagePage)
    person.window.tabs.close_current()
    person.select(images, title)
    person.press(images.view, Qt.Key.Key_Return)
    again = person.window.tabs.currentWidget()
    assert isinstance(again, ImagePage)
    assert again is not page
    assert person.errors == []


def test_another_terminals_docker_rm_and_stop_show_by_themselves(
    person: Person, engine: Engine, container: str, tidy: list[str]
) -> None:
    name = engine.api.inspect_container(container)["Name"].strip("/")
    person.sees(lambda: person.states().get(name) == "running")
    engine.api.stop(container, timeout=0)
    person.sees(lambda: person.states().get(name) == "exited")
    engine.api.remove_container(container)
    person.sees(lambda: name not in person.states())
    engine.api.tag(SAMPLE, "test/other", "9")
    tidy.append("image:test/other:9")
    person.sees(lambda: any(each.endswith("test/other:9") for each in person.image_names()))
    engine.api.remove_image("test/other:9")
    person.sees(lambda: not any(each.endswith("test/other:9") for each in person.image_names()))


def test_deleting_asks_first_and_escape_leaves_everything(person: Person, engine: Engine, container: str) -> None:
    name = engine.api.inspect_container(container)["Name"].strip("/")
    containers = person.go("containers")
    containers.set_filter(name)
    person.sees(lambda: person.states().get(name) == "running")
    person.select(containers, name)
    asked = person.answers(DeleteDialog, lambda dialog: None, accept=False)
    person.trigger("container.delete")
    assert asked
    assert engine.api.inspect_container(container)["State"]["Running"]
    assert [deed.title for deed in person.session.activity.deeds] == []


def test_a_running_container_goes_only_with_the_tick(person: Person, engine: Engine, container: str) -> None:
    name = engine.api.inspect_container(container)["Name"].strip("/")
    containers = person.go("containers")
    person.sees(lambda: person.states().get(name) == "running")
    person.select(containers, name)

    def tick(dialog: DeleteDialog) -> None:
        assert not dialog.verb.isEnabled()
        dialog.stop_first.setChecked(True)

    asked = person.answers(DeleteDialog, tick)
    person.trigger("container.delete")
    person.sees(lambda: asked and name not in person.states())
    assert container not in [each["Id"] for each in engine.api.containers(all=True)]


def test_a_refusal_is_shown_in_the_engines_own_words(person: Person, engine: Engine, tidy: list[str]) -> None:
    """A name that is taken while the form stands: the engine says so, the window shows it and asks again, the lists
    stay right."""
    tidy.append("story-taken")
    images = person.go("images")

    def fill(dialog: RunDialog) -> None:
        person.qtbot.keyClicks(dialog.name, "story-taken")
        person.qtbot.keyClicks(dialog.command, "sleep 100")
        engine.api.create_container(SAMPLE, ["sleep", "1"], name="story-taken")

    def another_name(dialog: RunDialog) -> None:
        assert "already in use" in "".join(label.text() for label in dialog.findChildren(QLabel))
        dialog.name.setText("story-other")

    answered: list[list[RunDialog]] = []
    person.session.jobs.ended.connect(
        lambda state: answered.append(person.answers(RunDialog, another_name)) if state.error else None
    )
    tidy.append("story-other")
    person.answers(RunDialog, fill)
    person.context_menu(images, engine.name(SAMPLE).rpartition(":")[0], "image.run")
    person.sees(lambda: person.states().get("story-other") == "running")
    assert engine.api.inspect_container("story-other")["Config"]["Cmd"] == ["sleep", "100"], "nothing is said twice"
    assert isinstance(person.errors[0], Refused)
    assert "already in use" in str(person.errors[0])
    assert len(answered) == 1
    assert len([name for name in person.states() if name == "story-taken"]) == 1


def test_a_target_opens_its_page(opened: Open, engine: Engine) -> None:
    person = opened(SAMPLE)
    person.sees(lambda: isinstance(person.window.tabs.currentWidget(), ImagePage))


def test_closing_leaves_no_process_and_stops_nothing(opened: Open, engine: Engine, container: str) -> None:
    person = opened()
    person.sees(lambda: person.session.containers_known)
    workers = person.program.engine.workers
    person.sees(lambda: workers.lists.pid is not None)
    pids = [workers.lists.pid, workers.scans.pid]
    person.window.close()
    person.program.close()
    assert not [pid for pid in pids if pid is not None and Path(f"/proc/{pid}").exists()]
    assert engine.api.inspect_container(container)["State"]["Running"]
