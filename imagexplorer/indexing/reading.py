"""From a version of a path in a stacked tree to its bytes: which layer, which row there, and the source that has them.

Knows trees, layer indexes and the cache. Must not know what the bytes are for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from threading import Lock

from imagexplorer.core.contents import Slice, with_data
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import Damaged, NotFound
from imagexplorer.core.file_tree import NONE, WRITTEN, FileTree
from imagexplorer.core.layer_index import FILE, NO_HASH, SPARSE, LayerIndex
from imagexplorer.core.owners import MOST_BYTES, Owners, owners_of
from imagexplorer.core.story import Story, is_shown, story, with_hashes
from imagexplorer.core.text import plain_bytes
from imagexplorer.indexing import keys
from imagexplorer.indexing.cache import Cache
from imagexplorer.sources.protocol import ImageSource, ScanOptions

_Own = tuple[str, str, int, str]
_KEPT = 12
HASHED_BYTES = 256 << 20
"""So much is read to say which versions of a path are the same."""
ALONE_BYTES = 16 << 20
"""So much of a file that is here, where there is no other to compare it with."""


class Reading:
    """Any thread may use it. Indexes that the cache does not have are made anew, and the last few are kept."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._indexes: OrderedDict[_Own, LayerIndex] = OrderedDict()

    def index(
        self, source: ImageSource, image: ImageDetail, layer: int, cache: Cache | None, control: Control
    ) -> LayerIndex:
        """The index of a layer, as it was stacked."""
        found = self.known(source, image, layer, cache)
        if found is None:
            told: dict[int, LayerIndex] = {}
            source.scan(image, [layer], ScanOptions(), told.__setitem__, control)
            found = told.get(layer)
        if found is None:
            raise NotFound(f"layer {layer}", "it was not read")
        self._keep(_own(source, image, layer), found)
        return found

    def known(self, source: ImageSource, image: ImageDetail, layer: int, cache: Cache | None) -> LayerIndex | None:
        """The index where it need not be made anew."""
        own = _own(source, image, layer)
        with self._lock:
            found = self._indexes.get(own)
        if found is None and cache is not None:
            found = keys.find(cache, keys.layer_keys(source.address, image, cache)[layer])
        if found is not None:
            self._keep(own, found)
        return found

    def _keep(self, own: _Own, index: LayerIndex) -> None:
        with self._lock:
            self._indexes[own] = index
            self._indexes.move_to_end(own)
            while len(self._indexes) > _KEPT:
                self._indexes.popitem(last=False)

    def read(
        self,
        source: ImageSource,
        image: ImageDetail,
        tree: FileTree,
        version: int,
        start: int,
        length: int,
        cache: Cache | None,
        control: Control,
    ) -> bytes:
        """Bytes of a regular file's version (for a hard link: that of its content). Raises what a source raises, and
        NotFound where the layer is not any more what was stacked."""
        layer, row = tree["version_layer"][version], tree["version_row"][version]
        index = self.index(source, image, layer, cache, control)
        same_row(tree, version, index, row)
        return read_slice(source, image, layer, Slice(row, start, length), index, control, is_shown(tree, version))

    def story(
        self, source: ImageSource, image: ImageDetail, tree: FileTree, node: int, cache: Cache | None, control: Control
    ) -> Story:
        """With the hashes of its contents, as far as little has to be read for them: where there is nothing to compare,
        only what is at hand."""
        told = story(tree, node)
        contents = sorted({each.content for each in told.versions if each.content is not None})
        alone = len(contents) < 2
        budget = HASHED_BYTES if not alone else ALONE_BYTES if source.host is None else 0
        hashes: dict[int, int] = {}
        for version in contents:
            layer, row = tree["version_layer"][version], tree["version_row"][version]
            find = self.known if alone else partial(self.index, control=control)
            index = find(source, image, layer, cache)
            if index is None:
                continue
            same_row(tree, version, index, row)
            known = index["hash"][row]
            if known == NO_HASH and index["size"][row] <= budget:
                budget -= index["size"][row]
                known = _asked(source, image, layer, [row], index, control)
            hashes[version] = known
        return with_hashes(told, hashes)

    def owners(
        self, source: ImageSource, image: ImageDetail, tree: FileTree, cache: Cache | None, control: Control
    ) -> Owners:
        """What the files call users and groups that the whole image shows; a file that is not there names none."""

        def file(path: bytes) -> bytes:
            node = tree.find(path)
            last = tree.versions(node)[-1] if node else None
            if last is None or last.what != WRITTEN or last.kind != FILE:
                return b""
            return self.read(source, image, tree, last.number, 0, min(last.size, MOST_BYTES), cache, control)

        return owners_of(file(b"etc/passwd"), file(b"etc/group"))


def _own(source: ImageSource, image: ImageDetail, layer: int) -> _Own:
    return source.address.location, image.image.id, layer, image.layers[layer].diff_id


def _asked(
    source: ImageSource, image: ImageDetail, layer: int, rows: Sequence[int], index: LayerIndex, control: Control
) -> int:
    return int(next(iter(source.content_hashes(image, layer, rows, index, control)), NO_HASH))


def read_slice(
    source: ImageSource,
    image: ImageDetail,
    layer: int,
    wanted: Slice,
    index: LayerIndex,
    control: Control,
    visible: bool,
) -> bytes:
    """All of it is held at once, with zeros where the file has holes. Raises what a source raises, and Damaged where it
    is not known where the holes are."""
    parts = stored_parts(wanted, index)
    pieces: list[bytes] = []
    source.contents(
        image, layer, parts, index, lambda _row, piece: pieces.append(bytes(piece)), control, visible
    )  # fmt: skip
    return unfolded(wanted, parts, b"".join(pieces), index)


def unfolded(wanted: Slice, parts: Sequence[Slice], data: bytes, index: LayerIndex) -> bytes:
    """What was read of the stored `parts` of a slice, with zeros where the file has holes."""
    if not index["flags"][wanted.row] & SPARSE:
        return data
    start, end = wanted.bounds(index["size"][wanted.row])
    whole = bytearray(end - start)
    at = 0
    for each in parts:
        length = each.length or 0
        whole[each.start - start : each.start - start + length] = data[at : at + length]
        at += length
    return bytes(whole)


def stored_parts(wanted: Slice, index: LayerIndex) -> list[Slice]:
    """As `core.contents.with_data`. Raises Damaged, naming the file."""
    try:
        return with_data(wanted, index)
    except ValueError as error:
        raise Damaged(plain_bytes(index.path(wanted.row), 200), str(error)) from error


def same_row(tree: FileTree, version: int, index: LayerIndex, row: int) -> None:
    """A cache that was cleared, a file that was replaced: then rows are others than those that were stacked."""
    node = tree.node_of(version)
    if row == NONE or row >= len(index) or index.path(row).rpartition(b"/")[2] != tree.name(node):
        name = plain_bytes(tree.path(node))
        raise NotFound(f"content of {name}", "the layer is not what it was when it was read", "Open the image again")
