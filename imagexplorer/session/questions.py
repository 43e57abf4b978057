"""What pages ask of a source: details, indexing, views; asked of the worker process (`indexing.client`) through `jobs`.

Callbacks answer on the GUI thread. Knows the links, not which of them is current.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ContainerDetail, ImageDetail, LayerTotals
from imagexplorer.core.errors import NotFound
from imagexplorer.jobs import Jobs
from imagexplorer.session.checking import Checking
from imagexplorer.session.comparing import Comparing
from imagexplorer.session.contents import Contents
from imagexplorer.session.disk import Disk
from imagexplorer.session.documents import Documents
from imagexplorer.session.link import Link
from imagexplorer.session.live import Live
from imagexplorer.session.origins import Origins
from imagexplorer.session.records import Failed, IndexedTree
from imagexplorer.session.rule_checks import RuleChecks
from imagexplorer.session.spaces import Spaces
from imagexplorer.session.taken_out import TakenOut
from imagexplorer.session.terminals import Terminals
from imagexplorer.session.uses import Uses

if TYPE_CHECKING:
    from imagexplorer.core.moments import Marked, Span
    from imagexplorer.core.preview import Preview
    from imagexplorer.core.tree_view import TreeView, ViewSpec


class Questions(QObject):
    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = jobs
        self.documents = Documents(self._ask)
        self.contents = Contents(self._ask)
        self.taken_out = TakenOut(jobs, self.contents)
        self.comparing = Comparing(jobs, self)
        self.rules = RuleChecks(jobs)
        self.spaces = Spaces(jobs)
        self.live = Live(jobs, self._find)
        self.terminals = Terminals(jobs, self._find)
        self.uses = Uses(jobs, self.live)
        self.origins = Origins(jobs, self._find)
        self.disk = Disk(jobs, self._find)
        self.checking = Checking(jobs, self)  # pages ask it, once a tree is shown, what nobody has hashed
        self._links: dict[str, Link] = {}
        self._platforms: dict[tuple[str, str], str] = {}  # of (source, image): which one was asked for

    def load_image(
        self,
        lane: str,
        source: str,
        reference: str,
        done: Callable[[ImageDetail], None],
        failed: Failed,
        platform: str = "",
    ) -> None:
        """Layers and steps: shown at once. A `platform` that was asked for once stays the image's."""

        def known(detail: ImageDetail) -> None:
            if platform:
                self._platforms[source, detail.image.id] = platform
            elif source in self._links:
                self._links[source].listing.looked_at(detail.image)
            done(detail)

        wanted = platform or self._platforms.get((source, reference), "")
        self._ask(lane, source, lambda opened, control: opened.image(reference, control, wanted), known, failed)

    def index_image(
        self,
        lane: str,
        source: str,
        detail: ImageDetail,
        done: Callable[[ImageDetail, IndexedTree], None],
        failed: Failed,
        on_layer: Callable[[LayerTotals], None] | None = None,
    ) -> None:
        """Index and stack what the cache lacks, with progress in the activity strip and `jobs.changed`.
        `done(detail as now known, tree)`; the tree goes to `view_tree`. `on_layer` hears of each layer once read."""
        link = self._find(source, failed)
        if link is None:
            return
        opened = link.source

        def work(control: Control, give: Callable[[LayerTotals], None]) -> tuple[ImageDetail, IndexedTree]:
            known, handle = opened.build(detail, control, give)
            return known, IndexedTree(opened, handle)

        self.jobs.stream(
            lane,
            work,
            on_layer or (lambda _totals: None),
            link.failed(failed),
            lambda answer: done(*answer),
            f"Reading layers of {detail.image.name}",
        )
        self.checking.give_way(lane)

    def view_tree(
        self, lane: str, tree: IndexedTree, spec: ViewSpec, done: Callable[[TreeView], None], failed: Failed
    ) -> None:
        """Raises nothing; `failed(NotFound)` where the tree is no longer kept: index the image again."""
        self.jobs.load(
            lane, lambda control: tree.opened.view(tree.handle, spec, control), done, failed, "Sorting files"
        )

    def load_container(
        self, lane: str, source: str, reference: str, done: Callable[[ContainerDetail], None], failed: Failed
    ) -> None:
        self._ask(lane, source, lambda opened, control: opened.host.container(reference, control), done, failed)

    def load_changes(
        self,
        lane: str,
        source: str,
        container_id: str,
        spec: ViewSpec,
        done: Callable[[TreeView], None],
        failed: Failed,
        first: Callable[[TreeView], None] | None = None,
        span: Span | None = None,
    ) -> None:
        """The writable layer's changes as a TreeView (marks A, M, D; sizes). `first` gets one before sizes are known,
        where these take time. With a `span` what changed in it."""
        link = self._find(source, failed)
        if link is None:
            return
        opened = link.source

        def work(control: Control, give: Callable[[TreeView], None]) -> TreeView:
            hear = give if first is not None else None
            view: TreeView = opened.changes_view(container_id, spec, control, hear, span)
            return view

        self.jobs.stream(lane, work, first or (lambda _view: None), link.failed(failed), done)

    def load_mark(
        self,
        lane: str,
        source: str,
        container_id: str,
        anew: bool,
        done: Callable[[Marked], None],
        failed: Failed,
    ) -> None:
        """What it has changed, kept for later: as it is now, or as it was asked for last."""
        self._ask(
            lane, source, lambda opened, control: opened.mark(container_id, anew, control), done, failed,
            "Marking this moment" if anew else "",
        )  # fmt: skip

    def load_container_files(
        self,
        lane: str,
        source: str,
        container_id: str,
        spec: ViewSpec,
        done: Callable[[TreeView], None],
        failed: Failed,
        title: str = "",
    ) -> None:
        """Its whole file system as a TreeView: what its image has, and what it changed with its marks."""
        self._ask(
            lane,
            source,
            lambda opened, control: opened.container_view(container_id, spec, control),
            done,
            failed,
            title,
        )

    def load_change(
        self,
        lane: str,
        source: str,
        container_id: str,
        image_id: str,
        path: str,
        more: bool,
        done: Callable[[Preview], None],
        failed: Failed,
    ) -> None:
        """How a file of a container differs from its image's, or without an image its content."""
        self._ask(
            lane,
            source,
            lambda opened, control: opened.change_shown(container_id, image_id, path, more, control),
            done,
            failed,
            "Reading a file",
        )

    def _ask(
        self,
        lane: str,
        source: str,
        work: Callable[[Any, Control], Any],
        done: Callable[[Any], None],
        failed: Failed,
        title: str = "",
        writes: bool = False,
    ) -> None:
        link = self._find(source, failed)
        if link is not None:
            opened = link.source
            failed = link.failed(failed)
            self.jobs.load(lane, lambda control: work(opened, control), done, failed, title, writes=writes)

    def _find(self, source: str, failed: Failed) -> Link | None:
        link = self._links.get(source)
        if link is None or link.source is None:
            failed(NotFound(source or "source", "it is not open any more"))
            return None
        return link
