"""One HTTP call to an engine: bounded in time and size, cancellable at every moment, JSON in and out.

Knows the docker SDK's low-level client and how to reach its sockets. Must not know what any route means. Each call has
a client and a connection of its own: making one costs 0.1 ms, and shutting its socket down is the one thing that ends a
blocked read (the SDK's streams cannot be closed from another thread).
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address
from imagexplorer.core.errors import Damaged, NotFound, Refused, Unreachable
from imagexplorer.sources.engine.translate import RETRY, refusal, translated

if TYPE_CHECKING:
    from imagexplorer.sources.engine.ssh import Ssh

CONNECT_SECONDS = 5.0
SHORT_SECONDS = 30.0
"""Until the first byte of a list or an inspect, and between two bytes of it."""
USUAL = 0.0
"""As long as a short answer may take."""
LONG_SECONDS = 3600.0
"""For work that an engine does before it answers: commit, disk usage, a save that 20.10 stages first."""
FOREVER = None
WHOLE_ANSWERS = 10
"""So many times its wait a whole answer may take: one that comes byte by byte ends some time."""

ANSWER_LIMIT = 256 * 1024 * 1024
LINE_LIMIT = 16 * 1024 * 1024

LOOKS = 5

Parameters = Mapping[str, str | int | bool | Sequence[str]]


class Sockets:
    """The sockets of one call, so that another thread can end it."""

    def __init__(self) -> None:
        self._open: list[socket.socket] = []
        self._ended = False

    def add(self, sock: socket.socket) -> None:
        self._open.append(sock)
        if self._ended:
            self.shut()

    def shut(self) -> None:
        self._ended = True
        for sock in self._open:
            with suppress(OSError):  # not connected yet, or closed already
                # The plain call also where TLS wraps the socket: SSLSocket.shutdown is not for other threads.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Where no answer came and the carrier of the connection knows why, that is the error."""
        try:
            yield
        except Exception as error:
            failure = getattr(self._open[-1], "failure", None) if self._open and not self._ended else None
            if failure is not None and (why := failure()) is not None:
                raise why from error
            raise

    @property
    def last(self) -> socket.socket:
        """The one that the answer came on."""
        return self._open[-1]

    def close(self) -> None:
        """Only by the thread that made the call."""
        for sock in self._open:
            sock.close()


@dataclass(frozen=True, slots=True)
class Wire:
    """How to reach one engine. `version` is the API version to speak; `tls` a docker TLSConfig or None; `ssh` the way
    to another machine, None for an engine that `base_url` leads to. `short_seconds` bounds what should be quick."""

    address: Address
    base_url: str
    version: str
    tls: Any = None
    ssh: Ssh | None = None
    short_seconds: float = SHORT_SECONDS

    @contextmanager
    def hijack(self, path: str, *, what: str, control: Control, body: Any) -> Iterator[tuple[socket.socket, bytes]]:
        """POST, and take the connection over: both ways raw from then on (API, "Attach to a container", hijacking).

        The socket, and what the engine has sent on it already. Cancelling shuts the socket down.
        """
        sockets = Sockets()
        headers = {"Connection": "Upgrade", "Upgrade": "tcp"}
        with self._call(
            "POST", path, what=what, control=control, body=body, headers=headers, sockets=sockets
        ) as response:
            sock = sockets.last
            # The parser of the headers may have read on. Looking into its buffer must not wait for more.
            sock.settimeout(0)
            first = response.raw._fp.fp.peek() if response.raw._fp.fp is not None else b""
            yield sock, first

    @contextmanager
    def open(
        self,
        method: str,
        path: str,
        *,
        what: str,
        control: Control,
        params: Parameters | None = None,
        body: Any = None,
        data: Iterable[bytes] | None = None,
        seconds: float | None = USUAL,
        versioned: bool = True,
        steady: bool = False,
        open_end: bool = False,
    ) -> Iterator[Any]:
        """The response (of requests, its body unread) of a call that did not fail. `path` is quoted already. `data` is
        a tar, sent as it comes.

        `seconds` bounds each wait for bytes, None waits for ever. `steady`: once it has begun to answer, it may pause
        twice as long as a short answer takes and no longer; `open_end`: then it may pause for ever. Raises core errors;
        what the block raises while it reads is translated too. Leaving the block closes the connection, whatever is
        left of the body.
        """
        sockets = Sockets()
        with self._call(
            method, path, what=what, control=control, params=params, body=body, data=data, seconds=seconds,
            versioned=versioned, sockets=sockets,
        ) as response:  # fmt: skip
            if steady or open_end:
                sockets.last.settimeout(FOREVER if open_end else 2 * self.short_seconds)
            yield response

    @contextmanager
    def _call(
        self,
        method: str,
        path: str,
        *,
        what: str,
        control: Control,
        params: Parameters | None = None,
        body: Any = None,
        data: Iterable[bytes] | None = None,
        seconds: float | None = USUAL,
        versioned: bool = True,
        headers: Mapping[str, str] | None = None,
        sockets: Sockets | None = None,
    ) -> Iterator[Any]:
        sockets = sockets if sockets is not None else Sockets()
        seconds = self.short_seconds if seconds == USUAL else seconds
        with translated(what, control), control.on_cancel(sockets.shut):
            if control.cancelled:
                control.step()
            client = self._client(sockets)
            try:
                url = f"{client.base_url}/v{self.version}{path}" if versioned else f"{client.base_url}{path}"
                headers = {**(headers or {}), **({} if body is None else {"Content-Type": "application/json"})}
                sent: Any = data if body is None else json.dumps(body)
                if data is not None:
                    headers = {**headers, "Content-Type": "application/x-tar"}
                    sent = _patient(data, sockets, seconds)
                with sockets.explaining():
                    response = client.request(
                        method, url, params=params, data=sent, headers=headers, stream=True,
                        timeout=(CONNECT_SECONDS, seconds), allow_redirects=False,
                        verify=client.verify,  # named here, or REQUESTS_CA_BUNDLE would replace the engine's own CA
                    )  # fmt: skip
                try:
                    if response.status_code >= 300 and response.status_code != 304:
                        raise refusal(what, response.status_code, read_up_to(response, 65536))
                    if method != "HEAD" and _headless(response):
                        raise Unreachable(what, "it closed the connection", RETRY)
                    yield response
                finally:
                    sockets.shut()
                    response.close()
            finally:
                sockets.shut()
                client.close()
                sockets.close()

    def json(
        self,
        method: str,
        path: str,
        *,
        what: str,
        control: Control,
        params: Parameters | None = None,
        body: Any = None,
        seconds: float | None = USUAL,
        versioned: bool = True,
    ) -> Any:
        """The decoded answer; None for an empty one."""
        wait = self.short_seconds if seconds == USUAL else seconds
        with self.open(
            method, path, what=what, control=control, params=params, body=body, seconds=seconds, versioned=versioned
        ) as response:
            raw = read_up_to(response, ANSWER_LIMIT + 1, None if wait is None else WHOLE_ANSWERS * wait)
            if len(raw) > ANSWER_LIMIT:
                raise Refused(what, f"the engine's answer is longer than {ANSWER_LIMIT // 1024**2} MiB")
            return json.loads(raw) if raw.strip() else None

    def get(
        self, path: str, *, what: str, control: Control, params: Parameters | None = None, looks: int = LOOKS
    ) -> Any:
        """Podman 4 looks through all images for the parents of one, and fails if another goes meanwhile: then it is
        asked once more."""
        try:
            return self.json("GET", path, what=what, control=control, params=params)
        except Refused as error:
            if looks < 2 or "image not known" not in error.reason:
                raise
        return self.get(path, what=what, control=control, params=params, looks=looks - 1)

    def _client(self, sockets: Sockets) -> Any:
        from docker import APIClient

        from imagexplorer.sources.engine import adapter

        # Over ssh the SDK gets an address that it takes for a socket, which is never opened.
        url = self.base_url if self.ssh is None else "unix:///ssh"
        client = APIClient(base_url=url, version=self.version, tls=self.tls or False, timeout=SHORT_SECONDS)
        adapter.record(client, url, sockets.add, self.ssh)
        return client

    def at_least(self, version: str) -> bool:
        """Whether the API version spoken is this one or newer."""
        return _numbers(self.version) >= _numbers(version)


