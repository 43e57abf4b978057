"""How late the window is on the page of a container that changed much: `python -m tests.benchmarks.changes [CHANGES]`.

An engine made up, in a process of its own, tells of one container with so many new files, two sevenths of them in one
folder. Offscreen. Each step prints its name, the seconds from the call to the end of the paint that shows it, and the
lateness of a timer of 5 ms meanwhile, in ms (99th percentile, largest).
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from tests.benchmarks.offscreen import Offscreen

NAME = "box0"  # its first
FOLDER = b"many/one"
OTHERS = 100


def engine_of(path: Path, count: int, ear: Connection) -> None:
    from tests.http_engine import HttpEngine

    one = count * 2 // 7
    names = [f"many/one/file{number:06d}" for number in range(one)]
    names += [f"many/folder{number % OTHERS:03d}/file{number:06d}" for number in range(count - one)]
    with HttpEngine(path) as engine:
        engine.add_files(next(iter(engine.containers)), {name: b"x" * (len(name) % 7) for name in names})
        ear.send("ready")
        ear.recv()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 70_000
    screen = Offscreen()
    ours, theirs = multiprocessing.Pipe()
    path = screen.scratch / "engine.sock"
    process = multiprocessing.get_context("spawn").Process(target=engine_of, args=(path, count, theirs), daemon=True)
    process.start()
    ours.recv()

    from imagexplorer.views.container_page import ContainerPage

    program = screen.program
    program.start("", f"unix://{path}")
    screen.wait_until(lambda: program.session.containers_known)
    screen.wait(3)  # the workers are warm

    def step(name: str, act: Callable[[], object], until: Callable[[], object]) -> None:
        screen.watch()
        began = time.perf_counter()
        act()
        screen.wait_until(until)
        took = time.perf_counter() - began
        screen.wait(0.5)
        _, p99, most = screen.lateness()
        print(f"{name.replace(' ', '_')} {took:.3f} {p99:.1f} {most:.1f}", flush=True)

    def open_page() -> None:
        box = next(each for each in program.session.containers if each.name == NAME)
        program.session.page_wanted.emit("container", box)

    def page() -> ContainerPage | None:
        return program.window.findChild(ContainerPage)

    def shown() -> bool:
        found = page()
        return found is not None and found.changes.shown and found.changes.moments.what.count() > 1

    step("the page is opened", open_page, shown)
    found = page()
    assert found is not None
    changes = found.changes
    tree = changes.tree
    step("a folder of it is opened", lambda: tree.expand(tree.files.find(FOLDER)), lambda: True)

    def another(act: Callable[[], object]) -> tuple[Callable[[], object], Callable[[], object]]:
        before = tree.files.view
        return act, lambda: tree.files.view is not before

    size = [column.name for column in tree.files.columns].index("size")
    header = tree.header()
    step("sorted by size", *another(lambda: header.setSortIndicator(size, header.sortIndicatorOrder())))
    step("filtered", *another(lambda: changes.filter.paths.edit.setText("file00009")))
    step("the filter is cleared", *another(lambda: changes.filter.clear()))
    step("compared with a moment", *another(lambda: changes.moments.what.setCurrentIndex(1)))
    step("and with its image again", *another(lambda: changes.moments.what.setCurrentIndex(0)))
    program.close()
    ours.send("go")
    process.join(10)


if __name__ == "__main__":
    main()
