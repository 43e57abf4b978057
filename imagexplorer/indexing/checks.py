"""An image held against rules (`core.check`), with the first bytes of doubtful files read from its source.

Knows where the index of a layer is found; must not know what a rule demands.
"""

from __future__ import annotations

from collections.abc import Sequence

from imagexplorer.core.check import Facts, Outcome, check
from imagexplorer.core.contents import Slice, holes_known, with_data
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.file_tree import WRITTEN, FileTree, Version
from imagexplorer.core.layer_index import SPARSE, LayerIndex
from imagexplorer.core.rules import Rules
from imagexplorer.core.secret_files import HEAD_BYTES
from imagexplorer.indexing import keys
from imagexplorer.indexing.cache import Cache
from imagexplorer.indexing.reading import unfolded
from imagexplorer.sources.protocol import ImageSource, ScanOptions


def check_image(
    source: ImageSource,
    facts: Facts,
    rules: Rules,
    cache: Cache | None,
    control: Control,
    layers: Sequence[LayerIndex] = (),
) -> tuple[Outcome, ...]:
    """`layers` are the image's indexes where they are at hand. Raises WrongUse for a glob that is none, and what
    reading a layer again raises; a file that cannot be read is a finding."""
    heads = _Heads(source, facts.detail, facts.tree, cache, layers, control)
    return check(rules, facts, heads, control)


class _Heads:
    """`core.check.Heads` of one image."""

    def __init__(
        self,
        source: ImageSource,
        detail: ImageDetail,
        tree: FileTree,
        cache: Cache | None,
        layers: Sequence[LayerIndex],
        control: Control,
    ) -> None:
        self._source, self._detail, self._tree = source, detail, tree
        self._cache, self._layers, self._control = cache, layers, control

    def __call__(self, versions: Sequence[Version]) -> Sequence[bytes | None]:
        heads: dict[tuple[int, int], bytearray] = {}
        groups: dict[tuple[int, bool], list[int]] = {}
        for version in versions:
            if version.row is not None:
                groups.setdefault((version.layer, self._visible(version)), []).append(version.row)
        for (layer, visible), rows in groups.items():
            self._read(layer, sorted(set(rows)), visible, heads)
        found = (heads.get((each.layer, -1 if each.row is None else each.row)) for each in versions)
        return [None if head is None else bytes(head) for head in found]

    def _read(self, layer: int, rows: list[int], visible: bool, heads: dict[tuple[int, int], bytearray]) -> None:
        """What is read before something cannot be had stays."""

        def take(row: int, piece: bytes) -> None:
            heads.setdefault((layer, row), bytearray()).extend(piece)

        try:
            index = self._index(layer)
            wanted = [Slice(row, 0, HEAD_BYTES) for row in rows]
            parts = {each.row: with_data(each, index) for each in wanted if holes_known(index, each.row)}
            slices = [each for of_row in parts.values() for each in of_row]
            self._source.contents(self._detail, layer, slices, index, take, self._control, visible)
        except Cancelled:
            raise
        except ImagexplorerError:
            return  # those without a head are named
        for row, of_row in parts.items():
            if index["flags"][row] & SPARSE:
                head = unfolded(Slice(row, 0, HEAD_BYTES), of_row, bytes(heads.get((layer, row), b"")), index)
                heads[layer, row] = bytearray(head)

    def _visible(self, version: Version) -> bool:
        node = self._tree.node_of(version.number)
        return version.what == WRITTEN and self._tree["version_start"][node + 1] - 1 == version.number

    def _index(self, layer: int) -> LayerIndex:
        if self._layers:
            return self._layers[layer]
        if self._cache is not None:
            index = keys.find(self._cache, keys.layer_keys(self._source.address, self._detail, self._cache)[layer])
            if index is not None:
                return index
        found: list[LayerIndex] = []
        self._source.scan(
            self._detail, [layer], ScanOptions(), lambda _number, index: found.append(index), self._control
        )
        return found[0]
