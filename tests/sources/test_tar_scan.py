"""Good tars: whatever the writer's dialect and whichever way the bytes come, the same entries are read."""

from __future__ import annotations

import hashlib
import io
import random
import tarfile
import threading

import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Cancelled
from imagexplorer.core.layer_index import HAS_XATTRS, NO_OFFSET, NO_TIME, SPARSE
from imagexplorer.sources.readers import BytesReader
from imagexplorer.sources.tar_scan import scan
from tests import tars
from tests.scanning import WHERE, reasons, rows, scan_bytes

NAMES = st.lists(
    st.one_of(
        st.sampled_from(
            [b"usr", b"lib", b".hidden", b"a.b", b"..c", b"d..", b"\xff\xfe", "ü".encode(), b" ", b"x" * 90]
        ),
        st.binary(min_size=1, max_size=120).map(lambda raw: raw.replace(b"/", b"_").replace(b"\0", b"_")),
    ).filter(lambda part: part not in (b".", b"..") and not part.startswith(b".wh.")),
    min_size=1,
    max_size=6,
).map(b"/".join)


@st.composite
def entries(draw: st.DrawFn) -> tars.Entry:
    path = draw(NAMES)
    kind = draw(st.sampled_from(["file", "file", "file", "dir", "symlink", "hardlink", "char", "block", "fifo"]))
    style = draw(st.sampled_from(["gnu", "pax"]))
    whole = st.integers(-(2**33), 2**34).map(float)
    return tars.Entry(
        path + b"/" if kind == "dir" and draw(st.booleans()) else path,
        draw(st.binary(max_size=1500)) if kind == "file" else b"",
        kind,
        draw(NAMES) if kind in ("symlink", "hardlink") else b"",
        draw(st.integers(0, 0o7777)),
        draw(st.integers(0, 2**32 - 1)),
        draw(st.integers(0, 2**32 - 1)),
        draw(st.one_of(whole, st.integers(0, 2**40).map(lambda n: n / 1024))) if style == "pax" else draw(whole),
        style=style,
    )


def nanoseconds(entry: tars.Entry) -> int:
    whole = int(entry.mtime)
    if entry.style == "pax" and entry.mtime != whole:
        text = f"{entry.mtime:f}".split(".")
        return int(text[0]) * 10**9 + int(text[1].ljust(9, "0"))
    return whole * 10**9 if abs(whole) < 2**63 // 10**9 else NO_TIME


def truth(entry: tars.Entry) -> tuple[object, ...]:
    path = tars.encoded(entry.path).rstrip(b"/")
    link = tars.encoded(entry.link) if entry.kind in ("symlink", "hardlink") else None
    return (
        path,
        entry.kind,
        len(entry.data) if entry.kind == "file" else 0,
        entry.mode,
        entry.uid,
        entry.gid,
        nanoseconds(entry),
        link,
        None,
        0,
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(entries(), max_size=30), st.sampled_from(["", "gzip", "zstd"]), st.integers(1, 5000))
def test_every_way_reads_what_was_written(members: list[tars.Entry], compression: str, step: int) -> None:
    plain = tars.tar(members)
    wanted = [truth(member) for member in members]
    seeked = scan_bytes(plain)
    assert [row[:-1] for row in rows(seeked)] == wanted
    assert not seeked.problems
    for row, member in zip(rows(seeked), members, strict=True):
        if row.kind == "file":
            assert plain[row.data : row.data + row.size] == member.data
    packed = tars.compressed(plain, compression)
    passed = scan_bytes(tars.Dribble(packed, step), diff_id=tars.digest(plain), hash_contents=True, hash_stream=True)
    assert rows(passed) == rows(seeked)
    assert not passed.problems
    assert passed.verified
    assert passed.columns.meta["computed"] == tars.digest(plain)
    assert passed.columns.meta["stream_bytes"] == len(plain)
    assert passed.columns.meta["compression"] == compression
    ahead = scan_bytes(packed, diff_id=tars.digest(plain), hash_contents=True, hash_stream=True, ahead=True)
    assert rows(ahead) == rows(seeked)
    assert ahead.columns.meta == passed.columns.meta
    assert ahead["hash"].tolist() == passed["hash"].tolist()
    for number, member in enumerate(members):
        assert passed["hash"][number] == (xxhash.xxh3_64_intdigest(member.data) if member.kind == "file" else 0)


