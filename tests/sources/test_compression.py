"""Compressed streams: told by content, the same bytes out, and every kind of damage said after the good bytes."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import resource
import struct

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core.errors import Damaged
from imagexplorer.sources.compression import open_layer_stream
from imagexplorer.sources.readers import BytesReader
from tests import tars

TEXT = random.Random(3).randbytes(20_000) + b"text " * 40_000


def opened(data: bytes, step: int = 1 << 17) -> tuple[str, bytes, str, list[str]]:
    """(compression, bytes, why it ended, notes)"""
    name, stream = open_layer_stream(tars.Dribble(data, step))
    out = io.BytesIO()
    why = ""
    try:
        while part := stream.read(60_000):
            assert len(part) <= 60_000
            out.write(part)
        assert stream.read(1) == b""
    except Damaged as error:
        why = error.reason
    return name, out.getvalue(), why, stream.notes


PACKERS = {
    "gzip": tars.gzipped,
    "zstd": tars.zstd,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


@pytest.mark.parametrize("name", PACKERS)
@settings(deadline=None, max_examples=30)
@given(data=st.binary(max_size=3000), copies=st.integers(1, 60), step=st.sampled_from([1, 7, 1000, 1 << 17]))
def test_round_trip(name: str, data: bytes, copies: int, step: int) -> None:
    assert opened(PACKERS[name](data * copies), step) == (name, data * copies, "", [])


@pytest.mark.parametrize("name", PACKERS)
def test_several_members_are_one_stream(name: str) -> None:
    packed = b"".join(PACKERS[name](TEXT[at : at + 9000]) for at in range(0, len(TEXT), 9000))
    for step in (100, 1 << 17):
        assert opened(packed, step) == (name, TEXT, "", [])


@pytest.mark.parametrize("name", PACKERS)
def test_every_cut_is_told(name: str) -> None:
    packed = PACKERS[name](TEXT)
    for cut in [*range(10, len(packed), 499), *range(len(packed) - 14, len(packed))]:
        _, data, why, _ = opened(packed[:cut])
        assert "cut off" in why, cut
        assert TEXT.startswith(data)


@pytest.mark.parametrize("name", PACKERS)
def test_flipped_bits_are_told_or_change_nothing(name: str) -> None:
    # zstd only has a checksum where the writer asks for one, as its command line does.
    writer = zstandard.ZstdCompressor(write_checksum=True)
    packed = writer.compress(TEXT) if name == "zstd" else PACKERS[name](TEXT)
    chance = random.Random(5)
    for _ in range(300):
        data = bytearray(packed)
        data[chance.randrange(10, len(data))] ^= 1 << chance.randrange(8)
        _, out, why, notes = opened(bytes(data))
        assert why or notes or out == TEXT


@pytest.mark.parametrize("name", PACKERS)
def test_what_follows(name: str) -> None:
    packed = PACKERS[name](TEXT)
    for zeros in (1, 3, 4, 4096, 200_000):
        assert opened(packed + bytes(zeros)) == (name, TEXT, "", [])
    for junk in (b"j", b"junk", b"\0\0junk" * 5000):
        _, data, why, notes = opened(packed + junk)
        assert (data, why) == (TEXT, "")
        assert "other bytes follow" in notes[0]


def test_gzip_header_fields() -> None:
    plain = gzip.compress(b"data", mtime=0)
    fields = b"\x05\x00extra" + b"n" * 1_000_000 + b"\0" + b"comment\0" + b"\x12\x34"
    packed = plain[:3] + bytes([4 | 8 | 16 | 2]) + plain[4:10] + fields + plain[10:]
    assert opened(packed, 1000) == ("gzip", b"data", "", [])
    for cut in (5, 12, 40, 500_000, len(packed) - 30):
        assert "cut off" in opened(packed[:cut])[2] or cut < 10


@pytest.mark.parametrize(
    ("change", "reason"),
    [(lambda d: d[:-8], "cut off"), (lambda d: d[:-3], "cut off"), (lambda d: d[:-8] + b"abcd" + d[-4:], "checksum"),
     (lambda d: d[:-4] + b"abcd", "length")],
)  # fmt: skip
def test_gzip_trailer(change: object, reason: str) -> None:
    _, data, why, _ = opened(change(gzip.compress(TEXT)))  # type: ignore[operator]
    assert data == TEXT
    assert reason in why


def test_many_tiny_members_take_linear_time() -> None:
    empty = gzip.compress(b"")
    assert opened(empty * 20_000) == ("gzip", b"", "", [])
    assert opened(b"".join(gzip.compress(bytes([n % 256])) for n in range(5000)))[1] == bytes(
        n % 256 for n in range(5000)
    )
    frame = zstandard.ZstdCompressor().compress(b"x")
    assert opened(frame * 20_000) == ("zstd", b"x" * 20_000, "", [])


def test_zstd_frames() -> None:
    frame = zstandard.ZstdCompressor().compress(TEXT)
    assert opened(tars.skippable() + frame + tars.skippable(bytes(300_000)) + frame + tars.skippable(b"")) == (
        "zstd", TEXT * 2, "", [],
    )  # fmt: skip
    assert opened(tars.skippable(b"only")) == ("zstd", b"", "", [])
    assert "cut off" in opened(tars.skippable(bytes(3000))[:-1])[2]
    stream = io.BytesIO()
    with zstandard.ZstdCompressor(level=1).stream_writer(stream, closefd=False) as writer:
        for at in range(0, len(TEXT), 10_000):
            writer.write(TEXT[at : at + 10_000])
            writer.flush(zstandard.FLUSH_BLOCK)
    assert opened(stream.getvalue(), 5)[1] == TEXT


def test_zstd_claims() -> None:
    magic = b"\x28\xb5\x2f\xfd"
    window = magic + bytes([0x00, (31 - 10) << 3]) + b"\x01\x00\x00"
    assert "window" in opened(window)[2]
    lie = magic + bytes([0xE0]) + struct.pack("<Q", 1 << 60) + b"\x01\x00\x00"
    assert "window" in opened(lie)[2]
    dictionary = magic + bytes([0x02, 0x58]) + struct.pack("<H", 12345) + b"\x01\x00\x00"
    assert "dictionary 12345" in opened(dictionary)[2]
    assert opened(tars.zstd(b"before") + window)[1] == b"before"


@pytest.mark.parametrize("magic", [b"\x04\x22\x4d\x18rest", b"\x1f\x9d\x90rest", b"LZIP\x01rest"])
def test_what_is_not_supported_is_named(magic: bytes) -> None:
    with pytest.raises(Damaged, match="not supported"):
        open_layer_stream(BytesReader(magic))


@pytest.mark.parametrize("data", [b"", b"\x1f", b"\x28\xb5", b"BZ", b"plain text", b"BZhunt/file"])
def test_all_else_is_plain(data: bytes) -> None:
    assert opened(data, 1) == ("", data, "", [])


@pytest.mark.parametrize("name", ["gzip", "zstd", "bzip2", "xz"])
def test_a_bomb_is_noticed_and_takes_no_memory(name: str) -> None:
    block = bytes(1 << 20)
    count = 150
    if name == "gzip":
        packed = gzip.compress(block * count)
    elif name == "zstd":
        packed = zstandard.ZstdCompressor().compress(block) * count
    else:
        packed = PACKERS[name](block) * count
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    compression, stream = open_layer_stream(BytesReader(packed))
    total = 0
    while part := stream.read(1 << 17):
        total += len(part)
    assert (compression, total) == (name, count << 20)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 << 10
    assert "unpack to" in stream.notes[0]
