"""From the press of Undo to what is there again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from imagexplorer.actions.action import Action
from imagexplorer.core.entities import Selection
from imagexplorer.session import Session

if TYPE_CHECKING:
    from imagexplorer.core.trash import TrashItem


class TrashFlows:
    def __init__(self, session: Session, live: Callable[[str], bool]) -> None:
        self._session, self._live = session, live

    def actions(self) -> tuple[Action, ...]:
        return (
            Action(
                "file.undo",
                "&Undo the last delete",
                lambda _selection: self.undo_last(),
                "back",
                ("Ctrl+Z",),
                "&File",
                2,
                self._blocked,
            ),
        )

    def undo_last(self) -> None:
        current = self._session.current
        items = self._session.trash.newest(current.key) if current is not None else ()
        if current is not None and items:
            self.undo(current.key, items)

    def undo(self, source: str, items: Sequence[TrashItem]) -> None:
        if self._live(source):
            self._session.trash.undo(source, items, self._session.failed.emit)

    def _blocked(self, _selection: Selection) -> str:
        current = self._session.current
        if current is None or not current.is_engine:
            return "Nothing was deleted here"
        if not self._session.trash.newest(current.key):
            return "Nothing that was deleted on this engine is in the trash"
        if current.locked:
            return "This engine is locked: unlock it in the File menu to bring something back"
        return "" if current.live else "The engine does not answer"
