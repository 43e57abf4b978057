"""The worker process: reads calls from standard input, answers on standard output, ends when its parent is gone.

Knows frames and threads; what a call means is `service`. It is started by `client`, either as
`python -I -S -c "..."` or, frozen, as `program --worker KIND CACHE`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from dataclasses import asdict
from threading import Lock, Semaphore, Thread
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Cancelled, Refused
from imagexplorer.indexing.frames import CALL, CANCEL, ITEM, ITEMS_AHEAD, PROGRESS, TAKEN, BadFrame, Channel
from imagexplorer.indexing.opened import Opener
from imagexplorer.indexing.records import CacheOptions, Call
from imagexplorer.indexing.service import Service

SWITCH = "--worker"
END_SECONDS = 0.8
"""What runs when nobody listens any more may tidy up so long: a program in a container is told that its terminal is
gone. Shorter than `process` waits before it kills."""
MEMORY_BYTES = 4 << 30
"""Of a scanning process."""
_PROGRESS_SECONDS = 0.05


def arguments(kind: str, cache: CacheOptions) -> list[str]:
    """What `main` is called with."""
    return [kind, json.dumps(asdict(cache))]


def main(argv: list[str] | None = None, opener: Opener | None = None) -> None:
    """Serve until standard input ends. Never returns. `opener` opens other sources than the usual (tests)."""
    kind, options = (argv if argv is not None else sys.argv[1:])[-2:]
    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is the parent's to answer
    channel = _own_pipes()
    if kind in ("scan", "check"):
        _be_modest(19 if kind == "check" else 5)
    try:
        server = Server(channel, Service(CacheOptions(**json.loads(options)), opener))
        server.serve()
        server.end()
    except BadFrame as error:
        print(f"worker: {error}", file=sys.stderr)
        os._exit(70)
    finally:
        # Not a return: threads that wait on an engine, or burn in C, must not keep an orphan alive.
        os._exit(0)


def _be_modest(nice: int = 5) -> None:
    """Give way to others, and fail by itself before the whole machine suffers. What an image may need by the limits of
    this program is a small part of this."""
    if hasattr(os, "nice"):
        os.nice(nice)
    try:
        import resource
    except ImportError:  # not on Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def _own_pipes() -> Channel:
    """Take standard input and output for frames; whatever prints goes to standard error."""
    incoming, outgoing = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return Channel(incoming, outgoing)


class Server:
    """One thread a call; cancel and calls arrive on the main thread."""

    def __init__(self, channel: Channel, service: Service) -> None:
        self._channel = channel
        self._service = service
        self._lock = Lock()
        self._running: dict[int, tuple[Control, Thread, Semaphore]] = {}

    def serve(self) -> None:
        while (frame := self._channel.receive()) is not None:
            if frame.kind == CANCEL:
                with self._lock:
                    running = self._running.get(frame.request)
                if running is not None:
                    # Not here: closing what blocks may block itself.
                    Thread(target=running[0].cancel, daemon=True).start()
            elif frame.kind == TAKEN:
                with self._lock:
                    running = self._running.get(frame.request)
                if running is not None:
                    running[2].release(frame.value())
            elif frame.kind == CALL:
                control = self._control(frame.request)
                call: Call = frame.value()
                ahead = Semaphore(ITEMS_AHEAD)
                thread = Thread(target=self._answer, args=(frame.request, call, control, ahead), daemon=True)
                with self._lock:
                    self._running[frame.request] = control, thread, ahead
                thread.start()
            else:
                raise BadFrame(f"kind {frame.kind} is not for a worker")

    def end(self) -> None:
        """Cancel all that runs, and let it tidy up for a moment."""
        with self._lock:
            running = list(self._running.values())
        until = time.monotonic() + END_SECONDS
        for control, _, _ in running:
            Thread(target=control.cancel, daemon=True).start()
        for _, thread, _ in running:
            thread.join(max(0.0, until - time.monotonic()))

    def _control(self, request: int) -> Control:
        def report(done: float, total: float | None, text: str) -> None:
            self._channel.send(PROGRESS, request, (done, total, text))

        return Control(report, _PROGRESS_SECONDS)

    def _answer(self, request: int, call: Call, control: Control, ahead: Semaphore) -> None:
        def item(value: Any) -> None:
            if not ahead.acquire(blocking=False):
                with control.on_cancel(ahead.release):
                    ahead.acquire()
            if control.cancelled:
                raise Cancelled
            self._channel.send(ITEM, request, value)

        try:
            try:
                self._channel.send_result(request, self._service.answer(call, item, control))
            except MemoryError as error:
                refused = Refused("reading", "there was not enough memory for it", "Close other programs first")
                refused.__cause__ = error
                self._channel.send_error(request, refused)
            except Exception as error:
                self._channel.send_error(request, error, traceback.format_exc())
        except BrokenPipeError:
            pass  # nobody listens any more: `serve` ends too
        finally:
            with self._lock:
                self._running.pop(request, None)


if __name__ == "__main__":
    main()
