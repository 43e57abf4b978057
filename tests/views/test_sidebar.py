"""The sidebar and the strip: states in shape and words, by mouse and keyboard, and nothing jumps."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from imagexplorer.core.entities import Address, EngineInfo
from imagexplorer.core.errors import Cancelled, Fault, Refused, Unreachable
from imagexplorer.jobs import Jobs, JobState
from imagexplorer.session import SourceState
from imagexplorer.views.activity_strip import ActivityStrip
from imagexplorer.views.job_row import percent, time_left
from imagexplorer.views.sidebar import Entry, Sidebar
from imagexplorer.views.theme import apply_scheme
from tests.fakes import FakeEngine
from tests.views.stage import Stage

ENGINE = SourceState("e", Address("engine", "unix:///x.sock", "local"), "live", "Docker 28.5, live")
FILE = SourceState("f", Address("docker-archive", "/x/app.tar", "app.tar"), "file", "docker archive")
LISTS = [Entry("images", "Images", "image", "42"), Entry("containers", "Containers", "container", "…")]


def sidebar(qtbot: QtBot, *sources: SourceState) -> Sidebar:
    made = Sidebar()
    qtbot.addWidget(made)
    made.show_state(sources, "e", LISTS, "images")
    made.resize(220, 400)
    made.show()
    return made


def row_of(made: Sidebar, text: str) -> int:
    return next(row for row in range(made.count()) if made.item(row).text() == text)


def test_a_source_says_its_state_in_words_to_those_who_cannot_see_it(qtbot: QtBot) -> None:
    made = sidebar(qtbot, ENGINE, replace(ENGINE, key="l", state="lost", words="lost, reconnecting"), FILE)
    role = Qt.ItemDataRole.AccessibleTextRole
    spoken = [made.item(row).data(role) for row in range(made.count())]
    assert "local, Docker 28.5, live, current" in spoken
    assert "local, lost, reconnecting" in spoken
    assert "Images, 42, shown" in spoken
    assert "Containers, …" in spoken
    assert [made.item(row).text() for row in range(made.count()) if made.item(row).text().isupper()] == [
        "ENGINES",
        "FILES",
    ]
    icons = {made.item(row).icon().name() for row in range(made.count())}
    assert {"live", "lost", "archive"} <= icons


def test_an_unsafe_way_to_an_engine_shows_all_the_time(qtbot: QtBot) -> None:
    info = EngineInfo("Docker", "28.5", risk="TLS not verified")
    made = sidebar(qtbot, ENGINE, replace(ENGINE, key="u", words="Docker 28.5, live, TLS not verified", info=info))
    shown = {made.item(row).icon().name() for row in range(made.count()) if made.item(row).text() == "local"}
    assert shown == {"live", "unlocked"}


@pytest.mark.parametrize("by", ["click", "return", "space"])
def test_mouse_and_keys_want_the_same(qtbot: QtBot, by: str) -> None:
    made = sidebar(qtbot, ENGINE, FILE)
    wanted: list[str] = []
    made.source_wanted.connect(wanted.append)
    made.list_wanted.connect(wanted.append)
    for text in ("app.tar", "Containers"):
        item = made.item(row_of(made, text))
        if by == "click":
            qtbot.mouseClick(made.viewport(), Qt.MouseButton.LeftButton, pos=made.visualItemRect(item).center())
        else:
            made.setCurrentItem(item)
            qtbot.keyClick(made, Qt.Key.Key_Return if by == "return" else Qt.Key.Key_Space)
    assert wanted == ["f", "containers"]


def test_arrow_keys_skip_headings_and_the_place_survives_an_update(qtbot: QtBot) -> None:
    made = sidebar(qtbot, ENGINE, FILE)
    made.setCurrentRow(row_of(made, "local"))
    qtbot.keyClick(made, Qt.Key.Key_Down)
    assert made.currentItem().text() == "app.tar"
    made.show_state([ENGINE, FILE, replace(FILE, key="g")], "e", LISTS, "images")
    assert made.currentItem().text() == "app.tar"


def test_closing_a_file_closes_its_pages(qtbot: QtBot, on: Stage) -> None:
    on.world.files["/archives/app.tar"] = FakeEngine.single()
    on.session.open_path("/archives/app.tar")
    qtbot.waitUntil(lambda: on.window.tabs.count() == 2)
    bar = on.window.sidebar
    bar.setCurrentRow(row_of(bar, "app.tar"))
    qtbot.keyClick(bar, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: on.window.tabs.count() == 1)
    assert len(on.session.sources) == 1
    assert on.window.current_page is on.window.images


def test_a_page_of_another_source_opens_what_belongs_to_it(qtbot: QtBot, on: Stage) -> None:
    window = on.window
    web = next(each for each in on.session.containers if each.name == "web")
    window.open_page("container", web)
    engine_key = on.session.current.key if on.session.current is not None else ""
    on.world.files["/archives/app.tar"] = FakeEngine.single()
    on.session.open_path("/archives/app.tar")
    qtbot.waitUntil(lambda: window.tabs.count() == 3)
    window.show_number(2)
    image = FakeEngine().find_image("myapp:dev")
    on.session.page_wanted.emit("image", image)
    assert window.tabs.current_key == f"image/{engine_key}/{image.id}"


def test_colours_follow_the_scheme_while_it_runs(qtbot: QtBot, on: Stage, qapp: QApplication) -> None:
    try:
        before = on.window.sidebar.grab().toImage().pixelColor(5, 5)
        on.registry.run("view.scheme_dark")
        qtbot.wait(20)
        assert on.registry.action("view.scheme_dark").isChecked()
        after = on.window.sidebar.grab().toImage().pixelColor(5, 5)
        assert after.lightness() < 128 < before.lightness()
    finally:
        apply_scheme(qapp, "system")


# -- the strip -------------------------------------------------------------------------------------


class SomeJobs(Jobs):
    """Jobs whose states a test sets."""

    def __init__(self) -> None:
        super().__init__()
        self.states: list[JobState] = []
        self.cancelled: list[int] = []

    def running(self) -> list[JobState]:
        return list(self.states)

    def cancel(self, job: int) -> None:
        self.cancelled.append(job)


@pytest.fixture
def jobs(qapp: QApplication) -> SomeJobs:
    return SomeJobs()


@pytest.fixture
def strip(qtbot: QtBot, jobs: SomeJobs) -> ActivityStrip:
    made = ActivityStrip(jobs)
    qtbot.addWidget(made)
    made.resize(1000, made.height())
    made.show()
    return made


def test_a_running_job_shows_how_far_it_is_and_can_be_cancelled(
    qtbot: QtBot, strip: ActivityStrip, jobs: SomeJobs
) -> None:
    height = strip.height()
    jobs.states = [
        JobState(7, "Reading layers of myapp:dev", 41, 100, "layer 3 of 5", time.time() - 10),
        JobState(8, "Other", started=time.time()),
    ]
    jobs.changed.emit()
    row = strip._job
    assert row.isVisible()
    assert "layer 3 of 5" in row.text.whole()
    assert row.percent.text() == "41 %"
    assert row.left.text().endswith(" left")
    assert strip.more.text() == "1 more"
    assert strip.height() == height
    qtbot.mouseClick(row.cancel, Qt.MouseButton.LeftButton)
    assert jobs.cancelled == [7]
    qtbot.mouseClick(strip.more, Qt.MouseButton.LeftButton)
    assert strip._popup is not None
    assert [each.job for each in strip._popup._rows] == [7, 8]
    strip._popup.close()


def test_before_the_first_byte_nobody_says_how_far_it_is(strip: ActivityStrip, jobs: SomeJobs) -> None:
    jobs.states = [JobState(7, "Reading layers of big:1", 0, 600, "layer 1 of 4", time.time() - 3)]
    jobs.changed.emit()
    assert strip._job.percent.text() == ""
    assert (strip._job.bar.minimum(), strip._job.bar.maximum()) == (0, 0)
    jobs.states = [JobState(7, "Reading layers of big:1", 300, 600, "layer 2 of 4", time.time() - 3)]
    jobs.changed.emit()
    assert strip._job.percent.text() == "50 %"
    assert strip._job.bar.maximum() > 0


def test_an_error_stays_until_something_is_said_and_its_details_can_be_copied(
    qtbot: QtBot, strip: ActivityStrip, jobs: SomeJobs
) -> None:
    jobs.ended.emit(JobState(1, "Stop web", ended=time.time(), error=Refused("web", "its own words", "Do this")))
    jobs.changed.emit()
    assert strip._message.whole() == "web: its own words. Do this"
    assert strip.details.isVisible()
    assert not strip.retry.isVisible()
    strip.show_error(Fault("x", "y", details="Traceback: here"))
    qtbot.mouseClick(strip.details, Qt.MouseButton.LeftButton)
    assert "Traceback: here" in QApplication.clipboard().text()
    strip.show_error(Unreachable("local", "refused"))
    assert strip.retry.isVisible()
    strip.show_message("fine again")
    assert not strip.details.isVisible()


def test_a_cancel_is_silent_but_listed(qtbot: QtBot, strip: ActivityStrip, jobs: SomeJobs) -> None:
    jobs.ended.emit(JobState(1, "Reading", ended=time.time(), error=Cancelled("Reading")))
    assert strip._message.whole() == ""
    assert strip.more.isVisible()


states = st.builds(
    JobState,
    st.just(1),
    st.just("x"),
    done=st.floats(0, 1e18),
    total=st.none() | st.floats(0, 1e18),
    started=st.floats(0, 2e9),
)


@given(states, st.floats(0, 3e9))
def test_figures_are_never_nonsense(state: JobState, now: float) -> None:
    left = time_left(state, max(now, state.started))
    assert left == "" or left.endswith(" left")
    assert "-" not in left
    shown = percent(state)
    assert shown == "" or 0 <= int(shown.removesuffix(" %")) <= 100


def test_what_was_done_is_listed_with_its_command_line_and_details_to_copy(
    qtbot: QtBot, strip: ActivityStrip, jobs: SomeJobs
) -> None:
    activity = strip._activity
    now = time.time()
    good = activity.begin("Stop web", "docker stop web", now - 3)
    activity.end(good, now=now - 1)
    bad = activity.begin("Delete db", "docker rm db", now - 1)
    error = Fault("db", "it runs", details="Traceback: here")
    activity.end(bad, error, now)
    activity.begin("Restart web", "docker restart web")  # under way: not listed
    jobs.ended.emit(JobState(1, "Stop web", started=now - 3, ended=now - 1, changes=True, deed=good))
    jobs.ended.emit(JobState(2, "Delete db", started=now - 1, ended=now, error=error, changes=True, deed=bad))
    jobs.ended.emit(JobState(3, "Reading layers", started=now - 9, ended=now - 5))
    qtbot.mouseClick(strip.more, Qt.MouseButton.LeftButton)
    popup = strip._popup
    assert popup is not None
    assert [(line.title, line.error, line.command) for line in popup.past] == [
        ("Delete db", "db: it runs", "docker rm db"),
        ("Stop web", "", "docker stop web"),
        ("Reading layers", "", ""),
    ]
    buttons = [each for each in popup.findChildren(QToolButton) if each.text().startswith("Copy")]
    assert [each.text() for each in buttons] == ["Copy command", "Copy details", "Copy command"]
    clipboard = QApplication.clipboard()
    buttons[0].click()
    assert clipboard.text() == "docker rm db"
    buttons[1].click()
    assert "Traceback: here" in clipboard.text()
    popup.close()
