"""How late the window is while a large image is opened: `python -m tests.benchmarks.stall ARCHIVE`.

A timer of 5 ms is asked for; how late each of its calls comes is what a user feels. Offscreen, from the moment the file
is opened until its tree has stood for a second. Prints: seconds until layers and steps stood, until the tree stood, and
the lateness in ms: median, 99th percentile, largest.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time

STEP_MS = 5


def main() -> None:
    scratch = tempfile.mkdtemp(prefix="stall-")
    os.environ.update(QT_QPA_PLATFORM="offscreen", IMAGEXPLORER_CACHE=f"{scratch}/cache")
    os.environ.update(dict.fromkeys(("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"), scratch))
    from PySide6.QtCore import QEventLoop, Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from imagexplorer.app import Program
    from imagexplorer.views.image_page import ImagePage

    application = QApplication([])
    program = Program(application)
    program.window.resize(1280, 800)
    program.window.show()
    program.start("", f"unix://{scratch}/no-engine.sock")
    loop = QEventLoop()

    def wait(seconds: float) -> None:
        QTimer.singleShot(int(seconds * 1000), loop.quit)
        loop.exec()

    wait(3)  # the workers are warm, as they are a moment after the start
    late: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        late.append((now - last) * 1000 - STEP_MS)
        last = now

    timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=STEP_MS)
    timer.timeout.connect(tick)
    timer.start()
    began = last = time.perf_counter()
    program.session.open_path(sys.argv[1])
    stood = tree = 0.0
    while not tree and time.perf_counter() - began < 120:
        wait(0.02)
        page = program.window.findChild(ImagePage)
        if page is not None and page.detail is not None and not stood:
            stood = time.perf_counter() - began
        if page is not None and page.files.body.currentWidget() is page.files.tree:
            tree = time.perf_counter() - began
    wait(1)
    timer.stop()
    ordered = sorted(late)
    p99 = ordered[int(len(ordered) * 0.99)]
    print(f"{stood:.3f} {tree:.3f} {statistics.median(late):.1f} {p99:.1f} {ordered[-1]:.1f}")
    program.close()


if __name__ == "__main__":
    main()
