"""What happens from the press of a button to the act: ask, look whether things are still as they were, do.

An intent holds records with full ids as the user saw them. If one of them changed while the question stood, it is asked
again with what is true now. Nothing is forced, nothing is asked of an engine here but through the session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from imagexplorer.actions import rules
from imagexplorer.actions.change_flows import ChangeFlows
from imagexplorer.actions.commit_flows import CommitFlows
from imagexplorer.actions.life_flows import LifeFlows
from imagexplorer.actions.origin_flows import OriginFlows
from imagexplorer.actions.prune_flows import PruneFlows
from imagexplorer.actions.run_flows import RunFlows
from imagexplorer.actions.tag_flows import TagFlows
from imagexplorer.core.command_line import joined
from imagexplorer.core.entities import Container, Image, Selection, short_id
from imagexplorer.core.errors import ImagexplorerError, NotFound, Refused, Unreachable, WrongUse
from imagexplorer.core.text import human_size
from imagexplorer.session import Failed, Session

if TYPE_CHECKING:
    from imagexplorer.actions.prompts import Prompts
    from imagexplorer.core.removal import ContainerRemoval, ImageRemoval


class Flows:
    def __init__(self, session: Session, prompts: Prompts) -> None:
        self._session, self._prompts = session, prompts
        self.origins = OriginFlows(session, prompts)
        self.changes = ChangeFlows(session, prompts, self._once)
        self.names = TagFlows(session, prompts, self._once)
        self.prunes = PruneFlows(session, prompts, self._once)
        self.runs = RunFlows(session, prompts, self._once, self._live, self._if_refused)
        self.commits = CommitFlows(session, prompts, self._once, self._live, self._if_refused, _same, self.changes)
        self.life = LifeFlows(session, prompts, self._once, self._live, _same, self._engine)
        self._asking = False

    # -- looking --------------------------------------------------------------------------------
    def open_path(self, _selection: Selection) -> None:
        path = self._prompts.open_path()
        if path:
            self._session.open_path(path)

    def retry(self) -> None:
        current = self._session.current
        self._session.retry(current.key if current is not None and not current.live and current.is_engine else "")

    def open_image(self, selection: Selection) -> None:
        self._session.page_wanted.emit("image", selection.images[0])

    def compare_images(self, selection: Selection) -> None:
        first, *others = selection.images
        self._session.comparing.wanted.emit(selection.source, first, others[0] if others else None)

    def open_container(self, selection: Selection) -> None:
        self._session.page_wanted.emit("container", selection.containers[0])

    # -- images ---------------------------------------------------------------------------------
    def delete_images(self, selection: Selection) -> None:
        from imagexplorer.actions.prompts import DeleteItem
        from imagexplorer.core.removal import plan_images

        source = selection.source
        chosen = [image.id for image in selection.images]

        def ask() -> bool:
            images, containers = self._session.rows_of(source)
            records = [image for image in images if image.id in chosen]
            if not records:
                self._gone(selection.images[0].name)
                return True
            plan = plan_images(records, images, containers)
            can_stop = any(each.users and not each.hopeless for each in plan)
            answer = self._prompts.delete(
                f"Delete {_counted(records, 'image')}?",
                self._engine(source),
                [
                    DeleteItem(each.image.name, each.consequence, _blocked(each), each.frees_bytes, each.hopeless)
                    for each in plan
                ],
                [joined(["docker", "rmi", *map(_shown, each.references)]) for each in plan],
                _verb(records, "image", plan),
                can_stop,
            )
            if answer is None or not self._live(source):
                return True
            images, containers = self._session.rows_of(source)
            now = plan_images([image for image in images if image.id in chosen], images, containers)
            if _facts(now) != _facts(plan):
                return False
            going = [each for each in plan if not each.hopeless and (answer.stop_first or not each.users)]
            users = {user.id: user for each in going for user in each.users}
            self._session.acts.delete(
                source,
                list(users.values()),
                [(reference, each.image) for each in going for reference in each.references],
                answer.stop_first,
            )
            return True

        self._once(ask)

    # -- containers -----------------------------------------------------------------------------
    def start(self, selection: Selection) -> None:
        self._session.acts.start(selection.source, rules.startable(selection.containers))

    def stop(self, selection: Selection) -> None:
        self._session.acts.stop(selection.source, rules.stoppable(selection.containers))

    def restart(self, selection: Selection) -> None:
        self._session.acts.restart(selection.source, rules.restartable(selection.containers))

    def delete_containers(self, selection: Selection) -> None:
        from imagexplorer.actions.prompts import DeleteItem
        from imagexplorer.core.removal import plan_containers

        source = selection.source

        def ask() -> bool:
            records = self._containers(source, selection.containers)
            if not records:
                self._gone(selection.containers[0].name)
                return True
            plan = plan_containers(records)
            answer = self._prompts.delete(
                f"Delete {_counted(records, 'container')}?",
                self._engine(source),
                [DeleteItem(each.container.name, each.consequence, each.blocked, each.frees_bytes) for each in plan],
                [joined(["docker", "rm", container.name]) for container in records],
                _verb(records, "container", plan),
                any(each.blocked for each in plan),
            )
            if answer is None or not self._live(source):
                return True
            if not _same(self._containers(source, records), records):
                return False
            going = [container for container in records if answer.stop_first or not container.running]
            self._session.acts.delete(source, going, stop_first=answer.stop_first)
            return True

        self._once(ask)

    # -- how ------------------------------------------------------------------------------------
    def _if_refused(self, again: Callable[[str], None]) -> Failed:
        """What a refusal calls for is asked again, with what was said; not while something else is asked."""

        def failed(error: ImagexplorerError) -> None:
            if isinstance(error, Refused | WrongUse):
                # Once the refusal is told: a question holds up whoever asks it.
                QTimer.singleShot(0, self._session, lambda: again(str(error)))

        return failed

    def _once(self, ask: Callable[[], bool]) -> None:
        """One question at a time; again while things change under it."""
        if self._asking:
            return
        self._asking = True
        try:
            while not ask():
                self._session.message.emit("Something changed meanwhile: look again before it is done")
        finally:
            self._asking = False

    def _live(self, source: str) -> bool:
        state = next((each for each in self._session.sources if each.key == source), None)
        if state is None or not state.live:
            name = state.name if state is not None else source
            self._session.failed.emit(Unreachable(name, "the engine was lost meanwhile: nothing was done"))
            return False
        return True

    def _engine(self, source: str) -> str:
        return next((each.name for each in self._session.sources if each.key == source), source)

    def _images(self, source: str, records: Sequence[Image]) -> list[Image]:
        """As they are now; those that are gone are left out."""
        ids = {record.id for record in records}
        return [image for image in self._session.rows_of(source)[0] if image.id in ids]

    def _containers(self, source: str, records: Sequence[Container]) -> list[Container]:
        ids = {record.id for record in records}
        return [container for container in self._session.rows_of(source)[1] if container.id in ids]

    def _gone(self, name: str) -> None:
        self._session.failed.emit(NotFound(name, "it is not there any more"))


def _same(now: Sequence[Container], before: Sequence[Container]) -> bool:
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
    """What the user decided by: not the sizes, which may still have been filling in."""
    return {
        (each.image.id, each.references, each.built_on_it, tuple((user.id, user.state) for user in each.users))
        for each in plan
    }


def _counted(records: Sequence[Image] | Sequence[Container], noun: str) -> str:
    return f"{noun} {records[0].name}" if len(records) == 1 else f"{len(records)} {noun}s"


def _verb(
    records: Sequence[Image] | Sequence[Container], noun: str, plan: Sequence[ImageRemoval] | Sequence[ContainerRemoval]
) -> str:
    from imagexplorer.core.removal import frees

    freed = frees(plan)
    what = f"Delete {noun}" if len(records) == 1 else f"Delete {len(records)} {noun}s"
    return f"{what}, frees {human_size(freed)}" if freed else what


def _shown(reference: str) -> str:
    return short_id(reference) if reference.startswith("sha256:") else reference
