"""How long a person waits in a large tree: `python -m tests.benchmarks.browse ARCHIVE`.

The archive's folder `many` has the children in question. Offscreen, each figure from the call to the end of the paint
that shows the answer. Prints seconds: opening that folder, sorting by size (of all rows, these among them), filtering
to the first hits.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from tests.benchmarks.offscreen import Offscreen

FOLDER = b"many"


def main() -> None:
    screen = Offscreen()
    from imagexplorer.models.tree_rows import SIZE
    from imagexplorer.views.image_page import ImagePage

    program = screen.program
    program.start("", f"unix://{screen.scratch}/no-engine.sock")
    program.session.open_path(sys.argv[1])
    screen.wait_until(lambda: program.window.findChild(ImagePage))
    page = program.window.findChild(ImagePage)
    assert page is not None
    tree = page.files.tree
    screen.wait_until(lambda: page.files.body.currentWidget() is tree)
    screen.wait(10)  # what is verified quietly behind the tree is none of these figures
    tree.collapse_all()  # a lone folder was opened by itself

    def seconds(act: Callable[[], object], until: Callable[[], object] = lambda: True) -> float:
        began = time.perf_counter()
        act()
        screen.wait_until(until)
        tree.viewport().repaint()
        return time.perf_counter() - began

    header, size = tree.header(), tree.files.columns.index(SIZE)
    opening = seconds(lambda: tree.expand(tree.files.find(FOLDER)))
    shown = tree.files.view
    sorting = seconds(
        lambda: header.setSortIndicator(size, header.sortIndicatorOrder()), lambda: tree.files.view is not shown
    )
    shown = tree.files.view
    filtering = seconds(lambda: page.files.filter.paths.edit.setText("file00009"), lambda: tree.files.view is not shown)
    print(f"{opening:.3f} {sorting:.3f} {filtering:.3f}")
    program.close()


if __name__ == "__main__":
    main()
