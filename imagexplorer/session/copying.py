"""An image from one engine to another: beside all else that goes on, with its progress, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

from imagexplorer.core.activity import Activity
from imagexplorer.core.command_line import copy_command
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ALL, Image, Touched
from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.jobs import Jobs
from imagexplorer.session.link import Link
from imagexplorer.session.records import Failed


class Copying:
    def __init__(self, jobs: Jobs, link: Callable[[str], Link], activity: Activity, say: Callable[[str], None]) -> None:
        self._jobs, self._link, self._activity, self._say = jobs, link, activity, say
        self._numbers = count(1)

    def copy(
        self,
        source: str,
        target: str,
        image: Image,
        names: Sequence[str],
        done: Callable[[str], None] | None = None,
        failed: Failed | None = None,
    ) -> None:
        """With these names there; `done(its id there)`. Cancelling ends both connections. Raises NotFound."""
        here, there = self._link(source), self._link(target)
        opened, other = here.source, there.source
        title = f"Copy {image.name} to {there.state.name}"
        ends = [(link.state.program, link.state.address.location) for link in (here, there)]
        record = self._activity.begin(title, copy_command(image, names, *ends))

        def work(control: Control) -> str:
            there.state.may_change(title)
            return str(opened.copy_image(image, names, other, control))

        def over(made: str) -> None:
            self._activity.end(record)
            there.refresh(Touched(images=frozenset({ALL})))
            self._say(f"{image.name} is on {there.state.name} now")
            if done is not None:
                done(made)

        def broke(error: ImagexplorerError) -> None:
            self._activity.end(record, error)
            there.refresh(Touched(images=frozenset({ALL})))
            if isinstance(error, Cancelled):
                self._say(f"{image.name} is not copied")
            if failed is not None:
                failed(error)

        self._jobs.load(f"copy/{next(self._numbers)}", work, over, broke, title, record, writes=True)
