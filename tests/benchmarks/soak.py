"""Whether anything grows in hours: `python -m tests.benchmarks.soak [SECONDS] [EVENTS A SECOND] [SECONDS OF A LIFE]`.

The real window, without a screen, before an engine made up that is a process of its own: it tells 100 events a second
(states, new and removed containers, new and removed images), is killed each minute, and comes back with other things.
In each life a container's page is opened on its log and closed. Then, while the engine is silent for a moment, the
lists must be the engine's, row by row.

Prints a line a life: seconds since the start, seconds until the lists were right after the start and in the silence,
MiB of the window and of its workers, threads, descriptors, child processes, ghost and missing rows. The last line is
what `verdict` makes of them, as JSON.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import statistics
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from tests.benchmarks.offscreen import Offscreen

IMAGES, CONTAINERS = 60, 200
AWAY_S = 1.0


def engine_life(path: Path, rate: float, life: int, ear: Connection) -> None:
    """It tells what it has and waits for a word. Then events, until one comes; then it is silent, tells what it has
    now, and goes on with the next. It is ended by a signal."""
    from tests.http_engine import HttpEngine

    chance = random.Random(life)
    with HttpEngine(path, IMAGES, CONTAINERS) as engine:
        for number in range(life % 7):
            engine.add_container(f"life{life}-{number}")
            engine.add_image(f"life{life}-{number}:1")
        ear.send((set(engine.images), {each: row["State"] for each, row in engine.containers.items()}))
        ear.recv()
        begun, number = time.perf_counter(), 0
        while True:
            if ear.poll(max(0.0, begun + number / rate - time.perf_counter())):
                ear.recv()
                ear.send((set(engine.images), {each: row["State"] for each, row in engine.containers.items()}))
                ear.recv()
                begun = time.perf_counter() - number / rate
            number += 1
            if number % 50 == 0:
                engine.start(f"new{life}-{number}")
            elif number % 50 == 25:
                engine.remove_container(chance.choice(list(engine.containers)[1:]))
            elif number % 200 == 10:
                engine.tag(f"new{life}-{number}:1")
            elif number % 200 == 110:
                engine.remove_image(chance.choice(list(engine.images)[1:]))
            else:
                engine.set_state(chance.choice(list(engine.containers)), chance.choice(("running", "exited")))


@dataclass(frozen=True)
class Life:
    at: float
    back: float
    silent: float
    window_mib: float
    workers_mib: float
    threads: int
    descriptors: int
    processes: int
    ghosts: int
    missing: int
    wrong: int


def resident(process: int | str) -> float:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def children(process: int | str) -> list[str]:
    """All below it."""
    found: list[str] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that ended while we look
            for child in (task / "children").read_text().split():
                found += [child, *children(child)]
    return found


class Soak:
    def __init__(self, rate: float, life_s: float) -> None:
        self.rate, self.life_s = rate, life_s
        self.screen = Offscreen()
        self.session = self.screen.program.session
        self.path = self.screen.scratch / "engine.sock"
        self.began = time.perf_counter()
        self.lives: list[Life] = []

    def run(self, seconds: float) -> None:
        self.screen.program.start("", f"unix://{self.path}")
        while time.perf_counter() - self.began < seconds:
            self.live(len(self.lives))
        self.screen.program.close()

    def live(self, number: int) -> None:
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(
            target=engine_life, args=(self.path, self.rate, number, theirs), daemon=True
        )
        process.start()
        images, states = ours.recv()

        def known() -> tuple[set[str], dict[str, str]]:
            return {row.id for row in self.session.images}, {row.id: row.state for row in self.session.containers}

        back = self.screen.wait_until(lambda: self.fresh and known() == (images, states), 30)
        ours.send("begin")
        window = self.screen.program.window
        window.show_list(("containers", "images")[number % 2])
        if self.session.containers:
            window.open_page("container", self.session.containers[0])
            self.screen.wait(self.life_s * 0.5)
            window.close_page()
        window.show_list(("containers", "images")[number % 2])
        self.screen.wait(self.life_s * 0.5)
        ours.send("silence")
        images, states = ours.recv()
        silent = self.screen.wait_until(lambda: known() == (images, states), 10)
        seen_images, seen = known()
        below = [each for each in children("self") if each != str(process.pid)]
        life = Life(
            time.perf_counter() - self.began, back, silent, resident("self"), sum(map(resident, below)),
            len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd")) - 2, len(below),
            len(seen_images - images) + len(seen.keys() - states.keys()),
            len(images - seen_images) + len(states.keys() - seen.keys()),
            sum(seen[each] != state for each, state in states.items() if each in seen),
        )  # fmt: skip
        self.lives.append(life)
        print(" ".join(f"{value:.2f}" if isinstance(value, float) else str(value) for value in asdict(life).values()),
              flush=True)  # fmt: skip
        ours.send("go on")
        self.screen.wait(0.5)
        process.kill()
        process.join()
        ours.close()
        theirs.close()
        self.path.unlink()
        self.screen.wait(AWAY_S)

    @property
    def fresh(self) -> bool:
        current = self.session.current
        return current is not None and current.live and not current.stale_since


def verdict(lives: list[Life], settled_s: float) -> dict[str, float]:
    """Growth from the first fifth of what comes after `settled_s` to the last fifth: a share of memory, a number of
    threads, descriptors and processes; rows that were ghosts, missing or wrong in all; the longest recovery."""
    after = [life for life in lives if life.at >= settled_s]
    part = max(1, len(after) // 5)

    def middle(name: str, chosen: list[Life]) -> float:
        return statistics.median(getattr(life, name) for life in chosen)

    first, last = after[:part], after[-part:]
    return {
        "lives": len(lives),
        "memory": middle("window_mib", last) / middle("window_mib", first) - 1,
        "workers": middle("workers_mib", last) / middle("workers_mib", first) - 1,
        **{name: middle(name, last) - middle(name, first) for name in ("threads", "descriptors", "processes")},
        "ghosts": sum(life.ghosts for life in lives),
        "missing": sum(life.missing for life in lives),
        "wrong": sum(life.wrong for life in lives),
        "longest": max(life.back for life in lives),
    }


def main() -> None:
    seconds, rate, life_s = (float(each) for each in (sys.argv[1:] + ["7200", "100", "58"][len(sys.argv) - 1 :]))
    soak = Soak(rate, life_s)
    soak.run(seconds)
    print(json.dumps(verdict(soak.lives, min(600, seconds / 12))))


if __name__ == "__main__":
    main()
