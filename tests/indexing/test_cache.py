"""The cache never lies and never fails the work: damaged, cut, swapped, full, read-only, shared, evicted."""

from __future__ import annotations

import os
import random
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imagexplorer.core.columns import Columns
from imagexplorer.indexing.cache import FORMAT, Cache, combine, default_directory, open_cache
from imagexplorer.indexing.records import CacheOptions

ROOT = Path(__file__).parents[2]


def columns(text: str = "a", size: int = 100) -> Columns:
    raw = (text.encode() * size)[:size]
    numbers = memoryview(bytes(8 * 10)).cast("q")
    return Columns({"paths": memoryview(raw), "size": numbers, "none": memoryview(b"")}, {"text": text})


def same(one: Columns, other: Columns) -> bool:
    return one.meta == other.meta and {n: (c.format, bytes(c)) for n, c in one.columns.items()} == {
        n: (c.format, bytes(c)) for n, c in other.columns.items()
    }


def test_what_was_stored_is_found_and_mapped(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "c")
    assert cache.load("layer", "k") is None
    path = cache.store("layer", "k", columns())
    assert path is not None
    got = Cache(tmp_path / "c").load("layer", "k")
    assert got is not None
    assert same(got, columns())
    assert cache.load("tree", "k") is None
    assert cache.load("layer", "other") is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert cache.used_bytes() == path.stat().st_size
    path.unlink()
    assert bytes(got["paths"]) == b"a" * 100  # what is open stays readable


@pytest.mark.parametrize("size", [0, 1, 255, 256, 300, 4096, 100_000])
def test_columns_of_zeros_take_no_room_and_come_back(tmp_path: Path, size: int) -> None:
    cache = Cache(tmp_path)
    named = {
        "zero": memoryview(bytes(size * 8)).cast("q"),
        "last": memoryview(bytes(size) + b"\x01"),
        "first": memoryview(b"\x01" + bytes(size)),
        "middle": memoryview(bytes(size) + b"\x01" + bytes(size)),
        "small": memoryview(bytes(size * 2)).cast("H"),
    }
    path = cache.store("layer", "k", Columns(named, {"a": 1}))
    got = cache.load("layer", "k")
    assert path is not None
    assert got is not None
    assert same(got, Columns(named, {"a": 1}))
    assert path.stat().st_size < 4 * size + 6000


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_damage_is_found_and_the_file_dropped(tmp_path: Path, data: st.DataObject) -> None:
    cache = Cache(tmp_path / "c")
    path = cache.store("layer", "k", columns(size=data.draw(st.integers(0, 300))))
    assert path is not None
    raw = bytearray(path.read_bytes())
    how = data.draw(st.sampled_from(["flip", "cut", "grow", "zero", "insert", "drop"]))
    at = data.draw(st.integers(0, len(raw) - 1))
    if how == "flip":
        raw[at] ^= 1 << data.draw(st.integers(0, 7))
    elif how == "cut":
        del raw[at:]
    elif how == "grow":
        raw += bytes(data.draw(st.integers(1, 50)))
    elif how == "zero":
        if not any(raw[at : at + 8]):
            return
        raw[at : at + 8] = bytes(len(raw[at : at + 8]))
    elif how == "insert":
        raw.insert(at, data.draw(st.integers(0, 255)))
    else:
        del raw[at]
    path.unlink()
    path.write_bytes(raw)
    assert cache.load("layer", "k") is None
    assert not path.exists()
    assert cache.store("layer", "k", columns("b")) is not None
    got = cache.load("layer", "k")
    assert got is not None
    assert same(got, columns("b"))


