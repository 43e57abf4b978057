"""How long a person waits in a tree of a million rows: `python -m tests.benchmarks.browse ARCHIVE`.

The archive's folder `many` has the children in question. Offscreen, each figure from the call to the end of the paint
that shows the answer. Prints seconds: opening that folder, sorting by size (of all rows, these among them), filtering
to the first hits.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable

FOLDER = b"many"


def main() -> None:
    scratch = tempfile.mkdtemp(prefix="browse-")
    os.environ.update(QT_QPA_PLATFORM="offscreen", IMAGEXPLORER_CACHE=f"{scratch}/cache")
    os.environ.update(dict.fromkeys(("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"), scratch))
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from imagexplorer.app import Program
    from imagexplorer.models.tree_rows import SIZE
    from imagexplorer.views.image_page import ImagePage

    application = QApplication([])
    program = Program(application)
    program.window.resize(1280, 800)
    program.window.show()
    program.start("", f"unix://{scratch}/no-engine.sock")
    loop = QEventLoop()

    def wait(until: Callable[[], object]) -> None:
        timer = QTimer(interval=2)
        timer.timeout.connect(lambda: loop.quit() if until() else None)
        timer.start()
        loop.exec()
        timer.stop()

    def seconds(act: Callable[[], object], until: Callable[[], object] = lambda: True) -> float:
        began = time.perf_counter()
        act()
        if not until():
            wait(until)
        page.files.tree.viewport().repaint()
        return time.perf_counter() - began

    program.session.open_path(sys.argv[1])
    wait(lambda: program.window.findChild(ImagePage))
    page = program.window.findChild(ImagePage)
    assert page is not None
    tree = page.files.tree
    wait(lambda: page.files.body.currentWidget() is tree)
    quiet = time.monotonic() + 10  # what is verified quietly behind the tree is none of these figures
    wait(lambda: time.monotonic() > quiet)
    header, size = tree.header(), tree.files.columns.index(SIZE)
    expanding = seconds(lambda: tree.expand(tree.files.find(FOLDER)))
    shown = tree.files.view
    sorting = seconds(
        lambda: header.setSortIndicator(size, header.sortIndicatorOrder()), lambda: tree.files.view is not shown
    )
    shown = tree.files.view
    filtering = seconds(lambda: page.files.filter.paths.edit.setText("file00009"), lambda: tree.files.view is not shown)
    print(f"{expanding:.3f} {sorting:.3f} {filtering:.3f}")
    program.close()


if __name__ == "__main__":
    main()
