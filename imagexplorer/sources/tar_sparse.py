"""Files stored with holes: their real size, their real name, and how long their map is.

GNU tar manual, "Storing Sparse Files": the old format (type S) and the pax formats 0.0, 0.1 and 1.0.
"""

from __future__ import annotations

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
_LAST = b"GNU.sparse.last"


@dataclass(slots=True)
class Sparse:
    """`size` is the real size (None: the map is damaged, `fault` says how). `map_bytes` lie before the data;
    `map_inside` tells whether the header's size counts them."""

    size: int | None
    map_bytes: int = 0
    map_inside: bool = False
    name: bytes | None = None
    fault: str = ""


def keep(records: dict[bytes, bytes], key: bytes, value: bytes) -> None:
    """Put a GNU.sparse record among the others. Format 0.0 repeats offset and numbytes: only their count and order
    matter here, the last end is kept."""
    records[_MARK] = b"1"
    if key == b"GNU.sparse.offset":
        records[_LAST] = value
        return
    if key == b"GNU.sparse.numbytes":
        start, length = _decimal(records.get(_LAST, b"")), _decimal(value)
        before = _decimal(records.get(b"GNU.sparse.end", b"0"))
        fits = start is not None and length is not None and before is not None and start >= before
        records[b"GNU.sparse.end"] = str(start + length).encode() if fits else b"-"  # type: ignore[operator]
        return
    records[key] = value


def read(window: Window, header: bytes, data: int, stored: int, records: dict[bytes, bytes]) -> Sparse | None:
    """None for a file without holes. The map is looked at, not kept."""
    if header[156] == OLD:
        return _bounded(_old(window, header, data))
    if _MARK not in records:
        return None
    name = records.get(b"GNU.sparse.name")
    size = _decimal(records.get(b"GNU.sparse.realsize") or records.get(b"GNU.sparse.size", b""))
    if records.get(b"GNU.sparse.major") == b"1" and records.get(b"GNU.sparse.minor") == b"0":
        found = _map_in_data(window, data, stored, size)
    elif b"GNU.sparse.map" in records:
        found = Sparse(size, fault=_check(records[b"GNU.sparse.map"].split(b","), size))
    elif b"GNU.sparse.numblocks" in records or b"GNU.sparse.end" in records:
        end = _decimal(records.get(b"GNU.sparse.end", b"0"))
        wrong = end is None or size is None or end > size
        found = Sparse(size, fault="its sparse map is damaged" if wrong else "")
    else:
        return None
    found.name = name
    return _bounded(found)


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
    return Sparse(size, read_bytes, fault=_regions(numbers, size))


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
    return Sparse(size, map_bytes, True, fault=_check(lines[1:], size))


def _check(fields: Sequence[bytes], size: int | None) -> str:
    if fields in ([], [b""]):
        return "" if size is not None else "its sparse size is no number"
    return _regions([_decimal(field) for field in fields], size)


def _regions(numbers: Sequence[int | None], size: int | None) -> str:
    """Regions must be in order and within the real size."""
    if size is None or size < 0:
        return "its sparse size is no number"
    if len(numbers) % 2 or None in numbers:
        return "its sparse map is damaged"
    end = 0
    for start, length in zip(numbers[::2], numbers[1::2], strict=True):
        if start is None or length is None or start < end or length < 0 or start + length > size:
            return "its sparse map is damaged"
        end = start + length
    return ""


def _bounded(sparse: Sparse) -> Sparse:
    if sparse.size is None or not 0 <= sparse.size <= SIZE_LIMIT:
        sparse.fault = sparse.fault or "its sparse size is beyond all bounds"
        sparse.size = None
    return sparse


def _decimal(text: bytes) -> int | None:
    return int(text) if text.isdigit() and len(text) <= 20 else None
