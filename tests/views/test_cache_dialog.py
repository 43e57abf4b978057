"""The cache's size is seen, its limit set and kept, its files cleared: on a real folder."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imagexplorer.core.columns import Columns
from imagexplorer.indexing.cache import Cache
from imagexplorer.indexing.records import CacheOptions
from imagexplorer.jobs import Jobs
from imagexplorer.session.index_cache import IndexCache
from imagexplorer.settings import Settings
from imagexplorer.views.cache_dialog import MB, CacheDialog
from tests.views.conftest import MakeStage

BYTES = 3 * MB
FILES = 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = Cache(tmp_path / "cache", 10**12)
    for number in range(FILES):
        data = memoryview(array("B", os.urandom(1024) * (BYTES // 1024)))
        path = made.store("layer", f"key {number}", Columns({"data": data}))
        assert path is not None
        os.utime(path, (number, number))
    return tmp_path / "cache"


@pytest.fixture
def cache(folder: Path, tmp_path: Path) -> Iterator[IndexCache]:
    settings = Settings(tmp_path / "settings.json")
    settings.set("cache.directory", str(folder))
    jobs = Jobs()
    yield IndexCache(jobs, settings)
    jobs.close()


@pytest.fixture
def dialog(cache: IndexCache, qtbot: QtBot) -> CacheDialog:
    made = CacheDialog(cache, None)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: bool(cache.used_bytes))
    return made


def test_it_says_how_large_the_cache_is_and_clears_it(
    dialog: CacheDialog, cache: IndexCache, folder: Path, qtbot: QtBot
) -> None:
    assert "MB" in dialog.used.text()
    assert str(folder) in dialog.place.text()
    qtbot.mouseClick(dialog.clear, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: cache.used_bytes == 0)
    assert not list(folder.rglob("*.ixc"))
    assert not dialog.clear.isEnabled()


def test_a_lower_limit_is_kept_and_what_is_beyond_it_goes_now(
    cache: IndexCache, folder: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(cache.changed):
        cache.look()
    assert cache.used_bytes > (FILES - 0.1) * BYTES
    with qtbot.waitSignal(cache.changed):
        cache.set_limit(2 * BYTES + MB)
    assert cache.used_bytes <= 2 * BYTES + MB
    left = Cache(folder, 10**12)
    assert left.load("layer", "key 0") is None, "the least recently used"
    assert left.load("layer", f"key {FILES - 1}") is not None
    assert IndexCache(cache._jobs, Settings(tmp_path / "settings.json")).limit_bytes == 2 * BYTES + MB


def test_who_reads_is_told_of_a_new_limit(cache: IndexCache, folder: Path, tmp_path: Path, qtbot: QtBot) -> None:
    told: list[CacheOptions] = []
    cache._tell = lambda options, _control: told.append(options)
    with qtbot.waitSignal(cache.changed):
        cache.set_limit(20 * MB)
    with qtbot.waitSignal(cache.changed):
        cache.look()
    assert [(each.directory, each.limit_bytes) for each in told] == [(str(folder), 20 * MB)]


def test_the_limit_is_the_settings_own(dialog: CacheDialog, cache: IndexCache) -> None:
    assert dialog.limit_bytes() == cache.limit_bytes // MB * MB
    dialog.limit.setValue(123)
    assert dialog.limit_bytes() == 123 * MB


def test_from_the_menu_a_limit_is_set_and_kept(make_stage: MakeStage, cache: IndexCache, qtbot: QtBot) -> None:
    on = make_stage(None)
    on.session.cache = cache
    on.registry.update()
    on.registry.action("file.cache").trigger()
    dialog = on.window.findChild(CacheDialog)
    qtbot.waitUntil(lambda: bool(cache.used_bytes))
    assert cache.used_bytes > 10 * MB
    dialog.limit.setValue(10)
    dialog.accept()
    qtbot.waitUntil(lambda: cache.used_bytes < 10 * MB)
    assert cache.limit_bytes == 10 * MB
