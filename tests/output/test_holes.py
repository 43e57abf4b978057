"""Files stored with holes: read, compared, taken out as they are; the holes cost nothing. GNU tar is the judge."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
import xxhash

from imagexplorer.core.check import Facts
from imagexplorer.core.contents import Slice
from imagexplorer.core.control import Control
from imagexplorer.core.extraction import Options, Wanted
from imagexplorer.core.rules import Rules
from imagexplorer.core.space import space
from imagexplorer.indexing.builder import Built, build
from imagexplorer.indexing.checks import check_image
from imagexplorer.indexing.reading import Reading, read_slice
from imagexplorer.output.extract import CAN_STAY_BELOW, FolderWriter
from imagexplorer.output.tar_out import TarWriter
from imagexplorer.sources.protocol import ImageSource, ScanOptions
from tests import tars
from tests.output.test_extract import taken
from tests.sources.contract import opened

pytestmark = pytest.mark.skipif(
    not CAN_STAY_BELOW or not shutil.which("tar"), reason="this system has no GNU tar, or no folders by descriptor"
)
STYLES = {
    "old": ["--format=gnu"],
    "0.0": ["--format=pax", "--sparse-version=0.0"],
    "0.1": ["--format=pax", "--sparse-version=0.1"],
    "1.0": ["--format=pax", "--sparse-version=1.0"],
}
STEP = 64 << 10
HUGE = 8 << 40
"""As much as ext4 has room for in one file, nearly."""


def sparse_file(path: Path, regions: int, end: int) -> bytes:
    """A file with data every other step, and a hole behind; its content."""
    with path.open("wb") as file:
        for number in range(regions):
            file.seek(number * 2 * STEP)
            file.write(b"%04d" % number * (STEP // 4))
        file.truncate(end)
    return path.read_bytes()


def image_of(layer: bytes, where: Path) -> ImageSource:
    where.write_bytes(tars.docker_archive([layer], tars.config([layer])))
    return opened(where)


def built(source: ImageSource) -> Built:
    return build(source, source.image("0", Control()), None, ScanOptions(), Control())


@pytest.mark.parametrize("compression", ["", "gzip"])
@pytest.mark.parametrize("style", STYLES)
def test_what_gnu_tar_folded_is_unfolded(style: str, compression: str, tmp_path: Path) -> None:
    """More regions than a header has room for, none at all, and a plain file between."""
    folder = tmp_path / "in"
    folder.mkdir()
    contents = {"a": sparse_file(folder / "a", 30, 64 * 2 * STEP), "c": sparse_file(folder / "c", 0, 5 * STEP + 7)}
    contents["b"] = b"plain"
    (folder / "b").write_bytes(b"plain")
    command = ["tar", "-C", str(folder), *STYLES[style], "--sparse", "-cf", "-", "a", "b", "c"]
    plain = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    assert len(plain) < len(contents["a"]), "this file system, or this tar, knows no holes"
    with image_of(tars.compressed(plain, compression), tmp_path / "image.tar") as source:
        found = built(source)
        index = found.layers[0]
        rows = {os.fsdecode(index.path(row)): row for row in range(len(index))}
        for name, content in contents.items():
            for start, length in ((0, len(content)), (STEP - 5, 10), (STEP + 5, 20), (len(content) - 3, 99)):
                told = read_slice(source, found.detail, 0, Slice(rows[name], start, length), index, Control(), True)
                assert told == content[start : start + length]
        hashes = source.content_hashes(found.detail, 0, [rows[name] for name in contents], index, Control())
        assert list(hashes) == [xxhash.xxh3_64_intdigest(content) for content in contents.values()]

        taken((source, found), Wanted(), FolderWriter(str(tmp_path / "out"), Options()))
        taken((source, found), Wanted(), TarWriter(str(tmp_path / "out.tar"), Options()))
    (tmp_path / "again").mkdir()
    subprocess.run(["tar", "-C", str(tmp_path / "again"), "-xf", str(tmp_path / "out.tar")], check=True)
    for name, content in contents.items():
        for out in (tmp_path / "out" / name, tmp_path / "again" / name):
            assert out.read_bytes() == content
            assert out.stat().st_blocks * 512 <= max(len(content) // 2, 4096)
    assert (tmp_path / "out.tar").stat().st_size < len(contents["a"])


def test_terabytes_of_holes_cost_nothing(tmp_path: Path) -> None:
    head, tail = b"h" * 4096, b"t" * 512
    layer = tars.tar([
        tars.file("s/disk", head + tail, style="pax", pax={
            "GNU.sparse.name": "s/disk", "GNU.sparse.size": str(HUGE),
            "GNU.sparse.map": f"0,4096,{HUGE - 1024},512"}),
        tars.file("s/a.key", b"", style="pax", pax={
            "GNU.sparse.name": "s/a.key", "GNU.sparse.size": str(HUGE), "GNU.sparse.map": f"{HUGE},0"}),
        tars.file("s/small", b"x"),
    ])  # fmt: skip
    with image_of(layer, tmp_path / "image.tar") as source:
        found = built(source)
        assert not found.layers[0].problems
        last = Slice(0, HUGE - 1030, 600)
        told = read_slice(source, found.detail, 0, last, found.layers[0], Control(), True)
        assert told == bytes(6) + tail + bytes(82)
        assert list(source.content_hashes(found.detail, 0, [0, 1, 2], found.layers[0], Control()))[:2] == [0, 0]
        node = found.tree.find(b"s/disk")
        taken((source, found), Wanted(), TarWriter(str(tmp_path / "out.tar"), Options()))
        first = Reading().read(source, found.detail, found.tree, found.tree.versions(node)[0].number, 0, 1 << 20, None,
                               Control())  # fmt: skip
        assert first == head + bytes((1 << 20) - len(head))
        report = taken((source, found), Wanted(), FolderWriter(str(tmp_path / "out"), Options()))
    assert (tmp_path / "out.tar").stat().st_size < 1 << 20
    with tarfile.open(tmp_path / "out.tar") as archive:
        assert {each.name: each.size for each in archive if each.isreg()} == {
            "s/disk": HUGE, "s/a.key": HUGE, "s/small": 1,
        }  # fmt: skip
    if report.skipped:  # a file system whose files end before
        assert {each.path for each in report.skipped} == {"s/disk", "s/a.key"}
    else:
        disk = tmp_path / "out/s/disk"
        assert disk.stat().st_size == HUGE
        assert disk.stat().st_blocks * 512 < 1 << 20
    assert (tmp_path / "out/s/small").read_bytes() == b"x"
    assert not list(tmp_path.rglob("*.part"))


def test_a_key_is_found_in_a_file_with_holes(tmp_path: Path) -> None:
    """Its data are put back where they belong before its first bytes are judged; one that cannot be read is named."""
    key = b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n"
    layer = tars.tar([
        tars.file("k/a.key", key, style="pax", pax={
            "GNU.sparse.name": "k/a.key", "GNU.sparse.size": str(HUGE), "GNU.sparse.map": f"0,{len(key)}"}),
        tars.file("k/b.key", key, style="pax", pax={
            "GNU.sparse.name": "k/b.key", "GNU.sparse.size": "99", "GNU.sparse.map": "0,1"}),
        tars.file("k/c.key", b"", style="pax", pax={
            "GNU.sparse.name": "k/c.key", "GNU.sparse.size": str(HUGE), "GNU.sparse.map": f"{HUGE},0"}),
    ])  # fmt: skip
    with image_of(layer, tmp_path / "image.tar") as source:
        found = built(source)
        facts = Facts(found.detail, found.tree, space(found.tree))
        (outcome,) = check_image(source, facts, Rules(no_secrets=True), None, Control(), found.layers)
    assert {each.path: each.why for each in outcome.findings} == {
        b"k/a.key": "a private key: its header says so",
        b"k/b.key": "its first bytes cannot be read, so what it holds is not known",
    }
