"""What one delete keeps in the trash before it takes things away: whole, within the limits, and not thrown out again by
what the same delete keeps after it. Its calls run on the thread of the act.

What was kept stays kept unless its thing is seen to be there still: a lost answer says nothing of what was done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import closing, nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from imagexplorer.core.command_line import run_command
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ALL, CommitSpec, Container, Image, Touched
from imagexplorer.core.errors import ImagexplorerError, NotFound, Refused
from imagexplorer.core.trash import CONTAINER, IMAGE, TAGS, TrashItem, TrashLimits
from imagexplorer.session.things import One

if TYPE_CHECKING:
    from imagexplorer.output.trash import TrashFolder


class Keeper:
    def __init__(
        self, folder: Callable[[], TrashFolder], limits: TrashLimits, where: tuple[str, str], opened: Any
    ) -> None:
        """`where`: the address of the engine and what a person calls it; `opened` its source."""
        self._folder, self._limits, self._where, self._opened = folder, limits, where, opened
        self._mine: dict[str, TrashItem] = {}

    def of_images(self, whole: Collection[str]) -> Callable[[One, Image, str], One]:
        done: dict[str, TrashItem | ImagexplorerError] = {}
        wanted: dict[str, list[str]] = {}  # by what is kept: the names that are to go
        refused: dict[str, list[str]] = {}

        def keep(image: Image, names: Sequence[str], host: Any, control: Control) -> TrashItem:
            kind = IMAGE if image.id in whole else TAGS
            item = TrashItem("", kind, *self._where, image.id, tuple(names))
            return self._put(item, host.saved(image.id, control) if kind == IMAGE else None)

        def guarded(thing: One, image: Image, reference: str) -> One:
            key = image.id if image.id in whole else f"{image.id} {reference}"
            names = image.tags if image.id in whole else (reference,)

            wanted.setdefault(key, []).append(reference)

            def there() -> bool:
                return all(id_of(self._opened, name, Control()) == image.id for name in wanted[key])

            def call(host: Any, control: Control) -> Touched:
                if key not in done:
                    try:
                        done[key] = keep(image, names, host, control)
                    except ImagexplorerError as error:
                        done[key] = error
                kept = done[key]
                if isinstance(kept, ImagexplorerError):
                    raise kept
                try:
                    return thing.call(host, control)
                except Refused:
                    refused.setdefault(key, []).append(reference)
                    if refused[key] == wanted[key]:
                        self._take_back_if(kept, there)
                    raise

            return replace(thing, call=call)

        return guarded

    def of_container(self, thing: One, container: Container, stop_first: bool) -> One:
        """One that runs is kept before anything is touched, and again once it has stopped: with what it wrote until
        then. One that removes itself then is kept as it was before."""

        def keep(host: Any, control: Control) -> TrashItem:
            from imagexplorer.core.run_line import like

            config = self._opened.image(container.image_id, control).config.get("config")
            spec = like(host.container(container.id, control), config, whole=True)
            line = run_command(spec, values=True)
            made = host.commit(CommitSpec(container.id), control)
            try:
                item = TrashItem("", CONTAINER, *self._where, made, (container.name,), line=line)
                return self._put(item, host.saved(made, control))
            finally:
                host.remove_image(made, Control(), image_id=made)  # also where it was cancelled

        def call(host: Any, control: Control) -> Touched:
            kept = keep(host, control)

            def gone() -> bool:
                try:
                    host.container(container.id, control)
                except NotFound:
                    return True
                return False

            def there() -> bool:
                return bool(host.container(container.id, Control()).container.state not in ("removing", "dead"))

            try:
                if stop_first and container.running:
                    host.stop(container.id, control)
                    try:
                        before, kept = kept, keep(host, control)
                        self._take_back(before)
                    except NotFound:
                        if not gone():
                            raise
                return thing.call(host, control) | Touched(images=frozenset({ALL}))
            except Refused:
                self._take_back_if(kept, there)
                raise

        return replace(thing, call=call)

    # -- inside -------------------------------------------------------------------------------------

    def _put(self, item: TrashItem, pieces: Generator[bytes, None, None] | None) -> TrashItem:
        """Also where it fails the engine's answer is let go of at once."""
        folder, limits = self._folder(), self._limits
        with closing(pieces) if pieces is not None else nullcontext():
            if not limits.days:
                raise Refused(item.title, "the trash keeps nothing for longer than 0 days", "Let it keep for longer")
            kept = folder.keep(item, pieces, limits.bytes - sum(each.bytes for each in self._mine.values()))
        self._mine[kept.id] = kept
        folder.sweep(limits, keep=self._mine)
        return kept

    def _take_back(self, kept: TrashItem) -> None:
        self._folder().remove(kept.id)
        self._mine.pop(kept.id, None)

    def _take_back_if(self, kept: TrashItem, there: Callable[[], bool]) -> None:
        """Where its thing is there still, which the engine is asked for."""
        with suppress(ImagexplorerError):
            if there():
                self._take_back(kept)


def id_of(opened: Any, reference: str, control: Control) -> str:
    """Of an image, "" where there is none of that name."""
    try:
        return str(opened.image(reference, control).image.id)
    except NotFound:
        return ""
