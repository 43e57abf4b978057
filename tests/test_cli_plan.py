"""`imagexplorer plan` on the command line: wrong use is told, and on an engine a document and a text."""

from __future__ import annotations

import json

import pytest

from imagexplorer.cli import main
from tests.engine_images import build
from tests.engines import Engine


@pytest.mark.parametrize(
    "arguments",
    [["plan"], ["plan", "delete"], ["plan", "delete", ""], ["plan", "eat"], ["plan", "prune", "x"],
     ["plan", "delete", "x", "--unused"], ["plan", "delete", "x", "--like", "y"],
     ["plan", "prune", "--older-than", "nan"]],
)  # fmt: skip
def test_wrong_use(arguments: list[str], capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(arguments) == 2
    assert capsysbinary.readouterr().err.count(b"\n") == 1


@pytest.mark.engine
def test_on_an_engine(engine: Engine, tidy: list[str], capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    name = engine.name("plan/alone:1")  # nothing else stands on its last layer
    build(engine.api, name, "FROM scratch\nADD busybox /only-here/busybox\n")
    tidy.append(f"image:{name}")
    host = ["--host", engine.private.location]
    assert main(["plan", "delete", name, "--json", *host]) == 0
    document = json.loads(capsysbinary.readouterr().out)
    assert document["schema"] == "imagexplorer.plan/1"
    assert document["untagged"] == [name]
    assert document["frees_bytes"] == sum(each["bytes"] for each in document["layers"]) > 0
    assert document["exact"] is not (engine.podman or engine.containerd)
    assert main(["plan", "prune", *host]) == 0
    assert "Nothing was done" in capsysbinary.readouterr().out.decode()
    assert main(["plan", "delete", "test/none:1", *host]) == 1
    assert b"test/none:1" in capsysbinary.readouterr().err
