"""Good archives with a bit flipped, cut, with blocks swapped or lengths that lie: never a silent change.

Whatever is done to a file whose digest is known: the same entries come out, or a problem is named.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagexplorer.core.errors import Damaged
from imagexplorer.sources.compression import open_layer_stream
from imagexplorer.sources.readers import BytesReader
from tests import tars
from tests.scanning import Row, rows, scan_bytes

CHECKOUT = Path(__file__).parents[2]
ARCHIVES = Path(os.environ.get("IMAGEXPLORER_ARCHIVES", CHECKOUT.parent / "shared/data/archives"))
LARGEST = 400_000


def good() -> Iterator[bytes]:
    """Those made here, and other projects' where they are at hand."""
    chance = random.Random(11)
    for number in range(12):
        members = [
            tars.file(f"d{n % 7}/file{n}", chance.randbytes(chance.randrange(2000))) for n in range(20 + number * 9)
        ]
        members += [
            tars.whiteout("d1/x"),
            tars.symlink("n" * 130, "t" * 130),
            tars.file("p", "x", pax={"path": "q" * 200}),
        ]
        yield tars.compressed(tars.tar(members), ("", "gzip", "zstd")[number % 3])
    index = ARCHIVES / "INDEX.json"
    if index.exists():
        for case in json.loads(index.read_text()):
            path = ARCHIVES / case["file"]
            if case["kind"] == "tar" and case["expect"] == "ok" and path.exists() and path.stat().st_size < LARGEST:
                yield path.read_bytes()


def plain(data: bytes) -> bytes:
    _, stream = open_layer_stream(BytesReader(data))
    return b"".join(iter(lambda: stream.read(1 << 16), b""))


def mutated(data: bytes, chance: random.Random) -> tuple[bytes, int]:
    """(bytes, offset of the first that may differ)"""
    made = bytearray(data)
    at = chance.randrange(len(made))
    block = at // 512 * 512
    match chance.randrange(4):
        case 0:
            made[at] ^= 1 << chance.randrange(8)
        case 1:
            del made[block:]
        case 2:
            other = chance.randrange(len(made)) // 512 * 512
            block, other = min(block, other), max(block, other)
            one, two = made[block : block + 512], made[other : other + 512]
            made[block : block + 512], made[other : other + 512] = two, one
        case _:
            made[block + 124 : block + 136] = chance.choice((b"77777777777\0", tars.number(-512, 12), b"00000001000\0"))
    same = next((n for n, (a, b) in enumerate(zip(made, data, strict=False)) if a != b), min(len(made), len(data)))
    return bytes(made), same


def whole_before(wanted: list[Row], end: int) -> list[Row]:
    files = [number for number, row in enumerate(wanted) if row.kind == "file" and row.data + row.size <= end]
    return wanted[: files[-1] + 1] if files else []


def run(each: int, seed: int) -> int:
    chance = random.Random(seed)
    count = 0
    for data in good():
        try:
            digest = tars.digest(plain(data))
        except Damaged:  # a compression that is refused, or trailing bytes: nothing to compare with
            continue
        index = scan_bytes(data, hash_stream=True, diff_id=digest)
        wanted = rows(index)
        compressed = index.columns.meta["compression"]
        for _ in range(each):
            changed, same = mutated(data, chance)
            got = scan_bytes(changed, hash_stream=True, diff_id=digest)
            if got.verified:
                assert rows(got) == wanted
            else:
                assert got.problems
            if not compressed:
                before = whole_before(wanted, same)
                assert rows(got)[: len(before)] == before
                assert rows(scan_bytes(changed)) == rows(got)
            count += 1
    return count


def test_mutations() -> None:
    assert run(each=8, seed=1) > 90


@pytest.mark.torture
def test_all_mutations() -> None:
    count = run(each=260, seed=2)
    print(f"{count:,} mutated archives")
    assert count >= 3_000
