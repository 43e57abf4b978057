"""An engine over ssh, through a real sshd on this machine: it works, ends with nothing left, and its refusals help."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address
from imagexplorer.core.errors import Cancelled, Unreachable
from imagexplorer.sources.engine.connect import open_engine
from imagexplorer.sources.engine.source import EngineSource
from imagexplorer.sources.engine.ssh import Ssh
from tests.engines import SAMPLE, Engine
from tests.sshd import Sshd


@pytest.fixture
def sshd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    made = Sshd(tmp_path / "sshd", {})
    monkeypatch.setenv("PATH", f"{made.bin}{os.pathsep}{os.environ['PATH']}")
    yield made
    made.stop()


def over(sshd: Sshd, path: str = "", control: Control | None = None) -> EngineSource:
    return open_engine(Address("engine", f"{sshd.location}{path}"), control or Control())


def refusal(sshd: Sshd) -> Unreachable:
    with pytest.raises(Unreachable) as caught:
        over(sshd)
    return caught.value


def children() -> list[str]:
    """Command lines of the ssh processes that this one started."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=False
    ).stdout
    return [line for line in listed.splitlines() if " -T " in line]


@pytest.mark.engine
def test_an_engine_over_ssh_is_the_engine(engine: Engine, sample: str, sshd: Sshd) -> None:
    sshd.know()
    source = over(sshd, str(engine.private.socket))
    control = Control()
    try:
        assert source.host.info(control) == engine.source.host.info(control)
        assert [row.id for row in source.images(control)] == [row.id for row in engine.source.images(control)]
        detail = source.image(SAMPLE, control)
        assert [layer.diff_id for layer in detail.layers] == [
            layer.diff_id for layer in engine.source.image(SAMPLE, control).layers
        ]
        assert len(children()) == 1, "one shared connection, and no more than that between calls"
    finally:
        source.close()
    assert not children()


@pytest.mark.engine
def test_events_over_ssh_end_when_they_are_cancelled_or_the_line_drops(engine: Engine, sshd: Sshd) -> None:
    sshd.know()
    source = over(sshd, str(engine.private.socket))
    try:
        for end in ("cancel", "drop"):
            control = Control()
            if end == "cancel":
                threading.Timer(0.3, control.cancel).start()
            else:
                threading.Timer(0.3, source.wire.ssh.close if source.wire.ssh else control.cancel).start()
            began = time.monotonic()
            with pytest.raises(Cancelled if end == "cancel" else Unreachable):
                for _touched in source.host.events(control):
                    pass
            assert time.monotonic() - began < 20
        source.host.info(Control())  # the next call connects anew
    finally:
        source.close()
    assert not children()


def test_a_host_key_that_is_not_known(sshd: Sshd) -> None:
    error = refusal(sshd)
    assert error.reason == "the host key of the machine is not known here"
    assert f"ssh -p {sshd.port} 127.0.0.1" in error.way_out
    assert not children()


def test_a_host_key_that_has_changed(sshd: Sshd) -> None:
    sshd.know("stranger")
    error = refusal(sshd)
    assert "not the one that is known" in error.reason
    assert f"ssh-keygen -R '[127.0.0.1]:{sshd.port}'" in error.way_out


def test_a_key_that_does_not_open(sshd: Sshd) -> None:
    sshd.know()
    sshd.use_key("stranger")
    error = refusal(sshd)
    assert "did not let us in" in error.reason
    assert "ssh-add" in error.way_out


def test_a_key_that_a_connection_names_is_tried_too(sshd: Sshd, tmp_path: Path) -> None:
    """As podman's connections have it: without it the machine lets nobody in."""
    sshd.know()
    sshd.use_key("stranger")
    address = Address("engine", f"{sshd.location}{tmp_path}/none.sock", identity=str(sshd.folder / "client"))
    with pytest.raises(Unreachable) as caught:
        open_engine(address, Control())
    assert "did not let us in" not in caught.value.reason


def test_a_machine_without_an_engine(sshd: Sshd, tmp_path: Path) -> None:
    sshd.know()
    with pytest.raises(Unreachable) as caught:
        over(sshd, f"{tmp_path}/none.sock")
    assert "none.sock" in caught.value.reason or "connect" in caught.value.reason.lower()


def test_nothing_listens_for_ssh(sshd: Sshd) -> None:
    sshd.stop()
    assert refusal(sshd).reason == "nothing listens there for ssh"


def test_a_machine_that_says_nothing_is_given_up_at_once(sshd: Sshd) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        control = Control()
        threading.Timer(0.3, control.cancel).start()
        with pytest.raises(Cancelled):
            open_engine(Address("engine", f"ssh://127.0.0.1:{silent.getsockname()[1]}"), control)
    assert not children()


@pytest.mark.parametrize(
    "location", ["ssh://", "ssh://-oProxyCommand=x", "ssh://a b", "ssh://box:port", "ssh://box?x=1", "ssh://me:pw@box"]
)
def test_what_is_no_address_of_ssh(location: str) -> None:
    with pytest.raises(Unreachable) as caught:
        Ssh(location)
    assert "pw" not in str(caught.value)


def test_the_ssh_program_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Unreachable) as caught:
        open_engine(Address("engine", "ssh://box"), Control())
    assert "not installed" in caught.value.reason
