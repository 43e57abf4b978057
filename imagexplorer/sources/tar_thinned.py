"""A tar that streams by without the members whose content has certain digests: what is given out of a member is taken
back once its digest shows that it is one of those.

What members are called does not matter, for an old engine's names of layers say nothing of what is in them. Where the
tar is not as engines write it, all that follows is given as it is: then more is kept, never less. Memory: one piece.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator

from imagexplorer.sources.tar_extended import SPECIAL, SPECIAL_LIMIT, decimal, parse_records
from imagexplorer.sources.tar_fields import BLOCK_SIZE, HEADER_ONLY, ZERO, checksum_right, number

_FILES = b"\x0007"
_PAX = ord("x")


class _OddError(Exception):
    """No tar, or not such a one. Never leaves this module."""


class Thinned:
    """`left_out` are the digests ("sha256:...") of what was taken back. `undecided`: what is being given out now may
    yet be taken back."""

    def __init__(self, pieces: Iterable[bytes], without: Collection[str]) -> None:
        self._pieces = iter(pieces)
        self._without = frozenset(without)
        self._held = b""
        self.left_out: set[str] = set()
        self.undecided = False

    def parts(self) -> Iterator[bytes | int]:
        """Bytes that come next, or how many of the last bytes are taken back."""
        try:
            while self.left_out != self._without:
                yield from self._member()
        except _OddError:
            pass
        self.undecided = False
        yield self._held  # also where it is empty: from now on nothing is undecided
        yield from self._pieces

    def _member(self) -> Iterator[bytes | int]:
        """The next one with the headers before it. Raises _OddError with all in `_held` that was not given out."""
        head, size, kind = self._head()
        file = kind in _FILES and size > 0
        self.undecided = file
        hashed = hashlib.sha256(usedforsecurity=False)
        given = len(head)
        yield head
        left = size
        while left:
            self._fill(1)
            piece, self._held = self._held[:left], self._held[left:]
            hashed.update(piece)
            left -= len(piece)
            given += len(piece)
            yield piece
        padding = self._take(-size % BLOCK_SIZE)
        digest = f"sha256:{hashed.hexdigest()}"
        if file and digest in self._without:
            self.left_out.add(digest)
            yield given
        else:
            self.undecided = False
            yield padding

    def _head(self) -> tuple[bytes, int, int]:
        """(its headers, bytes of content, kind)."""
        end, told = 0, None
        while True:
            self._fill(end + BLOCK_SIZE)
            header = self._held[end : end + BLOCK_SIZE]
            size = number(header[124:136])
            if header == ZERO or size is None or size < 0 or not checksum_right(header):
                raise _OddError
            end += BLOCK_SIZE
            kind = header[156]
            if kind not in SPECIAL:
                break
            if size + end > SPECIAL_LIMIT:
                raise _OddError
            self._fill(end + size + -size % BLOCK_SIZE)
            if kind == _PAX:
                told = parse_records(self._held[end : end + size])[0].get(b"size") or told
            end += size + -size % BLOCK_SIZE
        if kind in HEADER_ONLY:
            size = 0
        elif told is not None:
            size = decimal(told)
        if size is None or size < 0 or (kind not in HEADER_ONLY and kind not in _FILES):
            raise _OddError
        return self._take(end), size, kind

    def _take(self, length: int) -> bytes:
        self._fill(length)
        taken, self._held = self._held[:length], self._held[length:]
        return taken

    def _fill(self, length: int) -> None:
        while len(self._held) < length:
            piece = next(self._pieces, None)
            if piece is None:
                raise _OddError
            self._held += piece
