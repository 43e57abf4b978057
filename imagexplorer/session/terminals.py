"""Programs with a terminal that pages run in containers: what they say to the GUI thread, keys to them in order.

A program may say more than can be painted: what waits is bounded, the oldest of it is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.jobs import Jobs
from imagexplorer.session.link import Link
from imagexplorer.session.records import Failed

if TYPE_CHECKING:
    from imagexplorer.core.live import TerminalSpec

WAITING_BYTES = 1 << 20
_PIECE = 1 << 10


class TerminalLine:
    """One terminal. `take` and `write` are for the GUI thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting = bytearray()
        self._orders: SimpleQueue[tuple[str, Any] | None] = SimpleQueue()
        self._unsent = 0
        self.identifier = ""
        self.left_out = 0

    def put(self, data: bytes) -> bool:
        """Output came; whether nothing waited before."""
        with self._lock:
            first = not self._waiting
            self._waiting += data
            extra = len(self._waiting) - WAITING_BYTES
            if extra > 0:
                del self._waiting[:extra]
                self.left_out += extra
            return first

    def take(self) -> tuple[bytes, bool]:
        """The next piece of output, and whether more waits."""
        with self._lock:
            piece = bytes(self._waiting[:_PIECE])
            del self._waiting[:_PIECE]
            return piece, bool(self._waiting)

    def write(self, data: bytes) -> None:
        """A program that reads nothing is told no more: else one that only asks would fill the memory."""
        with self._lock:
            if not data or self._unsent > WAITING_BYTES:
                return
            self._unsent += len(data)
        self._orders.put(("write", data))

    def resize(self, columns: int, rows: int) -> None:
        self._orders.put(("resize", (columns, rows)))

    def send_all(self, host: Any, control: Control) -> None:
        """On a thread of its own, one order after the other, until the end."""
        with control.on_cancel(lambda: self._orders.put(None)):
            while (order := self._orders.get()) is not None:
                control.step()
                name, what = order
                if name == "write":
                    host.terminal_write(self.identifier, what, control)
                    with self._lock:
                        self._unsent -= len(what)
                else:
                    host.terminal_resize(self.identifier, *what, control)
        control.step()

    def close(self) -> None:
        self._orders.put(None)


class Terminals:
    def __init__(self, jobs: Jobs, find: Callable[[str, Failed], Link | None]) -> None:
        self._jobs, self._find = jobs, find

    def open(
        self,
        lane: str,
        source: str,
        spec: TerminalSpec,
        said: Callable[[], None],
        ended: Callable[[int | None], None],
        failed: Failed,
    ) -> TerminalLine:
        """`said`: something waits to be taken. Dropping the lanes `lane*` hangs up."""
        from imagexplorer.core.live import TerminalEnded, TerminalStarted

        line = TerminalLine()
        link = self._find(source, failed)
        if link is None:
            return line
        host = link.source.host

        def work(control: Control, give: Callable[[Any], None]) -> int | None:
            code = None
            try:
                link.state.may_change("a terminal")  # what is typed there may change anything
                for item in host.terminal(spec, control):
                    if isinstance(item, TerminalStarted):
                        line.identifier = item.id
                        give(item)
                    elif isinstance(item, TerminalEnded):
                        code = item.exit_code
                    elif line.put(item):
                        give(None)
            finally:
                line.close()
            return code

        def each(item: Any) -> None:
            if isinstance(item, TerminalStarted):
                keys = lambda control: line.send_all(host, control)  # noqa: E731
                # What is written to a terminal that has just ended is of no use to anybody.
                self._jobs.load(f"{lane}/keys", keys, lambda _none: None, lambda _error: None)
            else:
                said()

        self._jobs.stream(f"{lane}/out", work, each, link.failed(failed), ended)
        return line
