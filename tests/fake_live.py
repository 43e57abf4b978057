"""What a made-up container says of itself as it runs: streams that a test feeds, and that end when they are told to."""

from __future__ import annotations

import queue
from array import array
from collections.abc import Iterator
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.life import Moment
from imagexplorer.core.live import (
    STDOUT,
    LogBatch,
    LogSpec,
    Processes,
    Sample,
    TerminalEnded,
    TerminalSpec,
    TerminalStarted,
)

END = object()


class FakeLive:
    """`write` a line to a log; `use` tells a sample; `end` ends what is followed. `open` names the streams that are."""

    def __init__(self) -> None:
        self.kept: dict[str, list[tuple[bytes, int, int]]] = {}
        self.open: list[tuple[str, str]] = []
        self.begun: list[tuple[str, str]] = []
        self.processes = Processes(("PID", "CMD"), (("1", "nginx"), ("7", "sleep 1")))
        self.history: tuple[Moment, ...] = ()
        self._terminals = 0
        self._inboxes: list[tuple[tuple[str, str], queue.SimpleQueue[Any], Control]] = []

    def write(self, container_id: str, *lines: bytes, stream: int = STDOUT, second: int = 1_700_000_000) -> None:
        new = [(line, stream, second * 1_000_000_000) for line in lines]
        self.kept.setdefault(container_id, []).extend(new)
        self._tell(("logs", container_id), _batch(new))

    def use(self, container_id: str, sample: Sample) -> None:
        self._tell(("stats", container_id), sample)

    def end(self, container_id: str) -> None:
        self._tell(("logs", container_id), END)
        self._tell(("stats", container_id), END)

    def heard(self, name: tuple[str, str]) -> int:
        """Streams of a name that somebody still listens to: one that was let go of may take its time to end."""
        return sum(other == name and not control.cancelled for other, _inbox, control in list(self._inboxes))

    def _tell(self, name: tuple[str, str], what: Any) -> None:
        for other, inbox, _control in list(self._inboxes):
            if other == name:
                inbox.put(what)

    def logs(self, container_id: str, spec: LogSpec, control: Control, runs: bool = True) -> Iterator[LogBatch]:
        stream = self._listen(("logs", container_id), control) if runs else iter(())
        kept = [each for each in self.kept.get(container_id, []) if each[2] >= spec.since * 1e9]
        if kept:
            yield _batch(kept)
        yield from stream

    def stats(self, container_id: str, control: Control) -> Iterator[Sample]:
        return self._listen(("stats", container_id), control)

    def say(self, number: int, what: bytes | int) -> None:
        """Output of the terminal that was opened as the `number`-th, or the exit code that it ends with."""
        name = ("terminal", f"exec{number}")
        self._tell(name, what if isinstance(what, bytes) else TerminalEnded(what))
        if not isinstance(what, bytes):
            self._tell(name, END)

    def terminal(self, spec: TerminalSpec, control: Control) -> Iterator[TerminalStarted | bytes | TerminalEnded]:
        self._terminals += 1
        name = f"exec{self._terminals}"
        stream = self._listen(("terminal", name), control)
        yield TerminalStarted(name)
        yield from stream

    def _listen(self, name: tuple[str, str], control: Control) -> Iterator[Any]:
        inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        entry = (name, inbox, control)
        self._inboxes.append(entry)
        self.open.append(name)
        self.begun.append(name)

        def items() -> Iterator[Any]:
            try:
                with control.on_cancel(lambda: inbox.put(END)):
                    while (item := inbox.get()) is not END:
                        control.step()
                        if isinstance(item, Exception):
                            raise item
                        yield item
                control.step()
            finally:
                self._inboxes.remove(entry)
                self.open.remove(name)

        return items()


def _batch(lines: list[tuple[bytes, int, int]]) -> LogBatch:
    times = array("q", (time for _, _, time in lines))
    return LogBatch(b"\n".join(line for line, _, _ in lines), bytes(stream for _, stream, _ in lines), times.tobytes())
