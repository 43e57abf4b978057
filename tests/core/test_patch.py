"""A patch that git takes makes the container's files of the image's, whatever bytes and names they have."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core import patch
from imagexplorer.core.file_sides import FileSide, FileSides
from imagexplorer.core.patch import file_patch, note_lines

LINE = st.sampled_from(
    [b"one\n", b"two\n", b"\n", b"-- x\n", b"+y\n", b"a\rb\n", b"\xff\xfe\n", b"@@ -1 +1 @@\n", b"end"]
)
CONTENT = st.lists(LINE, max_size=30).map(b"".join)
FILE = st.builds(
    lambda data, mode: FileSide("file", mode, 0, 0, len(data), "", data), CONTENT, st.sampled_from([0o644, 0o755])
)
LINK = st.sampled_from(["x", "../y z", "ä"]).map(lambda link: FileSide("symlink", 0o777, link=link))
SIDE = st.one_of(st.none(), FILE, LINK)
NAMES = st.sampled_from(
    ["/f", "/d/e/f", "/a b/c d", '/qu"ote', "/back\\slash", "/new\nline", "/tab\tx", "/ümlaut", "/-rf"]
)


def put(root: Path, name: str, side: FileSide | None) -> None:
    if side is None:
        return
    path = root / name.lstrip("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    if side.kind == "symlink":
        path.symlink_to(side.link)
    else:
        path.write_bytes(side.data)
        path.chmod(side.mode)


def seen(root: Path, name: str) -> tuple[str, object, int] | None:
    path = root / name.lstrip("/")
    if path.is_symlink():
        return "symlink", os.readlink(path), 0
    return ("file", path.read_bytes(), path.stat().st_mode & 0o777) if path.exists() else None


def wanted(side: FileSide | None) -> tuple[str, object, int] | None:
    if side is None:
        return None
    return ("symlink", side.link, 0) if side.kind == "symlink" else ("file", side.data, side.mode)


def apply(root: Path, text: bytes) -> None:
    done = subprocess.run(
        ["git", "apply", "-p1", "--whitespace=nowarn"], cwd=root, input=text, capture_output=True, check=False,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(root.parent)},
    )  # fmt: skip
    assert done.returncode == 0, (done.stderr, text)


@settings(max_examples=60, deadline=None)
@given(NAMES, SIDE, SIDE)
def test_git_makes_the_one_of_the_other(name: str, old: FileSide | None, new: FileSide | None) -> None:
    text, _ = file_patch(name, FileSides(old, new))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        put(root, name, old)
        if text:
            apply(root, note_lines(name, ["a note"]) + text)
        assert seen(root, name) == wanted(new)


def test_long_texts_are_replaced_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(patch, "LINES_MOST", 3)
    old, new = (FileSide("file", 0o644, size=len(data), data=data) for data in (b"a\nb\nc\nd", b"a\nx\n"))
    text, _ = file_patch("/f", FileSides(old, new))
    assert text.count(b"\n-") == 4 + 1  # with the name's line
    put(tmp_path, "/f", old)
    apply(tmp_path, text)
    assert seen(tmp_path, "/f") == wanted(new)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (None, FileSide("file", 0o4755, 0, 0, 3, data=b"abc"), "mode is 4755"),
        (None, FileSide("file", 0o644, 7, 8, 3, data=b"abc"), "owner is 7:8"),
        (FileSide("file", 0o644, size=1, data=b"a"), FileSide("file", 0o600, size=1, data=b"a"), "mode"),
        (FileSide("file", 0o644, size=1, data=b"a"), FileSide("file", 0o644, 5, 0, 1, data=b"a"), "owner 0:0 -> 5:0"),
        (None, FileSide("file", 0o644, size=3, data=b"a\0b"), "binary file of 3 bytes"),
        (None, FileSide("file", 0o644, size=1 << 40, data=b"abc"), "too large"),
        (FileSide("fifo"), None, "the image's is a fifo"),
    ],
)
def test_what_a_patch_cannot_say_is_noted(old: FileSide | None, new: FileSide | None, said: str) -> None:
    _, notes = file_patch("/f", FileSides(old, new))
    assert any(said in note for note in notes), notes


def test_notes_are_one_line_each_whatever_the_name() -> None:
    assert note_lines("/a\ndiff --git a/x b/x", ["n"]).count(b"\n") == 1
