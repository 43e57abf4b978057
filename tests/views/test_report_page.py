"""A saved document opens as a page through every door, and never as an archive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from pytestqt.qtbot import QtBot

from imagexplorer.views.report_page import ReportPage
from tests.fake_engine import FakeEngine
from tests.views.stage import Stage
from tests.views.stage import stage as set_up

DOCUMENT: dict[str, Any] = {
    "schema": "imagexplorer.check/1",
    "target": "app.tar",
    "source": {"kind": "docker-archive", "name": "/x/app.tar"},
    "image": {"id": "sha256:1", "tags": ["app:1"]},
    "passed": False,
    "rules": [
        {"rule": "sound", "passed": True, "findings": []},
        {
            "rule": "no-secrets",
            "passed": False,
            "findings": [
                {"path": "a/id_rsa", "layer": 2, "why": "a \u202eprivate key"},
                {"path": "b/.env", "layer": 10, "why": "<b>settings</b>"},
            ],
        },
    ],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(DOCUMENT))
    return path


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path) -> Iterator[Stage]:
    made = set_up(FakeEngine(), tmp_path)
    made.session.start()
    made.window.show()
    qtbot.waitUntil(lambda: made.session.images_known)
    yield made
    made.close()


def page_of(stage: Stage, qtbot: QtBot) -> ReportPage:
    page = stage.window.current_page
    assert isinstance(page, ReportPage)
    qtbot.waitUntil(lambda: page.body.currentWidget() is not page.waiting)
    return page


@pytest.mark.parametrize("door", ["session", "drop", "target"])
def test_every_door_leads_to_its_page(stage: Stage, qtbot: QtBot, path: Path, door: str) -> None:
    sources = len(stage.session.sources)
    if door == "session":
        stage.session.open_path(str(path))
    elif door == "target":
        stage.session.start(target=str(path))
    else:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        none = Qt.MouseButton.NoButton
        event = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, none, Qt.KeyboardModifier.NoModifier)
        stage.window.dropEvent(event)
    page = page_of(stage, qtbot)
    assert page.heading.text() == "check of app:1"
    assert page.verdict.text() == "1 of 2 rules broken"
    assert len([each for each in stage.session.sources if not each.is_engine]) == 0
    assert len(stage.session.sources) >= sources
    stage.session.open_path(str(path))
    assert stage.window.current_page is page, "raised, not opened twice"
    stage.window.close_page()


def test_it_is_read_filtered_and_copied(stage: Stage, qtbot: QtBot, path: Path) -> None:
    stage.session.open_path(str(path))
    page = page_of(stage, qtbot)
    assert [page.tabs.tabText(number) for number in range(page.tabs.count())] == ["&Facts", "Findings (2)", "Rules (2)"]
    assert page.tabs.currentIndex() == 1
    view = page.tabs.widget(1)
    model = view.model()
    rows = [[model.index(row, column).data() for column in range(4)] for row in range(2)]
    assert rows[0] == ["no-secrets", "/a/id_rsa", "2", "a \\u202eprivate key"]
    page.focus_filter()
    qtbot.keyClicks(page.filter, "settings")
    assert page.tabs.tabText(1) == "Findings (1)"
    view.selectRow(0)
    view.copy()
    assert QGuiApplication.clipboard().text() == "no-secrets\t/b/.env\t10\t<b>settings</b>"


@pytest.mark.parametrize("text", ['{"schema":"imagexplorer.check/1"', '{"schema":"imagexplorer.check/9"}'])
def test_what_cannot_be_read_is_said_and_read_again(stage: Stage, qtbot: QtBot, path: Path, text: str) -> None:
    path.write_text(text)
    stage.session.open_path(str(path))
    page = page_of(stage, qtbot)
    assert page.body.currentWidget() is page.empty
    path.write_text(json.dumps(DOCUMENT))
    page.refresh()
    qtbot.waitUntil(lambda: page.body.currentWidget() is page.tabs)


def test_other_json_is_opened_as_a_source_is(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"schemaVersion": 2}')
    stage.session.open_path(str(path))
    assert not isinstance(stage.window.current_page, ReportPage)
