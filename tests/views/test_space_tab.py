"""Why an image is so big, in the window: the answer, the map, the tables, the advice, and the way to the files."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imagexplorer.core.errors import Refused
from imagexplorer.core.space import DELETED, NOT_HIDDEN, OVERWRITTEN, REWRITTEN
from imagexplorer.core.space_map import MapSpec
from imagexplorer.core.space_tree import VISIBLE, WASTED
from imagexplorer.views.image_page import ImagePage
from imagexplorer.views.path_crumbs import PathCrumbs
from imagexplorer.views.space_tab import SpaceTab
from imagexplorer.views.theme import contrast, own_palette
from imagexplorer.views.treemap_paint import Looks
from imagexplorer.views.treemap_view import TreemapView
from tests.fake_engine import FakeEngine
from tests.fake_trees import FakeFile
from tests.views.pages import Pages

MB = 1_000_000
LISTS = FakeFile("var/lib/apt/lists/deb", b"l" * 2 * MB)
LAYERS = (
    (
        LISTS,
        FakeFile("srv/app/one", b"1" * 3 * MB),
        FakeFile("srv/app/two", b"2" * MB),
        FakeFile("srv/same", b"s" * MB),
    ),
    (FakeFile("srv/app/one", b"1" * 3 * MB, uid=7), FakeFile("srv/app/two", kind="whiteout")),
    (FakeFile("srv/twin\u202e", b"s" * MB),),
)


@pytest.fixture
def pages(qtbot: QtBot) -> Iterator[Pages]:
    engine = FakeEngine()
    engine.add_image("big:1", layers=LAYERS)
    engine.add_image("nothing:1", layers=((FakeFile("dev", kind="dir"),),))
    made = Pages(qtbot, engine)
    yield made
    made.close()


def tab_of(pages: Pages, qtbot: QtBot, name: str = "big:1") -> tuple[ImagePage, SpaceTab]:
    page = pages.open_image(next(image for image in pages.session.images if name in image.tags))
    qtbot.waitUntil(lambda: page.tree is not None)
    assert not pages.engine.called("space_overview"), "nothing is added up until somebody looks"
    tab = page.findChild(SpaceTab)
    page.tabs.setCurrentWidget(tab)
    return page, tab


@pytest.fixture
def opened(pages: Pages, qtbot: QtBot) -> tuple[ImagePage, SpaceTab]:
    page, tab = tab_of(pages, qtbot)
    qtbot.waitUntil(lambda: tab.map.map.shown is not None and bool(pages.engine.called("space_alike")))
    return page, tab


def paths(tab: SpaceTab) -> list[str]:
    shown = tab.map.map.shown
    return [shown.path(tile.row).decode() for tile in tab.map.map.placed()]


def row_of(tab: SpaceTab, path: str) -> int:
    return next(row for row in range(len(tab.map.map.shown)) if tab.map.map.shown.path(row) == path.encode())


def click(qtbot: QtBot, view: TreemapView, row: int, double: bool = False) -> None:
    tile = next(tile for tile in view.placed() if tile.row == row)
    at = QPoint(int(tile.x + tile.width / 2), int(tile.y + 3 if tile.opened else tile.y + tile.height / 2))
    (qtbot.mouseDClick if double else qtbot.mouseClick)(view, Qt.MouseButton.LeftButton, pos=at)


def texts(view: object) -> list[list[str]]:
    model = view.model()
    shown = [at for at in range(model.columnCount()) if not view.isColumnHidden(at)]
    return [[model.index(row, at).data() for at in shown] for row in range(model.rowCount())]


def test_the_answer_with_figures_of_the_data(opened: tuple[ImagePage, SpaceTab]) -> None:
    _, tab = opened
    words = tab.answer.text()
    assert words.startswith("11 MB of files are stored in 3 layers.")
    assert "Most of it was written by layer 0, COPY layer0 / (7 MB) and by layer 1" in words
    assert "4 MB of it is wasted, all by layer 1, COPY layer1 /: 1 MB deleted, 3 MB stored again" in words
    assert "the largest file is /srv/app/one (3 MB)" in words
    assert "2 MB of what is visible is probably not needed" in words
    assert tab.map.visible.text() == "Visi&ble 7 MB"
    assert tab.map.wasted.text() == "&Wasted 4 MB"


def test_tables(opened: tuple[ImagePage, SpaceTab]) -> None:
    _, tab = opened
    assert [row[:2] + row[3:] for row in texts(tab.folders.table)] == [
        ["/srv", "5 MB", "3"],
        ["/srv/app", "3 MB", "1"],
        ["/var/lib/apt/lists", "2 MB", "1"],
    ]
    assert [row[0] for row in texts(tab.files.table)][-1] == "/srv/twin\\u202e"
    assert texts(tab.waste.table) == [
        ["/srv/app/one", "3 MB", "O  rewritten", "1", "1", "COPY layer1 /"],
        ["/srv/app/two", "1 MB", "D  deleted", "1", "1", "COPY layer1 /"],
    ]


def test_the_map_by_mouse(opened: tuple[ImagePage, SpaceTab], pages: Pages, qtbot: QtBot) -> None:
    page, tab = opened
    view = tab.map.map
    assert set(paths(tab)) >= {"srv", "srv/app", "srv/app/one", "var"}
    click(qtbot, view, row_of(tab, "srv/app/one"))
    for words in ("/srv/app/one", "3,000,000 bytes", "written by layer 1", "COPY layer1 /"):
        assert words in tab.map.about.whole()
        assert words in view.accessibleDescription()
    click(qtbot, view, row_of(tab, "srv"), double=True)
    qtbot.waitUntil(lambda: tab.map.crumbs.path == b"srv")
    assert pages.engine.called("space_map")[-1] == (MapSpec(VISIBLE, b"srv"),)
    click(qtbot, view, row_of(tab, "srv/app/one"), double=True)
    qtbot.waitUntil(lambda: getattr(page.files.tree.selected_row(), "path", b"") == b"srv/app/one")
    assert page.tabs.currentIndex() == 0


def test_the_map_by_keys(opened: tuple[ImagePage, SpaceTab], qtbot: QtBot) -> None:
    _, tab = opened
    view = tab.map.map
    view.setFocus()
    assert view.shown.path(view.current) == b"srv"
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert view.shown.path(view.current) == b"srv/app"
    qtbot.keyClick(view, Qt.Key.Key_PageUp)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
        qtbot.keyClick(view, key)
    assert view.shown.path(view.current) == b"var"
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tab.map.crumbs.path == b"var")
    qtbot.keyClick(view, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: tab.map.crumbs.path == b"")
    assert view.shown.path(view.current) == b"var", "where one came from is selected"
    tab.map.copy_path.trigger()
    assert QGuiApplication.clipboard().text() == "/var"


def test_what_is_wasted_and_where_it_is_found(opened: tuple[ImagePage, SpaceTab], pages: Pages, qtbot: QtBot) -> None:
    page, tab = opened
    tab.map.wasted.click()
    qtbot.waitUntil(lambda: tab.map.map.shown.spec.what == WASTED)
    assert "srv/app/two" in paths(tab)
    view = tab.map.map
    view.select(row_of(tab, "srv/app/two"))
    assert "deleted by layer 1" in tab.map.about.whole()
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.files.spec.layer == 1)
    qtbot.waitUntil(lambda: getattr(page.files.tree.selected_row(), "path", b"") == b"srv/app/two")


def test_advice_and_its_entries(opened: tuple[ImagePage, SpaceTab], qtbot: QtBot) -> None:
    page, tab = opened
    advice, entries = tab.advice.advice.table, tab.advice.entries
    assert [row[:2] for row in texts(advice)] == [
        ["Stored again unchanged", "3 MB"],
        ["Package lists left behind", "2 MB"],
        ["Deleted, and still in the image", "1 MB"],
    ]
    advice.selectRow(1)
    qtbot.waitUntil(lambda: texts(entries) == [["/var/lib/apt/lists/deb", "2 MB", "0"]])
    assert "rm -rf /var/lib/apt/lists/*" in tab.advice.way_out.text()
    advice.selectRow(2)
    qtbot.waitUntil(lambda: texts(entries) == [["/srv/app/two", "1 MB", "0"]])
    entries.selectRow(0)
    entries.copy_rows.trigger()
    assert QGuiApplication.clipboard().text().startswith("/srv/app/two\t1 MB")
    entries.setFocus()
    qtbot.keyClick(entries, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: getattr(page.files.tree.selected_row(), "path", b"") == b"srv/app/two")
    assert page.files.spec.layer == 1


def test_the_same_content_is_compared_on_request(
    opened: tuple[ImagePage, SpaceTab], pages: Pages, qtbot: QtBot
) -> None:
    _, tab = opened
    qtbot.waitUntil(tab.advice.compare.isVisible)
    assert "2 files of the same size as another (2 MB) were not compared" in tab.advice.state.text()
    pages.engine.gate["scan"] = threading.Event()
    tab.advice.compare.click()
    assert tab.advice.compare.text() == "&Cancel"
    tab.advice.compare.click()
    qtbot.waitUntil(lambda: tab.advice.compare.text() == "Comp&are them")
    pages.engine.gate.pop("scan").set()
    tab.advice.compare.click()
    advice = tab.advice.advice.table
    qtbot.waitUntil(lambda: len(texts(advice)) == 4)
    row = next(at for at, row in enumerate(texts(advice)) if row[0].startswith("The same content"))
    advice.selectRow(row)
    qtbot.waitUntil(lambda: texts(tab.advice.entries) == [["/srv/twin\\u202e", "1 MB", "2", "/srv/same"]])
    assert not tab.advice.compare.isVisible()


def test_no_bytes_a_failure_and_again(pages: Pages, qtbot: QtBot) -> None:
    _, tab = tab_of(pages, qtbot, "nothing:1")
    qtbot.waitUntil(lambda: "No layer stores a byte" in tab.empty.text.text())
    pages.engine.calls.clear()
    pages.engine.fail["space_overview"] = Refused("image", "it cannot be added up")
    page, tab = tab_of(pages, qtbot)
    qtbot.waitUntil(lambda: "cannot be added up" in tab.empty.text.text())
    pages.engine.fail.clear()
    page.refresh()
    qtbot.waitUntil(lambda: tab.body.currentWidget() is tab.found)


def test_a_long_path_gives_way_and_leads_back(qtbot: QtBot) -> None:
    crumbs = PathCrumbs()
    qtbot.addWidget(crumbs)
    crumbs.resize(260, 30)
    crumbs.show()
    names = [f"folder-{number}" for number in range(9)]
    crumbs.show_path("/".join(names).encode())
    few = [button.text() for button in crumbs.buttons()]
    assert few[0] == "/"
    assert few[1:] == names[-len(few) + 1 :]
    assert 1 < len(few) < 9
    qtbot.waitUntil(lambda: crumbs.buttons()[-1].geometry().right() <= 260)
    crumbs.resize(1200, 30)
    assert [button.text() for button in crumbs.buttons()] == ["/", *names]
    with qtbot.waitSignal(crumbs.chosen) as told:
        crumbs.buttons()[2].click()
    assert told.args == [b"folder-0/folder-1"]
    assert not crumbs.buttons()[-1].isEnabled()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_words_are_read_on_every_tile(qapp: QApplication, dark: bool) -> None:
    looks = Looks(own_palette(dark))
    grounds = [looks.ground(NOT_HIDDEN, layer) for layer in range(30)]
    grounds += [looks.ground(cause, 0) for cause in (DELETED, OVERWRITTEN, REWRITTEN)]
    assert min(contrast(looks.ink, ground) for ground in (*grounds, looks.folder)) >= 4.5
    assert len({ground.name() for ground in grounds[:24]}) == 24


def test_a_smaller_map_comes_while_the_pointer_is_on_the_one_before(
    opened: tuple[ImagePage, SpaceTab], qtbot: QtBot
) -> None:
    """The row that was pointed at, and the selected one, are none of the new map's."""
    _, tab = opened
    view = tab.map.map
    last = max(tile.row for tile in view.placed())
    tile = next(tile for tile in view.placed() if tile.row == last)
    qtbot.mouseMove(view, QPoint(int(tile.x + tile.width / 2), int(tile.y + tile.height / 2)))
    qtbot.waitUntil(lambda: "written" in tab.map.about.whole() or "most of it" in tab.map.about.whole())
    view.select(last)
    view._point(last)
    view.opened.emit(row_of(tab, "/srv/app".lstrip("/")))
    qtbot.waitUntil(lambda: view.shown is not None and view.shown.spec.folder == b"srv/app")
    assert view.current == 1
    assert "/srv/app/one" in tab.map.about.whole()
