"""Where images come from: the Dockerfile of one, and the images of its source that it builds on or that build on it.

Asked of the worker process, which keeps what it learnt of other images. Callbacks answer on the GUI thread.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Image, ImageDetail, Touched
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.jobs import Jobs
from imagexplorer.session.link import Link
from imagexplorer.session.records import Failed

if TYPE_CHECKING:
    from imagexplorer.core.dockerfile import Line
    from imagexplorer.core.relatives import Base, Relatives

Find = Callable[[str, Failed], Link | None]


class Origins:
    def __init__(self, jobs: Jobs, find: Find) -> None:
        self._jobs, self._find = jobs, find
        self._open: set[tuple[str, str]] = set()

    def show_values(self, source: str, image_id: str, shown: bool) -> None:
        """Whether the user sees the secret values of an image: then they stand in its copied Dockerfile too."""
        (self._open.add if shown else self._open.discard)((source, image_id))

    def load_dockerfile(
        self,
        lane: str,
        source: str,
        image: ImageDetail,
        values: bool,
        done: Callable[[Sequence[Line]], None],
        failed: Failed,
    ) -> None:
        """The instructions, oldest first; with `values` also those whose names look secret."""
        link = self._find(source, failed)
        if link is not None:
            opened = link.source
            self._jobs.load(lane, lambda control: opened.dockerfile(image, values, control), done, link.failed(failed))

    def load_relatives(
        self, lane: str, source: str, image: ImageDetail, found: Callable[[Relatives], None], failed: Failed
    ) -> None:
        """`found` is called with more and more of them, at last with all (`Relatives.complete`)."""
        link = self._find(source, failed)
        if link is None:
            return
        opened, ids = link.source, [each.id for each in link.rows.images]

        def work(control: Control, give: Callable[[Relatives], None]) -> Relatives:
            answer: Relatives = opened.relatives(image, ids, control, give)
            return answer

        self._jobs.stream(lane, work, found, link.failed(failed), found)

    def text(self, lane: str, source: str, image_id: str, done: Callable[[str], None], failed: Failed) -> None:
        """The Dockerfile as a file's text."""
        link = self._find(source, failed)
        if link is not None:
            self._jobs.load(lane, self._writer(link, source, image_id), done, link.failed(failed), "Dockerfile")

    def save(self, source: str, image_id: str, path: str, failed: Failed) -> None:
        """Write it to a file, in place of what is there."""
        link = self._find(source, failed)
        if link is None:
            return
        write = self._writer(link, source, image_id)

        def work(control: Control) -> Touched:
            from imagexplorer.output.writing import write_text

            write_text(path, [write(control)])
            return Touched()

        self._jobs.perform(f"Save {os.path.basename(path)}", work, failed)

    def _writer(self, link: Link, source: str, image_id: str) -> Callable[[Control], str]:
        """What cannot be learnt of other images is left out."""
        opened, rows, values = link.source, link.rows.images, (source, image_id) in self._open

        def work(control: Control) -> str:
            from imagexplorer.core.dockerfile import From, dockerfile_text

            detail = opened.image(image_id, control)
            lines = opened.dockerfile(detail, values, control)
            base = None
            try:
                kin = opened.relatives(detail, [each.id for each in rows], control)
                found = [(each, _steps_of(each, detail)) for each in bases(kin, rows)]
                base = next((From(each.name, steps) for each, steps in reversed(found) if steps), None)
            except ImagexplorerError:
                control.step()  # cancelled is cancelled
            return dockerfile_text(lines, detail.image.name, base)

        return work


def _steps_of(base: Base, image: ImageDetail) -> int:
    """How many of the image's steps are the base's: all of its history, else those up to its last layer; 0 where the
    history does not tell."""
    if base.steps >= 0:
        return base.steps
    return next((at + 1 for at, step in enumerate(image.steps) if step.layer == base.layers - 1), 0)


def bases(kin: Relatives, rows: Sequence[Image]) -> list[Base]:
    """The images that one stands on, lowest first, by the names that the source's list has for them now. Of several
    with the same layers one that has a name, and the longest history that this image's begins with."""
    names = {image.id: image for image in rows}
    from imagexplorer.core.relatives import ANCESTOR, Base

    best: dict[tuple[int, int], tuple[Any, Base]] = {}
    for each in kin.of(ANCESTOR):
        image = names.get(each.id)
        if image is None:
            continue
        base = Base(each.id, image.name, each.layers, each.steps)
        rank = (each.steps >= 0, bool(image.tags), image.created or 0)
        place = (each.layers, each.steps if each.steps >= 0 else -1)
        if place not in best or rank > best[place][0]:
            best[place] = (rank, base)
    sure = {base.layers for _, base in best.values() if base.steps >= 0}
    found = [base for _, base in best.values() if base.steps >= 0 or base.layers not in sure]
    return sorted(found, key=lambda base: (base.layers, base.steps))
