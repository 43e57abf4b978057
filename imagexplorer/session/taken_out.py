"""Files dragged out of an image or a container: written where another program can take them, gone when this one ends.

One private folder (0700) a program, in the system's temporary place; what a killed program left is removed by the next.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.session.records import Failed, IndexedTree

if TYPE_CHECKING:
    from imagexplorer.core.extraction import Report, Target, Wanted
    from imagexplorer.jobs import Jobs
    from imagexplorer.session.contents import Contents

_PREFIX = "imagexplorer-taken-"


class TakenOut:
    def __init__(self, jobs: Jobs, contents: Contents) -> None:
        self._jobs, self._contents = jobs, contents
        self._numbers = count(1)
        self._root: Path | None = None

    def extract(
        self,
        source: str,
        image: ImageDetail,
        tree: IndexedTree,
        wanted: Wanted,
        done: Callable[[Path, Report], None],
        failed: Failed,
    ) -> str:
        """`done` gets the folder that the files are in. The lane, for `give_up`."""
        lane, folder, target = self._place()
        self._contents.extract(
            source, image, tree, wanted, target, lambda report: done(folder, report), failed, lane=lane
        )
        return lane

    def copy_out(
        self,
        source: str,
        container_id: str,
        paths: Sequence[str],
        expected_bytes: int,
        done: Callable[[Path, Report], None],
        failed: Failed,
    ) -> str:
        """Likewise of a container, as they are now."""
        lane, folder, target = self._place()
        self._contents.copy_out(
            source, container_id, paths, expected_bytes, target, lambda report: done(folder, report), failed, lane=lane
        )
        return lane

    def _place(self) -> tuple[str, Path, Target]:
        from imagexplorer.core.extraction import Options, Target

        lane = f"taken{next(self._numbers)}"
        folder = self._new(lane)
        return lane, folder, Target(str(folder), options=Options(runs=False))

    def give_up(self, lane: str) -> None:
        """Nobody took them: what is written of them goes at once."""
        self._jobs.drop(lane)
        root = self._root
        if root is not None:

            def work(_control: Control) -> None:
                import shutil

                shutil.rmtree(root / lane, ignore_errors=True)

            self._jobs.load(f"{lane}/away", work, lambda _none: None, lambda _error: None)

    def close(self) -> None:
        if self._root is not None:
            import shutil

            shutil.rmtree(self._root, ignore_errors=True)
            self._root = None

    def _new(self, lane: str) -> Path:
        if self._root is None:
            import tempfile

            remove_stale()
            self._root = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        folder = self._root / lane
        folder.mkdir(0o700)
        return folder


def remove_stale() -> int:
    """Folders of programs that are not there any more; how many. Only what is ours, and no link."""
    import shutil
    import tempfile

    removed = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
        try:
            ours = folder.lstat().st_uid == os.getuid() and folder.is_dir() and not folder.is_symlink()
        except (OSError, AttributeError):
            continue
        if ours and pid.isdecimal() and not _lives(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
