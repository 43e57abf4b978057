"""Which images of a source build on which: told by their layers alone. Records and pure functions.

An image stands on another where its layers begin with all of the other's: then the other's files are its own, however
either was built. Where both have the same layers, the history tells which came first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

ANCESTOR, SAME, DESCENDANT, SHARING = "ancestor", "same", "descendant", "sharing"
MOST = 1000
ALIKE_MOST = 6
"""Relatives that are told, and of those the ancestors that have the same layers as each other; more are counted."""

Chain = tuple[int, ...]
"""For each layer a number that stands for it and all layers below: equal numbers, equal stacks."""


@dataclass(frozen=True, slots=True)
class Relative:
    """`kind` is ANCESTOR (this image stands on it), SAME (the same layers), DESCENDANT (it stands on this one) or
    SHARING (both begin alike). `layers` is how many it has, `common` how many of them, from the base, are this image's
    too. `above`: the id of the image that it stands on itself, among those told and this one; "" for none. `steps`:
    how many of this image's steps are all of an ancestor's history, -1 where that is not known or not so."""

    id: str
    kind: str
    layers: int
    common: int
    above: str = ""
    steps: int = -1


@dataclass(frozen=True, slots=True)
class Relatives:
    """Of one image: ancestors (base first), then the same, descendants (nearest first), those that share (most layers
    first). `known` of `total` images had their layers looked at; `left_off` relatives are not told."""

    images: tuple[Relative, ...] = ()
    known: int = 0
    total: int = 0
    left_off: int = 0

    def of(self, *kinds: str) -> list[Relative]:
        return [each for each in self.images if each.kind in kinds]

    @property
    def complete(self) -> bool:
        return self.known >= self.total


@dataclass(frozen=True, slots=True)
class Base:
    """An image that this one stands on, as screens name it: `steps` as in Relative, `layers` its own number."""

    id: str
    name: str
    layers: int
    steps: int = -1


def chain(diff_ids: Iterable[str]) -> Chain:
    """Valid within one process: hashes of text differ from run to run."""
    found: list[int] = []
    below = 0
    for diff_id in diff_ids:
        below = hash((below, diff_id))
        found.append(below)
    return tuple(found)


def common_layers(one: Chain, other: Chain) -> int:
    """How many layers, from the base, both have."""
    low, high = 0, min(len(one), len(other))
    while low < high:  # equal up to somewhere, and nowhere after it
        middle = (low + high + 1) // 2
        if one[middle - 1] == other[middle - 1]:
            low = middle
        else:
            high = middle - 1
    return low


def relatives(own: str, chains: Mapping[str, Chain], total: int) -> Relatives:
    """Of the image `own`, which has to be among `chains`."""
    mine = chains[own]
    found: list[Relative] = []
    for identifier, theirs in chains.items():
        common = common_layers(mine, theirs)
        if identifier == own or not common:
            continue
        if common == len(mine):
            kind = SAME if len(theirs) == common else DESCENDANT
        else:
            kind = ANCESTOR if common == len(theirs) else SHARING
        found.append(Relative(identifier, kind, len(theirs), common))
    order = {ANCESTOR: 0, SAME: 1, DESCENDANT: 2, SHARING: 3}
    found.sort(key=lambda each: (order[each.kind], each.layers if each.kind != SHARING else -each.common, each.id))
    alike: Counter[int] = Counter()
    told: list[Relative] = []
    for each in found:
        alike[each.layers] += each.kind == ANCESTOR
        if len(told) < MOST and (each.kind != ANCESTOR or alike[each.layers] <= ALIKE_MOST):
            told.append(each)
    return Relatives(_placed(own, told, chains), len(chains), max(total, len(chains)), len(found) - len(told))


def _placed(own: str, told: Sequence[Relative], chains: Mapping[str, Chain]) -> tuple[Relative, ...]:
    """Each with the nearest image that it stands on."""
    tops = {chains[each.id][-1]: each.id for each in reversed(told)}
    tops[chains[own][-1]] = own

    def above(each: Relative) -> str:
        below = chains[each.id][:-1]
        return next((tops[number] for number in reversed(below) if number in tops), "")

    return tuple(Relative(each.id, each.kind, each.layers, each.common, above(each)) for each in told)


def oriented(relative: Relative, theirs: Sequence[str], mine: Sequence[str]) -> Relative:
    """An ancestor, or an image of the same layers, once both histories (instructions, oldest first) are known."""
    begins = bool(theirs) and list(mine[: len(theirs)]) == list(theirs)
    if relative.kind == SAME:
        if begins and len(theirs) < len(mine):
            return Relative(relative.id, ANCESTOR, relative.layers, relative.common, relative.above, len(theirs))
        if mine and len(mine) < len(theirs) and list(theirs[: len(mine)]) == list(mine):
            return Relative(relative.id, DESCENDANT, relative.layers, relative.common, relative.above)
        return relative
    steps = len(theirs) if begins else -1
    return Relative(relative.id, relative.kind, relative.layers, relative.common, relative.above, steps)


@dataclass
class Shared:
    """Bytes of this image's layers, by their number; what it shares with another follows from how many are common."""

    sizes: Mapping[int, int | None] = field(default_factory=dict)

    def bytes(self, layers: int) -> int | None:
        """Of the lowest layers; None where one of them is not known."""
        found = [self.sizes.get(number) for number in range(layers)]
        known = [each for each in found if each is not None]
        return sum(known) if len(known) == len(found) else None
