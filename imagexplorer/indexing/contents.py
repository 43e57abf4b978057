"""Whether two versions of a file hold the same bytes: asked only where stacking has a question, of what is unknown.

Knows which hashes an index has; the rest is asked of the source, once a layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imagexplorer.core.columns import distinct
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.layer_index import NO_HASH, LayerIndex
from imagexplorer.sources.protocol import ImageSource

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.signedinteger[Any]]
    Flags = NDArray[np.bool_]
    Hashes = NDArray[np.uint64]


class SameContent:
    """`core.overlay.SameContent` for the layers of one image. A content that cannot be read is like no other."""

    def __init__(self, source: ImageSource, image: ImageDetail, layers: Sequence[LayerIndex], control: Control) -> None:
        self._source = source
        self._image = image
        self._layers = layers
        self._control = control

    def __call__(self, layer_a: Ints, row_a: Ints, layer_b: Ints, row_b: Ints) -> Flags:
        import numpy as np

        layer = np.concatenate((layer_a, layer_b)).astype(np.int64)
        row = np.concatenate((row_a, row_b)).astype(np.int64)
        hashes = np.zeros(len(layer), np.uint64)
        for number in distinct(layer).tolist():
            where = np.flatnonzero(layer == number)
            hashes[where] = self._hashes(number, row[where])
        a, b = hashes[: len(layer_a)], hashes[len(layer_a) :]
        same: Flags = (a == b) & (a != NO_HASH)
        return same

    def _hashes(self, number: int, rows: Ints) -> Hashes:
        import numpy as np

        index = self._layers[number]
        found = np.asarray(index["hash"], np.uint64)[rows]
        unknown = distinct(rows[found == NO_HASH])
        unknown = unknown[np.asarray(index["size"])[unknown] > 0]  # what is empty has one content
        if len(unknown):
            answer = self._source.content_hashes(self._image, number, unknown.tolist(), index, self._control)
            asked = np.fromiter(answer, np.uint64, len(unknown))
            at = np.minimum(np.searchsorted(unknown, rows), len(unknown) - 1)
            found = np.where((found == NO_HASH) & (unknown[at] == rows), asked[at], found)
        empty = (found == NO_HASH) & (np.asarray(index["size"])[rows] == 0)
        found[empty] = 1
        return found
