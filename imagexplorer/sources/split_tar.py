"""A layer's tar as tar-split remembers it: a `Seekable` that gives its headers, and zeros where contents were.

The file is gzip over JSON lines, a segment of the tar's own bytes (base64) or a file whose contents were left out by
turns: github.com/vbatts/tar-split, tar/storage. Knows nothing of where engines keep it.
"""

from __future__ import annotations

import json
import os
from binascii import a2b_base64
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from imagexplorer.core.errors import Damaged
from imagexplorer.sources.gzip_stream import GzipStream
from imagexplorer.sources.readers import FileReader, Sequential

LINE_LIMIT = 16 * 1024 * 1024
BEHIND = 64 * 1024
_CHUNK = 256 * 1024
_PIECE = 64 * 1024
_SMALL = 16 * 1024
_NO_END = 1 << 62
# How Go writes them. A quote inside a name is escaped, so that no name can hold the mark of a size.
_SEGMENT_START = b'{"type":2,"payload":"'
_FILE_START = b'{"type":1,"name'
_SIZE = b',"size":'


class SplitTar:
    """Reading on is cheap, and so is going back by BEHIND bytes; further back it starts anew. `broken` says why the
    end came early, "" where it did not."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.broken = ""
        self._end_known = False
        self._restart()
        with path.open("rb"):  # raises where it cannot be read
            pass

    @property
    def size(self) -> int:
        """Known once the end was read; until then there is no end."""
        return self._end if self._end_known else _NO_END

    def _restart(self) -> None:
        self._pieces = self._read()
        self._held: deque[tuple[int, bytes, int]] = deque()  # (position, headers, bytes of contents after them)
        self._end = 0

    def pread(self, offset: int, length: int) -> bytes:
        if offset < (self._held[0][0] if self._held else self._end):
            self._restart()
        while self._end < offset + length and (piece := next(self._pieces, None)) is not None:
            self._held.append((self._end, *piece))
            self._end += len(piece[0]) + piece[1]
            while len(self._held) > 1 and self._held[1][0] <= offset - BEHIND:
                self._held.popleft()
        data = bytearray()
        for start, headers, gap in self._held:
            at, left = offset + len(data) - start, length - len(data)
            if not left:
                break
            if at < len(headers):
                data += headers[at : at + left]
                at, left = offset + len(data) - start, length - len(data)
            if len(headers) <= at < len(headers) + gap:
                data += bytes(min(left, len(headers) + gap - at))
        return bytes(data)

    def _read(self) -> Iterator[tuple[bytes, int]]:
        """(bytes of headers, how many bytes of contents follow)."""
        try:
            headers = bytearray()
            for line in _lines(self._path):
                gap = 0
                if line.startswith(_SEGMENT_START):
                    start = len(_SEGMENT_START)
                    headers += a2b_base64(line[start : line.index(b'"', start)], strict_mode=True)
                elif line.startswith(_FILE_START):
                    at = line.find(_SIZE)
                    gap = int(line[at + len(_SIZE) : line.index(b",", at + 1)]) if at >= 0 else 0
                else:
                    segment, gap = _as_json(line)
                    headers += segment
                if gap <= _SMALL:  # many small files make one piece
                    headers += bytes(gap)
                    gap = 0
                if gap or len(headers) >= _PIECE:
                    yield bytes(headers), gap
                    headers.clear()
            yield bytes(headers), 0
        except (OSError, Damaged, ValueError, KeyError, TypeError, RecursionError) as error:
            self.broken = f"{type(error).__name__}: {error}"
        self._end_known = True


def _lines(path: Path) -> Iterator[bytes]:
    """Raises OSError, Damaged, and ValueError for a line beyond LINE_LIMIT."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        stream = GzipStream(Sequential(FileReader(descriptor, name=path.name)))
        rest: list[bytes] = []
        held = 0
        while data := stream.read(_CHUNK):
            first, *more = data.split(b"\n")
            rest.append(first)
            held += len(first)
            if held > LINE_LIMIT:
                raise ValueError("a line is too long")
            if more:
                yield b"".join(rest)
                rest = [more.pop()]
                held = len(rest[0])
                yield from more
        if stream.notes:
            raise ValueError(stream.notes[0])
        if held:
            yield b"".join(rest)
    finally:
        os.close(descriptor)


def _as_json(line: bytes) -> tuple[bytes, int]:
    """(bytes of a segment, bytes of left out contents) of a line that is written in another way."""
    entry = json.loads(line)
    match entry["type"]:
        case 2:
            return a2b_base64(entry["payload"], strict_mode=True), 0
        case 1:
            return b"", int(entry.get("size", 0))
    raise ValueError(f"an entry of kind {entry['type']}")
