"""gzip (RFC 1952) read piece by piece: member after member, checksum and length of each verified.

The deflate data are isal's work (the fastest well-kept library); header and trailer are read here, so that all good
bytes come out before what is wrong with the rest is said.
"""

from __future__ import annotations

from typing import Any

from isal import igzip_lib, isal_zlib

from imagexplorer.core.errors import Damaged
from imagexplorer.sources.readers import Readable

_ISAL_ERROR: Any = igzip_lib.IsalError
_INPUT = 64 * 1024
_OUTPUT = 64 * 1024  # of larger pieces the system makes the memory anew each time, which costs a third more
_FIRST_FEED = 1024
_EXTRA, _NAME, _COMMENT, _HEADER_CRC = 4, 8, 16, 2


class GzipStream:
    def __init__(self, raw: Readable) -> None:
        self.notes: list[str] = []
        self._raw = raw
        self._input = b""
        self._at = 0
        self._members = 0
        self._decoder: Any = None
        self._feed = _FIRST_FEED
        self._crc = 0
        self._length = 0
        self._ended = False

    def read(self, size: int, /) -> bytes:
        while not self._ended:
            if self._decoder is None and not self._open_member():
                break
            if self._decoder.eof:
                self._close_member()
                continue
            data = self._inflate(size)
            if data:
                self._crc = isal_zlib.crc32(data, self._crc)
                self._length += len(data)
                return data
        return b""

    def _inflate(self, size: int) -> bytes:
        fed: bytes | memoryview = b""
        if self._decoder.needs_input:
            if self._at == len(self._input):
                self._fill()
                if not self._input:
                    raise Damaged("gzip", "the gzip data are cut off")
            # Small bites after a member's start: what is left of one is given back, and members may be tiny.
            fed = memoryview(self._input)[self._at : self._at + self._feed]
            self._at += len(fed)
            self._feed = min(2 * self._feed, _INPUT)
        try:
            data: bytes = self._decoder.decompress(fed, min(size, _OUTPUT))
        except (_ISAL_ERROR, EOFError, ValueError) as error:
            raise Damaged("gzip", f"the gzip data are damaged: {str(error).lower()}") from error
        return data

    def _open_member(self) -> bool:
        """False at the end of all members."""
        if self._members:
            while not self._remaining().strip(b"\0"):
                self._fill()
                if not self._input:
                    self._ended = True
                    return False
            self._at = len(self._input) - len(self._input[self._at :].lstrip(b"\0"))
        start = self._take(10)
        if start[:3] != b"\x1f\x8b\x08" or (self._members and len(start) < 10):
            self.notes.append("other bytes follow the gzip data; they are not read")
            self._ended = True
            return False
        flags = start[3] if len(start) == 10 else 0
        if len(start) < 10:
            raise Damaged("gzip", "the gzip data are cut off")
        if flags & _EXTRA:
            self._take_all(int.from_bytes(self._take_all(2), "little"))
        for text in (_NAME, _COMMENT):
            if flags & text:
                self._skip_text()
        if flags & _HEADER_CRC:
            self._take_all(2)
        self._members += 1
        self._decoder = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_DEFLATE)
        self._feed = _FIRST_FEED
        self._crc = self._length = 0
        return True

    def _close_member(self) -> None:
        """Verify what the member says of itself."""
        self._at -= len(self._decoder.unused_data)
        self._decoder = None
        trailer = self._take(8)
        if len(trailer) < 8:
            raise Damaged("gzip", "the gzip data are cut off: checksum and length are missing")
        if int.from_bytes(trailer[:4], "little") != self._crc:
            raise Damaged("gzip", "the gzip checksum is wrong")
        if int.from_bytes(trailer[4:], "little") != self._length & 0xFFFFFFFF:
            raise Damaged("gzip", "the gzip length is wrong")

    def _remaining(self) -> bytes:
        return self._input[self._at :]

    def _fill(self) -> None:
        self._input = self._raw.read(_INPUT)
        self._at = 0

    def _take(self, size: int) -> bytes:
        """So many bytes, fewer at the end."""
        data = self._input[self._at : self._at + size]
        self._at += len(data)
        while len(data) < size:
            self._fill()
            if not self._input:
                break
            more = self._input[: size - len(data)]
            self._at = len(more)
            data += more
        return data

    def _take_all(self, size: int) -> bytes:
        data = self._take(size)
        if len(data) < size:
            raise Damaged("gzip", "the gzip data are cut off")
        return data

    def _skip_text(self) -> None:
        while (end := self._input.find(b"\0", self._at)) < 0:
            self._fill()
            if not self._input:
                raise Damaged("gzip", "the gzip data are cut off")
        self._at = end + 1
