"""`inspect` and `changes` against a real engine: they agree with the engine's own answers, and with its archives."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imagexplorer.cli import main
from imagexplorer.sources.history import moment
from tests.engine_images import write_in
from tests.engines import SAMPLE, Engine

pytestmark = pytest.mark.engine

# What engines put into every container, whatever the image holds.
_MADE_BY_ENGINE = (
    "dev", "proc", "sys", "run", "etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/mtab", ".dockerenv", "vol",
)  # fmt: skip

Run = Callable[..., Any]


@pytest.fixture
def run(engine: Engine, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    def call(*arguments: str, status: int = 0) -> Any:
        assert main([*arguments, "--host", engine.private.location]) == status
        out, err = capfdbinary.readouterr()
        assert err.count(b"\n") == (1 if status else 0), err
        return (json.loads(out) if "--json" in arguments else out.decode()) if not status else err.decode()

    return call


def test_it_agrees_with_the_engines_history_and_inspect(run: Run, engine: Engine, sample: str) -> None:
    found = run("inspect", engine.name(SAMPLE), "--json", "--no-cache", "--verify")
    inspected = engine.api.inspect_image(sample)
    history = engine.api.history(sample)[::-1]
    assert found["source"]["kind"] == "engine"
    assert found["image"]["id"] == inspected["Id"]
    assert engine.name(SAMPLE) in found["image"]["tags"]
    assert [layer["diff_id"] for layer in found["layers"]] == inspected["RootFS"]["Layers"]
    assert [step["instruction"] for step in found["steps"]] == [step["CreatedBy"] for step in history]
    assert [moment(step["created"]) for step in found["steps"]] == [step["Created"] for step in history]
    assert moment(found["image"]["created"]) == moment(inspected["Created"])
    made = [step["layer"] for step in found["steps"] if step["layer"] is not None]
    assert made == list(range(len(found["layers"])))
    assert all(layer["verified"] for layer in found["layers"])
    assert found["problems"] == []


def test_an_archive_of_the_image_reads_the_same(run: Run, engine: Engine, sample: str, tmp_path: Path) -> None:
    path = tmp_path / "saved"
    path.write_bytes(b"".join(engine.api.get_image(engine.name(SAMPLE))))
    options = ("--json", "--tree", "--no-cache", "--verify")
    live, saved = run("inspect", engine.name(SAMPLE), *options), run("inspect", str(path), *options)
    assert saved["problems"] == []
    assert saved["source"]["kind"] == "docker-archive"
    for key in ("files", "tree", "space"):
        assert live[key] == saved[key], key
    for one, other in zip(live["layers"], saved["layers"], strict=True):
        for key in ("diff_id", "stored_bytes", "files", "instruction", "verified"):
            assert one[key] == other[key], key
    assert [step["layer"] for step in live["steps"]] == [step["layer"] for step in saved["steps"]]


def test_the_tree_is_what_a_container_shows(run: Run, engine: Engine, sample: str) -> None:
    made = engine.api.create_container(SAMPLE, ["true"])["Id"]
    try:
        with tarfile.open(fileobj=io.BytesIO(b"".join(engine.api.export(made)))) as exported:
            members = exported.getmembers()
    finally:
        engine.api.remove_container(made)
    shown = {
        member.name.strip("/"): (member.isdir(), member.issym(), member.mode & 0o7777)
        for member in members
        if not member.name.strip("/").startswith(_MADE_BY_ENGINE) and member.name.strip("/") not in ("", "etc")
    }
    files = {
        file["path"]: (file["kind"] == "dir", file["kind"] == "symlink", file["mode"])
        for file in run("inspect", engine.name(SAMPLE), "--json", "--tree")["files"]
        if not file["path"].startswith(_MADE_BY_ENGINE) and file["path"] != "etc"
    }
    assert files == shown


def test_changes_agree_with_the_engines_diff(run: Run, engine: Engine, container: str) -> None:
    write_in(engine.api, container, "echo new > /new.txt; rm /data/sub/x; echo more >> /big.bin")
    found = run("changes", container, "--json")
    assert found["container"]["id"] == container
    kinds = {0: "modified", 1: "added", 2: "deleted"}
    diff = {change["Path"]: kinds[change["Kind"]] for change in engine.api.diff(container) or ()}
    assert {change["path"]: change["kind"] for change in found["changes"]} == diff
    sizes = {change["path"]: change["size"] for change in found["changes"]}
    assert sizes["/new.txt"] == 4
    assert sizes["/big.bin"] == 300 * 1024 + 5
    text = run("changes", container[:12])
    assert "/new.txt" in text


def test_what_the_engine_does_not_have(run: Run) -> None:
    assert "no/such" in run("inspect", "no/such:image", status=1)
    assert "no/such" in run("inspect", "engine://no/such:image", status=1)
    assert "nobody" in run("changes", "nobody", status=1)


def test_a_name_that_is_a_file_too_is_asked_about(
    run: Run, engine: Engine, sample: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = engine.name(SAMPLE)
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(engine.api.get_image(name)))
    said = run("inspect", name, status=2)
    assert f"engine://{name}" in said
    assert f"archive://{name}" in said
    assert run("inspect", f"engine://{name}", "--json")["source"]["kind"] == "engine"
    assert run("inspect", f"archive://{name}", "--json")["source"]["kind"] == "docker-archive"
    assert run("inspect", f"./{name}", "--json")["source"]["kind"] == "docker-archive"
