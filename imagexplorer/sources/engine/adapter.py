"""Transports for the docker SDK's client that tell which sockets they open. Imported only once an engine is called."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import requests.adapters
import urllib3

Note = Callable[[socket.socket], None]


class _UnixConnection(urllib3.connection.HTTPConnection):
    path: str
    note: Note

    def connect(self) -> None:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.note(sock)
        try:
            sock.settimeout(self.timeout if isinstance(self.timeout, (int, float)) else None)
            sock.connect(self.path)
        except BaseException:
            sock.close()
            raise
        self.sock = sock


class _UnixPool(urllib3.HTTPConnectionPool):
    path: str
    note: Note

    def _new_conn(self) -> _UnixConnection:
        connection = _UnixConnection("localhost")
        connection.path, connection.note = self.path, self.note
        return connection


class _UnixAdapter(requests.adapters.HTTPAdapter):
    """HTTP over the unix socket at `path`; host and proxies mean nothing there."""

    def __init__(self, path: str, note: Note) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1)
        self._pool = _UnixPool("localhost", maxsize=1)
        self._pool.path, self._pool.note = path, note

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> _UnixPool:
        return self._pool

    def get_connection(self, *_: Any, **__: Any) -> _UnixPool:
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


def record(client: Any, base_url: str, note: Note) -> None:
    """Make an APIClient call `note(socket)` for each socket it opens."""
    if base_url.startswith(("unix://", "http+unix://")):
        # A user's netrc entry or proxy for "localhost" must not reach the engine's socket.
        client.trust_env = False
        path = base_url.removeprefix("http+").removeprefix("unix://")
        client.mount("http+docker://", _UnixAdapter(path, note))
    elif base_url.startswith(("tcp://", "http://", "https://")):
        client.mount("http://", _TcpAdapter(note))
        client.mount("https://", _TcpAdapter(note))