@pytest.mark.parametrize("style", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_agrees_with_another_writer_and_reader(style: int) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=style) as archive:
        for number in range(3000):
            info = tarfile.TarInfo(f"usr/share/{'deep/' * (number % 17)}doc-{number}/{'n' * (number % 89 + 1)}")
            info.size = number % 700
            info.mode = 0o4755 if number % 7 == 0 else 0o644
            info.uid, info.gid = number, 2097151 - number
            info.mtime = 1_700_000_000 + number
            archive.addfile(info, io.BytesIO(bytes(info.size)))
            link = tarfile.TarInfo(f"bin/link-{number}")
            link.type, link.linkname = (tarfile.SYMTYPE, f"../{info.name[:90]}")
            archive.addfile(link)
    data = stream.getvalue()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        wanted = [
            (m.name.encode(), "file" if m.isreg() else "symlink", m.size, m.mode, m.uid, m.gid, m.mtime * 10**9)
            for m in archive
        ]
    index = scan_bytes(data)
    assert [row[:7] for row in rows(index)] == wanted
    assert not index.problems


def test_names_are_placed_and_kept_as_stored() -> None:
    index = scan_bytes(
        tars.tar(
            [
                tars.folder("./"),
                tars.file("./usr/./bin//ls", "x"),
                tars.file("/etc/passwd"),
                tars.file("a/b/../../../../up"),
                tars.file("plain"),
                tars.file("/" * 40 + "slashes" + "/" * 3),
            ]
        )
    )
    assert [(row.path, row.stored) for row in rows(index)] == [
        (b"", b"./"),
        (b"usr/bin/ls", b"./usr/./bin//ls"),
        (b"etc/passwd", b"/etc/passwd"),
        (b"up", b"a/b/../../../../up"),
        (b"plain", None),
        (b"slashes", b"/" * 40 + b"slashes///"),
    ]
    assert reasons(index).count("\n") == 0
    assert "a/b/../../../../up" in reasons(index)


def test_whiteouts() -> None:
    index = scan_bytes(
        tars.tar(
            [
                tars.whiteout("gone"),
                tars.whiteout("a/gone"),
                tars.opaque("a/b"),
                tars.opaque(""),
                tars.file("c/.wh."),
                tars.file(".wh.."),
                tars.file("c/.wh..."),
                tars.file(".wh..wh.plnk"),
                tars.folder(".wh.folder"),
                tars.whiteout("n" * 200),
                tars.file(".whx"),
            ]
        )
    )
    assert [(row.path, row.kind) for row in rows(index)] == [
        (b"gone", "whiteout"),
        (b"a/gone", "whiteout"),
        (b"a/b", "opaque"),
        (b"", "opaque"),
        (b"c/.wh.", "file"),
        (b".wh..", "file"),
        (b"c/.wh...", "file"),
        (b".wh.plnk", "whiteout"),
        (b".wh.folder", "dir"),
        (b"n" * 200, "whiteout"),
        (b".whx", "file"),
    ]
    assert len(index.problems) == 4


