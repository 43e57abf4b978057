"""The order of rows inside folders, for all folders at once."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from imagexplorer.core.errors import WrongUse
from imagexplorer.core.file_tree import FileTree
from imagexplorer.core.layer_index import DIR
from imagexplorer.core.tree_view import ViewSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imagexplorer.core.tree_nodes import Ints

SORTS = ("name", "size", "files", "mark", "layer", "mode", "owner", "mtime", "kind", "link")
"""By `owner`: by the numbers of user and group. By `link`: what has no target comes last."""


def order(parent: Ints, levels: list[int], spec: ViewSpec, values: Mapping[str, Ints]) -> Ints:
    """Rows in their new breadth-first order. They come in breadth-first order, siblings by name; equal ones stay so.
    `values` are the columns of a view by name, and for `link` the ranks of `link_ranks`. Raises WrongUse for a key that
    is none of SORTS."""
    import numpy as np

    if spec.sort not in SORTS:
        raise WrongUse(f"sorting by {spec.sort}", f"can sort by {', '.join(SORTS)}")
    by_name = spec.sort == "name"
    value = (values["kind"] != DIR).astype(np.int64) if by_name else _value(spec, values)
    if spec.descending and not by_name:
        value = ~value  # as -value, but the smallest number has a counterpart
    result = np.arange(len(parent), dtype=np.int32)
    place = result.copy()
    for low, high in pairwise(levels[1:]):
        above = parent[low:high]
        begins = np.flatnonzero(np.diff(above, prepend=-1))  # of folders with rows at this level
        by = _inside(begins, value[low:high], by_name and spec.descending)
        by = by[_moved(begins, high - low, np.argsort(place[above[begins]]))]
        result[low:high] = low + by
        place[low + by] = np.arange(low, high, dtype=np.int32)
    return result


def _inside(begins: Ints, value: Ints, backwards: bool) -> Ints:
    """Rows by their value inside of folders, which keep their order; `backwards`: equal ones the last first."""
    import numpy as np

    counts = np.diff(begins, append=len(value))
    folder = np.repeat(np.arange(len(begins), dtype=np.int64), counts)
    if backwards:
        by: Ints = np.lexsort((-np.arange(len(value)), value, folder))
        return by
    least = int(value.min())
    bits = (int(value.max()) - least).bit_length()
    if bits + len(begins).bit_length() > 62:
        by = np.lexsort((value, folder))
    else:  # one number for both keys: what is nearly in order is sorted three times as fast
        by = np.argsort((folder << bits) + (value - least), kind="stable")
    return by


def _moved(begins: Ints, rows: int, order: Ints) -> Ints:
    """Where each row comes from, when folders (rows `begins[i]` and on) are put in that order."""
    import numpy as np

    counts = np.diff(begins, append=rows)[order]
    moved: Ints = np.arange(rows) + np.repeat(begins[order] - (np.cumsum(counts) - counts), counts)
    return moved


def _value(spec: ViewSpec, values: Mapping[str, Ints]) -> Ints:
    import numpy as np

    if spec.sort == "owner":  # two unsigned numbers as one signed one
        both = values["uid"].astype(np.uint64) << np.uint64(32) | values["gid"].astype(np.uint64)
        owner: Ints = (both ^ np.uint64(1 << 63)).view(np.int64)
        return owner
    value: Ints = values[spec.sort].astype(np.int64)
    if spec.sort == "link" and not spec.descending:
        value[value == 0] = len(value) + 1
    return value


def link_ranks(tree: FileTree, rows: int, linked: Ints, which: Ints) -> Ints:
    """For each of `rows` rows the rank of its target among all (equal ones have the same), from 1; 0 for those without.
    `linked` are rows, `which` their targets in the tree."""
    import numpy as np

    from imagexplorer.core.name_order import Words, sorted_names

    ranks = np.zeros(rows, np.int64)
    if len(linked):
        start = np.asarray(tree["link_start"]).astype(np.int64)
        words = Words(np.concatenate((np.asarray(tree["links"]), np.zeros(8, np.uint8))))
        order, new = sorted_names(words, np.zeros(len(which), np.int32), start[which], start[which + 1] - start[which])
        ranks[linked[order]] = np.cumsum(new)
    return ranks
