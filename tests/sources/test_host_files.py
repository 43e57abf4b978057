"""What was chosen on this machine is told and sent as it is, and nothing outside of it is ever read."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Cancelled, Refused
from imagexplorer.core.extraction import Report
from imagexplorer.sources.host_files import DEPTH_MOST, host_files, host_tar


@pytest.fixture
def chosen(tmp_path: Path) -> Path:
    """A folder with all kinds of things, and a secret beside it."""
    (tmp_path / "secret").write_bytes(b"secret")
    made = tmp_path / "chosen"
    (made / "in").mkdir(parents=True)
    (made / "a b").write_bytes(b"x" * 1000)
    (made / "a b").chmod(0o4755)
    (made / "empty").write_bytes(b"")
    (made / "in" / "out").symlink_to("../../secret")
    (made / "in" / "folder").symlink_to("../..")
    Path(os.fsdecode(bytes(made) + b"/odd\xff\n")).write_bytes(b"odd")
    os.mkfifo(made / "pipe")
    return made


def sent(report: Report, *paths: Path) -> tarfile.TarFile:
    data = b"".join(host_tar([str(path) for path in paths], report, Control()))
    return tarfile.open(fileobj=io.BytesIO(data))


def test_all_of_it_links_as_links_and_what_is_no_file_is_named(chosen: Path) -> None:
    report = Report()
    with sent(report, chosen) as archive:
        names = {os.fsencode(member.name): member for member in archive}
        assert names.keys() == {
            b"chosen", b"chosen/a b", b"chosen/empty", b"chosen/in", b"chosen/in/folder", b"chosen/in/out",
            b"chosen/odd\xff\n",
        }  # fmt: skip
        content = archive.extractfile("chosen/a b")
        assert content is not None
        assert content.read() == b"x" * 1000
    assert names[b"chosen/in/out"].linkname == "../../secret"
    assert names[b"chosen/in/folder"].issym()
    assert {(member.uid, member.gid, member.mode & 0o7000) for member in names.values()} == {(0, 0, 0)}
    assert (report.files, report.folders, report.links, report.written_bytes) == (3, 2, 2, 1003)
    assert [(each.path, each.why) for each in report.skipped] == [("chosen/pipe", "it is a device, a pipe or a socket")]


def test_a_chosen_link_is_a_link(chosen: Path) -> None:
    with sent(Report(), chosen / "in" / "out") as archive:
        assert [(member.name, member.linkname) for member in archive] == [("out", "../../secret")]


def test_a_folder_that_becomes_a_link_meanwhile_leads_nowhere(chosen: Path) -> None:
    walk = host_files([str(chosen)], Report(), Control())
    assert next(walk).path == "chosen"
    (chosen / "in" / "out").unlink()
    (chosen / "in" / "folder").unlink()
    (chosen / "in").rmdir()
    (chosen / "in").symlink_to("..")
    rest = {each.path: each.kind for each in walk}
    assert rest["chosen/in"] == "symlink"
    assert not any("secret" in path for path in rest)


def test_what_cannot_be_sent_as_it_is_said_is_refused(chosen: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "empty").write_bytes(b"")
    with pytest.raises(Refused, match="two of them"):
        sent(Report(), chosen / "empty", tmp_path / "other" / "empty")
    with pytest.raises(Refused, match="not one file"):
        sent(Report(), Path("/"))
    pieces = host_tar([str(chosen / "a b")], Report(), Control())
    next(pieces)
    os.truncate(chosen / "a b", 10)
    with pytest.raises(Refused, match="shorter"):
        list(pieces)


def test_what_is_not_there_or_too_deep_is_named(tmp_path: Path) -> None:
    deep = tmp_path / "top"
    for _ in range(DEPTH_MOST + 5):
        deep /= "d"
    deep.mkdir(parents=True)
    report = Report()
    with sent(report, tmp_path / "top", tmp_path / "never") as archive:
        assert len(archive.getnames()) == DEPTH_MOST
    assert ["deep" in each.why for each in report.skipped] == [True, False]


def test_it_ends_when_it_is_cancelled(chosen: Path) -> None:
    control = Control()
    walk = host_files([str(chosen)], Report(), control)
    next(walk)
    control.cancel()
    with pytest.raises(Cancelled):
        list(walk)
