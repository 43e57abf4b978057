"""Many tar headers decoded at once. NumPy does it where there are many; few are cheaper without loading it.

The walk has only looked at type and size of each header; here checksums are verified, and every field becomes a piece
of a column. Both ways give the same answer: `decode_plain` is the definition, `decode_many` the fast one.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from imagexplorer.core.layer_index import DIR, NO_TIME
from imagexplorer.sources.tar_extended import WRONG_CHECKSUM, Member
from imagexplorer.sources.tar_fields import BLOCK_SIZE, HEADER_ONLY, KINDS, checksum_right, number, raw_name

_U32 = 2**32 - 1
_SECONDS_LIMIT = 2**63 // 10**9
# Start and width of mode, uid, gid, size, mtime and checksum, as they lie in bytes 100 to 156 of a header.
_FIELDS = ((0, 8), (8, 8), (16, 8), (24, 12), (36, 12), (48, 8))
_DIGITS = (7, 7, 7, 11, 11, 6)
_MODE, _UID, _GID, _SIZE, _MTIME, _CHECKSUM = range(6)
_CARRIES_DATA = bytes(value not in HEADER_ONLY for value in range(256))


@dataclass(slots=True)
class Batch:
    """What the walk gathered: `count` headers one after the other, where the data of each lie, and how many they are
    said to be. `members` are the rows read by `tar_extended`, which may say otherwise than their header."""

    headers: bytearray
    count: int = 0
    data: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    hashes: list[int] = field(default_factory=list)
    members: dict[int, Member] = field(default_factory=dict)

    def clear(self) -> None:
        """Forget all rows; the buffers stay the same objects."""
        self.count = 0
        for rows in (self.data, self.sizes, self.hashes):
            rows.clear()
        self.members.clear()

    def header(self, row: int) -> bytes:
        return bytes(self.headers[row * BLOCK_SIZE : (row + 1) * BLOCK_SIZE])

    def offset(self, row: int) -> int:
        """Where the header of the row lies in the tar."""
        member = self.members.get(row)
        return member.position if member else self.data[row] - BLOCK_SIZE


@dataclass(slots=True)
class Decoded:
    """Pieces of columns for the first `good` rows. `reason` says what is wrong with the row after them.

    `names` are the stored names one after the other, less one trailing slash, each `lengths` long, except that rows in
    `odd` have their whole name there: those that need a closer look."""

    good: int
    reason: str
    kind: bytearray
    mode: array[int]
    uid: array[int]
    gid: array[int]
    mtime: array[int]
    names: bytes
    lengths: Sequence[int]
    odd: Mapping[int, bytes]
    notes: list[tuple[int, str]]


def decode_plain(batch: Batch) -> Decoded:
    decoded = Decoded(0, "", bytearray(), array("H"), array("I"), array("I"), array("q"), b"", [], {}, [])
    names: dict[int, bytes] = {}
    for row in range(batch.count):
        header = batch.header(row)
        decoded.reason = _fault(batch, row, header)
        if decoded.reason:
            break
        decoded.good += 1
        name = raw_name(header)
        names[row] = name
        kind = KINDS[header[156]]
        decoded.kind.append(DIR if header[156] == 0 and name.endswith(b"/") else kind)
        mode, uid, gid, mtime = (number(header[at : at + width]) for at, width in _numeric())
        decoded.mode.append((mode or 0) & 0o7777)
        decoded.uid.append(_owner(uid, "user", row, decoded.notes))
        decoded.gid.append(_owner(gid, "group", row, decoded.notes))
        decoded.mtime.append(_time(mtime))
    decoded.odd = names
    decoded.lengths = [0] * decoded.good
    return decoded


def decode_many(batch: Batch) -> Decoded:
    import numpy as np

    count = batch.count
    headers = np.frombuffer(batch.headers, np.uint8, count * BLOCK_SIZE).reshape(count, BLOCK_SIZE)
    values, wrong = _numbers(headers)
    notes: list[tuple[int, str]] = []
    invalid: dict[int, set[int]] = {}
    if wrong.any():
        for row, column in np.argwhere(wrong).tolist():
            start, width = _FIELDS[column]
            value = number(headers[row, 100 + start : 100 + start + width].tobytes())
            if value is None or not -(2**63) < value < 2**63:
                invalid.setdefault(column, set()).add(row)
                value = -1 if column in (_UID, _GID) else 0
            values[row, column] = value
    good, reason = _first_fault(batch, headers, values, invalid)
    headers, values = headers[:good], values[:good]

    types = headers[:, 156]
    kind = np.frombuffer(KINDS, np.uint8)[types]
    names, lengths, slash, odd = _names(headers)
    kind[(types == 0) & slash] = DIR
    for row in odd:
        if types[row] == 0 and odd[row].endswith(b"/"):
            kind[row] = DIR
    owners = []
    for column, what in ((_UID, "user"), (_GID, "group")):
        owner = values[:, column]
        for row in np.flatnonzero((owner < 0) | (owner > _U32)).tolist():
            raw = number(headers[row, 100 + _FIELDS[column][0] : 108 + _FIELDS[column][0]].tobytes())
            owner[row] = _owner(raw, what, row, notes)
        owners.append(_array("I", owner.astype(np.uint32)))
    seconds = values[:, _MTIME].copy()
    outside = (seconds <= -_SECONDS_LIMIT) | (seconds >= _SECONDS_LIMIT)
    for row in invalid.get(_MTIME, ()):
        if row < good:
            outside[row] = True
    seconds[outside] = 0
    nanoseconds = seconds * 10**9
    nanoseconds[outside] = NO_TIME
    return Decoded(
        good,
        reason,
        bytearray(kind.tobytes()),
        _array("H", (values[:, _MODE] & 0o7777).astype(np.uint16)),
        owners[0],
        owners[1],
        _array("q", nanoseconds),
        names,
        lengths,
        odd,
        notes,
    )


def _numeric() -> list[tuple[int, int]]:
    return [(100 + _FIELDS[n][0], _FIELDS[n][1]) for n in (_MODE, _UID, _GID, _MTIME)]


def _fault(batch: Batch, row: int, header: bytes) -> str:
    if not checksum_right(header):
        return WRONG_CHECKSUM
    if row not in batch.members and _CARRIES_DATA[header[156]] and number(header[124:136]) != batch.sizes[row]:
        return "the size is no number"
    return ""


def _owner(value: int | None, what: str, row: int, notes: list[tuple[int, str]]) -> int:
    if value is None:
        notes.append((row, f"its {what} id is no number"))
        return 0
    if not 0 <= value <= _U32:
        notes.append((row, f"its {what} id {value} is out of range"))
        return max(0, min(value, _U32))
    return value


def _time(seconds: int | None) -> int:
    return NO_TIME if seconds is None or abs(seconds) >= _SECONDS_LIMIT else seconds * 10**9


def _array(code: str, values: Any) -> array[int]:
    made = array(code)
    made.frombytes(values.tobytes())
    return made


def _numbers(headers: Any) -> tuple[Any, Any]:
    """(values, wrong): six numbers a row, and which fields are not the octal text that nearly all writers make."""
    import numpy as np

    weights, ends = _weights()
    digits = headers[:, 100:156] - np.uint8(48)
    bad = digits > 7
    bad[:, ends] = (headers[:, [100 + end for end in ends]] & 0xDF) != 0
    wrong = np.logical_or.reduceat(bad, [start for start, _ in _FIELDS], axis=1)
    # Exact: the largest value has 33 bits. Columns of terminators weigh nothing.
    return (digits.astype(np.float64) @ weights).astype(np.int64), wrong


_WEIGHTS: list[Any] = []


def _weights() -> tuple[Any, list[int]]:
    import numpy as np

    if not _WEIGHTS:
        weights = np.zeros((56, 6))
        ends: list[int] = []
        for column, ((start, width), digits) in enumerate(zip(_FIELDS, _DIGITS, strict=True)):
            for place in range(digits):
                weights[start + place, column] = 8.0 ** (digits - 1 - place)
            ends += range(start + digits, start + width)
        _WEIGHTS.extend((weights, ends))
    return _WEIGHTS[0], _WEIGHTS[1]


def _first_fault(batch: Batch, headers: Any, values: Any, invalid: Mapping[int, set[int]]) -> tuple[int, str]:
    import numpy as np

    # Bytes added eight at a time: 64 words of four 16-bit lanes, each at most 64 * 2 * 255.
    words = headers.view(np.uint64)
    mask = np.uint64(0x00FF00FF00FF00FF)
    lanes = ((words & mask) + ((words >> np.uint64(8)) & mask)).sum(axis=1)
    total = lanes.view(np.uint16).reshape(len(headers), 4).sum(axis=1, dtype=np.int64)
    total -= headers[:, 148:156].sum(axis=1, dtype=np.int64) - 8 * 32
    suspects = values[:, _CHECKSUM] != total
    sizes = np.array(batch.sizes[: batch.count], dtype=np.int64)
    carries = np.frombuffer(_CARRIES_DATA, np.uint8)[headers[:, 156]].astype(bool)
    suspects |= carries & (values[:, _SIZE] != sizes)
    for rows in (invalid.get(_SIZE, ()), invalid.get(_CHECKSUM, ())):
        suspects[list(rows)] = True
    for row in np.flatnonzero(suspects).tolist():
        reason = _fault(batch, row, batch.header(row))
        if reason:
            return row, reason
    return batch.count, ""


def _names(headers: Any) -> tuple[bytes, Sequence[int], Any, dict[int, bytes]]:
    """(names, lengths, slash, odd) as `Decoded` has them; `slash`: the name ended in one."""
    import numpy as np

    count = len(headers)
    field_bytes = headers[:, :100]
    zero = field_bytes == 0
    lengths = np.where(zero.any(axis=1), zero.argmax(axis=1), 100)
    last = field_bytes[np.arange(count), np.maximum(lengths - 1, 0)]
    slash = (last == 47) & (lengths > 0)
    lengths = lengths - slash
    first = field_bytes[:, 0]
    strange = (lengths == 0) | (first == 46) | (first == 47) | (headers[:, 345] != 0)
    names = field_bytes[np.arange(100) < lengths[:, None]]
    # "//" and "/." anywhere: nothing to tidy up and no whiteout in all others.
    pairs = np.flatnonzero((names[:-1] == 47) & ((names[1:] == 47) | (names[1:] == 46)))
    starts = np.cumsum(lengths) - lengths
    if len(pairs):
        strange[np.searchsorted(starts, pairs, "right") - 1] = True
    # A name that still ends in a slash has no pair of its own behind it.
    strange |= (lengths > 0) & (field_bytes[np.arange(count), np.maximum(lengths - 1, 0)] == 47)
    odd = {row: raw_name(headers[row].tobytes()) for row in np.flatnonzero(strange).tolist()}
    if odd:
        keep = np.repeat(~strange, lengths)
        names = names[keep]
        lengths = np.where(strange, 0, lengths)
    return names.tobytes(), lengths.tolist(), slash, odd
