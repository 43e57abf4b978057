"""What makes something, on real engines: run, edit, rename, commit, tag. Alone, twenty in a row, while the world
changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from imagexplorer.actions.prompts import EditAnswer, TagAnswer
from imagexplorer.core.entities import CommitSpec
from imagexplorer.core.run_spec import RunSpec
from tests.matrix.bench import BASE, Difference, Place
from tests.matrix.conftest import Cells
from tests.matrix.desk import Desk

pytestmark = [pytest.mark.engine, pytest.mark.torture]
MANY = 20
Seat = Callable[..., Desk]


def nothing_forced(place: Place) -> None:
    sent = place.line.requests
    assert not [line for line in sent if re.search(r"force=(1|true)|[?&]v=(1|true)", line)], sent
    assert len(set(sent)) == len(sent), f"sent twice: {sent}"


@dataclass
class Make:
    """One way to make something: `route` of the request that counts, `answer` what the person says for a name."""

    name: str
    action: str
    question: str
    route: str
    answer: Callable[[Desk, str], Any]
    of_image: bool = False

    def made(self, place: Place) -> str:
        """What it is done to: an image's name, or that of a container that runs and wrote something."""
        if self.of_image:
            return place.images(1)[0] if self.name != "run" else place.name(BASE)
        (name,) = place.containers(1, command=["sleep", "900"])
        place.write(name, {"wrote/some": b"s" * 3000, "wrote/left": b"l" * 2000})
        return name

    def select(self, desk: Desk, on: str) -> None:
        desk.select(images=[on]) if self.of_image else desk.select(containers=[on])

    def wanted(self, place: Place) -> str:
        """A name that nobody has."""
        word = place.new_name("made")
        return word if self.route in ("/containers/create", "/rename") else place.name(f"mx/{word}:1")

    def there(self, place: Place, name: str) -> bool:
        world = place.world()
        names = {called for called, _ in world.containers.values()} | {
            t for tags in world.images.values() for t in tags
        }
        return name in names

    def take(self, place: Place, name: str) -> None:
        """Somebody else has the name now."""
        if self.route in ("/containers/create", "/rename"):
            place.api.create_container(place.name(BASE), ["true"], name=name)
        else:
            (other,) = place.images(1)
            place.api.tag(other, name.rpartition(":")[0], "1")


def _spec(desk: Desk, name: str) -> RunSpec:
    return RunSpec(desk.place.name(BASE), name, ("sleep", "900"), others=(("stop-signal", "KILL"),))


def _commit(left: tuple[str, ...]) -> Callable[[Desk, str], Any]:
    def answer(_desk: Desk, name: str) -> Any:
        repository, _, tag = name.rpartition(":")
        return lambda question: CommitSpec(question.container.id, repository, tag, pause=False, left_out=left)

    return answer


def _edited(_desk: Desk, name: str) -> Any:
    return lambda question: EditAnswer(replace(question.given, name=name, labels=(("edited", "yes"),)))


MAKES = (
    Make("run", "image.run", "run", "/containers/create", _spec, True),
    Make("run again", "container.again", "run", "/containers/create", _spec),
    Make("edit", "container.edit", "edit", "/containers/create", _edited),
    Make("rename", "container.rename", "rename", "/rename", lambda _desk, name: name),
    Make("commit", "container.commit", "commit", "/commit", _commit(())),
    Make("commit unticked", "container.commit", "commit", "/build", _commit(("/wrote/left",))),
    Make("tag", "image.tag", "tag", "/tag", lambda _desk, name: TagAnswer(name), True),
)
every = pytest.mark.parametrize("make", MAKES, ids=[make.name for make in MAKES])


@contextmanager
def tried(desk: Desk, make: Make) -> Iterator[tuple[str, str]]:
    """What it is done to, selected, and the name that it shall get."""
    desk.begins()
    on, name = make.made(desk.place), make.wanted(desk.place)
    make.select(desk, on)
    desk.person.answers[make.question] = make.answer(desk, name)
    yield on, name
    nothing_forced(desk.place)


