"""Writes the seeds of the corpus: `python -m tests.fuzz.seeds`. One small file a feature of the formats."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
from pathlib import Path

from tests import tars
from tests.fuzz import engine_targets, image_targets

CORPUS = Path(__file__).with_name("corpus")
_SPARSE = {"386": tars.number(512, 12) + tars.number(4, 12), "483": tars.number(4096, 12)}

TARS = [
    tars.tar([]),
    tars.tar([tars.folder("usr"), tars.file("usr/a", "text"), tars.symlink("usr/l", "a"), tars.hardlink("h", "usr/a")]),
    tars.tar([tars.file("n" * 120, "x"), tars.symlink("l", "t" * 120)]),
    tars.tar([tars.file("p" * 120, "x", style="pax", mtime=1.25), tars.file("b", pax={"size": "3"}, data=b"abc")]),
    tars.tar([tars.pax_header({"mtime": "5", "path": "g"}, "g"), tars.file("f", uid=2**31), tars.file("e", mtime=-5)]),
    tars.tar([tars.whiteout("a/b"), tars.opaque("a"), tars.file("a/.wh."), tars.file(".wh..."), tars.folder(".wh.d")]),
    tars.tar([tars.Entry("s", b"data", "S", raw=_SPARSE), tars.file("after")]),
    tars.tar([tars.Entry("s", b"data", "S", raw={**_SPARSE, "482": b"\1"}, before=b"")]) + bytes(512),
    tars.tar([tars.file("s", "data", pax={
        "GNU.sparse.map": "512,4", "GNU.sparse.size": "4096", "GNU.sparse.name": "r"})]),
    tars.tar([tars.file("s", tars.padded(b"1\n512\n4\n") + b"data", pax={
        "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "4096"})]),
    tars.tar([tars.Entry("s", b"", "S", raw={"482": b"\1", "483": tars.number(2**80, 12)})], end=False),
    tars.tar([tars.device("d"), tars.fifo("f"), *(tars.Entry("o", b"x", kind) for kind in "VDAXN7@")]),
    tars.tar([tars.file("../../a//./b"), tars.file("/etc/x"), tars.file("", "x"), tars.file("v7", style="v7")]),
    tars.tar([tars.file("f", "x", raw={"size": b"-1"})]),
    tars.tar([tars.file("f", "x", raw={"prefix": b"usr/share", "magic": b"ustar\x0000"}), bytes(512), tars.file("z")]),
    tars.tar([tars.file(f"f{number}", "x") for number in range(40)], end=False),
]  # fmt: skip
PLAIN = TARS[1]
GZIP = gzip.compress(PLAIN, mtime=0)
STREAMS = [
    GZIP,
    tars.gzipped(PLAIN, members=3) + bytes(20),
    GZIP[:3] + b"\x1e" + bytes(6) + b"\2\0exname\0comment\0hc" + GZIP[10:],
    tars.zstd(PLAIN, frames=2),
    tars.skippable() + tars.zstd(PLAIN) + b"junk",
    b"\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00",
    bz2.compress(PLAIN),
    lzma.compress(PLAIN),
]  # fmt: skip
RECORDS = [
    tars.pax_records({"path": "a", "linkpath": "b", "size": "3", "mtime": "1.5", "uid": "1", "gid": "2"}),
    tars.pax_records({"SCHILY.xattr.user.x": "y", "comment": "none", "path": ""}) + bytes(9),
    tars.pax_records([("GNU.sparse.size", "99"), ("GNU.sparse.numblocks", "2"), ("GNU.sparse.offset", "0"),
                      ("GNU.sparse.numbytes", "5"), ("GNU.sparse.offset", "9"), ("GNU.sparse.numbytes", "5")]),
    tars.pax_records({"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9999"}),
    tars.pax_records({"GNU.sparse.map": "0,4", "GNU.sparse.size": "9999", "GNU.sparse.name": "x"}),
]  # fmt: skip


def main() -> None:
    dressed = [bytes([number % 8 | 1]) + data for number, data in enumerate(TARS)]
    for name, inputs in {
        "tar": dressed,
        "stream": STREAMS,
        "pax": RECORDS,
        "docker": [*image_targets.archive_seeds()],
        "oci": [*image_targets.layout_seeds()],
        "engine": [*engine_targets.seeds()],
        "squash": [*image_targets.stack_seeds()],
    }.items():
        folder = CORPUS / name
        folder.mkdir(parents=True, exist_ok=True)
        for data in inputs:
            (folder / hashlib.sha1(data, usedforsecurity=False).hexdigest()[:16]).write_bytes(data)


if __name__ == "__main__":
    main()
