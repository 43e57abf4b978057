"""Where an engine's disk went, as nested areas: kinds, and in each of them the things by what is their own.

What images share is one area among them, so that no byte is drawn twice.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from imagexplorer.core.columns import Columns
from imagexplorer.core.disk import CACHE, KINDS, DiskUse, Use
from imagexplorer.core.space import NOT_HIDDEN
from imagexplorer.core.space_map import FOLDER, MapSpec, SpaceMap
from imagexplorer.core.text import plain
from imagexplorer.core.world import CONTAINER, IMAGE, VOLUME

DISK = "disk"
"""`what` of such a map: its rows have names and bytes, and no layers."""
MOST = 1_000
TITLES = {IMAGE: "Images", CONTAINER: "Containers", VOLUME: "Volumes", CACHE: "Build cache"}
SHARED = "layers that images share"


@dataclass(frozen=True, slots=True)
class DiskMap:
    """`uses[row]` is what a row of the map shows; None for a kind and for what is shared, whose words are `names`."""

    shown: SpaceMap
    uses: tuple[Use | None, ...]
    names: tuple[str, ...]

    def row_of(self, use: Use) -> int:
        return next((row for row, each in enumerate(self.uses) if each is not None and each.id == use.id), -1)


def disk_map(found: DiskUse) -> DiskMap:
    kinds = sorted((kind for kind in KINDS if found.total(kind)), key=lambda kind: -found.total(kind))
    parent, first, count = [0], [1 if kinds else 0], [len(kinds)]
    size, files = [sum(map(found.total, kinds))], [len(found.uses)]
    names, uses, layer = [""], list[Use | None]([None]), [0]
    for kind in kinds:
        parent.append(0)
        size.append(found.total(kind))
        files.append(len(found.of(kind)))
        names.append(TITLES[kind])
        uses.append(None)
        layer.append(KINDS.index(kind))
    for row, kind in enumerate(kinds, 1):
        below: list[tuple[int, str, Use | None]] = [
            (use.own or 0, use.name, use) for use in found.of(kind)[:MOST] if use.own
        ]
        if kind == IMAGE and found.shared_bytes:
            below.append((found.shared_bytes, SHARED, None))
        below.sort(key=lambda each: -each[0])
        first.append(len(names) if below else 0)
        count.append(len(below))
        for bytes_, name, use in below:
            parent.append(row)
            size.append(bytes_)
            files.append(1)
            names.append(name)
            uses.append(use)
            layer.append(KINDS.index(kind) if use is not None else len(KINDS))
    leaves = len(names) - len(first)
    first += [0] * leaves
    count += [0] * leaves
    raw = [plain(name, 300).encode() for name in names]
    starts = [0]
    for each in raw:
        starts.append(starts[-1] + len(each))
    columns = {
        "parent": memoryview(array("I", parent)),
        "first": memoryview(array("I", first)),
        "count": memoryview(array("I", count)),
        "size": memoryview(array("q", size)),
        "files": memoryview(array("I", files)),
        "cause": memoryview(array("B", [FOLDER if at <= len(kinds) else NOT_HIDDEN for at in range(len(names))])),
        "mostly": memoryview(array("B", [NOT_HIDDEN] * len(names))),
        "layer": memoryview(array("h", layer)),
        "name_start": memoryview(array("I", starts)),
        "names": memoryview(b"".join(raw)),
    }
    return DiskMap(SpaceMap(MapSpec(DISK), Columns(columns)), tuple(uses), tuple(names))
