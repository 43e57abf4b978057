"""What the session hands out, and what it asks to be handed: no Qt, no logic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from imagexplorer.core.control import Control
from imagexplorer.core.entities import DOCKER, Address, EngineInfo, LayerTotals
from imagexplorer.core.errors import ImagexplorerError, Refused

if TYPE_CHECKING:
    from imagexplorer.indexing.client import RemoteSource
    from imagexplorer.indexing.records import TreeHandle


@dataclass(frozen=True, slots=True)
class Tried:
    """One place where an engine was looked for: the outcome ("no such socket") and what to do about it."""

    address: Address
    outcome: str
    advice: str = ""


CONNECTING, LIVE, LOST, FAILED, FILE = "connecting", "live", "lost", "failed", "file"


@dataclass(frozen=True, slots=True)
class SourceState:
    """One line of the sidebar. `state` is connecting, live, lost, failed or file; `words` says it ("Docker 28.5,
    live"). `since` is when the state began: of a lost engine, so, the time of its last rows. `stale_since` is when the
    rows of one that is live were right for the last time, 0 while they are; `error` says why they are not."""

    key: str  # stable name of the source in this session
    address: Address
    state: str
    words: str = ""
    since: float = 0.0
    error: ImagexplorerError | None = None
    info: EngineInfo | None = None
    stale_since: float = 0.0
    locked: bool = False  # nothing is changed there: so the user said
    colour: str = ""  # of `looks.COLOURS`: the user's

    def may_change(self, what: str) -> None:
        """Raises Refused where it is locked."""
        if self.locked:
            raise Refused(what, f"{self.name} is locked: nothing is changed there", "Unlock it in the File menu")

    @property
    def is_engine(self) -> bool:
        return self.address.kind == "engine"

    @property
    def live(self) -> bool:
        return self.state == LIVE

    @property
    def program(self) -> str:
        """What the command lines of an engine begin with."""
        return self.info.program if self.info is not None else DOCKER

    @property
    def end(self) -> tuple[str, str]:
        """Its end of a command line that copies: what that begins with and the address, of a file its kind and path."""
        return self.program if self.is_engine else self.address.kind, self.address.location

    @property
    def name(self) -> str:
        """What a person calls it: the engine's name, the file's."""
        return self.address.name or self.address.location.rstrip("/").rpartition("/")[2] or self.address.location


OpenSource: TypeAlias = "RemoteSource"
Failed = Callable[[ImagexplorerError], None]


@dataclass(frozen=True, slots=True)
class IndexedTree:
    """An image's stacked layers, for `Session.view_tree`: what each layer holds stands in `layers`."""

    opened: OpenSource
    handle: TreeHandle

    @property
    def layers(self) -> tuple[LayerTotals, ...]:
        return self.handle.layers


OpenAddress = Callable[[Address, Control], "RemoteSource"]
"""Opens a source; blocks. Raises Unreachable, NotFound, Damaged."""

FindEngine = Callable[[str, Control], tuple["RemoteSource | None", Sequence[Tried]]]
"""Finds the engine that was named ("": whichever answers first), and says where else it looked; blocks."""
