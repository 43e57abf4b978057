"""Layers of an engine's images: their entries, hashes and contents, each from where it costs least.

The engine's own store where this user may read it; for contents that the image shows, a container that is made for the
purpose, never started and removed; else the export. Knows in which order these are asked.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Collection, Iterator, Sequence

from imagexplorer.core.contents import Slice
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.layer_index import SPARSE, LayerIndex
from imagexplorer.sources.contents import Take
from imagexplorer.sources.engine.fields import Json
from imagexplorer.sources.engine.local import own_layers
from imagexplorer.sources.engine.wire import Wire
from imagexplorer.sources.protocol import ScanOptions

FEW = 16
"""So many files are fetched one by one from a container; more come out of one export."""


class Layers:
    """The part of `ImageSource` that reads layers."""

    wire: Wire

    @property
    def local(self) -> bool:
        """Whether paths that the engine names may be paths of this machine."""
        return self.wire.address.location.startswith("unix://")

    @property
    def podman(self) -> bool:
        raise NotImplementedError

    def _info(self, control: Control) -> Json:
        raise NotImplementedError

    def scan(
        self,
        image: ImageDetail,
        wanted: Collection[int],
        options: ScanOptions,
        done: Callable[[int, LayerIndex], None],
        control: Control,
    ) -> ImageDetail:
        """From the engine's own store where this user may read it, unless every byte is to be hashed; what is left
        comes from one export."""
        from imagexplorer.sources.engine.export import scan_export

        # Stacking needs it in any case, and the scan is faster with it: loaded while the engine thinks of its answer.
        threading.Thread(target=importlib.import_module, args=("numpy",), name="numpy", daemon=True).start()
        left = set(wanted)
        if self.local and not options.verify:
            for layer, index in self._stored(image, sorted(left), control):
                left.discard(layer)
                done(layer, index)
        return scan_export(self.wire, image, left, done, control) if left else image

    def _stored(self, image: ImageDetail, wanted: Sequence[int], control: Control) -> Iterator[tuple[int, LayerIndex]]:
        from imagexplorer.sources.engine.export_stream import Progress
        from imagexplorer.sources.storage import scan_stored

        progress = Progress(control, len(wanted), in_bytes=False)
        places = own_layers(self._info(control), self.podman, image)
        for number, layer in enumerate(wanted):
            progress.done, progress.text = number, f"layer {number + 1} of {len(wanted)}"
            progress.step()
            stored = places.get(image.layers[layer].diff_id)
            index = scan_stored(stored, f"layer {layer}", progress) if stored else None
            if index is not None:
                yield layer, index

    def content_hashes(
        self,
        image: ImageDetail,
        layer: int,
        rows: Sequence[int],
        index: LayerIndex,
        control: Control,
    ) -> Sequence[int]:
        """The bytes of an export were hashed as they passed; others are read from the layer's folder if possible."""
        hashes = [index["hash"][row] for row in rows]
        if all(hashes) or not self.local:
            return hashes
        from imagexplorer.sources.stored_contents import hash_stored

        stored = own_layers(self._info(control), self.podman, image).get(image.layers[layer].diff_id)
        return hash_stored(stored, index, rows, control) if stored else hashes

    def contents(
        self,
        image: ImageDetail,
        layer: int,
        slices: Sequence[Slice],
        index: LayerIndex,
        take: Take,
        control: Control,
        visible: bool = False,
    ) -> None:
        left = list(slices)
        if self.local:
            from imagexplorer.sources.stored_contents import read_stored

            stored = own_layers(self._info(control), self.podman, image).get(image.layers[layer].diff_id)
            left = read_stored(stored, index, left, take, control) if stored else left
        flags = index["flags"]
        # The engine hands out a file's holes as zeros: there may be terabytes of them.
        if left and visible and len(left) <= FEW and not any(flags[each.row] & SPARSE for each in left):
            from imagexplorer.sources.engine.image_files import read_from_container

            left = read_from_container(self.wire, image, index, left, take, control)
        if left:
            from imagexplorer.sources.engine.export_contents import read_from_export

            read_from_export(self.wire, image, layer, index, left, take, control)
