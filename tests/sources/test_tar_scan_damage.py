"""Bad tars: what is wrong is named, what stands before it is kept, and nothing else is raised."""

from __future__ import annotations

import random
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core.errors import Damaged, Unreachable
from imagexplorer.sources.readers import BytesReader, FileReader
from tests import tars
from tests.scanning import WHERE, Row, reasons, rows, scan_bytes

SAMPLE = tars.tar(
    [
        tars.folder("usr"),
        tars.file("usr/a", b"a" * 700),
        tars.file("n" * 150, b"long"),
        tars.symlink("usr/l", "t" * 120),
        tars.file("p" * 130, b"pax", style="pax", mtime=1.5),
        tars.whiteout("usr/gone"),
        tars.file("usr/z", random.Random(1).randbytes(5000)),
    ]
)
WHOLE = rows(scan_bytes(SAMPLE))
GOOD = tars.file("good", "good")


@pytest.mark.parametrize("compression", ["", "gzip", "zstd"])
@pytest.mark.parametrize("stream", [False, True])
def test_every_cut_is_named_and_keeps_what_came_before(compression: str, stream: bool) -> None:
    packed = tars.compressed(SAMPLE, compression)
    cuts = range(1, len(packed), 13) if compression else range(1, len(packed) - 1024, 64)
    for cut in [*cuts, *range(len(packed) - 15, len(packed) if compression else 0)]:
        index = scan_bytes(packed[:cut], hash_stream=stream, hash_contents=stream, ahead=stream)
        got = rows(index)
        assert got == WHOLE[: len(got)], cut
        # A tar that ends where a member ends is one without an end mark, which some writers make.
        assert index.problems or (not compression and cut % 512 == 0), cut
        for problem in index.problems:
            assert problem.where.startswith(WHERE)
            assert problem.reason


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 7)), min_size=1, max_size=4), st.booleans())
def test_flipped_bits(flips: list[tuple[int, int]], stream: bool) -> None:
    data = bytearray(SAMPLE)
    for at, bit in flips:
        data[at] ^= 1 << bit
    index = scan_bytes(bytes(data), hash_stream=stream, diff_id=tars.digest(SAMPLE))
    first = min(at for at, _ in flips)
    before = max(
        (n + 1 for n, row in enumerate(WHOLE) if row.kind == "file" and row.data + row.size <= first), default=0
    )
    assert rows(index)[:before] == WHOLE[:before]
    if stream and bytes(data) != SAMPLE:
        assert not index.verified
        assert index.problems


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(st.binary(max_size=600), st.integers(0, len(SAMPLE) // 512).map(
    lambda n: SAMPLE[n * 512 : n * 512 + 512])), max_size=12), st.booleans())  # fmt: skip
def test_any_bytes(pieces: list[bytes], stream: bool) -> None:
    data = b"".join(pieces)
    seeked, passed = scan_bytes(data), scan_bytes(data, hash_stream=True, hash_contents=True)
    assert rows(seeked) == rows(passed)


def scanned(*members: tars.Entry | bytes) -> tuple[list[Row], str]:
    """The same twice: by seeking and as a stream."""
    data = tars.tar(members)
    index, passed = scan_bytes(data), scan_bytes(tars.Dribble(data, 700))
    assert rows(index) == rows(passed)
    assert reasons(index) == reasons(passed)
    return rows(index), reasons(index)


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        (tars.number(-1024, 12), "size"),
        (tars.number(2**62, 12), "size"),
        (tars.number(2**80, 12), "size"),
        (b"-0000001000\0", "size is no number"),
        (b"0000_001000\0", "size is no number"),
        (b"0o000001000\0", "size is no number"),
        (b"abc", "size is no number"),
        (b"9999\0", "size is no number"),
        (b"77777777777\0", "cut off"),
        (b"777777777777", "cut off"),
    ],
)
def test_sizes_that_are_none(size: bytes, reason: str) -> None:
    got, said = scanned(GOOD, tars.file("bad", "x" * 600, raw={"size": size}), tars.file("after"))
    assert got[0].path == b"good"
    assert b"after" not in [row.path for row in got]
    assert reason in said
    assert "byte 1024" in said


@pytest.mark.parametrize("size", [b" 600 \0", b"\x00\x00600", b"0000001130\0", b"1130 1\0"])
def test_sizes_written_oddly(size: bytes) -> None:
    length = 600 if b"1130" in size else 0o600
    got, said = scanned(GOOD, tars.file("odd", "x" * length, raw={"size": size}), tars.file("after"))
    assert [(row.path, row.size) for row in got] == [(b"good", 4), (b"odd", length), (b"after", 0)]
    assert not said


def test_wrong_checksum_stops_there() -> None:
    for filling in (1, 600, 1200):
        got, said = scanned(*[GOOD] * filling, tars.file("bad", raw={"chksum": b"000001\0 "}), *[GOOD] * 600)
        assert len(got) == filling
        assert "checksum" in said
        assert f"byte {filling * 1024}" in said


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        (b"5", "broken"),
        (b"99 path=x\n", "broken"),
        (b"0 path=x\n", "broken"),
        (b"9" * 600_000 + b" path=x\n", "broken"),
        (b"-9 path=x\n", "broken"),
        (b"10 path=xy", "broken"),
        (b"7 =abc\n", "broken"),
        (b"12 path=a\0b\n", "NUL"),
        (tars.pax_records({"uid": "x"}), "uid"),
        (tars.pax_records({"mtime": "never"}), "mtime"),
        (tars.pax_records({"uid": "9" * 19}), "out of range"),
        (tars.pax_records({"GNU.sparse.map": "-5,10", "GNU.sparse.size": "10"}), "sparse"),
        (tars.pax_records({"GNU.sparse.map": "5,10,2,1", "GNU.sparse.size": "100"}), "sparse"),
        (tars.pax_records({"GNU.sparse.map": "0,1", "GNU.sparse.size": "1" + "0" * 30}), "sparse"),
    ],
)
def test_bad_pax_records_are_named_and_the_rest_is_read(records: bytes, reason: str) -> None:
    got, said = scanned(GOOD, tars.pax_header(records), tars.file("odd", "x"), tars.file("after"))
    assert got[0].path == b"good"
    assert [row.path for row in got][2:] == [b"after"]
    assert reason in said


