"""From a container's start to its end, on real engines: alone and twenty at once, while the world changes."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from imagexplorer.actions.prompts import StopAnswer
from tests.matrix.bench import Difference, Place
from tests.matrix.conftest import Cells
from tests.matrix.desk import Desk

pytestmark = [pytest.mark.engine, pytest.mark.torture]
MANY = 20
PROGRAM = ("sh", "-c", "trap 'exit 7' USR1; trap '' TERM; while :; do sleep 0.5; done")
"""Ends by USR1, and by KILL, which it is stopped with as a rule."""


@dataclass(frozen=True)
class Verb:
    """`route` of the request that does it; `after` the state that is asked for, and the exit code."""

    name: str
    action: str
    route: str
    after: str
    answer: Any = None
    exit_code: int | None = None

    @property
    def question(self) -> str:
        return {"container.stop_with": "stop", "container.kill": "kill"}.get(self.action, "")

    @property
    def answers(self) -> dict[str, Any]:
        return {self.question: self.answer} if self.question else {}


START = Verb("start", "container.start", "/start", "running")
JOURNEY = (
    START,
    Verb("restart", "container.restart", "/restart", "running"),
    Verb("pause", "container.pause", "/pause", "paused"),
    Verb("unpause", "container.unpause", "/unpause", "running"),
    Verb("kill", "container.kill", "/kill", "exited", "SIGKILL", 137),
    Verb("stop", "container.stop", "/stop", "exited"),
    Verb("stop in 0 s", "container.stop_with", "/stop", "exited", StopAnswer(0), 137),
    Verb("stop by signal", "container.stop_with", "/(stop|kill)", "exited", StopAnswer(60, "SIGUSR1"), 7),
)
"""Each begins where the one before ended; what has ended is started in between."""


def prepared(place: Place, verb: Verb, ids: dict[str, str]) -> None:
    """In the state that the verb begins with, by the engine's own API."""
    states = {each: state for each, (_, state) in place.world().containers.items()}
    for each in ids:
        if verb is not START and states[each] not in ("running", "paused"):
            place.api.start(each)
        if verb is START and states[each] == "running":
            place.api.kill(each)
    while verb is not START and not all(place.api.inspect_container(each)["State"]["Running"] for each in ids):
        time.sleep(0.2)


def made(place: Place, count: int, run: bool = False) -> dict[str, str]:
    """Name by id."""
    return {place.api.inspect_container(name)["Id"]: name for name in place.containers(count, run, command=PROGRAM)}


def has_freezer(place: Place, verb: Verb) -> bool:
    """Podman's pause needs one, which not every machine has."""
    return not (place.podman and "pause" in verb.action)


def settled(place: Place, desk: Desk, ids: Sequence[str], state: str) -> None:
    """A kill is answered before what it killed has ended."""
    desk.sees(lambda: all(place.world().containers.get(each, ("", state))[1] == state for each in ids))


def nothing_forced(place: Place, verb: Verb, most: int) -> None:
    sent = place.line.requests
    assert not [line for line in sent if re.search(r"force=(1|true)|[?&]v=(1|true)", line)], sent
    assert len(set(sent)) == len(sent), f"sent twice: {sent}"
    of_verb = [line for line in sent if re.search(verb.route, line)]
    assert len(of_verb) <= most * (2 if "|" in verb.route else 1), sent
    assert len(sent) == len(of_verb), f"asked for more: {sent}"


@pytest.mark.parametrize("count", [1, MANY])
def test_it_is_done(place: Place, desk: Desk, cells: Cells, count: int) -> None:
    ids = made(place, count)
    for verb in JOURNEY:
        with cells.of(verb.name, "alone" if count == 1 else "twenty") as tell:
            prepared(place, verb, ids)
            desk.begins()
            since = {each: place.api.inspect_container(each)["State"]["StartedAt"] for each in ids}
            before, deeds = place.world(), len(desk.deeds)
            desk.select(containers=list(ids.values()))
            if verb.name == "unpause" and not has_freezer(place, verb):
                tell("none")
                continue
            desk.does(verb.action, **verb.answers)
            (deed,) = desk.deeds[deeds:]
            if "timed out waiting for file" in deed.error:  # Podman waits 5 s for what it killed, and no longer
                assert "The signal was sent" in deed.error
                settled(place, desk, list(ids), verb.after)
                tell("told")
                continue
            if deed.error and not has_freezer(place, verb):
                assert place.world().since(before) == Difference()
                assert count == 1 or all(each in deed.error for each in ids.values()), deed
                tell("told")
                continue
            assert not deed.error
            settled(place, desk, list(ids), verb.after)
            wanted = {each: (called, verb.after) for each, called in ids.items()}
            assert place.world().since(before) == Difference(changed={} if verb.name == "restart" else wanted)
            if verb.name == "restart":
                assert all(place.api.inspect_container(each)["State"]["StartedAt"] > since[each] for each in ids)
            if verb.exit_code is not None:
                assert {place.api.inspect_container(each)["State"]["ExitCode"] for each in ids} == {verb.exit_code}
            nothing_forced(place, verb, count)
            tell("ok")


