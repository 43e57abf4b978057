"""Two images compared: the other one is looked up and indexed, then the worker compares.

Callbacks answer on the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.text import plain
from imagexplorer.jobs import Jobs
from imagexplorer.session.records import Failed, IndexedTree

__all__ = ["Compared", "Comparing", "ComparisonHandle"]

if TYPE_CHECKING:
    from imagexplorer.core.preview import Preview
    from imagexplorer.core.tree_view import TreeView, ViewSpec
    from imagexplorer.indexing.records import ComparisonHandle, Opened
    from imagexplorer.session.questions import Questions


@dataclass(frozen=True, slots=True)
class Compared:
    """An image page's image as the comparison wants it."""

    image: ImageDetail
    tree: IndexedTree

    @property
    def opened(self) -> Opened:
        from imagexplorer.indexing.records import Opened

        return Opened(self.tree.opened.address, self.image, self.tree.handle)


class Comparing(QObject):
    wanted = Signal(str, object, object)  # source, image, and the other one or None: the window opens the comparison

    def __init__(self, jobs: Jobs, questions: Questions) -> None:
        super().__init__(questions)
        self._jobs, self._questions = jobs, questions

    def compare(
        self,
        lane: str,
        a: Compared,
        source: str,
        reference: str,
        times: bool,
        done: Callable[[Compared, ComparisonHandle], None],
        failed: Failed,
    ) -> None:
        """`a` with an image of a source (a reference of it), which is indexed first where it has not been. `times`
        of change count too or not."""

        def found(detail: ImageDetail) -> None:
            self._questions.index_image(lane, source, detail, indexed, failed)

        def indexed(detail: ImageDetail, tree: IndexedTree) -> None:
            b = Compared(detail, tree)
            self._jobs.load(
                lane,
                lambda control: a.tree.opened.compare(a.opened, b.opened, times, control),
                lambda handle: done(b, handle),
                failed,
                f"Comparing {plain(a.image.image.name, 60)} with {plain(detail.image.name, 60)}",
            )

        self._questions.load_image(lane, source, reference, found, failed)

    def view(
        self,
        lane: str,
        a: Compared,
        comparison: ComparisonHandle,
        spec: ViewSpec,
        done: Callable[[TreeView], None],
        failed: Failed,
    ) -> None:
        def work(control: Control) -> TreeView:
            return a.tree.opened.compare_view(comparison, spec, control)

        self._jobs.load(lane, work, done, failed, "Sorting differences")

    def file(
        self,
        lane: str,
        a: Compared,
        b: Compared,
        comparison: ComparisonHandle,
        path: bytes,
        done: Callable[[Preview], None],
        failed: Failed,
    ) -> None:
        """How a path differs, as a text."""

        def work(control: Control) -> Preview:
            return a.tree.opened.compare_file(comparison, a.opened, b.opened, path, control)

        self._jobs.load(lane, work, done, failed, "Comparing contents")

    def save(
        self,
        lane: str,
        a: Compared,
        b: Compared,
        comparison: ComparisonHandle,
        path: str,
        values: bool,
        done: Callable[[str], None],
        failed: Failed,
    ) -> None:
        """Write it to a file: a page where the name ends in .html or .htm, else the document of `diff --json`; secret
        values only with `values`."""
        form = "html" if path.lower().endswith((".html", ".htm")) else "json"

        def work(control: Control) -> str:
            from imagexplorer.output.writing import write_text

            pieces: list[str] = []
            a.tree.opened.compare_document(comparison, a.opened, b.opened, form, values, pieces.append, control)
            write_text(path, pieces)
            return path

        self._jobs.load(lane, work, done, failed, "Saving a comparison", writes=True)