@pytest.mark.parametrize("value", ["-1", "x", "9" * 18 + "9", "1" + "0" * 5000, "1e3", "0x10"])
def test_bad_pax_sizes_stop_there(value: str) -> None:
    got, said = scanned(GOOD, tars.file("odd", "x", pax={"size": value}), tars.file("after"))
    assert [row.path for row in got] in ([b"good"], [b"good", b"odd"])
    assert "byte" in said


@pytest.mark.parametrize("kind", ["x", "g", "L", "K", "X"])
@pytest.mark.parametrize("size", [(1 << 20) + 1, 1 << 33, -1])
def test_extended_headers_over_the_limit(kind: str, size: int) -> None:
    got, said = scanned(GOOD, tars.Entry("h", kind=kind, size=size), tars.file("after"))
    assert len(got) == 1
    assert "extended header" in said


@pytest.mark.parametrize("special", [tars.long_header("L", "n"), tars.pax_header({"path": "n"})])
def test_extended_header_without_an_entry(special: bytes) -> None:
    got, said = scanned(GOOD, special)
    assert len(got) == 1
    assert "no entry after it" in said
    assert "after an extended header" in reasons(scan_bytes(tars.tar([GOOD, special], end=False)))


def test_zero_block_in_the_middle_and_data_after_the_end() -> None:
    got, said = scanned(GOOD, bytes(512), GOOD)
    assert len(got) == 1
    assert "lone block of zeros" in said
    got, said = scanned(GOOD, bytes(1024), GOOD)
    assert len(got) == 1
    assert "follow the end" in said
    assert not scan_bytes(tars.tar([GOOD], record=10240)).problems


@pytest.mark.parametrize("data", [b"x", b"x" * 511, b"x" * 512, b"x" * 5000, b'{"json": true}' * 99])
def test_not_a_tar(data: bytes) -> None:
    index = scan_bytes(data)
    assert len(index) == 0
    assert "is no tar archive" in reasons(index)


def test_owners_out_of_range_are_clamped() -> None:
    got, said = scanned(tars.file("a", uid=2**40, gid=-5), tars.file("b", raw={"uid": b"x"}))
    assert [(row.uid, row.gid) for row in got] == [(2**32 - 1, 0), (0, 0)]
    assert said.count("\n") == 2


def test_problems_are_bounded() -> None:
    got, said = scanned(*[tars.file(f"a/../../{n}") for n in range(1000)])
    assert len(got) == 1000
    assert said.count("\n") == 100
    assert "900 more" in said


def test_a_file_that_shrinks_or_breaks_keeps_what_was_read() -> None:
    class Failing(BytesReader):
        def pread(self, offset: int, length: int) -> bytes:
            if offset > 200_000:
                raise Damaged("disk", "cannot be read: input/output error")
            return super().pread(offset, length)

    data = tars.tar([tars.file(f"f{n}", bytes(20_000)) for n in range(50)])
    for more in ({}, {"hash_stream": True, "diff_id": tars.digest(data)}):
        index = scan_bytes(Failing(data), **more)
        assert 5 < len(index) < 15
        assert "input/output error" in reasons(index)
        assert not index.verified


def test_a_lost_engine_is_no_damage() -> None:
    class Lost:
        def read(self, size: int) -> bytes:
            raise Unreachable("engine", "the connection was reset")

    with pytest.raises(Unreachable):
        scan_bytes(Lost(), hash_stream=True)


def test_a_lost_source_is_raised_from_the_decoding_thread() -> None:
    packed = tars.gzipped(tars.tar([tars.file("f", random.Random(1).randbytes(300_000))]))

    class Lost:
        size = len(packed)

        def pread(self, offset: int, length: int) -> bytes:
            if offset > 100_000:
                raise Unreachable("engine", "the connection was reset")
            return packed[offset : offset + length]

    with pytest.raises(Unreachable):
        scan_bytes(Lost(), hash_stream=True, ahead=True)
    assert threading.active_count() == 1


def test_a_closed_file_is_damaged(tmp_path: object) -> None:
    with pytest.raises(Damaged):
        FileReader(10**6)


def test_random_mutations_of_many_entries() -> None:
    """Batches of hundreds, so that the fast decoder is the one that meets the damage."""
    chance = random.Random(7)
    good = tars.tar([tars.file(f"d{n % 37}/f{n}", bytes(chance.randrange(900))) for n in range(2600)])
    wanted = rows(scan_bytes(good))
    for _ in range(30):
        data = bytearray(good)
        at = chance.randrange(len(data))
        data[at] ^= 1 << chance.randrange(8)
        got = rows(scan_bytes(bytes(data)))
        same = sum(1 for row in wanted if row.data + row.size <= at)
        assert got[:same] == wanted[:same]
        assert rows(scan_bytes(bytes(data), hash_stream=True)) == got
