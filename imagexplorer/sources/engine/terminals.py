"""Programs run in a container with a terminal: `exec`, its bytes both ways, its size, and its end.

Knows the routes of exec and how a hijacked connection goes. Must not know what the bytes mean. One thread alone touches
a connection (TLS allows no more): what others write waits in a line, and a wake-up lets the reader send it.
"""

from __future__ import annotations

import select
import socket
import ssl
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from threading import Lock
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import short_id
from imagexplorer.core.errors import ImagexplorerError, NotFound, Refused
from imagexplorer.core.live import TerminalEnded, TerminalSpec, TerminalStarted
from imagexplorer.sources.engine.fields import number, text
from imagexplorer.sources.engine.wire import Wire

_PIECE = 65536
_MARK = "IMAGEXPLORER_TERMINAL"
BEST_SHELL = (
    "/bin/sh",
    "-c",
    "for shell in bash zsh ash; do command -v $shell >/dev/null 2>&1 && exec $shell; done; exec /bin/sh",
)
_HANG_UP = (
    'for each in /proc/[0-9]*; do grep -qs "{mark}" "$each/environ" && kill -HUP "${{each#/proc/}}" 2>/dev/null; done'
)
_NO_PROGRAM = (126, 127)


class Terminals:
    """Those that are open on one engine, by the id of their exec."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._lock = Lock()
        self._open: dict[str, _Line] = {}

    def run(self, spec: TerminalSpec, control: Control) -> Iterator[TerminalStarted | bytes | TerminalEnded]:
        """Its id, then its output as it comes, then its end. Cancelling hangs up. Raises Refused where the container
        does not run, or is paused."""
        what = f"terminal of {short_id(spec.container_id)}"
        mark = uuid.uuid4().hex
        identifier = self._create(spec, mark, what, control)
        line = _Line()
        with self._lock:
            self._open[identifier] = line
        ended = False
        try:
            body = {"Detach": False, "Tty": True, "ConsoleSize": [spec.rows, spec.columns]}
            with self._wire.hijack(f"/exec/{identifier}/start", what=what, control=control, body=body) as (sock, first):
                yield TerminalStarted(identifier)
                if not self._wire.at_least("1.42"):  # older engines take no size at the start
                    with suppress(ImagexplorerError):
                        self.resize(identifier, spec.columns, spec.rows, control)
                if first:
                    yield first
                yield from line.talk(sock, control)
            ended = True
            yield TerminalEnded(self._exit_code(identifier, what, control))
        finally:
            with self._lock:
                self._open.pop(identifier, None)
            line.close()
            if not ended:
                self._hang_up(spec, mark)

    def write(self, identifier: str, data: bytes) -> None:
        """Keys for the program. What is written to one that has ended is dropped, as terminals do."""
        with self._lock:
            line = self._open.get(identifier)
        if line is not None:
            line.write(data)

    def resize(self, identifier: str, columns: int, rows: int, control: Control) -> None:
        what = "size of a terminal"
        with self._wire.open(
            "POST", f"/exec/{identifier}/resize", what=what, control=control, params={"h": rows, "w": columns}
        ):
            pass

    def _create(self, spec: TerminalSpec, mark: str, what: str, control: Control) -> str:
        environment = {"TERM": "xterm-256color", **(spec.environment or {}), _MARK: mark}
        body: dict[str, Any] = {
            "AttachStdin": True,
            "AttachStdout": True,
            "AttachStderr": True,
            "Tty": True,
            "Cmd": list(spec.command or BEST_SHELL),
            "Env": [f"{name}={value}" for name, value in environment.items()],
        }
        if spec.user:
            body["User"] = spec.user
        if spec.directory:
            body["WorkingDir"] = spec.directory
        made = self._wire.json("POST", f"/containers/{spec.container_id}/exec", what=what, control=control, body=body)
        identifier = text(made, "Id")
        if not identifier:
            raise Refused(what, "the engine made no terminal, and did not say why")
        return identifier

    def _exit_code(self, identifier: str, what: str, control: Control) -> int | None:
        try:
            answer = self._wire.get(f"/exec/{identifier}/json", what=what, control=control)
        except (NotFound, Refused):  # its container is gone
            return None
        return number(answer, "ExitCode")

    def _hang_up(self, spec: TerminalSpec, mark: str) -> None:
        """Closing a connection ends no program: tell what this terminal started, by the mark in its environment. Where
        there is no shell to tell it there was none to leave behind, except a program that was named."""
        control = Control()
        body = {"Cmd": ["/bin/sh", "-c", _HANG_UP.format(mark=f"{_MARK}={mark}")], "User": spec.user}
        with suppress(ImagexplorerError):
            path = f"/containers/{spec.container_id}/exec"
            made = self._wire.json("POST", path, what="end of a terminal", control=control, body=body, seconds=5)
            start = f"/exec/{text(made, 'Id')}/start"
            with self._wire.open(
                "POST", start, what="end of a terminal", control=control, body={"Detach": True}, seconds=5
            ):
                pass


def no_such_program(exit_code: int | None) -> bool:
    """Whether an end means that there was nothing to run: Docker and Podman say it as shells do."""
    return exit_code in _NO_PROGRAM


class _Line:
    """What waits to be sent, and how the reader hears of it."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._woken.setblocking(False)

    def write(self, data: bytes) -> None:
        self._waiting.append(data)
        with suppress(OSError):  # full: it will be woken anyway; closed: nobody is there
            self._wake.send(b"\0")

    def talk(self, sock: socket.socket, control: Control) -> Iterator[bytes]:
        """Send what waits and give what comes, until the other side ends or `control` is cancelled."""
        sock.setblocking(False)
        with control.on_cancel(lambda: self.write(b"")):
            while True:
                control.step()
                try:
                    data = sock.recv(_PIECE)
                    if not data:
                        return
                    yield data
                    continue
                except (BlockingIOError, ssl.SSLWantReadError):
                    pass
                unsent = self._send(sock)
                ready, _, _ = select.select([sock, self._woken], [sock] if unsent else [], [])
                if self._woken in ready:
                    with suppress(BlockingIOError):
                        self._woken.recv(4096)

    def _send(self, sock: socket.socket) -> bool:
        """Whether some is left that the socket does not take now."""
        while self._waiting:
            data = self._waiting[0]
            try:
                sent = sock.send(data) if data else 0
            except (BlockingIOError, ssl.SSLWantWriteError):
                return True
            if sent < len(data):
                self._waiting[0] = data[sent:]
            else:
                self._waiting.popleft()
        return False

    def close(self) -> None:
        self._wake.close()
        self._woken.close()
