"""A prune from the press of a button to the end: look, ask, look again, and do exactly what was agreed to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from imagexplorer.core.entities import Selection
from imagexplorer.session import Session

if TYPE_CHECKING:
    from imagexplorer.actions.prompts import Prompts, PruneAnswer
    from imagexplorer.core.plan import Plan
    from imagexplorer.core.world import World

CACHE = "build cache"
"""What stands for all of it where single things have their ids."""
Once = Callable[[Callable[[], bool]], None]
"""One question at a time."""


class PruneFlows:
    def __init__(self, session: Session, prompts: Prompts, once: Once, sure: Callable[[str, str], bool]) -> None:
        self._session, self._prompts = session, prompts
        self._once, self._sure = once, sure

    def prune(self, selection: Selection) -> None:
        source = selection.source or (self._session.current.key if self._session.current is not None else "")
        self._look(source, None)

    def _look(self, source: str, agreed: tuple[PruneAnswer, Plan] | None) -> None:
        failed = self._session.failed.emit
        self._session.pruning.look(source, lambda world: self._known(source, world, agreed), failed)

    def _known(self, source: str, world: World, agreed: tuple[PruneAnswer, Plan] | None) -> None:
        """The first look asks. The second does it, if the plan is still the same; else it asks again."""
        if agreed is not None:
            answer, plan = agreed
            if _facts(planned(world, answer)) == _facts(plan):
                trash = self._session.trash
                kept = {image.id for image in plan.deleted}
                keeper = trash.keeper(source, kept) if answer.trash and trash.there else None
                self._session.pruning.act(source, plan, world, self._session.failed.emit, keeper, trash.look)
                return
            self._session.message.emit("Something changed meanwhile: look again before it is done")

        def ask() -> bool:
            name = next((each.name for each in self._session.sources if each.key == source), source)
            trash = self._session.trash
            keep = trash.keeps if trash.there else None
            answer = self._prompts.prune(world, name, agreed[0] if agreed is not None else None, keep)
            if answer is not None and self._sure(source, f"Prune {name}?"):
                self._look(source, (answer, planned(world, answer)))
            return True

        self._once(ask)


def planned(world: World, answer: PruneAnswer) -> Plan:
    from imagexplorer.core.plan import plan_prune

    return plan_prune(
        world,
        dangling=answer.dangling,
        unused=answer.unused,
        containers=answer.containers,
        volumes=answer.volumes,
        keep=answer.keep,
        before=answer.before,
        like=answer.like,
        build_cache=answer.build_cache and CACHE not in answer.keep,
    )


def _facts(plan: Plan) -> tuple[object, ...]:
    """What was agreed to: which things, by id and name, and how many bytes. Engines list in no order."""
    return (
        frozenset(plan.references),
        frozenset((each.id, each.state) for each in plan.containers),
        frozenset(image.id for image in plan.deleted),
        frozenset((volume.name, volume.created) for volume in plan.volumes),
        frozenset(entry.id for entry in plan.build_cache),
        plan.frees_bytes,
    )
