"""Layers indexed while a compressed archive passes by for the first time, so that it need not pass again.

Only what is without any fault is kept; all else is read again in the ordinary way, which names the fault.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from imagexplorer.core.columns import Columns
from imagexplorer.core.control import Control
from imagexplorer.core.errors import Damaged
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.sources.compression import compression_of
from imagexplorer.sources.tar_fields import BLOCK_SIZE, number

MAX_ENTRIES = 2_000_000
"""Of all layers that wait to be asked for."""

_HEADERS = 8
_CHUNK = 256 << 10
_LONG = b"xgLK"
_FILE = b"0\x007"


@dataclass(frozen=True, slots=True)
class Passed:
    """`index` has no problems, and `computed` in its meta. `digest` is that of the stored bytes."""

    index: LayerIndex
    digest: str

    def as_layer(self, diff_id: str, digest: str) -> LayerIndex | None:
        """The index as that of a layer of which these are claimed ("" where nothing is); None if they do not match."""
        meta = self.index.columns.meta
        if diff_id not in ("", meta["computed"]) or digest not in ("", self.digest):
            return None
        return LayerIndex(Columns(self.index.columns.columns, {**meta, "diff_id": diff_id, "verified": bool(diff_id)}))


def member_at(window: bytes, end: int) -> tuple[int, int] | None:
    """Where the content of the file begins whose (first) header is at the start of `window`, and its size; None where
    that does not fit: `end` is where the next header is."""
    at = 0
    for _ in range(_HEADERS):
        header = window[at : at + BLOCK_SIZE]
        if len(header) < BLOCK_SIZE:
            return None
        size = number(header[124:136])
        if size is None or size < 0:
            return None
        start = at + BLOCK_SIZE
        if header[156] in _FILE:
            return (start, size) if start + -(-size // BLOCK_SIZE) * BLOCK_SIZE == end else None
        if header[156] not in _LONG:
            return None
        at = start + -(-size // BLOCK_SIZE) * BLOCK_SIZE
    return None


def may_be_layer(start: bytes) -> bool:
    """By the first 512 bytes: a tar, or compressed."""
    try:
        return bool(compression_of(start[:10])) or start[257:262] == b"ustar"
    except Damaged:
        return False


class _Member:
    """A `Readable` over `size` bytes that are passing, hashed as they do where they are compressed."""

    def __init__(self, take: Callable[[int, int], bytes], start: int, size: int) -> None:
        self.compressed = bool(compression_of(take(start, 10)))
        self._take = take
        self._at = start
        self._end = start + size
        self._hash = hashlib.sha256(usedforsecurity=False)

    def read(self, size: int, /) -> bytes:
        data = self._take(self._at, min(size, self._end - self._at)) if self._at < self._end else b""
        self._at += len(data)
        if self.compressed:
            self._hash.update(data)
        return data

    def digest(self) -> str:
        """Of all bytes, "" where some are missing."""
        while self.read(_CHUNK):
            pass
        return f"sha256:{self._hash.hexdigest()}" if self._at == self._end else ""


def index_passing(take: Callable[[int, int], bytes], start: int, size: int, control: Control) -> Passed | None:
    """`take(offset, length)` gives bytes in order, fewer where the archive ends. Raises Damaged, Cancelled."""
    from imagexplorer.sources.tar_scan import scan

    member = _Member(take, start, size)
    index = scan(member, where="layer", hash_contents=True, hash_stream=True, control=control)
    digest = member.digest()
    if not digest or index.problems:
        return None
    # Uncompressed, the digest of the stream is that of the blob.
    return Passed(index, digest if member.compressed else index.columns.meta["computed"])