def test_pax_says_otherwise_than_the_header() -> None:
    index = scan_bytes(
        tars.tar(
            [
                tars.pax_header({"mtime": "7.5", "comment": "for all"}, "g"),
                tars.file("short", "12345", pax={"path": "long", "mtime": "1.000000001", "uid": "70000", "gid": "1"}),
                tars.file("x", b"12345", size=0, pax={"size": "5"}),
                tars.symlink("l", "t", pax={"linkpath": "target", "SCHILY.xattr.user.a": "b"}),
                tars.file("empty-value", pax={"path": "", "mtime": ""}),
                tars.file("old", pax={"mtime": "-9999999999999999999999"}),
            ]
        )
    )
    got = rows(index)
    assert [(row.path, row.size, row.mtime, row.uid, row.link) for row in got[:3]] == [
        (b"long", 5, 1_000_000_001, 70000, None),
        (b"x", 5, 7_500_000_000, 0, None),
        (b"l", 0, 7_500_000_000, 0, b"target"),
    ]
    assert got[2].flags == HAS_XATTRS
    assert got[3].path == b"empty-value"
    assert got[4].mtime == NO_TIME
    assert not index.problems


def test_a_global_header_renames_nothing() -> None:
    """As Go's reader, which the engines use: GNU tar would call all of them "g"."""
    index = scan_bytes(tars.tar([tars.pax_header({"path": "g", "size": "0", "uid": "7"}, "g"), tars.file("a", "x")]))
    assert [(row.path, row.size, row.uid) for row in rows(index)] == [(b"a", 1, 7)]
    assert "global header" in reasons(index)


def test_last_of_several_extended_headers_wins() -> None:
    index = scan_bytes(
        tars.tar(
            [
                tars.long_header("L", "first"),
                tars.long_header("L", "second"),
                tars.long_header("K", "one"),
                tars.long_header("K", "two"),
                tars.symlink("n", "l"),
                tars.pax_header({"path": "p1"}),
                tars.pax_header({"path": "p2"}),
                tars.file("q"),
            ]
        )
    )
    assert [(row.path, row.link) for row in rows(index)] == [(b"second", b"two"), (b"p2", None)]


SPARSES = {
    "old": tars.Entry(
        "holes", b"data" * 128, "S", raw={"386": tars.number(1 << 20, 12) + tars.number(512, 12),
                                          "483": tars.number(1 << 30, 12)},
    ),
    "0.0": tars.file("holes", b"data" * 128, style="pax", before=tars.pax_header([
        ("GNU.sparse.size", str(1 << 30)), ("GNU.sparse.numblocks", "1"),
        ("GNU.sparse.offset", str(1 << 20)), ("GNU.sparse.numbytes", "512")])),
    "0.1": tars.file("./GNUSparseFile.1/holes", b"data" * 128, style="pax", pax={
        "GNU.sparse.size": str(1 << 30), "GNU.sparse.name": "holes", "GNU.sparse.map": f"{1 << 20},512"}),
    "1.0": tars.file("GNUSparseFile.1/h", tars.padded(b"1\n%d\n512\n" % (1 << 20)) + b"data" * 128, style="pax", pax={
        "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "holes",
        "GNU.sparse.realsize": str(1 << 30)}),
}  # fmt: skip


@pytest.mark.parametrize("style", SPARSES)
@pytest.mark.parametrize("stream", [False, True])
def test_sparse_files_have_their_real_size_and_name(style: str, stream: bool) -> None:
    data = tars.tar([SPARSES[style], tars.file("after", "x")])
    index = scan_bytes(data, hash_contents=stream)
    assert [(row.path, row.size) for row in rows(index)] == [(b"holes", 1 << 30), (b"after", 1)]
    assert rows(index)[0].flags == SPARSE
    assert data[rows(index)[0].data :].startswith(b"datadata")
    assert not index.problems


def test_long_old_sparse_map() -> None:
    regions = [(n << 20, 16) for n in range(60)]
    fields = [tars.number(a, 12) + tars.number(b, 12) for a, b in regions]
    extra = b"".join(fields[4:25]) + b"\1" + bytes(7) + b"".join(fields[25:46]) + b"\1" + bytes(7)
    extra += b"".join(fields[46:]).ljust(504, b"\0") + bytes(8)
    raw = {"386": b"".join(fields[:4]), "482": b"\1", "483": tars.number(1 << 30, 12)}
    sparse = tars.Entry("holes", b"", "S", size=960, raw=raw)
    index = scan_bytes(tars.tar([bytes(sparse) + extra + tars.padded(b"x" * 960), tars.file("after")]))
    assert [(row.path, row.size) for row in rows(index)] == [(b"holes", 1 << 30), (b"after", 0)]
    assert not index.problems


