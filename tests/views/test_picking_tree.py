"""Several rows of a tree of files are selected and pulled away together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imagexplorer.core.picked_rows import PickedRows
from imagexplorer.views.file_details import FileDetails
from imagexplorer.views.file_tree_view import FileTreeView
from tests.fake_trees import Row, rows_view
from tests.views.test_file_tree_view import with_nodes

KEYS, MODIFIERS = Qt.Key, Qt.KeyboardModifier
FILES = {
    "app/lib/a.py": Row("file", 3),
    "app/lib/b.py": Row("file", 4),
    "app/main.py": Row("file", 10),
    "etc/passwd": Row("file", 5),
    "zz": Row("file", 1),
}


@pytest.fixture
def tree(qtbot: QtBot) -> Iterator[FileTreeView]:
    view = FileTreeView()
    qtbot.addWidget(view)
    view.let_many()
    view.setDragEnabled(True)
    view.resize(700, 300)
    view.show()
    view.set_view(with_nodes(rows_view(FILES)))
    for folder in (b"app", b"app/lib", b"etc"):
        view.expand(view.files.find(folder))
    yield view
    QTest.keyClick(view, KEYS.Key_Escape)  # Qt takes the modifiers of the last key to be held down still
    assert not QGuiApplication.keyboardModifiers()


def paths(rows: PickedRows | None) -> list[str]:
    assert rows is not None
    tree = FileTreeView()
    tree.files.set_view(rows.view)
    return [tree.files.row(row).path.decode() for row in rows]


def test_keys_select_several_and_a_folder_takes_what_is_in_it(tree: FileTreeView) -> None:
    tree.reveal(b"app/lib/a.py")
    QTest.keyClick(tree, KEYS.Key_Down, MODIFIERS.ShiftModifier)
    assert paths(tree.picked()) == ["app/lib/a.py", "app/lib/b.py"]
    QTest.keyClick(tree, KEYS.Key_Down, MODIFIERS.ShiftModifier)
    assert sorted(paths(tree.picked())) == ["app/lib/a.py", "app/lib/b.py", "app/main.py"]
    tree.reveal(b"app")
    QTest.keyClick(tree, KEYS.Key_End, MODIFIERS.ShiftModifier)
    rows = tree.picked()
    assert paths(rows) == ["app", "etc", "zz"]
    assert (rows.files, rows.size_bytes) == (5, 23)


@pytest.mark.parametrize("end", range(1, 7))
@pytest.mark.parametrize("begin", range(1, 7))
@pytest.mark.parametrize("closed", [b"", b"app/lib", b"etc"])
def test_a_range_is_what_stands_between(tree: FileTreeView, closed: bytes, begin: int, end: int) -> None:
    """Whatever is open between, also after all was closed and opened again."""
    tree.collapse_all()
    for folder in {b"app", b"app/lib", b"etc"} - {closed}:
        tree.expand(tree.files.find(folder))
    shown = [tree.files.index(0, 0)]
    while (below := tree.indexBelow(shown[-1])).isValid():
        shown.append(below)
    first, last = shown[begin - 1], shown[end - 1]
    tree.go_to(first)
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(first).center())
    QTest.mouseClick(
        tree.viewport(), Qt.MouseButton.LeftButton, MODIFIERS.ShiftModifier, tree.visualRect(last).center()
    )
    low, high = sorted((begin, end))
    assert [index for index in shown if tree.selectionModel().isSelected(index)] == shown[low - 1 : high]


def test_all_beside_the_current_row(tree: FileTreeView) -> None:
    tree.reveal(b"app/lib/b.py")
    QTest.keyClick(tree, KEYS.Key_A, MODIFIERS.ControlModifier)
    assert paths(tree.picked()) == ["app/lib/a.py", "app/lib/b.py"]
    assert tree.selected_row().path == b"app/lib/b.py"


def test_going_somewhere_selects_that_alone(tree: FileTreeView) -> None:
    tree.reveal(b"zz")
    QTest.keyClick(tree, KEYS.Key_E, MODIFIERS.ShiftModifier)
    assert paths(tree.picked()) == ["etc"]


def test_another_answer_keeps_what_is_selected(tree: FileTreeView) -> None:
    tree.reveal(b"app/main.py")
    QTest.keyClick(tree, KEYS.Key_Up, MODIFIERS.ShiftModifier)
    QTest.keyClick(tree, KEYS.Key_Up, MODIFIERS.ShiftModifier)
    fewer = {path: row for path, row in FILES.items() if path != "app/lib/b.py"} | {"aa": Row("file", 1)}
    tree.set_view(with_nodes(rows_view(fewer)))
    assert sorted(paths(tree.picked())) == ["app/lib/a.py", "app/main.py"]
    assert tree.selected_row().path == b"app/lib/a.py"


def test_all_that_are_selected_are_copied_by_key_and_menu(tree: FileTreeView) -> None:
    tree.reveal(b"app/lib/a.py")
    QTest.keyClick(tree, KEYS.Key_Down, MODIFIERS.ShiftModifier)
    QTest.keyClick(tree, KEYS.Key_P, MODIFIERS.ControlModifier | MODIFIERS.ShiftModifier)
    both = "/app/lib/a.py\n/app/lib/b.py"
    assert QGuiApplication.clipboard().text() == both
    QGuiApplication.clipboard().clear()
    menu = tree.row_menu.made_for(tree.selected_row(), 2)
    (copy,) = [action for action in menu.actions()[0].menu().actions() if "Paths" in action.text()]
    copy.trigger()
    menu.deleteLater()
    assert QGuiApplication.clipboard().text() == both


def test_pulling_one_of_several_takes_them_all(tree: FileTreeView) -> None:
    asked: list[PickedRows] = []
    tree.drag_wanted.connect(asked.append)
    tree.reveal(b"app/lib/a.py")
    QTest.keyClick(tree, KEYS.Key_Down, MODIFIERS.ShiftModifier)
    at = tree.visualRect(tree.files.find(b"app/lib/a.py")).center()
    QTest.mousePress(tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
    far = at + QPoint(60, 10)
    move = QMouseEvent(
        QMouseEvent.Type.MouseMove, far, tree.viewport().mapToGlobal(far), Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(tree.viewport(), move)
    QApplication.sendEvent(tree.viewport(), move)
    assert [paths(rows) for rows in asked] == [["app/lib/a.py", "app/lib/b.py"]]
    QTest.mouseRelease(tree.viewport(), Qt.MouseButton.LeftButton, pos=far)


def test_a_click_on_one_of_several_selects_it_alone(tree: FileTreeView) -> None:
    tree.reveal(b"app/lib/a.py")
    QTest.keyClick(tree, KEYS.Key_Down, MODIFIERS.ShiftModifier)
    at = tree.visualRect(tree.files.find(b"app/lib/a.py")).center()
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert paths(tree.picked()) == ["app/lib/a.py"]


def test_where_one_row_is_enough_there_is_one(qtbot: QtBot) -> None:
    view = FileTreeView()
    qtbot.addWidget(view)
    view.set_view(with_nodes(rows_view(FILES)))
    view.reveal(b"etc")
    QTest.keyClick(view, KEYS.Key_A, MODIFIERS.ControlModifier)
    QTest.keyClick(view, KEYS.Key_Down, MODIFIERS.ShiftModifier)
    assert paths(view.picked()) == ["zz"]
    QTest.keyClick(view, KEYS.Key_Escape)


def test_details_tell_how_much_is_selected(tree: FileTreeView, qtbot: QtBot) -> None:
    details = FileDetails()
    qtbot.addWidget(details)
    tree.reveal(b"app/lib/a.py")
    QTest.keyClick(tree, KEYS.Key_Down, MODIFIERS.ShiftModifier)
    details.show_rows(tree.picked())
    assert details.path.whole() == "2 selected"
    assert details.facts.whole() == "2 files, 7 bytes"
    assert details.copy.isHidden()
