"""How late the window is while an engine is busy: `python -m tests.benchmarks.load [SECONDS] [EVENTS A SECOND]`.

2,000 containers and 5,000 images on an engine made up, in a process of its own; containers start and end, and each
tells so. Half of the time the list of containers is in front, half that of images. Prints: seconds to the first rows,
the lateness of a timer of 5 ms in ms (median, 99th percentile, largest), MiB that the window holds, requests that the
engine got, events, and whether the lists are the engine's at the end.
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

from tests.benchmarks.offscreen import Offscreen

IMAGES, CONTAINERS = 5_000, 2_000


def busy_engine(path: Path, rate: float, ear: Connection) -> None:
    """Events from the first word that it gets to the second; then it tells its requests and the states it ended in."""
    from tests.http_engine import HttpEngine

    with HttpEngine(path, IMAGES, CONTAINERS) as engine:
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


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    rate = float(sys.argv[2]) if len(sys.argv) > 2 else 200.0
    screen = Offscreen()
    ours, theirs = multiprocessing.Pipe()
    path = screen.scratch / "engine.sock"
    process = multiprocessing.get_context("spawn").Process(target=busy_engine, args=(path, rate, theirs), daemon=True)
    process.start()
    ours.recv()

    program = screen.program
    session = program.session
    began = time.perf_counter()
    program.start("", f"unix://{path}")
    screen.wait_until(lambda: session.images_known and session.containers_known)
    rows = time.perf_counter() - began
    screen.wait(3)  # sizes fill in, the workers are warm
    ours.send("begin")
    screen.watch()
    for name in ("containers", "images"):
        program.window.show_list(name)
        screen.wait(seconds / 2)
    median, p99, most = screen.lateness()
    ours.send("end")
    asked, events, states = json.loads(ours.recv())

    def right() -> bool:
        return len(session.images) == IMAGES and {each.id: each.state for each in session.containers} == states

    screen.wait_until(right, 10)
    held = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
    print(f"{rows:.2f} {median:.1f} {p99:.1f} {most:.1f} {held} {asked} {events} {right()}")
    program.close()
    ours.send("go")
    process.join(10)


if __name__ == "__main__":
    main()
