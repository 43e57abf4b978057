"""What could be saved, instruction by instruction, and the entries that it is about. Pure functions over a SpaceTree.

No byte is in two pieces of advice: what is hidden is charged to its cause and the layer that hid it, what is to be seen
to the first rule that names it and the layer that wrote it. Hence what is advised adds up to bytes of the image, and
the advice about what is hidden to all that is wasted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagexplorer.core.advice_rules import FLOOR_BYTES, PLACES, RULES, SAME_CONTENT
from imagexplorer.core.errors import NotFound
from imagexplorer.core.file_tree import IMPLIED, NONE
from imagexplorer.core.space import CAUSES
from imagexplorer.core.space_tables import Place
from imagexplorer.core.space_tree import VISIBLE, WASTED, Items, SpaceTree
from imagexplorer.core.tree_places import NOWHERE, claims

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Ints

MOST = 1_000
"""Entries that are told of one piece of advice."""
TWIN_BYTES = 4_096
"""Smaller files are not compared: a link takes room too."""


@dataclass(frozen=True, slots=True)
class Advice:
    """`kind` is one of core.advice_rules.RULES. `layer` wrote the entries, or hid them."""

    kind: str
    layer: int
    size_bytes: int
    entries: int

    @property
    def optional(self) -> bool:
        return RULES[self.kind].optional


@dataclass(frozen=True, slots=True)
class Advised:
    """The most first, what is optional last; `small` pieces with `small_bytes` together are below the floor."""

    pieces: tuple[Advice, ...] = ()
    small: int = 0
    small_bytes: int = 0

    @classmethod
    def of(cls, pieces: Iterable[Advice], floor: int = FLOOR_BYTES) -> Advised:
        every = sorted(pieces, key=lambda each: (each.optional, -each.size_bytes, each.kind, each.layer))
        kept = tuple(each for each in every if each.size_bytes >= floor)
        small = [each for each in every if 0 < each.size_bytes < floor]
        return cls(kept, len(small), sum(each.size_bytes for each in small))


@dataclass(frozen=True, slots=True)
class Entries:
    """The largest entries of a piece of advice, of so many; `others` has the path with the same content of each, where
    that is the advice."""

    rows: tuple[Place, ...]
    total: int
    others: tuple[bytes, ...] = ()


class Adviser:
    """Keeps what it found, so that entries are told without looking again."""

    def __init__(self, found: SpaceTree) -> None:
        self._found = found
        self._claim = _claims_of(found)
        self._twins: tuple[Items, Ints] | None = None

    def pieces(self) -> list[Advice]:
        """All but those about the same content, of any size."""
        wasted, visible = self._found.items[WASTED], self._found.items[VISIBLE]
        made = _summed(wasted, wasted.cause, wasted.hidden_by, CAUSES)
        named = self._claim != NOWHERE
        places = [rule.kind for rule in PLACES]
        return made + _summed(visible.of(named), self._claim[named], visible.layer[named], places)

    def entries(self, kind: str, layer: int, most: int = MOST) -> Entries:
        """Raises NotFound for the same content, where it was not looked for."""
        wasted, visible = self._found.items[WASTED], self._found.items[VISIBLE]
        if kind == SAME_CONTENT:
            return self._twin_entries(layer, most)
        if kind in CAUSES:
            mine = wasted.of((wasted.cause == CAUSES.index(kind)) & (wasted.hidden_by == layer))
        else:
            number = [rule.kind for rule in PLACES].index(kind)
            mine = visible.of((self._claim == number) & (visible.layer == layer))
        order = _largest(mine, most)
        return Entries(self._rows(mine, order), len(mine))

    # -- the same content under several paths -------------------------------------------------------

    def alike(self) -> Items:
        """Files that could have a twin: of one size, to be seen, and in no other advice."""
        import numpy as np

        visible = self._found.items[VISIBLE]
        mine = visible.of((self._claim == NOWHERE) & (visible.size >= TWIN_BYTES))
        _, index, count = np.unique(mine.size, return_inverse=True, return_counts=True)
        return mine.of(count[index] > 1)

    def compare(self, alike: Items, hashes: Ints) -> list[Advice]:
        """The advice about `alike`, by the hashes of their contents (0: not known, like no other). Of those with one
        content that of the lowest layer stays."""
        import numpy as np

        known = np.flatnonzero(hashes != 0)
        order = known[np.lexsort((alike.node[known], alike.layer[known], hashes[known], alike.size[known]))]
        head = np.ones(len(order), bool)
        head[1:] = (np.diff(hashes[order]) != 0) | (np.diff(alike.size[order]) != 0)
        first = order[np.maximum.accumulate(np.where(head, np.arange(len(order)), 0))]
        twins = alike.of(order[~head])
        self._twins = twins, alike.node[first[~head]]
        return _summed(twins, np.zeros(len(twins), np.uint8), twins.layer, [SAME_CONTENT])

    def _twin_entries(self, layer: int, most: int) -> Entries:
        if self._twins is None:
            raise NotFound("files with the same content", "they were not looked for")
        twins, other = self._twins
        chosen = twins.layer == layer
        mine, other = twins.of(chosen), other[chosen]
        order = _largest(mine, most)
        others = tuple(self._found.tree.path(node) for node in other[order].tolist())
        return Entries(self._rows(mine, order), len(mine), others)

    def _rows(self, items: Items, order: Ints) -> tuple[Place, ...]:
        return tuple(
            Place(self._found.tree.path(node), size, 1, layer)
            for node, size, layer in zip(
                items.node[order].tolist(), items.size[order].tolist(), items.layer[order].tolist(), strict=True
            )
        )


def _claims_of(found: SpaceTree) -> Ints:
    """For each visible item the number of the rule that names it, or NOWHERE. A file with several names is named only
    where all of them are: else removing some of them frees nothing."""
    import numpy as np

    tree = found.tree
    by_node = claims(tree, [rule.patterns for rule in PLACES])
    visible = found.items[VISIBLE]
    claim = by_node[visible.node]
    links, data = np.asarray(tree["data_row"]), np.asarray(tree["data"])
    name = np.searchsorted(np.asarray(tree["version_start"]), links, "right") - 1
    last = links == np.asarray(tree["version_start"])[name + 1].astype(np.int64) - 1
    seen = last & (data != NONE) & (np.asarray(tree["version_what"])[links] <= IMPLIED)
    if seen.any() and len(visible):
        at = np.minimum(np.searchsorted(visible.version, data[seen]), len(visible) - 1)
        mine = visible.version[at] == data[seen]
        np.maximum.at(claim, at[mine], by_node[name[seen][mine]])
    return claim


def _summed(items: Items, what: Ints, layer: Ints, kinds: Sequence[str]) -> list[Advice]:
    import numpy as np

    if not len(items):
        return []
    key = layer.astype(np.int64) * 256 + what
    keys, at = np.unique(key, return_inverse=True)
    size = np.zeros(len(keys), np.int64)
    np.add.at(size, at, items.size)
    count = np.bincount(at)
    return [
        Advice(kinds[key & 255], key >> 8, int(total), int(number))
        for key, total, number in zip(keys.tolist(), size, count, strict=True)
    ]


def _largest(items: Items, most: int) -> Ints:
    import numpy as np

    order: Ints = np.argsort(-items.size, kind="stable")[:most]
    return order
