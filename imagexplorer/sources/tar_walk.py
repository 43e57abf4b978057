"""The walk from header to header of one tar, forward only, and what ends it.

Reads type and size of each header and hands them over in batches; a batch is verified as a whole afterwards, and what
was walked beyond a wrong header is dropped. Anything but a plain header is left to `tar_extended`.
"""

from __future__ import annotations

from typing import NoReturn

import xxhash

from imagexplorer.core.layer_index import NO_HASH, SPARSE
from imagexplorer.sources.tar_batch import Batch
from imagexplorer.sources.tar_columns import TarColumns
from imagexplorer.sources.tar_extended import SPECIAL, SPECIAL_BASE, SPECIAL_PER_ENTRY, End, Fault, Shared, read_member
from imagexplorer.sources.tar_fields import BLOCK_SIZE, HEADER_ONLY
from imagexplorer.sources.tar_window import Window

NODE_LIMIT = 2_000_000
"""Entries of one layer; what follows them is not read."""

BATCH = 512
_HELD = 4 << 20
_COPIED = 4096  # bytes that are copied sooner than a view of them is made
_SLOW, _DATA, _NO_DATA = range(3)
_SPARSE = ord("S")
_STEP = bytes(
    _SLOW if value in SPECIAL or value == _SPARSE else _NO_DATA if value in HEADER_ONLY else _DATA
    for value in range(256)
)


class Walk:
    """One pass. Afterwards `fault` is (offset, reason) of what stopped it, or None; `end` is where it stopped."""

    def __init__(self, window: Window, columns: TarColumns, hashing: bool) -> None:
        self.fault: tuple[int, str] | None = None
        self.end = 0
        self._window = window
        self._columns = columns
        self._hashing = hashing
        self._shared = Shared()
        self._batch = Batch(bytearray(BATCH * BLOCK_SIZE))
        # Of the last entry that was handed over: offset, start of the data, bytes of data.
        self._last = (0, 0, 0)

    def run(self) -> None:
        """Raises Cancelled."""
        try:
            self._headers()
        except End as end:
            self.end = end.position
            if self._flush():
                self._after_end()
        except Fault as fault:
            self.end = fault.position
            if self._flush():
                self.fault = (fault.position, fault.reason)

    def _headers(self) -> None:
        """The loop over plain headers: one turn an entry, so its names are local and its work is little."""
        window, hashing, step_of = self._window, self._hashing, _STEP
        xxh3 = xxhash.xxh3_64_intdigest
        position = 0
        buffer = b""
        base = length = row = held = 0
        batch = self._batch
        headers, data, sizes, hashes = batch.headers, batch.data, batch.sizes, batch.hashes
        while True:
            at = position - base
            if at + BLOCK_SIZE > length:
                window.ensure(position)
                buffer, base = window.buffer, window.base
                length = len(buffer)
                at = position - base
                if at + BLOCK_SIZE > length:
                    self._cut_off(position, max(0, length - at))
            step = step_of[buffer[at + 156]]
            size = -1
            # A name, and a size of eleven digits with its terminator: what nearly all headers are.
            if step and buffer[at] and not buffer[at + 135] & 0xDF:
                try:
                    size = int(buffer[at + 124 : at + 135], 8) if step == _DATA else 0
                except ValueError:
                    size = -1
            if size >= 0:
                start = position + BLOCK_SIZE
                headers[row * BLOCK_SIZE : (row + 1) * BLOCK_SIZE] = buffer[at : at + BLOCK_SIZE]
                stored = size
            else:
                member = read_member(window, position, self._shared)
                batch.members[row] = member
                held += member.held
                headers[row * BLOCK_SIZE : (row + 1) * BLOCK_SIZE] = member.header
                start, size, stored = member.data, member.size, member.stored
                buffer, base = window.buffer, window.base
                length = len(buffer)
            data.append(start)
            sizes.append(size)
            position = start + ((stored + 511) & -512)
            if hashing:
                at = start - base
                if size != stored or (row in batch.members and batch.members[row].flags & SPARSE):
                    hashes.append(NO_HASH)  # not its bytes one after the other
                elif at + size <= length and at >= 0:
                    hashes.append(
                        xxh3(buffer[at : at + size] if size < _COPIED else memoryview(buffer)[at : at + size])
                    )
                else:
                    hashes.append(window.hash(start, size))
                    buffer, base = window.buffer, window.base
                    length = len(buffer)
            row += 1
            batch.count = row
            if row == BATCH or held > _HELD:
                if not self._flush():
                    return
                row = held = 0
            self.end = position

    def _flush(self) -> bool:
        """Hand the batch over. False: something in it ends the reading, `fault` says what."""
        batch, columns = self._batch, self._columns
        if not batch.count:
            return True
        good, reason = columns.add(batch)
        if good < batch.count:
            self.fault = (batch.offset(good), reason)
        elif columns.count > NODE_LIMIT:
            self.fault = (batch.offset(good - 1), f"holds more than {NODE_LIMIT:,} entries; the rest is not read")
        elif columns.names_full:
            self.fault = (batch.offset(good - 1), "its names take too much memory; the rest is not read")
        last = batch.count - 1
        self._last = (batch.offset(last), batch.data[last], self._stored(last))
        self._batch.clear()
        self._shared.allowance = SPECIAL_BASE + SPECIAL_PER_ENTRY * columns.count
        self._window.step(self._last[1], columns.count)
        return self.fault is None

    def _stored(self, row: int) -> int:
        member = self._batch.members.get(row)
        return member.stored if member else self._batch.sizes[row]

    def _cut_off(self, position: int, left: int) -> NoReturn:
        """The source has no whole block at `position`: raises what that means."""
        size = self._window.size
        offset, start, stored = self._last
        if self._batch.count:
            row = self._batch.count - 1
            offset, start, stored = self._batch.offset(row), self._batch.data[row], self._stored(row)
        if size is not None and start + stored > size:
            raise Fault(offset, f"its data are cut off: {max(0, size - start):,} of {stored:,} bytes are there")
        if left:
            raise Fault(position, "ends within a header")
        if size is not None and position > size:
            raise Fault(offset, "ends within the padding of its data; what stood behind it may be missing")
        # No end mark: many writers leave it out.
        raise End(position)

    def _after_end(self) -> None:
        position = self.end
        second = self._window.read(position + BLOCK_SIZE, BLOCK_SIZE)
        if second.strip(b"\0"):
            self.fault = (position, "a lone block of zeros stands before more data; what follows is not read")
        elif not self._window.rest_is_zero(position + 2 * BLOCK_SIZE):
            self.fault = (position, "more data follow the end of the archive; they are not read")
