"""`imagexplorer diff`: the document, the text, and what the exit status says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imagexplorer.cli import FAILED, OK, WRONG_USE, main
from imagexplorer.core.report_reading import read_report
from tests import tars

BASE = tars.tar(
    [
        tars.file("etc/a", b"one"),
        tars.file("etc/same", b"x" * 50),
        tars.file("etc/touched", b"same", mtime=1),
        tars.symlink("link", "a"),
        tars.file("gone", b"12345"),
        tars.file("thing", b"a file"),
    ]
)
TOP = tars.tar(
    [
        tars.file("etc/a", b"two"),
        tars.file("etc/same", b"x" * 50, mode=0o755),
        tars.file("etc/touched", b"same", mtime=2),
        tars.symlink("link", "b"),
        tars.whiteout("gone"),
        tars.whiteout("thing"),
        tars.folder("thing"),
        tars.file("new\n", b"n" * 9),
    ]
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    one, other = tmp_path / "a.tar", tmp_path / "b.tar"
    one.write_bytes(tars.docker_archive([BASE], tars.config([BASE], config={"Env": ["A=1"], "Cmd": ["sh"]})))
    config = tars.config([BASE, TOP], config={"Env": ["A=2"], "Cmd": ["sh"], "ExposedPorts": {"80/tcp": {}}})
    other.write_bytes(tars.docker_archive([BASE, TOP], config))
    return str(one), str(other)


def test_the_document(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *files, "--json", "--no-cache"]) == OK
    said = capsys.readouterr().out
    document = json.loads(said)
    assert document["schema"] == "imagexplorer.diff/1"
    assert [document[side]["target"] for side in "ab"] == list(files)
    assert {key: len(value) for key, value in document["layers"].items()} == {"common": 1, "only_a": 0, "only_b": 1}
    changes = {row["path"]: row["change"] for row in document["files"]}
    assert changes == {
        "etc/a": "content", "etc/same": "metadata", "link": "content", "gone": "removed", "thing": "kind",
        "new\n": "added",
    }  # fmt: skip
    assert list(changes) == sorted(changes)
    (row,) = [row for row in document["files"] if row["path"] == "etc/same"]
    assert (row["a"]["mode"], row["b"]["mode"]) == (0o644, 0o755)
    assert row["b"] == {"kind": "file", "size": 50, "mode": 0o755, "uid": 0, "gid": 0, "link": None, "layer": 1}
    assert document["config"] == [{"key": "env.A", "a": "1", "b": "2"}, {"key": "ports", "a": None, "b": ["80/tcp"]}]
    assert document["bytes"] == {"added": 12, "removed": 14}
    report = read_report(document, "saved.json")
    assert report.verdict == "8 differences"


def test_the_text_and_the_status(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *files, "--exit-code"]) == FAILED
    said = capsys.readouterr().out
    assert "O                50 Bytes  etc/same  (mode 0644 -> 0755)" in said
    assert "new\\x0a" in said
    assert main(["diff", files[0], files[0], "--exit-code"]) == OK
    assert "No differences" in capsys.readouterr().out


def test_times_count_where_they_are_asked_for(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *files, "--json", "--times", "--no-cache"]) == OK
    document = json.loads(capsys.readouterr().out)
    (row,) = [row for row in document["files"] if row["path"] == "etc/touched"]
    assert (row["change"], row["a"]["mtime_ns"], row["b"]["mtime_ns"]) == ("metadata", 10**9, 2 * 10**9)
    assert {row["path"]: row["change"] for row in document["files"]}["etc/a"] == "content", "bytes count for more"
    assert read_report(document, "saved.json").verdict == "9 differences"
    assert main(["diff", *files, "--times"]) == OK
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "etc/touched" in line]
    assert "(time " in line


def test_wrong_use(files: tuple[str, str], tmp_path: Path) -> None:
    assert main(["diff", files[0]]) == WRONG_USE
    assert main(["diff", files[0], str(tmp_path / "none.tar")]) == FAILED
    assert main(["diff", *files, "--image-b", "7"]) == WRONG_USE


def test_a_page_needs_nothing_else_and_escapes_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = tars.tar([tars.file("<script>alert(1)</script>", b"x"), tars.file('"&.txt', b"y")])
    one, other = tmp_path / "a.tar", tmp_path / "b.tar"
    one.write_bytes(tars.docker_archive([BASE]))
    config = tars.config([BASE, hostile], config={"Env": ["A=<img src=x>"]})
    other.write_bytes(tars.docker_archive([BASE, hostile], config))
    assert main(["diff", str(one), str(other), "--html", str(tmp_path / "page.html")]) == OK
    page = (tmp_path / "page.html").read_text()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    assert "<img" not in page
    assert "src=" not in page.replace("&lt;img src=x&gt;", "")
    assert page.rstrip().endswith("</html>")
