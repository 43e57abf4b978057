"""A container's log as batches of lines, while it goes on.

Knows the stream of /containers/x/logs: frames of both outputs, or the bare bytes of a terminal, each line after its
time. Docker sends a chunk a line: a thread gathers them, so that a flood becomes some thirty batches a second.
"""

from __future__ import annotations

import re
from array import array
from calendar import timegm
from collections.abc import Iterator
from threading import Condition, Thread
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import short_id
from imagexplorer.core.live import STDERR, STDOUT, LogBatch, LogSpec
from imagexplorer.sources.engine.fields import section
from imagexplorer.sources.engine.wire import FOREVER, Wire, gone_is_not_found

GATHER_SECONDS = 0.03
WAITING_BYTES = 256 << 10
"""So much may wait for who reads; then the engine waits. Batches are hardly larger: no step of a window is long."""
FRAME_BYTES = 16 << 20
LINE_BYTES = 1 << 20
"""A longer line comes in pieces."""
_HEADER = 8
"""Of a frame: stream, three zeros, length as 4 bytes, most significant first (API, "Attach to a container")."""
_TIME = re.compile(rb"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d)) ?")


def logs(wire: Wire, container_id: str, spec: LogSpec, control: Control) -> Iterator[LogBatch]:
    """Until the log ends: at once, or with the container where it is followed. Raises Refused where its log driver
    keeps nothing."""
    what = f"log of {short_id(container_id)}"
    path = f"/containers/{container_id}"
    params: dict[str, str | int | bool] = {"stdout": 1, "stderr": 1, "timestamps": 1, "follow": int(spec.follow)}
    params["tail"] = "all" if spec.tail is None else spec.tail
    if spec.since > 0:
        params["since"] = f"{spec.since:.9f}"
    tty = section(wire.get(f"{path}/json", what=what, control=control), "Config").get("Tty") is True
    with (
        gone_is_not_found(wire, f"{path}/json", what, control),
        wire.open("GET", f"{path}/logs", what=what, control=control, params=params, seconds=FOREVER) as response,
    ):
        gathering = _Gathering(response)
        gathering.start()
        lines = _Lines(tty)
        try:
            for piece in gathering.pieces():
                control.step()
                lines.feed(piece)
                if batch := lines.take():
                    yield batch
        finally:
            gathering.abandon()
        if gathering.error is not None:
            raise gathering.error
        if batch := lines.end():
            yield batch
    control.step()


class _Gathering(Thread):
    """Reads as fast as the engine writes, and hands over what came in a while."""

    def __init__(self, response: Any) -> None:
        super().__init__(daemon=True, name="log")
        self._response = response
        self._changed = Condition()
        self._waiting = bytearray()
        self._ended = self._abandoned = False
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            for piece in iter(lambda: self._response.raw.read1(decode_content=True), b""):
                with self._changed:
                    while len(self._waiting) > WAITING_BYTES and not self._abandoned:
                        self._changed.wait()
                    if self._abandoned:
                        return
                    self._waiting += piece
                    self._changed.notify_all()
        except Exception as error:  # told to who reads, on their thread, where it is translated
            self.error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def pieces(self) -> Iterator[bytes]:
        while True:
            with self._changed:
                while not self._waiting and not self._ended:
                    self._changed.wait()
                self._changed.wait_for(lambda: self._ended or len(self._waiting) > WAITING_BYTES, GATHER_SECONDS)
                piece = bytes(self._waiting)
                self._waiting.clear()
                ended = self._ended
                self._changed.notify_all()
            if piece:
                yield piece
            if ended:
                return

    def abandon(self) -> None:
        with self._changed:
            self._abandoned = True
            self._changed.notify_all()


class _Lines:
    """From the bytes of the stream to whole lines of each output, with their times."""

    def __init__(self, tty: bool) -> None:
        self._tty = tty
        self._raw = bytearray()
        self._open = {STDOUT: bytearray(), STDERR: bytearray()}
        self._texts: list[bytes] = []
        self._streams = bytearray()
        self._times = array("q")

    def feed(self, data: bytes) -> None:
        if self._tty:
            self._add(STDOUT, data)
            return
        raw = self._raw
        raw += data
        at = 0
        while len(raw) - at >= _HEADER:
            length = int.from_bytes(raw[at + 4 : at + _HEADER], "big")
            if len(raw) - at - _HEADER < length:
                break
            stream = STDERR if raw[at] == STDERR else STDOUT
            piece = bytes(raw[at + _HEADER : at + _HEADER + length])
            # A line that the engine keeps in pieces has a time before each.
            time = _TIME.match(piece) if self._open[stream] else None
            self._add(stream, piece[time.end() :] if time else piece)
            at += _HEADER + length
        if len(raw) - at > FRAME_BYTES:  # no frame is that long: not a stream of frames
            self._add(STDOUT, bytes(raw[at:]))
            at = len(raw)
        del raw[:at]

    def _add(self, stream: int, data: bytes) -> None:
        kept = self._open[stream]
        kept += data
        if b"\n" not in data and len(kept) < LINE_BYTES:
            return
        *whole, rest = bytes(kept).split(b"\n")
        while len(rest) >= LINE_BYTES:
            whole.append(rest[:LINE_BYTES])
            rest = rest[LINE_BYTES:]
        for line in whole:
            self._line(stream, line)
        kept[:] = rest

    def _line(self, stream: int, line: bytes) -> None:
        match = _TIME.match(line)
        self._times.append(_nanoseconds(match) if match else 0)
        self._streams.append(stream)
        self._texts.append((line[match.end() :] if match else line).removesuffix(b"\r"))

    def take(self) -> LogBatch | None:
        """The lines that are whole by now."""
        if not self._texts:
            return None
        batch = LogBatch(b"\n".join(self._texts), bytes(self._streams), self._times.tobytes())
        self._texts, self._streams, self._times = [], bytearray(), array("q")
        return batch

    def end(self) -> LogBatch | None:
        """With what was written last, though no newline followed."""
        for stream, rest in self._open.items():
            if rest:
                self._line(stream, bytes(rest))
                rest.clear()
        return self.take()


def _nanoseconds(match: re.Match[bytes]) -> int:
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    seconds = timegm((year, month, day, hour, minute, second))
    if match[8]:
        offset = (int(match[9]) * 60 + int(match[10])) * 60
        seconds -= offset if match[8] == b"+" else -offset
    return seconds * 1_000_000_000 + int((match[7] or b"0").ljust(9, b"0"))
