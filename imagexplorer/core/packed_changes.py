"""A container's changes as one run of bytes: what only passes them on makes no object of each. Pure."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import overload

from imagexplorer.core.entities import Change


class PackedChanges(Sequence[Change]):
    """The same changes in the same order, unpacked by whoever looks at them first. 70,000 changes are sent from one
    process to another in 150 ms, during which nothing else runs in either; packed in none that can be noticed."""

    __slots__ = ("_packed", "_rows")

    def __init__(self, packed: bytes) -> None:
        self._packed = packed
        self._rows: Sequence[Change] | None = None

    @classmethod
    def of(cls, changes: Sequence[Change]) -> PackedChanges:
        rows = [
            [each.path, each.kind, each.size_bytes, each.node, each.mode, each.engines, each.owner, each.mtime]
            for each in changes
        ]
        return cls(zlib.compress(json.dumps(rows).encode(), 1))

    def __reduce__(self) -> tuple[type[PackedChanges], tuple[bytes]]:
        return PackedChanges, (self._packed,)

    def _all(self) -> Sequence[Change]:
        if self._rows is None:
            rows = json.loads(zlib.decompress(self._packed))
            self._rows = [
                Change(path, kind, size, node, mode, engines, (owner[0], owner[1]) if owner else None, mtime)
                for path, kind, size, node, mode, engines, owner, mtime in rows
            ]
        return self._rows

    def __len__(self) -> int:
        return len(self._all())

    @overload
    def __getitem__(self, at: int) -> Change: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Change]: ...

    def __getitem__(self, at: int | slice) -> Change | Sequence[Change]:
        return self._all()[at]
