"""Volumes deleted, and all that one delete takes kept and brought back together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imagexplorer.actions.prompts import DeleteAnswer, PruneAnswer
from imagexplorer.core.entities import Mount, Selection, Touched, Volume
from imagexplorer.core.errors import Refused
from tests.actions.test_flows import KEY, Stage, stage

__all__ = ["stage"]
NAMELESS = "a" * 64


def with_volumes(stage: Stage) -> None:
    """Of which `db` is used by web, and a nameless one by old."""
    engine = stage.engine
    made = (Volume("db", 5), Volume("left", 7), Volume("gone", None), Volume(NAMELESS, 3))
    engine.volumes = tuple(replace(each, created="1", driver="local", labels={"a": "b"}) for each in made)
    for name, volume in (("web", "db"), ("old", NAMELESS)):
        container = engine.named(name)
        engine.containers[container.id] = replace(container, mounts=(Mount("volume", volume, "/data"),))
    engine.emit(Touched(containers=frozenset(engine.containers)))
    stage.qtbot.waitUntil(lambda: all(each.mounts for each in stage.session.containers))


def select(stage: Stage, *names: str) -> None:
    stage.registry.set_selection(Selection(KEY, True, volumes=tuple(Volume(name) for name in names)))


def held(stage: Stage) -> list[str]:
    return sorted(each.name for each in stage.engine.volumes)


def ended(stage: Stage) -> None:
    stage.qtbot.waitUntil(lambda: stage.session.activity.deeds and stage.session.activity.deeds[-1].ended is not None)


def test_a_volume_is_asked_about_with_what_is_lost_and_what_blocks_it(stage: Stage) -> None:
    assert stage.registry.run("volume.delete") == "Select a volume of the disk usage first"
    with_volumes(stage)
    said: list[str] = []
    stage.session.message.connect(said.append)
    select(stage, "left", "db", NAMELESS, "gone")
    stage.prompts.answer = DeleteAnswer(kept=frozenset({"gone"}))
    stage.act("volume.delete")
    stage.qtbot.waitUntil(lambda: "left" not in held(stage))
    ((_, (title, engine, items, commands, verb, can_stop)),) = stage.prompts.questions
    assert (title, engine, verb, can_stop) == ("Delete 4 volumes?", "fake", "Delete 4 volumes", False)
    assert [item.title for item in items] == ["left", "db", "nameless volume aaaaaaaaaaaa", "gone"]
    assert [item.consequence for item in items[::3]] == ["7 Bytes that are in it are lost", "all that is in it is lost"]
    assert items[1].blocked == "in use by container web (running): delete that first"
    assert (items[1].final, items[1].id, items[0].id) == (True, "", "left")
    assert commands[0] == "docker volume rm left"
    told = stage.prompts.told[0]
    assert told is not None
    assert told(DeleteAnswer()).commands == ("docker volume rm left gone",)
    ended(stage)
    assert held(stage) == sorted(["db", "gone", NAMELESS]), "what is used or was unticked stays"
    assert stage.session.activity.deeds[-1].command == "docker volume rm left"
    stage.qtbot.waitUntil(lambda: "Deleted: freed 7 Bytes, as planned" in said)


def test_another_volume_of_the_name_is_asked_about_again(stage: Stage) -> None:
    with_volumes(stage)
    stage.prompts.answer = DeleteAnswer()

    def remade() -> None:
        stage.engine.volumes = tuple(
            replace(each, created="2") if each.name == "left" else each for each in stage.engine.volumes
        )

    stage.prompts.meanwhile = remade
    select(stage, "left")
    stage.act("volume.delete")
    stage.qtbot.waitUntil(lambda: len(stage.prompts.questions) == 2)
    stage.qtbot.waitUntil(lambda: "left" not in held(stage))
    assert len(stage.engine.called("remove_volume")) == 1, "the one that was asked about last"


def test_a_volume_is_kept_first_and_comes_back_as_it_was(stage: Stage) -> None:
    with_volumes(stage)
    before = next(each for each in stage.engine.volumes if each.name == "left")
    select(stage, "left")
    stage.prompts.answer = DeleteAnswer(keep=True)
    stage.act("volume.delete")
    stage.qtbot.waitUntil(lambda: [item.title for item in stage.session.trash.items] == ["volume left"])
    assert "left" not in held(stage)
    stage.qtbot.waitUntil(lambda: stage.registry.blocked("file.undo") == "")
    stage.act("file.undo")
    stage.qtbot.waitUntil(lambda: not stage.session.trash.items)
    back = next(each for each in stage.engine.volumes if each.name == "left")
    assert (back.driver, back.labels) == (before.driver, before.labels)
    assert stage.session.activity.deeds[-1].command.startswith(
        "docker volume create left && docker run --rm -i -v left:/to"
    )


def test_a_volume_that_cannot_be_kept_stays(stage: Stage) -> None:
    with_volumes(stage)
    stage.engine.fail["volume_saved"] = Refused("volume left", "no space left on device")
    select(stage, "left")
    stage.prompts.answer = DeleteAnswer(keep=True)
    stage.act("volume.delete")
    stage.qtbot.waitUntil(lambda: bool(stage.session.activity.deeds))
    ended(stage)
    assert "left" in held(stage)
    assert "no space left" in stage.session.activity.deeds[-1].error


def test_all_that_an_image_took_with_it_comes_back_with_one_undo(stage: Stage) -> None:
    """The container too, and first the image, then what stood upon it."""
    said: list[str] = []
    stage.session.message.connect(said.append)
    image = stage.engine.find_image("busybox:1.36")
    stage.select("busybox:1.36")
    stage.prompts.answer = DeleteAnswer(stop_first=True, keep=True)
    stage.act("image.delete")
    stage.qtbot.waitUntil(lambda: image.id not in stage.engine.images and len(stage.session.trash.items) == 2)
    assert "old" not in {each.name for each in stage.engine.containers.values()}
    stage.qtbot.waitUntil(lambda: stage.registry.blocked("file.undo") == "")
    since = len(stage.engine.calls)
    stage.act("file.undo")
    stage.qtbot.waitUntil(lambda: not stage.session.trash.items)
    assert stage.engine.images[image.id].tags == ("busybox:1.36",)
    assert stage.engine.named("old").state == "created"
    calls = [name for name, _ in stage.engine.calls[since:] if name in ("load", "tag", "create", "run")]
    assert calls == ["load", "tag", "load", "run"]
    assert said[-1].startswith("Brought back image busybox:1.36; container old, not started")


@pytest.mark.parametrize("ticked", [True, False])
def test_a_ticked_nameless_volume_goes_with_its_container_and_comes_back_with_it(stage: Stage, ticked: bool) -> None:
    with_volumes(stage)
    old = stage.engine.named("old")
    stage.select("old")
    stage.prompts.answer = DeleteAnswer(volumes=frozenset({old.id} if ticked else ()), keep=True)
    stage.act("container.delete")
    stage.qtbot.waitUntil(lambda: len(stage.session.trash.items) == 1 + ticked)
    assert (NAMELESS in held(stage)) != ticked
    stage.qtbot.waitUntil(lambda: stage.registry.blocked("file.undo") == "")
    stage.act("file.undo")
    stage.qtbot.waitUntil(lambda: not stage.session.trash.items)
    assert NAMELESS in held(stage)
    assert stage.engine.named("old").id != old.id


def test_a_prune_takes_containers_and_volumes_and_keeps_both(stage: Stage) -> None:
    with_volumes(stage)
    stage.prompts.answer = PruneAnswer(containers=True, volumes=True, keep=frozenset({"gone"}), trash=True)
    stage.act("engine.prune")
    stage.qtbot.waitUntil(lambda: len(stage.session.trash.items) == 3)
    assert held(stage) == ["db", "gone"]
    assert stage.session.activity.deeds[-1].command.startswith("docker rm old && docker volume rm left aaaa")
    stage.qtbot.waitUntil(lambda: stage.registry.blocked("file.undo") == "")
    stage.act("file.undo")
    stage.qtbot.waitUntil(lambda: not stage.session.trash.items)
    assert held(stage) == sorted(["db", "gone", "left", NAMELESS])
    assert stage.engine.named("old").state == "created"


def test_podman_says_what_it_does_not_tell_of_a_volume(stage: Stage) -> None:
    from imagexplorer.core.trash import PODMAN_VOLUMES

    with_volumes(stage)
    stage.session.acts.program = lambda _source: "podman"  # type: ignore[method-assign]
    stage.select("old")
    stage.act("container.delete")
    ((_, (_title, _engine, items, *_more)),) = stage.prompts.questions
    assert items[0].details == ((PODMAN_VOLUMES, None),)
