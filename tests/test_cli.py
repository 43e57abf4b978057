"""The command line as a user meets it: documents, statuses, one line for every failure."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imagexplorer import __version__
from imagexplorer.cli import main
from tests import tars
from tests.sources.contract import CONFIG, LAYERS, TAGS

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        out, err = capfdbinary.readouterr()
        assert b"Traceback" not in err
        assert err.count(b"\n") == (1 if status else 0), err
        return status, out.decode(), err.decode()

    return call


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "image.tar"
    path.write_bytes(tars.docker_archive(LAYERS, CONFIG, TAGS))
    return path


@pytest.fixture
def two(tmp_path: Path) -> Path:
    path = tmp_path / "two.tar"
    other = [tars.tar([tars.file("only", "x")])]
    path.write_bytes(tars.docker_archive_of([(LAYERS, CONFIG, TAGS), (other, None, ["second:2"])]))
    return path


def document(run: Run, *arguments: str) -> Any:
    status, out, _ = run(*arguments)
    assert status == 0
    return json.loads(out)


def test_inspect_tells_what_the_image_page_knows(run: Run, archive: Path) -> None:
    found = document(run, "inspect", str(archive), "--json", "--verify", "--no-cache")
    assert found["target"] == str(archive)
    assert found["source"] == {"kind": "docker-archive", "name": str(archive)}
    assert found["image"]["tags"] == list(TAGS)
    assert found["image"]["id"] == found["image"]["config_digest"] == tars.digest(tars.dumped(CONFIG))
    assert [layer["diff_id"] for layer in found["layers"]] == [tars.digest(layer) for layer in LAYERS]
    assert all(layer["verified"] for layer in found["layers"])
    assert [step["layer"] for step in found["steps"]] == [0, None, 1, 2, 3]
    assert found["problems"] == []


def test_options_are_taken_before_and_after_the_command(run: Run, archive: Path) -> None:
    texts = {
        run("inspect", str(archive), "--json", "--image", TAGS[0], "--no-cache")[1],
        run("--json", "--image", TAGS[0], "inspect", "--no-cache", str(archive))[1],
        run("--no-cache", f"--image={TAGS[0]}", "inspect", str(archive), "--json")[1],
    }
    assert len(texts) == 1


def test_text_is_the_default(run: Run, archive: Path) -> None:
    status, out, _ = run("inspect", str(archive))
    assert status == 0
    for word in (TAGS[0], "COPY data /opt", "Layer", "Wasted"):
        assert word in out
    assert ":(" not in out.replace(" ", ""), "a colon needs no brackets after it"
    assert len(run("inspect", str(archive), "--entries", "--tree")[1]) > len(out)


def unpacked(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as members:
        for member in members:
            path = folder / member.name
            if member.isdir():
                path.mkdir(parents=True, exist_ok=True)
            elif (data := members.extractfile(member)) is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data.read())
    return folder


def test_an_archive_that_was_unpacked_says_the_same(run: Run, archive: Path, tmp_path: Path) -> None:
    folder = unpacked(archive, tmp_path / "unpacked")
    packed, loose = (document(run, "inspect", str(path), "--json", "--entries") for path in (archive, folder))
    assert loose.pop("source") == {"kind": "docker-archive", "name": str(folder)}
    for each in (packed, loose):
        each.pop("source", None)
        each.pop("target")
    assert loose == packed
    for path in folder.glob("*/layer.tar"):  # nothing of it is kept: the folder does not tell of changes in its files
        path.write_bytes(b"")
        os.utime(folder)
    assert document(run, "inspect", str(folder), "--json")["problems"]


def test_links_of_an_unpacked_archive_lead_nowhere(run: Run, archive: Path, tmp_path: Path) -> None:
    folder = unpacked(archive, tmp_path / "unpacked")
    layer = next(folder.glob("*/layer.tar"))
    layer.rename(tmp_path / "outside.tar")
    layer.symlink_to(tmp_path / "outside.tar")
    found = document(run, "inspect", str(folder), "--json")
    assert any(f"{layer.parent.name}/layer.tar" in problem["reason"] for problem in found["problems"])


def test_a_folder_without_an_image_says_what_would_be_one(run: Run, tmp_path: Path) -> None:
    status, _, error = run("inspect", f"{tmp_path}/")
    assert status == 1
    assert "index.json" in error
    assert "manifest.json" in error


def test_entries_and_tree_are_extra(run: Run, archive: Path) -> None:
    found = document(run, "inspect", str(archive), "--json", "--entries", "--tree")
    assert [entry["path"] for entry in found["layers"][3]["entries"]] == ["etc/motd"]
    assert {file["path"] for file in found["files"]} >= {"etc/motd", "etc/passwd"}


def test_advice_is_extra(run: Run, tmp_path: Path) -> None:
    lists, code = b"l" * 2_000_000, b"c" * 3_000_000
    layers = [
        tars.tar([tars.file("var/lib/apt/lists/x", lists), tars.file("app/code", code), tars.file("usr/bin/git", "g")]),
        tars.tar([tars.file("app/code", code, uid=1000)]),
    ]
    history = [{"created_by": "COPY app /"}, {"created_by": "RUN chown -R 1000 /app"}]
    path = tmp_path / "image.tar"
    path.write_bytes(tars.docker_archive(layers, tars.config(layers, history)))
    assert "advice" not in document(run, "inspect", str(path), "--json")
    found = document(run, "inspect", str(path), "--json", "--advice")
    pieces = found["advice"].pop("pieces")
    assert found["advice"] == {"small": 1, "small_bytes": 1}
    assert [(each["kind"], each["layer"], each["bytes"], each["files"], each["optional"]) for each in pieces] == [
        ("rewritten", 1, 3_000_000, 1, False),
        ("package-lists", 0, 2_000_000, 1, False),
    ]
    assert pieces[0]["bytes"] == found["space"]["wasted_bytes"]
    assert "COPY --chown=" in pieces[0]["way_out"]
    out = run("inspect", str(path), "--advice")[1]
    assert "3 MB by layer 1: Stored again unchanged in 1 file. Give the owner at once" in out
    assert "1 Byte in 1 smaller thing" in out


def test_a_second_run_from_the_cache_says_the_same(run: Run, archive: Path) -> None:
    os.utime(archive, (1_700_000_000, 1_700_000_000))  # old enough to be trusted
    arguments = ("inspect", str(archive), "--json", "--entries", "--tree")
    assert document(run, *arguments) == document(run, *arguments)


def test_without_the_cache_nothing_is_written(run: Run, archive: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert run("inspect", str(archive), "--no-cache", "--verify")[0] == 0
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("wanted", ["1", "second:2", "docker.io/library/second:2"])
def test_one_of_several_images(run: Run, two: Path, wanted: str) -> None:
    image = document(run, "inspect", str(two), "--json", "--image", wanted)["image"]
    assert image["tags"] == ["second:2"]
    assert len(image["images"]) == 2
    assert "second:2" in image["images"]
    assert all(name in run("inspect", str(two))[1] for name in image["images"])
    assert document(run, "inspect", str(two), "--json")["image"]["tags"] == list(TAGS)
    assert "second:2" in run("inspect", str(two))[1]


def test_what_is_not_there_is_named_with_what_is(run: Run, two: Path, tmp_path: Path) -> None:
    status, _, err = run("inspect", str(two), "--image", "third")
    assert status == 2
    assert "third" in err
    assert "second:2" in err
    tars.oci_layout(tmp_path / "layout", [tars.OciImage(LAYERS, CONFIG, platform="linux/arm64")], nested=True)
    status, _, err = run("inspect", str(tmp_path / "layout"), "--platform", "linux/s390x")
    assert status == 2
    assert "linux/arm64" in err


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["inspect"], 2),
        (["inspect", ""], 2),
        (["inspect", "engine://"], 2),
        (["inspect", "a", "b"], 2),
        (["--bogus"], 2),
        (["--image", "1"], 2),
        (["--platform", "linux/amd64"], 2),
        (["engine://"], 2),
        (["./nothing"], 1),
        (["archive://nothing"], 1),
        (["no such.TAR"], 1),
        (["engine://nginx", "--platform", "linux/amd64"], 3),
        (["inspect", "x", "--platform"], 2),
        (["changes"], 2),
        (["inspect", "./nothing"], 1),
        (["inspect", "no such.TAR"], 1),
        (["inspect", "a\udcff"], 1),
        (["inspect", "nginx"], 3),
        (["inspect", "engine://nginx"], 3),
        (["changes", "web", "--json"], 3),
        (["inspect", "nginx", "--host", "tcp://127.0.0.1:1"], 3),
    ],
)
def test_failures_end_in_one_line_and_their_status(run: Run, arguments: list[str], status: int) -> None:
    assert run(*arguments)[0] == status


def test_odd_targets_never_hang(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").touch()
    (tmp_path / "text").write_text("hello")
    (tmp_path / "new\nline").write_text("x" * 2000)
    (tmp_path / "loop").symlink_to("loop")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "sock"))
        for name in ("fifo", "folder", "empty", "text", "new\nline", "loop", "sock"):
            status, out, err = run("inspect", str(tmp_path / name))
            assert (status, out) == (1, "")
            assert name.replace("\n", "\\x0a") in err
    for device in ("/dev/zero", "/dev/null"):
        assert "device" in run("inspect", device)[2]


def test_an_engine_that_never_answers_keeps_no_file_closed(
    run: Run, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(archive.parent)
    monkeypatch.setattr("imagexplorer.output.asked._PATIENCE_SECONDS", 0.2)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "dead.sock"))
        listener.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/dead.sock")
        assert run("inspect", "image.tar")[0] == 0


def test_a_path_that_no_one_may_read(run: Run, archive: Path) -> None:
    if os.geteuid() == 0:
        archive = archive.parent / "missing" / "x.tar"
    else:
        archive.chmod(0)
    assert run("inspect", str(archive))[0] == 1


def test_a_prefix_or_a_dot_means_a_path(run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(archive.parent)
    monkeypatch.setenv("HOME", str(archive.parent))
    for target in ("image.tar", "./image.tar", "archive://image.tar", "oci://image.tar", "~/image.tar"):
        assert run("inspect", target)[0] == 0


def test_the_window_needs_a_display(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    if not sys.platform.startswith("linux"):
        return
    status, _, err = run()
    assert status == 1
    assert "imagexplorer inspect" in err


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What the window was opened with; none is."""
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    calls: list[tuple[str, ...]] = []

    def opens(*arguments: str) -> int:
        calls.append(arguments)
        return 0

    monkeypatch.setattr("imagexplorer.app.run", opens)
    return calls


