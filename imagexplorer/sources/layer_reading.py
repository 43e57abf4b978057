"""A stored layer blob read into a LayerIndex: its digests compared, its contents hashed where asked.

Knows blobs and what is claimed of them. The tar itself is `tar_scan`'s business.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from imagexplorer.core.contents import HOLES_READ, Slice, holes_known, with_data
from imagexplorer.core.control import Control
from imagexplorer.core.entities import Layer, Problem
from imagexplorer.core.errors import Cancelled, Damaged, ImagexplorerError
from imagexplorer.core.layer_index import FILE, NO_HASH, SPARSE, LayerIndex
from imagexplorer.sources.blobs import CHUNK, Blob, BlobStore
from imagexplorer.sources.catalogue import BlobRef
from imagexplorer.sources.compression import compression_of, open_layer_stream
from imagexplorer.sources.digests import Digest, parse_digest
from imagexplorer.sources.protocol import ScanOptions
from imagexplorer.sources.readers import BytesReader
from imagexplorer.sources.stream_hash import Hashing

_ZEROS = bytes(CHUNK)


class _Hashing(Protocol):
    def update(self, data: bytes, /) -> object: ...


class LayerReader:
    """Reads layers of one store. `problems` gathers what is wrong with blobs beyond what a layer's own index names."""

    def __init__(self, store: BlobStore) -> None:
        self._store = store
        self.problems: list[Problem] = []

    def index(self, ref: BlobRef, layer: Layer, options: ScanOptions, control: Control) -> LayerIndex:
        """An empty index with its problem where the blob cannot be read at all."""
        where = f"layer {layer.index}"
        if not ref.name:
            return _unreadable(where, layer, ref.fault or "the manifest does not say where it is")
        passed = self._store.passed(ref.name)
        if passed is not None and (index := passed.as_layer(layer.diff_id, ref.digest)) is not None:
            return index
        try:
            with self._store.open(ref.name) as blob:
                blob.where = where
                return self._scan(blob, ref, layer, options, control)
        except ImagexplorerError as error:
            if isinstance(error, Cancelled):
                raise
            reason = f"{ref.name}: {error.reason}" if error.what == ref.name else str(error)
            return _unreadable(where, layer, reason + (f"; {ref.fault}" if ref.fault else ""))

    def _scan(self, blob: Blob, ref: BlobRef, layer: Layer, options: ScanOptions, control: Control) -> LayerIndex:
        from imagexplorer.sources.tar_scan import scan

        if blob.size == 0:
            return _unreadable(blob.where, layer, "it has 0 bytes: an empty layer is at least two blocks of zeros")
        claimed = parse_digest(ref.digest)
        compressed = _compressed(blob)
        # Bytes that pass by anyway are hashed: those of a compressed layer, and all of a compressed archive.
        passing = options.verify or compressed or self._store.sequential
        ahead = compressed and not self._store.sequential
        if not ahead:
            import numpy  # noqa: F401 - stacking needs it in any case; once it is there, the scan decodes with it too
        hashed = _HashedBlob(blob, claimed) if claimed is not None and compressed else None
        try:
            index = scan(
                hashed or blob,
                where=blob.where,
                diff_id=layer.diff_id,
                hash_contents=passing,
                hash_stream=passing,
                ahead=ahead,
                control=control,
            )
        except BaseException:
            if hashed:
                hashed.abandon()
            raise
        if claimed is None:
            return index
        found = hashed.finish(control) if hashed else parse_digest(index.columns.meta.get("computed"))
        # An uncompressed blob's digest is that of its stream; where the diff ID is the same, it is compared already.
        compared = hashed is None and str(claimed) == layer.diff_id
        if found is not None and found.algorithm == claimed.algorithm and found != claimed and not compared:
            self.problems.append(
                Problem(
                    blob.where, f"the digest of its blob does not match: its bytes are {found}, {claimed} is claimed"
                )
            )
        return index

    def content_hashes(self, ref: BlobRef, rows: Sequence[int], index: LayerIndex, control: Control) -> Sequence[int]:
        """xxh3-64 of these rows, NO_HASH where it cannot be read."""
        known = index["hash"]
        if all(known[row] != NO_HASH for row in rows):
            return [known[row] for row in rows]
        try:
            with self._store.open(ref.name) as blob:
                return hash_rows(blob, rows, index, control)
        except ImagexplorerError as error:
            if isinstance(error, Cancelled):
                raise
            return [NO_HASH] * len(rows)


