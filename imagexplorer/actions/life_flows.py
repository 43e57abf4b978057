"""Between a container's start and its end: pause, stop with a time out, kill, rename. Asked, then held against what is
true now, then done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from imagexplorer.actions import rules
from imagexplorer.actions.action import Action
from imagexplorer.actions.change_flows import Once
from imagexplorer.actions.commit_flows import Same
from imagexplorer.core.entities import Container, Selection
from imagexplorer.core.errors import NotFound
from imagexplorer.session import Session

if TYPE_CHECKING:
    from imagexplorer.actions.prompts import Prompts


class LifeFlows:
    def __init__(
        self,
        session: Session,
        prompts: Prompts,
        once: Once,
        live: Callable[[str], bool],
        same: Same,
        engine: Callable[[str], str],
    ) -> None:
        self._session, self._prompts = session, prompts
        self._once, self._live, self._same, self._engine = once, live, same, engine

    def actions(
        self, kind: Callable[[Selection], str], busy: Callable[[Selection], Collection[str]]
    ) -> tuple[Action, ...]:
        return (
            Action(
                "container.stop_with",
                "Stop with time out or si&gnal…",
                self.stop,
                "stop",
                (),
                "&Container",
                1,
                lambda selection: rules.stop(selection, kind(selection), busy(selection)),
            ),
            Action(
                "container.pause",
                "&Pause container",
                lambda selection: self._session.acts.pause(selection.source, rules.pausable(selection.containers)),
                "paused",
                ("Ctrl+Shift+P",),
                "&Container",
                1,
                lambda selection: rules.pause(selection, kind(selection), busy(selection)),
            ),
            Action(
                "container.unpause",
                "&Unpause container",
                lambda selection: self._session.acts.unpause(selection.source, rules.paused(selection.containers)),
                "play",
                ("Ctrl+Shift+U",),
                "&Container",
                1,
                lambda selection: rules.unpause(selection, kind(selection), busy(selection)),
            ),
            Action(
                "container.kill",
                "&Kill container…",
                self.kill,
                "dead",
                ("Ctrl+Shift+L",),
                "&Container",
                1,
                lambda selection: rules.kill(selection, kind(selection)),
            ),
            Action(
                "container.rename",
                "Rena&me container…",
                self.rename,
                "edit",
                ("F2",),
                "&Container",
                2,
                lambda selection: rules.rename(selection, kind(selection), busy(selection)),
            ),
        )

    def stop(self, selection: Selection) -> None:
        source = selection.source

        def ask() -> bool:
            records = self._now(source, rules.stoppable(selection.containers))
            if not records:
                return self._gone(selection)
            answer = self._prompts.stop(self._engine(source), records, self._session.acts.program(source))
            if answer is None or not self._live(source):
                return True
            if not self._same(self._now(source, records), records):
                return False
            self._session.acts.stop(source, records, None, answer.timeout, answer.signal)
            return True

        self._once(ask)

    def kill(self, selection: Selection) -> None:
        source = selection.source

        def ask() -> bool:
            records = self._now(source, rules.stoppable(selection.containers))
            if not records:
                return self._gone(selection)
            signal = self._prompts.kill(self._engine(source), records, self._session.acts.program(source))
            if signal is None or not self._live(source):
                return True
            if not self._same(self._now(source, records), records):
                return False
            self._session.acts.kill(source, records, signal)
            return True

        self._once(ask)

    def rename(self, selection: Selection) -> None:
        source = selection.source

        def ask() -> bool:
            records = self._now(source, selection.containers[:1])
            if not records:
                return self._gone(selection)
            record = records[0]
            others = [each for each in self._session.rows_of(source)[1] if each.id != record.id]
            name = self._prompts.rename(record, others, self._session.acts.program(source))
            if not name or name == record.name or not self._live(source):
                return True
            if [each.name for each in self._now(source, records)] != [record.name]:
                return False
            self._session.acts.rename(source, record, name)
            return True

        self._once(ask)

    def _now(self, source: str, records: Sequence[Container]) -> list[Container]:
        ids = {record.id for record in records}
        return [each for each in self._session.rows_of(source)[1] if each.id in ids]

    def _gone(self, selection: Selection) -> bool:
        self._session.failed.emit(NotFound(selection.containers[0].name, "it is not there any more"))
        return True
