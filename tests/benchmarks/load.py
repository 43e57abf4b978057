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
import statistics
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

STEP_MS = 5
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
    scratch = tempfile.mkdtemp(prefix="load-")
    os.environ.update(QT_QPA_PLATFORM="offscreen", IMAGEXPLORER_CACHE=f"{scratch}/cache")
    os.environ.update(dict.fromkeys(("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"), scratch))
    ours, theirs = multiprocessing.Pipe()
    path = Path(scratch) / "engine.sock"
    process = multiprocessing.get_context("spawn").Process(target=busy_engine, args=(path, rate, theirs), daemon=True)
    process.start()
    ours.recv()

    from PySide6.QtCore import QEventLoop, Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from imagexplorer.app import SWITCH_INTERVAL_S, Program

    sys.setswitchinterval(SWITCH_INTERVAL_S)  # as `app.run` does
    application = QApplication([])
    program = Program(application)
    session = program.session
    program.window.resize(1280, 800)
    program.window.show()
    loop = QEventLoop()

    def wait(some: float) -> None:
        QTimer.singleShot(int(some * 1000), loop.quit)
        loop.exec()

    began = time.perf_counter()
    program.start("", f"unix://{path}")
    while not (session.images_known and session.containers_known):
        wait(0.005)
    rows = time.perf_counter() - began
    wait(3)  # sizes fill in, the workers are warm
    late: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        late.append((now - last) * 1000 - STEP_MS)
        last = now

    timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=STEP_MS)
    timer.timeout.connect(tick)
    ours.send("begin")
    last = time.perf_counter()
    timer.start()
    for name in ("containers", "images"):
        program.window.show_list(name)
        wait(seconds / 2)
    timer.stop()
    ours.send("end")
    asked, events, states = json.loads(ours.recv())

    def right() -> bool:
        return len(session.images) == IMAGES and {each.id: each.state for each in session.containers} == states

    until = time.perf_counter() + 10
    while not right() and time.perf_counter() < until:
        wait(0.05)
    held = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
    ordered = sorted(late)
    p99 = ordered[int(len(ordered) * 0.99)]
    print(f"{rows:.2f} {statistics.median(late):.1f} {p99:.1f} {ordered[-1]:.1f} {held} {asked} {events} {right()}")
    program.close()
    ours.send("go")
    process.join(10)


if __name__ == "__main__":
    main()
