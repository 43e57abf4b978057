"""Two stacked trees beside each other: which paths only one of them shows, and how those differ that both show.

Paths are matched by 64-bit hashes over random numbers that are drawn anew each time, so no image can be made to deceive
them; contents are compared by whoever can read them. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.core.file_tree import IMPLIED, NONE, FileTree
from imagexplorer.core.layer_index import DIR, FILE, HARDLINK, SYMLINK

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[Any]
    Flags = NDArray[np.bool_]

ADDED, REMOVED, CONTENT, METADATA, KIND = "added", "removed", "content", "metadata", "kind"
CHANGES = (ADDED, REMOVED, CONTENT, METADATA, KIND)
_CHUNK = 1 << 18

SameContent = Callable[["Ints", "Ints"], "Flags"]
"""`same(versions of a, versions of b)`: whether two files of one size hold the same bytes, pair by pair."""


@dataclass(frozen=True, slots=True)
class Side:
    """What a tree shows at its top, one entry a path (the root left out). `kind` and `data` are those of the content
    where the path is a hard link; `version` is the path's own."""

    tree: FileTree
    node: Ints
    version: Ints
    kind: Ints
    data: Ints

    def size(self, at: Ints) -> Ints:
        import numpy as np

        sizes: Ints = np.where(self.kind[at] == FILE, np.asarray(self.tree["version_size"])[self.data[at]], 0)
        return sizes

    def column(self, name: str, at: Ints) -> Ints:
        import numpy as np

        values: Ints = np.asarray(self.tree[name])[self.version[at]]
        return values


@dataclass(frozen=True, slots=True)
class Differences:
    """Places in the sides: `only_a`, `only_b`, and for those in both `both_a`, `both_b` with `change`, an index into
    CHANGES; what is the same is left out. `added_bytes`: of contents that b shows and a does not have at that path,
    `removed_bytes` the other way round; hard links count once. `times`: they count as metadata."""

    a: Side
    b: Side
    only_a: Ints
    only_b: Ints
    both_a: Ints
    both_b: Ints
    change: Ints
    added_bytes: int
    removed_bytes: int
    times: bool = False

    def __len__(self) -> int:
        return len(self.only_a) + len(self.only_b) + len(self.both_a)


def compare(
    a: FileTree, b: FileTree, same: SameContent, control: Control | None = None, times: bool = False
) -> Differences:
    """Everything; times of change only where they are asked for. What no layer lists has no mode or owner to
    compare."""
    import numpy as np

    control = control or Control()
    dice = np.random.default_rng()
    numbers = dice.integers(0, 2**63, 258, np.uint64) * np.uint64(2) + np.uint64(1)
    sides = _side(a), _side(b)
    control.step(0, 3, "comparing paths")
    hashes = [_hashes(side.tree, numbers)[side.node] for side in sides]
    _, both_a, both_b = np.intersect1d(hashes[0], hashes[1], assume_unique=True, return_indices=True)
    control.step(1, 3, "comparing files")
    change = _changes(sides[0], sides[1], both_a, both_b, same, times)
    differ = change >= 0
    both_a, both_b, change = both_a[differ], both_b[differ], change[differ]
    only_a = np.setdiff1d(np.arange(len(sides[0].node)), _matched(hashes[0], hashes[1]), assume_unique=True)
    only_b = np.setdiff1d(np.arange(len(sides[1].node)), _matched(hashes[1], hashes[0]), assume_unique=True)
    other = np.isin(change, (CHANGES.index(CONTENT), CHANGES.index(KIND)))
    control.step(3, 3, "comparing files")
    return Differences(
        *sides, only_a, only_b, both_a, both_b, change,
        added_bytes=_bytes(sides[1], np.concatenate((only_b, both_b[other]))),
        removed_bytes=_bytes(sides[0], np.concatenate((only_a, both_a[other]))),
        times=times,
    )  # fmt: skip


def _matched(mine: Ints, others: Ints) -> Ints:
    import numpy as np

    return np.flatnonzero(np.isin(mine, others))


def _side(tree: FileTree) -> Side:
    import numpy as np

    start = np.asarray(tree["version_start"]).astype(np.int64)
    last = start[1:] - 1
    has = start[1:] > start[:-1]
    shown = has.copy()
    shown[has] = np.asarray(tree["version_what"])[last[has]] <= IMPLIED
    if len(shown):
        shown[0] = False
    node = np.flatnonzero(shown)
    version = last[node]
    kind = np.asarray(tree["version_kind"])[version].copy()
    data = version.copy()
    links = np.flatnonzero(kind == HARDLINK)
    if len(links):
        held = np.asarray(tree["data"])[np.searchsorted(np.asarray(tree["data_row"]), version[links])].astype(np.int64)
        good = held != NONE
        data[links[good]] = held[good]
        kind[links[good]] = np.asarray(tree["version_kind"])[held[good]]
    return Side(tree, node, version, kind, data)


