"""The bytes of an image at their places in the tree: what is to be seen, and what is stored and hidden.

Columns only; the questions that screens ask of them stand in `space_map`, `space_tables` and `advice`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from imagexplorer.core.control import Control
from imagexplorer.core.file_tree import NONE, WRITTEN, FileTree
from imagexplorer.core.space import NOT_HIDDEN, Space, fates, space

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Flags, Ints

VISIBLE, WASTED = "visible", "wasted"


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """Contents, one element each: the node where it counts (of a file with several names the one that shows it), its
    bytes, its version in the tree, the layer that wrote it, what hides it (core.space.CAUSES) and the layer that did,
    -1 where nothing does."""

    node: Ints
    size: Ints
    version: Ints
    layer: Ints
    cause: Ints
    hidden_by: Ints

    def __len__(self) -> int:
        return len(self.node)

    def of(self, chosen: Flags | Ints) -> Items:
        return Items(
            self.node[chosen], self.size[chosen], self.version[chosen], self.layer[chosen], self.cause[chosen],
            self.hidden_by[chosen],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Items put together by node and cause, ascending: their bytes, how many they are, and the layer that has the last
    word: it wrote what is to be seen, or hid what is not."""

    node: Ints
    cause: Ints
    size: Ints
    times: Ints
    layer: Ints

    def __len__(self) -> int:
        return len(self.node)


def places_of(items: Items) -> Places:
    import numpy as np

    order = np.lexsort((items.cause, items.node))
    node, cause = items.node[order], items.cause[order]
    begins = np.flatnonzero((np.diff(node, prepend=-1) != 0) | (np.diff(cause.astype(np.int16), prepend=-1) != 0))
    if not len(begins):
        return Places(node, cause, items.size, items.size, items.layer)
    return Places(
        node[begins],
        cause[begins],
        np.add.reduceat(items.size[order], begins),
        np.diff(begins, append=len(order)),
        np.maximum.reduceat(np.maximum(items.layer, items.hidden_by)[order], begins),
    )


class SpaceTree:
    """`items` and `places` by VISIBLE and WASTED, `totals` and `files` of the items below each node, itself left out: a
    folder's total is the sum of what it holds. Items add up to `space` to the byte."""

    def __init__(self, tree: FileTree, control: Control | None = None) -> None:
        import numpy as np

        control = control or Control()
        self.tree = tree
        found = fates(tree)
        self.space: Space = space(tree, found)
        control.step(1, 5, "adding up")
        contents = np.flatnonzero(found.content)
        start = np.asarray(tree["version_start"])
        node = np.searchsorted(start, contents, "right") - 1
        shown = found.cause[contents] == NOT_HIDDEN
        node[shown] = _shown_at(tree, contents[shown], node[shown])
        every = Items(
            node,
            np.asarray(tree["version_size"])[contents],
            contents,
            np.asarray(tree["version_layer"])[contents].astype(np.int32),
            found.cause[contents],
            found.layer[contents],
        )
        self.items = {VISIBLE: every.of(shown), WASTED: every.of(~shown)}
        self.places = {what: places_of(items) for what, items in self.items.items()}
        self.totals: dict[str, Ints] = {}
        self.files: dict[str, Ints] = {}
        for number, (what, items) in enumerate(self.items.items()):
            control.step(2 + number, 5, "adding up")
            self.totals[what], self.files[what] = self._below(items)

    def _below(self, items: Items) -> tuple[Ints, Ints]:
        import numpy as np

        parent = np.asarray(self.tree["parent"]).astype(np.int32)
        size = np.zeros(len(parent), np.int64)
        files = np.zeros(len(parent), np.int64)
        above = parent[items.node]
        np.add.at(size, above, items.size)
        np.add.at(files, above, 1)
        for low, high in reversed(list(pairwise(self.tree["level"].tolist()[1:]))):
            begins = np.flatnonzero(np.diff(parent[low:high], prepend=-1))
            folder = parent[low:high][begins]
            size[folder] += np.add.reduceat(size[low:high], begins)
            files[folder] += np.add.reduceat(files[low:high], begins)
        return size, files

    def below(self, node: int) -> Flags:
        """All nodes below this one, itself left out."""
        import numpy as np

        flags = np.zeros(len(self.tree), bool)
        flags[node] = True
        parent = np.asarray(self.tree["parent"])
        for low, high in pairwise(self.tree["level"].tolist()[1:]):
            flags[low:high] |= flags[parent[low:high]]
        flags[node] = False
        return flags


def _shown_at(tree: FileTree, contents: Ints, nodes: Ints) -> Ints:
    """Where these visible contents are to be seen: at their own path, or else under the first of their other names."""
    import numpy as np

    start, what = np.asarray(tree["version_start"]), np.asarray(tree["version_what"])
    at = nodes.copy()
    elsewhere = np.flatnonzero(contents != start[nodes + 1].astype(np.int64) - 1)
    if not len(elsewhere):
        return at
    links, data = np.asarray(tree["data_row"]), np.asarray(tree["data"])
    name = np.searchsorted(start, links, "right") - 1
    good = (data != NONE) & (what[links] == WRITTEN) & (links == start[name + 1].astype(np.int64) - 1)
    held, first = np.unique(data[good], return_index=True)
    place = np.searchsorted(held, contents[elsewhere])
    at[elsewhere] = name[good][first[place]]
    return at
