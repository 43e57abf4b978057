"""What files hold, and what layers did to them: asked of the worker process.

Callbacks answer on the GUI thread; `failed` comes with NotFound where the source was closed meanwhile, or the tree is
no longer kept.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import Refused
from imagexplorer.core.text import human_size, plain
from imagexplorer.session.records import Failed, IndexedTree

if TYPE_CHECKING:
    from imagexplorer.core.copy_plan import CopyPlan
    from imagexplorer.core.extraction import Report, Target, Wanted
    from imagexplorer.core.owners import Owners
    from imagexplorer.core.preview import Preview
    from imagexplorer.core.story import Story
    from imagexplorer.output.extract import FolderWriter
    from imagexplorer.output.tar_out import TarWriter


class Ask(Protocol):
    def __call__(
        self,
        lane: str,
        source: str,
        work: Callable[[Any, Control], Any],
        done: Callable[[Any], None],
        failed: Failed,
        title: str = "",
        writes: bool = False,
    ) -> None:
        """`work(opened, control)`; `writes` says that somebody waits for files of it."""


_numbers = count(1)


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

    def load_owners(
        self,
        lane: str,
        source: str,
        image: ImageDetail,
        tree: IndexedTree,
        done: Callable[[Owners], None],
        failed: Failed,
    ) -> None:
        """Names of users and groups out of the image's own files."""
        self._ask(lane, source, lambda opened, control: opened.owners(image, tree.handle, control), done, failed, "")

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

    def load_difference(
        self,
        lane: str,
        source: str,
        image: ImageDetail,
        tree: IndexedTree,
        versions: tuple[int, int],
        done: Callable[[Preview], None],
        failed: Failed,
    ) -> None:
        """How two versions of contents differ, the older first."""

        def work(opened: Any, control: Control) -> Preview:
            shown: Preview = opened.versions_diff(image, tree.handle, *versions, control)
            return shown

        self._ask(lane, source, work, done, failed, "Comparing versions")

    def extract(
        self,
        source: str,
        image: ImageDetail,
        tree: IndexedTree,
        wanted: Wanted,
        target: Target,
        done: Callable[[Report], None],
        failed: Failed,
        lane: str = "",
    ) -> None:
        """Write files of an image to a folder or into a tar. It goes on when the page that asked is closed."""

        def work(opened: Any, control: Control) -> Report:
            return written(target, lambda hear: opened.extract(image, tree.handle, wanted, hear, control))

        title = f"Extracting to {os.path.basename(target.path)}"
        self._ask(lane or f"extract{next(_numbers)}", source, work, done, failed, title, writes=not lane)

    def copy_out(
        self,
        source: str,
        container_id: str,
        paths: Sequence[str],
        expected_bytes: int,
        target: Target,
        done: Callable[[Report], None],
        failed: Failed,
        lane: str = "",
    ) -> None:
        """Write files of a container, as they are now, to a folder or into a tar. `expected_bytes`: as far as that is
        known. It goes on when the page that asked is closed."""

        def work(opened: Any, control: Control) -> Report:
            from imagexplorer.core.extraction import DATA

            def tell(hear: Callable[..., None]) -> None:
                so_far = 0
                for what, *told in opened.host.copied_out(container_id, paths, control):
                    hear(what, *told)
                    if what == DATA:
                        so_far += len(told[1])
                        control.step(so_far, expected_bytes if so_far < expected_bytes else None, "copying")

            return written(target, tell, expected_bytes)

        where = plain(os.path.basename(target.path), 80)
        title = f"Copying out to {where}"
        self._ask(lane or f"copy_out{next(_numbers)}", source, work, done, failed, title, writes=not lane)

    def load_container_owners(
        self, lane: str, source: str, container_id: str, done: Callable[[Owners], None], failed: Failed
    ) -> None:
        """What a container's own files call users and groups; one that is not there names none."""

        def work(opened: Any, control: Control) -> Owners:
            from imagexplorer.core.owners import owners_of

            passwd, group = (_beginning(opened, container_id, path, control) for path in ("/etc/passwd", "/etc/group"))
            return owners_of(passwd, group)

        self._ask(lane, source, work, done, failed)

    def plan_copy(
        self,
        lane: str,
        source: str,
        container_id: str,
        folder: str,
        chosen: Sequence[str],
        done: Callable[[CopyPlan], None],
        failed: Failed,
    ) -> None:
        """What copying files of this machine into a folder of a container would do."""

        def work(opened: Any, control: Control) -> CopyPlan:
            plan: CopyPlan = opened.host.copy_plan(container_id, folder, chosen, control)
            return plan

        self._ask(lane, source, work, done, failed, "Looking at what is copied")


def _beginning(opened: Any, container_id: str, path: str, control: Control) -> bytes:
    """Of a regular file of a container, as much as may hold names; of all else nothing."""
    from imagexplorer.core.extraction import DATA, MEMBERS, REGULAR
    from imagexplorer.core.owners import MOST_BYTES

    read = bytearray()
    with closing(opened.host.copied_out(container_id, [path], control)) as told:
        for what, *more in told:
            if what == MEMBERS and any(member.kind != REGULAR for member in more[0]):
                return b""
            if what == DATA:
                read += more[1]
            if len(read) >= MOST_BYTES:
                break
    return bytes(read)


def written(target: Target, tell: Callable[[Callable[..., None]], None], expected_bytes: int = 0) -> Report:
    """What `tell` says of an extraction, written; nothing unfinished is left behind, whatever it raises."""
    from imagexplorer.output.extract import FolderWriter
    from imagexplorer.output.tar_out import TarWriter

    writer = TarWriter(target.path, target.options) if target.tar else FolderWriter(target.path, target.options)
    try:
        tell(_Following(writer, target, expected_bytes).hear)
        return writer.finish()
    finally:
        writer.abandon()


class _Following:
    """Hands on what is told, and looks first whether there is room for it."""

    def __init__(self, writer: FolderWriter | TarWriter, target: Target, expected_bytes: int) -> None:
        self._writer, self._target = writer, target
        self._expected, self._total = expected_bytes, 0
        self._looked = False

    def hear(self, what: str, *told: Any) -> None:
        from imagexplorer.core.extraction import DATA, MEMBERS, REGIONS, REGULAR

        if what == MEMBERS:
            self._total += sum(member.size for member in told[0] if member.kind == REGULAR)
            self._writer.add(told[0])
        elif what == REGIONS:
            self._total -= self._writer.regions(*told)
        elif what == DATA:
            if not self._looked:
                self._looked = True
                self._look_for_room()
            self._writer.data(*told)
        else:
            self._writer.fault(*told)

    def _look_for_room(self) -> None:
        folder = self._target.path if not self._target.tar else os.path.dirname(self._target.path) or "."
        free = shutil.disk_usage(folder).free
        needed = max(self._total, self._expected)
        if needed > free:
            raise Refused(
                f"extract to {self._target.path}",
                f"it needs {human_size(needed)}, and {human_size(free)} are free there",
                "Choose another place, or extract less",
            )
