"""Names, colours and order of the sources are the user's, and are there again the next time."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imagexplorer.core.entities import Address
from imagexplorer.session.looks import Look, Looks
from imagexplorer.views.source_dialog import SourceDialog
from tests.fakes import FakeEngine
from tests.views.conftest import MakeStage
from tests.views.stage import Stage

NEAR = "engine:unix:///fake/engine.sock"
FAR = "unix:///far/engine.sock"


@pytest.fixture
def both(make_stage: MakeStage, engine: FakeEngine, qtbot: QtBot) -> Stage:
    on = make_stage(engine)
    on.world.engines[FAR] = FakeEngine()
    on.session.engines.connect_to(Address("engine", FAR, "far"), lambda: None, pytest.fail)
    qtbot.waitUntil(lambda: len(on.session.sources) == 2 and all(each.live for each in on.session.sources))
    return on


def rows(on: Stage) -> list[str]:
    side = on.window.sidebar
    return [side.item(row).text() for row in range(side.count())]


def go_to(on: Stage, text: str) -> None:
    on.window.sidebar.setCurrentRow(rows(on).index(text))


def test_a_name_and_a_colour(both: Stage, qtbot: QtBot) -> None:
    go_to(both, "far")
    qtbot.keyClick(both.window.sidebar, Qt.Key.Key_F2)
    dialog = both.window.findChild(SourceDialog)
    assert dialog.name.text() == "far"
    dialog.name.setText("  ")
    assert not dialog.verb.isEnabled()
    dialog.name.setText("build farm")
    dialog.colour.setCurrentIndex(dialog.colour.findData("purple"))
    qtbot.waitUntil(dialog.verb.isEnabled)
    qtbot.mouseClick(dialog.verb, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "build farm" in rows(both))
    assert [state.colour for state in both.session.sources] == ["", "purple"]
    # Also once it was lost and is back.
    both.world.engines[FAR].lose()
    qtbot.waitUntil(lambda: both.session.sources[1].state == "lost")
    both.world.engines[FAR].come_back()
    qtbot.waitUntil(lambda: both.session.sources[1].live, timeout=20_000)
    assert (both.session.sources[1].name, both.session.sources[1].colour) == ("build farm", "purple")


def test_the_order_and_all_of_it_the_next_time(both: Stage, make_stage: MakeStage, qtbot: QtBot) -> None:
    go_to(both, "far")
    qtbot.keyClick(both.window.sidebar, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [state.name for state in both.session.sources] == ["far", "fake"]
    assert rows(both).index("far") < rows(both).index("fake")
    qtbot.keyClick(both.window.sidebar, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [state.name for state in both.session.sources] == ["far", "fake"], "there is nothing above the first"
    both.session.show_as(NEAR, Look("mine", "red"))
    both.window.close()
    again = make_stage(FakeEngine(), settle=False)
    again.world.engines[FAR] = FakeEngine()
    again.window.reopen()
    qtbot.waitUntil(
        lambda: [(each.name, each.colour) for each in again.session.sources] == [("far", ""), ("mine", "red")]
    )


def test_lines_that_are_none_are_passed_over() -> None:
    looks = Looks()
    looks.read(["", "a", "a\nname\nno such colour", "b\n\nred", "\nx\nred"])
    assert looks.of("a") == Look("name")
    assert looks.of("b") == Look("", "red")
    assert looks.of("c") == Look()
    looks.order(["b", "c"])
    assert [looks.place(key) for key in ("b", "c", "a", "d")] == [0, 1, 2, 3]
    other = Looks()
    other.read(looks.lines())
    assert other.lines() == looks.lines()
