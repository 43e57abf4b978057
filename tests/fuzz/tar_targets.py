"""What must hold for any bytes that are read as a tar, as a compressed stream, or as pax records.

Each target raises where it does not hold.
"""

from __future__ import annotations

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Damaged
from imagexplorer.core.layer_index import KINDS, LayerIndex
from imagexplorer.sources.compression import open_layer_stream
from imagexplorer.sources.readers import BytesReader
from imagexplorer.sources.tar_extended import parse_records
from imagexplorer.sources.tar_scan import scan
from tests import tars

WHERE = "fuzz.tar"
_BLOCK = 512


def repaired(data: bytes) -> bytes:
    """With the checksum made right of every block that could be a header: mutations get past it."""
    blocks = bytearray(data)
    for at in range(0, len(blocks) - _BLOCK + 1, _BLOCK):
        if any(blocks[at : at + 8]) and blocks[at + 155] in b" \0":
            blocks[at + 148 : at + 156] = b" " * 8
            blocks[at + 148 : at + 156] = b"%06o\0 " % sum(blocks[at : at + _BLOCK])
    return bytes(blocks)


def checked(index: LayerIndex, size: int) -> list[tuple[object, ...]]:
    """The rows of an index whose columns are consistent."""
    count = len(index)
    columns = index.columns.columns
    for name in ("kind", "flags", "mode", "uid", "gid", "size", "mtime", "data", "hash"):
        assert len(columns[name]) == count, name
    for starts, rows, blob in (("link_start", "link_row", "links"), ("stored_start", "stored_row", "stored")):
        assert len(columns[starts]) == len(columns[rows]) + 1
        assert columns[starts][-1] == len(columns[blob])
        assert list(columns[rows]) == sorted(set(columns[rows]))
    assert columns["path_start"][-1] == len(columns["paths"])
    out: list[tuple[object, ...]] = []
    for row in range(count):
        path, kind = index.path(row), KINDS[columns["kind"][row]]
        assert not path.startswith(b"/")
        assert not path.endswith(b"/")
        assert kind in ("whiteout", "opaque") or not {b"", b".", b".."} & set(path.split(b"/")) or path == b""
        assert (index.link(row) is not None) == (kind in ("symlink", "hardlink"))
        assert columns["mode"][row] <= 0o7777
        assert columns["size"][row] >= 0
        assert columns["data"][row] < size + (2 << 20)
        if kind != "file":
            assert columns["size"][row] == 0
        out.append((path, kind, columns["size"][row], columns["mtime"][row], columns["data"][row], index.stored(row)))
    for problem in index.problems:
        assert problem.where.startswith(WHERE)
        assert problem.reason
        assert "\n" not in problem.where + problem.reason
    return out


def tar(data: bytes) -> None:
    """The first byte says how the rest is dressed: bit 0 checksums made right, bits 1 and 2 compressed."""
    if not data:
        return
    body = repaired(data[1:]) if data[0] & 1 else data[1:]
    seeked = scan(BytesReader(body), where=WHERE, control=Control())
    rows = checked(seeked, len(body))
    packed = tars.compressed(body, ("", "gzip", "zstd", "")[data[0] >> 1 & 3])
    passed = scan(tars.Dribble(packed, 700), where=WHERE, hash_contents=True, hash_stream=True, control=Control())
    if not seeked.columns.meta["compression"]:
        assert checked(passed, len(body)) == rows


def stream(data: bytes) -> None:
    """A compressed stream: as many bytes as asked for at most, and one kind of error only."""
    total = 0
    try:
        _, opened = open_layer_stream(tars.Dribble(data, 97))
        while part := opened.read(5000):
            assert len(part) <= 5000
            total += len(part)
            if total > 10 << 20:
                return
        assert opened.read(10) == b""
        assert all(isinstance(note, str) for note in opened.notes)
    except Damaged:
        return


def pax(data: bytes) -> None:
    """Records alone, and in front of an entry."""
    records, notes, _ = parse_records(data)
    assert b"\0" not in records.get(b"path", b"")
    assert all(notes)
    body = tars.tar([tars.pax_header(data), tars.file("f", "0\n" + "x" * 600), tars.file("after")])
    tar(b"\0" + body)