def test_a_whole_file_under_another_key_is_not_taken(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    path = cache.store("layer", "mine", columns())
    assert path is not None
    os.rename(path, cache.path("layer", "yours"))
    assert cache.load("layer", "yours") is None


@pytest.mark.parametrize("kind", ["folder", "fifo", "link", "empty"])
def test_what_is_no_file_of_ours_does_not_hang_or_fail(tmp_path: Path, kind: str) -> None:
    cache = Cache(tmp_path)
    cache.store("layer", "x", columns())
    path = cache.path("layer", "k")
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to("/dev/zero")
    else:
        path.touch()
    assert cache.load("layer", "k") is None


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    one = Cache(tmp_path / "size").store("layer", "x", columns(size=10_000))
    assert one is not None
    size = one.stat().st_size
    cache = Cache(tmp_path / "c", limit_bytes=size * 5 + 100)
    for number in range(5):
        path = cache.store("layer", f"{number}", columns(size=10_000))
        assert path is not None
        os.utime(path, (number, number))
    assert cache.load("layer", "0") is not None  # used just now
    cache.store("layer", "5", columns(size=10_000))
    left = [number for number in range(6) if cache.path("layer", f"{number}").exists()]
    assert left == [0, 3, 4, 5]
    assert cache.used_bytes() <= size * 5 + 100


def test_it_stays_bounded_while_much_is_written(tmp_path: Path) -> None:
    caches = [Cache(tmp_path, limit_bytes=300_000) for _ in range(3)]
    for number in range(400):
        caches[number % 3].store("layer", f"{number}", columns(size=10_000))
        # Each program knows of its own files, and looks at all from time to time.
        assert caches[0].used_bytes() <= 300_000 * 3
    assert caches[0].used_bytes() <= 300_000 * 2


def test_parts_of_killed_programs_go_but_not_those_of_running_ones(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    path = cache.store("layer", "a", columns())
    assert path is not None
    old, new = path.parent / ".x.1.old.part", path.parent / ".x.2.new.part"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    Cache(tmp_path).store("layer", "b", columns())
    assert not old.exists()
    assert new.exists()


def test_clear_removes_every_format_and_nothing_else(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "c")
    cache.store("layer", "a", columns())
    (tmp_path / "c" / "v0").mkdir()
    (tmp_path / "c" / "v0" / "layer-1.ixc").write_bytes(b"")
    other = tmp_path / "c" / "notes.txt"
    other.write_text("mine")
    cache.clear()
    assert cache.used_bytes() == 0
    assert sorted(each.name for each in (tmp_path / "c").rglob("*") if each.is_file()) == ["notes.txt"]


def test_no_cache_writes_nothing(tmp_path: Path) -> None:
    assert open_cache(CacheOptions(enabled=False, directory=str(tmp_path / "c"))) is None
    assert not (tmp_path / "c").exists()
    assert Cache(tmp_path / "c").directory == tmp_path / "c"
    assert not (tmp_path / "c").exists()


def test_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("IMAGEXPLORER_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert default_directory() == tmp_path / "xdg" / "imagexplorer"
    monkeypatch.setenv("IMAGEXPLORER_CACHE", str(tmp_path / "named"))
    assert default_directory() == tmp_path / "named"


def test_a_folder_that_cannot_be_made_means_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "c")
    assert cache.store("layer", "a", columns()) is None
    assert cache.load("layer", "a") is None
    assert cache.used_bytes() == 0
    cache.clear()


def test_a_folder_of_another_user_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imagexplorer.indexing.cache.os.getuid", lambda: 12345)
    cache = Cache(tmp_path / "c")
    assert cache.store("layer", "a", columns()) is None
    assert cache.load("layer", "a") is None


def test_a_folder_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / f"v{FORMAT}").mkdir(mode=0o777)
    (tmp_path / f"v{FORMAT}").chmod(0o777)
    Cache(tmp_path).store("layer", "a", columns())
    assert stat.S_IMODE((tmp_path / f"v{FORMAT}").stat().st_mode) == 0o700


@pytest.mark.parametrize("call", ["replace", "open"])
def test_a_full_disk_means_no_file_and_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, caplog: pytest.LogCaptureFixture
) -> None:
    cache = Cache(tmp_path / "c")
    assert cache.store("layer", "old", columns()) is not None

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"imagexplorer.indexing.cache.os.{call}", full)
    with caplog.at_level("INFO"):
        for number in range(3):
            assert cache.store("layer", f"{number}", columns()) is None
    monkeypatch.undo()
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "No space left" in caplog.text
    assert len(list((tmp_path / "c" / f"v{FORMAT}").iterdir())) == 1
    assert cache.load("layer", "old") is not None


def test_keys_that_are_lists_are_not_confused() -> None:
    lists = [["a", "b"], ["ab"], ["a", "", "b"], ["", "ab"], ["a", "b", ""], []]
    assert len({combine(each) for each in lists}) == len(lists)


WRITER = """
import random, sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from imagexplorer.core.columns import Columns
from imagexplorer.indexing.cache import Cache
cache = Cache(Path(sys.argv[2]), limit_bytes=400_000)
dice = random.Random(int(sys.argv[3]))
end = time.monotonic() + float(sys.argv[4])
found = 0
while time.monotonic() < end:
    key = str(dice.randrange(12))
    size = dice.randrange(50_000)
    if dice.random() < 0.02:
        cache.clear()
    elif dice.random() < 0.5:
        raw = memoryview(bytes([dice.randrange(256)]) * size)
        cache.store("layer", key, Columns({"paths": raw}, {"key": key, "size": size}))
    else:
        got = cache.load("layer", key)
        if got is not None:
            found += 1
            raw = bytes(got["paths"])
            assert got.meta == {"key": key, "size": len(raw)}, got.meta
            assert len(set(raw)) <= 1
print(found)
"""


def run_writers(folder: Path, seconds: float, count: int) -> list[subprocess.Popen[str]]:
    return [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(ROOT), str(folder), str(number), str(seconds)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]


def test_several_programs_write_and_read_at_once(tmp_path: Path) -> None:
    found = 0
    for process in run_writers(tmp_path / "c", 1.0, 4):
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        found += int(out)
    assert found > 20


@pytest.mark.parametrize("rounds", [pytest.param(6), pytest.param(200, marks=pytest.mark.torture)])
def test_a_writer_killed_in_the_middle_leaves_old_or_new(tmp_path: Path, rounds: int) -> None:
    dice = random.Random(1)
    cache = Cache(tmp_path / "c", limit_bytes=400_000)
    for _ in range(rounds):
        (process,) = run_writers(tmp_path / "c", 30, 1)
        time.sleep(0.15 + dice.random() * 0.1)
        process.kill()
        process.communicate(timeout=60)
        for key in map(str, range(12)):
            got = cache.load("layer", key)
            assert got is None or got.meta == {"key": key, "size": len(got["paths"])}
        assert cache.store("layer", "own", columns()) is not None
