"""All engines in one list: whose each row is, actions that go there, and what is said where a thing is of several."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imagexplorer.core.entities import Address
from imagexplorer.models.tables import row_key
from imagexplorer.session import ALL_ENGINES
from imagexplorer.views.list_page import ListPage
from imagexplorer.views.record_page import RecordPage
from tests.fakes import FakeEngine
from tests.views.conftest import MakeStage
from tests.views.stage import Stage

FAR = "unix:///far/engine.sock"
NEAR_KEY, FAR_KEY = "engine:unix:///fake/engine.sock", f"engine:{FAR}"


@pytest.fixture
def far() -> FakeEngine:
    """The images of the other one, as after a pull of the same; and a container of its own."""
    engine = FakeEngine()
    engine.add_container("only-far", engine.add_image("far:1"))
    return engine


@pytest.fixture
def both(make_stage: MakeStage, engine: FakeEngine, far: FakeEngine, qtbot: QtBot) -> Stage:
    on = make_stage(engine)
    on.world.engines[FAR] = far
    on.session.engines.connect_to(Address("engine", FAR, "far"), lambda: None, pytest.fail)
    qtbot.waitUntil(lambda: len(on.session.sources) == 2 and len(on.session.images) == 4)
    qtbot.waitUntil(lambda: on.session.containers_known)
    choose(on, "All engines")
    return on


def choose(on: Stage, text: str) -> None:
    side = on.window.sidebar
    row = next(row for row in range(side.count()) if side.item(row).text() == text)
    side.itemClicked.emit(side.item(row))


def column(page: ListPage, name: str) -> list[str]:
    number = page.model.column_of(name)
    return [page.proxy.index(row, number).data() for row in range(page.proxy.rowCount())]


def select(qtbot: QtBot, page: ListPage, *names: tuple[str, str]) -> None:
    """Rows by name and source."""
    rows = {(record.name, record.source): row_key(record) for record in page.model.records()}
    page.select([rows[name] for name in names])
    qtbot.waitUntil(lambda: len(page.selected()) == len(names))
    page._flush()


def test_the_rows_of_all_engines_say_whose_they_are(both: Stage, far: FakeEngine, qtbot: QtBot) -> None:
    images, containers = both.window.images, both.window.containers
    assert images.proxy.rowCount() == 7, "an image that both have is two rows"
    engine = images.model.column_of("engine")
    assert not images.header.isSectionHidden(engine)
    assert sorted(set(column(images, "engine"))) == ["fake", "far"]
    both.window.show_list("containers")
    assert not containers.header.isSectionHidden(containers.model.column_of("engine"))
    images.header_state.sort(engine, descending=False)
    assert column(images, "engine") == ["fake"] * 3 + ["far"] * 4
    images.set_filter("far")
    assert set(column(images, "engine")) == {"far"}
    images.set_filter("")
    far.set_state("only-far", "exited")
    qtbot.waitUntil(lambda: "exited" in {c.state for c in both.session.containers if c.name == "only-far"})
    choose(both, "far")
    assert images.header.isSectionHidden(engine)
    assert images.proxy.rowCount() == 4


def test_what_is_done_with_a_row_is_done_on_its_own_engine(
    both: Stage, engine: FakeEngine, far: FakeEngine, qtbot: QtBot
) -> None:
    both.window.show_list("containers")
    page = both.window.containers
    page.grouped.setChecked(False)
    for source, asked, other in ((FAR_KEY, far, engine), (NEAR_KEY, engine, far)):
        before = len(other.called("stop"))
        select(qtbot, page, ("web", source))
        assert both.registry.selection.source == source
        assert both.registry.run("container.stop") == ""
        qtbot.waitUntil(lambda asked=asked: len(asked.called("stop")) == 1 and not both.session.acts.busy)
        assert len(other.called("stop")) == before
    select(qtbot, page, ("web", FAR_KEY), ("web", NEAR_KEY))
    assert "Choose one engine" in both.registry.blocked("container.delete")
    assert "Choose one engine" in both.registry.blocked("container.stop_with")


def test_what_is_under_way_on_one_engine_does_not_hold_the_same_image_on_another(
    both: Stage, engine: FakeEngine, far: FakeEngine, qtbot: QtBot
) -> None:
    page = both.window.images
    image = next(each for each in engine.images.values() if each.id in far.images and each.tags)
    gate = engine.gate["tag"] = threading.Event()
    select(qtbot, page, (image.name, NEAR_KEY))
    both.session.acts.tag(NEAR_KEY, image, "held:1", ())
    qtbot.waitUntil(lambda: "Wait until" in both.registry.blocked("image.delete"))
    select(qtbot, page, (image.name, FAR_KEY))
    qtbot.waitUntil(lambda: both.registry.selection.source == FAR_KEY)
    assert both.registry.blocked("image.delete") == ""
    gate.set()
    qtbot.waitUntil(lambda: not both.session.acts.busy)


def test_a_page_is_of_the_engine_of_its_row_and_two_of_different_ones_are_compared(both: Stage, qtbot: QtBot) -> None:
    page = both.window.images
    select(qtbot, page, ("far:1", FAR_KEY))
    both.registry.run("image.open")
    opened = both.window.tabs.currentWidget()
    assert isinstance(opened, RecordPage)
    assert opened.source == FAR_KEY
    both.window.show_list("images")
    select(qtbot, page, ("busybox:1.36", NEAR_KEY), ("far:1", FAR_KEY))
    assert both.registry.run("image.compare") == ""
    opened = both.window.tabs.currentWidget()
    assert isinstance(opened, RecordPage)
    assert opened.source == NEAR_KEY
    assert opened.compare._wanted is not None
    assert opened.compare._wanted[0] == FAR_KEY


def test_one_that_is_lost_greys_its_own_rows_only(both: Stage, far: FakeEngine, qtbot: QtBot) -> None:
    page = both.window.images
    far.lose()
    qtbot.waitUntil(lambda: [state.state for state in both.session.sources] == ["live", "lost"])
    qtbot.waitUntil(lambda: page.note.text().startswith("far lost, as of "))
    old = page._cells.old
    assert old is not None
    assert {record.source for record in page.model.records() if old(record)} == {FAR_KEY}
    select(qtbot, page, ("busybox:1.36", NEAR_KEY))
    assert both.registry.blocked("image.delete") == ""
    select(qtbot, page, ("far:1", FAR_KEY))
    assert "lost" in both.registry.blocked("image.delete")
    far.come_back()
    qtbot.waitUntil(lambda: not page.note.isVisible(), timeout=20_000)


def test_nothing_is_done_to_all_of_them_at_once(both: Stage, qtbot: QtBot) -> None:
    both.window.images.view.clearSelection()
    qtbot.waitUntil(lambda: not both.registry.selection.images)
    assert "Choose one engine" in both.registry.blocked("engine.prune")
    assert "Choose one engine" in both.registry.blocked("view.disk")
    qtbot.keyClick(both.window.sidebar, Qt.Key.Key_Delete)
    assert len(both.session.sources) == 2


def test_all_together_is_offered_for_two_and_comes_back_the_next_time(both: Stage, qtbot: QtBot) -> None:
    both.window.close()
    assert both.settings.text("window.source") == ALL_ENGINES
    both.session.close_source(FAR_KEY)
    assert both.session.current is not None
    assert both.session.current.key == NEAR_KEY
    assert both.session.together is None
