"""Pruning: what an engine holds is read first, what was planned is carried out, and what came free is measured.

Nothing but what a plan names is deleted, one call each, without force. Callbacks answer on the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Image, Touched, Volume
from imagexplorer.core.errors import ImagexplorerError, NotFound
from imagexplorer.core.text import human_size
from imagexplorer.session.acts import Acts
from imagexplorer.session.records import Failed
from imagexplorer.session.things import One

if TYPE_CHECKING:
    from imagexplorer.core.plan import Plan
    from imagexplorer.core.removal_steps import Removal
    from imagexplorer.core.world import World
    from imagexplorer.session.contents import Ask
    from imagexplorer.session.keeping import Keeper


class Pruning:
    def __init__(self, ask: Ask, acts: Acts, say: Callable[[str], None]) -> None:
        self._ask, self._acts, self._say = ask, acts, say

    def look(self, source: str, done: Callable[[World], None], failed: Failed) -> None:
        """All that could be pruned, with the sizes of what could go."""

        def work(opened: Any, control: Control) -> World:
            from imagexplorer.core.plan import plan_prune

            host = opened.host
            world: World = host.holdings(control)
            going = plan_prune(world, dangling=True, unused=True, containers=True).deleted
            sizes = {image.id: tuple(host.layer_sizes(image.id, control)) for image in going}
            held = tuple(replace(image, bytes=sizes.get(image.id, ())) for image in world.images)
            left = [
                each.name
                for each in plan_prune(world, dangling=False, unused=False, containers=True, volumes=True).volumes
            ]
            return _dated(replace(world, images=held), left, host, control)

        self._ask("actions/prune", source, work, done, failed, "Looking for what is unused")

    def look_at(self, source: str, chosen: Sequence[str], done: Callable[[World], None], failed: Failed) -> None:
        """All that a delete of these images could touch, with the sizes of what could go with them."""

        def work(opened: Any, control: Control) -> World:
            from imagexplorer.core.removal import plan_images

            host = opened.host
            world: World = host.holdings(control, usage=False)
            going = {each.image.id for each in plan_images(world, chosen) if each.goes}
            sizes = {identifier: tuple(host.layer_sizes(identifier, control)) for identifier in sorted(going)}
            return replace(world, images=tuple(replace(each, bytes=sizes.get(each.id, ())) for each in world.images))

        self._ask("actions/delete", source, work, done, failed, "Working out what a delete would free")

    def look_at_volumes(
        self, source: str, chosen: Collection[str], done: Callable[[World], None], failed: Failed
    ) -> None:
        def work(opened: Any, control: Control) -> World:
            return _dated(opened.host.holdings(control), chosen, opened.host, control)

        self._ask("actions/delete", source, work, done, failed, "Working out what a delete would free")

    def tell_freed(self, source: str, before: World, planned_bytes: int, kept: bool = False) -> Callable[[bool], None]:
        """For the end of a delete, which hears whether all of it was done: what is really there no more is told beside
        what was planned."""

        def measure(opened: Any, control: Control) -> tuple[int, bool, str]:
            from imagexplorer.core.removal_steps import freed

            after: World = opened.host.holdings(control, usage=False)
            return *freed(before, after), _kept_by_cache(before, after)

        return self._telling(source, measure, planned_bytes, kept)

    def tell_freed_by(self, source: str, going: Removal, kept: bool = False) -> Callable[[bool], None]:
        """Likewise where no image goes."""

        def measure(opened: Any, control: Control) -> tuple[int, bool, str]:
            there = {each.id for each in opened.host.containers(control)} if going.containers else set[str]()
            sizes = [each.writable_bytes for each in going.containers if each.id not in there]
            left = [each.bytes for each in going.named if _gone(opened.host, each.name, control)]
            size = sum(size or 0 for size in (*sizes, *left))
            return size, None not in (*sizes, *left) and not going.volumes, ""

        return self._telling(source, measure, going.frees_bytes, kept)

    def _telling(
        self, source: str, measure: Callable[[Any, Control], tuple[int, bool, str]], planned_bytes: int, kept: bool
    ) -> Callable[[bool], None]:
        more = "; Undo (Ctrl+Z) brings it back" if kept else ""

        def told(whole: bool) -> None:
            deleted = "Deleted" if whole else "Deleted in part"

            def tell(found: tuple[int, bool, str]) -> None:
                size, exact, cached = found
                about = "" if exact else "about "
                as_planned = ", as planned" if size == planned_bytes else f" of {human_size(planned_bytes)} planned"
                as_planned += cached
                if size or cached or (whole and exact):
                    self._say(f"{deleted}: freed {about}{human_size(size)}{as_planned}{more}")
                elif whole:
                    self._say(f"Deleted; what came free is not known{more}")

            def unknown(_error: ImagexplorerError) -> None:
                if whole:
                    self._say(f"Deleted; what came free could not be asked{more}")

            self._ask("actions/deleted", source, measure, tell, unknown, "")

        return told

    def act(
        self,
        source: str,
        plan: Plan,
        before: World,
        failed: Failed,
        keeper: Keeper | None = None,
        kept: Callable[[], None] = lambda: None,
    ) -> None:
        """Do what the plan says; afterwards what was freed is told beside what was planned. `keeper` keeps things
        first, `kept` hears when all is over."""
        tags = {image.id: image.tags for image in before.images}
        images = [(name, Image(identifier, tags.get(identifier, ()))) for name, identifier in plan.references]

        def prune_cache(host: Any, control: Control) -> Touched:
            host.prune_build_cache(control)
            return Touched()

        cache = [One("build cache", prune_cache)] if plan.build_cache else []
        lines = [step for step in plan.steps if " builder " in step]

        def broke(error: ImagexplorerError) -> None:
            kept()
            failed(error)

        def done(_touched: Touched) -> None:
            kept()
            self._ask("actions/pruned", source, measure, tell, unknown, "")

        def measure(opened: Any, control: Control) -> World:
            after: World = opened.host.holdings(control)
            return after

        def tell(after: World) -> None:
            planned = human_size(plan.frees_bytes)
            if after.held_bytes is None or before.held_bytes is None:
                self._say(f"Pruned; about {planned} were planned, and the engine does not tell what came free")
                return
            # What an engine says that it reclaimed of its builder's cache counts what images keep, too.
            freed = before.held_bytes - after.held_bytes + sum(each.writable_bytes or 0 for each in plan.containers)
            there = {each.name for each in after.volumes}
            freed += sum(each.bytes or 0 for each in plan.volumes if each.name not in there)
            as_planned = freed == plan.frees_bytes
            self._say(
                f"Pruned: freed {human_size(freed)}"
                + (", as planned" if as_planned else f"; {planned} were planned{_kept_by_cache(before, after)}")
            )

        def unknown(_error: ImagexplorerError) -> None:
            self._say("Pruned; what came free could not be asked")

        self._acts.delete(
            source, plan.containers, images, failed=broke, done=done, named=plan.volumes, more=cache, lines=lines,
            keeper=keeper,
        )  # fmt: skip


def _kept_by_cache(before: World, after: World) -> str:
    cached = after.cached_only(before)
    return f"; the builder's cache keeps {human_size(cached)} of it, Prune deletes that" if cached else ""


def _dated(world: World, names: Collection[str], host: Any, control: Control) -> World:
    """With the time at which these volumes were made, which tells one from another of its name: Podman's disk usage
    leaves it out."""

    def dated(volume: Volume) -> Volume:
        if volume.created or volume.name not in names:
            return volume
        try:
            return replace(volume, created=host.volume(volume.name, control).created)
        except NotFound:
            return volume

    return replace(world, volumes=tuple(map(dated, world.volumes)))


def _gone(host: Any, volume: str, control: Control) -> bool:
    try:
        host.volume(volume, control)
    except NotFound:
        return True
    return False
