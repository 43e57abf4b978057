"""The worker process: what passes, what happens when it is told to stop, and when it dies."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address
from imagexplorer.core.errors import Cancelled, Fault, Refused, WrongUse
from imagexplorer.indexing.frames import ITEMS_AHEAD, TAKEN_AT_ONCE
from imagexplorer.indexing.process import ReaderEnded, WorkerProcess
from imagexplorer.indexing.records import Call

ROOT = Path(__file__).parents[2]
ENGINE = Address("engine", "1700")
FILE = Address("docker-archive", "3")


def command() -> list[str]:
    boot = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import runpy; "
    boot += f"runpy.run_path({str(ROOT / 'tests' / 'indexing' / 'odd_worker.py')!r}, run_name='__main__')"
    return [sys.executable, "-c", boot]


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    made = WorkerProcess("scan", command=command())
    yield made
    made.close()


def image(reference: str, platform: str = "") -> Call:
    return Call("source", "image", FILE, {"reference": reference, "platform": platform})


def wait_for(true: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.005)


def in_thread(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """The thread and, when it ended, what came of it: a value or an exception."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def test_answers_of_all_shapes(worker: WorkerProcess) -> None:
    rows = worker.ask(Call("source", "images", ENGINE), Control())
    assert [row.tags[0] for row in rows] == [f"name:{number}" for number in range(1700)]
    assert worker.ask(image("echo", "a\udcff\x00é"), Control()) == "a\udcff\x00é"


def test_layers_arrive_as_items(worker: WorkerProcess) -> None:
    got = {}
    call = Call("source", "scan", FILE, {"image": "as it was", "wanted": [2, 0], "options": None}, "done")
    answer = worker.ask(call, Control(), lambda number, index: got.update({number: index}))
    assert answer == "as it was"
    assert list(got) == [2, 0]
    assert all(bytes(got[number]["kind"]) == bytes([number]) * 3_000_000 for number in got)


def test_errors_and_mistakes(worker: WorkerProcess) -> None:
    with pytest.raises(Refused, match="the engine's own words") as refused:
        worker.ask(Call("host", "stop", ENGINE, {"container_id": "web"}), Control())
    assert (refused.value.what, refused.value.way_out) == ("web", "do this")
    with pytest.raises(Fault, match="a mistake about web") as fault:
        worker.ask(Call("host", "start", ENGINE, {"container_id": "web"}), Control())
    assert "odd_worker" in fault.value.details
    with pytest.raises(WrongUse):
        worker.ask(Call("host", "stop", FILE, {"container_id": "web"}), Control())
    with pytest.raises(WrongUse):
        worker.ask(Call("source", "__init__", FILE), Control())
    with pytest.raises(Refused, match="memory"):
        worker.ask(image("memory"), Control())


@pytest.mark.parametrize("stray", ["print"])
def test_what_is_printed_in_the_worker_does_not_disturb(
    worker: WorkerProcess, expected_log: list[str], stray: str
) -> None:
    expected_log.extend(["text that is no frame", "and more of it"])
    assert worker.ask(image(stray), Control()) == "printed"
    assert isinstance(worker.ask(image("pid"), Control()), int)


def test_progress_reaches_the_caller(worker: WorkerProcess) -> None:
    said: list[tuple[float, float | None, str]] = []
    worker.ask(image("slow"), Control(lambda *each: said.append(each), interval=0))
    assert len(said) >= 3
    assert said[-1][:2] == (20, 20)
    assert [each[0] for each in said] == sorted(each[0] for each in said)


def test_many_questions_at_once(worker: WorkerProcess) -> None:
    threads = [in_thread(lambda n=n: worker.ask(image("echo", f"{n}"), Control())) for n in range(24)]
    for thread, _ in threads:
        thread.join(20)
    assert [outcome for _, outcome in threads] == [[f"{n}"] for n in range(24)]