def _hashes(tree: FileTree, numbers: Ints) -> Ints:
    """Of the whole path of every node."""
    import numpy as np

    start = np.asarray(tree["name_start"]).astype(np.int64)
    names = np.asarray(tree["names"])
    own = np.zeros(len(tree), np.uint64)
    table, factor, step = numbers[:256], numbers[256], numbers[257]
    longest = int((start[1:] - start[:-1]).max()) if len(tree) else 0
    powers = np.ones(longest + 1, np.uint64)
    np.multiply.accumulate(np.full(longest, factor, np.uint64), out=powers[1:])
    for low in range(0, len(tree), _CHUNK):
        high = min(low + _CHUNK, len(tree))
        begin, end = start[low], start[high]
        place = np.arange(begin, end) - np.repeat(start[low:high], start[low + 1 : high + 1] - start[low:high])
        values = table[names[begin:end]] * powers[place]  # a name ends with its slash, so none is empty
        own[low:high] = np.add.reduceat(values, start[low:high] - begin)
    whole = np.zeros(len(tree), np.uint64)
    parent = np.asarray(tree["parent"])
    levels = tree["level"].tolist()
    for low, high in pairwise(levels[1:]):
        mixed = (whole[parent[low:high]] ^ (whole[parent[low:high]] >> np.uint64(29))) * step + own[low:high]
        whole[low:high] = mixed ^ (mixed >> np.uint64(32))
    return whole


def _changes(a: Side, b: Side, at_a: Ints, at_b: Ints, same: SameContent, times: bool) -> Ints:
    """For each pair an index into CHANGES, -1 where nothing differs."""
    import numpy as np

    change = np.full(len(at_a), -1, np.int64)
    kind_a, kind_b = a.kind[at_a], b.kind[at_b]
    implied = (a.column("version_what", at_a) == IMPLIED) | (b.column("version_what", at_b) == IMPLIED)
    moved = (a.column("version_uid", at_a) != b.column("version_uid", at_b)) | (
        a.column("version_gid", at_a) != b.column("version_gid", at_b)
    )
    modes = (a.column("version_mode", at_a) != b.column("version_mode", at_b)) & (kind_a != SYMLINK)
    if times:
        moved |= a.column("version_mtime", at_a) != b.column("version_mtime", at_b)
    change[(moved | modes) & ~implied] = CHANGES.index(METADATA)
    content = (kind_a == FILE) & (kind_b == FILE)
    sizes = a.size(at_a) != b.size(at_b)
    change[content & sizes] = CHANGES.index(CONTENT)
    asked = np.flatnonzero(content & ~sizes & (a.size(at_a) > 0))
    if len(asked):
        alike = same(a.data[at_a[asked]], b.data[at_b[asked]])
        change[asked[~alike]] = CHANGES.index(CONTENT)
    for at in np.flatnonzero((kind_a == SYMLINK) & (kind_b == SYMLINK)).tolist():
        if _link(a, at_a[at]) != _link(b, at_b[at]):
            change[at] = CHANGES.index(CONTENT)
    change[kind_a != kind_b] = CHANGES.index(KIND)
    return change


def _link(side: Side, at: int) -> bytes | None:
    return side.tree.columns.sparse("link_row", "link_start", "links", int(side.version[at]))


def _bytes(side: Side, at: Ints) -> int:
    import numpy as np

    files = at[side.kind[at] == FILE]
    contents = np.unique(side.data[files])
    return int(np.asarray(side.tree["version_size"])[contents].sum()) if len(contents) else 0


@dataclass(frozen=True, slots=True)
class Facts:
    """One side of a difference. `layer` is the one that last wrote the path, None for a folder that none lists;
    `mtime_ns` since 1970, None where times do not count."""

    kind: int
    size: int
    mode: int
    uid: int
    gid: int
    link: bytes | None
    layer: int | None
    version: int
    mtime_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    path: bytes
    change: str
    a: Facts | None
    b: Facts | None


def differences(found: Differences) -> list[Difference]:
    """Sorted by the bytes of the path."""
    times = found.times
    rows = [
        Difference(found.a.tree.path(int(found.a.node[at])), REMOVED, facts(found.a, at, times), None)
        for at in found.only_a
    ]
    rows += [
        Difference(found.b.tree.path(int(found.b.node[at])), ADDED, None, facts(found.b, at, times))
        for at in found.only_b
    ]
    for at_a, at_b, change in zip(found.both_a, found.both_b, found.change, strict=True):
        path = found.a.tree.path(int(found.a.node[at_a]))
        rows.append(Difference(path, CHANGES[int(change)], facts(found.a, at_a, times), facts(found.b, at_b, times)))
    rows.sort(key=lambda row: row.path)
    return rows


def facts(side: Side, at: int, times: bool = False) -> Facts:
    tree, version, data = side.tree, int(side.version[at]), int(side.data[at])
    kind = int(side.kind[at])
    implied = tree["version_what"][version] == IMPLIED
    return Facts(
        DIR if implied else kind,
        tree["version_size"][data] if kind == FILE else 0,
        tree["version_mode"][version],
        tree["version_uid"][version],
        tree["version_gid"][version],
        tree.columns.sparse("link_row", "link_start", "links", version) if kind == SYMLINK else None,
        None if implied else tree["version_layer"][version],
        data,
        tree["version_mtime"][version] if times and not implied else None,
    )