def hash_rows(blob: Blob, rows: Sequence[int], index: LayerIndex, control: Control) -> list[int]:
    """xxh3-64 of the contents of these rows, read in the order of the layer; NO_HASH where they cannot be read, or are
    more holes than anyone waits for."""
    import xxhash

    kinds, flags, sizes, data, known = (index[name] for name in ("kind", "flags", "size", "data", "hash"))
    hashes = {row: known[row] for row in rows}
    wanted = sorted(
        (row for row in set(rows) if known[row] == NO_HASH and kinds[row] == FILE and holes_known(index, row)),
        key=data.__getitem__,
    )
    at = done = 0
    holes = HOLES_READ
    total = sum(sizes[row] for row in wanted)
    try:
        stream = open_layer_stream(blob)[1] if _compressed(blob) else None
        for row in wanted:
            digest = xxhash.xxh3_64()
            start, left = data[row], sizes[row]
            if start < 0 and left:
                continue
            if flags[row] & SPARSE:
                if left > holes:
                    continue
                holes -= left
            while stream is not None and at < start and (skipped := stream.read(min(CHUNK, start - at))):
                at += len(skipped)
                control.step(done, total)
            position = start
            for hole, length in _runs(index, row):
                _zeros(digest, hole, control)
                done, left, end = done + hole, left - hole, position + length
                while position < end:
                    control.step(done, total, "comparing contents")
                    piece = min(CHUNK, end - position)
                    chunk = stream.read(piece) if stream is not None else blob.pread(position, piece)
                    if not chunk:
                        break
                    digest.update(chunk)
                    position += len(chunk)
                    at += len(chunk)
                    left -= len(chunk)
                    done += len(chunk)
            if not left:
                hashes[row] = digest.intdigest()
    except Damaged:
        pass  # the scan has named it; what was not reached stays unknown
    return [hashes[row] for row in rows]


def _runs(index: LayerIndex, row: int) -> Iterator[tuple[int, int]]:
    """(Bytes of a hole, bytes stored after it), again and again through a file; those of one without holes at once."""
    end = 0
    for each in with_data(Slice(row), index):
        yield each.start - end, each.bounds(index["size"][row])[1] - each.start
        end = each.bounds(index["size"][row])[1]
    yield index["size"][row] - end, 0


def _zeros(digest: _Hashing, count: int, control: Control) -> None:
    while count:
        control.step()
        digest.update(_ZEROS[: min(count, CHUNK)])
        count -= min(count, CHUNK)


class _HashedBlob:
    """A blob read from start to end by a decoder, hashed as it passes. `finish` or `abandon` must be called."""

    def __init__(self, blob: Blob, claimed: Digest) -> None:
        self._blob = blob
        self._claimed = claimed
        self._hash = Hashing(claimed.algorithm)
        self._at = 0

    @property
    def size(self) -> int:
        return self._blob.size

    def pread(self, offset: int, length: int) -> bytes:
        data = self._blob.pread(offset, length)
        if offset <= self._at < offset + len(data):
            self._hash.add(data if offset == self._at else memoryview(data)[self._at - offset :])
            self._at = offset + len(data)
        return data

    def finish(self, control: Control) -> Digest | None:
        """The digest of all bytes, those included that the decoder did not want; None where they cannot be read."""
        try:
            while self._at < self.size and self.pread(self._at, CHUNK):
                control.step()
        except Damaged:
            return None
        finally:
            found = self._hash.finish()
        return Digest(self._claimed.algorithm, found)

    def abandon(self) -> None:
        self._hash.finish()


def _compressed(blob: Blob) -> bool:
    """Also true of what is refused: reading it says why."""
    try:
        return bool(compression_of(blob.pread(0, 10)))
    except Damaged:
        return True


def _unreadable(where: str, layer: Layer, reason: str) -> LayerIndex:
    """No entries, and why."""
    from imagexplorer.sources.tar_scan import scan

    index = scan(BytesReader(bytes(1024)), where=where, diff_id="", control=Control())
    meta = dict(index.columns.meta, diff_id=layer.diff_id, verified=False, problems=[[where, reason]])
    index.columns.meta.clear()
    index.columns.meta.update(meta)
    return index
