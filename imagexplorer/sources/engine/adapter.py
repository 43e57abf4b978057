"""Transports for the docker SDK's client that tell which sockets they open. Imported only once an engine is called."""

from __future__ import annotations

import socket
import warnings
from collections.abc import Callable
from typing import Any

import requests.adapters
import urllib3

from imagexplorer.sources.engine.ssh import Ssh

Note = Callable[[socket.socket], None]
Dial = Callable[[float | None], socket.socket]
"""Connects within so many seconds, None: without a limit."""


class _Connection(urllib3.connection.HTTPConnection):
    dial: Dial

    def connect(self) -> None:
        self.sock = self.dial(self.timeout if isinstance(self.timeout, (int, float)) else None)


class _Pool(urllib3.HTTPConnectionPool):
    dial: Dial

    def _new_conn(self) -> _Connection:
        connection = _Connection("localhost")
        connection.dial = self.dial
        return connection


class _DialAdapter(requests.adapters.HTTPAdapter):
    """HTTP over whatever `dial` connects; host and proxies mean nothing there."""

    def __init__(self, dial: Dial) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1)
        self._pool = _Pool("localhost", maxsize=1)
        self._pool.dial = dial

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> _Pool:
        return self._pool

    def get_connection(self, *_: Any, **__: Any) -> _Pool:
        """As requests before 2.32 asks."""
        return self._pool

    def request_url(self, request: Any, proxies: Any) -> str:  # noqa: ARG002
        return str(request.path_url)

    def close(self) -> None:
        super().close()
        self._pool.close()


class _TcpAdapter(requests.adapters.HTTPAdapter):
    def __init__(self, note: Note) -> None:
        self._note = note
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        note = self._note

        class Plain(urllib3.connection.HTTPConnection):
            def connect(self) -> None:
                super().connect()
                note(self.sock)

        class Secure(urllib3.connection.HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                note(self.sock)

        class PlainPool(urllib3.HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(urllib3.HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


def _unix(path: str, note: Note) -> Dial:
    def dial(seconds: float | None) -> socket.socket:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        note(sock)
        try:
            sock.settimeout(seconds)
            sock.connect(path)
        except BaseException:
            sock.close()
            raise
        return sock

    return dial


def record(client: Any, base_url: str, note: Note, ssh: Ssh | None = None) -> None:
    """Make an APIClient call `note(socket)` for each socket it opens. With `ssh` it goes that way, whatever the URL."""
    if ssh is not None:
        client.trust_env = False
        client.mount("http+docker://", _DialAdapter(lambda _seconds: ssh.connect(note)))
    elif base_url.startswith(("unix://", "http+unix://")):
        # A user's netrc entry or proxy for "localhost" must not reach the engine's socket.
        client.trust_env = False
        path = base_url.removeprefix("http+").removeprefix("unix://")
        client.mount("http+docker://", _DialAdapter(_unix(path, note)))
    elif base_url.startswith(("tcp://", "http://", "https://")):
        # Who switched verification off was told, and is told all the time: not at each call in the log too.
        warnings.filterwarnings("ignore", category=urllib3.exceptions.InsecureRequestWarning)
        client.mount("http://", _TcpAdapter(note))
        client.mount("https://", _TcpAdapter(note))
