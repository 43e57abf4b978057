"""A source asked through the worker process answers as the same source asked directly."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, LayerTotals
from imagexplorer.core.errors import Cancelled, Damaged, NotFound, Unreachable, WrongUse
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.core.rules import Rules
from imagexplorer.core.tree_view import ViewSpec
from imagexplorer.core.tree_viewing import view
from imagexplorer.indexing.builder import build
from imagexplorer.indexing.client import RemoteSource, find_engine, open_remote
from imagexplorer.indexing.records import CacheOptions, TreeHandle
from imagexplorer.indexing.workers import Workers
from imagexplorer.sources.opening import open_source
from imagexplorer.sources.protocol import ImageSource, ScanOptions
from tests import tars
from tests.indexing.test_builder import LAYERS, settle


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "image.tar"
    path.write_bytes(tars.docker_archive(LAYERS, style="oci", compression="gzip"))
    settle(path)
    return path


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    made = Workers(CacheOptions(directory=str(tmp_path / "cache")))
    yield made
    made.close()


@pytest.fixture
def remote(archive: Path, workers: Workers) -> RemoteSource:
    return open_remote(Address("file", str(archive)), workers, Control())


@pytest.fixture
def local(archive: Path) -> Iterator[ImageSource]:
    source = open_source(Address("file", str(archive)))
    yield source
    source.close()


def content(columns: Any) -> dict[str, bytes]:
    return {name: bytes(column) for name, column in columns.columns.items()}


def test_the_protocol_through_the_process(remote: RemoteSource, local: ImageSource) -> None:
    control = Control()
    assert remote.address == local.address
    assert remote.address.kind == "docker-archive"
    assert remote.host is None
    assert list(remote.images(control)) == list(local.images(control))
    detail = remote.image("0", control)
    assert detail == local.image("0", control)
    found: dict[str, dict[int, LayerIndex]] = {"remote": {}, "local": {}}
    for name, source in (("remote", remote), ("local", local)):
        told = source.scan(detail, [2, 0], ScanOptions(verify=True), found[name].__setitem__, control)
        assert told == detail
    assert set(found["remote"]) == {0, 2}
    for number in (0, 2):
        one, other = found["remote"][number], found["local"][number]
        assert content(one.columns) == content(other.columns)
        assert one.columns.meta == other.columns.meta
        rows = [row for row in range(len(one)) if one["kind"][row] == 0]
        assert list(remote.content_hashes(detail, number, rows, one, control)) == list(
            local.content_hashes(detail, number, rows, other, control)
        )


def test_build_and_view(remote: RemoteSource, local: ImageSource) -> None:
    control = Control()
    heard: list[LayerTotals] = []
    detail, tree = remote.build(remote.image("0", control), control, heard.append)
    alone = build(local, local.image("0", control), None, ScanOptions(), control)
    assert detail == alone.detail
    assert tree.layers == alone.totals
    assert sorted(heard, key=lambda totals: totals.index) == list(alone.totals)
    for spec in (
        ViewSpec(),
        ViewSpec(layer=1, delta=True),
        ViewSpec(text="conf"),
        ViewSpec(sort="size", descending=True),
    ):
        assert content(remote.view(tree, spec, control).columns) == content(view(alone.tree, spec).columns)


def test_rules_and_documents(remote: RemoteSource) -> None:
    """What a page asks beyond the protocol: answered as in one process."""
    control = Control()
    detail = remote.image("0", control)
    detail, handle = remote.build(detail, control)
    outcomes = remote.check(detail, handle, Rules(no_secrets=True, max_layers=1), control)
    assert [(each.rule, each.passed) for each in outcomes] == [("no-secrets", True), ("max-layers", False)]
    with pytest.raises(WrongUse):
        remote.check(detail, handle, Rules(forbidden_paths=("[z-a]",)), control)
    config = next(node for node in remote.manifests(detail, control).nodes if node.role == "config")
    text = remote.document_text(detail, config.key, False, control)
    assert json.loads(text.text) == detail.config
    assert json.loads(remote.data_text({"TOKEN": "x", "a": 1}, False, control).text) == {"TOKEN": "***", "a": 1}


@pytest.mark.parametrize("kept", [True, False])
def test_a_tree_outlives_its_process_only_in_the_cache(archive: Path, tmp_path: Path, kept: bool) -> None:
    workers = Workers(CacheOptions(enabled=kept, directory=str(tmp_path / "cache")))
    try:
        control = Control()
        source = open_remote(Address("file", str(archive)), workers, control)
        _, tree = source.build(source.image("0", control), control)
        before = content(source.view(tree, ViewSpec(), control).columns)
        assert bool(tree.path) is kept
        assert (tmp_path / "cache").exists() is kept
        workers.scans.kill()
        if kept:
            assert content(source.view(tree, ViewSpec(), control).columns) == before
        else:
            with pytest.raises(NotFound, match="Open the image again"):
                source.view(tree, ViewSpec(), control)
    finally:
        workers.close()


def test_errors_name_the_thing(workers: Workers, remote: RemoteSource, tmp_path: Path) -> None:
    control = Control()
    with pytest.raises(NotFound):
        open_remote(Address("file", str(tmp_path / "nowhere.tar")), workers, control)
    (tmp_path / "noise.tar").write_bytes(os.urandom(4096))
    with pytest.raises(Damaged, match=r"noise\.tar"):
        open_remote(Address("file", str(tmp_path / "noise.tar")), workers, control)
    with pytest.raises(Unreachable, match="no such socket"):
        open_remote(Address("engine", f"unix://{tmp_path}/none.sock"), workers, control)
    with pytest.raises(NotFound):
        remote.image("nothing:like-it", control)
    with pytest.raises(NotFound):
        remote.view(TreeHandle("no such key"), ViewSpec(), control)


def test_an_engine_that_was_named_and_is_not_there(workers: Workers, tmp_path: Path) -> None:
    found, tried = find_engine(workers, f"unix://{tmp_path}/none.sock", Control())
    assert found is None
    assert [(address.location, outcome) for address, outcome, _ in tried] == [
        (f"unix://{tmp_path}/none.sock", "no such socket")
    ]


def test_the_cache_is_measured_and_cleared(workers: Workers, remote: RemoteSource) -> None:
    control = Control()
    assert workers.cache_bytes(control) == 0
    remote.build(remote.image("0", control), control)
    assert workers.cache_bytes(control) > 1000
    workers.clear_cache(control)
    assert workers.cache_bytes(control) == 0


def test_a_new_limit_holds_for_readers_that_run_and_for_later_ones(
    workers: Workers, remote: RemoteSource, tmp_path: Path
) -> None:
    control = Control()
    remote.build(remote.image("0", control), control)
    assert workers.cache_bytes(control) > 1000
    for folder in ("new", "newest"):
        workers.use_cache(CacheOptions(directory=str(tmp_path / folder)), control)
        assert workers.cache_bytes(control) == 0, "the process that runs"
        remote.build(remote.image("0", control), control)
        kept = workers.cache_bytes(control)
        assert kept > 1000
        workers.scans.kill()
        assert workers.cache_bytes(control) == kept, "the one that is started after it"


def test_closing_lets_go_and_it_can_be_asked_again(remote: RemoteSource, archive: Path) -> None:
    control = Control()
    pid = remote._workers.lists.pid
    assert remote.images(control)
    remote.close()
    held = [os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd")]
    assert str(archive) not in held
    assert remote.images(control)


def test_a_file_that_was_replaced_is_opened_as_it_is_now(archive: Path, workers: Workers) -> None:
    control = Control()
    source = open_remote(Address("file", str(archive)), workers, control)
    assert len(source.build(source.image("0", control), control)[1].layers) == 3
    archive.unlink()
    archive.write_bytes(tars.docker_archive(LAYERS[:1]))
    settle(archive)
    again = open_remote(Address("file", str(archive)), workers, control)
    detail = again.image("0", control)
    assert len(detail.layers) == 1
    _, tree = again.build(detail, control)
    assert [totals.entries for totals in tree.layers] == [6]


def test_a_scan_is_cancelled_within_moments(workers: Workers, tmp_path: Path) -> None:
    path = tmp_path / "large.tar"
    block = tars.tar([tars.file(f"folder{number // 100}/file{number}", "x") for number in range(20_000)], end=False)
    path.write_bytes(tars.docker_archive([block * 5 + bytes(1024)]))
    settle(path)
    source = open_remote(Address("file", str(path)), workers, Control())
    detail = source.image("0", Control())
    workers.warm(Control())
    started = threading.Event()
    control = Control(lambda *_: started.set())
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(source.build(detail, control))
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(20)
    control.cancel()
    thread.join(5)
    assert not thread.is_alive()
    assert isinstance(outcome[0], Cancelled)
    _, tree = source.build(detail, Control())
    assert tree.layers[0].entries == 100_000


@pytest.mark.parametrize("rounds", [pytest.param(8), pytest.param(100, marks=pytest.mark.torture)])
def test_killed_at_any_moment_it_ends_in_one_error_and_works_again(
    remote: RemoteSource, workers: Workers, local: ImageSource, rounds: int
) -> None:
    detail = remote.image("0", Control())
    expected = build(local, detail, None, ScanOptions(), Control())
    for number in range(rounds):
        workers.clear_cache(Control())
        pid = workers.scans.pid
        assert pid is not None

        def strike(pid: int = pid, after: float = number % 25 * 0.0004) -> None:
            time.sleep(after)
            os.kill(pid, signal.SIGKILL)

        killer = threading.Thread(target=strike)
        killer.start()
        said = ""
        try:
            remote.build(detail, Control())
        except Unreachable as error:
            said = str(error)
        killer.join()
        assert not said or "the reader process ended (signal 9, SIGKILL)" in said
        _, tree = build_again(remote, detail)
        assert tree.layers == expected.totals
        got = content(remote.view(tree, ViewSpec(), Control()).columns)
        assert got == content(view(expected.tree, ViewSpec()).columns)


def build_again(remote: RemoteSource, detail: Any) -> Any:
    """The kill may come late and strike the next question."""
    for _ in range(3):
        try:
            return remote.build(detail, Control())
        except Unreachable:
            continue
    raise AssertionError("it does not come back")