def test_cancel_ends_the_question_at_once_and_the_work_soon(worker: WorkerProcess) -> None:
    control = Control()
    started = threading.Event()
    waiting = Control(lambda *_: started.set())
    thread, outcome = in_thread(lambda: worker.ask(image("wait"), waiting))
    assert started.wait(20)
    waiting.cancel()
    thread.join(5)
    assert isinstance(outcome[0], Cancelled)
    pid = worker.pid
    assert worker.ask(image("pid"), control) == pid  # not killed: it stopped by itself
    assert worker._life is not None
    wait_for(lambda: not worker._life._unanswered)


def test_a_question_that_was_cancelled_before_is_not_waited_for(worker: WorkerProcess) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        worker.ask(image("wait"), control)


def test_a_stuck_scan_is_killed_and_what_others_asked_is_asked_again(worker: WorkerProcess) -> None:
    first = worker.ask(image("pid"), Control())
    started = threading.Event()
    bystander, outcome = in_thread(lambda: worker.ask(image("slow"), Control(lambda *_: started.set()), kill=True))
    assert started.wait(20)
    control = Control()
    stuck, ended = in_thread(lambda: worker.ask(image("stuck"), control, kill=True))
    time.sleep(0.1)
    control.cancel()
    stuck.join(5)
    assert isinstance(ended[0], Cancelled)
    wait_for(lambda: not os.path.exists(f"/proc/{first}"))
    bystander.join(20)
    assert isinstance(outcome[0], int)
    assert outcome[0] != first


def test_an_action_is_never_asked_a_second_time_by_itself() -> None:
    lists = WorkerProcess("lists", command=command())
    started = threading.Event()
    thread, outcome = in_thread(lambda: lists.ask(image("wait"), Control(lambda *_: started.set())))
    assert started.wait(20)
    lists.kill()
    thread.join(20)
    assert isinstance(outcome[0], ReaderEnded)
    lists.close()


def test_a_worker_that_dies_ends_every_question_with_one_clear_error(worker: WorkerProcess) -> None:
    pid = worker.ask(image("pid"), Control())
    started = threading.Event()
    thread, outcome = in_thread(lambda: worker.ask(image("wait"), Control(lambda *_: started.set())))
    assert started.wait(20)
    os.kill(pid, signal.SIGKILL)
    thread.join(20)
    assert isinstance(outcome[0], ReaderEnded)
    assert "signal 9, SIGKILL" in str(outcome[0])
    assert worker.ask(image("pid"), Control()) != pid


def test_a_worker_that_leaves_says_its_last_words(worker: WorkerProcess, expected_log: list[str]) -> None:
    expected_log.append("worker says goodbye")
    with pytest.raises(ReaderEnded, match=r"exit status 7.*worker says goodbye"):
        worker.ask(image("exit"), Control())
    assert isinstance(worker.ask(image("pid"), Control()), int)


def test_a_worker_that_talks_nonsense_is_ended(worker: WorkerProcess) -> None:
    with pytest.raises(ReaderEnded):
        worker.ask(image("garbage"), Control())
    assert isinstance(worker.ask(image("pid"), Control()), int)


def test_it_dies_at_any_moment(worker: WorkerProcess) -> None:
    for number in range(20):
        pid = worker.ask(image("pid"), Control())
        threads = [
            in_thread(lambda: worker.ask(Call("source", "images", ENGINE), Control())),
            in_thread(lambda: worker.ask(image("slow"), Control())),
        ]
        time.sleep(number * 0.002)
        os.kill(pid, signal.SIGKILL)
        for thread, outcome in threads:
            thread.join(20)
            assert not thread.is_alive()
            assert isinstance(outcome[0], ReaderEnded | list | int)
    assert len(worker.ask(Call("source", "images", ENGINE), Control())) == 1700


