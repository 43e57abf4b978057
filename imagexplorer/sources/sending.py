"""An image of a file as the archive that engines load: one image without a name, as `docker save` of 20.10 lays it out.

Layers go as they are stored, plain or gzip, which every engine takes; others, which old ones do not, go unpacked.
Whether the bytes are what the configuration says of them the engine looks at itself.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator, Mapping

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import Damaged
from imagexplorer.sources.blobs import CHUNK, Blob, BlobStore
from imagexplorer.sources.catalogue import Variant
from imagexplorer.sources.compression import compression_of, open_layer_stream

_PLAIN_ENOUGH = ("", "gzip")
_HEAD = 64


def sent(
    store: BlobStore, variant: Variant, raw_config: bytes, image: ImageDetail, control: Control
) -> Iterator[bytes]:
    """Raises Damaged where a layer is missing, cannot be unpacked or changed meanwhile."""
    name = image.config_digest.partition(":")[2] + ".json"
    layers: dict[str, str] = {}  # the same blob may be several layers
    for number, ref in enumerate(variant.layers):
        if not ref.name:
            raise Damaged(image.image.name, f"layer {number}: {ref.fault or 'the manifest does not say where it is'}")
        layers.setdefault(ref.name, f"{number}/layer.tar")
    listed: Mapping[str, object] = {
        "Config": name, "RepoTags": None, "Layers": [layers[ref.name] for ref in variant.layers]
    }  # fmt: skip
    yield from _member("manifest.json", json.dumps([listed]).encode())
    yield from _member(name, raw_config)
    done = 0
    for blob_name, path in layers.items():
        with store.open(blob_name) as blob:
            size = _size(blob, control)
            yield _header(path, size)
            for piece in _pieces(blob):
                control.step(done, image.image.size_bytes, "sending")
                done += len(piece)
                yield piece
            yield bytes(-size % tarfile.BLOCKSIZE)
    if store.changed:
        raise Damaged(image.image.name, store.changed)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _size(blob: Blob, control: Control) -> int:
    """A tar says how long a member is before it comes: what has to be unpacked is read twice."""
    if compression_of(blob.pread(0, _HEAD)) in _PLAIN_ENOUGH:
        return blob.size
    size = 0
    for piece in _pieces(blob):
        control.step(text="unpacking")
        size += len(piece)
    return size


def _pieces(blob: Blob) -> Iterator[bytes]:
    if compression_of(blob.pread(0, _HEAD)) in _PLAIN_ENOUGH:
        for at in range(0, blob.size, CHUNK):
            piece = blob.pread(at, CHUNK)
            if len(piece) != min(CHUNK, blob.size - at):
                raise Damaged(blob.where, "it ends early")
            yield piece
        return
    _, stream = open_layer_stream(blob)
    while piece := stream.read(CHUNK):
        yield piece


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.PAX_FORMAT)


def _member(name: str, content: bytes) -> Iterator[bytes]:
    yield _header(name, len(content))
    yield content
    yield bytes(-len(content) % tarfile.BLOCKSIZE)
