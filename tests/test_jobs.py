"""Jobs: newest wins, late answers are dropped, performs keep their order, mistakes are named, closing is quick."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from imagexplorer.core.control import Control
from imagexplorer.core.entities import EVERYTHING, Touched
from imagexplorer.core.errors import Cancelled, Fault, ImagexplorerError, Refused
from imagexplorer.jobs import AHEAD, Jobs, JobState

ONE = Touched(images=frozenset({"one"}))


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


def waiting(gate: threading.Event, value: Any = None) -> Any:
    def work(control: Control) -> Any:
        while not gate.wait(0.005):
            control.step()
        return value

    return work


def test_an_answer_comes_on_the_gui_thread(jobs: Jobs, qtbot: QtBot) -> None:
    seen: list[tuple[int, threading.Thread]] = []
    worked: list[threading.Thread] = []

    def work(control: Control) -> int:
        worked.append(threading.current_thread())
        return 7

    jobs.load("a", work, lambda value: seen.append((value, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [(7, threading.main_thread())]
    assert worked[0] is not threading.main_thread()


def test_the_newest_in_a_lane_wins_and_the_older_is_cancelled(jobs: Jobs, qtbot: QtBot) -> None:
    gate, seen, stopped = threading.Event(), [], threading.Event()

    def old(control: Control) -> str:
        try:
            return str(waiting(gate, "old")(control))
        except Cancelled:
            stopped.set()
            raise

    jobs.load("a", old, seen.append, seen.append)
    jobs.load("b", lambda control: "other lane", seen.append)
    jobs.load("a", lambda control: "new", seen.append)
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert sorted(seen) == ["new", "other lane"]
    assert stopped.wait(5)
    qtbot.wait(30)
    assert len(seen) == 2


def test_a_late_answer_that_nobody_could_stop_is_dropped(jobs: Jobs, qtbot: QtBot) -> None:
    gate, seen, ended = threading.Event(), [], threading.Event()

    def deaf(control: Control) -> str:
        gate.wait(10)
        ended.set()
        return "late"

    jobs.load("a", deaf, seen.append, seen.append)
    jobs.load("a", lambda control: "new", seen.append)
    gate.set()
    assert ended.wait(5)
    qtbot.waitUntil(lambda: seen == ["new"])
    qtbot.wait(30)
    assert seen == ["new"]


def test_an_answer_already_on_its_way_is_dropped_too(jobs: Jobs, qtbot: QtBot) -> None:
    """The thread has ended and the answer is queued when the lane is taken: only the GUI thread can still say no."""
    seen: list[str] = []
    worked = threading.Event()
    jobs.load("a", lambda control: (worked.set(), "late")[1], seen.append)
    assert worked.wait(5)
    time.sleep(0.05)
    jobs.load("a", lambda control: "new", seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["new"]


def test_dropping_lanes_by_pattern(jobs: Jobs, qtbot: QtBot) -> None:
    gate, seen = threading.Event(), []
    for lane in ("page1/tree", "page1/detail", "page2/tree"):
        jobs.load(lane, waiting(gate, lane), seen.append, seen.append)
    jobs.drop("page1/*")
    gate.set()
    qtbot.waitUntil(lambda: bool(seen))
    qtbot.wait(30)
    assert seen == ["page2/tree"]


def test_a_stream_answers_many_times_until_its_lane_is_dropped(jobs: Jobs, qtbot: QtBot) -> None:
    seen: list[int] = []

    def work(control: Control, give: Any) -> None:
        for number in range(10**9):
            control.step()
            give(number)
            time.sleep(0.002)

    jobs.stream("events", work, seen.append, lambda error: seen.append(-1))
    qtbot.waitUntil(lambda: len(seen) > 5)
    jobs.drop("events")
    count = len(seen)
    qtbot.wait(50)
    assert seen == list(range(count))


def test_a_stream_waits_for_a_window_that_is_behind_and_lets_go_when_it_is_dropped(jobs: Jobs, qtbot: QtBot) -> None:
    given: list[int] = []
    taken: list[int] = []
    stopped = threading.Event()

    def work(_control: Control, give: Any) -> None:
        try:
            for number in range(100):
                given.append(number)
                give(number)
        finally:
            stopped.set()

    jobs.stream("s", work, taken.append, lambda error: None)
    assert not stopped.wait(0.2), "nothing is taken while this thread is busy: nor is more given"
    assert len(given) <= AHEAD + 1
    qtbot.waitUntil(lambda: len(taken) == 100)
    assert taken == given
    stopped.clear()
    jobs.stream("s", work, taken.append, lambda error: None)
    jobs.drop("s")
    assert stopped.wait(20), "a thread that waits for nobody ends"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(outcomes=st.lists(st.sampled_from(["well", "refused", "mistake"]), min_size=1, max_size=8))
def test_performs_run_one_at_a_time_in_order_whatever_each_comes_to(
    qtbot: QtBot, expected_log: list[str], outcomes: list[str]
) -> None:
    expected_log.append("a mistake in this program")
    jobs = Jobs()
    log: list[str] = []
    busy = threading.Lock()
    ended: list[JobState] = []
    jobs.ended.connect(ended.append)
    touched: list[Touched] = []
    jobs.touched.connect(touched.append)

    def work(number: int, outcome: str) -> Any:
        def run(control: Control) -> Touched:
            assert busy.acquire(blocking=False), "two performs at once"
            try:
                log.append(f"run {number}")
                if outcome == "refused":
                    raise Refused("thing", "the engine's own words")
                if outcome == "mistake":
                    raise KeyError("x")
                return ONE
            finally:
                busy.release()

        return run

    for number, outcome in enumerate(outcomes):
        jobs.perform(f"job {number}", work(number, outcome), failed=lambda error: None)
    qtbot.waitUntil(lambda: len(ended) == len(outcomes))
    assert log == [f"run {number}" for number in range(len(outcomes))]
    assert [state.title for state in ended] == [f"job {number}" for number in range(len(outcomes))]
    kinds = {"well": type(None), "refused": Refused, "mistake": Fault}
    assert [type(state.error) for state in ended] == [kinds[outcome] for outcome in outcomes]
    assert touched == [ONE if outcome == "well" else EVERYTHING for outcome in outcomes]
    assert not jobs.changing
    jobs.close()


def test_a_mistake_is_logged_with_its_traceback_and_named(
    jobs: Jobs, qtbot: QtBot, caplog: pytest.LogCaptureFixture, expected_log: list[str]
) -> None:
    expected_log.append("a mistake in this program")
    errors: list[ImagexplorerError] = []

    def broken(control: Control) -> None:
        raise KeyError("the missing key")

    jobs.load("a", broken, errors.append, errors.append, title="Reading images")
    qtbot.waitUntil(lambda: bool(errors))
    (error,) = errors
    assert isinstance(error, Fault)
    assert "in broken" in error.details
    assert "the missing key" in error.reason
    assert "in broken" in caplog.text


def test_the_users_cancel_ends_a_load_at_once_even_if_its_thread_is_deaf(jobs: Jobs, qtbot: QtBot) -> None:
    gate = threading.Event()
    seen: list[Any] = []
    jobs.load("a", lambda control: gate.wait(10), seen.append, seen.append, title="Indexing")
    qtbot.waitUntil(lambda: bool(jobs.running()))
    (state,) = jobs.running()
    jobs.cancel(state.id)
    assert [type(error) for error in seen] == [Cancelled]
    assert jobs.running() == []
    gate.set()
    qtbot.wait(30)
    assert len(seen) == 1


def test_cancel_unblocks_what_waits(jobs: Jobs, qtbot: QtBot) -> None:
    """A blocking read is ended by what the work registered."""
    unblocked = threading.Event()
    gone = threading.Event()

    def work(control: Control) -> None:
        with control.on_cancel(unblocked.set):
            unblocked.wait(10)
            gone.set()
            control.step()

    jobs.load("a", work, lambda value: None, lambda error: None)
    qtbot.wait(20)
    jobs.drop("a")
    assert gone.wait(5)


def test_a_waiting_perform_can_be_cancelled_and_the_running_one_says_when_it_is_over(jobs: Jobs, qtbot: QtBot) -> None:
    gate = threading.Event()
    ended: list[JobState] = []
    jobs.ended.connect(ended.append)
    ran: list[str] = []
    jobs.perform("first", lambda control: (gate.wait(10), ONE)[1])
    jobs.perform("second", lambda control: (ran.append("second"), ONE)[1])
    jobs.perform("third", lambda control: (ran.append("third"), ONE)[1])
    first, second, _third = jobs.running()
    assert second.text == "waiting"
    jobs.cancel(second.id)
    jobs.cancel(first.id)
    gate.set()  # the engine did it all the same: that is said, not hidden
    qtbot.waitUntil(lambda: len(ended) == 3)
    assert [(state.title, type(state.error)) for state in ended] == [
        ("second", Cancelled),
        ("first", type(None)),
        ("third", type(None)),
    ]
    assert ran == ["third"]


def test_progress_is_shown_for_titled_work_only_and_at_most_ten_times_a_second(jobs: Jobs, qtbot: QtBot) -> None:
    states: list[JobState] = []
    jobs.changed.connect(lambda: states.extend(jobs.running()))
    done: list[float] = []

    def work(control: Control) -> float:
        begun = time.monotonic()
        for number in range(2000):
            control.step(number, 2000, "layer 1 of 3")
            time.sleep(0.0004)
        return time.monotonic() - begun

    jobs.load("a", work, done.append, title="Indexing")
    qtbot.waitUntil(lambda: bool(done), timeout=20_000)
    reports = {state.done for state in states if state.total == 2000}
    assert reports
    assert len(reports) <= done[0] * 10 + 2
    jobs.load("b", lambda control: time.sleep(0.45), done.append)
    qtbot.waitUntil(lambda: len(done) == 2)
    assert jobs.running() == []


def test_close_is_quick_and_nothing_comes_after_it(qtbot: QtBot) -> None:
    jobs = Jobs()
    gate = threading.Event()
    seen: list[Any] = []
    jobs.load("polite", waiting(threading.Event()), seen.append, seen.append)
    jobs.perform("polite too", waiting(threading.Event()), seen.append, seen.append)
    begun = time.monotonic()
    jobs.close()
    assert time.monotonic() - begun < 2
    jobs.load("after", lambda control: 1, seen.append)
    jobs.perform("after", lambda control: ONE, seen.append, seen.append)
    gate.set()
    qtbot.wait(50)
    assert seen == []


def test_a_fault_in_a_callback_does_not_stop_the_line(jobs: Jobs, qtbot: QtBot) -> None:
    ended: list[JobState] = []
    jobs.ended.connect(ended.append)

    def broken(touched: Touched) -> None:
        raise ValueError("in a view")

    with qtbot.captureExceptions() as raised:
        jobs.perform("first", lambda control: ONE, done=broken)
        jobs.perform("second", lambda control: ONE)
        qtbot.waitUntil(lambda: len(ended) == 2)
    assert [type(error[1]) for error in raised] == [ValueError]
