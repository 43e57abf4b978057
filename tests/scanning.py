"""Scans of bytes for tests, and what an index says as plain rows."""

from __future__ import annotations

from typing import Any, NamedTuple

from imagexplorer.core.control import Control
from imagexplorer.core.layer_index import KINDS, LayerIndex
from imagexplorer.sources.readers import BytesReader, Readable, Seekable
from imagexplorer.sources.tar_scan import scan

WHERE = "sample.tar, layer 0"


class Row(NamedTuple):
    path: bytes
    kind: str
    size: int
    mode: int
    uid: int
    gid: int
    mtime: int
    link: bytes | None
    stored: bytes | None
    flags: int
    data: int


def scan_bytes(data: bytes | Seekable | Readable, **more: Any) -> LayerIndex:
    source = BytesReader(data) if isinstance(data, bytes) else data
    return scan(source, where=WHERE, control=Control(), **more)


def rows(index: LayerIndex) -> list[Row]:
    return [
        Row(
            index.path(row),
            KINDS[index["kind"][row]],
            index["size"][row],
            index["mode"][row],
            index["uid"][row],
            index["gid"][row],
            index["mtime"][row],
            index.link(row),
            index.stored(row),
            index["flags"][row],
            index["data"][row],
        )
        for row in range(len(index))
    ]


def reasons(index: LayerIndex) -> str:
    return "\n".join(f"{problem.where}: {problem.reason}" for problem in index.problems)
