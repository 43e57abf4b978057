"""Where the bytes of stacked trees are, as screens ask for it: sums are kept for the last few trees.

Knows trees, and where a content's hash is found; must not know what is drawn of it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from imagexplorer.core.advice import Advised, Adviser, Entries
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.file_tree import FileTree
from imagexplorer.core.layer_index import NO_HASH, LayerIndex
from imagexplorer.core.space_map import MapSpec, SpaceMap, space_map
from imagexplorer.core.space_overview import Alike, Overview, overview
from imagexplorer.core.space_tree import Items, SpaceTree
from imagexplorer.indexing.cache import Cache
from imagexplorer.indexing.progress import Comparing
from imagexplorer.indexing.reading import Reading, same_row
from imagexplorer.sources.protocol import ImageSource

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Ints

_KEPT = 2
"""Trees; one of a million entries has some 60 MB of sums."""


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    tree: FileTree
    found: SpaceTree
    adviser: Adviser


class Spaces:
    """Any thread may use it. Trees are known by their key."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._lock = Lock()
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def overview(self, key: str, tree: FileTree, control: Control) -> Overview:
        known = self._of(key, tree, control)
        control.step(4, 5, "adding up")
        return overview(known.found, known.adviser)

    def map(self, key: str, tree: FileTree, spec: MapSpec, control: Control) -> SpaceMap:
        """Raises NotFound for a folder that is not there."""
        return space_map(self._of(key, tree, control).found, spec)

    def entries(self, key: str, tree: FileTree, kind: str, layer: int, control: Control) -> Entries:
        """Of a piece of advice. Raises NotFound where the worker has forgotten which files are alike."""
        return self._of(key, tree, control).adviser.entries(kind, layer)

    def alike(
        self,
        key: str,
        tree: FileTree,
        source: ImageSource,
        image: ImageDetail,
        read: bool,
        cache: Cache | None,
        control: Control,
    ) -> Alike:
        """Which files have the same content, by the hashes that are known; with `read` the others are read for it."""
        known = self._of(key, tree, control)
        alike = known.adviser.alike()
        hashes = self._hashes(tree, alike, source, image, cache)
        unknown = hashes == NO_HASH
        if read and unknown.any():
            self._read(tree, alike, hashes, source, image, cache, control)
            unknown = hashes == NO_HASH
        pieces = known.adviser.compare(alike, hashes)
        return Alike(Advised.of(pieces), int(unknown.sum()), int(alike.size[unknown].sum()))

    def _of(self, key: str, tree: FileTree, control: Control) -> _Known:
        with self._lock:
            known = self._known.get(key)
            if known is not None and known.tree is tree:
                self._known.move_to_end(key)
                return known
        found = SpaceTree(tree, control)
        control.step(3, 5, "looking for what could be saved")
        known = _Known(tree, found, Adviser(found))
        with self._lock:
            self._known[key] = known
            self._known.move_to_end(key)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return known

    # -- hashes ---------------------------------------------------------------------------------

    def _hashes(
        self, tree: FileTree, alike: Items, source: ImageSource, image: ImageDetail, cache: Cache | None
    ) -> Ints:
        """Those that the layers' indexes have; NO_HASH for the others."""
        import numpy as np

        hashes = np.zeros(len(alike), np.uint64)
        for layer, mine, rows in _by_layer(tree, alike):
            index = self._reading.known(source, image, layer, cache)
            if index is not None:
                _check(tree, alike, mine, rows, index)
                hashes[mine] = np.asarray(index["hash"])[rows]
        return hashes

    def _read(
        self,
        tree: FileTree,
        alike: Items,
        hashes: Ints,
        source: ImageSource,
        image: ImageDetail,
        cache: Cache | None,
        control: Control,
    ) -> None:
        """Fill in what is missing; what cannot be read stays unknown."""
        import numpy as np

        progress = Comparing(control, int(alike.size[hashes == NO_HASH].sum()))
        for layer, mine, rows in _by_layer(tree, alike):
            missing = hashes[mine] == NO_HASH
            if not missing.any():
                continue
            mine, rows = mine[missing], rows[missing]
            index = self._reading.index(source, image, layer, cache, progress)
            _check(tree, alike, mine, rows, index)
            hashes[mine] = np.fromiter(
                source.content_hashes(image, layer, rows.tolist(), index, progress), np.uint64, len(rows)
            )
            progress.next_layer(int(alike.size[mine].sum()))


def _by_layer(tree: FileTree, alike: Items) -> list[tuple[int, Ints, Ints]]:
    """(layer, positions in `alike`, rows in its index)."""
    import numpy as np

    rows = np.asarray(tree["version_row"])[alike.version]
    found = []
    for layer in np.unique(alike.layer).tolist():
        mine = np.flatnonzero(alike.layer == layer)
        found.append((layer, mine, rows[mine].astype(np.int64)))
    return found


def _check(tree: FileTree, alike: Items, mine: Ints, rows: Ints, index: LayerIndex) -> None:
    """Raises NotFound where the index is not the one that was stacked: a sample tells."""
    for at in (0, len(mine) // 2, int(rows.argmax())):
        same_row(tree, int(alike.version[mine[at]]), index, int(rows[at]))
