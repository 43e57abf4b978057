"""What was done, as a page: rows, errors in full without secrets, progress, copying; and the question at the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from imagexplorer.core.activity import Activity
from imagexplorer.core.errors import Cancelled, Refused
from imagexplorer.jobs import JobState
from imagexplorer.views.activity_page import ActivityPage
from tests.fakes import FakeEngine
from tests.views.stage import Stage
from tests.views.test_sidebar import SomeJobs


@pytest.fixture
def jobs(qapp: QApplication) -> SomeJobs:
    return SomeJobs()


@pytest.fixture
def activity() -> Activity:
    return Activity()


@pytest.fixture
def page(qtbot: QtBot, jobs: SomeJobs, activity: Activity) -> Iterator[ActivityPage]:
    made = ActivityPage(jobs, activity)
    qtbot.addWidget(made)
    QAbstractItemModelTester(
        made.table.records, QAbstractItemModelTester.FailureReportingMode.Fatal, made.table.records
    )
    made.resize(1100, 700)
    made.show()
    yield made
    made.close()


def rows(page: ActivityPage) -> list[list[str]]:
    model = page.table.model()
    return [[str(model.index(row, at).data()) for at in (0, 1, 4)] for row in range(model.rowCount())]


def test_what_runs_stands_first_and_its_progress_goes_on(
    page: ActivityPage, jobs: SomeJobs, activity: Activity
) -> None:
    assert rows(page) == []
    good = activity.begin("Stop web", "docker stop web", 100)
    activity.end(good, now=103)
    going = activity.begin("Delete 3 images", "docker rmi a b c", 101)
    jobs.states = [JobState(7, "Delete 3 images", 1, 3, "b", 101, changes=True, deed=going), JobState(8, "Reading x")]
    jobs.changed.emit()
    assert rows(page) == [
        ["Delete 3 images", "33 % · b", "docker rmi a b c"],
        ["Reading x", "running", ""],
        ["Stop web", "done", "docker stop web"],
    ]
    page.table.selectRow(0)
    page.cancel.click()
    assert jobs.cancelled == [7]
    jobs.states = []
    activity.end(going, Cancelled("Delete 3 images"), now=102)
    jobs.changed.emit()
    assert [row[:2] for row in rows(page)] == [["Stop web", "done"], ["Delete 3 images", "cancelled"]]
    assert page.table.current().deed.id == going, "the row that was chosen stays so"
    assert not page.cancel.isEnabled()


def test_an_error_says_whose_words_it_is_what_it_means_and_the_way_out(
    page: ActivityPage, jobs: SomeJobs, activity: Activity
) -> None:
    error = Refused("delete db", "conflict: API_TOKEN=q7q7q7q7 is in use", "Stop it first")
    error.__cause__ = OSError("socket of https://me:q7q7q7q7@host/x")
    activity.end(activity.begin("Delete db", "docker rm db", 1), error, 2)
    jobs.changed.emit()
    page.table.selectRow(0)
    page.copy_report.click()
    copied = QApplication.clipboard().text()
    assert copied == page.text.toPlainText()
    for words in (
        "What was said:  conflict",
        Refused.means,
        "What to do:     Stop it first",
        "docker rm db",
        "OSError",
    ):
        assert words in copied
    assert "q7q7" not in copied
    page.copy_command.click()
    assert QApplication.clipboard().text() == "docker rm db"


def test_the_filter_looks_through_titles_results_and_lines(
    page: ActivityPage, jobs: SomeJobs, activity: Activity
) -> None:
    for number in range(30):
        activity.end(activity.begin(f"Stop web{number}", f"docker stop web{number}"))
    jobs.changed.emit()
    page.filter.setText("WEB7 done")
    assert [row[0] for row in rows(page)] == ["Stop web7"]
    assert page.count.text() == "30 ended · 1 shown"


def test_it_opens_from_the_strip_the_menu_and_once(qtbot: QtBot, on: Stage, engine: FakeEngine) -> None:
    on.window.show_list("containers")
    on.window.containers.select([engine.named("web").id])
    qtbot.waitUntil(lambda: on.registry.run("container.stop") == "")
    qtbot.waitUntil(lambda: not on.jobs.changing)
    qtbot.mouseClick(on.window.strip.more, Qt.MouseButton.LeftButton)
    popup = on.window.strip._popup
    assert popup is not None
    popup.all.click()
    page = on.window.current_page
    assert isinstance(page, ActivityPage)
    assert ["Stop web", "done", "docker stop web"] in rows(page)
    on.registry.run("view.activity")
    assert on.window.current_page is page
    assert on.window.tabs.count() == 2


def test_what_is_under_way_is_asked_about_before_the_window_closes(qtbot: QtBot, on: Stage, engine: FakeEngine) -> None:
    gate = engine.gate["stop"] = threading.Event()
    on.window.show_list("containers")
    on.window.containers.select([engine.named("web").id])
    qtbot.waitUntil(lambda: on.registry.run("container.stop") == "")
    on.session.acts.restart(on.session.sources[0].key, [engine.named("old")])
    assert not on.window.close()
    assert not on.window.close(), "asked once"
    boxes = on.window.findChildren(QMessageBox)
    assert len(boxes) == 1
    box = boxes[0]
    assert "Stop web" in box.informativeText()
    assert "Restart old (waits)" in box.informativeText()
    stay = box.defaultButton()
    assert stay is box.escapeButton()
    stay.click()
    assert on.window.isVisible()
    assert not on.window.close()
    leave = next(each for each in on.window.findChildren(QMessageBox)[-1].buttons() if "Quit" in each.text())
    leave.click()
    qtbot.waitUntil(lambda: not on.window.isVisible())
    gate.set()
    qtbot.waitUntil(lambda: not on.jobs.changing)


def test_reading_is_no_reason_to_ask_and_neither_is_a_signal(qtbot: QtBot, on: Stage, engine: FakeEngine) -> None:
    gate = threading.Event()

    def wait(_control: object) -> None:
        gate.wait()

    on.jobs.load("x", wait, lambda _none: None, title="Reading")
    assert on.jobs.unfinished() == []
    on.jobs.load("y", wait, lambda _none: None, title="Writing", writes=True)
    assert [state.title for state in on.jobs.unfinished()] == ["Writing"]
    on.window.close_at_once()
    assert not on.window.isVisible()
    gate.set()
