"""The trash on the disk: whole or not there, bounded, expiring, and never fooled by what others put into its folder."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import tarfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.errors import NotFound, Refused, Unreachable
from imagexplorer.core.trash import CONTAINER, DAY_S, IMAGE, TAGS, TrashItem, TrashLimits, document, outdated, read
from imagexplorer.output import trash as trash_module
from imagexplorer.output.trash import TrashFolder

ID = "sha256:" + "a" * 64
ITEM = TrashItem("", IMAGE, "unix:///x.sock", "local", ID, ("app:1", "app:2"))
TAR = [b"x" * 512, bytes(1024)]


@pytest.fixture
def folder(tmp_path: Path) -> TrashFolder:
    return TrashFolder(tmp_path / "deep" / "trash")


def files(folder: TrashFolder) -> list[str]:
    return sorted(place.name for place in folder.path.iterdir()) if folder.path.is_dir() else []


def test_what_is_kept_is_there_again_with_its_bytes_and_private(folder: TrashFolder) -> None:
    kept = folder.keep(ITEM, TAR, 10_000)
    names = folder.keep(replace(ITEM, kind=TAGS, names=("app:3",)), None, 10_000)
    assert set(folder.items()) == {kept, names}
    assert (kept.bytes, names.bytes) == (1536, 0)
    assert folder.found(kept).read_bytes() == b"".join(TAR)
    assert oct(os.stat(folder.path).st_mode & 0o777) == "0o700"
    assert {oct(place.stat().st_mode & 0o777) for place in folder.path.iterdir()} == {"0o600"}
    folder.remove(kept.id)
    assert folder.items() == [names]
    with pytest.raises(NotFound):
        folder.found(kept)


def lost() -> Iterator[bytes]:
    yield b"x" * 512
    raise Unreachable("engine", "connection broke")


@pytest.mark.parametrize(
    ("pieces", "kind", "words"),
    [
        (lost(), Unreachable, "connection broke"),
        ([b"x" * 20_000, bytes(1024)], Refused, "larger than the trash may be"),
        ([b"x" * 512], Refused, "not whole"),
        ([], Refused, "not whole"),
    ],
)
def test_what_cannot_be_kept_whole_leaves_nothing(
    folder: TrashFolder, pieces: Iterator[bytes], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        folder.keep(ITEM, pieces, 10_000)
    assert files(folder) == []


def test_a_full_disk_leaves_nothing_and_says_the_way_out(folder: TrashFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(trash_module.os, "fsync", full)
    with pytest.raises(Refused, match=r"No space left on device.*Untick"):
        folder.keep(ITEM, TAR, 10_000)
    assert files(folder) == []


def test_a_sweep_takes_what_is_old_or_too_much_and_what_was_never_whole(folder: TrashFolder) -> None:
    first, second, third = (folder.keep(ITEM, TAR, 10_000) for _ in range(3))
    for number, item in enumerate((first, second, third)):
        item = replace(item, at=time.time() - (2 - number) * DAY_S - 60)
        (folder.path / f"{item.id}.json").write_text(json.dumps(document(item)))
    left = [item.id for item in folder.sweep(TrashLimits(10_000, 2))]
    assert left == [third.id, second.id]
    assert [item.id for item in folder.sweep(TrashLimits(2_000, 2))] == [third.id]
    assert [item.id for item in folder.sweep(TrashLimits(0, 0), keep=third.id)] == [third.id]
    fresh, stale, other = (folder.path / name for name in ("b" * 16 + ".tar.part", "c" * 16 + ".tar", "notes.txt"))
    for place in (fresh, stale, other):
        place.write_bytes(b"x")
    os.utime(stale, (1, 1))
    os.utime(other, (1, 1))
    folder.sweep(TrashLimits())
    assert files(folder) == sorted([fresh.name, other.name, f"{third.id}.json", f"{third.id}.tar"])


def test_a_sweep_leaves_what_others_put_there_and_what_cannot_be_read_just_now(folder: TrashFolder) -> None:
    kept = folder.keep(ITEM, TAR, 10_000)
    document_of = folder.path / f"{kept.id}.json"
    theirs = [folder.path / name for name in ("backup.tar", "settings.json", "0123.tar.part", f"{'f' * 16}.tar.gz")]
    left = folder.path / f"{'b' * 16}.json.part"  # with the values of an environment, maybe
    for place in (*theirs, left):
        place.write_bytes(b"x")
    document_of.write_text(document_of.read_text().replace("imagexplorer.trash/1", "imagexplorer.trash/2"))
    for place in folder.path.iterdir():
        os.utime(place, (1, 1))
    assert folder.sweep(TrashLimits()) == []
    assert files(folder) == sorted([*(place.name for place in theirs), document_of.name, f"{kept.id}.tar"])


def test_what_could_not_be_read_again_is_not_kept(folder: TrashFolder) -> None:
    with pytest.raises(Refused, match="could not be read again"):
        folder.keep(replace(ITEM, names=tuple(f"app:{number}" for number in range(2_000))), TAR, 10_000)
    with pytest.raises(Refused, match="could not be read again"):
        folder.keep(replace(ITEM, kind=CONTAINER, line="x" * (1 << 20)), TAR, 10_000)
    assert files(folder) == []


items = st.builds(
    TrashItem,
    st.text("0123456789abcdef", min_size=16, max_size=16),
    st.sampled_from([IMAGE, TAGS, CONTAINER]),
    st.text(),
    st.text(),
    st.just(ID),
    st.lists(st.text(), max_size=4).map(tuple),
    st.integers(0, 2**40),
    st.floats(0, 2e9),
    st.text(),
)


@given(items)
def test_a_document_says_all_of_an_item(item: TrashItem) -> None:
    assert read(json.loads(json.dumps(document(item)))) == item


KEYS = st.sampled_from(["id", "kind", "image_id", "names", "bytes", "at", "source", "engine"])
leaves = st.none() | st.booleans() | st.floats() | st.text() | st.integers()
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(), inner, max_size=9),
)


@given(anything, items, KEYS)
def test_what_others_write_is_no_item_or_a_sane_one(data: object, item: TrashItem, key: str) -> None:
    assert read(data) is None
    found = read({**document(item), key: data})
    if found is not None:
        assert "/" not in found.id
        assert found.bytes >= 0
        assert found.image_id.startswith("sha256:")


@given(st.lists(items, unique_by=lambda item: item.id), st.integers(0, 2**42), st.integers(0, 50), st.floats(0, 2e9))
def test_what_stays_is_within_the_limits(kept: list[TrashItem], most: int, days: int, now: float) -> None:
    limits = TrashLimits(most, days)
    gone = outdated(kept, limits, now)
    left = [item for item in kept if item not in gone]
    assert sum(item.bytes for item in left) <= most
    assert all(now - item.at <= days * DAY_S for item in left)
    assert all(now - item.at > days * DAY_S or item.bytes for item in gone), "names take no room"


def test_a_folder_that_holds_nonsense_is_read_all_the_same(folder: TrashFolder) -> None:
    kept = folder.keep(ITEM, TAR, 10_000)
    (folder.path / "nonsense.json").write_bytes(b"\xff{")
    (folder.path / f"{'d' * 16}.json").write_text(json.dumps(document(kept)))  # says it is another
    (folder.path / f"{'e' * 16}.json").write_text("[" * 100_000)
    assert folder.items() == [kept]


def _tar(*contents: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for number, content in enumerate(contents):
            member = tarfile.TarInfo(f"{number}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@pytest.mark.parametrize("own", [b"own" * 100, b"own" * 30_000])
def test_the_limit_counts_what_is_kept_of_an_archive(tmp_path: Path, own: bytes) -> None:
    shared, more = b"s" * 100_000, b"m" * 60_000
    raw = _tar(shared, own, more)
    digests = [f"sha256:{hashlib.sha256(content).hexdigest()}" for content in (shared, more)]
    folder = TrashFolder(tmp_path / "trash")
    item = replace(
        TrashItem("", IMAGE, "", "", "sha256:" + "1" * 64), relies=(*digests, "sha256:" + "0" * 64), shared_with="b:1"
    )
    pieces = (raw[at : at + 7000] for at in range(0, len(raw), 7000))
    if len(own) > 50_000:
        with pytest.raises(Refused, match="larger than the trash may be"):
            folder.keep(item, pieces, 50_000, digests)
        assert list(folder.path.iterdir()) == []
        return
    kept = folder.keep(item, pieces, 50_000, digests)
    assert folder.items() == [kept]
    assert kept.relies == tuple(digests), "not on what the archive has after all"
    assert folder.found(kept).stat().st_size == kept.bytes < 12_000
    with tarfile.open(folder.found(kept)) as tar:
        assert tar.getnames() == ["1"]
