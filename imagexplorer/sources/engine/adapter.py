"""Transports of the docker SDK that tell which sockets they open. Imported only once an engine is called."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import requests.adapters
import urllib3
from docker.transport import UnixHTTPAdapter
from docker.transport.unixconn import UnixHTTPConnection, UnixHTTPConnectionPool

Note = Callable[[socket.socket], None]


class _UnixConnection(UnixHTTPConnection):  # type: ignore[misc]
    note: Note

    def connect(self) -> None:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.note(sock)
        try:
            sock.settimeout(self.timeout)
            sock.connect(self.unix_socket)
        except BaseException:
            sock.close()
            raise
        self.sock = sock


class _UnixPool(UnixHTTPConnectionPool):  # type: ignore[misc]
    note: Note

    def _new_conn(self) -> _UnixConnection:
        connection = _UnixConnection(self.base_url, self.socket_path, self.timeout)
        connection.note = self.note
        return connection


class _UnixAdapter(UnixHTTPAdapter):  # type: ignore[misc]
    def __init__(self, url: str, note: Note) -> None:
        self._note = note
        super().__init__(url, pool_connections=1, max_pool_size=1)

    def get_connection(self, url: str, proxies: Any = None) -> _UnixPool:  # noqa: ARG002
        pool = _UnixPool(url, self.socket_path, self.timeout, maxsize=1)
        pool.note = self._note
        return pool


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
        client.mount("http+docker://", _UnixAdapter(base_url.replace("http+unix://", "").replace("unix://", ""), note))
    elif base_url.startswith(("tcp://", "http://", "https://")):
        client.mount("http://", _TcpAdapter(note))
        client.mount("https://", _TcpAdapter(note))
