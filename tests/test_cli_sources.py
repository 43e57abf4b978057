"""`imagexplorer sources` on the command line: a table and a document, whatever is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imagexplorer.cli import main


def test_a_table_and_a_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    assert main(["sources", "--json", "--host", f"{tmp_path}/here.sock"]) == 0
    document = json.loads(capsysbinary.readouterr().out)
    assert document["schema"] == "imagexplorer.sources/1"
    assert [(each["kind"], each["state"]) for each in document["sources"][:2]] == [
        ("named", "absent"),
        ("environment", "absent"),
    ]
    assert main(["sources"]) == 0
    text = capsysbinary.readouterr().out.decode()
    assert "DOCKER_HOST" in text
    assert "0 engines of" in text