@pytest.mark.parametrize("count", [1, MANY])
def test_one_is_removed_elsewhere(place: Place, desk: Desk, cells: Cells, count: int) -> None:
    """While the question stands, where there is one; else just before the request."""
    ids = made(place, count + (len(JOURNEY) if count > 1 else 0))
    for verb in JOURNEY:
        with cells.of(verb.name, "gone" if count == 1 else "gone of 20") as tell:
            if not has_freezer(place, verb):
                tell("none")
                continue
            ids = ids or made(place, 1)
            prepared(place, verb, ids)
            if verb.name == "unpause":
                for each in ids:
                    if place.world().containers[each][1] == "running":
                        place.api.pause(each)
            desk.begins()
            before, deeds = place.world(), len(desk.deeds)
            desk.select(containers=list(ids.values()))
            lost = next(iter(ids)) if count == 1 else list(ids)[7]
            called, total = ids.pop(lost), len(ids) + 1

            def remove(lost: str = lost) -> None:
                place.api.remove_container(lost, force=True)

            def seen(lost: str = lost) -> None:
                remove(lost)
                desk.sees(lambda: lost not in {row.id for row in desk.session.rows_of(desk.key)[1]})

            if verb.question:
                desk.person.meanwhile = seen
                desk.does(verb.action, **verb.answers)
                assert len(desk.person.asked) == (1 if count == 1 else 2)
                assert desk.failed or any("Something changed" in each for each in desk.said)
            else:
                place.line.at(rf"{lost}{verb.route}", 1, remove)
                desk.does(verb.action)
                words = desk.deeds[deeds].error
                assert called in words or lost[:12] in words, words
                assert count == 1 or f"{total - 1} of {total} done" in words, words
            settled(place, desk, list(ids), verb.after)
            changed = {} if verb.name == "restart" else {each: (name, verb.after) for each, name in ids.items()}
            assert place.world().since(before) == Difference(containers_gone=frozenset({lost}), changed=changed)
            nothing_forced(place, verb, total)
            tell("told")


def test_the_engine_was_started_anew_meanwhile(place: Place, desk: Desk, cells: Cells) -> None:
    """The lists are those of before: nobody has heard of it yet."""
    ids = made(place, 2)
    for verb in JOURNEY:
        with cells.of(verb.name, "restarted") as tell:
            if not has_freezer(place, verb):
                tell("none")
                continue
            prepared(place, verb, ids)
            if verb.name == "unpause":
                for each in ids:
                    place.api.pause(each)
            desk.begins()
            before = place.world()
            desk.select(containers=list(ids.values()))
            deeds = len(desk.deeds)
            if verb.question:
                desk.person.meanwhile, desk.person.again = place.restart, False
            else:
                place.restart()
            desk.does(verb.action, **verb.answers)
            errors = [deed.error for deed in desk.deeds[deeds:] if deed.error] + [str(each) for each in desk.failed]
            after = place.world()
            assert not after.since(before).containers_gone
            ended = ("exited", "created")  # which Podman says of what it no longer finds running
            wanted = ended if verb.after == "exited" else (verb.after,)
            assert all(after.containers[each][1] in wanted for each in ids) or errors, "not done and not said"
            nothing_forced(place, verb, 2)
            tell("told" if errors else "ok")
        desk.back()


def test_the_engine_dies_at_the_third_and_comes_back(place: Place, desk: Desk, cells: Cells) -> None:
    ids = made(place, 12)
    for verb in JOURNEY:
        with cells.of(verb.name, "dies at 3rd") as tell:
            if not has_freezer(place, verb):
                tell("none")
                continue
            prepared(place, verb, ids)
            if verb.name == "unpause":
                for each in ids:
                    place.api.pause(each)
            desk.begins()
            before, deeds = place.world(), len(desk.deeds)
            desk.select(containers=list(ids.values()))
            place.line.at(verb.route, 3, place.private.kill)
            desk.does(verb.action, **verb.answers)
            sent = len([line for line in place.line.requests if re.search(verb.route, line)])
            place.private.restart()
            assert place.world().since(before).containers_gone == frozenset()
            words = " ".join(deed.error for deed in desk.deeds[deeds:])
            assert "not known" in words, words
            assert " of 12 done; " in words, words
            assert " not tried" in words, words
            assert sent < 12, "none is sent to an engine that is lost"
            nothing_forced(place, verb, 12)
            tell("told")
        desk.back()
