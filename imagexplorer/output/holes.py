"""Files with holes, as they are written: where their bytes belong, and how a tar tells it. Knows no files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


class Holes:
    """The bytes of one file come in their order, holes left out. `regions` are (offset, length), ascending."""

    def __init__(self, regions: Sequence[tuple[int, int]]) -> None:
        self.stored_bytes = sum(length for _, length in regions)
        self._regions = regions
        self._at = self._done = 0  # the region that is being filled, and how far

    def places(self, piece: bytes) -> Iterator[tuple[int, memoryview]]:
        """(offset, bytes) of what comes next; what is more than the regions hold is left out."""
        view = memoryview(piece)
        while view and self._at < len(self._regions):
            start, length = self._regions[self._at]
            part = view[: length - self._done]
            yield start + self._done, part
            view = view[len(part) :]
            self._done += len(part)
            if self._done == length:
                self._at, self._done = self._at + 1, 0

    def tar_map(self, size_bytes: int) -> bytes:
        """What stands before the bytes in a tar (GNU tar manual, "Storing Sparse Files", format 1.0). GNU tar makes a
        file as long as the last region reaches: a region of nothing stands for a hole at the end."""
        regions = [*self._regions, (size_bytes, 0)]
        numbers = [len(regions), *(number for region in regions for number in region)]
        text = b"".join(b"%d\n" % number for number in numbers)
        return text + bytes(-len(text) % 512)


def tar_name(path: bytes, size_bytes: int) -> tuple[bytes, dict[str, str]]:
    """(The name of such a file in a tar, the records that tell its real name and size)."""
    above, slash, name = path.rpartition(b"/")
    records = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": path.decode("utf-8", "surrogateescape"),
        "GNU.sparse.realsize": str(size_bytes),
    }
    return above + slash + b"GNUSparseFile.0/" + name, records
