"""Files of the last run come back as sources; the one that was in front is in front again; what vanished is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from imagexplorer.settings import Settings
from tests.fake_engine import FakeEngine
from tests.views.conftest import MakeStage
from tests.views.stage import Stage


@pytest.fixture
def archives(tmp_path: Path) -> list[str]:
    paths = [tmp_path / "one.tar", tmp_path / "two.tar"]
    for path in paths:
        path.write_bytes(b"")
    return [str(path) for path in paths]


def opened(on: Stage, archives: list[str], qtbot: QtBot) -> None:
    for path in archives:
        on.world.files[path] = FakeEngine.single()
        on.session.open_path(path)
        qtbot.waitUntil(lambda: on.session.images_known)


def again(make_stage: MakeStage, archives: list[str], engine: FakeEngine | None, with_target: bool = False) -> Stage:
    on = make_stage(engine, settle=False)
    for path in archives:
        on.world.files[path] = FakeEngine.single()
    on.said = []
    on.session.message.connect(on.said.append)
    on.window.reopen(with_target)
    return on


def sidebar(on: Stage) -> list[str]:
    return [on.window.sidebar.item(row).text() for row in range(on.window.sidebar.count())]


@pytest.mark.parametrize("with_engine", [True, False])
def test_files_and_the_one_in_front_come_back(
    make_stage: MakeStage, archives: list[str], qtbot: QtBot, with_engine: bool
) -> None:
    first = make_stage(FakeEngine())
    opened(first, archives, qtbot)
    first.session.choose(f"file:{archives[0]}")
    first.window.close()
    assert list(Settings(first.settings.path).texts("window.files")) == archives
    on = again(make_stage, archives, FakeEngine() if with_engine else None)
    qtbot.waitUntil(lambda: on.session.images_known)
    assert on.session.current.address.location == archives[0]
    assert {"one.tar", "two.tar", "FILES"} <= set(sidebar(on))
    qtbot.waitUntil(lambda: on.window.tabs.count() == 2)  # its only image
    if with_engine:
        qtbot.waitUntil(lambda: len(on.session.sources) == 3)
        assert on.session.current.address.location == archives[0]


def test_an_engine_that_was_in_front_stays_in_front(make_stage: MakeStage, archives: list[str], qtbot: QtBot) -> None:
    first = make_stage(FakeEngine())
    engine_key = first.session.current.key
    opened(first, archives, qtbot)
    first.session.choose(engine_key)
    first.window.close()
    on = again(make_stage, archives, FakeEngine())
    qtbot.waitUntil(lambda: len(on.session.sources) == 3)
    assert on.session.current.key == engine_key
    assert on.window.tabs.count() == 1


def test_what_vanished_is_said_quietly(make_stage: MakeStage, archives: list[str], qtbot: QtBot) -> None:
    first = make_stage(FakeEngine())
    opened(first, archives, qtbot)
    first.window.close()
    Path(archives[1]).unlink()
    on = again(make_stage, archives, FakeEngine())
    qtbot.waitUntil(lambda: len(on.session.sources) == 2)
    assert on.said == ["No longer there: two.tar"]
    assert "one.tar" in sidebar(on)
    assert "two.tar" not in sidebar(on)
    qtbot.waitUntil(lambda: on.session.current is not None)


def test_what_was_asked_for_on_the_command_line_is_in_front(
    make_stage: MakeStage, archives: list[str], qtbot: QtBot
) -> None:
    first = make_stage(FakeEngine())
    opened(first, archives, qtbot)
    first.window.close()
    on = again(make_stage, archives, FakeEngine(), with_target=True)
    qtbot.waitUntil(lambda: len(on.session.sources) == 3)
    assert on.session.current.is_engine


def test_a_file_is_closed_by_key_and_menu_and_stays_closed(
    make_stage: MakeStage, archives: list[str], qtbot: QtBot
) -> None:
    on = make_stage(FakeEngine())
    assert "Only a file" in on.registry.blocked("file.close")
    opened(on, archives, qtbot)
    on.registry.update()
    assert on.registry.run("file.close") == ""
    assert "two.tar" not in sidebar(on)
    assert list(on.session.files) == archives[:1]
    on.window.close()
    assert list(Settings(on.settings.path).texts("window.files")) == archives[:1]
