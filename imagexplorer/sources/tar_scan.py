"""One layer's bytes in, its LayerIndex out: the door to the tar reader.

Knows how a tar, compressed or not, becomes columns and problems; not what an image is. Nothing is raised for what is
wrong inside: it ends in a problem that names file, layer and offset, and the entries before it are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Damaged
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.core.text import plain_bytes
from imagexplorer.sources.compression import open_layer_stream
from imagexplorer.sources.readers import Readable, Seekable
from imagexplorer.sources.tar_columns import TarColumns
from imagexplorer.sources.tar_walk import Walk
from imagexplorer.sources.tar_window import FileWindow, StreamWindow

if TYPE_CHECKING:
    from imagexplorer.sources.read_ahead import ReadAhead
    from imagexplorer.sources.stream_hash import HashingStream

PROBLEM_LIMIT = 100
"""Problems of one layer that are told one by one; the rest is counted."""


def scan(
    source: Seekable | Readable,
    *,
    where: str,
    diff_id: str = "",
    hash_contents: bool = False,
    hash_stream: bool = False,
    ahead: bool = False,
    control: Control,
) -> LayerIndex:
    """The entries of a tar, which may be compressed with what `compression` knows.

    A `Seekable` without compression is read header by header, unless contents or stream are to be hashed.
    `ahead`: what is compressed is decoded in a thread of its own, which reads `source` from there, and NumPy is loaded
    meanwhile. `where` names file and layer in problems. `meta` of the index: diff_id, verified, computed, problems,
    stream_bytes, compression. Raises Cancelled, and whatever but Damaged a stream raises (Unreachable ...).
    """
    problems = _Problems(where)
    columns = TarColumns(problems.note)
    seekable = cast("Seekable", source) if hasattr(source, "pread") else None
    try:
        compression, stream = open_layer_stream(source)
    except Damaged as error:
        problems.add(where, error.reason or error.what)
        return columns.index(_meta(problems, diff_id))
    window: FileWindow | StreamWindow
    hashing: HashingStream | None = None
    decoding: ReadAhead | None = None
    computed = ""
    if seekable and not (compression or hash_contents or hash_stream):
        window = FileWindow(seekable, control)
        walk = Walk(window, columns, False)
        walk.run()
    else:
        if ahead and compression:
            from imagexplorer.sources.read_ahead import ReadAhead

            stream = decoding = ReadAhead(stream)
        if hash_stream:
            from imagexplorer.sources.stream_hash import HashingStream

            stream = hashing = HashingStream(stream, diff_id, here=decoding is not None)
        window = StreamWindow(stream, control, seekable.size if seekable else None)
        walk = Walk(window, columns, hash_contents)
        try:
            if decoding:
                import numpy  # noqa: F401 - stacking needs it in any case; once it is there, the walk decodes with it too
            walk.run()
            if hashing:
                window.rest_is_zero(walk.end)
        finally:
            if decoding:
                decoding.close()
            computed = hashing.finish() if hashing else ""
    _tell(problems, where, columns.count, window, walk)
    for note in stream.notes:
        problems.add(where, note)
    meta = _meta(problems, diff_id, compression, window.size or 0)
    if hashing and not window.failure:
        meta["computed"] = computed
        meta["verified"] = bool(diff_id) and computed == diff_id
        if diff_id and computed != diff_id:
            problems.add(where, f"its digest is {computed}, not {diff_id} as claimed")
    meta["problems"] = problems.listed()
    return columns.index(meta)


def _tell(problems: _Problems, where: str, count: int, window: FileWindow | StreamWindow, walk: Walk) -> None:
    """What ended the reading early. A source that broke off explains whatever the walk missed."""
    if window.failure:
        reason = window.failure.reason or window.failure.what
        problems.add(f"{where}, byte {walk.end}", reason)
    elif walk.fault:
        offset, reason = walk.fault
        if not count and offset == 0:
            reason = f"is no tar archive: {reason}"
        problems.add(f"{where}, byte {offset}", reason)


def _meta(problems: _Problems, diff_id: str, compression: str = "", stream_bytes: int = 0) -> dict[str, Any]:
    return {
        "diff_id": diff_id,
        "verified": False,
        "computed": "",
        "problems": problems.listed(),
        "stream_bytes": stream_bytes,
        "compression": compression,
    }


class _Problems:
    """Bounded: a hostile archive could name a problem an entry."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._list: list[list[str]] = []
        self._more = 0

    def note(self, offset: int, path: bytes, reason: str) -> None:
        name = f", {plain_bytes(path, 200)}" if path else ""
        self.add(f"{self._where}{name}, byte {offset}", reason)

    def add(self, where: str, reason: str) -> None:
        if len(self._list) < PROBLEM_LIMIT:
            self._list.append([where, reason])
        else:
            self._more += 1

    def listed(self) -> list[list[str]]:
        return [*self._list, [self._where, f"{self._more:,} more problems like these"]] if self._more else self._list
