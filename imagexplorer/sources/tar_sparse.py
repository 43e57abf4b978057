"""Files stored with holes: their real size, their real name, and where in them the stored bytes belong.

GNU tar manual, "Storing Sparse Files": the old format (type S) and the pax formats 0.0, 0.1 and 1.0.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from imagexplorer.sources.tar_fields import BLOCK_SIZE, number
from imagexplorer.sources.tar_window import Window

PREFIX = b"GNU.sparse."
MAP_LIMIT = 1 << 20
"""Bytes of a sparse map."""

SIZE_LIMIT = 1 << 60
OLD = ord("S")
_MARK = b"GNU.sparse"
_MAP = b"GNU.sparse.map"


@dataclass(slots=True)
class Sparse:
    """`size` is the real size (None: the map is damaged, `fault` says how). `map_bytes` lie before the data;
    `map_inside` tells whether the header's size counts them. `regions` are offset and length of each piece of the
    data in the file, one after the other; None where the map is damaged."""

    size: int | None
    map_bytes: int = 0
    map_inside: bool = False
    name: bytes | None = None
    fault: str = ""
    regions: array[int] | None = None


def keep(records: dict[bytes, bytes], numbers: list[bytes], key: bytes, value: bytes) -> None:
    """Put a GNU.sparse record among the others. Format 0.0 repeats offset and numbytes: those are the `numbers`."""
    records[_MARK] = b"1"
    if key in (b"GNU.sparse.offset", b"GNU.sparse.numbytes"):
        in_turn = (key == b"GNU.sparse.numbytes") == (len(numbers) % 2 == 1)
        numbers.append(value if in_turn else b"-")
    else:
        records[key] = value


def join(records: dict[bytes, bytes], numbers: Sequence[bytes]) -> None:
    """After the last record: the numbers as format 0.1 has them."""
    if numbers:
        records[_MAP] = b",".join(numbers)


def read(window: Window, header: bytes, data: int, stored: int, records: dict[bytes, bytes]) -> Sparse | None:
    """None for a file without holes. The map is looked at, not kept."""
    if header[156] == OLD:
        return _bounded(_old(window, header, data), stored)
    if _MARK not in records:
        return None
    name = records.get(b"GNU.sparse.name")
    size = _decimal(records.get(b"GNU.sparse.realsize") or records.get(b"GNU.sparse.size", b""))
    if records.get(b"GNU.sparse.major") == b"1" and records.get(b"GNU.sparse.minor") == b"0":
        found = _map_in_data(window, data, stored, size)
    elif _MAP in records or b"GNU.sparse.numblocks" in records:
        found = _mapped(Sparse(size), _decimals(records.get(_MAP, b"").split(b",")))
    else:
        return None
    found.name = name
    return _bounded(found, stored)


def _old(window: Window, header: bytes, data: int) -> Sparse:
    regions = [header[386 + 24 * n : 410 + 24 * n] for n in range(4)]
    size = number(header[483:495])
    more = header[482]
    read_bytes = 0
    while more:
        block = window.read(data + read_bytes, BLOCK_SIZE)
        read_bytes += BLOCK_SIZE
        if len(block) < BLOCK_SIZE or read_bytes > MAP_LIMIT:
            return Sparse(size, read_bytes, fault="its sparse map is cut off or longer than 1 MiB")
        regions += [block[24 * n : 24 * n + 24] for n in range(21)]
        more = block[504]
    numbers: list[int | None] = []
    for region in regions:
        if not region[0]:
            break
        numbers += (number(region[:12]), number(region[12:]))
    return _mapped(Sparse(size, read_bytes), numbers)


def _map_in_data(window: Window, data: int, stored: int, size: int | None) -> Sparse:
    """Format 1.0: decimal lines at the start of the data: the count of regions, then offset and length of each."""
    damaged = Sparse(size, fault="its sparse map is damaged")
    length = 4 * BLOCK_SIZE
    while True:
        length = min(length, stored, MAP_LIMIT)
        text = window.read(data, length)
        lines = text.split(b"\n")
        count = _decimal(lines[0]) if len(lines) > 1 else None
        if (len(lines) > 1 and count is None) or (count is not None and not 0 <= 2 * count < MAP_LIMIT):
            return damaged
        if count is not None and len(lines) > 2 * count + 1:
            break
        if length in (stored, MAP_LIMIT) or len(text) < length:
            return damaged
        length *= 8
    lines = lines[: 2 * count + 1]
    used = sum(len(line) + 1 for line in lines)
    map_bytes = min(stored, used + -used % BLOCK_SIZE)
    return _mapped(Sparse(size, map_bytes, True), _decimals(lines[1:]))


def _decimals(fields: Sequence[bytes]) -> list[int | None]:
    return [] if fields in ([], [b""]) else [_decimal(field) for field in fields]


def _mapped(sparse: Sparse, numbers: Sequence[int | None]) -> Sparse:
    """Regions must be in order and within the real size; those of no bytes say nothing."""
    size = sparse.size
    if size is None or not 0 <= size <= SIZE_LIMIT:
        sparse.fault = "its sparse size is no number" if size is None or size < 0 else ""
        return sparse
    sparse.fault = "its sparse map is damaged"
    if len(numbers) % 2 or None in numbers:
        return sparse
    regions = array("q")
    end = 0
    for start, length in zip(numbers[::2], numbers[1::2], strict=True):
        if start is None or length is None or start < end or length < 0 or start + length > size:
            return sparse
        end = start + length
        if length:
            regions.extend((start, length))
    sparse.fault, sparse.regions = "", regions
    return sparse


def _bounded(sparse: Sparse, stored: int) -> Sparse:
    """`stored` is what the header says."""
    if sparse.size is None or not 0 <= sparse.size <= SIZE_LIMIT:
        sparse.fault = sparse.fault or "its sparse size is beyond all bounds"
        sparse.size = None
    data = stored - (sparse.map_bytes if sparse.map_inside else 0)
    if sparse.regions is not None and sum(sparse.regions[1::2]) != data:
        sparse.fault, sparse.regions = "its sparse map is not that of its data", None
    return sparse


def _decimal(text: bytes) -> int | None:
    return int(text) if text.isdigit() and len(text) <= 20 else None
