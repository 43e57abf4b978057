"""Where the bytes of an image are: asked of the worker process, which keeps the sums of a tree while it is looked at.

Callbacks answer on the GUI thread; `failed` comes with NotFound where the tree is no longer kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.text import plain
from imagexplorer.jobs import Jobs
from imagexplorer.session.records import Failed, IndexedTree

if TYPE_CHECKING:
    from imagexplorer.core.advice import Entries
    from imagexplorer.core.space_map import MapSpec, SpaceMap
    from imagexplorer.core.space_overview import Alike, Overview


class Spaces:
    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def load_overview(self, lane: str, tree: IndexedTree, done: Callable[[Overview], None], failed: Failed) -> None:
        """To be asked first: what it adds up is what the others need."""
        self._jobs.load(
            lane, lambda control: tree.opened.space_overview(tree.handle, control), done, failed, "Adding up bytes"
        )

    def load_map(
        self, lane: str, tree: IndexedTree, spec: MapSpec, done: Callable[[SpaceMap], None], failed: Failed
    ) -> None:
        self._jobs.load(
            lane, lambda control: tree.opened.space_map(tree.handle, spec, control), done, failed, "Adding up bytes"
        )

    def load_entries(
        self, lane: str, tree: IndexedTree, kind: str, layer: int, done: Callable[[Entries], None], failed: Failed
    ) -> None:
        """Of a piece of advice."""
        self._jobs.load(
            lane,
            lambda control: tree.opened.space_entries(tree.handle, kind, layer, control),
            done,
            failed,
            "Looking for files",
        )

    def load_alike(
        self,
        lane: str,
        tree: IndexedTree,
        image: ImageDetail,
        read: bool,
        done: Callable[[Alike], None],
        failed: Failed,
    ) -> None:
        """Files with the same content; with `read` those of one size are read where no hash of them is known."""
        title = f"Comparing files of {plain(image.image.name, 200)}"
        self._jobs.load(
            lane, lambda control: tree.opened.space_alike(image, tree.handle, read, control), done, failed, title
        )
