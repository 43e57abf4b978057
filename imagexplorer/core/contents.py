"""What is asked of the contents of a layer's files, and where in the layer that is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from imagexplorer.core.layer_index import FILE, NO_OFFSET, SPARSE, LayerIndex

HOLES_READ = 1 << 30
"""Bytes of files with holes that are compared: there may be terabytes of zeros in a small archive."""


class Slice(NamedTuple):
    """`length` bytes from `start` of the content of a layer's row, a regular file; None is all that follows."""

    row: int
    start: int = 0
    length: int | None = None

    def bounds(self, size: int) -> tuple[int, int]:
        """Start and end inside a content of `size` bytes."""
        start = min(max(self.start, 0), size)
        return start, size if self.length is None else min(start + max(self.length, 0), size)


def with_data(each: Slice, index: LayerIndex) -> list[Slice]:
    """The parts of a slice that are stored, in order: all of it, or what lies between the holes of a file that has
    some. Raises ValueError where it is not known where they are."""
    if not index["flags"][each.row] & SPARSE:
        return [each]
    start, end = each.bounds(index["size"][each.row])
    cut = [(max(at, start), min(at + length, end)) for at, length in _regions(index, each.row)]
    return [Slice(each.row, first, last - first) for first, last in cut if first < last]


def holes_known(index: LayerIndex, row: int) -> bool:
    """Whether `with_data` can tell; so it is of what has none."""
    return not index["flags"][row] & SPARSE or index.regions(row) is not None


def _regions(index: LayerIndex, row: int) -> list[tuple[int, int]]:
    found = index.regions(row)
    if found is None:
        raise ValueError("it is stored with holes, and where they are is not known")
    return found


def in_order(slices: Sequence[Slice], index: LayerIndex) -> list[tuple[int, int, Slice]]:
    """(offset in the uncompressed layer, bytes, slice) in the order of the layer; what asks for nothing is left out.
    Of a file with holes a slice is one of `with_data`. Raises ValueError for a row that has no content of its own, or
    none that can be found by an offset."""
    kinds, flags, sizes, data = (index[name] for name in ("kind", "flags", "size", "data"))
    maps: dict[int, _Packed] = {}
    found = []
    for each in slices:
        start, end = each.bounds(sizes[each.row])
        if kinds[each.row] != FILE:
            raise ValueError("it is no regular file")
        if start == end:
            continue
        if data[each.row] == NO_OFFSET:
            raise ValueError("its place in the layer is not known")
        offset = start
        if flags[each.row] & SPARSE:
            if each.row not in maps:
                maps[each.row] = _Packed(_regions(index, each.row))
            offset = maps[each.row].offset(start, end)
        found.append((data[each.row] + offset, end - start, each))
    found.sort(key=lambda each: (each[0], each[1]))
    return found


class _Packed:
    """From places in a file with holes to places in what is stored of it."""

    def __init__(self, regions: Sequence[tuple[int, int]]) -> None:
        self._regions = regions
        self._starts = [start for start, _ in regions]
        self._before = list(accumulate((length for _, length in regions), initial=0))

    def offset(self, start: int, end: int) -> int:
        """Raises ValueError for what is not inside of one region."""
        at = bisect_right(self._starts, start) - 1
        if at < 0 or end > sum(self._regions[at]):
            raise ValueError("a part of it is a hole")
        return self._before[at] + start - self._starts[at]
