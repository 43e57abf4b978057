"""Contents of files out of the folders and blobs in which an engine keeps its layers, where this user may read them.

Opens below the layer's folder and nowhere else: no link is followed. Must not write.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from imagexplorer.core.contents import HOLES_READ, Slice
from imagexplorer.core.control import Control
from imagexplorer.core.errors import Damaged
from imagexplorer.core.layer_index import FILE, NO_HASH, SPARSE, LayerIndex
from imagexplorer.sources.blobs import CHUNK, Blob
from imagexplorer.sources.contents import Take, read_blob
from imagexplorer.sources.readers import FileReader
from imagexplorer.sources.storage import Stored


def hash_stored(stored: Stored, index: LayerIndex, rows: Sequence[int], control: Control) -> list[int]:
    """xxh3-64 of the contents of these rows, from the layer's folder; NO_HASH where they cannot be read."""
    import xxhash

    hashes = [index["hash"][row] for row in rows]
    with _folder(stored) as root:
        for at, row in enumerate(rows) if root is not None else ():
            if hashes[at] != NO_HASH or index["kind"][row] != FILE:
                continue
            if index["flags"][row] & SPARSE and index["size"][row] > HOLES_READ:
                continue
            digest = xxhash.xxh3_64()
            if root is not None and _read(root, index, Slice(row), digest.update, control):
                hashes[at] = digest.intdigest()
    return hashes


def read_stored(
    stored: Stored, index: LayerIndex, slices: Sequence[Slice], take: Take, control: Control
) -> list[Slice]:
    """Give what can be read here; returns the rest, of which nothing was given."""
    if stored.blob is not None:
        return _read_blob(stored, index, slices, take, control)
    with _folder(stored) as root:
        return [each for each in slices if root is None or not _read(root, index, each, _to(take, each.row), control)]


def _to(take: Take, row: int) -> Callable[[bytes], object]:
    return lambda piece: take(row, piece)


def _read_blob(stored: Stored, index: LayerIndex, slices: Sequence[Slice], take: Take, control: Control) -> list[Slice]:
    try:
        descriptor = os.open(stored.blob or "", os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return list(slices)
    try:
        reader = FileReader(descriptor, name="layer")
        read_blob(Blob("layer", _Open(reader), 0, reader.size), slices, index, take, control)
    finally:
        os.close(descriptor)
    return []


class _Open:
    """A reader whose file somebody else closes."""

    def __init__(self, reader: FileReader) -> None:
        self._reader = reader

    @property
    def size(self) -> int:
        return self._reader.size

    def pread(self, offset: int, length: int) -> bytes:
        return self._reader.pread(offset, length)

    def close(self) -> None:
        """Not here."""


@contextmanager
def _folder(stored: Stored) -> Iterator[int | None]:
    """The layer's folder, opened; None where it cannot be."""
    try:
        root = os.open(stored.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC) if stored.folder else None
    except OSError:
        root = None
    try:
        yield root
    finally:
        if root is not None:
            os.close(root)


def _read(root: int, index: LayerIndex, each: Slice, give: Callable[[bytes], object], control: Control) -> bool:
    """Whether it was read. What is no regular file of the right size was changed by others: not even begun.
    Raises Damaged for one that ends while it is read."""
    path, size = index.path(each.row), index["size"][each.row]
    descriptor = _open_beneath(root, path)
    if descriptor is None:
        return False
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size != size:
            return False
        at, end = each.bounds(size)
        while at < end:
            control.step()
            data = os.pread(descriptor, min(CHUNK, end - at), at)
            if not data:
                raise Damaged(os.fsdecode(path), f"it ends at byte {at:,} of {size:,}")
            give(data)
            at += len(data)
        return True
    except OSError as error:
        raise Damaged(os.fsdecode(path), error.strerror or "it cannot be read") from error
    finally:
        os.close(descriptor)


def _open_beneath(root: int, path: bytes) -> int | None:
    """No link is followed on the way; None for what is not there or not ours to read."""
    folder = os.dup(root)
    try:
        *parents, name = path.split(b"/")
        for parent in parents:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            deeper = os.open(parent, flags, dir_fd=folder)
            os.close(folder)
            folder = deeper
        # A fifo must not block the opening.
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return None
    finally:
        os.close(folder)