def _patient(data: Iterable[bytes], sockets: Sockets, seconds: float | None) -> Iterator[bytes]:
    """urllib3 lets an engine take no byte for as long as a connection may take, which a busy one often does."""
    for piece in data:
        sockets.last.settimeout(seconds)
        yield piece


def _headless(response: Any) -> bool:
    """A connection that ends among the headers leaves an answer without the last ones, that looks as if it were empty
    and all were well. Every engine says how long an answer is, that it comes in chunks, or that it ends with the
    connection (RFC 9112, section 6.3)."""
    told = any(response.headers.get(name) is not None for name in ("Content-Length", "Transfer-Encoding", "Connection"))
    return response.status_code == 200 and response.raw.version == 11 and not told


def read_up_to(response: Any, limit: int, seconds: float | None = None) -> bytes:
    """At most `limit` bytes of a response's body. Raises TimeoutError where they take longer than `seconds`."""
    pieces: list[bytes] = []
    left, until = limit, None if seconds is None else time.monotonic() + seconds
    while left > 0:
        with _as_said():
            # What has come, so that one that sends a byte now and then is noticed.
            piece = response.raw.read1(min(left, 1 << 20), decode_content=True)
        if not piece:
            break
        pieces.append(piece)
        left -= len(piece)
        if until is not None and time.monotonic() > until:
            raise TimeoutError(f"no whole answer in {seconds:.0f} s")
    return b"".join(pieces)


@contextmanager
def _as_said() -> Iterator[None]:
    """http.client takes a chunk of a negative length as it is said, and fails when it reads that much."""
    try:
        yield
    except ValueError as error:
        from urllib3.exceptions import ProtocolError

        raise ProtocolError(f"a chunk of its answer cannot be read: {error}") from error


def json_lines(response: Any, what: str) -> Iterator[Any]:
    """The JSON documents of a stream that has one a line. Ends with the stream, which may be a loss."""
    left = b""
    while True:
        with _as_said():
            piece = response.raw.read1(decode_content=True)
        if not piece:
            break
        lines = (left + piece).split(b"\n")
        left = lines.pop()
        if len(left) > LINE_LIMIT:
            raise Damaged(what, f"a line of the engine's stream is longer than {LINE_LIMIT // 1024**2} MiB")
        for line in lines:
            if line.strip():
                yield json.loads(line)
    if left.strip():
        yield json.loads(left)


@contextmanager
def gone_is_not_found(wire: Wire, path: str, what: str, control: Control) -> Iterator[None]:
    """Some answer 500 for a thing that is gone (Podman for containers, Docker 20.10 for a save): a refusal is followed
    by the question whether the thing (`path`, its inspect) is still there."""
    try:
        yield
    except Refused as refused:
        try:
            with wire.open("GET", path, what=what, control=control):
                pass
        except NotFound as gone:
            raise gone from refused
        except Refused:
            pass
        raise


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
