"""What happens from the press of a button to the act: ask, look whether things are still as they were, do.

An intent holds records with full ids as the user saw them. If one of them changed while the question stood, it is asked
again with what is true now. Nothing is forced, nothing is asked of an engine here but through the session.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from imagexplorer.actions import rules
from imagexplorer.actions.change_flows import ChangeFlows
from imagexplorer.actions.commit_flows import CommitFlows
from imagexplorer.actions.copy_flows import CopyFlows
from imagexplorer.actions.delete_flows import DeleteFlows, same
from imagexplorer.actions.life_flows import LifeFlows
from imagexplorer.actions.origin_flows import OriginFlows
from imagexplorer.actions.prune_flows import PruneFlows
from imagexplorer.actions.run_flows import RunFlows
from imagexplorer.actions.tag_flows import TagFlows
from imagexplorer.actions.trash_flows import TrashFlows
from imagexplorer.core.engine_places import elsewhere
from imagexplorer.core.entities import Selection
from imagexplorer.core.errors import ImagexplorerError, Refused, Unreachable, WrongUse
from imagexplorer.session import Failed, Session

if TYPE_CHECKING:
    from imagexplorer.actions.prompts import Prompts


class Flows:
    def __init__(self, session: Session, prompts: Prompts) -> None:
        self._session, self._prompts = session, prompts
        self.origins = OriginFlows(session, prompts)
        self.deletes = DeleteFlows(session, prompts, self._once, self._sure, self._engine)
        self.changes = ChangeFlows(session, prompts, self._once)
        self.names = TagFlows(session, prompts, self._once)
        self.copies = CopyFlows(session, prompts, self._once)
        self.trash = TrashFlows(session, self._live)
        self.prunes = PruneFlows(session, prompts, self._once, self._sure)
        self.runs = RunFlows(session, prompts, self._once, self._live, self._if_refused)
        self.commits = CommitFlows(session, prompts, self._once, self._live, self._if_refused, same, self.changes)
        self.life = LifeFlows(session, prompts, self._once, self._live, same, self._engine)
        self._asking = False

    # -- looking --------------------------------------------------------------------------------
    def open_path(self, _selection: Selection) -> None:
        path = self._prompts.open_path()
        if path:
            self._session.open_path(path)

    def retry(self) -> None:
        current = self._session.current
        self._session.retry(current.key if current is not None and not current.live and current.is_engine else "")

    def lock(self) -> None:
        current = self._session.current
        if current is not None:
            self._session.lock(current.key, not current.locked)

    def open_image(self, selection: Selection) -> None:
        self._session.page_wanted.emit("image", selection.images[0])

    def compare_images(self, selection: Selection) -> None:
        """Of two, the older one is A."""
        first, *others = sorted(selection.images, key=lambda image: image.created or 0)
        self._session.comparing.wanted.emit(selection.source, first, others[0] if others else None)

    def open_container(self, selection: Selection) -> None:
        self._session.page_wanted.emit("container", selection.containers[0])

    # -- containers -----------------------------------------------------------------------------
    def start(self, selection: Selection) -> None:
        self._session.acts.start(selection.source, rules.startable(selection.containers))

    def stop(self, selection: Selection) -> None:
        self._session.acts.stop(selection.source, rules.stoppable(selection.containers))

    def restart(self, selection: Selection) -> None:
        self._session.acts.restart(selection.source, rules.restartable(selection.containers))

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

    def _sure(self, source: str, title: str) -> bool:
        """Whether it shall be done also where it would be on another machine; and the engine is there still."""
        state = next((each for each in self._session.sources if each.key == source), None)
        host = elsewhere(state.address.location) if state is not None else ""
        return (not host or self._prompts.elsewhere(title, host)) and self._live(source)

    def _engine(self, source: str) -> str:
        return next((each.name for each in self._session.sources if each.key == source), source)
