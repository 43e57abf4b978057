"""What is extracted is what the image shows, and nothing outside the chosen folder is ever touched."""

from __future__ import annotations

import io
import os
import stat
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Refused
from imagexplorer.core.extraction import (
    DATA,
    FOLDER,
    LINK,
    MEMBERS,
    NAME,
    REGIONS,
    REGULAR,
    SPECIAL,
    Member,
    Options,
    Report,
    Wanted,
    members,
)
from imagexplorer.indexing.builder import build
from imagexplorer.indexing.extracting import extract
from imagexplorer.indexing.reading import Reading
from imagexplorer.output.extract import CAN_STAY_BELOW, FolderWriter
from imagexplorer.output.tar_out import TarWriter
from imagexplorer.sources.protocol import ScanOptions
from tests import tars
from tests.core.naive import Entry
from tests.core.stacks import PLAIN_STACKS, STACKS
from tests.core.test_file_tree import of
from tests.core.visible import visible
from tests.sources.contract import opened

pytestmark = pytest.mark.skipif(not CAN_STAY_BELOW, reason="this system has no folders by descriptor")
PLAIN = Options()
MANY = int(os.environ.get("IMAGEXPLORER_EXTRACTED_TREES", "10000"))

_NAMES = st.sampled_from([b"a", b"b", b"..", b".", b"", b"out", b"\xff\n", b"-rf"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map(b"/".join)
_TARGETS = st.sampled_from([b"..", b"/", b"../..", b"../outside", b"a", b".", b"a/../../outside/secret"])
_KINDS = st.sampled_from([FOLDER, REGULAR, LINK, NAME, SPECIAL])
HOSTILE = st.lists(
    st.builds(
        Member, _PATHS, _KINDS, st.sampled_from([0, 0o644, 0o777, 0o4755]), size=st.integers(0, 5), target=_TARGETS,
        same_as=st.integers(0, 3), mtime=st.sampled_from([None, 0, -(10**18), 10**26]),
    ),
    max_size=8,
)  # fmt: skip


def snapshot(folder: Path) -> dict[str, tuple[Any, ...]]:
    """All that stands there, but for the folder that may be written to."""
    found: dict[str, tuple[Any, ...]] = {}
    for path in sorted(folder.rglob("*")):
        if "chosen" in path.parts:
            continue
        told = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(told.st_mode) else b""
        found[str(path)] = (told.st_ino, told.st_mtime_ns, told.st_mode, told.st_size, told.st_nlink, content)
    return found


def laid(folder: Path) -> Path:
    """A chosen folder with traps in it, and something beside it that must not change."""
    outside = folder / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    (folder / "a").write_bytes(b"beside")
    chosen = folder / "chosen"
    chosen.mkdir()
    (chosen / "out").symlink_to(outside)
    return chosen


def write(chosen: Path, found: Sequence[Member], options: Options = PLAIN) -> Report:
    writer = FolderWriter(str(chosen), options)
    try:
        writer.add(found)
        for number, member in enumerate(found):
            if member.kind == REGULAR and member.size:
                writer.data(number, b"x" * member.size)
        return writer.finish()
    finally:
        writer.abandon()


def nothing_outside(found: Sequence[Member], options: Options) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        chosen = laid(Path(scratch))
        before = snapshot(Path(scratch))
        report = write(chosen, found, options)
        assert snapshot(Path(scratch)) == before
        assert not [name for _, _, names in os.walk(chosen) for name in names if name.endswith(".part")]
        made = [path for path in chosen.rglob("*") if path != chosen / "out"]
        assert all(not path.is_symlink() or report.links for path in made)
        if not options.ids:
            assert not any(path.lstat().st_mode & 0o6000 for path in made)


@given(HOSTILE, st.builds(Options, overwrite=st.booleans(), ids=st.booleans()))
def test_nothing_is_touched_outside(found: list[Member], options: Options) -> None:
    nothing_outside(found, options)


@pytest.mark.torture
def test_nothing_is_touched_outside_in_many_trees() -> None:
    counted = 0

    @settings(max_examples=MANY, database=None)
    @given(HOSTILE, st.builds(Options, overwrite=st.booleans(), ids=st.booleans()))
    def check(found: list[Member], options: Options) -> None:
        nonlocal counted
        nothing_outside(found, options)
        counted += 1

    check()
    print(f"{counted:,} trees extracted, nothing touched outside")
    assert counted >= MANY


@given(STACKS, st.integers(-1, 4), st.booleans())
def test_members_are_what_the_tree_shows(layers: Sequence[Sequence[Entry]], layer: int, delta: bool) -> None:
    tree = of(*layers)
    if layer >= tree.layers or not tree.layers:
        return
    found = members(tree, Wanted(layer=layer, delta=delta))
    paths = [member.path for member in found]
    assert len(set(paths)) == len(paths)
    if not delta:
        assert set(paths) == {entry.path for entry in visible(tree, layer) if entry.path}
    for number, member in enumerate(found):
        above = member.path.rpartition(b"/")[0]
        assert not above or above in paths[:number] or any(m.path == above and m.kind != FOLDER for m in found)
        if member.kind == NAME:
            assert found[member.same_as].kind == REGULAR
            assert found[member.same_as].size == member.size


@given(STACKS, st.integers(0, 4), st.lists(st.integers(0, 30), min_size=1, max_size=6), st.booleans())
def test_several_nodes_are_all_there_each_once(
    layers: Sequence[Sequence[Entry]], layer: int, chosen: list[int], delta: bool
) -> None:
    """Whatever they are called, and also where one lies in another."""
    tree = of(*layers)
    if layer >= tree.layers:
        return
    nodes = {number % len(tree["parent"]) for number in chosen}
    wanted = {
        tree.path(node)
        for node in range(1, len(tree["parent"]))
        if any(top == 0 or (tree.path(node) + b"/").startswith(tree.path(top) + b"/") for top in nodes)
    }
    all_of_it = members(tree, Wanted(layer=layer, delta=delta))
    shown = {member.path: member for member in all_of_it}
    found = members(tree, Wanted(tuple(nodes), layer, delta))
    paths = [member.path for member in found]
    assert len(set(paths)) == len(paths)
    contents = sorted(m.size for m in found if m.kind != FOLDER)
    assert contents == sorted(m.size for path, m in shown.items() if path in wanted and m.kind != FOLDER)
    for path in wanted & shown.keys():
        assert any((b"/" + path).endswith(b"/" + each) for each in paths)
    for number, member in enumerate(found):
        above = member.path.rpartition(b"/")[0]
        assert not above or above in paths[:number] or any(m.path == above and m.kind != FOLDER for m in found)


FILES = {
    "bin/tool": (b"tool" * 1000, 0o4755),
    "etc/passwd": (b"root:x:0:0\n", 0o644),
    "etc/empty": (b"", 0o600),
    "var/big": (bytes(range(256)) * 9000, 0o640),
}
LAYERS = (
    tars.tar(
        [
            *(tars.file(path, data, mode=mode) for path, (data, mode) in FILES.items()),
            tars.file("etc/old", b"old"),
            tars.symlink("etc/link", "../../../../etc/shadow"),
            tars.hardlink("etc/same", "etc/passwd"),
            tars.device("dev/null"),
        ]
    ),
    tars.tar([tars.whiteout("etc/old"), tars.file("opt/new", b"new\n", mode=0o755), tars.folder("opt/hollow")]),
)


@pytest.fixture(params=["plain", "gzip"])
def image(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    path = tmp_path / "image.tar"
    layers = [tars.gzipped(layer) for layer in LAYERS] if request.param == "gzip" else LAYERS
    path.write_bytes(tars.docker_archive(layers, tars.config(LAYERS)))
    with opened(path) as source:
        yield source, build(source, source.image("0", Control()), None, ScanOptions(), Control())


def taken(image: Any, wanted: Wanted, writer: Any) -> Report:
    source, built = image

    def hear(what: str, *told: Any) -> None:
        {MEMBERS: writer.add, REGIONS: writer.regions, DATA: writer.data}.get(what, writer.fault)(*told)

    try:
        extract(source, built.detail, built.tree, wanted, Reading(), None, hear, Control())
        return writer.finish()
    finally:
        writer.abandon()


def test_a_whole_image_to_a_folder(image: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report = taken(image, Wanted(), FolderWriter(str(out), Options()))
    for path, (data, mode) in FILES.items():
        assert (out / path).read_bytes() == data
        assert stat.S_IMODE((out / path).stat().st_mode) == mode & 0o777
    assert (out / "opt/new").read_bytes() == b"new\n"
    assert os.readlink(out / "etc/link") == "../../../../etc/shadow"
    assert (out / "etc/same").samefile(out / "etc/passwd")
    assert not (out / "etc/old").exists()
    assert [each.path for each in report.skipped] == ["dev/null"]
    assert (report.files, report.links, report.folders) == (6, 1, 6)
    assert report.written_bytes == sum(len(data) for data, _ in FILES.values()) + 4


def test_one_layer_and_one_folder_and_an_older_version(image: Any, tmp_path: Path) -> None:
    _, built = image
    taken(image, Wanted(layer=1, delta=True), FolderWriter(str(tmp_path / "layer"), Options()))
    assert {str(path.relative_to(tmp_path / "layer")) for path in (tmp_path / "layer").rglob("*")} == {
        "opt", "opt/new", "opt/hollow",
    }  # fmt: skip
    node = built.tree.find(b"etc")
    taken(image, Wanted((node,)), FolderWriter(str(tmp_path / "folder"), Options()))
    assert sorted(os.listdir(tmp_path / "folder" / "etc")) == ["empty", "link", "passwd", "same"]
    node = built.tree.find(b"etc/old")
    version = built.tree.versions(node)[0].number
    taken(image, Wanted((node,), version=version), FolderWriter(str(tmp_path / "version"), Options()))
    assert (tmp_path / "version" / "old").read_bytes() == b"old"


def test_files_of_one_name_come_each_in_its_folder(tmp_path: Path) -> None:
    layer = tars.tar([tars.file("srv/a/notes", b"a"), tars.file("srv/b/c/notes", b"c"), tars.file("srv/b/other", b"o")])
    path = tmp_path / "image.tar"
    path.write_bytes(tars.docker_archive([layer], tars.config([layer])))
    with opened(path) as source:
        image = source, build(source, source.image("0", Control()), None, ScanOptions(), Control())
        find = image[1].tree.find
        nodes = (find(b"srv/a/notes"), find(b"srv/b/c/notes"))
        taken(image, Wanted(nodes), FolderWriter(str(tmp_path / "same"), Options()))
        taken(image, Wanted((nodes[0], find(b"srv/b/other"))), FolderWriter(str(tmp_path / "other"), Options()))
    same = tmp_path / "same"
    assert {str(each.relative_to(same)) for each in same.rglob("*")} == {"a", "a/notes", "b", "b/c", "b/c/notes"}
    assert (same / "b/c/notes").read_bytes() == b"c"
    assert sorted(os.listdir(tmp_path / "other")) == ["notes", "other"]


def test_a_file_whose_holes_are_not_known_takes_no_other_with_it(tmp_path: Path) -> None:
    holes = tars.file("holes", b"data" * 128, style="pax", pax={
        "GNU.sparse.size": "4096", "GNU.sparse.name": "holes", "GNU.sparse.map": "1024,500"})  # fmt: skip
    layer = tars.tar([tars.file("before", b"b"), holes, tars.file("after", b"a")])
    path = tmp_path / "image.tar"
    path.write_bytes(tars.docker_archive([layer], tars.config([layer])))
    with opened(path) as source:
        built = build(source, source.image("0", Control()), None, ScanOptions(), Control())
        report = taken((source, built), Wanted(), FolderWriter(str(tmp_path / "out"), Options()))
    assert sorted(os.listdir(tmp_path / "out")) == ["after", "before"]
    (skipped,) = report.skipped
    assert "holes" in skipped.why


def test_a_tar_reads_back(image: Any, tmp_path: Path) -> None:
    path = tmp_path / "out.tar"
    taken(image, Wanted(), TarWriter(str(path), Options(ids=True)))
    with tarfile.open(path) as archive:
        found = {member.name: member for member in archive}
        for name, (data, mode) in FILES.items():
            assert found[name].mode == mode
            assert (archive.extractfile(found[name]) or io.BytesIO()).read() == data
    assert found["etc/link"].linkname == "../../../../etc/shadow"
    assert found["etc/same"].linkname == "etc/passwd"
    assert "dev/null" not in found
    assert not list(tmp_path.glob("*.part"))


def test_what_is_there_stays_unless_it_is_to_be_replaced(image: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "etc").mkdir(parents=True)
    (out / "etc").chmod(0o711)
    (out / "etc/passwd").write_bytes(b"mine")
    report = taken(image, Wanted(), FolderWriter(str(out), Options()))
    assert (out / "etc/passwd").read_bytes() == b"mine"
    assert {each.path: each.why for each in report.skipped}["etc/passwd"] == "something is there already"
    assert stat.S_IMODE((out / "etc").stat().st_mode) == 0o711
    taken(image, Wanted(), FolderWriter(str(out), Options(overwrite=True)))
    assert (out / "etc/passwd").read_bytes() == FILES["etc/passwd"][0]
    (tmp_path / "t.tar").write_bytes(b"mine")
    with pytest.raises(Refused, match="already"):
        TarWriter(str(tmp_path / "t.tar"), Options())
    assert (tmp_path / "t.tar").read_bytes() == b"mine"


def test_a_tar_is_begun_in_a_file_of_its_own(tmp_path: Path) -> None:
    """Somebody else's part, and what a link of that name leads to, stay as they are."""
    mine, aim = tmp_path / "t.tar.part", tmp_path / "aim"
    aim.write_bytes(b"aim")
    mine.symlink_to(aim)
    writer = TarWriter(str(tmp_path / "t.tar"), Options())
    other = TarWriter(str(tmp_path / "t.tar"), Options())
    assert writer.finish().files == 0
    assert mine.is_symlink()
    assert aim.read_bytes() == b"aim"
    with pytest.raises(Refused, match="something is there already"):  # it came while the second one was written
        other.finish()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["aim", "t.tar", "t.tar.part"]


@pytest.mark.parametrize(("runs", "mode"), [(True, 0o755), (False, 0o644)])
def test_what_another_program_takes_cannot_be_run(runs: bool, mode: int, tmp_path: Path) -> None:
    writer = FolderWriter(str(tmp_path), Options(runs=runs))
    writer.add([Member(b"d", FOLDER, mode=0o755), Member(b"d/f", REGULAR, mode=0o755, size=1)])
    writer.data(1, b"x")
    writer.finish()
    assert stat.S_IMODE((tmp_path / "d").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "d/f").stat().st_mode) == mode


@pytest.mark.parametrize("make", [FolderWriter, TarWriter])
def test_what_is_given_up_leaves_no_part(make: Any, tmp_path: Path) -> None:
    writer = make(str(tmp_path / "out"), Options())
    writer.add([Member(b"f", REGULAR, size=10)])
    writer.data(0, b"12345")
    writer.abandon()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_full_disk_is_said_and_leaves_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = FolderWriter(str(tmp_path), Options())
    writer.add([Member(b"f", REGULAR, size=10)])

    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(Refused, match="No space left"):
        writer.data(0, b"12345")
    writer.abandon()
    assert list(tmp_path.iterdir()) == []


@given(PLAIN_STACKS)
def test_any_stack_is_written_as_it_is_shown(layers: Sequence[Sequence[Entry]]) -> None:
    tree = of(*layers)
    found = members(tree, Wanted()) if tree.layers else []
    with tempfile.TemporaryDirectory() as scratch:
        write(Path(scratch) / "out", found)
        root = os.fsencode(Path(scratch) / "out")
        made = {os.path.relpath(os.path.join(top, n), root) for top, dirs, files in os.walk(root) for n in dirs + files}
        assert made == {member.path for member in found if member.kind != SPECIAL}
