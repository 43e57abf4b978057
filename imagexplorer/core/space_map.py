"""A folder of an image as nested areas: which of the things below it are large enough to be drawn.

Answers are small, whatever the size of the tree: the largest things are named, the rest of each folder is one number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from imagexplorer.core.columns import Columns
from imagexplorer.core.errors import NotFound, WrongUse
from imagexplorer.core.space_tree import VISIBLE, WASTED, SpaceTree
from imagexplorer.core.text import plain_bytes
from imagexplorer.core.tree_nodes import column

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Flags, Ints

MOST = 3_000
"""Rows of a map; more would be smaller than a few pixels on any screen."""
FOLDER = 255
"""In the column `cause`: it is no content but a folder of such."""


@dataclass(frozen=True, slots=True)
class MapSpec:
    """`what` is VISIBLE or WASTED, `folder` a path without slashes around it."""

    what: str = VISIBLE
    folder: bytes = b""
    most: int = MOST


@dataclass(frozen=True, slots=True)
class SpaceMap:
    """m rows; row 0 is the folder asked for; the children of a row are consecutive, the largest first. Columns:

    parent I m, first I m, count I m    children of r are rows first[r] to first[r]+count[r]-1
    size q m, files I m                 bytes and contents of the row; those of a folder may be more than its rows have
    cause B m                           FOLDER, or what hides it (core.space.CAUSES)
    mostly B m                          the same; of a folder, what hides most of its bytes
    layer h m                           that wrote it, or that hid it last; of a folder, that of most of its bytes
    name_start I m+1, names B           names one after the other; that of row 0 is empty
    """

    spec: MapSpec
    columns: Columns

    def __len__(self) -> int:
        return len(self.columns["parent"])

    def name(self, row: int) -> bytes:
        start = self.columns["name_start"]
        return bytes(self.columns["names"][start[row] : start[row + 1]])

    def path(self, row: int) -> bytes:
        """From the root of the image, no leading slash."""
        parts = []
        parent = self.columns["parent"]
        while row:
            parts.append(self.name(row))
            row = parent[row]
        if self.spec.folder:
            parts.append(self.spec.folder)
        return b"/".join(reversed(parts))

    def rest(self, row: int) -> tuple[int, int]:
        """Bytes and contents of a folder that have no row of their own."""
        first, count = self.columns["first"][row], self.columns["count"][row]
        size, files = self.columns["size"], self.columns["files"]
        children = range(first, first + count)
        return size[row] - sum(size[r] for r in children), files[row] - sum(files[r] for r in children)


def space_map(found: SpaceTree, spec: MapSpec) -> SpaceMap:
    """Raises NotFound for a folder that no layer ever wrote, WrongUse for a `what` that is none."""
    import numpy as np

    if spec.what not in (VISIBLE, WASTED):
        raise WrongUse(f"a map of {spec.what}", f"there are {VISIBLE} and {WASTED}")
    tree = found.tree
    top = tree.find(spec.folder)
    if top is None:
        raise NotFound(f"/{plain_bytes(spec.folder)}", "no layer wrote it")
    places, totals, files = found.places[spec.what], found.totals[spec.what], found.files[spec.what]
    below = found.below(top)
    folders = np.flatnonzero(below & (totals > 0))
    mine = np.flatnonzero(below[places.node] & (places.size > 0))
    node = np.concatenate((folders, places.node[mine]))
    size = np.concatenate((totals[folders], places.size[mine]))
    cause = np.concatenate((np.full(len(folders), FOLDER, np.uint8), places.cause[mine]))
    layer = np.concatenate((np.full(len(folders), -1), places.layer[mine]))
    times = np.concatenate((files[folders], places.times[mine]))
    largest = _largest(size, spec.most)
    # A folder is never smaller than what it holds, and comes before it where both are the same.
    chosen = largest[np.lexsort((cause[largest], node[largest], cause[largest] != FOLDER, -size[largest]))][: spec.most]

    parent = np.asarray(tree["parent"])
    rows: list[int] = [-1]  # of the arrays above; -1 is the folder itself
    at_folder: dict[int, list[int]] = {}
    for row, above in zip(chosen.tolist(), parent[node[chosen]].tolist(), strict=True):
        at_folder.setdefault(above, []).append(row)
    parents, first, count = [0], [], []
    done = 0
    while done < len(rows):  # what is appended is visited in its turn
        row = rows[done]
        is_folder = row < 0 or cause[row] == FOLDER
        children = at_folder.get(top if row < 0 else int(node[row]), []) if is_folder else []
        first.append(len(rows) if children else 0)
        count.append(len(children))
        rows += children
        parents += [done] * len(children)
        done += 1
    picked = np.array(rows[1:], np.int64)
    inside = _nearest_rows(found, np.concatenate(([top], node[picked])), cause[picked] == FOLDER)
    of = inside[parent[places.node[mine]]]
    layers = _dominant(of, places.layer[mine], places.size[mine], parents)
    causes = _dominant(of, places.cause[mine], places.size[mine], parents)
    leaf = np.concatenate(([False], cause[picked] != FOLDER))
    layers[leaf], causes[leaf] = layer[picked][leaf[1:]], cause[picked][leaf[1:]]
    names = [b"", *(tree.name(each) for each in node[picked].tolist())]
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum([len(name) for name in names])))

    def with_top(value: int, values: Ints, code: str) -> memoryview:
        return column(np.concatenate((np.array([value], np.int64), values[picked])), code)

    columns = {
        "parent": column(parents, "I"),
        "first": column(first, "I"),
        "count": column(count, "I"),
        "size": with_top(int(totals[top]), size, "q"),
        "files": with_top(int(files[top]), times, "I"),
        "cause": with_top(FOLDER, cause, "B"),
        "mostly": column(causes, "B"),
        "layer": column(layers, "h"),
        "name_start": column(starts, "I"),
        "names": memoryview(b"".join(names)),
    }
    return SpaceMap(spec, Columns(columns))


def _nearest_rows(found: SpaceTree, nodes: Ints, folders: Flags) -> Ints:
    """For each node the row of the folder that it lies in or is, the innermost of those that have one; -1 for none.
    `nodes` are those of all rows, `folders` which of them but the first are such."""
    import numpy as np

    tree = found.tree
    nearest = np.full(len(tree), -1, np.int32)
    own = np.flatnonzero(np.concatenate(([True], folders)))
    nearest[nodes[own]] = own
    parent = np.asarray(tree["parent"])
    for low, high in pairwise(tree["level"].tolist()[1:]):
        nearest[low:high] = np.where(nearest[low:high] < 0, nearest[parent[low:high]], nearest[low:high])
    return nearest


def _dominant(rows: Ints, values: Ints, size: Ints, parents: Sequence[int]) -> Ints:
    """For each row the value that has most bytes at or below it, the lowest of several: `rows`, `values` and `size` of
    each content, `parents` of each row, which comes before it."""
    import numpy as np

    known, at = np.unique(values, return_inverse=True)
    table = np.zeros((len(parents), max(len(known), 1)), np.int64)
    np.add.at(table, (rows, at), size)
    for row in range(len(parents) - 1, 0, -1):
        table[parents[row]] += table[row]
    if not len(known):
        return np.zeros(len(parents), np.int64)
    best: Ints = known[np.argmax(table, axis=1)].astype(np.int64)
    return best


def _largest(size: Ints, most: int) -> Ints:
    """Positions of the `most` largest, all of those that are as large as the smallest of them included."""
    import numpy as np

    if len(size) <= most:
        return np.arange(len(size))
    least = np.partition(size, len(size) - most)[len(size) - most]
    return np.flatnonzero(size >= least)
