"""The largest folders and files of an image, and the paths that waste most. Records and pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from imagexplorer.core.space_tree import VISIBLE, WASTED, SpaceTree

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Ints

MOST = 500
"""Rows of a table."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file (`files` 1, `layer` wrote it) or a folder (`files` at or below it, `layer` -1) and its bytes."""

    path: bytes
    size_bytes: int
    files: int = 1
    layer: int = -1


@dataclass(frozen=True, slots=True)
class Waste:
    """Bytes stored at a path and hidden, by one cause (core.space.CAUSES): `times` contents, of which `layer` hid the
    last."""

    path: bytes
    size_bytes: int
    cause: int
    layer: int
    times: int


Row = TypeVar("Row", Place, Waste)


@dataclass(frozen=True, slots=True)
class Table(Generic[Row]):
    """The largest rows, and how many there are in all."""

    rows: tuple[Row, ...] = ()
    total: int = 0


def folders(found: SpaceTree, most: int = MOST) -> Table[Place]:
    """By the bytes to be seen at or below them, the root left out. Of several nested ones that hold the same bytes the
    innermost stands for all."""
    import numpy as np

    tree, totals, files = found.tree, found.totals[VISIBLE], found.files[VISIBLE]
    parent = np.asarray(tree["parent"])
    only = np.zeros(len(totals), bool)
    inner = np.flatnonzero((totals > 0) & (totals == totals[parent]) & (files == files[parent]))
    only[parent[inner]] = True
    nodes = np.flatnonzero((totals > 0) & ~only)
    nodes = nodes[nodes > 0]
    rows = [Place(tree.path(node), int(totals[node]), int(files[node])) for node in _first(nodes, totals[nodes], most)]
    return Table(tuple(rows), len(nodes))


def files(found: SpaceTree, most: int = MOST) -> Table[Place]:
    import numpy as np

    places = found.places[VISIBLE]
    chosen = _first(np.arange(len(places)), places.size, most)
    rows = [
        Place(found.tree.path(int(places.node[at])), int(places.size[at]), 1, int(places.layer[at])) for at in chosen
    ]
    return Table(tuple(rows), len(places))


def waste(found: SpaceTree, most: int = MOST) -> Table[Waste]:
    """Contents of no bytes are left out."""
    import numpy as np

    places = found.places[WASTED]
    some = np.flatnonzero(places.size > 0)
    rows = []
    for at in _first(some, places.size[some], most):
        path = found.tree.path(int(places.node[at]))
        rows.append(
            Waste(path, int(places.size[at]), int(places.cause[at]), int(places.layer[at]), int(places.times[at]))
        )
    return Table(tuple(rows), len(some))


def _first(values: Ints, size: Ints, most: int) -> list[int]:
    """The values with the largest sizes, the largest first, equal ones in their order."""
    import numpy as np

    order = np.argsort(-size, kind="stable")[:most]
    chosen: list[int] = values[order].tolist()
    return chosen
