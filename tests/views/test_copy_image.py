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
    assert again.places[0].has == 1


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


def test_several_go_in_one_job_and_each_has_its_result(
    both: Stage, engine: FakeEngine, far: FakeEngine, qtbot: QtBot
) -> None:
    """Of three one is refused: the others are there, and what came of each is kept."""
    said: list[str] = []
    failed: list[Exception] = []
    both.session.message.connect(said.append)
    both.session.failed.connect(failed.append)
    both.window.images.select([image.id for image in both.session.images])
    qtbot.waitUntil(lambda: len(both.registry.selection.images) == 3)
    refused = both.registry.selection.images[1]
    assert both.answers is not None
    both.answers.copy_target = FAR_KEY
    engine.fail_of["copy_image", refused.id] = Refused("loading", "no space left on device")
    both.registry.run("image.copy_to")
    (_, (question,)) = both.answers.asked[-1]
    assert len(question.images) == 3
    qtbot.waitUntil(lambda: bool(failed))
    assert "2 of 3 done" in str(failed[0])
    assert f"{refused.name}: no space left on device" in str(failed[0])
    assert "2 of 3 images are copied to far" in said
    (deed,) = [each for each in both.session.activity.deeds if each.title == "Copy 3 images to far"]
    assert sorted(line.rpartition(": ")[2] for line in deed.output) == ["copied", "copied", "no space left on device"]
    assert refused.id not in far.images
    assert len(far.images) == 2


def test_an_image_of_an_archive_goes_to_an_engine(make_stage: MakeStage, engine: FakeEngine, qtbot: QtBot) -> None:
    on = make_stage(engine)
    on.world.files["/archives/app.tar"] = archive = FakeEngine.single()
    before = set(engine.images)
    on.session.open_path("/archives/app.tar")
    qtbot.waitUntil(lambda: len(on.session.images) == 1)
    on.window.images.select([on.session.images[0].id])
    qtbot.waitUntil(lambda: len(on.registry.selection.images) == 1)
    assert on.registry.blocked("image.copy_to") == ""
    assert on.answers is not None
    on.answers.copy_target = NEAR_KEY
    on.registry.run("image.copy_to")
    (_, (question,)) = on.answers.asked[-1]
    assert question.end == ("docker-archive", "/archives/app.tar")
    qtbot.waitUntil(lambda: set(engine.images) - before == set(archive.images) - before)
    assert archive.called("copy_image")
    assert on.session.activity.deeds[-1].command == "docker -H unix:///fake/engine.sock load -i /archives/app.tar"


IMAGE = Image("sha256:" + "a" * 64, ("shop/web:1",), size_bytes=123_000_000)
PLACES = (
    CopyPlace("a", "build farm", ("docker", "tcp://10.0.0.9:2376")),
    CopyPlace("b", "laptop", ("podman", "unix:///run/podman.sock"), taken=(("shop/web:1", "1234567890ab"),)),
    CopyPlace("c", "third", ("docker", "ssh://me:secret@third"), has=1),
)


def test_the_question_says_what_is_sent_and_whose_names_go(qtbot: QtBot) -> None:
    dialog = CopyImageDialog(CopyQuestion((IMAGE,), "local", ("docker", "unix:///run/docker.sock"), PLACES), None)
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
    question = CopyQuestion((replace(IMAGE, tags=()),), "local", ("docker", "unix:///run/docker.sock"), PLACES[:1])
    dialog = CopyImageDialog(question, None)
    qtbot.addWidget(dialog)
    assert "no name" in dialog.names.text()
    assert "save aaaaaaaaaaaa" in dialog.command.edit.toPlainText()


def test_several_are_named_together(qtbot: QtBot) -> None:
    many = tuple(
        Image(f"sha256:{number:064}", (f"shop/part{number}:1",) if number else ("2",), size_bytes=1_000_000)
        for number in range(14)
    )
    places = (replace(PLACES[0], has=3),)
    dialog = CopyImageDialog(CopyQuestion(many, "app.tar", ("docker-archive", "/a/app.tar"), places), None)
    qtbot.addWidget(dialog)
    assert dialog.windowTitle() == "Copy 14 images"
    assert "14 MB" in dialog.sent.text()
    assert "and 4 more" in dialog.names.text()
    assert "3 of the 14" in dialog.field.note.text()
    assert dialog.command.edit.toPlainText() == "docker -H tcp://10.0.0.9:2376 load -i /a/app.tar"

    layout = CopyImageDialog(CopyQuestion(many[1:3], "oci", ("oci-layout", "/a/oci"), places), None)
    qtbot.addWidget(layout)
    assert layout.command.edit.toPlainText().splitlines() == [
        f"skopeo copy --dest-daemon-host tcp://10.0.0.9:2376 oci:/a/oci:{name} docker-daemon:{name}"
        for name in ("shop/part1:1", "shop/part2:1")
    ]
