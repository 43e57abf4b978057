"""A delete from the press of a button to the act: look, ask with all that would happen, look again, and do just that.

Intents hold full ids. If anything that the user decided by changed while the question stood, it is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from imagexplorer.actions.change_flows import Once
from imagexplorer.core.command_line import joined
from imagexplorer.core.entities import PODMAN, Container, Selection, Touched, short_id, volume_name
from imagexplorer.core.errors import NotFound
from imagexplorer.core.text import human_size
from imagexplorer.core.trash import PODMAN_VOLUMES
from imagexplorer.session import Session
from imagexplorer.session.records import Failed

if TYPE_CHECKING:
    from imagexplorer.actions.prompts import DeleteAnswer, Prompts
    from imagexplorer.core.removal import ImageRemoval, VolumeRemoval
    from imagexplorer.core.removal_steps import Removal
    from imagexplorer.core.world import World


class _Ends(TypedDict):
    done: Callable[[Touched], None]
    failed: Failed


class DeleteFlows:
    def __init__(
        self,
        session: Session,
        prompts: Prompts,
        once: Once,
        sure: Callable[[str, str], bool],
        engine: Callable[[str], str],
    ) -> None:
        self._session, self._prompts = session, prompts
        self._once, self._sure, self._engine = once, sure, engine

    def images(self, selection: Selection) -> None:
        self._look(selection, None)

    def _look(self, selection: Selection, agreed: tuple[DeleteAnswer, Sequence[ImageRemoval]] | None) -> None:
        ids = [image.id for image in selection.images]
        known = lambda world: self._known(selection, world, agreed)  # noqa: E731
        self._session.pruning.look_at(selection.source, ids, known, self._session.failed.emit)

    def _known(
        self, selection: Selection, world: World, agreed: tuple[DeleteAnswer, Sequence[ImageRemoval]] | None
    ) -> None:
        """The first look asks. The second does it, if all is still as it was; else it asks again."""
        from imagexplorer.core.removal import plan_images

        plan = plan_images(world, [image.id for image in selection.images])
        if not plan:
            self._gone(selection.images[0].name)
            return
        if agreed is not None:
            answer, before = agreed
            if _facts(plan) == _facts(before):
                self._delete(selection.source, world, plan, answer)
                return
            self._session.message.emit("Something changed meanwhile: look again before it is done")

        def ask() -> bool:
            title = f"Delete {_counted([each.image.name for each in plan], 'image')}?"
            answer = self._ask(title, selection.source, world, plan)
            if answer is not None and self._sure(selection.source, title):
                self._look(selection, (answer, plan))
            return True

        self._once(ask)

    def _ask(self, title: str, source: str, world: World, plan: Sequence[ImageRemoval]) -> DeleteAnswer | None:
        from imagexplorer.actions.prompts import DeleteItem, Told
        from imagexplorer.core.removal_steps import steps_of_image

        names = [each.image.name for each in plan]
        ids = [each.image.id for each in plan]

        def told(answer: DeleteAnswer) -> Told:
            done = _removal(world, ids, answer)
            return Told(_words(done.frees_bytes, done.exact), done.lines(world.command))

        return self._prompts.delete(
            title,
            self._engine(source),
            [
                DeleteItem(
                    each.image.name,
                    each.consequence,
                    _blocked(each),
                    each.frees_bytes,
                    each.hopeless,
                    each.details,
                    each.image.id if each.references and not each.hopeless else "",  # else it goes by itself, or not
                    steps_of_image(each),
                )
                for each in plan
            ],
            [joined([world.command, "rmi", *map(_shown, each.references)]) for each in plan if each.references],
            _verb(names, "image"),
            any(each.users and not each.hopeless for each in plan),
            told,
            self._session.trash.keeps if self._session.trash.there else None,
        )

    def _delete(self, source: str, world: World, plan: Sequence[ImageRemoval], answer: DeleteAnswer) -> None:
        going = _removal(world, [each.image.id for each in plan], answer)
        if not going.containers and not going.references:
            return
        trash = self._session.trash
        told = self._session.pruning.tell_freed(source, world, going.frees_bytes, answer.keep)
        keeper = trash.keeper(source, going.whole) if answer.keep and trash.there else None

        self._session.acts.delete(
            source, going.containers, going.references, answer.stop_first, keeper=keeper, **self._ends(told)
        )

    def _ends(self, told: Callable[[bool], None]) -> _Ends:
        """What came free is told also where only some of it could be done."""

        def ended(whole: bool) -> None:
            told(whole)
            self._session.trash.look()

        return {"done": lambda _touched: ended(True), "failed": lambda _error: ended(False)}

    def containers(self, selection: Selection) -> None:
        from imagexplorer.actions.prompts import DeleteItem, Told
        from imagexplorer.core.removal import plan_containers
        from imagexplorer.core.removal_steps import nameless, removal_of_containers, steps_of_container

        source = selection.source
        ids = {container.id for container in selection.containers}

        def now() -> list[Container]:
            return [container for container in self._session.rows_of(source)[1] if container.id in ids]

        def ask() -> bool:
            records = now()
            if not records:
                self._gone(selection.containers[0].name)
                return True
            plan = plan_containers(records)
            names = [container.name for container in records]
            program = self._session.acts.program(source)

            def told(answer: DeleteAnswer) -> Told:
                done = removal_of_containers(records, answer.stop_first, answer.kept, answer.volumes)
                return Told(_words(done.frees_bytes, done.exact), done.lines(program))

            title = f"Delete {_counted(names, 'container')}?"
            answer = self._prompts.delete(
                title,
                self._engine(source),
                [
                    DeleteItem(
                        each.container.name,
                        each.consequence,
                        each.blocked,
                        each.frees_bytes,
                        details=self._owners_lost(program) if nameless(each.container) else (),
                        id=each.container.id,
                        steps=steps_of_container(each),
                    )
                    for each in plan
                ],
                [joined([program, "rm", name]) for name in names],
                _verb(names, "container"),
                any(each.blocked for each in plan),
                told,
                self._session.trash.keeps if self._session.trash.there else None,
            )
            if answer is None or not self._sure(source, title):
                return True
            if not same(now(), records):
                return False
            going = removal_of_containers(records, answer.stop_first, answer.kept, answer.volumes)
            if going.containers:
                trash = self._session.trash
                self._session.acts.delete(
                    source,
                    going.containers,
                    stop_first=answer.stop_first,
                    volumes=going.volumes,
                    **self._ends(self._session.pruning.tell_freed_by(source, going, answer.keep)),
                    keeper=trash.keeper(source) if answer.keep and trash.there else None,
                )
            return True

        self._once(ask)

    def volumes(self, selection: Selection) -> None:
        self._look_at_volumes(selection, None)

    def _look_at_volumes(
        self, selection: Selection, agreed: tuple[DeleteAnswer, Sequence[VolumeRemoval]] | None
    ) -> None:
        names = [volume.name for volume in selection.volumes]
        known = lambda world: self._known_volumes(selection, world, agreed)  # noqa: E731
        self._session.pruning.look_at_volumes(selection.source, names, known, self._session.failed.emit)

    def _known_volumes(
        self, selection: Selection, world: World, agreed: tuple[DeleteAnswer, Sequence[VolumeRemoval]] | None
    ) -> None:
        """As `_known`."""
        from imagexplorer.core.removal import plan_volumes
        from imagexplorer.core.removal_steps import removal_of_volumes

        source, trash = selection.source, self._session.trash
        plan = plan_volumes(world, [volume.name for volume in selection.volumes])
        if not plan:
            self._gone(selection.volumes[0].name)
            return
        if agreed is not None:
            answer, before = agreed
            if _volume_facts(plan) == _volume_facts(before):
                going = removal_of_volumes(plan, answer.kept)
                self._session.acts.delete(
                    source,
                    named=going.named,
                    keeper=trash.keeper(source) if answer.keep and trash.there else None,
                    **self._ends(self._session.pruning.tell_freed_by(source, going, answer.keep)),
                )
                return
            self._session.message.emit("Something changed meanwhile: look again before it is done")

        def ask() -> bool:
            title = f"Delete {_counted([volume_name(each.volume.name) for each in plan], 'volume')}?"
            answer = self._ask_volumes(title, source, world.command, plan)
            if answer is not None and self._sure(source, title) and removal_of_volumes(plan, answer.kept).named:
                self._look_at_volumes(selection, (answer, plan))
            return True

        self._once(ask)

    def _ask_volumes(self, title: str, source: str, program: str, plan: Sequence[VolumeRemoval]) -> DeleteAnswer | None:
        from imagexplorer.actions.prompts import DeleteItem, Told
        from imagexplorer.core.removal_steps import removal_of_volumes

        def told(answer: DeleteAnswer) -> Told:
            done = removal_of_volumes(plan, answer.kept)
            return Told(_words(done.frees_bytes, done.exact), done.lines(program))

        names = [each.volume.name for each in plan]
        return self._prompts.delete(
            title,
            self._engine(source),
            [
                DeleteItem(
                    volume_name(each.volume.name),
                    each.consequence,
                    each.blocked,
                    each.volume.bytes,
                    bool(each.blocked),
                    self._owners_lost(program),
                    "" if each.blocked else each.volume.name,
                )
                for each in plan
            ],
            [joined([program, "volume", "rm", name]) for name in names],
            _verb(names, "volume"),
            False,
            told,
            self._session.trash.keeps if self._session.trash.there else None,
        )

    def _owners_lost(self, program: str) -> tuple[tuple[str, int | None], ...]:
        """What no trash can keep of a volume there."""
        return ((PODMAN_VOLUMES, None),) if program == PODMAN and self._session.trash.there else ()

    def _gone(self, name: str) -> None:
        self._session.failed.emit(NotFound(name, "it is not there any more"))


def same(now: Sequence[Container], before: Sequence[Container]) -> bool:
    """Nothing that the user decided by has changed (sizes and the engine's words for the time may)."""

    def facts(containers: Sequence[Container]) -> set[tuple[str, ...]]:
        return {(each.id, each.name, each.state, each.image_id) for each in containers}

    return facts(now) == facts(before)


def _blocked(removal: ImageRemoval) -> str:
    """Why not, and what the tick would take besides."""
    if removal.hopeless or not removal.users:
        return removal.blocked
    what = "it is" if len(removal.users) == 1 else "they are"
    return f"{removal.blocked}; with the tick {what} deleted first, and what was written there is lost"


def _facts(plan: Sequence[ImageRemoval]) -> set[tuple[Any, ...]]:
    """What the user decided by: not the containers' sizes, which grow."""
    return {
        (each.image.id, each.references, each.built_on_it, frozenset((user.id, user.state) for user in each.users))
        for each in plan
    }


def _volume_facts(plan: Sequence[VolumeRemoval]) -> set[tuple[Any, ...]]:
    """Not their sizes, which grow."""
    return {
        (each.volume.name, each.volume.created, each.volume.users, frozenset(user.id for user in each.users))
        for each in plan
    }


def _counted(names: Sequence[str], noun: str) -> str:
    one = names[0] if names[0].startswith(f"nameless {noun}") else f"{noun} {names[0]}"
    return one if len(names) == 1 else f"{len(names)} {noun}s"


def _verb(names: Sequence[str], noun: str) -> str:
    return f"Delete {noun}" if len(names) == 1 else f"Delete {len(names)} {noun}s"


def _removal(world: World, ids: Sequence[str], answer: DeleteAnswer) -> Removal:
    from imagexplorer.core.removal_steps import removal_of_images

    return removal_of_images(world, ids, answer.stop_first, answer.kept)


def _words(size: int, exact: bool) -> str:
    return f"{'' if exact else 'about '}{human_size(size)}" if size else ""


def _shown(reference: str) -> str:
    return short_id(reference) if reference.startswith("sha256:") else reference
