"""An export (docker save) as it streams by: its members, one after the other, each readable once.

Knows tar as a container of members. Must not know what the members mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Cancelled, Unreachable
from imagexplorer.core.layer_index import HARDLINK, SYMLINK
from imagexplorer.core.text import megabytes
from imagexplorer.sources.tar_extended import End, Fault, Shared, read_member
from imagexplorer.sources.tar_fields import BLOCK_SIZE, HEADER_ONLY, KINDS, raw_link, raw_name
from imagexplorer.sources.tar_paths import place
from imagexplorer.sources.tar_window import StreamWindow

CHUNK = 128 * 1024
RETRY = "Check that the engine runs, then retry"


class Progress(Control):
    """The control of the work inside one member: stops with the outer one, and reports the outer one's progress."""

    def __init__(self, outer: Control, total: float | None, in_bytes: bool = True) -> None:
        super().__init__()
        self._outer = outer
        self._in_bytes = in_bytes
        self._total = total
        self.text = ""
        self.done = 0

    @property
    def cancelled(self) -> bool:
        return self._outer.cancelled

    def step(self, done: float = 0, total: float | None = None, text: str = "") -> None:  # noqa: ARG002 - its own
        if self._outer.cancelled:
            raise Cancelled
        # What an engine says of an image's size is not what its export has: never tell more than all of it.
        self._outer.entries = self.entries
        known = self._total if self._total is not None and self.done < self._total else None
        text = f"{self.text}, {megabytes(self.done, known)}" if self.text and self._in_bytes else self.text
        self._outer.step(self.done, known, text)

    @contextmanager
    def on_cancel(self, callback: Callable[[], object]) -> Iterator[None]:
        with self._outer.on_cancel(callback):
            yield


class Body:
    """The bytes of a response; an end that comes too early is the engine's loss, not the end."""

    def __init__(self, response: Any, progress: Progress) -> None:
        self._raw = response.raw
        self._decode = bool(response.headers.get("Content-Encoding"))
        self._progress = progress
        self.notes: list[str] = []
        self.taken = 0

    def read(self, size: int, /) -> bytes:
        data: bytes = self._raw.read(size, decode_content=self._decode)
        self.taken += len(data)
        self._progress.done = self.taken
        return data


@dataclass(slots=True)
class Member:
    """`name` is placed inside the archive; `target` is where a link leads, "" for files. Its bytes come once."""

    name: str
    kind: int
    target: str
    size: int
    _window: StreamWindow
    _at: int
    _end: int
    _what: str

    def peek(self, length: int) -> bytes:
        """The first bytes; only before `read`."""
        return self._window.read(self._at, min(length, self._end - self._at))

    def read(self, size: int, /) -> bytes:
        if self._at >= self._end:
            return b""
        data = self._window.piece(self._at, min(size, self._end - self._at))
        if not data:
            raise Unreachable(self._what, "the engine broke the export off", RETRY)
        self._at += len(data)
        return data

    def drain(self) -> None:
        """Pass over what is left of it."""
        while self.read(CHUNK):
            pass


def members(body: Body, what: str, progress: Progress) -> Iterator[Member]:
    """Each is drained before the next. Raises Unreachable where the stream ends early or is no tar."""
    window = StreamWindow(body, progress)
    shared = Shared()
    position = 0
    while True:
        try:
            found = read_member(window, position, shared)
        except End:
            # To the end of the answer: only then the engine has said that all went well.
            window.rest_is_zero(position)
            return
        except Fault as fault:
            reason = f"the engine broke the export off (byte {fault.position}: {fault.reason})"
            raise Unreachable(what, reason, RETRY) from fault
        kind = KINDS[found.header[156]]
        name = place(found.path if found.path is not None else raw_name(found.header))
        link = found.link if found.link is not None else raw_link(found.header)
        if kind == SYMLINK and not link.startswith(b"/"):
            link = name.rpartition(b"/")[0] + b"/" + link
        target = _text(place(link)) if kind in (SYMLINK, HARDLINK) else ""
        stored = 0 if found.header[156] in HEADER_ONLY else found.stored
        member = Member(_text(name), kind, target, stored, window, found.data, found.data + stored, what)
        yield member
        member.drain()
        position = found.data + stored + -stored % BLOCK_SIZE


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
