"""zstd (RFC 8878) read piece by piece: frames and skippable frames one after the other.

Frame and block headers are followed as the bytes pass, so that a stream that ends within a frame, needs a dictionary or
asks for a huge window is known as such; the library itself says nothing at a cut.
"""

from __future__ import annotations

from typing import Any, cast

import zstandard

from imagexplorer.core.errors import Damaged
from imagexplorer.sources.readers import Readable

WINDOW_LIMIT = 128 << 20
"""Bytes of window that a frame may ask for: the limit of zstd itself."""

_INPUT = 64 * 1024
_MAGIC_SIZE = 4
_MAGIC = b"\x28\xb5\x2f\xfd"


class ZstdStream:
    def __init__(self, raw: Readable) -> None:
        self._frames = _Frames(raw)
        self.notes = self._frames.notes
        decoder = zstandard.ZstdDecompressor(max_window_size=WINDOW_LIMIT)
        self._reader = decoder.stream_reader(
            cast("Any", self._frames), read_size=_INPUT, read_across_frames=True, closefd=False
        )

    def read(self, size: int, /) -> bytes:
        try:
            data: bytes = self._reader.read(size)
        except zstandard.ZstdError as error:
            failure = self._frames.failure
            reason = failure or f"the zstd data are damaged: {str(error).lower()}"
            raise Damaged("zstd", reason) from error
        if not data:
            failure = self._frames.failure or self._frames.cut_off
            if failure:
                raise Damaged("zstd", failure)
        return data


class _Frames:
    """The raw bytes, with an eye on where frames begin and end. Whatever must not reach the library ends the stream."""

    def __init__(self, raw: Readable) -> None:
        self.notes: list[str] = []
        self.failure = ""
        self._raw = raw
        self._state = self._magic
        self._wanted = _MAGIC_SIZE
        self._held = b""
        self._carry = b""
        self._skip = 0
        self._checksum = False
        self._between = True
        self._ended = False

    @property
    def cut_off(self) -> str:
        return "" if self._between and not self._held and not self._skip else "the zstd data are cut off"

    def read(self, size: int = -1, /) -> bytes:
        while not (self._ended or self.failure):
            more = self._raw.read(_INPUT if size < 0 else size)
            data = self._carry + more
            self._carry = b""
            if not more:
                self._ended = True
                self._note(data)
                break
            good = self._follow(data)
            if good:
                return data[:good]
        return b""

    def _follow(self, data: bytes) -> int:
        """How many of these bytes belong to frames that may be read."""
        at = 0
        while at < len(data):
            if self._skip:
                step = min(self._skip, len(data) - at)
                self._skip -= step
                at += step
                continue
            start = at
            if self._wanted == _MAGIC_SIZE and len(data) - at < _MAGIC_SIZE and self._state == self._magic:
                # Not passed on before it is known to be one.
                self._carry = data[at:]
                break
            need = self._wanted - len(self._held)
            self._held += data[at : at + need]
            at += min(need, len(data) - at)
            if len(self._held) < self._wanted:
                break
            if not self._state():
                return start
        return at

    def _expect(self, state: str, wanted: int) -> bool:
        self._held = b""
        self._state = getattr(self, state)
        self._wanted = wanted
        return True

    def _magic(self) -> bool:
        if self._held == _MAGIC:
            self._between = False
            return self._expect("_descriptor", 1)
        if self._held[1:] == b"\x2a\x4d\x18" and 0x50 <= self._held[0] <= 0x5F:
            self._between = False
            return self._expect("_skippable", 4)
        self._note(self._held)
        self._ended = True
        self._held = b""
        return False

    def _note(self, rest: bytes) -> None:
        if rest.strip(b"\0"):
            self.notes.append("other bytes follow the zstd data; they are not read")

    def _skippable(self) -> bool:
        self._skip = int.from_bytes(self._held, "little")
        self._between = True
        return self._expect("_magic", _MAGIC_SIZE)

    def _descriptor(self) -> bool:
        flags = self._held[0]
        self._checksum = bool(flags & 4)
        single = bool(flags & 0x20)
        dictionary = (0, 1, 2, 4)[flags & 3]
        content = (1 if single else 0, 2, 4, 8)[flags >> 6]
        self._parts = (single, dictionary, content)
        wanted = (0 if single else 1) + dictionary + content
        return self._expect("_frame_header", wanted)

    def _frame_header(self) -> bool:
        single, dictionary, content = self._parts
        held = self._held
        if single:
            window = int.from_bytes(held[dictionary:], "little") + (256 if content == 2 else 0)
        else:
            base = 1 << (10 + (held[0] >> 3))
            window = base + (base >> 3) * (held[0] & 7)
            held = held[1:]
        if window > WINDOW_LIMIT:
            self.failure = f"a zstd frame asks for a window of {window:,} bytes, above the limit of {WINDOW_LIMIT:,}"
            return False
        number = int.from_bytes(held[:dictionary], "little")
        if number:
            self.failure = f"a zstd frame needs the dictionary {number}, which is not known here"
            return False
        return self._expect("_block", 3)

    def _block(self) -> bool:
        value = int.from_bytes(self._held, "little")
        kind = value >> 1 & 3
        self._skip = 1 if kind == 1 else value >> 3
        if value & 1:
            if self._checksum:
                self._skip += 4
            self._expect("_magic", _MAGIC_SIZE)
            # Between frames once the last block has passed, which `_skip` still counts.
            self._between = True
            return True
        return self._expect("_block", 3)
