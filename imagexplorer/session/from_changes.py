"""What a container changed, as a Dockerfile with its context or as a tar: asked of the worker process, written here.

Callbacks answer on the GUI thread. A writing goes on when the page that asked is closed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Change, Container
from imagexplorer.core.text import plain
from imagexplorer.session.records import Failed

if TYPE_CHECKING:
    from imagexplorer.core.container_dockerfile import Recipe
    from imagexplorer.core.tree_view import TreeView
    from imagexplorer.session.contents import Ask

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Draft:
    """The two Dockerfiles that there could be, and the changes that they are made of."""

    upon: Recipe
    flat: Recipe
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Changed:
    """What a commit would hold: the changes as a tree, and the container's own configuration."""

    view: TreeView
    config: Mapping[str, Any] = field(default_factory=dict, hash=False)


class FromChanges:
    def __init__(self, ask: Ask, say: Callable[[str], None]) -> None:
        self._ask, self._say = ask, say

    def draft(self, source: str, container: Container, done: Callable[[Draft], None], failed: Failed) -> None:
        def work(opened: Any, control: Control) -> Draft:
            return Draft(*opened.recipes(container.id, control))

        title = f"Reading what {plain(container.name, 80)} changed"
        self._ask("actions/draft", source, work, done, failed, title)

    def changed(self, source: str, container: Container, done: Callable[[Changed], None], failed: Failed) -> None:
        def work(opened: Any, control: Control) -> Changed:
            from imagexplorer.core.tree_view import ViewSpec

            config = opened.host.container(container.id, control).raw.get("Config")
            view = opened.changes_view(container.id, ViewSpec(sort="size", descending=True), control)
            return Changed(view, config if isinstance(config, Mapping) else {})

        self._ask("actions/changed", source, work, done, failed, f"Reading what {plain(container.name, 80)} changed")

    def write(self, source: str, container: Container, draft: Draft, flat: bool, folder: str, failed: Failed) -> None:
        """Into a new or an empty folder."""

        def work(opened: Any, control: Control) -> None:
            from imagexplorer.output.from_changes import write_folder

            made = draft.flat if flat else draft.upon
            write_folder(opened.host, container.id, made, draft.changes, folder, control)

        self._write(source, work, folder, "Dockerfile and its context", failed)

    def write_tar(self, source: str, container: Container, path: str, failed: Failed) -> None:
        """In place of what is there: who asks has asked about that."""

        def work(opened: Any, control: Control) -> None:
            from imagexplorer.output.from_changes import write_tar

            changes = opened.packed_changes(container.id, control)
            write_tar(opened.host, container.id, changes, path, control, over=True)

        self._write(source, work, path, "changes", failed)

    def write_patch(self, source: str, container: Container, path: str, failed: Failed) -> None:
        """In place of what is there: who asks has asked about that."""

        def work(opened: Any, control: Control) -> None:
            from imagexplorer.output.from_changes import write_patch

            write_patch(opened.host, container, opened.packed_changes(container.id, control), path, control, over=True)

        self._write(source, work, path, "patch", failed)

    def _write(self, source: str, work: Callable[[Any, Control], None], path: str, what: str, failed: Failed) -> None:
        where = plain(path, 200)

        def done(_none: None) -> None:
            self._say(f"Wrote the {what} to {where}")

        lane = f"from_changes{next(_numbers)}"
        self._ask(lane, source, work, done, failed, f"Writing {plain(os.path.basename(path), 80)}", writes=True)
