"""What is copied for a report names versions, engines and the log's end, and holds no secret."""

from __future__ import annotations

import logging

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from imagexplorer import __version__, logs
from tests.fake_engine import FakeEngine
from tests.views.conftest import MakeStage


def test_it_is_copied_without_secrets(make_stage: MakeStage, expected_log: list[str]) -> None:
    expected_log.append("could not")
    path = logs.install()
    assert path is not None
    try:
        logging.getLogger("imagexplorer.x").warning("could not log in with API_TOKEN=s3cr3t at tcp://me:hunter2@box")
        on = make_stage(FakeEngine())
        on.registry.action("help.diagnostics").trigger()
        text = QGuiApplication.clipboard().text()
    finally:
        logs.remove()
    assert f"imagexplorer {__version__}" in text
    assert "live  unix:///fake.sock" in text or "Docker 20.10.24" in text
    assert "could not log in" in text
    assert "s3cr3t" not in text
    assert "hunter2" not in text


def test_a_log_that_is_not_there_is_said(make_stage: MakeStage, qtbot: QtBot) -> None:
    on = make_stage(None)
    qtbot.waitUntil(lambda: bool(on.session.tried))
    on.registry.action("help.diagnostics").trigger()
    text = QGuiApplication.clipboard().text()
    assert "it cannot be read" in text
    assert "tried" in text
