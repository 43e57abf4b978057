"""Members that take more than one plain header: pax and GNU extended headers, sparse files, odd numbers.

One member at a time, in plain Python, iteratively; nothing is allocated from a claimed size. Sources: POSIX.1-2017 pax
"Extended Header"; GNU tar manual, "Basic Tar Format" and "Storing Sparse Files"; SCHILY.xattr of star.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from imagexplorer.core.layer_index import HAS_XATTRS, NO_TIME, SPARSE
from imagexplorer.sources import tar_sparse
from imagexplorer.sources.tar_fields import (
    BLOCK_SIZE,
    HEADER_ONLY,
    ZERO,
    checksum_right,
    number,
)
from imagexplorer.sources.tar_window import Window

SPECIAL_LIMIT = 1 << 20
"""Bytes of one extended header (Go's archive/tar has the same limit)."""

SPECIAL_BASE, SPECIAL_PER_ENTRY = 4_000_000, 256
"""Records in all extended headers of a tar: so many, and so many more for each entry; a header counts as 16."""

SIZE_LIMIT = 1 << 60
"""Bytes of one entry; libarchive has the same limit."""
_LONG_NAME, _LONG_LINK, _PAX, _PAX_SOLARIS, _PAX_GLOBAL = b"LKxXg"
SPECIAL = frozenset(b"LKxXg")
_KEPT = frozenset((b"path", b"linkpath", b"size", b"mtime", b"uid", b"gid"))
# Go's reader, and with it every engine, lets no global header rename or resize what follows.
_NEVER_GLOBAL = (b"path", b"linkpath", b"size")
_XATTRS = (b"SCHILY.xattr.", b"LIBARCHIVE.xattr.")
_XATTR_MARK = b"xattr"
_NOTES = 8
WRONG_CHECKSUM = "the header's checksum is wrong"
_HEADER_COST = 16


class Fault(Exception):  # noqa: N818 - what is wrong with the tar, not with us
    """The tar cannot be followed beyond `position`. Never leaves the walk."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position
        self.reason = reason


class End(Exception):  # noqa: N818 - not an error
    """The end-of-archive mark stands at `position`."""

    def __init__(self, position: int) -> None:
        super().__init__()
        self.position = position


@dataclass(slots=True)
class Member:
    """`header` is the member's own block at `position`, its data are `stored` bytes at `data`. None: as the header
    has it. `size` is the real size. `regions` as `Sparse` has them. `notes` are problems that do not stop the
    reading."""

    header: bytes
    position: int
    data: int
    stored: int
    size: int
    path: bytes | None = None
    link: bytes | None = None
    mtime: int | None = None
    uid: int | None = None
    gid: int | None = None
    flags: int = 0
    regions: array[int] | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def held(self) -> int:
        """Bytes of text and of its map that this member keeps."""
        return len(self.path or b"") + len(self.link or b"") + 8 * len(self.regions or b"")


Records = dict[bytes, bytes]


@dataclass(slots=True)
class Shared:
    """What lasts from one member to the next: the records of global headers, and how much of the `allowance` is spent.
    Extended headers are slow to read and pack well, so a small file could hold hours of them."""

    records: Records = field(default_factory=dict)
    spent: int = 0
    allowance: int = SPECIAL_BASE

    def spend(self, position: int, records: int) -> None:
        self.spent += _HEADER_COST + records
        if self.spent > self.allowance:
            raise Fault(position, "has far more extended headers than any real archive; the rest is not read")


def read_member(window: Window, position: int, shared: Shared) -> Member:
    """The member whose first header is at `position`.

    Raises Fault, End and Cancelled.
    """
    local: Records = {}
    long_name = long_link = None
    notes: list[str] = []
    first = position
    while True:
        window.step(position)
        header = window.read(position, BLOCK_SIZE)
        if len(header) < BLOCK_SIZE:
            raise Fault(position, "ends within a header" if header else "ends after an extended header")
        if header == ZERO:
            if position != first:
                raise Fault(position, "an extended header has no entry after it")
            raise End(position)
        kind = header[156]
        size = number(header[124:136])
        if kind not in SPECIAL:
            # Its checksum is verified with its whole batch.
            break
        if not checksum_right(header):
            raise Fault(position, WRONG_CHECKSUM)
        if size is None or size < 0:
            raise Fault(position, "the size of an extended header is no number")
        if size > SPECIAL_LIMIT:
            raise Fault(position, f"an extended header claims {size:,} bytes, above the limit of {SPECIAL_LIMIT:,}")
        body = window.read(position + BLOCK_SIZE, size)
        if len(body) < size:
            raise Fault(position, "ends within an extended header")
        position += BLOCK_SIZE + size + -size % BLOCK_SIZE
        records, broken, count = ({}, [], 0) if kind in (_LONG_NAME, _LONG_LINK) else parse_records(body)
        shared.spend(position, count)
        notes = [*notes, *broken][:_NOTES]
        if kind == _LONG_NAME:
            long_name = body.partition(b"\0")[0]
        elif kind == _LONG_LINK:
            long_link = body.partition(b"\0")[0]
        elif kind == _PAX_GLOBAL:
            refused = [records.pop(key, b"") for key in _NEVER_GLOBAL]
            if any(refused):
                notes = [*notes, "a global header names or sizes all that follow: ignored, as engines do"][:_NOTES]
            shared.records.update(records)
        else:
            local = records
    records = {**shared.records, **local} if shared.records else local
    return _member(window, header, position, size, records, (long_name, long_link), notes)


def _member(
    window: Window,
    header: bytes,
    position: int,
    size: int | None,
    records: Records,
    long: tuple[bytes | None, bytes | None],
    notes: list[str],
) -> Member:
    if header[156] in HEADER_ONLY:
        size = 0
    elif records.get(b"size"):
        size = decimal(records[b"size"])
    if size is None or not 0 <= size <= SIZE_LIMIT:
        reason = "the size is no number" if size is None else f"the size is {size:,} bytes"
        raise Fault(position, reason if checksum_right(header) else WRONG_CHECKSUM)
    data = position + BLOCK_SIZE
    member = Member(header, position, data, size, size, notes=notes)
    # As Go's reader, which the engines use: a GNU long name goes before a pax path.
    member.path = long[0] or records.get(b"path") or None
    member.link = long[1] or records.get(b"linkpath") or None
    member.flags = HAS_XATTRS if _XATTR_MARK in records else 0
    if not records and header[156] != tar_sparse.OLD:
        return member
    for key in (b"uid", b"gid"):
        if records.get(key):
            value = decimal(records[key])
            if value is None:
                notes.append(f"its pax {key.decode()} is no number")
            else:
                setattr(member, key.decode(), value)
    if records.get(b"mtime"):
        member.mtime = nanoseconds(records[b"mtime"])
        if member.mtime is None:
            notes.append("its pax mtime is no number")
    sparse = tar_sparse.read(window, header, data, size, records)
    if sparse:
        member.data += sparse.map_bytes
        # The blocks of an old GNU map stand before the data, a pax map 1.0 is part of them.
        member.stored -= sparse.map_bytes if sparse.map_inside else 0
        member.size = member.stored if sparse.size is None else sparse.size
        member.flags |= SPARSE
        member.regions = sparse.regions
        member.path = sparse.name or member.path
        if sparse.fault:
            notes.append(sparse.fault)
    return member


def parse_records(body: bytes) -> tuple[Records, list[str], int]:
    """The records of a pax header that matter here, last of a key wins; what is wrong with them; how many there are.

    An empty value stands for "as the header has it". Linear in the length of the body.
    """
    records: Records = {}
    notes: list[str] = []
    regions: list[bytes] = []
    at = count = 0
    end = len(body)
    while at < end:
        space = body.find(b" ", at, at + 9)
        digits = body[at:space] if space > 0 else b""
        length = int(digits) if digits.isdigit() else 0
        stop = at + length
        equals = body.find(b"=", space + 1, stop)
        if length < 5 or stop > end or body[stop - 1] != 10 or equals <= space + 1:
            # NULs after the records are padding of some writers.
            if body[at:].strip(b"\0"):
                notes.append(f"its pax records are broken at byte {at}")
            break
        count += 1
        key = body[space + 1 : equals]
        if b"\0" in key:
            notes.append("a pax key of it holds a NUL")
        if key in _KEPT:
            value = body[equals + 1 : stop - 1]
            if b"\0" in value:
                notes.append(f"its pax {key.decode()} holds a NUL")
                value = value.partition(b"\0")[0]
            records[key] = value
        elif key.startswith(_XATTRS):
            records[_XATTR_MARK] = b"1"
        elif key.startswith(tar_sparse.PREFIX):
            tar_sparse.keep(records, regions, key, body[equals + 1 : stop - 1])
        at = stop
    tar_sparse.join(records, regions)
    return records, notes, count


def decimal(text: bytes) -> int | None:
    digits = text[1:] if text[:1] == b"-" else text
    if not digits.isdigit() or len(digits) > 20:
        return None
    return int(text)


def nanoseconds(text: bytes) -> int | None:
    """`[-]seconds[.fraction]` as nanoseconds; NO_TIME out of the range of 64 bits, None for no number."""
    negative = text[:1] == b"-"
    whole, _, fraction = text[negative:].partition(b".")
    if not (whole + fraction).isdigit() or len(text) > 1000:
        return None
    if len(whole) > 20:
        return NO_TIME
    value = int(whole or b"0") * 10**9 + int(fraction[:9].ljust(9, b"0"))
    value = -value if negative else value
    return value if -(2**63) < value < 2**63 else NO_TIME
