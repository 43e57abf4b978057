"""What is asked of the contents of a layer's files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from imagexplorer.core.layer_index import FILE, NO_OFFSET, SPARSE, LayerIndex


class Slice(NamedTuple):
    """`length` bytes from `start` of the content of a layer's row, a regular file; None is all that follows."""

    row: int
    start: int = 0
    length: int | None = None

    def bounds(self, size: int) -> tuple[int, int]:
        """Start and end inside a content of `size` bytes."""
        start = min(max(self.start, 0), size)
        return start, size if self.length is None else min(start + max(self.length, 0), size)


def in_order(slices: Sequence[Slice], index: LayerIndex) -> list[tuple[int, int, Slice]]:
    """(offset in the uncompressed layer, bytes, slice) in the order of the layer; what asks for nothing is left out.
    Raises ValueError for a row that has no content of its own, or none that can be found by an offset."""
    kinds, flags, sizes, data = (index[name] for name in ("kind", "flags", "size", "data"))
    found = []
    for each in slices:
        start, end = each.bounds(sizes[each.row])
        if kinds[each.row] != FILE:
            raise ValueError("it is no regular file")
        if start == end:
            continue
        if flags[each.row] & SPARSE:
            raise ValueError("it is stored with holes, which are not unfolded")
        if data[each.row] == NO_OFFSET:
            raise ValueError("its place in the layer is not known")
        found.append((data[each.row] + start, end - start, each))
    found.sort(key=lambda each: (each[0], each[1]))
    return found
