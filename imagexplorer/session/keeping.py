"""What one delete keeps in the trash before it takes things away: whole, within the limits, and not thrown out again by
what the same delete keeps after it. Its calls run on the thread of the act.

An archive is without the layers that an image which stays has too, where the engine takes it so: nothing that goes with
the same delete counts as staying, and nothing without a name, which anybody's prune takes. Just before the delete it is
asked again, one delete of this program after the other: two that went at once would each count on the other.
What was kept stays kept unless its thing is seen to be there still: a lost answer says nothing of what was done.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from imagexplorer.core.command_line import run_command
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ALL, CommitSpec, Container, EngineInfo, Image, Touched, Volume
from imagexplorer.core.errors import ImagexplorerError, NotFound, Refused
from imagexplorer.core.trash import CONTAINER, IMAGE, TAGS, VOLUME, TrashItem, TrashLimits, shared_layers
from imagexplorer.session.things import One

if TYPE_CHECKING:
    from imagexplorer.output.trash import TrashFolder

_TURN = threading.Lock()


class Keeper:
    def __init__(
        self,
        folder: Callable[[], TrashFolder],
        limits: TrashLimits,
        where: tuple[str, str],
        opened: Any,
        whole: Collection[str] = (),
    ) -> None:
        """`where`: the address of the engine and what a person calls it; `opened` its source. `whole` are ids of images
        that go; of others only names are taken off."""
        self._folder, self._limits, self._where, self._opened, self._whole = folder, limits, where, opened, whole
        self._mine: dict[str, TrashItem] = {}
        self._deed = secrets.token_hex(8)
        self._images: dict[str, TrashItem | ImagexplorerError] = {}  # by what is kept, or why it cannot be
        self._wanted: dict[str, list[str]] = {}  # by the same: the names that are to go
        self._refused: dict[str, list[str]] = {}
        self._going = set(whole)  # and of whose names some go

    def image(self, thing: One, image: Image, reference: str) -> One:
        whole = image.id in self._whole
        key = image.id if whole else f"{image.id} {reference}"
        names = image.tags if whole else (reference,)
        wanted = self._wanted.setdefault(key, [])
        wanted.append(reference)
        self._going.add(image.id)

        def keep(host: Any, control: Control, thin: bool = True) -> TrashItem:
            item = TrashItem("", IMAGE if whole else TAGS, *self._where, image.id, tuple(names))
            return self._saved(item, host, control, thin) if whole else self._put(item, None)

        def there() -> bool:
            return all(id_of(self._opened, name, Control()) == image.id for name in wanted)

        def call(host: Any, control: Control) -> Touched:
            if key not in self._images:
                try:
                    self._images[key] = keep(host, control)
                except ImagexplorerError as error:
                    self._images[key] = error
            kept = self._images[key]
            if isinstance(kept, ImagexplorerError):
                raise kept
            try:
                with self._sure([kept], lambda: [keep(host, control, thin=False)], control) as sure:
                    self._images[key] = kept = sure[0]
                    return thing.call(host, control)
            except Refused:
                refused = self._refused.setdefault(key, [])
                refused.append(reference)
                if refused == wanted:
                    self._take_back_if(kept, there)
                raise

        return replace(thing, call=call)

    def container(self, thing: One, container: Container, stop_first: bool, volumes: bool = False) -> One:
        """One that runs is kept before anything is touched, and again once it has stopped: with what it wrote until
        then. One that removes itself then is kept as it was before. `volumes`: its nameless ones go with it, and are
        kept as it is."""

        def keep(host: Any, control: Control, thin: bool = True) -> list[TrashItem]:
            from imagexplorer.core.removal_steps import nameless

            kept = [self._container(container, host, control, thin)]
            try:
                kept.extend(self._volume(name, host, control) for name in (nameless(container) if volumes else ()))
            except BaseException:
                self._take_back(kept)
                raise
            return kept

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
                with self._sure(kept, lambda: keep(host, control, thin=False), control) as sure:
                    kept = sure
                    done = thing.call(host, control) | Touched(images=frozenset({ALL}))
            except Refused:
                for item in kept:
                    self._take_back_if(item, there)
                raise
            for item in kept[1:]:  # somebody else may use one, and then it stays
                self._take_back_if(item, lambda item=item: _has_volume(host, item.names[0]))  # type: ignore[misc]
            return done

        return replace(thing, call=call)

    def volume(self, thing: One, volume: Volume) -> One:
        def call(host: Any, control: Control) -> Touched:
            kept = self._volume(volume.name, host, control)
            try:
                return thing.call(host, control)
            except Refused:
                self._take_back_if(kept, lambda: _has_volume(host, volume.name))
                raise

        return replace(thing, call=call)

    # -- inside -------------------------------------------------------------------------------------

    def _container(self, container: Container, host: Any, control: Control, thin: bool) -> TrashItem:
        from imagexplorer.core.run_line import like

        config = self._opened.image(container.image_id, control).config.get("config")
        spec = like(host.container(container.id, control), config, whole=True)
        line = run_command(spec, values=True)
        made = host.commit(CommitSpec(container.id), control)
        try:
            item = TrashItem("", CONTAINER, *self._where, made, (container.name,), line=line)
            return self._saved(item, host, control, thin)
        finally:
            host.remove_image(made, Control(), image_id=made)  # also where it was cancelled

    def _volume(self, name: str, host: Any, control: Control) -> TrashItem:
        found = host.volume(name, control)
        made = Volume(name, driver=found.driver, options=found.options, labels=found.labels)
        item = TrashItem("", VOLUME, *self._where, "", (name,), volume=made)
        return self._put(item, host.volume_saved(name, control))

    def _saved(self, item: TrashItem, host: Any, control: Control, thin: bool) -> TrashItem:
        """Its image, with no layer less than it takes to have it back, or with all (not `thin`)."""
        without: Collection[str] = ()
        if thin and takes_thinned(host.info(control)):
            layers: tuple[str, ...] = ()
            with suppress(NotFound):  # which the saving then says
                layers = tuple(self._opened.diff_ids(item.image_id, control))
            staying = self._staying(control)
            count = shared_layers(layers, staying.values())
            name = next((name for name, its in staying.items() if shared_layers(layers, [its]) == count), "")
            without = frozenset(layers[:count]) - frozenset(layers[count:])
            item = replace(item, relies=layers[:count], shared_with=name)
        return self._put(item, host.saved(item.image_id, control), without)

    def _staying(self, control: Control) -> dict[str, Sequence[str]]:
        """The layers of each image that does, by its name."""
        return layers_of(self._opened, control, lambda image: bool(image.tags) and image.id not in self._going)

    @contextmanager
    def _sure(
        self, kept: list[TrashItem], whole: Callable[[], list[TrashItem]], control: Control
    ) -> Iterator[list[TrashItem]]:
        """What is kept for sure: where what it counts on is about to go, all of it. Nobody else deletes meanwhile."""
        if not any(item.relies for item in kept):
            yield kept
            return
        with _TURN:
            staying = self._staying(control).values()
            if any(shared_layers(item.relies, staying) < len(item.relies) for item in kept):
                before, kept = kept, whole()
                self._take_back(before)
            yield kept

    def _put(
        self, item: TrashItem, pieces: Generator[bytes, None, None] | None, without: Collection[str] = ()
    ) -> TrashItem:
        """Also where it fails the engine's answer is let go of at once."""
        folder, limits = self._folder(), self._limits
        with closing(pieces) if pieces is not None else nullcontext():
            if not limits.days:
                raise Refused(item.title, "the trash keeps nothing for longer than 0 days", "Let it keep for longer")
            item = replace(item, deed=self._deed)
            room = limits.bytes - sum(each.bytes for each in self._mine.values())
            kept = folder.keep(item, pieces, room, without)
        self._mine[kept.id] = kept
        folder.sweep(limits, keep=self._mine)
        return kept

    def _take_back(self, kept: Sequence[TrashItem]) -> None:
        for item in kept:
            self._folder().remove(item.id)
            self._mine.pop(item.id, None)

    def _take_back_if(self, kept: TrashItem, there: Callable[[], bool]) -> None:
        """Where its thing is there still, which the engine is asked for."""
        with suppress(ImagexplorerError):
            if there():
                self._take_back([kept])


def takes_thinned(info: EngineInfo) -> bool:
    """Whether an archive may lack layers that the engine has: Docker looks each up before it opens the layer's file
    (moby, image/tarexport), and refuses where it has neither. Its containerd store would take such an archive even
    without them, for an image that cannot be used; Podman takes none."""
    return info.product == "Docker" and info.store == "graph"


def layers_of(opened: Any, control: Control, wanted: Callable[[Image], bool]) -> dict[str, Sequence[str]]:
    """The diff IDs of the layers of images by name, from the base up; without what goes meanwhile."""
    found: dict[str, Sequence[str]] = {}
    for image in filter(wanted, opened.images(control)):
        with suppress(NotFound):
            found[image.name] = opened.diff_ids(image.id, control)
    return found


def id_of(opened: Any, reference: str, control: Control) -> str:
    """Of an image, "" where there is none of that name."""
    try:
        return str(opened.image(reference, control).image.id)
    except NotFound:
        return ""


def _has_volume(host: Any, name: str) -> bool:
    try:
        host.volume(name, Control())
    except NotFound:
        return False
    return True
