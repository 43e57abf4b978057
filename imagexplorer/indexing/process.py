"""One worker process as seen from this side: started when first asked, asked by any thread, killed when it must be.

Knows how it is started and that it may die; what is asked is `client`'s. The thread that reads its answers only waits
on the pipe; each answer is unpacked on the thread that asked for it.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread, Timer
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Cancelled, Unreachable
from imagexplorer.indexing.frames import (
    CALL,
    CANCEL,
    ERROR,
    ITEM,
    PROGRESS,
    RESULT,
    ROWS,
    TAKEN,
    TAKEN_AT_ONCE,
    BadFrame,
    Channel,
    Frame,
    error_of,
)
from imagexplorer.indexing.records import CacheOptions, Call

logger = logging.getLogger(__name__)

GRACE_SECONDS = 0.1
"""How long a worker may take to stop a cancelled scan by itself before it is killed."""

_BOOT = "import sys,json;sys.path[:]=json.loads(sys.argv.pop(1));from imagexplorer.indexing.worker import main;main()"
_KILLS_BEFORE_GIVING_UP = 5


class ReaderEnded(Unreachable):
    """The worker process died under a question. The next question starts a new one."""


class _Life:
    """One started process, from its start to its end."""

    def __init__(self, command: Sequence[str]) -> None:
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, env=environment
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.channel = Channel(os.dup(self.process.stdout.fileno()), os.dup(self.process.stdin.fileno()))
        self.process.stdin.close()
        self.process.stdout.close()
        self._lock = Lock()
        self._boxes: dict[int, SimpleQueue[Frame | ReaderEnded | None]] = {}
        self._unanswered: set[int] = set()
        self._number = 0
        self._last_words = ""
        self.ended = False
        self.ours = False  # we killed it
        self._listener = Thread(target=self._listen, name="worker answers", daemon=True)
        self._complaints = Thread(target=self._hear, args=(self.process.stderr,), name="worker log", daemon=True)
        self._complaints.start()
        self._listener.start()

    def open(self) -> tuple[int, SimpleQueue[Frame | ReaderEnded | None]]:
        box: SimpleQueue[Frame | ReaderEnded | None] = SimpleQueue()
        with self._lock:
            self._number = self._number % 0xFFFFFFFF + 1
            self._boxes[self._number] = box
            self._unanswered.add(self._number)
            if self.ended:
                box.put(self._why())
            return self._number, box

    def forget(self, number: int) -> None:
        with self._lock:
            self._boxes.pop(number, None)

    def cancel(self, number: int, kill: bool) -> None:
        """Tell the worker to stop; with `kill` make sure that it did."""
        with self._lock:
            if number not in self._unanswered or self.ended:
                return
        try:
            self.channel.send(CANCEL, number, None)
        except OSError:
            return
        if kill:
            timer = Timer(GRACE_SECONDS, self._make_sure, (number,))
            timer.daemon = True
            timer.start()

    def _make_sure(self, number: int) -> None:
        with self._lock:
            stuck = number in self._unanswered
        if stuck:
            self.kill()

    def kill(self) -> None:
        self.ours = True
        self.process.kill()

    def stop(self, seconds: float = 1.0) -> None:
        """End it in peace: it leaves when its input ends."""
        self.ours = True
        self.channel.close()
        self._listener.join(seconds)
        if self._listener.is_alive():
            self.process.kill()
            self._listener.join(seconds)

    def _listen(self) -> None:
        try:
            while (frame := self.channel.receive()) is not None:
                with self._lock:
                    box = self._boxes.get(frame.request)
                    if frame.kind in (RESULT, ERROR):
                        self._unanswered.discard(frame.request)
                if box is not None:
                    box.put(frame)
        except BadFrame as error:
            self._last_words = f"it answered in a way that cannot be read: {error}"
            self.process.kill()
        self.channel.close()
        self.channel.close_incoming()
        self.process.wait()
        self._complaints.join(1.0)
        with self._lock:
            self.ended = True
            for box in self._boxes.values():
                box.put(self._why())

    def _hear(self, stream: Any) -> None:
        with stream:
            for line in stream:
                text = line.decode("utf-8", "replace").rstrip()
                if text:
                    self._last_words = text
                    logger.warning("worker: %s", text)

    def _why(self) -> ReaderEnded:
        code = self.process.returncode
        if code is None or code >= 0:
            ending = f"exit status {code}"
        else:
            ending = f"signal {-code}"
            with suppress(ValueError):  # a real-time signal has no name
                ending += f", {signal.Signals(-code).name}"
        reason = f"the reader process ended ({ending})"
        if self._last_words:
            reason += f": {self._last_words}"
        way_out = "Try again"
        if code == -9 and not self.ours:
            way_out = "Try again; if the system ran out of memory, close other programs first"
        return ReaderEnded("reading", reason, way_out)


class WorkerProcess:
    """`kind` is lists, scan or check; what the last two are asked is free of effects, and is asked again when
    their process was killed because of another question. `command` replaces how it is started (tests)."""

    def __init__(self, kind: str, cache: CacheOptions | None = None, command: Sequence[str] | None = None) -> None:
        self._kind = kind
        self._command = list(command) if command is not None else start_command(kind, cache or CacheOptions())
        self._may_ask_again = kind in ("scan", "check")
        self._lock = Lock()
        self._life: _Life | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        life = self._life
        return life.process.pid if life is not None and not life.ended else None

    def start(self) -> None:
        """Start it ahead of the first question."""
        self._living()

    def ask(
        self,
        call: Call,
        control: Control,
        on_item: Callable[..., object] | None = None,
        kill: bool = False,
    ) -> Any:
        """The answer. Raises what the worker raised (`core.errors`), ReaderEnded when it died, and Cancelled at once
        when `control` is cancelled, whatever the worker does. With `kill` it is killed if it does not stop itself."""
        conversation = self.converse(call, control, kill)
        while True:
            try:
                item = next(conversation)
            except StopIteration as end:
                return end.value
            try:
                if on_item is not None:
                    on_item(*item)
            except BaseException:
                conversation.close()
                raise

    def converse(self, call: Call, control: Control, kill: bool = False) -> Generator[tuple[Any, ...], None, Any]:
        """The items of a stream as they come; the generator's value is the result. Closing it cancels."""
        for _ in range(_KILLS_BEFORE_GIVING_UP):
            life = self._living()
            try:
                return (yield from self._once(life, call, control, kill))
            except ReaderEnded:
                if not (life.ours and self._may_ask_again) or self._closed:
                    raise
        raise ReaderEnded("reading", "the reader process was stopped again and again", "Try again")

    def _once(self, life: _Life, call: Call, control: Control, kill: bool) -> Generator[tuple[Any, ...], None, Any]:
        number, box = life.open()
        rows: list[Any] = []
        taken = 0
        finished = False
        try:
            with control.on_cancel(lambda: box.put(None)):
                with suppress(OSError):  # it is dead: the listener puts the reason into the box
                    life.channel.send(CALL, number, call)
                while True:
                    frame = box.get()
                    if frame is None or control.cancelled:
                        raise Cancelled
                    if isinstance(frame, ReaderEnded):
                        finished = True
                        raise frame
                    if frame.kind == PROGRESS:
                        control.step(*frame.value())
                    elif frame.kind == ITEM:
                        yield frame.value()
                        taken += 1
                        if taken % TAKEN_AT_ONCE == 0:
                            with suppress(OSError):  # as above
                                life.channel.send(TAKEN, number, TAKEN_AT_ONCE)
                    elif frame.kind == ROWS:
                        rows.extend(frame.value())
                    else:
                        finished = True
                        if frame.kind == ERROR:
                            raise error_of(frame)
                        shape, value = frame.value()
                        return value if shape == "value" else tuple(rows) if shape == "tuple" else rows
        except BadFrame as error:
            life.kill()
            raise ReaderEnded("reading", f"the reader process said what cannot be read: {error}") from error
        finally:
            life.forget(number)
            if not finished:
                life.cancel(number, kill)

    def _living(self) -> _Life:
        with self._lock:
            if self._closed:
                raise ReaderEnded("reading", "the program is closing")
            life = self._life
            if life is None or life.ended or life.ours or life.process.poll() is not None:
                try:
                    life = self._life = _Life(self._command)
                except OSError as error:
                    raise ReaderEnded("reading", f"the reader process cannot be started: {error.strerror}") from error
            return life

    def use_cache(self, cache: CacheOptions, control: Control) -> None:
        """From now on, where it runs already too."""
        self._command = start_command(self._kind, cache)
        if self.pid is not None:
            self.ask(Call("indexing", "set_cache", arguments={"options": cache}), control)

    def kill(self) -> None:
        """Kill what runs; open questions start over in a new one."""
        with self._lock:
            life = self._life
        if life is not None:
            life.kill()

    def close(self) -> None:
        """End it; open questions end with ReaderEnded. Waits 2 s at most."""
        with self._lock:
            self._closed = True
            life, self._life = self._life, None
        if life is not None:
            life.stop()


def start_command(kind: str, cache: CacheOptions) -> list[str]:
    """How a worker is started: without `site` (40 ms), with exactly the paths that this program has, so that a wheel,
    pipx and an editable install work alike; a frozen program starts itself."""
    from imagexplorer.indexing.worker import SWITCH, arguments

    if getattr(sys, "frozen", False):
        return [sys.executable, SWITCH, *arguments(kind, cache)]
    here = str(Path(__file__).resolve().parents[2])
    paths = [os.path.abspath(path) for path in sys.path if path]
    if here not in paths:
        paths.insert(0, here)
    return [sys.executable, "-I", "-S", "-c", _BOOT, json.dumps(paths), *arguments(kind, cache)]