def test_unknown_types_stay_in_step() -> None:
    index = scan_bytes(
        tars.tar([tars.Entry(f"e{n}", b"abc", kind) for n, kind in enumerate("VDAMN@7")] + [tars.file("z")])
    )
    assert [(row.kind, row.size, row.data == NO_OFFSET) for row in rows(index)] == [
        *[("other", 0, True)] * 6,
        ("file", 3, False),
        ("file", 0, False),
    ]


@pytest.mark.parametrize("data", [b"", bytes(512), bytes(1024), bytes(10240)])
def test_empty_layers(data: bytes) -> None:
    index = scan_bytes(data, hash_stream=True, diff_id=tars.digest(data))
    assert len(index) == 0
    assert index.verified
    assert not index.problems


def test_no_end_mark_is_no_problem() -> None:
    assert not scan_bytes(tars.tar([tars.file("a", "b")], end=False)).problems


def test_a_wrong_digest_is_told() -> None:
    data = tars.tar([tars.file("a")])
    index = scan_bytes(data, hash_stream=True, diff_id="sha256:" + "0" * 64)
    assert not index.verified
    assert index.columns.meta["computed"] == tars.digest(data)
    assert tars.digest(data) in reasons(index)
    sha512 = "sha512:" + hashlib.sha512(data).hexdigest()
    assert scan_bytes(data, hash_stream=True, diff_id=sha512).verified


def test_large_files_are_not_read() -> None:
    class Counting(BytesReader):
        total = 0

        def pread(self, offset: int, length: int) -> bytes:
            data = super().pread(offset, length)
            Counting.total += len(data)
            return data

    data = tars.tar([tars.file(f"f{n}", bytes(500_000)) for n in range(20)])
    assert len(scan_bytes(Counting(data))) == 20
    assert Counting.total < 20 * 10_000 + 50_000


def test_progress() -> None:
    data = tars.tar([tars.file(f"f{n}", bytes(3000)) for n in range(2000)])
    seen: list[tuple[float, float | None]] = []
    scan(
        BytesReader(data),
        where=WHERE,
        hash_stream=True,
        control=Control(lambda done, total, _: seen.append((done, total)), 0),
    )
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert seen[-1] == (len(data), len(data))


@pytest.mark.parametrize(("hashing", "compression"), [(False, ""), (True, ""), (True, "gzip"), (True, "zstd")])
def test_cancel(hashing: bool, compression: str) -> None:
    control = Control(lambda *_: control.cancel(), 0)
    noise = random.Random(5)
    data = tars.compressed(tars.tar([tars.file(f"f{n}", noise.randbytes(3000)) for n in range(4000)]), compression)
    with pytest.raises(Cancelled):
        scan(BytesReader(data), where=WHERE, hash_stream=hashing, ahead=True, control=control)
    assert threading.active_count() == 1


@pytest.mark.parametrize("step", [4100, 5000, 70_001])
def test_headers_in_two_pieces(step: int) -> None:
    dice = random.Random(8)
    members: list[tars.Entry] = []
    for number in range(200):
        members.append(tars.folder(f"d{number}"))
        members.append(tars.file(f"d{number}/{'n' * dice.randrange(250)}", dice.randbytes(dice.randrange(9000))))
    plain = tars.tar(members)
    passed = scan_bytes(tars.Dribble(plain, step), diff_id=tars.digest(plain), hash_contents=True, hash_stream=True)
    assert rows(passed) == rows(scan_bytes(plain))
    assert passed.verified
    assert not passed.problems
    assert passed["hash"].tolist()[1::2] == [xxhash.xxh3_64_intdigest(each.data) for each in members[1::2]]
