"""What was shown unhashed is proved or refuted afterwards; what is refuted does not stay in the cache."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, ImageDetail, LayerTotals
from imagexplorer.indexing import keys
from imagexplorer.indexing.builder import Built, build
from imagexplorer.indexing.cache import Cache
from imagexplorer.indexing.client import open_remote
from imagexplorer.indexing.records import CacheOptions
from imagexplorer.indexing.verifying import verify
from imagexplorer.indexing.workers import Workers
from imagexplorer.sources.opening import open_source
from imagexplorer.sources.protocol import ImageSource, ScanOptions
from tests import tars
from tests.core.visible import visible
from tests.indexing.test_builder import LAYERS, settle

# Large files, so that their bytes are stepped over and not read.
LARGE = tars.tar([tars.file("large", b"l" * 3_000_000), tars.file("other", b"o" * 3_000_000)])


def changed(raw: bytes) -> bytes:
    """With one byte of a file's contents changed: nothing that headers tell."""
    at = raw.index(b"l" * 2_000_000) + 1_500_000
    return raw[:at] + b"X" + raw[at + 1 :]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture(params=["oci", "docker", "podman"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "image.tar"
    path.write_bytes(tars.docker_archive((*LAYERS, LARGE), style=request.param))
    settle(path)
    return path


@pytest.fixture
def damaged(archive: Path) -> Path:
    archive.write_bytes(changed(archive.read_bytes()))
    settle(archive)
    return archive


def opened(path: Path) -> tuple[ImageSource, ImageDetail]:
    source = open_source(Address("file", str(path)))
    return source, source.image("0", Control())


def shown(path: Path, cache: Cache | None) -> Built:
    source, detail = opened(path)
    try:
        return build(source, detail, cache, ScanOptions(), Control())
    finally:
        source.close()


def checked(path: Path, cache: Cache | None) -> tuple[ImageDetail, list[LayerTotals]]:
    source, detail = opened(path)
    told: list[LayerTotals] = []
    try:
        return verify(source, detail, range(len(detail.layers)), cache, Control(), told.append), told
    finally:
        source.close()


def kept(cache: Cache) -> set[str]:
    return {path.name for path in cache.directory.rglob("*") if path.is_file()}


def test_what_matches_is_proved_and_the_tree_known_as_such(archive: Path, cache: Cache) -> None:
    before = shown(archive, cache)
    assert not any(totals.verified or totals.hashed for totals in before.totals)
    detail, told = checked(archive, cache)
    assert [totals.verified for totals in sorted(told, key=lambda totals: totals.index)] == [True] * 4
    assert not detail.problems
    after = shown(archive, cache)
    assert after.key not in ("", before.key)
    assert all(totals.verified and totals.hashed for totals in after.totals)
    assert after.tree.columns.columns.keys() == before.tree.columns.columns.keys()
    assert list(visible(after.tree)) == list(visible(before.tree))
    assert not Path(before.path).exists()


def test_what_does_not_match_is_told_and_leaves_the_cache(damaged: Path, cache: Cache) -> None:
    before = shown(damaged, cache)
    assert before.key
    assert not any(totals.problems for totals in before.totals)
    _detail, told = checked(damaged, cache)
    wrong = [totals for totals in told if totals.problems]
    assert [totals.index for totals in wrong] == [3]
    assert not wrong[0].verified
    assert "sha256:" in wrong[0].problems[0].reason
    assert not Path(before.path).exists()
    source, image = opened(damaged)
    known = keys.layer_keys(source.address, image, cache)
    assert [keys.find(cache, key) is not None for key in known] == [True, True, True, False]
    assert cache.load(keys.LAYER, keys.by_diff_id(image.layers[3].diff_id)) is None
    source.close()


def test_a_full_reading_drops_what_headers_had_left(damaged: Path, cache: Cache) -> None:
    before = shown(damaged, cache)
    source, detail = opened(damaged)
    built = build(source, detail, cache, ScanOptions(verify=True), Control())
    source.close()
    assert built.key == ""
    assert not Path(before.path).exists()


def test_a_proof_that_no_longer_holds_is_dropped(archive: Path, cache: Cache) -> None:
    checked(archive, cache)
    assert all(totals.verified for totals in shown(archive, cache).totals)
    status = archive.stat()
    # Changed behind our back, its times put back: the identity is the same but for the time of change.
    archive.write_bytes(changed(archive.read_bytes()))
    assert archive.stat().st_size == status.st_size
    settle(archive)
    assert not any(totals.verified for totals in shown(archive, cache).totals)
    assert any(totals.problems for totals in checked(archive, cache)[1])


def test_without_a_cache(damaged: Path) -> None:
    _detail, told = checked(damaged, None)
    assert [bool(totals.problems) for totals in sorted(told, key=lambda totals: totals.index)] == [False] * 3 + [True]


def test_a_wrong_blob_digest_is_a_problem_of_the_image(tmp_path: Path, cache: Cache) -> None:
    layout = tars.oci_layout(tmp_path / "layout", [tars.OciImage((*LAYERS, LARGE), compression="")])
    for blob in (layout / "blobs" / "sha256").iterdir():
        if b"l" * 2_000_000 in blob.read_bytes():
            blob.write_bytes(changed(blob.read_bytes()))
        settle(blob)
    _detail, told = checked(layout, cache)
    assert any(totals.problems for totals in told)


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    made = Workers(CacheOptions(directory=str(tmp_path / "cache")))
    yield made
    made.close()


def test_through_a_process_of_its_own_that_is_gone_afterwards(damaged: Path, workers: Workers) -> None:
    remote = open_remote(Address("file", str(damaged)), workers, Control())
    detail = remote.image("0", Control())
    detail, handle = remote.build(detail, Control())
    assert handle.key
    for _ in range(2):
        told: list[LayerTotals] = []
        remote.verify(detail, [3, 1], Control(), told.append)
        assert {totals.index: bool(totals.problems) for totals in told} == {1: False, 3: True}
    assert workers.scans.pid is not None
    with workers.checks._lock:
        life = workers.checks._life
    assert life is not None
    life.process.wait(10)
