"""The tree of files keeps its place from one answer to the next, and paints what it is told."""

from __future__ import annotations

from array import array

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication

from imagexplorer.core.columns import Columns
from imagexplorer.core.tree_view import TreeView
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
    tree.set_view(with_nodes(rows_view(many)), open_hits=True)
    assert not tree.isExpanded(tree.files.find(b"big"))
    assert tree.isExpanded(tree.files.find(b"small"))


def test_headings_ask_for_an_order_and_leave_the_rest(tree, qtbot):
    asked = []
    tree.sort_wanted.connect(lambda name, descending: asked.append((name, descending)))
    header = tree.header()
    header.setSortIndicator(1, Qt.SortOrder.AscendingOrder)
    header.setSortIndicator(1, Qt.SortOrder.AscendingOrder)
    header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
    owner = [column.name for column in tree.files.columns].index("owner")
    header.setSortIndicator(owner, Qt.SortOrder.AscendingOrder)
    assert asked == [("size", True), ("size", False), ("name", False)]
    assert header.sortIndicatorSection() == 0


def test_a_share_is_drawn_and_spoken(tree):
    tree.expand(tree.files.find(b"app"))
    share = tree.files.find(b"app/main.py").siblingAtColumn(2)
    assert share.data(Qt.ItemDataRole.AccessibleTextRole) == "77%"
    picture = tree.viewport().grab(tree.visualRect(share)).toImage()
    colours = {picture.pixelColor(x, picture.height() // 2).name() for x in range(picture.width())}
    assert len(colours) > 2


def test_rows_copy_as_text(tree):
    tree.reveal(b"app/main.py")
    tree.copy_rows()
    assert QGuiApplication.clipboard().text().startswith("/app/main.py\t10 bytes\t")


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
