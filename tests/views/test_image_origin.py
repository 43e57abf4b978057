"""The stack beside the Dockerfile: what a line shows, which line a file is of, and the images below."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from imagexplorer.core.entities import Touched
from imagexplorer.models.stack_model import EMPTY, FROM, LAYER
from imagexplorer.views.related_tab import RelatedTab
from tests.fake_engine import APP, BASE, TIDY, FakeEngine
from tests.views.pages import Pages, paths


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def pages(qtbot: QtBot, engine: FakeEngine) -> Iterator[Pages]:
    made = Pages(qtbot, engine)
    yield made
    made.close()


@pytest.fixture
def page(pages: Pages, engine: FakeEngine, qtbot: QtBot):
    made = pages.open_image(engine.find_image("myapp:dev"))
    qtbot.waitUntil(lambda: made.files.tree.files.view is not None and bool(made.origin.bases and made.origin.lines))
    return made


def rows(page, kind: str):
    return [slab for slab in page.stack.view.stack.slabs() if slab.kind == kind]


def choose(page, qtbot: QtBot, row: int) -> None:
    view = page.stack.view
    view.setFocus()
    where = view.visualRect(view.stack.index(row)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)


def row_of(page, kind: str, below: int) -> int:
    slabs = page.stack.view.stack.slabs()
    return next(row for row, slab in enumerate(slabs) if slab.kind == kind and slab.below == below)


def test_images_below_are_bracketed_and_named(page, engine, qtbot):
    dangling = next(image for image in engine.images.values() if image.dangling)
    assert [(slab.text, slab.below, slab.under, slab.role) for slab in rows(page, FROM)] == [
        (f"FROM {dangling.name}", 1, 0, "parent"),
        ("FROM busybox:1.36", 0, 1, "base"),
    ]
    assert [slab.under for slab in rows(page, LAYER)] == [0, 1, 2]
    opened = []
    page.session.page_wanted.connect(lambda kind, record: opened.append((kind, record.name)))
    page.header._steps.itemAt(0).widget().click()
    choose(page, qtbot, row_of(page, FROM, 0))
    qtbot.waitUntil(page.stack.view.hasFocus)
    qtbot.keyClick(page.stack.view, Qt.Key.Key_Return)
    assert opened == [("image", "busybox:1.36")] * 2


def test_a_line_shows_what_it_wrote_until_all_is_asked_for(page, qtbot):
    assert not page.files.spec.delta
    choose(page, qtbot, row_of(page, LAYER, 1))
    assert (page.files.spec.layer, page.files.spec.delta) == (1, True)
    qtbot.waitUntil(lambda: "bin/busybox" not in paths(page.files.tree.files))
    assert "app/main.py" in paths(page.files.tree.files)
    choose(page, qtbot, row_of(page, FROM, 0))
    assert (page.files.spec.layer, page.files.spec.delta) == (0, False), "the image below, as it is"
    page.files.all_layers.click()
    choose(page, qtbot, row_of(page, LAYER, 1))
    assert (page.files.spec.layer, page.files.spec.delta) == (1, False)


def test_an_empty_line_says_that_it_wrote_nothing(page, qtbot):
    choose(page, qtbot, row_of(page, EMPTY, 2))
    assert page.files.body.currentWidget() is page.files.empty
    assert page.files.empty.title.text() == "No files"
    choose(page, qtbot, row_of(page, LAYER, 2))
    qtbot.waitUntil(lambda: page.files.body.currentWidget() is page.files.tree)


def test_a_file_points_at_its_line(page):
    page.files.tree.reveal(b"app/main.py")
    assert page.stack.view._delegate._origin == 2
    assert page.stack.view.current_slab().below == 2
    page.files.tree.reveal(b"etc/motd")
    assert page.stack.view._delegate._origin == 1


def test_another_image_comes_and_only_it_is_asked(page, engine, qtbot):
    asked = len(engine.called("diff_ids"))
    added = engine.add_image("under:1", layers=(BASE, APP))
    engine.emit(Touched(frozenset({added.id})))
    qtbot.waitUntil(lambda: any(slab.text == "FROM under:1" for slab in rows(page, FROM)))
    assert engine.called("diff_ids")[asked:] == [(added.id,)]
    child = engine.add_image("child:1", layers=(BASE, APP, TIDY, APP))
    engine.emit(Touched(frozenset({child.id})))
    qtbot.waitUntil(lambda: [each.id for each in page.origin.kin.of("descendant")] == [child.id])
    del engine.images[added.id]
    engine.emit(Touched(frozenset({added.id})))
    qtbot.waitUntil(lambda: not any(slab.text == "FROM under:1" for slab in rows(page, FROM)))


def test_the_dockerfile_is_copied_and_saved(page, qtbot, tmp_path):
    QGuiApplication.clipboard().clear()
    page.registry.set_selection(page.selection())
    page.registry.action("image.dockerfile_copy").trigger()
    qtbot.waitUntil(lambda: "FROM" in QGuiApplication.clipboard().text())
    text = QGuiApplication.clipboard().text()
    dangling = page.origin.bases[-1].name
    assert f"\nFROM {dangling}\n\nCOPY layer2 /\n\nCMD" in text
    assert "#   COPY layer0 /" in text
    path = tmp_path / "Dockerfile"
    path.write_text("old")
    said = []
    page.session.origins.save(page.source, page.image.id, str(path), said.append)
    qtbot.waitUntil(lambda: path.read_text() == text)
    page.session.origins.save(page.source, page.image.id, str(tmp_path / "no" / "folder"), said.append)
    qtbot.waitUntil(lambda: bool(said))
    assert "cannot be written" in str(said[0])
    assert sorted(each.name for each in tmp_path.iterdir()) == ["Dockerfile"]


@pytest.fixture
def related(page, qtbot):
    tab = page.findChild(RelatedTab)
    page.tabs.setCurrentWidget(tab)
    qtbot.waitUntil(lambda: tab.is_made and tab.tree.topLevelItemCount() == 4)
    return tab


def item_named(tab, name: str):
    return next(item for item in tab._items() if item.text(0) == name)


def test_what_belongs_to_an_image_is_opened_by_key(related, engine, qtbot):
    opened = []
    related.page.session.page_wanted.connect(lambda kind, record: opened.append((kind, record.name)))
    for name in ("busybox:1.36", "web"):
        related.tree.setCurrentItem(item_named(related, name))
        related.tree.setFocus()
        qtbot.keyClick(related.tree, Qt.Key.Key_Return)
    assert opened == [("image", "busybox:1.36"), ("container", "web")]
    related.copy()
    assert QGuiApplication.clipboard().text().startswith("web\tUp 3 hours")


def test_related_rows_follow_events_and_keep_their_place(related, engine, qtbot):
    family = related.tree.topLevelItem(1)
    family.setExpanded(False)
    related.tree.setCurrentItem(item_named(related, "web"))
    engine.set_state("web", "exited")
    qtbot.waitUntil(lambda: item_named(related, "web").text(1).startswith("Exited"))
    child = engine.add_image("child:1", layers=(BASE, APP, TIDY, APP))
    engine.emit(Touched(frozenset({child.id})))
    qtbot.waitUntil(lambda: any(item.text(0) == "child:1" for item in related._items()))
    assert not related.tree.topLevelItem(1).isExpanded()
    assert related.tree.currentItem().text(0) == "web"
    engine.remove_container_elsewhere("web")
    qtbot.waitUntil(lambda: "(0)" in related.tree.topLevelItem(2).text(0))


def test_the_header_remarks_what_has_to_be_seen(pages, engine, qtbot):
    wrong = engine.add_image("pyhton:3", layers=(BASE, TIDY), created=1_700_000_000)
    engine.emit(Touched(frozenset({wrong.id})))
    page = pages.open_image(wrong)
    qtbot.waitUntil(lambda: page.header.remark.isVisible())
    assert page.header.remark.text() == "not python"
    page.header.remark.click()
    assert page.front.name == "related"
    newer = engine.add_image("busybox:1.37", created=1_800_000_000)
    engine.emit(Touched(frozenset({newer.id})))
    old = pages.open_image(engine.find_image("busybox:1.36"))
    qtbot.waitUntil(lambda: old.header.remark.text() == "newer here: 1.37")
    del engine.images[newer.id]
    engine.emit(Touched(frozenset({newer.id})))
    qtbot.waitUntil(lambda: not old.header.remark.isVisible())
