"""How late the window is while an engine is busy: `python -m tests.benchmarks.load [SECONDS] [EVENTS A SECOND] [LOGS]`.

2,000 containers and 5,000 images on an engine made up, in a process of its own; containers start and end, and each
tells so. Half of the time the list of containers is in front, half that of images. With LOGS so many logs are followed
all the while, of 5 MB a second together; each belongs to a container whose page is open, and they take turns with the
lists in front, each with its lines. Prints: seconds to the first rows, the lateness of a timer of 5 ms in ms (median,
99th percentile, largest), the processor time of the window's own thread in these stretches in ms (99th percentile,
largest: a busy machine adds nothing to that), MiB that the window holds at most, requests that the engine got, events,
MB of log that came, seconds after the last event until the lists were right, and whether they are the engine's.
"""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

from imagexplorer.core.live import LogBatch, LogSpec
from tests.benchmarks.offscreen import Offscreen

IMAGES, CONTAINERS = 5_000, 2_000
LOG_BYTES_A_SECOND = 5_000_000
LINE = b"GET /a/path/that/somebody/asked/for?with=a&few=words HTTP/1.1 200 and what else a line of a log holds" * 2
TURN_S = 5.0


def busy_engine(path: Path, rate: float, logs: int, ear: Connection) -> None:
    """Events from the first word that it gets to the second; then it tells its requests and the states it ended in."""
    from tests.http_engine import HttpEngine

    with HttpEngine(path, IMAGES, CONTAINERS) as engine:
        engine.log_line = LINE
        engine.log_lines_a_second = LOG_BYTES_A_SECOND / max(logs, 1) / (len(LINE) + 50)
        ear.send("ready")
        ear.recv()
        names, begun = list(engine.containers), time.perf_counter()
        for number in itertools.count():
            if ear.poll(max(0.0, begun + number / rate - time.perf_counter())):
                break
            engine.set_state(names[number * 7 % len(names)], ("exited", "running")[number // len(names) % 2])
        ear.recv()
        states = {each: row["State"] for each, row in engine.containers.items()}
        ear.send(json.dumps([len(engine.asked), number, states]))
        ear.recv()


class Logs:
    """So many pages of containers, each on its log. The page in front follows its own; the logs of all others are
    followed beside them, and only counted."""

    def __init__(self, screen: Offscreen, count: int) -> None:
        self.screen, self.session, self.window = screen, screen.program.session, screen.program.window
        self.containers = self.session.containers[:count]
        self.came = 0
        from imagexplorer.views.container_page import ContainerPage

        for each in self.containers:
            self.window.open_page("container", each)
            page = self.window.current_page
            assert isinstance(page, ContainerPage)
            page.show_tab("logs")

    def follow(self, number: int) -> None:
        source, container = self.session.current.key, self.containers[number]
        self.session.live.follow_log(
            f"counted{number}", source, container.id, LogSpec(tail=0, follow=True), self._count,
            lambda: None, lambda error: print(error, file=sys.stderr),
        )  # fmt: skip

    def _count(self, batch: LogBatch) -> None:
        self.came += len(batch.text)

    def turn(self, number: int, seconds: float) -> None:
        self.session.jobs.drop(f"counted{number}")
        self.window.open_page("container", self.containers[number])
        self.screen.wait(seconds)
        self.follow(number)


def main() -> None:
    seconds, rate, logs = (float(each) for each in (sys.argv[1:] + ["20", "200", "0"][len(sys.argv) - 1 :]))
    screen = Offscreen()
    ours, theirs = multiprocessing.Pipe()
    path = screen.scratch / "engine.sock"
    process = multiprocessing.get_context("spawn").Process(
        target=busy_engine, args=(path, rate, int(logs), theirs), daemon=True
    )
    process.start()
    ours.recv()

    program = screen.program
    session = program.session
    began = time.perf_counter()
    program.start("", f"unix://{path}")
    screen.wait_until(lambda: session.images_known and session.containers_known)
    rows = time.perf_counter() - began
    screen.wait(3)  # sizes fill in, the workers are warm
    followed = Logs(screen, int(logs))
    for number in range(int(logs)):
        followed.follow(number)
    ours.send("begin")
    screen.watch()
    ends, held = time.perf_counter() + seconds, 0
    if not logs:
        for name in ("containers", "images"):
            program.window.show_list(name)
            screen.wait(seconds / 2)
    for number in itertools.count() if logs else ():
        if time.perf_counter() >= ends:
            break
        program.window.show_list(("containers", "images")[number % 2])
        screen.wait(TURN_S)
        followed.turn(number % int(logs), TURN_S)
        held = max(held, resident())
    median, p99, most = screen.lateness()
    ours.send("end")
    asked, events, states = json.loads(ours.recv())

    def right() -> bool:
        return len(session.images) == IMAGES and {each.id: each.state for each in session.containers} == states

    settled = screen.wait_until(right, 60)
    held = max(held, resident())
    _, used, most_used = screen.busy()
    late = [f"{each:.1f}" for each in (median, p99, most, used, most_used)]
    print(f"{rows:.2f}", *late, held, asked, events, followed.came // 10**6, f"{settled:.1f}", right())
    program.close()
    ours.send("go")
    process.join(10)


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20


if __name__ == "__main__":
    main()
