"""What a container had changed at a moment, packed to be kept, and what changed since then. Pure.

Packed it is one short run of bytes: it lives with who marked the moment, and goes with each question about it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from imagexplorer.core.entities import ADDED, DELETED, MODIFIED, Change
from imagexplorer.core.errors import Damaged

ROWS_MOST = 200_000
"""Of more nothing is kept: a moment has 10 to 20 bytes a row."""
_LETTERS = {ADDED: "A", MODIFIED: "M", DELETED: "D"}
_State = tuple[str, int | None, int | None, str, int | None]  # letter, bytes, mtime, node, mode


@dataclass(frozen=True, slots=True)
class Marked:
    """A moment: seconds since 1970, how many paths had changed and how many bytes they held."""

    at: float
    count: int
    size_bytes: int
    packed: bytes = b""


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment to another one; `until` None: to now."""

    since: Marked
    until: Marked | None = None


def marked(changes: Sequence[Change], at: float) -> Marked:
    kept = changes if len(changes) <= ROWS_MOST else ()
    rows = [[each.path, *_state(each)] for each in kept if not each.engines]
    size = sum(each.size_bytes or 0 for each in changes if not each.engines)
    return Marked(at, len(changes), size, zlib.compress(json.dumps(rows).encode(), 1) if kept or not changes else b"")


def unpacked(moment: Marked) -> dict[str, _State]:
    """By path. Raises Damaged where nothing was kept of it."""
    if not moment.packed:
        raise Damaged("the moment", f"more than {ROWS_MOST:,} paths had changed: they were not kept")
    return {row[0]: tuple(row[1:]) for row in json.loads(zlib.decompress(moment.packed))}


def changes_at(moment: Marked) -> list[Change]:
    """What had changed at a moment, as far as it is kept. Raises Damaged as `unpacked` does."""
    kinds = {letter: kind for kind, letter in _LETTERS.items()}
    return [
        Change(path, kinds[letter], size, node or "", mode, mtime=mtime)
        for path, (letter, size, mtime, node, mode) in unpacked(moment).items()
    ]


def since(before: Mapping[str, _State], now: Iterable[Change]) -> list[Change]:
    """What is there now and was not is ADDED, with its bytes; what was written to is MODIFIED, with the bytes that came
    to it (0 where it did not grow); what went is DELETED. What one of the two moments does not tell (a size, a time) is
    no difference."""
    found: list[Change] = []
    there = set()
    for change in now:
        if change.engines:
            continue
        there.add(change.path)
        old = before.get(change.path)
        if old is None:
            found.append(change)
        elif change.kind == DELETED:
            if old[0] != "D":
                found.append(replace(change, size_bytes=old[1]))
        elif old[0] == "D":
            found.append(replace(change, kind=ADDED))
        elif _differ(old, _state(change)):
            grown = max((change.size_bytes or 0) - (old[1] or 0), 0)
            found.append(replace(change, kind=MODIFIED, size_bytes=grown))
    for path, (letter, size, _mtime, node, mode) in before.items():
        if path not in there and letter == "A":
            found.append(Change(path, DELETED, size, node, mode))
    return sorted(found, key=lambda change: change.path)


def _differ(old: _State, new: _State) -> bool:
    told = zip(old[1:], new[1:], strict=True)
    return any(one != other and None not in (one, other) and "" not in (one, other) for one, other in told)


def _state(change: Change) -> _State:
    return _LETTERS[change.kind], change.size_bytes, change.mtime, change.node, change.mode