@every
def test_it_is_made(place: Place, desk: Desk, cells: Cells, make: Make) -> None:
    for count, condition in ((1, "alone"), (MANY, "twenty")):
        with cells.of(make.name, condition) as tell:
            desk.begins()
            on = make.made(place)
            before = place.world()
            names = []
            for _ in range(count):
                name = make.wanted(place)
                make.select(desk, on)
                asked = len(desk.person.asked)
                desk.asks(make.action, **{make.question: make.answer(desk, name)})
                desk.sees(lambda asked=asked: len(desk.person.asked) > asked)
                if make.question != "run":  # a second of the same one waits for the first
                    desk.over()
                    on = name if make.name in ("edit", "rename") else on
                names.append(name)
            desk.over()
            assert not desk.words()
            difference = place.world().since(before)
            made = {names[-1]} if make.name == "rename" else set(names)
            assert all(make.there(place, name) for name in made)
            assert not difference.lost
            assert len(difference.containers_made) == (count if make.route == "/containers/create" else 0)
            nothing_forced(place) if make.name not in ("rename", "edit") else None
            if make.name == "commit unticked":
                (user,) = place.containers(1, run=False, image=names[-1])
                assert (place.read(user, "/wrote/some"), place.read(user, "/wrote/left")) == (b"s" * 3000, None)
            tell("ok")


@every
def test_the_name_is_taken_meanwhile(place: Place, desk: Desk, cells: Cells, make: Make) -> None:
    with cells.of(make.name, "name taken") as tell, tried(desk, make) as (_on, name):
        before = []

        def take() -> None:
            make.take(place, name)
            before.append(place.world())
            desk.sees(desk.listed)

        desk.person.meanwhile, desk.person.again = take, False
        desk.does(make.action)
        assert place.world().since(before[0]) == Difference(), (
            "the other one keeps its name, and nothing is left behind"
        )
        assert make.name == "rename" or len(desk.person.asked) == 2, "asked again"
        assert desk.words() or any("Something changed" in each for each in desk.said)
        tell("told")
    if make.route in ("/containers/create", "/rename"):
        with cells.of(make.name, "taken at the request") as tell, tried(desk, make) as (_on, name):
            before = []

            def take_late() -> None:
                make.take(place, name)
                before.append(place.world())

            place.line.at(make.route, 1, take_late)
            desk.does(make.action)
            difference = place.world().since(before[0])
            assert name in " ".join(desk.words()), desk.words()
            assert not difference.lost
            assert all(state[1] in ("running", "exited") for state in difference.changed.values())
            tell("told")


@every
def test_it_is_gone_meanwhile(place: Place, desk: Desk, cells: Cells, make: Make) -> None:
    with cells.of(make.name, "gone") as tell, tried(desk, make) as (on, name):
        if make.name == "run":
            on = place.images(1)[0]
            make.select(desk, on)
            desk.person.answers["run"] = replace(_spec(desk, name), image=on)
        before = []

        def remove() -> None:
            place.api.remove_image(on) if make.of_image else place.api.remove_container(on, force=True)
            before.append(place.world())
            desk.sees(desk.listed)

        desk.person.meanwhile = remove
        desk.does(make.action)
        if make.name == "run again":
            assert make.there(place, name), "it needs the image only"
        else:
            assert place.world().since(before[0]) == Difference()
            assert "not there any more" in " ".join(desk.words())
        tell("ok" if make.name == "run again" else "told")


@every
def test_the_engine_is_started_anew(place: Place, desk: Desk, cells: Cells, make: Make) -> None:
    with cells.of(make.name, "restarted") as tell, tried(desk, make) as (_on, name):
        before = place.world()
        desk.person.meanwhile, desk.person.again = place.restart, False
        desk.does(make.action)
        desk.back()
        difference = place.world().since(before)
        assert not difference.lost
        done = make.there(place, name)
        assert done or desk.words() or desk.said
        assert len(difference.containers_made) <= 1
        tell("ok" if done and not desk.words() else "told")
    for number in range(1, 6 if make.name == "edit" else 2):
        condition = f"dies at step {number}" if make.name == "edit" else "dies"
        with cells.of(make.name, condition) as tell, tried(desk, make) as (on, name):
            if make.name == "edit":
                desk.person.answers["edit"] = _edited(desk, on)  # in its place, by its name
            before = place.world()
            place.line.at("^POST ", number, place.private.kill)
            desk.does(make.action)
            place.private.restart()
            desk.back()
            difference = place.world().since(before)
            assert not difference.lost
            words = " ".join(desk.words())
            assert words
            assert "then retry" not in words, words
            tell("told")
