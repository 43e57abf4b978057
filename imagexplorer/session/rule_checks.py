"""Images held against rules: asked of the worker process; and rules files read for it. Callbacks answer on the GUI
thread.

Not to be taken for `session.checking`, which verifies layers that nobody has hashed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.text import plain
from imagexplorer.jobs import Jobs
from imagexplorer.session.records import Failed, IndexedTree

if TYPE_CHECKING:
    from imagexplorer.core.check import Outcome
    from imagexplorer.core.rules import Rules


class RuleChecks:
    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def check(
        self,
        lane: str,
        tree: IndexedTree,
        image: ImageDetail,
        rules: Rules,
        done: Callable[[tuple[Outcome, ...]], None],
        failed: Failed,
    ) -> None:
        """With progress in the activity strip. `failed(NotFound)` where the tree is no longer kept."""
        title = f"Checking {plain(image.image.name, 200)}"
        self._jobs.load(
            lane, lambda control: tree.opened.check(image, tree.handle, rules, control), done, failed, title
        )

    def read_rules(self, lane: str, path: str, done: Callable[[Rules], None], failed: Failed) -> None:
        """`failed(WrongUse)` names the file and the key."""

        def work(_control: object) -> Rules:
            from imagexplorer.output.rules_file import read_rules

            return read_rules(path)

        self._jobs.load(lane, work, done, failed)
