"""Engines behind TCP and TLS: a private engine's socket forwarded to loopback."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address
from imagexplorer.core.errors import Cancelled, Unreachable
from imagexplorer.sources.engine.candidates import candidates
from imagexplorer.sources.engine.connect import find, open_engine
from imagexplorer.sources.protocol import ScanOptions
from tests.engines import SAMPLE, Engine

pytestmark = pytest.mark.engine


@contextmanager
def forwarded(target: Path, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A port of loopback that leads to a unix socket."""
    listener = socket.create_server(("127.0.0.1", 0))
    ends: list[socket.socket] = []

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        while True:
            try:
                near, _ = listener.accept()
                ends.append(near)
                near = context.wrap_socket(near, server_side=True) if context else near
            except ssl.SSLError:
                continue
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(str(target))
            ends.extend((near, far))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ca.pem, cert.pem and key.pem of one self-signed certificate for 127.0.0.1, as docker's folder has them."""
    folder = tmp_path_factory.mktemp("certificates")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=engine",
               "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:TRUE",
               "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    (folder / "ca.pem").write_bytes((folder / "cert.pem").read_bytes())
    return folder


def server_side(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def works(location: str, sample: str, **more: str) -> None:
    source = open_engine(Address("engine", location, **more), Control())
    assert source.image(SAMPLE, Control()).image.id == sample
    assert not source.local
    found: list[int] = []
    detail = source.image(SAMPLE, Control())
    source.scan(detail, {0}, ScanOptions(), lambda layer, _: found.append(layer), Control())
    assert found == [0]
    control = Control()
    stream = source.events(control)
    next(stream)
    threading.Timer(0.2, control.cancel).start()
    with pytest.raises(Cancelled):
        next(stream)


def test_tcp(engine: Engine, sample: str) -> None:
    with forwarded(engine.private.socket) as port:
        works(f"tcp://127.0.0.1:{port}", sample)
        works(f"127.0.0.1:{port}", sample)


def test_tls_by_the_environment(
    engine: Engine, sample: str, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CERT_PATH", str(certificates))
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    with forwarded(engine.private.socket, server_side(certificates)) as port:
        works(f"tcp://127.0.0.1:{port}", sample)


def test_tls_by_a_context(
    engine: Engine, sample: str, certificates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    name = sha256(b"far").hexdigest()
    with forwarded(engine.private.socket, server_side(certificates)) as port:
        meta, keys = tmp_path / "contexts/meta" / name, tmp_path / "contexts/tls" / name / "docker"
        meta.mkdir(parents=True)
        keys.mkdir(parents=True)
        host = f"tcp://127.0.0.1:{port}"
        told = {"Name": "far", "Metadata": {}, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": False}}}
        (meta / "meta.json").write_text(json.dumps(told))
        for file in ("ca.pem", "cert.pem", "key.pem"):
            (keys / file).write_bytes((certificates / file).read_bytes())
        (tmp_path / "config.json").write_text('{"currentContext": "far"}')
        (address,) = candidates("", {})
        assert (address.context, address.location) == ("far", host)
        works(host, sample, context="far")
        source, tried = find()
        assert source is not None
        assert tried == []


def test_a_certificate_of_somebody_else_is_refused(
    engine: Engine, certificates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Verification is on: a server whose certificate no file vouches for is not talked to."""
    other = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=other",
             "-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "ca.pem")]  # fmt: skip
    subprocess.run(other, check=True, capture_output=True, timeout=60)
    (tmp_path / "cert.pem").write_bytes((tmp_path / "ca.pem").read_bytes())
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    with forwarded(engine.private.socket, server_side(certificates)) as port, pytest.raises(Unreachable) as caught:
        open_engine(Address("engine", f"tcp://127.0.0.1:{port}"), Control())
    assert "TLS failed" in caught.value.reason


def test_missing_certificates_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
    with pytest.raises(Unreachable, match="no usable") as caught:
        open_engine(Address("engine", "tcp://127.0.0.1:1"), Control())
    assert str(tmp_path) in caught.value.reason


def test_a_port_where_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable, match="nothing listens there"):
        open_engine(Address("engine", f"tcp://127.0.0.1:{port}"), Control())


def test_a_host_that_is_unknown() -> None:
    with pytest.raises(Unreachable):
        open_engine(Address("engine", "tcp://no-such-host.invalid:2375"), Control())
