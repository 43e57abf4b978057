"""Where an engine has no room left: nothing is lost or left half done without a word, and it works again afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from imagexplorer.actions.prompts import DeleteAnswer, TagAnswer
from tests.matrix.bench import BASE, Place
from tests.matrix.conftest import Cells
from tests.matrix.desk import Desk
from tests.matrix.test_make import MAKES, Make, nothing_forced

pytestmark = [pytest.mark.engine, pytest.mark.torture]
Seat = Callable[..., Desk]
BIG = 6_000_000
SMALL = 1_000_000


@pytest.mark.parametrize("make", MAKES, ids=[make.name for make in MAKES])
def test_nothing_is_made_by_halves(place: Place, narrow: Place, seat: Seat, cells: Cells, make: Make) -> None:
    desk = seat(narrow)
    for left in (SMALL, 0):
        with cells.of(make.name, "full" if left else "not a byte") as tell:
            desk.begins()
            on, name = make.made(narrow), make.wanted(narrow)
            if "commit" in make.name:
                narrow.write(on, {"wrote/much": b"m" * BIG})
            make.select(desk, on)
            before = narrow.world()
            narrow.fill(left)
            try:
                desk.does(make.action, **{make.question: make.answer(desk, name)})
                words = " ".join(desk.words())
            finally:
                narrow.clear()
            difference = narrow.world().since(before)
            done = make.there(narrow, name)
            # Engines keep a name in mind that they could not write down, and say that they could not.
            named = make.name in ("tag", "rename")
            assert done is not bool(words) or "remains" in words or named, (done, words)
            assert not difference.lost - ({on} if make.name == "rename" else set())
            if words:
                assert make.name == "edit" or "remains" in words or not difference.containers_made, words
                assert named or not difference.tagged
                assert done or on in {called for called, _ in narrow.world().containers.values()} or make.of_image
                assert {state for called, state in narrow.world().containers.values() if called == on} <= {"running"}
                assert "commit" not in make.name or not difference.images_made - {None}, "no image is left by half"
            nothing_forced(narrow)
            tell("told" if words else "ok")
        narrow.sweep()
        desk.back()


def test_what_takes_away_works_or_says_so(place: Place, narrow: Place, seat: Seat, cells: Cells) -> None:
    desk = seat(narrow)
    for what in ("image", "container"):
        with cells.of(f"delete {what}", "not a byte") as tell:
            desk.begins()
            names = narrow.images(3) if what == "image" else narrow.containers(3, run=False)
            desk.select(**{f"{what}s": names})
            before = narrow.world()
            narrow.fill()
            try:
                desk.does(f"{what}.delete", delete=DeleteAnswer())
            finally:
                narrow.clear()
            difference = narrow.world().since(before)
            gone = difference.images_gone | difference.containers_gone
            assert len(gone) == 3 or desk.words(), (narrow.line.requests, desk.said, len(desk.person.asked), difference)
            assert not difference.volumes_gone
            nothing_forced(narrow)
            tell("told" if desk.words() else "ok")


def test_what_is_loaded_there_is_whole_or_not_there(place: Place, narrow: Place, seat: Seat, cells: Cells) -> None:
    with cells.of("trash and undo, image", "full") as tell:
        desk = seat(narrow)
        (name,) = narrow.images(1, BIG)
        desk.select(images=[name])
        desk.does("image.delete", delete=DeleteAnswer(keep=True))
        desk.sees(lambda: len(desk.session.trash.items) == 1)
        before = narrow.world()
        narrow.fill(SMALL)
        try:
            desk.does("file.undo")
        finally:
            narrow.clear()
        assert desk.words()
        assert not narrow.world().since(before).images_made
        desk.session.trash.look()
        desk.sees(lambda: len(desk.session.trash.items) == 1)
        desk.begins()
        desk.does("file.undo")
        assert not desk.words()
        assert name in {tag for tags in narrow.world().images.values() for tag in tags}
        tell("told")
    with cells.of(f"copy to {narrow.kind}", "full") as tell:
        desk = seat(place)
        there = f"engine:{narrow.line.location}"
        desk.opens(narrow)
        (name,) = place.images(1, BIG)
        desk.select(images=[name])
        before = narrow.world()
        narrow.fill(SMALL)
        try:
            desk.does("image.copy_to", copy_image=there)
        finally:
            narrow.clear()
        difference = narrow.world().since(before)
        assert desk.words()
        assert not difference.tagged
        assert not difference.images_made
        desk.begins()
        desk.does("image.copy_to", copy_image=there)
        assert not desk.words()
        desk.session.close_source(there)
        narrow.sweep()
        tell("told")


def test_names_on_a_full_disk(place: Place, narrow: Place, seat: Seat, cells: Cells) -> None:
    with cells.of("tag rename", "not a byte") as tell:
        desk = seat(narrow)
        (name,) = narrow.images(1)
        new = name.replace(":1", ":new")
        desk.select(images=[name])
        before = narrow.world()
        narrow.fill()
        try:
            desk.does("image.tag", tag=TagAnswer(new, (name,)))
        finally:
            narrow.clear()
        after: Any = narrow.world()
        assert not after.since(before).images_gone
        names = {tag for tags in after.images.values() for tag in tags} - {narrow.name(BASE)}
        assert names, "it has one of its names"
        assert names == {new} or desk.words(), names
        tell("told" if desk.words() else "ok")
