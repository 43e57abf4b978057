"""What happened to a container, and the line that would run it again."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QMessageBox, QToolButton

from imagexplorer.core.entities import ContainerDetail
from imagexplorer.core.errors import Refused
from imagexplorer.core.life import Moment
from imagexplorer.models.life_rows import LIFE, moment_key
from imagexplorer.models.table_model import TableModel
from imagexplorer.views.run_strip import RunStrip
from tests.fake_engine import FakeEngine
from tests.views.pages import Pages


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def pages(qtbot, engine):
    made = Pages(qtbot, engine)
    yield made
    made.close()


ENDED = Moment(1_700_000_700.0, "ended", "exit code 137: ended by SIGKILL", "warning")
TOLD = (Moment(1_700_000_500.0, "created"), ENDED)


def test_rows_of_moments(qapp):
    model = TableModel(LIFE, moment_key)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_records(TOLD)
    model.sort(0)
    assert model.index(1, 2).data() == "ended"


def test_events_and_the_record_together_newest_first(pages, engine, qtbot):
    engine.live.history = TOLD
    page = pages.open_container(engine.named("web"))
    tab = next(each for each in map(page.tabs.widget, range(page.tabs.count())) if type(each).__name__ == "HistoryTab")
    page.tabs.setCurrentWidget(tab)
    model = tab.list.table.records
    qtbot.waitUntil(lambda: model.rowCount() == 3)
    assert [model.index(row, 2).data() for row in range(3)] == ["ended", "started", "created"]
    tab.list.table.selectRow(0)
    assert tab.text.toPlainText() == "exit code 137: ended by SIGKILL"
    engine.live.history = (*TOLD, Moment(1_700_000_800.0, "started"))
    engine.set_state("web", "running")
    page.refresh()
    qtbot.waitUntil(lambda: model.rowCount() == 4)
    engine.fail["history"] = Refused("events", "no journal here")
    tab.refresh()
    qtbot.waitUntil(lambda: "no journal here" in tab.list.left_out.text())


def test_the_run_line_asks_once_before_it_copies_secrets(qtbot, engine):
    said = []
    strip = RunStrip(said.append)
    qtbot.addWidget(strip)
    raw = {"Config": {"Env": ["API_TOKEN=abc"]}}
    strip.show_container(ContainerDetail(engine.named("web"), raw=raw), None, "docker")
    strip.show()
    strip.copy.click()
    assert QGuiApplication.clipboard().text() == f"docker run -d --name web -e API_TOKEN {engine.named('web').image}"
    strip.with_values.click()
    box = strip.findChild(QMessageBox)
    assert "API_TOKEN" in box.informativeText()
    next(button for button in box.buttons() if "Copy" in button.text()).click()
    assert "-e API_TOKEN=abc" in QGuiApplication.clipboard().text()
    QGuiApplication.clipboard().clear()
    strip.with_values.click()
    assert "-e API_TOKEN=abc" in QGuiApplication.clipboard().text(), "not asked again"
    port = next(button for button in strip.findChildren(QToolButton) if "8080" in button.text())
    port.click()
    assert QGuiApplication.clipboard().text() == "localhost:8080"
