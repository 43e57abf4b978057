"""The documents of an image in an archive or a layout: index.json and manifest.json down to what they name.

Asked when somebody looks: nothing of this is read to list or open an image.
"""

from __future__ import annotations

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail, Problem
from imagexplorer.core.errors import ImagexplorerError, NotFound
from imagexplorer.core.manifest_tree import (
    CONFIG,
    INDEX,
    LAYER,
    LIST,
    RECORD,
    Growing,
    ManifestTree,
    Node,
    claims_of,
)
from imagexplorer.sources.blobs import BlobStore
from imagexplorer.sources.catalogue import BlobRef, Variant
from imagexplorer.sources.descriptors import read_descriptor, tag_of
from imagexplorer.sources.documents import MAX_BYTES, Fields, load
from imagexplorer.sources.manifest_walk import Walk

_LOOKED_AT = 200
"""So many other descriptors of index.json are looked into: is it about this image?"""


def manifest_tree(store: BlobStore, variant: Variant, image: ImageDetail, used: str, control: Control) -> ManifestTree:
    """`used` names the document that the image was found in."""
    growing = Growing()
    if used == "manifest.json":
        _add_listed(growing, store, variant, image)
    elif used == "repositories":
        _add_v1(growing, store, variant, image)
    if variant.manifest_digest and "index.json" in store:
        _add_indexed(growing, store, variant.manifest_digest, control)
    return growing.tree(tuple(claims_of(growing.nodes)))


def _add_listed(growing: Growing, store: BlobStore, variant: Variant, image: ImageDetail) -> None:
    """docker-save: manifest.json names the configuration and the layers by their place in the archive."""
    root = growing.add(
        Node(-1, LIST, "manifest.json", "manifest.json", size_bytes=_size(store, "manifest.json"), here=True)
    )
    config = variant.config
    if config.name:
        growing.add(_named(store, root, CONFIG, config, config.size or _size(store, config.name), config.name))
    for layer, ref in zip(image.layers, variant.layers, strict=True):
        growing.add(_named(store, root, LAYER, ref, layer.blob_bytes, ""))


def _add_v1(growing: Growing, store: BlobStore, variant: Variant, image: ImageDetail) -> None:
    """Before Docker 1.10: a document beside each layer, no digest anywhere."""
    size = _size(store, "repositories")
    root = growing.add(Node(-1, RECORD, "repositories", "repositories", size_bytes=size, here=True))
    for layer, ref in zip(image.layers, variant.layers, strict=True):
        document = ref.name.replace("layer.tar", "json")
        growing.add(_named(store, root, LAYER, ref, layer.blob_bytes, document if document in store else ""))


def _named(store: BlobStore, parent: int, role: str, ref: BlobRef, size: int | None, key: str) -> Node:
    here = bool(ref.name) and ref.name in store
    return Node(
        parent,
        role,
        key=key if here else "",
        name=ref.name,
        media_type=ref.media_type,
        digest=ref.digest,
        size_bytes=size,
        here=here,
        chosen=True,
        note=ref.fault,
    )


def _size(store: BlobStore, name: str) -> int | None:
    try:
        with store.open(name) as blob:
            return blob.size
    except ImagexplorerError:
        return None


def _add_indexed(growing: Growing, store: BlobStore, digest: str, control: Control) -> None:
    def read(ref: BlobRef) -> bytes | None:
        control.step()
        if ref.data is not None and ref.name not in store:
            return ref.data
        try:
            with store.open(ref.name) as blob:
                return blob.read_all(MAX_BYTES)
        except NotFound:
            return None

    walk = Walk(growing, read, lambda ref: bool(ref.name) and ref.name in store, digest)
    problems: list[Problem] = []
    try:
        with store.open("index.json") as blob:
            size = blob.size
            index = Fields(load(blob.read_all(MAX_BYTES), "index.json", problems), "index.json", problems)
    except ImagexplorerError as error:
        growing.problems.append(Problem("index.json", error.reason or error.what))
        return
    tops = index.objects("manifests")
    mine = [top for top in tops if walk.leads_to(top, digest)]
    about = _about(walk, [top for top in tops if top not in mine], _digests_below(walk, mine))
    others = len(tops) - len(mine) - len(about)
    note = f"{others:,} more in it: other images, or what belongs to them" if others else ""
    root = growing.add(
        Node(-1, INDEX, "index.json", "index.json", index.text("mediaType"), size_bytes=size, here=True, note=note)
    )
    for top in (*mine, *about):
        walk.add(root, top, tag_of(top.text_map("annotations")))


def _digests_below(walk: Walk, mine: list[Fields]) -> set[str]:
    """Those of the image's index and of its manifests for all platforms."""
    found: set[str] = set()
    waiting = list(mine)
    while waiting and len(found) < 1_000:
        descriptor = waiting.pop()
        ref = read_descriptor(descriptor)
        if ref.digest and ref.digest not in found:
            found.add(ref.digest)
            document = walk.document(ref, descriptor)
            waiting += Fields(document, ref.name, []).objects("manifests") if document is not None else []
    return found


def _about(walk: Walk, others: list[Fields], digests: set[str]) -> list[Fields]:
    """Signatures and other content about the image: by their subject (image-spec manifest.md), or named after its
    digest as cosign does (`sha256-<hex>.sig`)."""
    found = []
    for descriptor in others[:_LOOKED_AT]:
        tag = tag_of(descriptor.text_map("annotations")).rpartition(":")[2]
        named = tag.replace("-", ":", 1).partition(".")[0]
        ref = read_descriptor(descriptor)
        document = walk.document(ref, descriptor)
        subject = Fields(document, ref.name, []).object("subject").text("digest") if document is not None else ""
        if named in digests or subject in digests:
            found.append(descriptor)
    return found
