"""Rows of a TreeView that are selected together, as ranges of siblings. Knows no model and no widget."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from imagexplorer.core.layer_index import DIR
from imagexplorer.core.tree_steps import beyond
from imagexplorer.core.tree_view import ROOT, TreeView


@dataclass(frozen=True, slots=True)
class PickedRows:
    """`ranges` of rows, each of children of one folder, the upper first; none lies in a row of another."""

    view: TreeView
    ranges: tuple[range, ...]

    def __len__(self) -> int:
        return sum(map(len, self.ranges))

    def __iter__(self) -> Iterator[int]:
        for each in self.ranges:
            yield from each

    @property
    def nodes(self) -> tuple[int, ...]:
        """Of the FileTree."""
        return tuple(int(self.view.node[row]) for row in self)

    @property
    def has_folders(self) -> bool:
        return any(self.view.kind[row] == DIR for row in self)

    @property
    def size_bytes(self) -> int:
        """Of all at or below, as the view tells it."""
        return sum(sum(self.view.size[each.start : each.stop]) for each in self.ranges)

    @property
    def files(self) -> int:
        """At or below."""
        return sum(sum(self.view.columns["files"][each.start : each.stop]) for each in self.ranges)


def picked(view: TreeView, ranges: Iterable[range]) -> PickedRows:
    """The outermost rows of ranges of siblings that do not overlap: what is in a selected folder goes with it."""
    ordered = sorted((each for each in ranges if each), key=lambda each: each.start)
    starts = [each.start for each in ordered]

    def inside(row: int) -> bool:
        while (row := view.parent[row]) != ROOT:
            at = bisect_right(starts, row)
            if at and row in ordered[at - 1]:
                return True
        return False

    return PickedRows(view, tuple(each for each in ordered if not inside(each.start)))


def rows_between(view: TreeView, top: int, bottom: int, opened: Sequence[int]) -> Iterator[range]:
    """The rows that the eye meets from `top` down to `bottom`, both included, as ranges of siblings. `opened` are the
    rows that are open, in order."""
    row = top
    while row != ROOT:
        last = view.first[view.parent[row]] + view.count[view.parent[row]] - 1
        at = bisect_left(opened, row)
        if at < len(opened) and opened[at] <= last:
            last = opened[at]
        if row <= bottom <= last:
            yield range(row, bottom + 1)
            return
        yield range(row, last + 1)
        open_here = at < len(opened) and opened[at] == last and view.count[last]
        row = view.first[last] if open_here else beyond(view, last)
