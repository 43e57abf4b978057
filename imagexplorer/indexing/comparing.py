"""Two images compared: their trees, their contents where sizes are the same, layers and configurations.

Knows sources and indexes; must not know how the outcome is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imagexplorer.core.compare import Differences, compare
from imagexplorer.core.compare_config import (
    ConfigDifference,
    LayersCompared,
    compare_config,
    compare_layers,
)
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.file_tree import FileTree
from imagexplorer.core.layer_index import NO_HASH, LayerIndex
from imagexplorer.sources.protocol import ImageSource

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[Any]
    Flags = NDArray[np.bool_]

IndexOf = Callable[[int], LayerIndex]


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the two images: where it is, what it is, and how its layer indexes are had."""

    source: ImageSource
    image: ImageDetail
    tree: FileTree
    index_of: IndexOf


@dataclass(frozen=True, slots=True)
class Comparison:
    files: Differences
    layers: LayersCompared
    config: list[ConfigDifference]


def compare_images(a: Compared, b: Compared, control: Control, times: bool = False) -> Comparison:
    """`times`: of change, count too. Raises what the sources raise. Contents that cannot be read count as different."""
    files = compare(a.tree, b.tree, _Contents(a, b, control), control, times)
    return Comparison(files, compare_layers(a.image, b.image), compare_config(a.image, b.image))


class _Contents:
    """`core.compare.SameContent`. The same row of the same layer is the same without a look."""

    def __init__(self, a: Compared, b: Compared, control: Control) -> None:
        self._a, self._b, self._control = a, b, control

    def __call__(self, versions_a: Ints, versions_b: Ints) -> Flags:
        import numpy as np

        same = self._same_row(versions_a, versions_b)
        asked = np.flatnonzero(~same)
        if len(asked):
            one = self._hashes(self._a, versions_a[asked])
            other = self._hashes(self._b, versions_b[asked])
            same[asked] = (one == other) & (one != NO_HASH)
        return same

    def _same_row(self, versions_a: Ints, versions_b: Ints) -> Flags:
        import numpy as np

        numbers: dict[str, int] = {}
        for each in (self._a, self._b):
            for layer in each.image.layers:
                numbers.setdefault(layer.diff_id, len(numbers) + 1)

        def places(side: Compared, versions: Ints) -> tuple[Ints, Ints]:
            of_layer = np.array([numbers[layer.diff_id] if layer.diff_id else 0 for layer in side.image.layers])
            tree = side.tree
            return of_layer[np.asarray(tree["version_layer"])[versions]], np.asarray(tree["version_row"])[versions]

        layer_a, row_a = places(self._a, versions_a)
        layer_b, row_b = places(self._b, versions_b)
        same: Flags = (layer_a == layer_b) & (layer_a > 0) & (row_a == row_b)
        return same

    def _hashes(self, side: Compared, versions: Ints) -> Ints:
        import numpy as np

        layers = np.asarray(side.tree["version_layer"])[versions]
        rows = np.asarray(side.tree["version_row"])[versions].astype(np.int64)
        found = np.zeros(len(versions), np.uint64)
        for layer in np.unique(layers).tolist():
            where = np.flatnonzero(layers == layer)
            index = side.index_of(layer)
            known = np.asarray(index["hash"], np.uint64)[rows[where]]
            unknown = np.unique(rows[where][known == NO_HASH])
            if len(unknown):
                told = side.source.content_hashes(side.image, layer, unknown.tolist(), index, self._control)
                hashes = np.fromiter(told, np.uint64, len(unknown))
                at = np.minimum(np.searchsorted(unknown, rows[where]), len(unknown) - 1)
                known = np.where(known == NO_HASH, hashes[at], known)
            found[where] = known
        return found
