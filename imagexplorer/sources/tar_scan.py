"""One layer's bytes in, its LayerIndex out: the door to the tar reader.

Knows how a tar, compressed or not, becomes columns and problems; not what an image is. Nothing is raised for what is
wrong inside: it ends in a problem that names file, layer and offset, and the entries before it are kept.
"""

from __future__ import annotations

import hashlib
import queue
import threading
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Damaged
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.core.text import plain_bytes
from imagexplorer.sources.compression import open_layer_stream
from imagexplorer.sources.readers import Readable, Seekable
from imagexplorer.sources.tar_columns import TarColumns
from imagexplorer.sources.tar_walk import Walk
from imagexplorer.sources.tar_window import FileWindow, StreamWindow

PROBLEM_LIMIT = 100
"""Problems of one layer that are told one by one; the rest is counted."""


def scan(
    source: Seekable | Readable,
    *,
    where: str,
    diff_id: str = "",
    hash_contents: bool = False,
    hash_stream: bool = False,
    control: Control,
) -> LayerIndex:
    """The entries of a tar, which may be compressed with what `compression` knows.

    A `Seekable` without compression is read header by header, unless contents or stream are to be hashed.
    `where` names file and layer in problems. `meta` of the index: diff_id, verified, computed, problems, stream_bytes,
    compression. Raises Cancelled, and whatever but Damaged a stream raises (Unreachable ...).
    """
    problems = _Problems(where)
    columns = TarColumns(problems.note)
    window: FileWindow | StreamWindow
    hashing: _HashingStream | None = None
    compression, stream = "", None
    try:
        compression, stream = open_layer_stream(source)
    except Damaged as error:
        problems.add(where, error.reason or error.what)
        return columns.index(_meta(problems, diff_id, compression))
    if not compression and not hash_contents and not hash_stream and _seekable(source):
        window = FileWindow(source)  # type: ignore[arg-type]
        walk = Walk(window, columns, False, control)
        walk.run()
    else:
        if hash_stream:
            stream = hashing = _HashingStream(stream, diff_id)
        total = source.size if not compression and _seekable(source) else None  # type: ignore[union-attr]
        window = StreamWindow(stream, control, total)
        walk = Walk(window, columns, hash_contents, control)
        try:
            walk.run()
            if hash_stream:
                window.rest_is_zero(walk.end)
        finally:
            computed = hashing.finish() if hashing else ""
    meta = _meta(problems, diff_id, compression)
    if window.failure:
        problems.add(where, f"{window.failure.reason or window.failure.what} (after byte {walk.end:,} of the tar)")
    elif walk.fault:
        offset, reason = walk.fault
        if not columns.count and offset == 0:
            reason = f"is no tar archive: {reason}"
        problems.add(f"{where}, byte {offset}", reason)
    if hashing and not window.failure:
        meta["computed"] = computed
        meta["verified"] = bool(diff_id) and computed == diff_id
        if diff_id and computed != diff_id:
            problems.add(where, f"its digest is {computed}, not {diff_id} as claimed")
    notes = getattr(stream, "notes", ()) if hashing is None else hashing.notes
    for note in notes:
        problems.add(where, note)
    meta["stream_bytes"] = window.size or 0
    meta["problems"] = problems.listed()
    return columns.index(meta)


def _seekable(source: Seekable | Readable) -> bool:
    return hasattr(source, "pread")


def _meta(problems: _Problems, diff_id: str, compression: str) -> dict[str, Any]:
    return {
        "diff_id": diff_id,
        "verified": False,
        "computed": "",
        "problems": problems.listed(),
        "stream_bytes": 0,
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


class _HashingStream:
    """Passes bytes on and hashes them in a thread of its own: hashlib lets the interpreter's lock go."""

    def __init__(self, raw: Readable, diff_id: str) -> None:
        self._raw = raw
        self._algorithm = "sha512" if diff_id.startswith("sha512:") else "sha256"
        self._hash = hashlib.new(self._algorithm)
        self._queue: queue.Queue[bytes | None] = queue.Queue(8)
        self._thread = threading.Thread(target=self._run, name="hash", daemon=True)
        self._thread.start()

    @property
    def notes(self) -> list[str]:
        return list(getattr(self._raw, "notes", ()))

    def read(self, size: int, /) -> bytes:
        data = self._raw.read(size)
        if data:
            self._queue.put(data)
        return data

    def finish(self) -> str:
        """Of all that was read: `algorithm:hex`."""
        self._queue.put(None)
        self._thread.join()
        return f"{self._algorithm}:{self._hash.hexdigest()}"

    def _run(self) -> None:
        while (data := self._queue.get()) is not None:
            self._hash.update(data)
