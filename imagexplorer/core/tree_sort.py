"""The order of rows inside folders, for all folders at once."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from imagexplorer.core.errors import WrongUse
from imagexplorer.core.layer_index import DIR
from imagexplorer.core.tree_view import ViewSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imagexplorer.core.tree_nodes import Ints

SORTS = ("name", "size", "mark", "layer", "mode", "mtime", "kind")


def order(parent: Ints, levels: list[int], spec: ViewSpec, values: Mapping[str, Ints]) -> Ints:
    """Rows in their new breadth-first order. They come in breadth-first order, siblings by name; equal ones stay so.
    Raises WrongUse for a key that is none of SORTS."""
    import numpy as np

    if spec.sort not in SORTS:
        raise WrongUse(f"sorting by {spec.sort}", f"can sort by {', '.join(SORTS)}")
    result = np.arange(len(parent), dtype=np.int32)
    place = result.copy()
    if spec.sort == "name":
        # Two keys in one number: the folder's new place, then folders before the rest.
        late = (values["kind"] != DIR).astype(np.int64)
        for low, high in pairwise(levels[1:]):
            index = np.arange(low, high)
            key = (place[parent[index]].astype(np.int64) << 1) + late[index]
            by = np.lexsort((-index, key)) if spec.descending else np.argsort(key, kind="stable")
            result[low:high] = low + by
            place[low + by] = index
        return result
    value = values[spec.sort].astype(np.int64)
    if spec.descending:
        value = ~value  # as -value, but the smallest number has a counterpart
    for low, high in pairwise(levels[1:]):
        by = np.lexsort((value[low:high], place[parent[low:high]]))
        result[low:high] = low + by
        place[low + by] = np.arange(low, high)
    return result
