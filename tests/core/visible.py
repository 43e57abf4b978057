"""The visible tree in a form that tests compare: one record a path, sorted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from imagexplorer.core.file_tree import FileTree
from imagexplorer.core.layer_index import DIR, KINDS
from imagexplorer.core.tree_view import MARK_DELETED, ViewSpec
from imagexplorer.core.tree_viewing import view


class Entry(NamedTuple):
    """`size` is counted once for all names of a file, so that sizes add up to what is visible."""

    path: bytes
    kind: str
    size: int
    mode: int
    link: bytes | None
    layer: int | None


def visible(tree: FileTree, layer: int = -1) -> Iterator[Entry]:
    """What is visible at a layer (-1: the top one) without the root, sorted by the bytes of the path."""
    shown = view(tree, ViewSpec(layer=layer))
    rows = [row for row in range(1, len(shown)) if shown.mark[row] != MARK_DELETED]
    for row in sorted(rows, key=shown.path):
        kind = shown.kind[row]
        size = 0 if kind == DIR else shown.size[row]
        by = shown.layer[row]
        yield Entry(shown.path(row), KINDS[kind], size, shown.mode[row], shown.link(row), None if by < 0 else by)
