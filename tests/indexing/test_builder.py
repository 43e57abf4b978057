"""What comes from the cache is what reading gives; nothing is read twice; nothing is believed that was not proved."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core.columns import Columns
from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, Image, ImageDetail, LayerTotals
from imagexplorer.core.errors import Cancelled, Damaged
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.indexing import keys
from imagexplorer.indexing.builder import Built, build, problems_of
from imagexplorer.indexing.cache import Cache
from imagexplorer.sources.opening import open_source
from imagexplorer.sources.protocol import ImageSource, ScanOptions
from tests import tars

BASE = tars.tar(
    [
        tars.folder("etc"),
        tars.file("etc/conf", "one"),
        tars.file("etc/same", "the same"),
        tars.file("bin/tool", b"\x7fELF" * 3000),
        tars.symlink("lib", "usr/lib"),
        tars.hardlink("bin/other", "bin/tool"),
    ]
)
MIDDLE = tars.tar([tars.file("etc/conf", "two"), tars.file("etc/same", "the same", uid=5), tars.whiteout("bin/tool")])
TOP = tars.tar([tars.opaque("etc"), tars.file("etc/new", "n" * 5000)])
LAYERS = (BASE, MIDDLE, TOP)


class Watched:
    """A source that keeps what it was asked to read; as `address` it may claim to be another."""

    def __init__(self, inner: ImageSource, address: Address | None = None) -> None:
        self.inner = inner
        self._address = address or inner.address
        self.scanned: list[int] = []
        self.hashed = 0
        self.change: Callable[[LayerIndex], LayerIndex] = lambda index: index

    @property
    def address(self) -> Address:
        return self._address

    @property
    def host(self) -> None:
        return None

    def images(self, control: Control) -> Sequence[Image]:
        return self.inner.images(control)

    def image(self, reference: str, control: Control, platform: str = "") -> ImageDetail:
        return self.inner.image(reference, control, platform)

    def scan(
        self, image: ImageDetail, wanted: Collection[int], options: ScanOptions, done: Any, control: Control
    ) -> ImageDetail:
        self.scanned.extend(wanted)
        return self.inner.scan(image, wanted, options, lambda number, index: done(number, self.change(index)), control)

    def content_hashes(self, *arguments: Any) -> Sequence[int]:
        self.hashed += 1
        return self.inner.content_hashes(*arguments)

    def close(self) -> None:
        self.inner.close()


@pytest.fixture
def open_(tmp_path: Path) -> Iterator[Callable[..., Watched]]:
    opened: list[Watched] = []

    def make(raw: bytes, name: str = "image.tar", address: Address | None = None) -> Watched:
        path = tmp_path / name
        path.write_bytes(raw)
        settle(path)
        opened.append(Watched(open_source(Address("file", str(path))), address))
        return opened[-1]

    yield make
    for source in opened:
        source.close()


def settle(path: Path) -> None:
    """As if the file had been written a while ago: one that is still warm is not trusted."""
    then = time.time() - 60
    os.utime(path, (then, then))


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def built(source: Watched, cache: Cache | None, verify: bool = False, **more: Any) -> Built:
    detail = source.image("0", Control())
    return build(source, detail, cache, ScanOptions(verify), Control(), **more)


def told(one: Built) -> Any:
    """All that a user can see of it."""
    columns = {name: bytes(column) for name, column in sorted(one.tree.columns.columns.items())}
    layers = [{name: bytes(column) for name, column in index.columns.columns.items()} for index in one.layers]
    return one.detail, one.totals, columns, layers, problems_of(one)


STYLES = [("docker", ""), ("oci", ""), ("oci", "gzip"), ("oci", "zstd"), ("podman", "gzip")]


@pytest.mark.parametrize(("style", "compression"), STYLES)
@pytest.mark.parametrize("verify", [False, True])
def test_warm_is_cold_and_reads_nothing(
    open_: Callable[..., Watched], cache: Cache, style: str, compression: str, verify: bool
) -> None:
    source = open_(tars.docker_archive(LAYERS, style=style, compression=compression))
    alone = built(source, None, verify)
    cold = built(source, cache, verify)
    assert sorted(source.scanned) == [0, 0, 1, 1, 2, 2]
    assert cold.path
    source.scanned.clear()
    source.hashed = 0
    heard: list[LayerTotals] = []
    warm = built(source, Cache(cache.directory), on_layer=heard.append)
    assert source.scanned == []
    assert source.hashed == 0
    assert told(warm) == told(cold) == told(alone)
    assert warm.path == cold.path
    assert [totals.stored_bytes for totals in warm.totals] == [12_000 + 3 + 8, 11, 5000]
    if verify:
        assert all(totals.verified for totals in warm.totals)


def test_without_wanted_layers_only_the_tree_is_opened(open_: Callable[..., Watched], cache: Cache) -> None:
    source = open_(tars.docker_archive(LAYERS))
    cold = built(source, cache)
    warm = built(source, cache, with_layers=False)
    assert warm.layers == ()
    assert warm.totals == cold.totals
    assert len(warm.tree) == len(cold.tree)


def test_without_a_cache_nothing_is_written(open_: Callable[..., Watched], tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    source = open_(tars.docker_archive(LAYERS))
    assert built(source, None).path == ""
    assert set(tmp_path.rglob("*")) - before == {tmp_path / "image.tar"}


@pytest.mark.parametrize("how", ["rewritten", "replaced", "touched", "longer"])
def test_a_file_that_changed_is_read_again(
    open_: Callable[..., Watched], cache: Cache, tmp_path: Path, how: str
) -> None:
    first = open_(tars.docker_archive(LAYERS))
    built(first, cache)
    other = tars.tar([tars.file("etc/conf", "new")])
    raw = tars.docker_archive((other, MIDDLE, TOP))
    path = tmp_path / "image.tar"
    if how == "replaced":
        path.unlink()
    if how == "touched":
        raw = path.read_bytes()
    path.write_bytes(raw + (bytes(512) if how == "longer" else b""))
    os.utime(path, (time.time() - 30,) * 2)
    again = Watched(open_source(Address("file", str(path))))
    result = built(again, cache)
    again.close()
    assert again.scanned == [0, 1, 2]
    assert told(result) == told(built(again_without_cache(path), None))


def again_without_cache(path: Path) -> Watched:
    return Watched(open_source(Address("file", str(path))))


def test_a_file_written_this_moment_is_not_trusted(open_: Callable[..., Watched], cache: Cache, tmp_path: Path) -> None:
    source = open_(tars.docker_archive(LAYERS))
    os.utime(tmp_path / "image.tar", ns=(time.time_ns() + 10**9,) * 2)  # and will not be for a while
    detail = source.image("0", Control())
    assert keys.file_key(source.address, detail, detail.layers[0]) != ""
    os.utime(tmp_path / "image.tar")
    assert keys.file_key(source.address, detail, detail.layers[0]) == ""


def lying(raw: bytes, victim: bytes) -> bytes:
    """An archive whose layer holds other bytes than its diff ID says: that of `victim`."""
    claims = tars.config([victim])
    return tars.docker_archive([raw], claims)


@pytest.mark.parametrize("verify", [False, True])
def test_another_file_that_claims_a_kept_layer_is_read_for_itself(
    open_: Callable[..., Watched], cache: Cache, verify: bool
) -> None:
    good = open_(tars.docker_archive([BASE]), "good.tar")
    assert built(good, cache, verify=True).totals[0].verified
    liar = open_(lying(MIDDLE, BASE), "liar.tar")
    result = built(liar, cache, verify)
    assert liar.scanned == [0]
    assert result.layers[0].path(0) == b"etc/conf"
    assert not result.totals[0].verified
    if verify:
        assert problems_of(result)
    # And the other way round: what a liar left is nobody's.
    engine = open_(tars.docker_archive([BASE]), "e.tar", Address("engine", "unix:///run/x.sock"))
    assert len(built(engine, cache).layers[0]) == 6


def test_a_liar_that_was_found_out_is_never_kept(open_: Callable[..., Watched], cache: Cache) -> None:
    for _ in range(2):
        liar = open_(lying(MIDDLE, BASE))
        result = built(liar, cache, verify=True)
        assert liar.scanned == [0]
        assert result.path == ""
        assert any("digest" in problem.reason for problem in problems_of(result))
    assert cache.load(keys.LAYER, keys.by_diff_id(tars.digest(BASE))) is None


def test_a_verified_layer_serves_a_local_engine_and_other_files_of_the_same_bytes(
    open_: Callable[..., Watched], cache: Cache
) -> None:
    file = open_(tars.docker_archive([BASE, MIDDLE]), "a.tar")
    built(file, cache, verify=True)
    engine = open_(tars.docker_archive([BASE, MIDDLE, TOP]), "b.tar", Address("engine", "unix:///run/x.sock"))
    result = built(engine, cache)
    assert engine.scanned == [2]
    assert len(result.layers[0]) == 6
    other = open_(tars.docker_archive([BASE, TOP]), "c.tar", Address("engine", "unix:///run/y.sock"))
    built(other, cache)
    assert other.scanned == []


def test_an_engines_own_making_does_not_stand_for_a_files_bytes(open_: Callable[..., Watched], cache: Cache) -> None:
    raw = tars.docker_archive([BASE])
    file = open_(raw, "a.tar")
    built(file, cache, verify=True)
    plain = told(built(file, None))
    for path in cache.path(keys.LAYER, keys.by_diff_id(tars.digest(BASE))).parent.glob("[lt]*-*.ixc"):
        path.unlink()  # the layer and the tree were evicted, that the file was hashed is still known
    engine = open_(raw, "b.tar", Address("engine", "unix:///run/x.sock"))
    engine.change = lambda index: LayerIndex(
        Columns(index.columns.columns, {**index.columns.meta, "verified": False, "computed": ""})
    )
    built(engine, cache)
    file.scanned.clear()
    for _ in range(2):  # read once, then kept as what it is: not verified
        assert told(built(file, cache)) == plain
        assert file.scanned == [0]


def test_a_remote_engine_vouches_for_nobody_but_itself(open_: Callable[..., Watched], cache: Cache) -> None:
    raw = tars.docker_archive([BASE])
    far = Address("engine", "tcp://10.0.0.1:2375")
    built(open_(raw, "a.tar", far), cache)
    again = open_(raw, "a.tar", far)
    built(again, cache)
    assert again.scanned == []
    for address in (Address("engine", "unix:///run/x.sock"), Address("engine", "tcp://10.0.0.2:2375")):
        other = open_(raw, "b.tar", address)
        built(other, cache)
        assert other.scanned == [0]


def test_verify_reads_everything_whatever_is_kept(open_: Callable[..., Watched], cache: Cache) -> None:
    source = open_(tars.docker_archive(LAYERS))
    built(source, cache, verify=True)
    source.scanned.clear()
    assert all(totals.verified for totals in built(source, cache, verify=True).totals)
    assert source.scanned == [0, 1, 2]


def test_a_damaged_layer_is_told_every_time_and_hides_no_other(open_: Callable[..., Watched], cache: Cache) -> None:
    cut = tars.tar([tars.file("etc/conf", "x" * 5000)])[:2000]
    source = open_(tars.docker_archive([BASE, cut, TOP]))
    for _ in range(2):
        source.scanned.clear()
        result = built(source, cache)
        assert 1 in source.scanned
        assert problems_of(result)
        assert result.path == ""
        assert len(result.layers[0]) == 6
        assert len(result.layers[2]) == 2
    assert source.scanned == [1]


def test_a_source_that_leaves_a_layer_out_is_told(open_: Callable[..., Watched]) -> None:
    source = open_(tars.docker_archive(LAYERS))
    detail = source.image("0", Control())

    def lazy(image: ImageDetail, *_: Any) -> ImageDetail:
        return image

    source.scan = lazy  # type: ignore[method-assign]
    with pytest.raises(Damaged, match="layer 0"):
        build(source, detail, None, ScanOptions(), Control())


def test_what_reading_told_of_the_steps_is_remembered(open_: Callable[..., Watched], cache: Cache) -> None:
    source = open_(tars.docker_archive(LAYERS), address=Address("engine", "unix:///run/x.sock"))
    known = source.image("0", Control())
    unknown = replace(known, steps=tuple(replace(step, empty=None, layer=None) for step in known.steps))
    inner = source.scan
    source.scan = lambda image, *rest: replace(inner(image, *rest), steps=known.steps)  # type: ignore[method-assign]
    cold = build(source, unknown, cache, ScanOptions(), Control())
    warm = build(source, unknown, cache, ScanOptions(), Control())
    assert cold.detail.steps == warm.detail.steps == known.steps


def test_cancel_ends_it_and_keeps_what_was_read(open_: Callable[..., Watched], cache: Cache) -> None:
    source = open_(tars.docker_archive(LAYERS))
    detail = source.image("0", Control())
    control = Control()

    def stop_after_the_first(_: LayerTotals) -> None:
        control.cancel()

    with pytest.raises(Cancelled):
        build(source, detail, cache, ScanOptions(), control, stop_after_the_first)
    source.scanned.clear()
    built(source, cache)
    assert source.scanned == [1, 2]


@pytest.mark.parametrize("compression", ["", "gzip"])
def test_progress_only_grows_and_names_the_layer(open_: Callable[..., Watched], cache: Cache, compression: str) -> None:
    layers = [tars.tar([tars.file(f"f{n}/{m}", "x" * m) for m in range(2000)]) for n in range(4)]
    source = open_(tars.docker_archive(layers, style="oci", compression=compression))
    detail = source.image("0", Control())
    said: list[tuple[float, float | None, str]] = []
    build(source, detail, cache, ScanOptions(), Control(lambda *each: said.append(each), interval=0))
    fractions = [done / total for done, total, _ in said if total]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert fractions.count(1) == 1
    words = " ".join(text for _, _, text in said)
    assert all(f"layer {n} of 4, " in words for n in (1, 2, 3, 4))
    if not compression:  # else all of them were read as the archive passed by
        assert "layer 4 of 4, 8,000 entries" in words
        assert "1,024 entries, 1 of 4 MB" in words
    said.clear()
    build(source, detail, cache, ScanOptions(), Control(lambda *each: said.append(each), interval=0))
    assert said == [(100, 100, "from the cache")]


PATHS = st.sampled_from(["a", "a/b", "a/b/c", "a/d", "e", "e/f", "g"])
ENTRIES = st.one_of(
    st.builds(tars.file, PATHS, st.sampled_from(["", "x", "yy", "x" * 600]), mode=st.sampled_from([0o644, 0o755])),
    st.builds(tars.folder, PATHS),
    st.builds(tars.whiteout, PATHS),
    st.builds(tars.opaque, PATHS),
    st.builds(tars.symlink, PATHS, PATHS),
    st.builds(tars.hardlink, PATHS, PATHS),
)
STACKS = st.lists(st.lists(ENTRIES, max_size=6).map(tars.tar), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(
    layers=STACKS,
    compression=st.sampled_from(["", "gzip", "zstd"]),
    victim=st.integers(0, 2**32),
    place=st.floats(0, 1, exclude_max=True),
    damage=st.sampled_from(["flip", "cut", "gone"]),
)
def test_a_damaged_cache_changes_nothing_that_is_told(
    layers: list[bytes], compression: str, victim: int, place: float, damage: str
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "image.tar"
        path.write_bytes(tars.docker_archive(layers, style="oci", compression=compression))
        settle(path)
        source = Watched(open_source(Address("file", str(path))))
        try:
            first = told(built(source, Cache(folder / "cache")))
            files = sorted((folder / "cache").rglob("*.ixc"))
            if files:
                hit = files[victim % len(files)]
                raw = bytearray(hit.read_bytes())
                at = int(place * len(raw))
                raw[at] ^= 1 << victim % 8
                hit.unlink()
                if damage != "gone":
                    hit.write_bytes(raw[:at] if damage == "cut" else raw)
            assert told(built(source, Cache(folder / "cache"))) == first
        finally:
            source.close()
