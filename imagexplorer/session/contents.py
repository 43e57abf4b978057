"""What files hold, and what layers did to them: asked of the worker process.

Callbacks answer on the GUI thread; `failed` comes with NotFound where the source was closed meanwhile, or the tree is
no longer kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.session.records import Failed, IndexedTree

if TYPE_CHECKING:
    from imagexplorer.core.preview import Preview
    from imagexplorer.core.story import Story

Ask = Callable[[str, str, Callable[[Any, Control], Any], Callable[[Any], None], Failed, str], None]
"""`ask(lane, source, work(opened, control), done, failed, title)`."""


class Contents:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def load_story(
        self,
        lane: str,
        source: str,
        image: ImageDetail,
        tree: IndexedTree,
        node: int,
        done: Callable[[Story], None],
        failed: Failed,
    ) -> None:
        """All versions of a path (a node of the tree), with the hashes of their contents."""
        self._ask(
            lane,
            source,
            lambda opened, control: opened.story(image, tree.handle, node, control),
            done,
            failed,
            "Comparing versions",
        )

    def load_preview(
        self,
        lane: str,
        source: str,
        image: ImageDetail,
        tree: IndexedTree,
        version: int,
        more: bool,
        done: Callable[[Preview], None],
        failed: Failed,
    ) -> None:
        """A version's content, its first part or as much as is ever shown."""
        self._ask(
            lane,
            source,
            lambda opened, control: opened.preview(image, tree.handle, version, more, control),
            done,
            failed,
            "Reading a file",
        )
