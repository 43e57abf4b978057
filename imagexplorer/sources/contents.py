"""Contents of files out of a layer's tar: by offset where it is stored plain, else from its stream as it unpacks.

Knows offsets. Must not know paths: which row is which is the index's business.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from typing import Protocol

from imagexplorer.core.contents import Slice, in_order
from imagexplorer.core.control import Control
from imagexplorer.core.errors import Damaged
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.core.text import plain
from imagexplorer.sources.blobs import CHUNK, Blob
from imagexplorer.sources.compression import compression_of, open_layer_stream

Take = Callable[[int, bytes], object]
"""`take(row, piece)`: the pieces of a row come in their order."""


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def places(slices: Sequence[Slice], index: LayerIndex, where: str) -> list[tuple[int, int, Slice]]:
    """As `core.contents.in_order`. Raises Damaged, naming the file."""
    try:
        return in_order(slices, index)
    except ValueError as error:
        name = plain(index.path(slices[0].row).decode("utf-8", "surrogateescape"), 200) if slices else ""
        raise Damaged(f"{where}: {name}", str(error)) from error


def read_blob(blob: Blob, slices: Sequence[Slice], index: LayerIndex, take: Take, control: Control) -> None:
    """From a stored blob, compressed or not. Raises Damaged where it ends early or cannot be unpacked."""
    wanted = places(slices, index, blob.where)
    if not wanted:
        return
    if compression_of(blob.pread(0, 10)):
        read_stream(open_layer_stream(blob)[1], wanted, take, control, blob.where)
        return
    done, total = 0, sum(length for _, length, _ in wanted)
    for offset, length, each in wanted:
        at, end = offset, offset + length
        while at < end:
            piece = blob.pread(at, min(CHUNK, end - at))
            if not piece:
                raise Damaged(blob.where, f"it ends at byte {at:,}, inside of a file")
            take(each.row, piece)
            at += len(piece)
            done += len(piece)
            control.step(done, total, "reading contents")


def read_stream(
    stream: Stream, wanted: Sequence[tuple[int, int, Slice]], take: Take, control: Control, where: str
) -> None:
    """In one pass; slices may overlap. Raises Damaged where the stream ends before the last of them."""
    at, ahead = 0, 0
    total = max(offset + length for offset, length, _ in wanted)
    open_slices: list[tuple[int, int, Slice]] = []  # (end, number, slice)
    while ahead < len(wanted) or open_slices:
        idle = not open_slices and wanted[ahead][0] > at
        piece = stream.read(min(CHUNK, wanted[ahead][0] - at) if idle else CHUNK)
        if not piece:
            raise Damaged(where, f"it ends at byte {at:,} of its content, before or inside of a file")
        control.step(at, total, "reading contents")
        while ahead < len(wanted) and wanted[ahead][0] < at + len(piece):
            offset, length, each = wanted[ahead]
            heapq.heappush(open_slices, (offset + length, ahead, each))
            ahead += 1
        for end, number, each in sorted(open_slices, key=lambda one: one[1]):
            start = max(wanted[number][0], at)
            if part := piece[start - at : min(end, at + len(piece)) - at]:
                take(each.row, part)
        at += len(piece)
        while open_slices and open_slices[0][0] <= at:
            heapq.heappop(open_slices)
