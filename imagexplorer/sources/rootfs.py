"""A flat tar of a root file system (as `docker export` writes it) as an image of one layer."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from imagexplorer.core.contents import Slice
from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, Image, ImageDetail, Layer, Problem
from imagexplorer.core.errors import NotFound
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.core.manifest_tree import LAYER, ManifestTree, Node
from imagexplorer.core.text import plain
from imagexplorer.sources.archive import ArchiveBytes
from imagexplorer.sources.blobs import Blob
from imagexplorer.sources.contents import Take, read_blob
from imagexplorer.sources.layer_reading import hash_rows
from imagexplorer.sources.protocol import ScanOptions


class RootfsFile:
    """`ImageSource` of one image. `index` is the walk over the tar: finding out what the file is has read it already.
    Nothing claims a digest of it, so there is nothing to verify."""

    host = None

    def __init__(self, address: Address, base: ArchiveBytes, stored_bytes: int, index: LayerIndex) -> None:
        self._address = address
        self._base = base
        self._index = index
        name = os.path.basename(address.location)
        self._detail = ImageDetail(
            image=Image(id=f"rootfs:{name}", size_bytes=stored_bytes),
            layers=(Layer(0, "", blob_bytes=stored_bytes),),
            others=("no image configuration: a plain tar, shown as one layer",),
        )

    @property
    def address(self) -> Address:
        return self._address

    def images(self, control: Control) -> Sequence[Image]:  # noqa: ARG002 - one shape for all sources
        return [self._detail.image]

    def image(self, reference: str, control: Control, platform: str = "") -> ImageDetail:  # noqa: ARG002 - one shape for all sources
        if reference not in ("0", self._detail.image.id):
            raise NotFound(
                f"image {plain(reference, 200)}", "this file is a single root file system", "Its number is 0"
            )
        return self._detail

    def diff_ids(self, image_id: str, control: Control) -> Sequence[str]:
        return [layer.diff_id for layer in self.image(image_id, control).layers]

    def scan(
        self,
        image: ImageDetail,
        wanted: Collection[int],
        options: ScanOptions,  # noqa: ARG002 - one shape for all sources
        done: Callable[[int, LayerIndex], None],
        control: Control,  # noqa: ARG002 - one shape for all sources
    ) -> ImageDetail:
        if 0 in wanted:
            done(0, self._index)
        changed = self._base.changed
        return replace(image, problems=(Problem(self._address.location, changed),)) if changed else image

    def content_hashes(
        self,
        image: ImageDetail,  # noqa: ARG002 - one shape for all sources
        layer: int,  # noqa: ARG002
        rows: Sequence[int],
        index: LayerIndex,
        control: Control,
    ) -> Sequence[int]:
        return hash_rows(Blob("layer 0", self._base, 0, self._base.size), rows, index, control)

    def contents(
        self,
        image: ImageDetail,  # noqa: ARG002 - one shape for all sources
        layer: int,  # noqa: ARG002
        slices: Sequence[Slice],
        index: LayerIndex,
        take: Take,
        control: Control,
        visible: bool = False,  # noqa: ARG002
    ) -> None:
        read_blob(Blob("layer 0", self._base, 0, self._base.size), slices, index, take, control)

    def manifests(self, image: ImageDetail, control: Control) -> ManifestTree:  # noqa: ARG002 - one shape for all sources
        name, size = os.path.basename(self._address.location), image.image.size_bytes
        note = "a plain tar: no document names it"
        return ManifestTree((Node(-1, LAYER, name=name, size_bytes=size, here=True, chosen=True, note=note),))

    def document(self, image: ImageDetail, key: str, control: Control) -> bytes:  # noqa: ARG002 - one shape for all sources
        raise NotFound(plain(key, 200), "a root file system has no documents")

    def close(self) -> None:
        self._base.close()
