"""Well-known places of a tree by short patterns, found without looking at every path. Pure functions.

A pattern is names between slashes, each a glob (`*`, `?`, `[...]`); with `**/` in front it may begin anywhere, but its
first name then has no glob in it, or is one star and an ending (`**/*.a`). It names what matches and all below that.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from fnmatch import translate
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from imagexplorer.core.file_tree import FileTree

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Ints

NOWHERE = 255


def claims(tree: FileTree, patterns: Sequence[Sequence[str]]) -> Ints:
    """For each node the first of the (at most 255) groups of patterns that names it or a folder above it, or NOWHERE:
    an array of bytes."""
    import numpy as np

    places = _Places(tree, [pattern for group in patterns for pattern in group])
    claim = np.full(len(tree), NOWHERE, np.uint8)
    for number, group in enumerate(patterns):
        for pattern in group:
            nodes = np.array(places.find(pattern), np.int64)
            claim[nodes] = np.minimum(claim[nodes], number)
    parent = np.asarray(tree["parent"])
    for low, high in pairwise(tree["level"].tolist()[1:]):
        claim[low:high] = np.minimum(claim[low:high], claim[parent[low:high]])
    return claim


class _Places:
    def __init__(self, tree: FileTree, patterns: Iterable[str]) -> None:
        self._tree = tree
        self._names = bytes(tree["names"])
        self._start = tree["name_start"]
        firsts = {names[1] for pattern in patterns if (names := pattern.encode().split(b"/"))[0] == b"**"}
        self._anywhere = self._look_for({name for name in firsts if not name.startswith(b"*")})

    def _look_for(self, firsts: set[bytes]) -> dict[bytes, list[int]]:
        """Nodes of these names, all in one pass. Each has a slash behind it, and that of the one before (the root's is
        empty) in front."""
        found: dict[bytes, list[int]] = {name: [] for name in firsts}
        if firsts:
            one_of = re.compile(b"/(?:" + b"|".join(map(re.escape, sorted(firsts))) + b")(?=/)")
            for match in one_of.finditer(self._names):
                found[match[0][1:]].append(bisect_left(self._start, match.start() + 1))
        return found

    def find(self, pattern: str) -> list[int]:
        names = pattern.encode().split(b"/")
        if names[0] != b"**":
            nodes: Iterable[int] = (0,)
        elif names[1].startswith(b"*"):
            nodes = self._ending(names[1][1:] + b"/")
            names = names[2:]
        else:
            nodes = self._anywhere[names[1]]
            names = names[2:]
        for name in names:
            nodes = [child for node in nodes for child in self._children(node, name)]
        return list(nodes)

    def _ending(self, text: bytes) -> Iterable[int]:
        """Nodes whose name and the slash behind it end so."""
        at = self._names.find(text)
        while at >= 0:
            yield bisect_left(self._start, at + 1) - 1
            at = self._names.find(text, at + len(text) - 1)

    def _children(self, node: int, name: bytes) -> Iterable[int]:
        first, count = self._tree["first"][node], self._tree["count"][node]
        children = range(first, first + count)
        if not _is_glob(name):
            at = bisect_left(children, name, key=self._tree.name)
            return children[at : at + 1] if at < count and self._tree.name(children[at]) == name else ()
        fits = _glob(name).fullmatch
        start = self._start
        return [child for child in children if fits(self._names, start[child], start[child + 1] - 1)]


def _is_glob(name: bytes) -> bool:
    return any(char in b"*?[" for char in name)


@cache
def _glob(name: bytes) -> re.Pattern[bytes]:
    return re.compile(translate(name.decode("latin-1")).encode("latin-1"))
