"""The tree of files keeps its place from one answer to the next, and paints what it is told."""

from __future__ import annotations

from array import array

import pytest
from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QAction, QFocusEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from imagexplorer.core.columns import Columns
from imagexplorer.core.tree_sort import SORTS
from imagexplorer.core.tree_view import TreeView, ViewSpec
from imagexplorer.models.columns import Role
from imagexplorer.models.tree_rows import CHANGES
from imagexplorer.views.file_tree_view import OPENED_AT_MOST, FileTreeView
from tests.fake_trees import Row, rows_view


def with_nodes(view: TreeView) -> TreeView:
    """Nodes that are the same in every view of these paths, as a FileTree's are."""
    tree = FileTreeView()
    tree.files.set_view(view)
    rows = (tree.files.row_at(tree.files.index_of_row(row)) for row in range(1, len(view.parent)))
    nodes = [0, *(hash(row.path) % 2**31 for row in rows)]
    return TreeView(Columns({**view.columns.columns, "node": memoryview(array("I", nodes))}, view.columns.meta))


FILES = {
    "app/main.py": Row("file", 10),
    "app/lib/a.py": Row("file", 3),
    "etc/passwd": Row("file", 5),
    "zz": Row("file", 1),
}


@pytest.fixture
def tree(qtbot):
    view = FileTreeView()
    qtbot.addWidget(view)
    view.resize(700, 300)
    view.show()
    view.set_view(with_nodes(rows_view(FILES)))
    return view


def test_open_and_selected_stay(tree):
    tree.expand(tree.files.find(b"app"))
    tree.reveal(b"app/main.py")
    fewer = {path: row for path, row in FILES.items() if path != "zz"} | {"aa": Row("file", 1)}
    tree.set_view(with_nodes(rows_view(fewer)))
    assert tree.isExpanded(tree.files.find(b"app"))
    assert not tree.isExpanded(tree.files.find(b"etc"))
    assert tree.selected_row().path == b"app/main.py"


def test_a_selected_file_that_is_gone_is_told(tree, qtbot):
    tree.reveal(b"zz")
    told = []
    tree.row_selected.connect(told.append)
    tree.set_view(with_nodes(rows_view({"etc/passwd": FILES["etc/passwd"]})))
    assert told[-1] is None


def test_a_lone_folder_opens_by_itself(tree):
    tree.set_view(with_nodes(rows_view({"a/b/c": Row("file", 1), "a/b/d": Row("file", 1)})))
    assert tree.isExpanded(tree.files.find(b"a/b"))


def test_a_filter_with_very_many_hits_opens_no_more_than_can_be_shown_at_once(tree):
    many = {f"big/{number:05}": Row("file", 1) for number in range(OPENED_AT_MOST + 10)} | {"small/x": Row("file", 1)}
    tree.set_view(with_nodes(rows_view(many)), asked="big")
    assert not tree.isExpanded(tree.files.find(b"big"))
    assert tree.isExpanded(tree.files.find(b"small"))


def test_the_row_that_the_details_tell_of_is_selected(qtbot):
    """Also where Qt itself chose it, as the focus came by Tab."""
    tree = FileTreeView()
    qtbot.addWidget(tree)
    tree.set_view(with_nodes(rows_view(FILES)))
    tree.show()
    QApplication.sendEvent(tree, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    assert tree.currentIndex().isValid()
    assert tree.selectionModel().isRowSelected(tree.currentIndex().row(), tree.currentIndex().parent())


def test_headings_ask_for_an_order(tree, qtbot):
    asked = []
    tree.sort_wanted.connect(lambda name, descending: asked.append((name, descending)))
    header = tree.header()
    header.setSortIndicator(1, Qt.SortOrder.AscendingOrder)
    header.setSortIndicator(1, Qt.SortOrder.AscendingOrder)
    header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
    assert asked == [("size", True), ("size", False), ("name", False)]
    assert header.sortIndicatorSection() == 0
    asked.clear()
    for section in range(1, header.count()):
        header.setSortIndicator(section, Qt.SortOrder.AscendingOrder)
    assert len(asked) == header.count() - 1
    assert {name for name, _ in asked} <= set(SORTS)


def test_the_menu_of_a_row_sorts_and_shows_columns(tree, qtbot):
    """What clicks on the headings do, without a mouse."""
    asked = []
    tree.sort_wanted.connect(lambda name, descending: asked.append((name, descending)))

    def menu() -> dict[str, QMenu]:
        tree._menu(tree.visualRect(tree.currentIndex()).center())
        shown = tree.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)[-1]
        return {action.text(): action.menu() for action in shown.actions() if action.menu() is not None}

    def act(words: str, title: str) -> QAction:
        return next(action for action in menu()[title].actions() if action.text() == words)

    tree.setCurrentIndex(tree.files.find(b"app"))
    assert act("Name", "Sort &by").isChecked()
    act("Size", "Sort &by").trigger()
    assert act("Size", "Sort &by").isChecked()
    assert act("&Descending", "Sort &by").isChecked(), "the largest come first"
    act("&Ascending", "Sort &by").trigger()
    act("Mode", "Sort &by").trigger()
    assert asked == [("size", True), ("size", False), ("mode", False)]
    act("Owner", "Col&umns").trigger()
    assert "Owner" in [action.text() for action in menu()["Sort &by"].actions()]
    for each in tree.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
        each.close()


