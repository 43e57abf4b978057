"""What a filter is made of beside the text: types, sizes, what was deleted before. Set by menu, line and chip."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from imagexplorer.core.sizes import SizeRange
from imagexplorer.core.tree_view import MARK_ADDED, ViewSpec
from imagexplorer.views.file_filter import FileFilter
from imagexplorer.views.filter_results import Condition
from tests.fake_engine import FakeEngine
from tests.fake_trees import FakeFile, Row, rows_view
from tests.views.pages import Pages, paths


@pytest.fixture
def filter_(qtbot: QtBot) -> FileFilter:
    made = FileFilter((MARK_ADDED,), True, (), QWidget())
    qtbot.addWidget(made)
    made.resize(700, 90)
    made.show()
    return made


def chips(made: FileFilter) -> dict[str, Condition]:
    found = [chip for chip in made.findChildren(Condition) if not chip.isHidden()]
    return {chip.text().strip().replace("\u2002", ""): chip for chip in found}


def asked(made: FileFilter) -> ViewSpec:
    return made.applied(ViewSpec())


def test_types_sizes_and_what_was_deleted_make_chips_that_take_them_away(filter_: FileFilter, qtbot: QtBot) -> None:
    told: list[ViewSpec] = []
    filter_.changed.connect(lambda: told.append(asked(filter_)))
    filter_.kinds.types["setuid"].trigger()
    filter_.kinds.types["cache"].trigger()
    filter_.kinds.sizes["> 1 MB"].trigger()
    filter_.kinds.gone.trigger()
    assert told[-1] == ViewSpec(types=("setuid", "cache"), sizes=SizeRange(1_000_001), gone=True)
    assert len(told) == 4
    wanted = {"Setuid or setgid +1", "> 1 MB", "Also deleted before"}
    qtbot.waitUntil(lambda: chips(filter_).keys() == wanted)
    qtbot.mouseClick(chips(filter_)["Setuid or setgid +1"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(chips(filter_)) == 2)
    QTest.keyClick(chips(filter_)["> 1 MB"], Qt.Key.Key_Delete)
    assert told[-1] == ViewSpec(gone=True)
    assert len(told) == 6
    qtbot.waitUntil(lambda: chips(filter_).keys() == {"Also deleted before"})
    assert filter_.kinds.sizes[""].isChecked()
    QTest.keyClick(chips(filter_)["Also deleted before"], Qt.Key.Key_Return)
    assert told[-1] == ViewSpec()
    qtbot.waitUntil(lambda: not chips(filter_))
    assert filter_.results.isHidden()


def test_a_size_is_typed_in_the_line_or_chosen(filter_: FileFilter) -> None:
    filter_.kinds.sizes["> 10 kB"].trigger()
    filter_.kinds.typing_wanted.emit("> 5 MB")
    assert filter_.paths.edit.selectedText() == "> 5 MB"
    assert asked(filter_) == ViewSpec(sizes=SizeRange(5_000_001)), "what is typed counts"
    filter_.paths.edit.setText("<= 2 kB")
    assert asked(filter_).sizes == SizeRange(0, 2_000)
    filter_.paths.modes["regex"].trigger()
    assert asked(filter_) == ViewSpec(text="<= 2 kB", pattern="regex", sizes=SizeRange(10_001))


def test_all_is_cleared_at_once(filter_: FileFilter) -> None:
    filter_.paths.edit.setText("x")
    filter_.kinds.types["secret"].trigger()
    filter_.marks.set_counts({MARK_ADDED: 3})
    filter_.marks._buttons[MARK_ADDED].click()
    told: list[int] = []
    filter_.changed.connect(lambda: told.append(1))
    filter_.kinds.clearing_wanted.emit()
    assert asked(filter_) == ViewSpec()
    assert told == [1]


def test_what_is_only_in_lower_layers_is_offered(filter_: FileFilter, qtbot: QtBot) -> None:
    view = rows_view({"a": Row("file", 2)}, ViewSpec(text="a"))
    view.columns.meta["gone_hits"] = 12
    filter_.show_found(view, ViewSpec(text="a"))
    assert filter_.results.gone.text() == "+12 deleted before"
    assert filter_.results.words.text() == "1 hit, 2 Bytes"
    qtbot.mouseClick(filter_.results.gone, Qt.MouseButton.LeftButton)
    assert asked(filter_).gone


@pytest.fixture
def pages(qtbot: QtBot) -> Iterator[Pages]:
    made = Pages(qtbot, FakeEngine())
    yield made
    made.close()


LAYERS = (
    (
        FakeFile("bin/su", b"x" * 2000, mode=0o4755),
        FakeFile("bin/sh", kind="symlink", link="su"),
        FakeFile("etc/a", b"y"),
    ),
    (FakeFile("etc/b", b"z" * 3000),),
)


def test_the_page_shows_what_the_filter_leaves_and_goes_from_hit_to_hit(pages: Pages, qtbot: QtBot) -> None:
    page = pages.open_image(pages.engine.add_image("filtered:1", layers=LAYERS))
    pane = page.files
    qtbot.waitUntil(lambda: pane.body.currentWidget() is pane.tree)
    pane.filter.kinds.types["symlink"].trigger()
    qtbot.waitUntil(lambda: set(paths(pane.tree.files)) == {"bin", "bin/sh"})
    assert pane.tree.isExpanded(pane.tree.files.find(b"bin"))
    pane.filter.kinds.remove("types")
    qtbot.waitUntil(lambda: "etc/b" in paths(pane.tree.files))
    QTest.keyClicks(pane.filter.paths.edit, "> 1 kB")
    QTest.keyClick(pane.filter.paths.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: pane.tree.selected_row() is not None and pane.tree.selected_row().path == b"bin/su")
    assert pane.filter.results.words.text() == "2 hits, 5 kB"
    QTest.keyClick(pane.tree, Qt.Key.Key_F3)
    assert pane.tree.selected_row().path == b"etc/b"
    qtbot.mouseClick(pane.filter.results.next, Qt.MouseButton.LeftButton)
    assert pane.tree.selected_row().path == b"bin/su"
    QTest.keyClick(pane.filter.paths.edit, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert pane.tree.selected_row().path == b"etc/b"


def test_a_reader_of_no_hit_is_told_where_else_to_look(pages: Pages, qtbot: QtBot) -> None:
    page = pages.open_image(pages.engine.add_image("filtered:1", layers=LAYERS))
    pane = page.files
    qtbot.waitUntil(lambda: pane.body.currentWidget() is pane.tree)
    pane.one_layer.click()
    pane.filter.kinds.types["setuid"].trigger()
    qtbot.waitUntil(lambda: pane.empty.title.text() == "No file matches" and pane.body.currentWidget() is pane.empty)
    offers = {button.text().replace("&", ""): button for button in pane.empty.findChildren(QPushButton)}
    offers["Look in all layers up to here"].click()
    qtbot.waitUntil(lambda: "bin/su" in paths(pane.tree.files))
    assert not pane.one_layer.isChecked()
