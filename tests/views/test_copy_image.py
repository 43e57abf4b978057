"""Copying an image to another engine, from the action to its row there; and the question before it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from imagexplorer.actions.prompts import CopyPlace, CopyQuestion
from imagexplorer.core.entities import Address, Image
from imagexplorer.core.errors import Refused
from imagexplorer.views.copy_image_dialog import CopyImageDialog
from tests.fakes import FakeEngine
from tests.views.conftest import MakeStage
from tests.views.stage import Stage

FAR = "unix:///far/engine.sock"
NEAR_KEY, FAR_KEY = "engine:unix:///fake/engine.sock", f"engine:{FAR}"


@pytest.fixture
def far() -> FakeEngine:
    return FakeEngine(populate=False)


@pytest.fixture
def both(make_stage: MakeStage, engine: FakeEngine, far: FakeEngine, qtbot: QtBot) -> Stage:
    """The first one is current, with `myapp:dev` selected."""
    on = make_stage(engine)
    on.world.engines[FAR] = far
    on.session.engines.connect_to(Address("engine", FAR, "far"), lambda: None, pytest.fail)
    qtbot.waitUntil(lambda: len(on.session.sources) == 2 and all(each.live for each in on.session.sources))
    on.session.choose(NEAR_KEY)
    qtbot.waitUntil(lambda: len(on.session.images) == 3)
    page = on.window.images
    page.select([next(image.id for image in on.session.images if image.name == "myapp:dev")])
    qtbot.waitUntil(lambda: [each.name for each in on.registry.selection.images] == ["myapp:dev"])
    return on


def test_there_has_to_be_another_engine(make_stage: MakeStage, engine: FakeEngine, qtbot: QtBot) -> None:
    on = make_stage(engine)
    on.window.images.select([on.session.images[0].id])
    qtbot.waitUntil(lambda: bool(on.registry.selection.images))
    assert "second engine" in on.registry.blocked("image.copy_to")


def test_it_goes_there_with_its_names_and_shows_in_the_list(
    both: Stage, engine: FakeEngine, far: FakeEngine, qtbot: QtBot
) -> None:
    said: list[str] = []
    both.session.message.connect(said.append)
    assert both.answers is not None
    both.answers.copy_target = FAR_KEY
    assert both.registry.run("image.copy_to") == ""
    qtbot.waitUntil(
        lambda: [image.tags for image in both.session.rows_of(FAR_KEY)[0]] == [("myapp:dev", "myapp:latest")]
    )
    (_, (question,)) = both.answers.asked[-1]
    assert [place.key for place in question.places] == [FAR_KEY]
    assert [names for _id, names in engine.called("copy_image")] == [("myapp:dev", "myapp:latest")]
    qtbot.waitUntil(lambda: "myapp:dev is on far now" in said)
    deed = both.session.activity.deeds[-1]
    assert (
        deed.command
        == "docker -H unix:///fake/engine.sock save myapp:dev myapp:latest | docker -H unix:///far/engine.sock load"
    )
    both.answers.copy_target = None
    both.registry.run("image.copy_to")
    (_, (again,)) = both.answers.asked[-1]
    assert again.places[0].has


def test_what_the_other_engine_says_against_it_is_shown(both: Stage, engine: FakeEngine, qtbot: QtBot) -> None:
    failed: list[Exception] = []
    both.session.failed.connect(failed.append)
    assert both.answers is not None
    both.answers.copy_target = FAR_KEY
    engine.fail["copy_image"] = Refused("loading myapp:dev", "no space left on device", "No name there has changed")
    both.registry.run("image.copy_to")
    qtbot.waitUntil(lambda: bool(failed))
    assert "no space left" in str(failed[0])
    assert "no space left" in both.session.activity.deeds[-1].error


IMAGE = Image("sha256:" + "a" * 64, ("shop/web:1",), size_bytes=123_000_000)
PLACES = (
    CopyPlace("a", "build farm", ("docker", "tcp://10.0.0.9:2376")),
    CopyPlace("b", "laptop", ("podman", "unix:///run/podman.sock"), taken=(("shop/web:1", "1234567890ab"),)),
    CopyPlace("c", "third", ("docker", "ssh://me:secret@third"), has=True),
)


def test_the_question_says_what_is_sent_and_whose_names_go(qtbot: QtBot) -> None:
    dialog = CopyImageDialog(CopyQuestion(IMAGE, "local", ("docker", "unix:///run/docker.sock"), PLACES), None)
    qtbot.addWidget(dialog)
    dialog.show()
    assert "123 MB" in dialog.sent.text()
    qtbot.waitUntil(dialog.verb.isEnabled)
    assert dialog.warning.isHidden()
    dialog.places.setCurrentIndex(1)
    assert "shop/web:1 (1234567890ab)" in dialog.warning.text()
    assert not dialog.verb.isEnabled()
    assert "podman --url unix:///run/podman.sock load" in dialog.command.edit.toPlainText()
    dialog.aware.setChecked(True)
    assert dialog.verb.isEnabled()
    dialog.places.setCurrentIndex(2)
    assert "already" in dialog.field.note.text()
    assert "secret" not in dialog.command.edit.toPlainText()
    dialog.places.setCurrentIndex(1)
    assert not dialog.verb.isEnabled(), "what was agreed to for one engine is not for another"
    assert dialog.answer() == "b"


def test_one_without_a_name_has_none_there_either(qtbot: QtBot) -> None:
    question = CopyQuestion(replace(IMAGE, tags=()), "local", ("docker", "unix:///run/docker.sock"), PLACES[:1])
    dialog = CopyImageDialog(question, None)
    qtbot.addWidget(dialog)
    assert "no name" in dialog.names.text()
    assert "save aaaaaaaaaaaa" in dialog.command.edit.toPlainText()
