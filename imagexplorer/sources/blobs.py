"""Stored blobs: what openers hand to readers, whether the bytes stand in a file of their own or inside an archive.

A store finds blobs by name (`manifest.json`, `blobs/sha256/...`) inside itself and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from imagexplorer.core.errors import Damaged
from imagexplorer.sources.passing import Passed

CHUNK = 1 << 20


class Bytes(Protocol):
    """Random access to bytes that do not change; `size` is their number. Raises Damaged where they do."""

    @property
    def size(self) -> int: ...

    def pread(self, offset: int, length: int) -> bytes:
        """`length` bytes at `offset`, fewer only at the end."""
        ...

    def close(self) -> None: ...


@dataclass(slots=True)
class Blob:
    """`size` bytes at `start` of `base`. `where` names it for messages. `own` says that closing it closes `base`."""

    where: str
    base: Bytes
    start: int
    size: int
    own: bool = field(default=False)

    def pread(self, offset: int, length: int) -> bytes:
        length = min(length, self.size - offset)
        return self.base.pread(self.start + offset, length) if length > 0 else b""

    def read_all(self, limit: int) -> bytes:
        """Raises Damaged beyond `limit`, before anything is read."""
        if self.size > limit:
            raise Damaged(self.where, f"it is {self.size:,} bytes long, the limit is {limit:,}")
        return self.pread(0, self.size)

    def close(self) -> None:
        if self.own:
            self.base.close()

    def __enter__(self) -> Blob:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class BlobStore(Protocol):
    """Any thread may call these."""

    @property
    def changed(self) -> str:
        """Why what was read is doubtful (the file changed meanwhile), "" while it is not."""
        ...

    @property
    def sequential(self) -> bool:
        """All bytes pass by whatever is asked for: a compressed archive."""
        ...

    def passed(self, name: str) -> Passed | None:
        """The layer of that name, if it was indexed while the archive passed by; given once."""
        ...

    def __contains__(self, name: str) -> bool: ...

    def open(self, name: str) -> Blob:
        """The blob of that name; `where` is the name. Raises NotFound, Damaged (a loop, a fifo), Refused."""
        ...

    def position(self, name: str) -> int:
        """Where it stands: reading in ascending order costs least. Never raises."""
        ...

    def close(self) -> None: ...
