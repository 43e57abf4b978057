"""The lines of a log that are kept: columns in blocks, bounded; the oldest go first. A line has its number for good.

Knows batches as they come and nothing of who shows them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from imagexplorer.core.ansi import without_escapes
from imagexplorer.core.live import LogBatch

KEPT_LINES = 1_000_000
KEPT_BYTES = 128 << 20
_BLOCK_LINES = 8192
_BLOCK_BYTES = 1 << 18
_PIECE = 512


@dataclass(slots=True, eq=False)
class Block:
    """Lines one after the other; `ends[n]` is where line n ends in `text`, its newline not counted."""

    first: int
    text: bytearray = field(default_factory=bytearray)
    ends: array[int] = field(default_factory=lambda: array("Q"))
    streams: bytearray = field(default_factory=bytearray)
    times: array[int] = field(default_factory=lambda: array("q"))

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def full(self) -> bool:
        return len(self.ends) >= _BLOCK_LINES or len(self.text) >= _BLOCK_BYTES

    def line(self, at: int) -> bytes:
        start = self.ends[at - 1] + 1 if at else 0
        return bytes(self.text[start : self.ends[at]])

    def add(self, lines: list[bytes], streams: bytes, times: array[int]) -> None:
        start = len(self.text)
        self.text += b"\n".join(lines)
        self.text += b"\n"
        # accumulate: of the lengths with their newlines
        self.ends.extend(end - 1 for end in accumulate((len(line) + 1 for line in lines), initial=start) if end > start)
        self.streams += streams
        self.times.extend(times)


class LogLines:
    def __init__(self, kept_lines: int = KEPT_LINES, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_lines, self._kept_bytes = kept_lines, kept_bytes
        self._blocks: list[Block] = []
        self._firsts: list[int] = []
        self._bytes = 0
        self.first = 0
        """The number of the oldest line that is kept."""
        self.end = 0
        """One more than the number of the newest."""

    def __len__(self) -> int:
        return self.end - self.first

    @property
    def blocks(self) -> list[Block]:
        return self._blocks

    @property
    def dropped(self) -> bool:
        """Whether older lines were let go of."""
        return self.first > 0

    def add(self, batch: LogBatch) -> None:
        lines = batch.text.split(b"\n")
        times = array("q")
        times.frombytes(batch.times)
        at, count = 0, min(len(lines), len(batch.streams), len(times))
        while at < count:
            if not self._blocks or self._blocks[-1].full:
                self._blocks.append(Block(self.end))
                self._firsts.append(self.end)
            block = self._blocks[-1]
            upto = min(count, at + _BLOCK_LINES - len(block))
            size = len(block.text)
            block.add(lines[at:upto], batch.streams[at:upto], times[at:upto])
            self._bytes += len(block.text) - size
            self.end += upto - at
            at = upto
        self._let_go()

    def _let_go(self) -> None:
        gone = 0
        while len(self._blocks) - gone > 1:
            block = self._blocks[gone]
            if len(self) - len(block) < self._kept_lines and self._bytes - len(block.text) < self._kept_bytes:
                break
            self.first += len(block)
            self._bytes -= len(block.text)
            gone += 1
        del self._blocks[:gone], self._firsts[:gone]

    def _find(self, number: int) -> tuple[Block, int]:
        if not self.first <= number < self.end:
            raise IndexError(number)
        block = self._blocks[bisect_right(self._firsts, number) - 1]
        return block, number - block.first

    def line(self, number: int) -> bytes:
        """Raises IndexError for one that is not kept."""
        block, at = self._find(number)
        return block.line(at)

    def stream(self, number: int) -> int:
        block, at = self._find(number)
        return block.streams[at]

    def time(self, number: int) -> int:
        """Nanoseconds since 1970, 0 where not told."""
        block, at = self._find(number)
        return block.times[at]

    def newest(self) -> tuple[int, int]:
        """The time of the newest line that has one, and how many have that time: where to go on."""
        newest = max((max(block.times) for block in self._blocks[-2:] if block), default=0)
        return newest, sum(block.times.count(newest) for block in self._blocks[-2:]) if newest else 0

    def snapshot(self) -> list[Block]:
        """What is kept by now, for another thread: blocks that are full change no more."""
        last = self._blocks[-1:]
        return self._blocks[:-1] + [
            Block(each.first, each.text[:], each.ends[:], each.streams[:], each.times[:]) for each in last
        ]

    def clear(self) -> None:
        self._blocks, self._firsts, self._bytes = [], [], 0
        self.first = self.end = 0


def of_stream(block: Block, stream: int, start: int = 0) -> Iterator[int]:
    """The numbers of a block's lines of one stream, from its line `start` on."""
    return (block.first + at for at in range(start, len(block)) if block.streams[at] == stream)


def found_in(block: Block, wanted: str, start: int = 0) -> Iterator[int]:
    """The numbers of a block's lines, from its line `start` on, that hold the words: as they are shown, small and
    capital letters the same. Each once."""
    if start >= len(block):
        return
    begin = block.ends[start - 1] + 1 if start else 0
    text = without_escapes(bytes(block.text[begin:])).decode("utf-8", "replace").lower()
    needle = wanted.lower()
    at = text.find(needle) if needle else -1
    number, counted = block.first + start, 0
    while at >= 0:
        number += text.count("\n", counted, at)
        yield number
        counted = text.find("\n", at)
        at = text.find(needle, counted) if counted >= 0 else -1


class Resumed:
    """What comes again when a log is followed anew from the second of its last line: the lines that are there already
    are left out, by their time and their number."""

    def __init__(self, newest: int, count: int) -> None:
        self._newest, self._left = newest, count

    @property
    def since(self) -> float:
        """Whole seconds: some engines keep no more of a time."""
        return float(self._newest // 1_000_000_000)

    def new(self, batch: LogBatch) -> LogBatch:
        """The part of a batch that is new."""
        if not self._newest:
            return batch
        times = array("q")
        times.frombytes(batch.times)
        kept = []
        for at, time in enumerate(times):
            if time > self._newest or not time:
                kept.append(at)
            elif time == self._newest:
                if self._left:
                    self._left -= 1
                else:
                    kept.append(at)
        if len(kept) == len(times):
            return batch
        lines = batch.text.split(b"\n")
        return LogBatch(
            b"\n".join(lines[at] for at in kept),
            bytes(batch.streams[at] for at in kept),
            array("q", (times[at] for at in kept)).tobytes(),
        )


def as_text(blocks: list[Block], stream: int, times: bool) -> Iterator[str]:
    """The lines of one stream (0: of both) as they are saved: no escapes; with `times` each after its own, in UTC."""
    for block in blocks:
        lines = without_escapes(bytes(block.text)).decode("utf-8", "replace").split("\n")
        for start in range(0, len(block), _PIECE):
            wanted = (at for at in range(start, min(start + _PIECE, len(block))) if stream in (0, block.streams[at]))
            if times:
                yield "".join(f"{_utc(block.times[at])}{lines[at]}\n" for at in wanted)
            else:
                yield "".join(f"{lines[at]}\n" for at in wanted)


def _utc(time: int) -> str:
    from datetime import UTC, datetime

    if not time:
        return ""
    seconds, rest = divmod(time, 1_000_000_000)
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09}Z "
    except (ValueError, OverflowError, OSError):
        return ""