def test_the_window_opens_on_an_image_of_an_archive(run: Run, two: Path, opened: list[tuple[str, ...]]) -> None:
    assert run(str(two), "--image", "second:2")[0] == 0
    assert run("--image", "1", str(two))[0] == 0
    assert run("nginx", "--host", "unix:///nothing")[0] == 0  # the window says that no engine is there
    assert opened == [
        (str(two), "", "second:2", ""),
        (str(two), "", "1", ""),
        ("nginx", "unix:///nothing", "", ""),
    ]


def test_what_is_not_there_opens_no_window(run: Run, two: Path, opened: list[tuple[str, ...]]) -> None:
    status, _, error = run(str(two), "--image", "third")
    assert status == 2
    assert "second:2" in error
    status, _, error = run(str(two), "--platform", "windows/arm")
    assert status == 2
    assert "linux" in error
    assert run("nginx", "--image", "1")[0] == 3
    assert opened == []


def test_what_is_a_path_and_an_image_opens_no_window(
    run: Run, archive: Path, opened: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(archive.parent)
    monkeypatch.setattr("imagexplorer.output.asked._on_engine", lambda _text, _host: True)
    status, _, error = run("image.tar")
    assert status == 2
    assert "engine://image.tar" in error
    assert "archive://image.tar" in error
    assert run("./image.tar")[0] == 0
    assert [call[0] for call in opened] == ["./image.tar"]


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--version"], ["inspect", "--version"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        assert __version__ in capsys.readouterr().out


# -- as a process ------------------------------------------------------------------------------------


def process(*arguments: str, **more: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "imagexplorer", *arguments]
    return subprocess.Popen(command, stderr=subprocess.PIPE, **more)


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    path = tmp_path / "many.tar"
    path.write_bytes(tars.tar([tars.file(f"file{number}") for number in range(20_000)]))
    child = process("inspect", str(path), "--json", "--entries", "--tree", stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.read(10)
    child.stdout.close()
    _, err = child.communicate(timeout=60)
    assert err == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux has the device")
def test_a_full_disk_is_one_line(archive: Path) -> None:
    with open("/dev/full", "wb") as full:
        child = process("inspect", str(archive), "--json", stdout=full)
        _, err = child.communicate(timeout=60)
    assert child.returncode == 1
    assert err.count(b"\n") == 1
    assert b"space" in err


def test_an_interrupt_is_quiet(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    path = tmp_path / "many.tar"
    path.write_bytes(tars.tar([tars.file(f"file{number}") for number in range(60_000)]))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts us in the background has it ignored
    child = process("inspect", str(path), "--json", "--entries", stdout=writer)
    signal.signal(signal.SIGINT, before)
    os.close(writer)
    os.read(reader, 1)  # it has begun to print, and waits for us to read on
    time.sleep(0.2)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=60)
    os.close(reader)
    assert err == b""
    assert child.returncode == 130


def test_start_up_is_light() -> None:
    """Neither the window's nor the engine's libraries are loaded for a file, and NumPy not to say the version."""
    code = (
        "import sys; from imagexplorer.cli import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('numpy', 'docker', 'PySide6', 'humanize') if name in sys.modules])\n"
        "main(['inspect', '/nothing'])\n"
        "print([name for name in ('docker', 'requests', 'PySide6') if name in sys.modules])\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60).stdout.decode()
    assert out.splitlines()[-2:] == ["[]", "[]"]