def test_a_stream_runs_until_its_reader_leaves(worker: WorkerProcess) -> None:
    events = worker.converse(Call("host", "events", ENGINE), Control())
    got = [next(events)[0].images for _ in range(5)]
    assert got == [frozenset({f"image {number}"}) for number in range(5)]
    events.close()
    assert worker._life is not None
    wait_for(lambda: not worker._life._unanswered)


def test_a_stream_waits_for_who_reads_it_slowly(worker: WorkerProcess, tmp_path: Path) -> None:
    told = tmp_path / "told"

    def asked() -> str:
        return told.read_text() if told.exists() else ""

    stream = worker.converse(Call("host", "copied_out", ENGINE, {"container_id": str(told)}), Control())
    assert len(next(stream)[0]) == 100_000
    wait_for(lambda: asked() == str(ITEMS_AHEAD))
    assert worker.ask(image("echo", "others are answered"), Control()) == "others are answered"
    for _ in range(3 * ITEMS_AHEAD):
        next(stream)
    life = worker._life
    assert life is not None
    (box,) = life._boxes.values()
    wait_for(lambda: box.qsize() >= ITEMS_AHEAD - TAKEN_AT_ONCE)
    assert box.qsize() <= ITEMS_AHEAD, "and no more of it waits in memory"
    stream.close()
    wait_for(lambda: asked().endswith(" over"))
    wait_for(lambda: not life._unanswered)


def test_a_stream_ends_with_cancelled(worker: WorkerProcess) -> None:
    control = Control()
    thread, outcome = in_thread(lambda: list(worker.converse(Call("host", "events", ENGINE), control)))
    time.sleep(0.1)
    control.cancel()
    thread.join(5)
    assert isinstance(outcome[0], Cancelled)


def test_it_ends_when_its_parent_is_gone(worker: WorkerProcess) -> None:
    pid = worker.ask(image("pid"), Control())
    thread, _ = in_thread(lambda: worker.ask(image("wait"), Control()))
    worker.close()
    thread.join(10)
    assert not thread.is_alive()
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"))
    with pytest.raises(ReaderEnded):
        worker.ask(image("pid"), Control())


def test_what_runs_at_the_end_may_tidy_up(worker: WorkerProcess, tmp_path: Path) -> None:
    """A terminal that nobody holds any more is hung up, or its program would run on for ever."""
    begun = threading.Event()
    control = Control(lambda _done, _total, text: begun.set() if text == "begun" else None)
    put_away = tmp_path / "tidy"
    thread, _ = in_thread(lambda: worker.ask(image("tidy", str(put_away)), control))
    assert begun.wait(10)
    life = worker._life
    assert life is not None
    worker.close()
    wait_for(lambda: life.process.poll() is not None)
    assert put_away.read_text() == "tidy"
    thread.join(10)


def test_one_that_cannot_be_started_says_so() -> None:
    worker = WorkerProcess("lists", command=["/nonexistent/python"])
    with pytest.raises(ReaderEnded, match="cannot be started"):
        worker.ask(image("pid"), Control())


def test_a_callback_that_fails_cancels_the_question(worker: WorkerProcess) -> None:
    call = Call("source", "scan", FILE, {"image": 0, "wanted": [1, 2, 3], "options": None}, "done")

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        worker.ask(call, Control(), fail)
    assert isinstance(worker.ask(image("pid"), Control()), int)


def test_a_scanning_process_fails_before_the_machine_does() -> None:
    import subprocess

    code = "import sys; sys.path.insert(0, sys.argv[1]); from imagexplorer.indexing import worker; worker._be_modest();"
    code += "import numpy\ntry: numpy.empty(worker.MEMORY_BYTES, 'u1')\nexcept MemoryError: print('refused')"
    done = subprocess.run([sys.executable, "-c", code, str(ROOT)], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "refused", done.stderr


def test_nothing_heavy_is_loaded_by_the_side_that_asks() -> None:
    import subprocess

    code = "import sys, imagexplorer.indexing.client; print(sorted({'numpy','docker','multiprocessing','requests',"
    code += "'pygments','xxhash','platformdirs'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
