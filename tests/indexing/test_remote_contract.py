"""The contract of every source, kept through the worker process too."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, ContainerDetail
from imagexplorer.core.errors import Cancelled, NotFound
from imagexplorer.core.tree_view import MARKS, ViewSpec
from imagexplorer.indexing.client import find_engine, open_remote
from imagexplorer.indexing.records import CacheOptions
from imagexplorer.indexing.workers import Workers
from tests import tars
from tests.engines import Engine
from tests.sources.contract import CONFIG, LAYERS, TAGS, ImageSourceContract, Known


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    made = Workers(CacheOptions(directory=str(tmp_path_factory.mktemp("cache"))))
    yield made
    made.close()


class TestRemoteArchive(ImageSourceContract):
    @pytest.fixture(params=["docker-", "oci-gzip", "oci-zstd"])
    def known(self, request: pytest.FixtureRequest, tmp_path: Path, workers: Workers) -> Iterator[Known]:
        style, inner = request.param.split("-")
        path = tmp_path / "image"
        path.write_bytes(tars.docker_archive(LAYERS, CONFIG, TAGS, style, inner))
        source = open_remote(Address("file", str(path)), workers, Control())
        yield Known(source)
        source.close()


class TestRemoteLayout(ImageSourceContract):
    @pytest.fixture
    def known(self, tmp_path: Path, workers: Workers) -> Iterator[Known]:
        tars.oci_layout(tmp_path / "layout", [tars.OciImage(LAYERS, CONFIG, TAGS[0], platform="linux/amd64")])
        source = open_remote(Address("file", str(tmp_path / "layout")), workers, Control())
        yield Known(source)
        source.close()


@pytest.fixture(scope="module")
def loaded(engine: Engine) -> Iterator[str]:
    """The contract's image, loaded into the engine: its name there."""
    list(engine.api.load_image(tars.docker_archive(LAYERS, CONFIG, TAGS)))
    (row,) = [row for row in engine.source.images(Control()) if any(tag.endswith(TAGS[0]) for tag in row.tags)]
    yield row.tags[0]
    engine.api.remove_image(row.tags[0])


@pytest.mark.engine
class TestRemoteEngine(ImageSourceContract):
    @pytest.fixture
    def known(self, engine: Engine, loaded: str, workers: Workers) -> Known:
        source, tried = find_engine(workers, engine.private.location, Control())
        assert source is not None
        assert not tried
        return Known(source, loaded)


@pytest.mark.engine
def test_a_host_through_the_process(engine: Engine, workers: Workers, container: str, tmp_path: Path) -> None:
    """Lists, details, changes, acts and events of a real engine."""
    control = Control()
    host = open_remote(Address("engine", engine.private.location), workers, control).host
    near = engine.source.host
    assert host is not None
    assert host.info(control) == near.info(control)
    detail = host.container(container, control)
    assert isinstance(detail, ContainerDetail)
    assert [each.id for each in host.containers(control)] == [each.id for each in near.containers(control)]
    assert list(host.changes(detail.container.id, control)) == list(near.changes(detail.container.id, control))
    assert host.writable_sizes(control) == near.writable_sizes(control)
    assert host.disk_usage(control).image_unique.keys() == near.disk_usage(control).image_unique.keys()
    kept = tmp_path / "kept.tar"
    kept.write_bytes(b"".join(host.saved(detail.container.image_id, control)))
    assert kept.read_bytes().endswith(bytes(1024))
    assert host.load(str(kept), detail.container.image_id, control) == detail.container.image_id
    with pytest.raises(NotFound):
        host.start("0" * 64, control)
    listening = Control()
    events = host.events(listening)
    next(events)  # says that it listens
    host.restart(detail.container.id, control, timeout=1)
    heard = next(touched for touched in events if touched.containers)
    assert detail.container.id in heard.containers
    listening.cancel()
    with pytest.raises(Cancelled):
        for _ in events:
            pass


@pytest.mark.engine
def test_an_engines_image_is_built_and_warm_the_second_time(engine: Engine, workers: Workers, loaded: str) -> None:
    control = Control()
    source = open_remote(Address("engine", engine.private.location), workers, control)
    detail, tree = source.build(source.image(loaded, control), control)
    assert [totals.entries for totals in tree.layers] >= [6, 2, 2, 1]
    heard: list[object] = []
    again, warm = source.build(source.image(loaded, control), control, heard.append)
    assert (again.layers, warm) == (detail.layers, tree)
    assert heard == []
    view = source.view(tree, ViewSpec(), control)
    names = bytes(view.names)
    shown = {names[view.name_start[row] :][: view.name_length[row]] for row in range(1, len(view.parent))}
    assert {b"etc", b"motd", b"passwd"} <= shown


@pytest.mark.engine
def test_a_containers_changes_as_a_tree(engine: Engine, workers: Workers, container: str) -> None:
    control = Control()
    source = open_remote(Address("engine", engine.private.location), workers, control)
    assert source.host is not None
    changes = source.host.changes(source.host.container(container, control).container.id, control)
    view = source.changes_view(source.host.container(container, control).container.id, ViewSpec(), control)
    assert len(view.parent) >= len(changes)


@pytest.mark.engine
def test_all_files_of_a_container(engine: Engine, workers: Workers, container: str) -> None:
    """The same as the engine's own export of it, but for what it makes while a container runs."""
    control = Control()
    source = open_remote(Address("engine", engine.private.location), workers, control)
    made = engine.api.exec_create(container, ["sh", "-c", "mkdir /made; echo x > /made/new; echo y > /bin/own"])
    engine.api.exec_start(made["Id"])
    view = source.container_view(container, ViewSpec(), control)
    shown = {view.path(row): MARKS[view.mark[row]] for row in range(1, len(view))}
    assert (shown[b"made"], shown[b"made/new"], shown[b"bin/own"]) == ("A", "A", "A")
    with tarfile.open(fileobj=io.BytesIO(b"".join(engine.api.export(container)))) as exported:
        names = {os.fsencode(name.removeprefix("./").strip("/")) for name in exported.getnames()} - {b"", b"."}
    engines_own = (b"etc", b"dev", b"proc", b"sys", b"run", b".dockerenv")
    own = {name for name in names if name.split(b"/")[0] not in engines_own}
    there = {path for path, mark in shown.items() if mark != "D" and path.split(b"/")[0] not in engines_own}
    assert there == own
    assert b"made/new" in own
    assert source.change_shown(container, "", "/made/new", False, control).text == "x\n"
    engine.api.kill(container)
    engine.api.wait(container)
    stopped = source.container_view(container, ViewSpec(marks="A"), control)
    assert b"made/new" in {stopped.path(row) for row in range(len(stopped))}, "also when it does not run"
