"""How late the window is while a large image is opened: `python -m tests.benchmarks.stall ARCHIVE`.

Offscreen, from the moment the file is opened until its tree has stood for a second. Prints: seconds until layers and
steps stood, until the tree stood, and the lateness in ms: median, 99th percentile, largest.
"""

from __future__ import annotations

import sys
import time

from tests.benchmarks.offscreen import Offscreen


def main() -> None:
    screen = Offscreen()
    from imagexplorer.views.image_page import ImagePage

    program = screen.program
    program.start("", f"unix://{screen.scratch}/no-engine.sock")
    screen.wait(3)  # the workers are warm, as they are a moment after the start
    screen.watch()
    began = time.perf_counter()
    program.session.open_path(sys.argv[1])

    def page() -> ImagePage | None:
        return program.window.findChild(ImagePage)

    def has_layers() -> bool:
        shown = page()
        return shown is not None and shown.detail is not None

    def has_tree() -> bool:
        shown = page()
        return shown is not None and shown.files.body.currentWidget() is shown.files.tree

    screen.wait_until(has_layers)
    stood = time.perf_counter() - began
    screen.wait_until(has_tree)
    tree = time.perf_counter() - began
    screen.wait(1)
    median, p99, most = screen.lateness()
    print(f"{stood:.3f} {tree:.3f} {median:.1f} {p99:.1f} {most:.1f}")
    program.close()


if __name__ == "__main__":
    main()
