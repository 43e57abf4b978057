"""From row to row of a TreeView as the eye goes down an open tree: a folder, all that is in it, what follows it."""

from __future__ import annotations

from imagexplorer.core.tree_view import ROOT, TreeView


def after(view: TreeView, row: int) -> int:
    """The next row; the root after the last one."""
    return int(view.first[row]) if view.count[row] else beyond(view, row)


def beyond(view: TreeView, row: int) -> int:
    """The next row that is not in this one; the root after the last."""
    while row != ROOT:
        above = view.parent[row]
        if row + 1 < view.first[above] + view.count[above]:
            return row + 1
        row = above
    return ROOT


def before(view: TreeView, row: int) -> int:
    """The row before; the last one before the root."""
    if row != ROOT:
        above = view.parent[row]
        if row == view.first[above]:
            return int(above)
        row -= 1
    while view.count[row]:
        row = view.first[row] + view.count[row] - 1
    return row


def next_hit(view: TreeView, row: int, backwards: bool = False) -> int:
    """The next row that matches the filter itself, around the end; the root where none does."""
    if view.hits < 1:
        return ROOT
    step = before if backwards else after
    row = step(view, row)
    while not view.hit[row]:
        row = step(view, row)
    return row
