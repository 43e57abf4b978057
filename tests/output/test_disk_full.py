"""A disk without room, one that takes no writing, and a bound on what a file may grow to (as a quota is met), for all
that this program writes: at every page of what is written (goal 16 of what it is to withstand).

Each time: what stood there is whole, no part is left, and it is said why, by an error or by what is returned.
"""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from imagexplorer.core.errors import Refused
from imagexplorer.core.extraction import DATA, MEMBERS, REGULAR, Member, Options, Target
from imagexplorer.core.trash import IMAGE, TrashItem
from imagexplorer.indexing.cache import Cache
from imagexplorer.output.trash import TrashFolder
from imagexplorer.output.writing import PART, write_text
from imagexplorer.session.contents import written
from imagexplorer.settings import Settings
from tests.indexing.test_cache import columns

PAGE = os.sysconf("SC_PAGE_SIZE")
PAGES = 12
OLD, NEW = b"o" * 100, os.urandom(PAGES * PAGE - 600)
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")


def extracted(folder: Path, content: bytes, tar: bool) -> bool:
    def tell(hear: Callable[..., None]) -> None:
        hear(MEMBERS, [Member(b"file", REGULAR, size=len(content))])
        for at in range(0, len(content), PAGE):
            hear(DATA, 0, content[at : at + PAGE])

    target = Target(str(folder / "out.tar" if tar else folder), tar, Options(overwrite=True))
    return not written(target, tell).skipped


def text(folder: Path, content: bytes) -> bool:
    write_text(str(folder / "text"), (content.hex() for _ in range(1)))
    return True


def settings(folder: Path, content: bytes) -> bool:
    made = Settings(folder / "settings.json")
    made.set("some.text", content.hex())
    return made.save()


def trash(folder: Path, content: bytes) -> bool:
    item = TrashItem("", IMAGE, "unix:///x.sock", "local", "sha256:" + "a" * 64, ("app:1",))
    TrashFolder(folder / "trash").keep(item, [content, bytes(1024)], 1 << 30)
    return True


def cache(folder: Path, content: bytes) -> bool:
    known = columns()
    known.columns["paths"] = memoryview(content)
    return Cache(folder / "cache").store("layer", f"{len(content)}", known) is not None


WRITERS: dict[str, Callable[[Path, bytes], bool]] = {
    "extract to a folder": lambda folder, content: extracted(folder, content, False),
    "extract to a tar": lambda folder, content: extracted(folder, content, True),
    "text": text,
    "settings": settings,
    "trash": trash,
    "cache": cache,
}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Of 4 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def room(disk: Path, pages: int) -> Iterator[None]:
    """So many pages are free, and no more."""
    filler = disk / "filler"
    free = os.statvfs(disk).f_bavail
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(free - pages, 1) * PAGE)
    yield
    filler.unlink()


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    yield
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)


@contextmanager
def bounded(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def contents(disk: Path) -> dict[str, bytes]:
    return {str(path.relative_to(disk)): path.read_bytes() for path in disk.rglob("*") if path.is_file()}


@pytest.mark.parametrize("writer", WRITERS)
def test_what_stood_there_is_whole_and_no_part_is_left(disk: Path, writer: str) -> None:
    write = WRITERS[writer]
    assert write(disk, OLD)
    before = contents(disk)
    faults = [("full", pages, room(disk, pages)) for pages in range(PAGES + 2)]
    faults += [("bounded", pages, bounded(pages * PAGE)) for pages in range(PAGES - 1)]
    faults += [("read-only", 0, read_only(disk))]
    failures = 0
    for kind, pages, fault in faults:
        said, done = "", False
        with fault:
            try:
                done = write(disk, NEW)
            except Refused as error:
                said = str(error)
        after = {name: content for name, content in contents(disk).items() if name != "filler"}
        assert not any(PART in name for name in after), (kind, pages, sorted(after))
        if done:
            changed = [name for name, content in after.items() if before.get(name) != content]
            assert changed, (kind, pages)
            for name in changed:  # as it was before the next one
                (disk / name).unlink()
                if name in before:
                    (disk / name).write_bytes(before[name])
            continue
        failures += 1
        assert after == before, (kind, pages)
        if writer not in ("settings", "cache", "extract to a folder"):  # those say it otherwise
            assert any(words in said for words in ("No space left", "Read-only", "File too large", "are free")), said
    assert failures > len(faults) / 2


def test_the_room_that_is_needed_is_said_before_anything_is_written(disk: Path) -> None:
    with pytest.raises(Refused, match=r"it needs 6 MB, and 4\.\d+ MB are free there"):
        extracted(disk, bytes(6_000_000), True)
    assert contents(disk) == {}
