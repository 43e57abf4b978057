"""The cache under long wear: damage of every kind to any of its files, and several programs at once.

Short samples are in test_cache and test_builder.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address
from imagexplorer.indexing.builder import build
from imagexplorer.indexing.cache import Cache
from imagexplorer.sources.opening import open_source
from imagexplorer.sources.protocol import ScanOptions
from tests import tars
from tests.indexing.test_builder import LAYERS, settle, told
from tests.indexing.test_cache import run_writers

DAMAGE: tuple[Callable[[bytes, int, bytes], bytes], ...] = (
    lambda raw, at, other: raw[:at] + bytes([raw[at] ^ 1 << at % 8]) + raw[at + 1 :],
    lambda raw, at, other: raw[:at],
    lambda raw, at, other: b"",
    lambda raw, at, other: raw + other[:at],
    lambda raw, at, other: other,
    lambda raw, at, other: raw[:at] + bytes(min(512, len(raw) - at)) + raw[at + 512 :],
    lambda raw, at, other: raw[:at] + other[at:],
    lambda raw, at, other: bytes(len(raw)),
)


@pytest.mark.parametrize("rounds", [pytest.param(24), pytest.param(1000, marks=pytest.mark.torture)])
def test_any_damage_to_any_file_is_rebuilt(tmp_path: Path, rounds: int) -> None:
    chance = random.Random(9)
    path = tmp_path / "image.tar"
    path.write_bytes(tars.docker_archive(LAYERS, style="oci", compression="gzip"))
    settle(path)
    source = open_source(Address("file", str(path)))
    detail = source.image("0", Control())

    def built() -> object:
        return told(build(source, detail, Cache(tmp_path / "cache"), ScanOptions(), Control()))

    first = built()
    for _ in range(rounds):
        files = sorted(file for file in (tmp_path / "cache").rglob("*.ixc"))
        assert len(files) >= len(LAYERS) + 1
        for file in chance.sample(files, chance.randrange(1, 4)):
            raw, other = file.read_bytes(), chance.choice(files).read_bytes()
            file.unlink()  # not written through: what is mapped elsewhere stays as it was
            file.write_bytes(chance.choice(DAMAGE)(raw, chance.randrange(max(1, len(raw))), other) if raw else other)
        assert built() == first
        assert built() == first
    source.close()
    print(f"{rounds} rounds of damage")


@pytest.mark.torture
def test_five_programs_for_a_minute(tmp_path: Path) -> None:
    found = 0
    for process in run_writers(tmp_path / "c", 60.0, 5):
        out, err = process.communicate(timeout=200)
        assert process.returncode == 0, err
        found += int(out)
    print(f"{found:,} answers from the cache, all whole")
    assert found > 1000
