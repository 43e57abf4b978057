"""The bytes of an image through the worker process, of an archive whose layers need not be read to be indexed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from imagexplorer.core.advice_rules import SAME_CONTENT
from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, ImageDetail
from imagexplorer.core.errors import NotFound
from imagexplorer.core.space_map import MapSpec
from imagexplorer.core.space_tree import VISIBLE, WASTED
from imagexplorer.indexing.client import RemoteSource, open_remote
from imagexplorer.indexing.records import CacheOptions, TreeHandle
from imagexplorer.indexing.workers import Workers
from tests import tars
from tests.indexing.test_builder import settle

MB = 1_000_000
SAME, OTHER = b"s" * 2 * MB, b"o" * 2 * MB
LAYERS = (
    tars.tar([tars.file("srv/a", SAME), tars.file("var/lib/apt/lists/x", b"l" * 3 * MB)]),
    tars.tar([tars.file("srv/b", SAME), tars.file("srv/c", OTHER), tars.file("srv/tiny", b"t")]),
    tars.tar([tars.file("srv/a", SAME, uid=5), tars.whiteout("var/lib/apt/lists/x")]),
)

Opened = tuple[RemoteSource, ImageDetail, TreeHandle]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    path = tmp_path / "image.tar"
    path.write_bytes(tars.docker_archive(LAYERS))
    settle(path)
    workers = Workers(CacheOptions(directory=str(tmp_path / "cache")))
    source = open_remote(Address("file", str(path)), workers, Control())
    yield source, *source.build(source.image("0", Control()), Control())
    workers.close()


def test_figures_maps_and_entries(opened: Opened) -> None:
    source, _, tree = opened
    found = source.space_overview(tree, Control())
    assert found.stored == (5 * MB, 4 * MB + 1, 2 * MB)
    assert found.visible == (0, 4 * MB + 1, 2 * MB)
    assert [(each.path, each.size_bytes) for each in found.folders.rows] == [(b"srv", 6 * MB + 1)]
    advised = [(each.kind, each.layer, each.size_bytes) for each in found.advised.pieces]
    assert advised == [("deleted", 2, 3 * MB), ("rewritten", 2, 2 * MB)]
    assert sum(size for *_, size in advised) == found.space.wasted_bytes
    wasted = source.space_map(tree, MapSpec(WASTED, b"var"), Control())
    assert wasted.path(len(wasted) - 1) == b"var/lib/apt/lists/x"
    entries = source.space_entries(tree, "deleted", 2, Control())
    assert [(row.path, row.size_bytes, row.layer) for row in entries.rows] == [(b"var/lib/apt/lists/x", 3 * MB, 0)]
    with pytest.raises(NotFound):
        source.space_map(tree, MapSpec(VISIBLE, b"no"), Control())


def test_the_same_content_is_read_only_when_asked(opened: Opened) -> None:
    source, detail, tree = opened
    quiet = source.space_alike(detail, tree, False, Control())
    if quiet.unread:  # nothing was hashed yet
        assert not quiet.advised.pieces
    steps: list[tuple[float, float | None]] = []
    found = source.space_alike(detail, tree, True, Control(lambda done, total, _: steps.append((done, total)), 0.0))
    assert [(each.kind, each.layer, each.size_bytes) for each in found.advised.pieces] == [(SAME_CONTENT, 2, 2 * MB)]
    assert (found.unread, found.unread_bytes) == (0, 0)
    assert steps == sorted(steps), "progress only grows"
    entries = source.space_entries(tree, SAME_CONTENT, 2, Control())
    assert ([row.path for row in entries.rows], entries.others) == ([b"srv/a"], (b"srv/b",))
