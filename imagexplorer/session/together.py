"""The rows of all engines as one list, each row saying whose it is; and the state that such a list has.

Pure but for what it keeps: a row that stays the same stays the same object.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Generic, TypeVar

from imagexplorer.core.entities import Address, Container, Image
from imagexplorer.core.text import counted
from imagexplorer.session.records import CONNECTING, FAILED, LIVE, LOST, SourceState

ALL_ENGINES = "engines"
"""The key of all engines together; no source has it."""

_Row = TypeVar("_Row", Image, Container)


class Marked(Generic[_Row]):
    """`rows(of each source: its key and its rows)` with every row marked by its source."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[Sequence[_Row], tuple[_Row, ...]]] = {}
        self._all: tuple[_Row, ...] = ()

    def rows(self, sources: Sequence[tuple[str, Sequence[_Row]]]) -> tuple[_Row, ...]:
        known = {key: self._made.get(key, ((), ())) for key, _ in sources}
        if known.keys() == self._made.keys() and all(known[key][0] is rows for key, rows in sources):
            return self._all
        self._made = {
            key: known[key] if known[key][0] is rows else (rows, self._marked(key, rows, known[key]))
            for key, rows in sources
        }
        self._all = tuple(row for _, marked in self._made.values() for row in marked)
        return self._all

    @staticmethod
    def _marked(key: str, rows: Sequence[_Row], known: tuple[Sequence[_Row], Sequence[_Row]]) -> tuple[_Row, ...]:
        before = {old.id: (old, marked) for old, marked in zip(*known, strict=True)}
        return tuple(
            was[1] if (was := before.get(row.id)) is not None and was[0] is row else replace(row, source=key)
            for row in rows
        )


def together(states: Sequence[SourceState]) -> SourceState:
    """Live as long as one of them is; old where one of them is, and it says which."""
    live = [state for state in states if state.live]
    old = [state for state in states if is_old(state)]
    kind = LIVE if live else next((each for each in (CONNECTING, LOST) if any(s.state == each for s in states)), FAILED)
    words = f"{counted(len(live), 'engine')} live"
    for some, what in (
        ([each for each in old if each.state == LOST], "lost"),
        ([each for each in old if each.live], "late"),
    ):
        if some:
            words += f", {some[0].name if len(some) == 1 else len(some)} {what}"
    return SourceState(
        ALL_ENGINES,
        Address("engine", "", "All engines"),
        kind,
        words,
        since=min((state.since for state in old), default=0.0),
        error=next((state.error for state in old if state.error is not None), None),
        stale_since=min((state.stale_since or state.since for state in old), default=0.0),
    )


def is_old(state: SourceState) -> bool:
    """Whether its rows may not be right any more."""
    return state.state == LOST or bool(state.stale_since)


def of_all(current: SourceState | None) -> bool:
    return current is not None and current.key == ALL_ENGINES


Names = Callable[[str], str]
"""What a person calls the source of a key."""
