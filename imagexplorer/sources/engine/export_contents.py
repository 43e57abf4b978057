"""Contents of one layer's files out of an image's export, as it streams by: the last resort, which has everything.

A layer's member is known by the digest in its name; where names say nothing (Docker to 24), what every candidate has
at the wanted places is set aside until its digest tells which one it was.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from typing import IO

from imagexplorer.core.contents import Slice
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import Damaged, NotFound
from imagexplorer.core.layer_index import FILE, LayerIndex
from imagexplorer.core.text import plain
from imagexplorer.sources.blobs import CHUNK
from imagexplorer.sources.compression import open_layer_stream
from imagexplorer.sources.contents import Take, places, read_stream
from imagexplorer.sources.digests import digest_in_name
from imagexplorer.sources.engine.export import export_of, is_layer
from imagexplorer.sources.engine.export_stream import Member
from imagexplorer.sources.engine.wire import Wire
from imagexplorer.sources.readers import Readable

_ASIDE_BYTES = 32 << 20
"""More than this is set aside in a file."""


def read_from_export(
    wire: Wire,
    image: ImageDetail,
    layer: int,
    index: LayerIndex,
    slices: Sequence[Slice],
    take: Take,
    control: Control,
) -> None:
    """Raises NotFound where no member of the export is that layer."""
    where = f"layer {layer}"
    wanted = places(slices, index, where)
    if not wanted:
        return
    diff_id, digest = image.layers[layer].diff_id, image.layers[layer].digest
    others = {each.diff_id for each in image.layers} - {diff_id}
    with export_of(wire, image, control) as (members, progress):
        for member in members:
            if member.kind != FILE:
                continue
            claimed = str(digest_in_name(member.name) or "")
            if claimed in others or not is_layer(member):
                continue
            if claimed and claimed in (diff_id, digest):
                read_stream(open_layer_stream(member)[1], wanted, take, progress, where)
                return
            if _is_it(member, diff_id, wanted, take, progress):
                return
    raise NotFound(f"{where} of {plain(image.image.name, 200)}", "the engine's export does not have it")


class _Hashed:
    """A stream that is hashed as it is read."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self._hash.update(data)
        return data

    def rest(self, control: Control) -> str:
        """Read to the end; the digest of all."""
        while self.read(CHUNK):
            control.step()
        return f"sha256:{self._hash.hexdigest()}"


def _is_it(
    member: Member, diff_id: str, wanted: Sequence[tuple[int, int, Slice]], take: Take, control: Control
) -> bool:
    """Whether this member is the layer; then its contents were given."""
    order: list[tuple[int, int]] = []
    with tempfile.SpooledTemporaryFile(max_size=_ASIDE_BYTES) as aside:

        def keep(row: int, piece: bytes) -> None:
            order.append((row, len(piece)))
            aside.write(piece)

        stream = _Hashed(open_layer_stream(member)[1])
        try:
            read_stream(stream, wanted, keep, control, member.name)
        except Damaged:  # too short to be the layer
            return False
        if stream.rest(control) != diff_id:
            return False
        _give(aside, order, take)
    return True


def _give(aside: IO[bytes], order: Sequence[tuple[int, int]], take: Take) -> None:
    aside.seek(0)
    for row, length in order:
        take(row, aside.read(length))
