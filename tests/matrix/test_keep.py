"""What is kept, brought back, copied and taken out, on real engines: alone, twenty at once, while the world changes."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from imagexplorer.actions.prompts import DeleteAnswer, TagAnswer
from imagexplorer.core.extraction import Options, Target, Wanted
from tests.matrix.bench import BASE, Difference, Place
from tests.matrix.conftest import Cells
from tests.matrix.desk import Desk

pytestmark = [pytest.mark.engine, pytest.mark.torture]
MANY = 20
Seat = Callable[..., Desk]
NET = DeleteAnswer(keep=True)


def nothing_forced(place: Place) -> None:
    sent = place.line.requests
    assert not [line for line in sent if re.search(r"force=(1|true)|[?&]v=(1|true)", line)], sent


def tags(place: Place) -> set[str]:
    return {tag for each in place.world().images.values() for tag in each}


def in_trash(desk: Desk, count: int) -> None:
    desk.session.trash.look()
    desk.sees(lambda: len(desk.session.trash.items) == count)


def undone(desk: Desk) -> None:
    desk.registry.set_selection(desk.registry.selection)
    desk.does("file.undo")


def all_undone(desk: Desk, count: int) -> None:
    """What went in one delete may come back in one undo."""
    for _ in range(count):
        if desk.session.trash.items:
            left = len(desk.session.trash.items)
            undone(desk)
            desk.sees(lambda left=left: len(desk.session.trash.items) < left)
    in_trash(desk, 0)


@pytest.mark.parametrize("count", [1, MANY])
def test_what_was_deleted_comes_back(place: Place, desk: Desk, cells: Cells, count: int) -> None:
    with cells.of("trash and undo, image", "alone" if count == 1 else "twenty") as tell:
        names = place.images(count)
        before = place.world()
        desk.select(images=names)
        desk.does("image.delete", delete=NET)
        assert not desk.words()
        assert len(place.world().since(before).images_gone) == count
        in_trash(desk, count)
        all_undone(desk, count)
        assert not desk.words()
        same = place.world().since(before) == Difference()  # to the id, where the store keeps it
        assert same or place.kind == "docker28c" or place.podman
        assert set(names) <= tags(place)
        nothing_forced(place)
        tell("ok")
    with cells.of("trash and undo, container", "alone" if count == 1 else "twenty") as tell:
        desk.begins()
        names = place.containers(count, run=False, environment={"KEPT": "yes"}, command=["sleep", "77"])
        for name in names:
            place.write(name, {"wrote": name.encode()})
        images = place.world().images
        desk.select(containers=names)
        desk.does("container.delete", delete=NET)
        assert not desk.words()
        assert not set(names) & {name for name, _ in place.world().containers.values()}
        assert place.world().images == images, "what was made to keep them is gone again"
        in_trash(desk, count)
        all_undone(desk, count)
        assert not desk.words()
        for name in names:
            told = place.api.inspect_container(name)["Config"]
            assert "KEPT=yes" in told["Env"]
            assert told["Cmd"] == ["sleep", "77"]
            assert place.read(name, "/wrote") == name.encode()
        nothing_forced(place)
        tell("ok")


def test_the_world_changes_before_the_undo(place: Place, desk: Desk, cells: Cells) -> None:
    def deleted() -> str:
        desk.begins()
        (name,) = place.images(1)
        desk.select(images=[name])
        desk.does("image.delete", delete=NET)
        in_trash(desk, 1)
        return name

    action = "trash and undo, image"
    with cells.of(action, "name taken") as tell:
        name = deleted()
        place.api.tag(place.name(BASE), name.rpartition(":")[0], "1")
        before = place.world()
        undone(desk)
        in_trash(desk, 0)
        assert not place.world().since(before).tagged, "the name stays another's"
        assert len(place.world().since(before).images_made) == 1
        assert any(name in each and "another image" in each for each in desk.said), desk.said
        tell("told")
    with cells.of(action, "restarted") as tell:
        name = deleted()
        place.restart()
        undone(desk)
        desk.back()
        if desk.words():
            in_trash(desk, 1)
            undone(desk)
        in_trash(desk, 0)
        assert name in tags(place)
        tell("ok")
    with cells.of(action, "dies") as tell:
        name = deleted()
        place.line.at("/images/load", 1, place.private.kill)
        undone(desk)
        place.private.restart()
        desk.back()
        assert desk.words()
        in_trash(desk, 1)
        undone(desk)
        in_trash(desk, 0)
        assert name in tags(place)
        tell("told")
    with cells.of(action, "dies while it is kept") as tell:
        desk.begins()
        (name,) = place.images(1)
        before = place.world()
        desk.select(images=[name])
        place.line.at(r"^GET .*/get", 1, place.private.kill)
        desk.does("image.delete", delete=NET)
        place.private.restart()
        desk.back()
        assert place.world().since(before) == Difference(), "what could not be kept is not deleted"
        assert desk.words()
        in_trash(desk, 0)
        tell("told")
    with cells.of("tag remove", "kept and undone") as tell:
        desk.begins()
        (name,) = place.images(1)
        place.api.tag(name, name.rpartition(":")[0], "2")
        second = name.replace(":1", ":2")
        before = place.world()
        desk.session.trash.set_up(True, desk.session.trash.limits)
        desk.select(images=[name])
        desk.does("image.tag", tag=TagAnswer("", (second,)))
        assert place.world().since(before) == Difference(untagged=frozenset({second}))
        in_trash(desk, 1)
        undone(desk)
        in_trash(desk, 0)
        assert place.world().since(before) == Difference()
        tell("ok")


def test_names_come_and_go(place: Place, desk: Desk, cells: Cells) -> None:
    with cells.of("tag rename", "alone") as tell:
        (name,) = place.images(1)
        new = place.name(f"mx/{place.new_name('renamed')}:1")
        before = place.world()
        desk.select(images=[name])
        desk.does("image.tag", tag=TagAnswer(new, (name,)))
        assert place.world().since(before) == Difference(tagged=frozenset({new}), untagged=frozenset({name}))
        tell("ok")
    with cells.of("tag remove", "last name") as tell:
        desk.begins()
        before = place.world()
        desk.select(images=[new])
        desk.does("image.tag", tag=TagAnswer("", (new,)))
        assert place.world().since(before) == Difference()
        assert "last name" in desk.words()[0]
        tell("told")
    with cells.of("tag remove", "dies") as tell:
        desk.begins()
        desk.select(images=[new])
        third = new.replace(":1", ":3")
        before = place.world()
        place.line.at("^DELETE ", 1, place.private.kill)
        desk.does("image.tag", tag=TagAnswer(third, (new,)))
        place.private.restart()
        desk.back()
        assert not place.world().since(before).images_gone
        assert third in tags(place)
        assert "1 of 2 done" in desk.words()[0]
        assert "not known" in desk.words()[0]
        tell("told")


def test_copies_to_another_engine(place: Place, other: Place, desk: Desk, cells: Cells) -> None:
    there = f"engine:{other.line.location}"
    desk.opens(other)

    def copied(names: Sequence[str], condition: str) -> None:
        for name in names:
            desk.select(images=[name])
            asked = len(desk.person.asked)
            desk.asks("image.copy_to", copy_image=there)
            desk.sees(lambda asked=asked: len(desk.person.asked) > asked)
        desk.over()

    def bare(name: str) -> str:
        return name.removeprefix("docker.io/").removeprefix("localhost/")  # which Podman gives what has no registry

    def names_there() -> set[str]:
        return {bare(tag) for tag in tags(other)}

    try:
        for count, condition in ((1, "alone"), (MANY, "twenty")):
            with cells.of(f"copy to {other.kind}", condition) as tell:
                desk.begins()
                names = place.images(count)
                before = place.world()
                copied(names, condition)
                assert not desk.words()
                assert {bare(name) for name in names} <= names_there()
                assert place.world().since(before) == Difference()
                tell("ok")
        with cells.of(f"copy to {other.kind}", "gone") as tell:
            desk.begins()
            (name,) = place.images(1)

            def remove() -> None:
                place.api.remove_image(name)
                desk.sees(desk.listed)

            desk.person.meanwhile = remove
            copied([name], "gone")
            assert "there any more" in " ".join(desk.words())
            assert bare(name) not in names_there()
            tell("told")
        for at, dies, condition in (("/images/get", place, "source dies"), ("/images/load", other, "target dies")):
            with cells.of(f"copy to {other.kind}", condition) as tell:
                desk.begins()
                (name,) = place.images(1)
                dies.line.at(at, 1, dies.private.kill)
                copied([name], condition)
                dies.private.restart()
                desk.back()
                words = " ".join(desk.words())
                assert words
                assert bare(name) not in names_there()
                assert name in tags(place)
                tell("told")
    finally:
        desk.session.close_source(there)
        other.sweep()


def test_files_are_taken_out(place: Place, desk: Desk, cells: Cells, tmp_path: Path) -> None:
    def extracted(name: str, folder: Path) -> tuple[list[Any], list[Any]]:
        done: list[Any] = []
        failed: list[Any] = []
        detail: list[Any] = []
        desk.session.load_image("mx/image", desk.key, name, detail.append, failed.append)
        desk.sees(lambda: detail or failed)
        if failed:
            return done, failed
        tree: list[Any] = []
        desk.session.index_image("mx/index", desk.key, detail[0], lambda *told: tree.append(told), failed.append)
        desk.sees(lambda: tree or failed)
        if failed:
            return done, failed
        target = Target(str(folder), options=Options())
        desk.session.contents.extract(desk.key, *tree[0], Wanted(), target, done.append, failed.append)
        desk.sees(lambda: done or failed)
        return done, failed

    for count, condition in ((1, "alone"), (MANY, "twenty")):
        with cells.of("extract", condition) as tell:
            names = place.images(count)
            for number, name in enumerate(names):
                folder = tmp_path / f"{condition}{number}"
                done, failed = extracted(name, folder)
                assert not failed
                assert not done[0].skipped
                assert len(list(folder.glob("own-*"))) >= 1
                assert not list(folder.rglob("*.part*"))
            tell("ok")
    with cells.of("extract", "gone") as tell:
        place.api.remove_image(names[0])
        _, failed = extracted(names[0], tmp_path / "gone")
        assert failed
        assert names[0].rpartition(":")[0].rpartition("/")[2] in str(failed[0])
        tell("told")
    with cells.of("extract", "restarted") as tell:
        place.restart()
        done, failed = extracted(names[1], tmp_path / "restarted")
        if failed:
            desk.back()
            done, failed = extracted(names[1], tmp_path / "restarted")
        assert done
        tell("ok")
    with cells.of("save changes as tar", "alone") as tell:
        desk.begins()
        (name,) = place.containers(1)
        place.write(name, {"wrote": b"kept"})
        desk.select(containers=[name])
        path = tmp_path / "changes.tar"
        desk.does("container.tar", save_path=str(path))
        assert not desk.words()
        with tarfile.open(path) as archive:
            assert "wrote" in [member.name.strip("/") for member in archive]
        tell("ok")
    with cells.of("save changes as tar", "dies") as tell:
        desk.begins()
        whole = path.read_bytes()
        place.line.at(r"/(archive|export)", 1, place.private.kill)
        desk.does("container.tar", save_path=str(path))
        place.private.restart()
        desk.back()
        assert path.read_bytes() == whole, "the old file is whole"
        assert desk.words()
        tell("told")
