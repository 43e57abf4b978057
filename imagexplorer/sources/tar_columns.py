"""The columns of a LayerIndex while they grow. No object is kept for an entry: each column is one buffer.

Takes batches of decoded headers, settles their paths, kinds and links, and makes the index in the end.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable
from itertools import accumulate, islice
from typing import Any, cast

from imagexplorer.core.columns import Columns
from imagexplorer.core.layer_index import (
    DIR,
    FILE,
    HARDLINK,
    NO_HASH,
    NO_OFFSET,
    SYMLINK,
    LayerIndex,
)
from imagexplorer.sources.tar_batch import Batch, Decoded, decode_many, decode_plain
from imagexplorer.sources.tar_extended import Member
from imagexplorer.sources.tar_fields import BLOCK_SIZE, raw_name
from imagexplorer.sources.tar_paths import climbs, place, whiteout

FORMATS = {
    "kind": "B", "flags": "B", "mode": "H", "uid": "I", "gid": "I", "size": "q", "mtime": "q", "data": "q", "hash": "Q",
}  # fmt: skip
NAMES_BASE, NAMES_PER_ENTRY = 64 << 20, 120
"""All names together may take so many bytes; archives of real files stay far below."""

EMPTY_HASH = 0x2D06800538D394C2
"""xxh3-64 of no bytes."""

HOLES_LIMIT = 1 << 61
"""Bytes of holes that the files of one layer may have together, so that sums of sizes stay numbers of 64 bits."""

MAPS_LIMIT = 16 << 20
"""Bytes of the maps of all files with holes."""

_FEW = 2048
_U32 = 2**32 - 1

Note = Callable[[int, bytes, str], None]
"""(offset of the header, path, reason)"""


class _Texts:
    """Sparse column of bytes: rows, starts, blob."""

    def __init__(self) -> None:
        self.rows = array("I")
        self.starts = array("I", [0])
        self.blob = bytearray()

    def add(self, row: int, text: bytes) -> None:
        self.rows.append(row)
        self.blob += text
        self.starts.append(len(self.blob))


def _typed(column: bytearray, code: str) -> memoryview:
    view: Any = memoryview(column)
    return cast("memoryview", view.cast(code))


def _raw(piece: Any) -> memoryview:
    """The bytes of an array, which may be empty."""
    return memoryview(piece).cast("B") if len(piece) else memoryview(b"")


class TarColumns:
    def __init__(self, note: Note) -> None:
        self.count = 0
        self._holes = 0
        self._note = note
        self._columns = {name: bytearray() for name in FORMATS}
        self._starts = array("I", [0])
        self._paths = bytearray()
        self._links = _Texts()
        self._stored = _Texts()
        self._map_rows, self._map_starts, self._map = array("I"), array("I", [0]), array("q")

    @property
    def names_full(self) -> bool:
        names = len(self._paths) + len(self._links.blob) + len(self._stored.blob)
        return names > NAMES_BASE + NAMES_PER_ENTRY * self.count

    def add(self, batch: Batch) -> tuple[int, str]:
        """Take over the rows of the batch up to the first that is wrong: (how many, what is wrong with the next)."""
        # Loading NumPy costs as much as decoding some thousand headers without it.
        few = batch.count < 32 or ("numpy" not in sys.modules and self.count + batch.count <= _FEW)
        decoded = decode_plain(batch) if few else decode_many(batch)
        good = decoded.good
        for row, reason in decoded.notes:
            if row not in batch.members:
                self._note(batch.offset(row), b"", reason)
        sizes, data = array("q", batch.sizes[:good]), array("q", batch.data[:good])
        hashes = array("Q", batch.hashes[:good]) if batch.hashes else array("Q", bytes(8 * good))
        flags = bytearray(good)
        for row, member in batch.members.items():
            if row < good:
                self._member(row, member, decoded, sizes, flags)
        self._names(batch, decoded)
        self._clear(decoded.kind, sizes, data, hashes)
        pieces = {
            "kind": decoded.kind, "flags": flags, "mode": decoded.mode, "uid": decoded.uid, "gid": decoded.gid,
            "size": sizes, "mtime": decoded.mtime, "data": data, "hash": hashes,
        }  # fmt: skip
        for name, piece in pieces.items():
            self._columns[name] += _raw(piece)
        self.count += good
        return good, decoded.reason

    def index(self, meta: dict[str, object]) -> LayerIndex:
        columns = {name: _typed(column, FORMATS[name]) for name, column in self._columns.items()}
        columns["path_start"] = memoryview(self._starts)
        columns["paths"] = memoryview(self._paths)
        for name, rows, starts, texts in (
            ("links", "link_row", "link_start", self._links),
            ("stored", "stored_row", "stored_start", self._stored),
        ):
            columns[rows] = memoryview(texts.rows)
            columns[starts] = memoryview(texts.starts)
            columns[name] = memoryview(texts.blob)
        if self._map_rows:
            columns["map_row"], columns["map_start"] = memoryview(self._map_rows), memoryview(self._map_starts)
            columns["map"] = memoryview(self._map)
        return LayerIndex(Columns(columns, meta))

    def _member(self, row: int, member: Member, decoded: Decoded, sizes: array[int], flags: bytearray) -> None:
        """What extended headers say goes before what the header says."""
        sizes[row] = member.size
        flags[row] = member.flags
        if member.size > member.stored:
            self._holes += member.size - member.stored
            if self._holes > HOLES_LIMIT:
                sizes[row] = member.stored
                member.notes.append("claims more holes than can be counted; its stored size is shown")
        if member.regions is not None and sizes[row] == member.size:
            self._keep_map(row, member)
        if member.mtime is not None:
            decoded.mtime[row] = member.mtime
        owners = ((decoded.uid, member.uid, "user"), (decoded.gid, member.gid, "group"))
        for column, value, what in owners:
            if value is not None:
                column[row] = max(0, min(value, _U32))
                if value != column[row]:
                    member.notes.append(f"its {what} id {value} is out of range")
        raw = member.path if member.path is not None else raw_name(member.header)
        for text in member.notes:
            self._note(member.position, raw, text)
        # Not the header's own numbers where a better one stands beside them.
        for at, text in decoded.notes:
            if at == row and (member.uid if "user" in text else member.gid) is None:
                self._note(member.position, raw, text)

    def _keep_map(self, row: int, member: Member) -> None:
        assert member.regions is not None
        if 8 * (len(self._map) + len(member.regions)) > MAPS_LIMIT:
            member.notes.append("the files of this layer have too many holes; its content is not shown")
            return
        self._map_rows.append(self.count + row)
        self._map += member.regions
        self._map_starts.append(len(self._map))

    def _names(self, batch: Batch, decoded: Decoded) -> None:
        names, lengths = decoded.names, list(decoded.lengths)
        raws = dict(decoded.odd)
        for row, member in batch.members.items():
            if member.path is not None and row < decoded.good:
                raws[row] = member.path
                if member.header[156] == 0 and member.path.endswith(b"/"):
                    decoded.kind[row] = DIR
        if raws:
            starts = list(accumulate(lengths, initial=0))
            pieces: list[bytes] = []
            at = 0
            for row in sorted(raws):
                pieces.append(names[at : starts[row]])
                at = starts[row + 1]
                path = self._place(batch, row, raws[row], decoded.kind)
                pieces.append(path)
                lengths[row] = len(path)
            pieces.append(names[at:])
            names = b"".join(pieces)
        base = len(self._paths)
        self._paths += names
        self._starts.extend(islice(accumulate(lengths, initial=base), 1, None))
        kinds = decoded.kind
        if SYMLINK in kinds or HARDLINK in kinds:
            for row, kind in enumerate(kinds):
                if kind in (SYMLINK, HARDLINK):
                    long = batch.members[row].link if row in batch.members else None
                    start = row * BLOCK_SIZE + 157
                    link = batch.headers[start : start + 100].partition(b"\0")[0]
                    self._links.add(self.count + row, bytes(link) if long is None else long)

    def _place(self, batch: Batch, row: int, raw: bytes, kinds: bytearray) -> bytes:
        path = place(raw)
        if raw != path and raw.rstrip(b"/") != path:
            self._stored.add(self.count + row, raw)
            if climbs(raw):
                self._note(batch.offset(row), raw, "climbs by '..'; it is placed inside the root")
        path, kinds[row], reason = whiteout(path, kinds[row])
        if reason:
            self._note(batch.offset(row), raw, reason)
        return path

    def _clear(self, kinds: bytearray, sizes: array[int], data: array[int], hashes: array[int]) -> None:
        """Only regular files have content; that of an empty one is known unread."""
        for row, kind in enumerate(kinds):
            if kind != FILE:
                sizes[row] = 0
                data[row] = NO_OFFSET
                hashes[row] = NO_HASH
            elif not sizes[row]:
                hashes[row] = EMPTY_HASH
