"""Where the disk went, as a page: figures, map and table that follow each other, and the ways to free each thing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from imagexplorer.core.entities import Mount, Touched, Volume
from imagexplorer.core.errors import Refused
from imagexplorer.core.world import CacheEntry
from imagexplorer.views import disk_page
from imagexplorer.views.disk_page import DiskPage
from tests.fakes import FakeEngine
from tests.views.conftest import MakeStage
from tests.views.stage import Stage


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine()
    web = made.named("web")
    made.containers[web.id] = replace(web, mounts=(Mount("volume", "data", "/data"),))
    made.volumes = (Volume("data", 3_000_000), Volume("left over", 2_000_000))
    made.build_cache = (CacheEntry("k" * 25, 700_000, words="pulled from x"),)
    return made


@pytest.fixture
def page(qtbot: QtBot, on: Stage, monkeypatch: pytest.MonkeyPatch) -> DiskPage:
    monkeypatch.setattr(disk_page, "REST_MS", 10)
    on.window.show_list("disk")
    found = on.window.current_page
    assert isinstance(found, DiskPage)
    QAbstractItemModelTester(found.table.records, QAbstractItemModelTester.FailureReportingMode.Fatal, found)
    settled(qtbot, on, found)
    return found


def settled(qtbot: QtBot, on: Stage, page: DiskPage) -> None:
    qtbot.waitUntil(lambda: page.body.currentWidget() is page.splitter and on.jobs.in_lane(page._lane) is None)


def names(page: DiskPage) -> list[str]:
    model = page.table.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def choose(page: DiskPage, name: str) -> None:
    page.table.selectRow(names(page).index(name))


def test_the_biggest_stand_first_and_the_sum_is_said(page: DiskPage, on: Stage) -> None:
    assert names(page)[:3] == ["data", "left over", "pulled from x"]
    assert len(names(page)) == 2 + 1 + 3 + 2
    said = page.total.text()
    for words in ("volumes 5 MB", "build cache 700 kB", "shared)", "containers 24.1 kB"):
        assert words in said, said
    page.filter.setText("volume")
    assert names(page) == ["data", "left over"]


def test_the_map_and_the_table_follow_each_other(qtbot: QtBot, page: DiskPage) -> None:
    choose(page, "left over")
    assert page._use_at(page.map.current) == page.table.current()
    assert page.map.placed()
    qtbot.keyClick(page.map, Qt.Key.Key_Left)
    qtbot.keyClick(page.map, Qt.Key.Key_Up)
    use = page._use_at(page.map.current)
    if use is not None:
        assert page.table.current() == use
    row = next(row for row, each in enumerate(page._map.uses) if each is not None and each.name == "data")  # type: ignore[union-attr]
    page.map.select(row)
    assert page.table.current().name == "data"
    assert "used by web" in page._words(row)
    sizes = page._map.shown.columns["size"]  # type: ignore[union-attr]
    assert sum(tile.width * tile.height for tile in page.map.placed() if tile.depth == 0) > 0
    assert sizes[0] == sum(sizes[row] for row, each in enumerate(page._map.shown.columns["parent"]) if not each and row)  # type: ignore[union-attr]


def test_each_has_its_way_to_be_freed(qtbot: QtBot, page: DiskPage, on: Stage, engine: FakeEngine) -> None:
    answers = on.answers
    assert answers is not None
    choose(page, "left over")
    page.foot.delete.click()
    qtbot.waitUntil(lambda: [kind for kind, _ in answers.asked] == ["delete"])
    assert answers.asked.pop()[1][0] == "Delete volume left over?"
    choose(page, "data")
    assert page.foot.about.text() == "It is used by web: delete that container first"
    assert page.foot.delete.isHidden()
    choose(page, "pulled from x")
    page.foot.prune.click()
    qtbot.waitUntil(lambda: [kind for kind, _ in answers.asked] == ["prune"])
    choose(page, "old")
    page.foot.delete.click()
    assert [kind for kind, _ in answers.asked] == ["prune", "delete"]
    assert answers.asked[-1][1][0] == "Delete container old?"
    choose(page, "busybox:1.36")
    assert on.registry.run("image.delete") == ""
    qtbot.waitUntil(lambda: len(answers.asked) == 3)
    assert answers.asked[-1][1][0] == "Delete image busybox:1.36?"


def test_what_changes_elsewhere_is_looked_at_again(qtbot: QtBot, page: DiskPage, on: Stage, engine: FakeEngine) -> None:
    choose(page, "data")
    engine.volumes = (Volume("data", 9_000_000),)
    engine.remove_container_elsewhere("old")
    qtbot.waitUntil(lambda: "left over" not in names(page) and "old" not in names(page))
    assert page.table.current().name == "data"
    on.window.show_list("images")
    engine.volumes = ()
    engine.emit(Touched(images=frozenset({next(iter(engine.images))})))
    qtbot.waitUntil(lambda: page._stale)
    on.window.show_list("disk")
    qtbot.waitUntil(lambda: "data" not in names(page))


def test_an_engine_that_does_not_tell(qtbot: QtBot, make_stage: MakeStage, engine: FakeEngine) -> None:
    on = make_stage(engine)
    engine.fail["holdings"] = Refused("disk usage", "a scan is under way already")
    on.window.show_list("disk")
    page = on.window.current_page
    assert isinstance(page, DiskPage)
    qtbot.waitUntil(lambda: page.body.currentWidget() is page.empty)
    assert "a scan is under way already" in page.empty.text.text()
    del engine.fail["holdings"]
    page.refresh()
    settled(qtbot, on, page)
    engine.fail["holdings"] = Refused("disk usage", "not again")
    page.refresh()
    qtbot.waitUntil(lambda: page.note.isVisible())
    assert names(page), "what is known stays to be seen"


def test_menu_and_opening(qtbot: QtBot, page: DiskPage, on: Stage) -> None:
    choose(page, "web")
    page._menu(page.mapToGlobal(QPoint(0, 0)))
    menu = page.findChildren(QMenu)[-1]
    assert on.registry.action("container.delete") in menu.actions()
    menu.close()
    page.table.opened.emit(page.table.current())
    assert on.window.tabs.current_key.startswith("container/")
    on.registry.run("view.disk")
    assert on.window.current_page is page
    key = page.source
    on.session.close_source(key)
    qtbot.waitUntil(lambda: on.window.tabs.count() == 1)
