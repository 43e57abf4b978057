"""Between a program and an engine: a unix socket that passes all on, until it is told how to fail.

proxy.strike(Fault("freeze", "/images/json"))   # from the next call on; streams that are open meet it too
proxy.heal()                                    # new calls pass; what hangs is let go
proxy.remove(); proxy.listen()                  # the socket goes, and another comes in its place

The words are toxiproxy's where it has one: latency, timeout (here `freeze`), reset_peer (`reset`), limit_data (`cut`),
bandwidth (`drip`).
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tests.sources.engine.odd_server import http

GARBAGE = bytes(range(255, -1, -1)) * 16
_STEP = 0.02


@dataclass(frozen=True)
class Fault:
    """`where` is a part of the request line that is struck, "" strikes all. `at` is how many bytes of an answer pass
    before `cut`, `reset`, `stall` and `garbage`; a stream that is open meets those at once."""

    kind: str
    where: str = ""
    at: int = 0
    seconds: float = 0.0
    status: int = 500

    def strikes(self, request: bytes) -> bool:
        return self.where.encode() in request.partition(b"\r\n")[0]


class FaultProxy:
    """`connections` is how many are open, `accepted` how many came."""

    def __init__(self, path: Path, engine: Path | str) -> None:
        self.path, self._engine = path, str(engine)
        self.location = f"unix://{path}"
        self.accepted = 0
        self._fault: Fault | None = None
        self._epoch = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self.listen()

    def __enter__(self) -> FaultProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    @property
    def connections(self) -> int:
        return len(self._open)

    def strike(self, fault: Fault) -> None:
        self._fault = fault

    def heal(self) -> None:
        """What hangs is let go, as an engine that is thawed would end what waited too long."""
        self._fault = None
        self._epoch += 1

    def cut(self) -> None:
        """All that is open ends now."""
        with self._lock:
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def remove(self) -> None:
        """The socket goes, with all that is open."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            self.path.unlink(missing_ok=True)
        self._epoch += 1
        self.cut()

    def listen(self) -> None:
        """A new socket, with a new inode."""
        new = self.path.with_name(f"{self.path.name}.new")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(new))
        self._listener.listen(128)
        os.replace(new, self.path)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True, name="proxy").start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            self.accepted += 1
            with self._lock:
                self._open.add(near)
            threading.Thread(target=self._serve, args=(near,), daemon=True, name="proxied").start()

    def _serve(self, near: socket.socket) -> None:
        try:
            with near:
                request = b""
                while b"\r\n\r\n" not in request:
                    piece = near.recv(65536)
                    if not piece:
                        return
                    request += piece
                fault = self._fault
                if fault is not None and fault.strikes(request):
                    if fault.kind == "latency":
                        time.sleep(fault.seconds)
                    elif self._answered(near, fault):
                        return
                self._pass(near, request)
        except OSError:
            return
        finally:
            with self._lock:
                self._open.discard(near)

    def _answered(self, near: socket.socket, fault: Fault) -> bool:
        """Whether the fault is one that needs no engine."""
        match fault.kind:
            case "freeze":
                self._hold(near)
            case "status":
                near.sendall(http(b'{"message": "the engine is not well"}', f"{fault.status} Odd"))
            case "page":
                near.sendall(http(b"<html><h1>Bad Gateway</h1></html>", "502 Bad Gateway", "text/html"))
            case "garbage" if not fault.at:
                near.sendall(GARBAGE)
            case "half_json":
                near.sendall(http(b'[{"Id": "sha256:'))
            case _:
                return False
        return True

    def _hold(self, near: socket.socket) -> None:
        """Until healed, or until who asks gives up."""
        epoch = self._epoch
        while self._epoch == epoch:
            if select.select([near], [], [], _STEP)[0] and not near.recv(65536):
                return

    def _pass(self, near: socket.socket, request: bytes) -> None:
        with socket.socket(socket.AF_UNIX) as far:
            far.connect(self._engine)
            far.sendall(request)
            passed = 0
            while True:
                ready = select.select([near, far], [], [], _STEP)[0]
                fault = self._fault
                struck = fault is not None and fault.strikes(request)
                # A stream that was open before meets it although nothing comes.
                if struck and fault is not None and passed >= fault.at and not self._goes_on(near, fault):
                    return
                if near in ready:
                    piece = near.recv(65536)
                    if not piece:
                        return
                    far.sendall(piece)
                if far in ready:
                    room = fault.at - passed if struck and fault is not None and fault.at > passed else 65536
                    dripping = struck and fault is not None and fault.kind == "drip"
                    piece = far.recv(1 if dripping else min(room, 65536))
                    if not piece:
                        return
                    near.sendall(piece)
                    passed += len(piece)
                    if dripping and fault is not None:
                        time.sleep(fault.seconds)

    def _goes_on(self, near: socket.socket, fault: Fault) -> bool:
        match fault.kind:
            case "cut":
                near.shutdown(socket.SHUT_RDWR)
            case "reset":
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case "garbage":
                near.sendall(GARBAGE)
            case "freeze" | "stall":
                self._hold(near)
            case _:
                return True
        return False
