"""What is open now: sources, the lists of the current one; the one door for refresh. Knows no widget and no action.

Lists, details, indexing and views are asked of the worker process (`indexing.client`), through `jobs`; answers arrive as signals or
callbacks on the GUI thread. Engine events, our own actions and a reconnect all end in `refresh(touched)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from imagexplorer.core.entities import (
    Address,
    Container,
    ContainerDetail,
    Image,
    ImageDetail,
    Touched,
)
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.core.file_tree import TreeView, ViewSpec
from imagexplorer.jobs import Jobs


@dataclass(frozen=True, slots=True)
class Tried:
    """One place where an engine was looked for: the outcome ("no such socket") and what to do about it."""

    address: Address
    outcome: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class SourceState:
    """One line of the sidebar. `state` is connecting, live, lost, failed or file; `words` says it ("Docker 28.5, live")."""

    key: str  # stable name of the source in this session
    address: Address
    state: str
    words: str = ""
    since: float = 0.0
    error: ImagexplorerError | None = None

    @property
    def is_engine(self) -> bool:
        return self.address.kind == "engine"

    @property
    def live(self) -> bool:
        return self.state == "live"


Failed = Callable[[ImagexplorerError], None]


class Session(QObject):
    sources_changed = Signal()  # `sources`, `current`, `tried` or one state changed
    images_changed = Signal()  # `images` of the current source
    containers_changed = Signal()  # `containers` of the current source
    touched = Signal(object)  # Touched: pages that show one of these ask again
    page_wanted = Signal(
        str, object
    )  # ("image", Image) or ("container", Container): the window opens or raises the page
    list_wanted = Signal(str)  # "images" or "containers"
    message = Signal(str)  # one line for the activity strip

    # -- state, read by views -------------------------------------------------------------------
    sources: Sequence[SourceState]
    current: SourceState | None
    tried: Sequence[Tried]  # why there is no engine: shown by the start page
    images: Sequence[Image]
    containers: Sequence[Container]
    images_known: bool  # False until the first answer: "reading" and "none" look different
    containers_known: bool
    jobs: Jobs

    # -- sources --------------------------------------------------------------------------------
    def start(self, host: str = "", target: str = "") -> None:
        """Find an engine (or the one named), open `target` as soon as its source is there."""
        raise NotImplementedError

    def open_path(self, path: str) -> None:
        """Add a file source (archive, layout folder) and make it current; its only image opens at once."""
        raise NotImplementedError

    def open_sample(self) -> None:
        raise NotImplementedError

    def choose(self, key: str) -> None:
        """Make a source current."""
        raise NotImplementedError

    def close_source(self, key: str) -> None:
        raise NotImplementedError

    def retry(self, key: str = "") -> None:
        raise NotImplementedError

    # -- the one door ---------------------------------------------------------------------------
    def refresh(self, touched: Touched) -> None:
        """Read again what these things show on (gathered for 200 ms), then tell by the signals above."""
        raise NotImplementedError

    # -- pages ask, callbacks answer on the GUI thread ------------------------------------------
    def load_image(
        self, lane: str, source: str, reference: str, done: Callable[[ImageDetail], None], failed: Failed
    ) -> None:
        """Layers and steps: shown at once."""
        raise NotImplementedError

    def index_image(
        self, lane: str, source: str, detail: ImageDetail, done: Callable[[ImageDetail, Any], None], failed: Failed
    ) -> None:
        """Index and stack what the cache lacks, with progress in the activity strip and `jobs.changed`.
        `done(detail as now known, tree handle)`; the handle goes to `view_tree`."""
        raise NotImplementedError

    def view_tree(self, lane: str, tree: Any, spec: ViewSpec, done: Callable[[TreeView], None], failed: Failed) -> None:
        raise NotImplementedError

    def load_container(
        self, lane: str, source: str, reference: str, done: Callable[[ContainerDetail], None], failed: Failed
    ) -> None:
        raise NotImplementedError

    def load_changes(
        self,
        lane: str,
        source: str,
        container_id: str,
        spec: ViewSpec,
        done: Callable[[TreeView], None],
        failed: Failed,
    ) -> None:
        """The writable layer's changes as a TreeView (marks A, M, D; sizes)."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError
