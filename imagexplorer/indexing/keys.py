"""Under which key a layer's index is kept: what makes it certain that the index belongs to these bytes.

A diff ID is a claim until the bytes were hashed: any file may say that it holds any layer. So an index is shared by
diff ID where a local engine vouches for it, or where the bytes of this very file were hashed before (an *alias* in the
cache says so); else it belongs to the file's identity: path, device, inode, size, times, and the layer's place in it.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass

from imagexplorer.core.columns import Columns
from imagexplorer.core.entities import Address, ImageDetail, Layer
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.indexing.cache import Cache, combine

LAYER, TREE, ALIAS = "layer", "tree", "alias"

_DIGEST = re.compile(r"(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})\Z")
_LOCAL = ("unix://", "npipe://", "/")
# A file written this short a time ago could be written again without a change of its times.
_RACY_NS = 20_000_000


@dataclass(frozen=True, slots=True)
class LayerKey:
    """`own` is the key that the source itself gives ("" none: the layer is not cached); `index` the one that its index
    is kept under; `proved` that an alias led there. `shared`: indexes of other sources may stand under it."""

    own: str
    index: str
    proved: bool = False
    shared: bool = False

    @property
    def in_chain(self) -> str:
        """As part of a tree's key: a proved layer shows as verified, the same one unproved does not."""
        return f"{self.index} proved" if self.proved else self.index


def by_diff_id(diff_id: str) -> str:
    return f"diff {diff_id}" if _DIGEST.match(diff_id) else ""


def layer_keys(address: Address, image: ImageDetail, cache: Cache) -> list[LayerKey]:
    return [_layer_key(address, image, layer, cache) for layer in image.layers]


def _layer_key(address: Address, image: ImageDetail, layer: Layer, cache: Cache) -> LayerKey:
    if address.kind == "engine":
        shared = by_diff_id(layer.diff_id)
        if shared and address.location.startswith(_LOCAL):
            return LayerKey(shared, shared, shared=True)
        own = f"engine {address.location} {shared}" if shared else ""
        return LayerKey(own, own)
    own = file_key(address, image, layer)
    if own:
        alias = cache.load(ALIAS, own)
        if alias is not None:
            return LayerKey(own, str(alias.meta.get("index", "")), proved=True, shared=True)
    return LayerKey(own, own)


def file_key(address: Address, image: ImageDetail, layer: Layer) -> str:
    """The identity of a layer's bytes in a file or folder; "" where it cannot be told or is too fresh to trust."""
    path = os.path.abspath(address.location)
    if address.kind == "oci-layout":
        if not _DIGEST.match(layer.digest):
            return ""
        path = os.path.join(path, "blobs", *layer.digest.split(":"))
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return ""
    if stat.S_ISDIR(found.st_mode) or abs(time.time_ns() - found.st_mtime_ns) < _RACY_NS:
        return ""  # an unpacked archive: the folder does not tell of changes in its files
    whole = (path, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    of_image = (image.config_digest, image.image.id, *image.image.tags, *image.image.digests)
    place = (len(of_image), *of_image, layer.index, layer.diff_id, layer.digest, layer.blob_bytes)
    return combine(["file", *map(str, (*whole, *place))])


def keep(cache: Cache, address: Address, image: ImageDetail, layer: int, key: LayerKey, index: LayerIndex) -> LayerKey:
    """Store what a scan made. The key that it can be found under now, an empty one where it must not be kept:
    damaged, contradicting its diff ID, or read from a file that has changed meanwhile."""
    none = LayerKey("", "")
    computed = str(index.columns.meta.get("computed", ""))
    claimed = image.layers[layer].diff_id
    if index.problems or not key.own or (computed and claimed and computed != claimed):
        if key.own and address.kind != "engine":  # what a look at the headers alone had left there
            cache.drop(ALIAS, key.own)
            cache.drop(LAYER, key.own)
        return none
    if address.kind == "engine":
        stored = cache.store(LAYER, key.own, index.columns)
        return LayerKey(key.own, key.own, shared=key.shared) if stored else none
    if file_key(address, image, image.layers[layer]) != key.own:
        return none
    shared = by_diff_id(claimed) if index.verified and computed == claimed else ""
    if not shared:
        if key.proved:  # an alias would hide what is kept now; a next verification makes it anew
            cache.drop(ALIAS, key.own)
        return LayerKey(key.own, key.own) if cache.store(LAYER, key.own, index.columns) else none
    if cache.store(LAYER, shared, index.columns) and cache.store(ALIAS, key.own, Columns({}, {"index": shared})):
        return LayerKey(key.own, shared, proved=True, shared=True)
    return none


def find(cache: Cache, key: LayerKey) -> LayerIndex | None:
    """The kept index of a layer; None where there is none that may stand for it."""
    if not key.index:
        return None
    columns = cache.load(LAYER, key.index)
    if columns is None:
        return None
    index = LayerIndex(columns)
    # Under a diff ID an engine may have left one of its own making, with neither archive order nor offsets.
    return index if index.verified or not key.proved else None


def tree_key(keys: Sequence[LayerKey], image: ImageDetail) -> str:
    """By the chain of layers, and by the history: which steps are empty is learnt while reading. "" where one of the
    layers is not kept."""
    if not keys or not all(key.index for key in keys):
        return ""
    steps = [f"{step.instruction}\0{step.empty}\0{step.layer}" for step in image.steps]
    layers = [f"{layer.diff_id}\0{layer.digest}\0{layer.media_type}" for layer in image.layers]
    return combine(["chain", *(key.in_chain for key in keys), "layers", *layers, "steps", *steps])