def test_a_share_is_drawn_and_spoken(tree):
    tree.expand(tree.files.find(b"app"))
    share = tree.files.find(b"app/main.py").siblingAtColumn(2)
    assert share.data(Qt.ItemDataRole.AccessibleTextRole) == "77%"
    picture = tree.viewport().grab(tree.visualRect(share)).toImage()
    colours = {picture.pixelColor(x, picture.height() // 2).name() for x in range(picture.width())}
    assert len(colours) > 2


def test_rows_copy_as_text(tree):
    tree.reveal(b"app/main.py")
    QTest.keyClick(tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().startswith("/app/main.py\t10 bytes\t")
    QTest.keyClick(tree, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert QGuiApplication.clipboard().text() == "/app/main.py"


def test_every_fact_of_a_row_copies_from_its_menu(tree):
    tree.set_view(with_nodes(rows_view({"lib.so": Row("symlink", link="lib.so.1"), "lib.so.1": Row("file", 1234)})))
    tree.row_menu.offer_copies(lambda row: [("Layer's &digest", f"sha256:{row.name.decode()}"), ("Nothing", "")])
    found = {}
    for name in (b"lib.so", b"lib.so.1"):
        menu = tree.row_menu.made_for(tree.files.row_at(tree.files.find(name)))
        for action in menu.actions()[0].menu().actions():
            action.trigger()
            found[name, action.text().replace("&", "")] = QGuiApplication.clipboard().text()
        menu.deleteLater()
    assert found[b"lib.so", "Link target"] == "lib.so.1"
    assert found[b"lib.so.1", "Size in bytes"] == "1234"
    assert found[b"lib.so.1", "Layer's digest"] == "sha256:lib.so.1"
    assert (b"lib.so", "Size in bytes") not in found
    assert not any(text == "" for text in found.values())


def test_from_hit_to_hit_by_key_and_around_the_end(tree):
    spec = ViewSpec(marks="A")
    marked = {
        "a/b/x": Row("file", 1, mark=1),
        "a/y": Row("file", 1),
        "c/z": Row("file", 1, mark=1),
        "d": Row("dir", mark=1),
    }
    tree.set_view(with_nodes(rows_view(marked, spec)), asked="A")
    tree.collapse_all()
    seen = []
    for step in (1, 1, 1, 1, -1, -1):
        tree.go_to_hit(step)
        seen.append(tree.selected_row().path.decode())
        assert not tree.visualRect(tree.currentIndex()).isEmpty()
    assert seen == ["a/b/x", "c/z", "d", "a/b/x", "d", "c/z"]
    folder = tree.files.find(b"a")
    assert (folder.data(Role.TONE), tree.files.find(b"d").data(Role.TONE)) == ("muted", "")


def test_typing_goes_to_the_next_row_that_begins_so(tree):
    tree.set_view(with_nodes(rows_view({"ab/ax": Row("file"), "Ac": Row("file"), "b": Row("file"), "ad": Row("file")})))
    tree.setCurrentIndex(tree.files.index(0, 0))

    def typed(text):
        tree.keyboardSearch(text)
        return tree.selected_row().path.decode()

    assert [typed("a"), typed("a"), typed("a")] == ["Ac", "ad", "ab"], "what is in closed folders is passed over"
    tree.expand(tree.files.find(b"ab"))
    assert typed("a") == "ab/ax"
    tree._typed._at = 0.0
    assert [typed("a"), typed("d")] == ["Ac", "ad"], "one name, as it was typed quickly"
    assert typed("?") == "ad", "nothing begins so"


def test_folders_that_a_filter_opened_and_the_user_closed_stay_closed(tree):
    view = with_nodes(rows_view(FILES))
    tree.set_view(view, asked="x")
    assert tree.isExpanded(tree.files.find(b"app"))
    tree.collapse(tree.files.find(b"app"))
    tree.set_view(view, asked="x")
    assert not tree.isExpanded(tree.files.find(b"app"))
    assert tree.isExpanded(tree.files.find(b"etc"))
    tree.set_view(view, asked="y")
    assert tree.isExpanded(tree.files.find(b"app"))
    tree.set_view(view)
    assert not tree.isExpanded(tree.files.find(b"etc")), "without a filter only what was open before"


def test_narrow_columns_never_hide_the_name(qtbot):
    view = FileTreeView(CHANGES)
    qtbot.addWidget(view)
    view.resize(200, 200)
    view.show()
    view.set_view(with_nodes(rows_view(FILES)))
    qtbot.wait(20)
    assert view.columnWidth(0) >= view.fontMetrics().averageCharWidth() * 16
    assert view.visualRect(view.files.find(b"zz")).intersects(QRect(0, 0, 200, 200))


def test_enter_opens_a_folder(tree, qtbot):
    tree.reveal(b"app")
    tree.setFocus()
    qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert tree.isExpanded(tree.files.find(b"app"))
    qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert not tree.isExpanded(tree.files.find(b"app"))
