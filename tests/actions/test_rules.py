"""Tables of (selection, source, sentence): a disabled button always says why, in words a person would say."""

from __future__ import annotations

import pytest

from imagexplorer.actions import rules
from imagexplorer.core.entities import Container, Image, Selection

IMAGE = Image("sha256:" + "1" * 64, ("app:1",))
OTHER = Image("sha256:" + "2" * 64, ("app:2",))


def container(name: str, state: str) -> Container:
    return Container(name.encode().hex().ljust(64, "0"), name, "app:1", IMAGE.id, state)


WEB, OLD = container("web", "running"), container("old", "exited")
GOING = container("going", "removing")
EVIL = container("evil\x1b[2J\u202e", "running")
NOTHING = Selection("engine", True)
ONE = Selection("engine", True, images=(IMAGE,))
TWO = Selection("engine", True, images=(IMAGE, OTHER))
E, F, L, C, N = rules.ENGINE, rules.FILE, rules.LOST, rules.CONNECTING, rules.NONE


def containers(*each: Container) -> Selection:
    return Selection("engine", True, containers=each)


@pytest.mark.parametrize(
    ("selection", "sentence"),
    [(NOTHING, "Select an image first"), (ONE, ""), (TWO, "Select one image: 2 are selected")],
)
def test_open_image(selection: Selection, sentence: str) -> None:
    assert rules.open_image(selection) == sentence


@pytest.mark.parametrize(
    ("selection", "source", "sentence"),
    [
        (NOTHING, E, "Select an image first"),
        (TWO, E, "Select one image: 2 are selected"),
        (ONE, E, ""),
        (ONE, F, "An archive is read-only: connect to an engine to run its images"),
        (ONE, L, "The engine is lost: this works again when it is back"),
        (ONE, C, "The engine has not answered yet"),
        (ONE, N, "Connect to an engine to run its images"),
    ],
)
def test_run_image(selection: Selection, source: str, sentence: str) -> None:
    assert rules.run_image(selection, source) == sentence


@pytest.mark.parametrize(
    ("selection", "source", "others", "sentence"),
    [
        (NOTHING, E, 1, "Select an image first"),
        (TWO, E, 1, ""),
        (TWO, F, 1, ""),
        (ONE, F, 0, "Connect to an engine first: there is none to copy it to"),
        (ONE, E, 0, "Connect to a second engine first: there is none to copy it to"),
        (ONE, L, 1, "The engine is lost: this works again when it is back"),
        (ONE, rules.LOCKED, 1, ""),
    ],
)
def test_copy_image(selection: Selection, source: str, others: int, sentence: str) -> None:
    assert rules.copy_image(selection, source, others) == sentence


@pytest.mark.parametrize(
    ("selection", "source", "busy", "sentence"),
    [
        (NOTHING, E, (), "Select an image first"),
        (TWO, E, (), ""),
        (TWO, E, (OTHER.id,), "Wait until what was asked before is done"),
        (ONE, E, (OTHER.id,), ""),
        (ONE, F, (), "An archive is read-only: connect to an engine to delete images there"),
    ],
)
def test_delete_images(selection: Selection, source: str, busy: tuple[str, ...], sentence: str) -> None:
    assert rules.delete_images(selection, source, busy) == sentence


@pytest.mark.parametrize(
    ("selection", "start", "stop", "restart", "commit", "delete"),
    [
        (NOTHING, *["Select a container first"] * 5),
        (containers(WEB), "web is running already", "", "", "", ""),
        (containers(OLD), "", "old is not running", "", "", ""),
        (containers(WEB, OLD), "", "", "", "Select one container: 2 are selected", ""),
        (
            containers(WEB, EVIL),
            "All 2 are running already",
            "",
            "",
            "Select one container: 2 are selected",
            "",
        ),
        (
            containers(GOING),
            "going is running already",
            "going is not running",
            "going is being removed",
            "going is being removed",
            "going is being removed",
        ),
        (containers(container("p", "paused")), "p is running already", "", "", "", ""),
    ],
)
def test_containers(selection: Selection, start: str, stop: str, restart: str, commit: str, delete: str) -> None:
    found = [
        rule(selection, rules.ENGINE)
        for rule in (rules.start, rules.stop, rules.restart, rules.commit, rules.delete_containers)
    ]
    assert found == [start, stop, restart, commit, delete]


@pytest.mark.parametrize("rule", [rules.start, rules.stop, rules.restart, rules.commit, rules.delete_containers])
@pytest.mark.parametrize("source", [F, L, C, N])
def test_without_an_engine_nothing_can_be_done_to_containers(rule: object, source: str) -> None:
    for each in (WEB, OLD):
        assert rule(containers(each), source)  # type: ignore[operator]
        assert rule(containers(each), rules.ENGINE, [each.id])  # type: ignore[operator]


def test_names_from_outside_are_made_plain() -> None:
    sentence = rules.start(containers(EVIL), rules.ENGINE)
    assert sentence == "evil\\x1b[2J\\u202e is running already"
