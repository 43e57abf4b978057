"""The window on its stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.views.stage import Answers, Stage, stage

MakeStage = Callable[..., Stage]


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def make_stage(qtbot: QtBot, tmp_path: Path) -> Iterator[MakeStage]:
    """A shown and started stage; with an engine its lists are complete."""
    made: list[Stage] = []

    def build(engine: FakeEngine | None, real_dialogs: bool = False, settle: bool = True) -> Stage:
        on = stage(engine, tmp_path, None if real_dialogs else Answers(), real_dialogs)
        made.append(on)
        on.window.show()
        on.window.activateWindow()
        qtbot.waitUntil(on.window.isActiveWindow)
        on.session.start()
        if engine is not None and settle:
            qtbot.waitUntil(lambda: complete(on))
        return on

    yield build
    for on in made:
        on.close()


def complete(on: Stage) -> bool:
    session = on.session
    return (
        session.images_known
        and session.containers_known
        and all(image.unique_bytes is not None for image in session.images)
        and all(each.writable_bytes is not None for each in session.containers)
    )


@pytest.fixture
def on(make_stage: MakeStage, engine: FakeEngine) -> Stage:
    """A window with three images and two containers."""
    return make_stage(engine)
