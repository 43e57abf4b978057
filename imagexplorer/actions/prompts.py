"""What an action may ask the user. Views implement it; actions never see a widget.

Each question blocks until answered and returns a frozen answer, or None where the user thought better of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from imagexplorer.core.entities import DOCKER, CommitSpec, Container, Image
from imagexplorer.core.run_spec import RunSpec

if TYPE_CHECKING:
    from imagexplorer.core.preview import Preview
    from imagexplorer.core.removal_steps import Step
    from imagexplorer.core.tree_view import TreeView
    from imagexplorer.core.world import World
    from imagexplorer.session import Failed
    from imagexplorer.session.from_changes import Draft


@dataclass(frozen=True, slots=True)
class DeleteItem:
    """One line of a delete question: what it is ("image nginx:1.27"), what goes with it, what blocks it ("": nothing
    does)."""

    title: str
    consequence: str = ""
    blocked: str = ""
    bytes: int | None = None
    final: bool = False  # blocked whatever is ticked; otherwise until what uses it is stopped and removed
    details: tuple[tuple[str, int | None], ...] = ()  # what becomes of its parts, with their bytes
    id: str = ""  # it can be left out; ""  it cannot
    steps: tuple[Step, ...] = ()  # of it, each to be ticked


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer would do: its command lines, and how much comes free, in words ("about 12 MB"; "": nothing, or
    not known)."""

    frees: str = ""
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeleteAnswer:
    """`stop_first`: what is in the way is stopped and removed. `kept` are ids and tags that were unticked; `volumes`
    ids of containers whose nameless volumes go with them."""

    stop_first: bool = False
    kept: frozenset[str] = frozenset()
    volumes: frozenset[str] = frozenset()
    keep: bool = False  # in the trash


@dataclass(frozen=True, slots=True)
class RunQuestion:
    """`defaults` is the `config` part of the image's configuration (Cmd, Entrypoint, Env, Volumes): what applies where
    a field stays empty; None where it is not known. `containers` have names and ports that are taken. `given` stands in
    the fields at first; `why` says why it was not done, where it was asked for before: nobody has to say all of it
    again. `replaces` is the container whose place the new one takes."""

    image: Image
    defaults: Mapping[str, Any] | None = None
    containers: tuple[Container, ...] = ()
    given: RunSpec | None = None
    why: str = ""
    replaces: Container | None = None
    program: str = DOCKER  # what its command line begins with


@dataclass(frozen=True, slots=True)
class EditAnswer:
    """`delete_old`: the old container goes once the new one is up, and what it wrote with it."""

    spec: RunSpec
    delete_old: bool = False


@dataclass(frozen=True, slots=True)
class CommitQuestion:
    """`view` is what changed, None where that cannot be read (`unseen` says why). `config` is the container's own.
    `given` stands in the fields at first, `why` says why that was not done. `show` reads what changed inside a file
    (path, mark, more, done, failed); `instead` begins the Dockerfile in place of the commit."""

    container: Container
    view: TreeView | None = None
    unseen: str = ""
    config: Mapping[str, Any] = field(default_factory=dict, hash=False)
    given: CommitSpec | None = None
    why: str = ""
    show: Callable[[bytes, int, bool, Callable[[Preview], None], Failed], None] | None = None
    instead: Callable[[], None] | None = None
    program: str = DOCKER


@dataclass(frozen=True, slots=True)
class StopAnswer:
    """Seconds until it is killed (None: the container's own) and the signal before ("": its own)."""

    timeout: int | None = None
    signal: str = ""


@dataclass(frozen=True, slots=True)
class DockerfileAnswer:
    """A new or an empty folder, and whether the whole tree is to be written upon nothing."""

    folder: str
    flat: bool = False


@dataclass(frozen=True, slots=True)
class TagAnswer:
    """A name to add ("": none) and names to take off."""

    add: str = ""
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PruneAnswer:
    """Which kinds of things go, and the ids (of volumes the names) of those that stay all the same. Of images only
    those made `before` a Unix time, `days` ago, and of a name `like` that pattern."""

    dangling: bool = False
    unused: bool = False
    containers: bool = False
    keep: frozenset[str] = frozenset()
    before: int | None = None
    days: int = 0
    like: str = ""
    build_cache: bool = False
    trash: bool = False  # kept there first
    volumes: bool = False


@dataclass(frozen=True, slots=True)
class CopyPlace:
    """An engine to copy to: its key and name, its `end` of the command line (what that begins with, and the address).
    `has`: how many of the images are there already with all their names; `taken`: which names are another's there, and
    whose."""

    key: str
    name: str
    end: tuple[str, str]
    has: int = 0
    taken: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CopyQuestion:
    """`source` is the name of the engine or file that has the images, `end` its end of the command line."""

    images: tuple[Image, ...]
    source: str
    end: tuple[str, str]
    places: tuple[CopyPlace, ...]


class Prompts(Protocol):
    def run(self, question: RunQuestion) -> RunSpec | None: ...

    def edit(self, question: RunQuestion) -> EditAnswer | None:
        """`question.replaces` is there."""
        ...

    def commit(self, question: CommitQuestion) -> CommitSpec | None: ...

    def elsewhere(self, title: str, host: str) -> bool:
        """Asked besides, where what `title` asks would be done on another machine."""
        ...

    def stop(self, engine: str, containers: Sequence[Container], program: str = DOCKER) -> StopAnswer | None:
        """`program`, here and below, is what command lines of that engine begin with."""
        ...

    def kill(self, engine: str, containers: Sequence[Container], program: str = DOCKER) -> str | None:
        """The signal."""
        ...

    def rename(self, container: Container, others: Sequence[Container], program: str = DOCKER) -> str | None:
        """The new name, which none of the others has."""
        ...

    def dockerfile(self, container: Container, draft: Draft) -> DockerfileAnswer | None: ...

    def delete(
        self,
        title: str,
        engine: str,
        items: Sequence[DeleteItem],
        commands: Sequence[str],
        verb: str,
        can_stop: bool,
        told: Callable[[DeleteAnswer], Told] | None = None,
        keep: bool | None = None,
    ) -> DeleteAnswer | None:
        """`commands` do all of it; `told` says what an answer would do. `keep`: whether the tick for the trash is set
        at first; None: there is no such tick."""
        ...

    def tag(self, image: Image, taken: Mapping[str, str], program: str = DOCKER) -> TagAnswer | None:
        """`taken`: tags of other images, and what those are called."""
        ...

    def copy_image(self, question: CopyQuestion) -> str | None:
        """The key of one of its places."""
        ...

    def prune(
        self, world: World, engine: str, before: PruneAnswer | None = None, keep: bool | None = None
    ) -> PruneAnswer | None:
        """`before` is what was answered when the world was another; `keep` as in `delete`."""
        ...

    def open_path(self) -> str | None:
        """An archive or a layout folder."""
        ...

    def save_path(self, title: str, name: str) -> str | None:
        """Where to write a file; one that is there already was asked about."""
        ...
