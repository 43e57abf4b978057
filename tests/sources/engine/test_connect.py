"""What is said of an address where no engine answers, in words and with a way out."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, CommitSpec
from imagexplorer.core.errors import Cancelled, Damaged, Refused, Unreachable
from imagexplorer.sources.engine import actions, commit_build, life, wire
from imagexplorer.sources.engine.connect import NEWEST_VERSION, find, open_engine
from imagexplorer.sources.engine.source import EngineSource
from tests.sources.engine.odd_server import answering, http


def refuse(location: str, **more: str) -> Unreachable:
    with pytest.raises(Unreachable) as caught:
        open_engine(Address("engine", location, **more), Control())
    return caught.value


def test_no_such_socket(tmp_path: Path) -> None:
    error = refuse(f"unix://{tmp_path}/none.sock")
    assert error.reason == "no such socket"
    assert error.way_out.startswith("Start the engine: ")
    assert f"{tmp_path}/none.sock" in error.what


def test_nothing_listens(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "dead.sock"))
    assert refuse(f"unix://{tmp_path}/dead.sock").reason == "nothing listens there"


def test_not_a_socket(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refuse(f"unix://{tmp_path}/file").reason == "not a socket"


def test_a_path_too_long_for_a_socket() -> None:
    assert "too long" in refuse(f"unix:///{'x' * 200}").reason


@pytest.mark.parametrize("location", ["tcp://garbage", "ftp://host:1", "tcp://host:port"])
def test_what_can_be_no_address_is_not_said_to_answer(location: str) -> None:
    error = refuse(location)
    assert error.reason == "not an address of an engine"
    assert "tcp://host:port" in error.way_out


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_permission_denied() -> None:
    """As somebody else, in a process of its own: the advice names the group, never a wider mode or root."""
    # Not pytest's folder: each run that starts closes that of all runs to others.
    with TemporaryDirectory() as folder, answering(path := Path(folder, "s"), None) as location:
        Path(folder).chmod(0o755)
        path.chmod(0o660)
        os.chown(path, 0, 4)  # group adm
        code = (
            "import os; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
            "from imagexplorer.core.control import Control\n"
            "from imagexplorer.core.entities import Address\n"
            "from imagexplorer.core.errors import Unreachable\n"
            "from imagexplorer.sources.engine import connect\n"
            f"try: connect.open_engine(Address('engine', {location!r}), Control())\n"
            "except Unreachable as error: print(error.reason, '|', error.way_out)"
        )
        # Whatever is imported later must be imported before the rights are gone: the checkout may be root's alone.
        early = "import ssl, grp, requests, docker.api, docker.errors, imagexplorer.sources.engine.adapter\n"
        code = f"{early}import imagexplorer.sources.engine.connect\n{code}"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.startswith("permission denied | "), done.stderr
    assert "usermod -aG adm" in done.stdout
    assert "666" not in done.stdout
    assert "root" not in done.stdout


@pytest.mark.parametrize(
    "answer",
    [
        http(b"<html>hello</html>", kind="text/html"),
        http(b"[]"),
        http(b"{}"),
        http(b"null"),
        http(b""),
        http(b'{"message": "page not found"}', "404 Not Found"),
        http(b"<h1>Bad Gateway</h1>", "502 Bad Gateway", "text/html"),
        http(b'{"ApiVersion": 3}'),
        http(b"[" * 100_000),
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
    ids=["html", "list", "empty", "null", "nothing", "404", "502", "number", "deep", "ssh"],
)
def test_not_an_engine(tmp_path: Path, answer: bytes) -> None:
    with answering(tmp_path / "s", answer) as location:
        error = refuse(location)
    assert "not an engine" in error.reason or "broke" in error.reason
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\n", http(b"{")[:-1] + b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"]
)
def test_a_connection_that_breaks(tmp_path: Path, answer: bytes) -> None:
    with answering(tmp_path / "s", answer) as location:
        refuse(location)


def test_silence_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire.Wire.json, "__kwdefaults__", {**wire.Wire.json.__kwdefaults__, "seconds": 0.2})
    with answering(tmp_path / "s", None) as location:
        assert "in time" in refuse(location).reason


def test_silence_is_cancelled_at_once(tmp_path: Path) -> None:
    control = Control()
    with answering(tmp_path / "s", None) as location:
        threading.Timer(0.2, control.cancel).start()
        with pytest.raises(Cancelled):
            open_engine(Address("engine", location), control)


def test_a_named_engine_that_is_dead_is_the_only_one_tried(tmp_path: Path) -> None:
    source, tried = find(f"unix://{tmp_path}/none.sock")
    assert source is None
    assert [(address.location, outcome) for address, outcome, _ in tried] == [
        (f"unix://{tmp_path}/none.sock", "no such socket")
    ]


def test_an_unknown_context_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "nowhere")
    source, ((address, outcome, advice),) = find()
    assert (source, address.context, outcome) == (None, "nowhere", "there is no context of that name")
    assert advice


@pytest.mark.parametrize("location", ["fd://3", "carrier-pigeon://x", "tcp://"])
def test_addresses_that_cannot_be_opened(location: str) -> None:
    error = refuse(location)
    assert error.reason
    assert error.way_out or location == "tcp://"


@pytest.mark.parametrize(
    ("newest", "oldest", "spoken"),
    [("1.41", "1.12", "1.41"), ("1.51", "1.24", "1.51"), ("1.99", "1.40", NEWEST_VERSION), ("2.10", "2.0", "2.0")],
)
def test_the_version_agreed_on(tmp_path: Path, newest: str, oldest: str, spoken: str) -> None:
    body = f'{{"ApiVersion": "{newest}", "MinAPIVersion": "{oldest}"}}'.encode()
    with answering(tmp_path / "s", http(body)) as location:
        assert open_engine(Address("engine", location), Control()).wire.version == spoken


def test_an_engine_that_is_too_old(tmp_path: Path) -> None:
    with answering(tmp_path / "s", http(b'{"ApiVersion": "1.18"}')) as location:
        assert "too old" in refuse(location).reason


# -- answers of an engine that has gone wrong since ------------------------------------------


def asked(location: str) -> EngineSource:
    return EngineSource(wire.Wire(Address("engine", location), location, "1.41"), {"Version": "x"})


@pytest.mark.parametrize("body", [b"{", b"nonsense", b'{"a": ' * 5000])
def test_a_list_that_is_no_json_is_damaged(tmp_path: Path, body: bytes) -> None:
    with answering(tmp_path / "s", http(body)) as location, pytest.raises(Damaged, match="list of images"):
        asked(location).images(Control())


@pytest.mark.parametrize("body", [b"null", b"{}", b"[]", b'[null, 3, [], "x"]', b""])
def test_a_list_of_nothing_is_empty(tmp_path: Path, body: bytes) -> None:
    with answering(tmp_path / "s", http(body)) as location:
        assert asked(location).images(Control()) == []
        assert asked(location).containers(Control()) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"message": "no space left"}', "no space left"),
        (b'{"cause": "why", "response": 500}', "why"),
        (b'{"errorDetail": {"message": "deep"}}', "deep"),
        (b"plain words", "plain words"),
        (b"<html><body>proxy</body></html>", "the answer is a web page, not that of an engine"),
        (b"", "the engine answered with status 500 and no word"),
        (b'{"message": 3}', '{"message": 3}'),
    ],
)
def test_a_refusal_has_the_engines_own_words(tmp_path: Path, body: bytes, words: str) -> None:
    answer = http(body, "500 Internal Server Error")
    with answering(tmp_path / "s", answer) as location, pytest.raises(Refused) as caught:
        asked(location).images(Control())
    assert caught.value.reason == words


def test_words_are_bounded(tmp_path: Path) -> None:
    with answering(tmp_path / "s", http(b"x" * 100_000, "500 Oops")) as location, pytest.raises(Refused) as caught:
        asked(location).images(Control())
    assert len(caught.value.reason) == 4096


def test_a_cut_off_list_is_a_loss(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n["
    with answering(tmp_path / "s", answer) as location, pytest.raises(Unreachable):
        asked(location).images(Control())


def test_the_end_of_events_is_a_loss(tmp_path: Path) -> None:
    event = b'{"Type":"container","Action":"start","Actor":{"ID":"abc"}}\n'
    with answering(tmp_path / "s", b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + event) as location:
        stream = asked(location).events(Control())
        assert [sorted(next(stream).containers) for _ in range(2)] == [[], ["abc"]]
        with pytest.raises(Unreachable, match="ended the stream"):
            next(stream)


def test_an_export_that_breaks_off_is_a_loss(tmp_path: Path) -> None:
    from imagexplorer.core.entities import Image, ImageDetail, Layer
    from imagexplorer.sources.protocol import ScanOptions

    detail = ImageDetail(Image("sha256:" + "a" * 64), (Layer(0, "sha256:" + "b" * 64),))
    answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 100
    lost = pytest.raises(Unreachable, match="broke the export off")
    with answering(tmp_path / "s", answer) as location, lost:
        asked(location).scan(detail, {0}, ScanOptions(True), lambda *_: None, Control())


@pytest.mark.parametrize("act", ["stop", "restart"])
def test_what_is_paused_has_to_go_on_before_it_ends(tmp_path: Path, act: str) -> None:
    """As Podman 4.3 says it of a container that is paused."""
    said = b'{"cause":"container state improper","message":"container 5 is running or paused, refusing to clean up"}'
    with answering(tmp_path / "s", http(said, "500 Internal Server Error")) as location:
        source = EngineSource(wire.Wire(Address("engine", location), location, "1.41"), {"Version": "x"})
        with pytest.raises(Refused) as caught:
            getattr(source, act)("5", Control())
    assert "refusing to clean up" in caught.value.reason
    assert caught.value.way_out == "It is paused: unpause it first"


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 2"])
def test_an_act_that_broke_off_may_have_been_done(tmp_path: Path, answer: bytes) -> None:
    """To do it once more, as where nothing was sent, would not do."""
    with answering(tmp_path / "s", answer) as location, pytest.raises(Unreachable) as caught:
        actions.of_container(
            wire.Wire(Address("engine", location), location, "1.41"), "POST", "a" * 64, "/restart", "restart", Control()
        )
    assert caught.value.way_out.startswith("Whether it was done is not known")


def test_a_signal_after_which_podman_saw_no_end_is_told_to_be_sent(tmp_path: Path) -> None:
    answer = http(b'{"cause": "timed out waiting for file /exits/a: internal libpod error"}', "500 Internal")
    with answering(tmp_path / "s", answer) as location, pytest.raises(Refused) as caught:
        life.kill(wire.Wire(Address("engine", location), location, "1.41"), "a" * 64, Control(), "SIGKILL")
    assert caught.value.way_out.startswith("The signal was sent")


def test_an_engine_that_is_lost_after_the_signal_of_a_stop_does_not_say_retry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "kill", lambda *_: None)
    with answering(tmp_path / "s", b"") as location, pytest.raises(Unreachable) as caught:
        life.stop_by(wire.Wire(Address("engine", location), location, "1.41"), "a" * 64, Control(), 9, "SIGUSR1")
    assert caught.value.way_out.startswith("Whether it was done is not known")


def test_a_build_that_broke_off_may_have_made_its_image(tmp_path: Path) -> None:
    made: Any = SimpleNamespace(tar="changes.tar")
    location = f"unix://{tmp_path}/s"
    source: Any = SimpleNamespace(wire=wire.Wire(Address("engine", location), location, "1.41"))
    with answering(tmp_path / "s", b""), pytest.raises(Unreachable) as caught:
        commit_build._built(source, CommitSpec("c"), "FROM x", made, io.BytesIO(), "commit", Control())
    assert caught.value.way_out.startswith("Whether it was done is not known")


def test_an_engine_that_takes_its_time_over_what_is_sent_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than it may take to accept a connection."""
    monkeypatch.setattr(wire, "CONNECT_SECONDS", 0.05)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "s"))
    listener.listen(1)
    sent = [bytes(1 << 20)] * 4

    def serve() -> None:
        near, _ = listener.accept()
        with near:
            threading.Event().wait(0.5)
            taken = 0
            while taken < 4 << 20:
                taken += len(near.recv(1 << 20))
            near.sendall(http(b'{"stream": "Loaded image: x:1"}'))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    location = f"unix://{tmp_path}/s"
    with (
        listener,
        wire.Wire(Address("engine", location), location, "1.41").open(
            "POST", "/images/load", what="load", control=Control(), data=iter(sent), seconds=60
        ) as answer,
    ):
        assert b"Loaded" in answer.raw.read()
    thread.join(5)
