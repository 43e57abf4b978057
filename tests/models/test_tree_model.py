"""The file tree's model: exact for every tree that Hypothesis thinks of, the strict tester watching."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QTreeView

from imagexplorer.core.tree_view import MARK_DELETED, ViewSpec
from imagexplorer.models.columns import Role
from imagexplorer.models.tree_model import TreeModel
from imagexplorer.models.tree_rows import FILES
from tests.fake_trees import Row, rows_view

pytestmark = pytest.mark.usefixtures("qapp")
FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal

names = st.sampled_from(["a", "b", "c.txt", "\udcff", "<b>", "\u202ex", "n" * 60])
paths = st.lists(names, min_size=1, max_size=4).map("/".join)
rows = st.builds(
    Row,
    kind=st.sampled_from(["file", "dir", "symlink", "char", "fifo", "hardlink"]),
    size=st.integers(0, 2**62),
    mark=st.integers(0, 4),
    layer=st.integers(-1, 30000),
    mode=st.integers(0, 0o7777),
    mtime=st.integers(-(10**9), 9 * 10**9),
)


@st.composite
def trees(draw):
    found = {}
    for path in draw(st.lists(paths, max_size=14)):
        row = draw(rows)
        found[path] = row
    # What has children is a folder; sizes stay within 64 bits.
    folders = {path.rpartition("/")[0] for path in found} | {
        "/".join(path.split("/")[:depth]) for path in found for depth in range(1, path.count("/") + 1)
    }
    return {
        path: Row("dir", 0, row.mark, row.mode, row.layer)
        if path in folders or row.kind == "dir"
        else Row(row.kind, row.size // 16, row.mark, row.mode, row.layer, link="../x" if row.kind == "symlink" else "")
        for path, row in found.items()
    }


def shown(model: TreeModel, parent=None) -> dict[bytes, QModelIndex]:
    parent = QModelIndex() if parent is None else parent
    found = {}
    for number in range(model.rowCount(parent)):
        index = model.index(number, 0, parent)
        assert model.parent(index) == parent
        found[model.row_at(index).path] = index
        found.update(shown(model, index))
    return found


@settings(max_examples=80, deadline=None)
@given(
    st.lists(trees(), min_size=1, max_size=3), st.sampled_from(["name", "size", "mark", "layer", "mode"]), st.booleans()
)
def test_any_tree(answers, sort, descending):
    model = TreeModel()
    QAbstractItemModelTester(model, FATAL, model)
    for tree in answers:
        view = rows_view(tree, ViewSpec(sort=sort, descending=descending))
        model.set_view(view)
        found = shown(model)
        rows = model.rows_of_paths([*found, b"not/there"])
        assert rows == {path: index.internalId() for path, index in found.items()}
        wanted = {path.encode("utf-8", "surrogateescape") for path in tree}
        assert wanted <= found.keys()
        assert all(any(path.startswith(folder + b"/") for path in wanted) for folder in found.keys() - wanted)
        for path, index in found.items():
            assert model.find(path) == index
            assert model.index_of_row(index.internalId()) == index
            node = index.data(Role.ID)
            assert model.rows_of_nodes({node}) == {node: index.internalId()}
            for column in range(len(FILES)):
                for role in [*range(14), *Role]:
                    index.siblingAtColumn(column).data(role)
    model.set_view(None)
    assert model.rowCount() == 0


def test_what_the_cells_say():
    model = TreeModel()
    model.set_view(
        rows_view(
            {
                "app": Row("dir", mark=2, mode=0o755, layer=0),
                "app/main.py": Row("file", 3_000_000, 2, 0o4644, 3),
                "app/old": Row("file", 1_000_000, MARK_DELETED, 0o644, 2),
                "app/link": Row("symlink", 0, 1, 0o777, 3, link="main\x1b.py"),
                "tty": Row("char", 0, 1, 0o600, 0),
            }
        )
    )
    found = shown(model)

    def texts(path):
        return [found[path].siblingAtColumn(column).data() for column in range(6)]

    assert texts(b"app/main.py") == ["main.py", "3 MB", "", "M", "3", "4644"]
    assert texts(b"app/old")[:4] == ["old", "1 MB", "", "D"]
    assert texts(b"app/link")[:4] == ["link → main\\x1b.py", "", "", "A"]
    assert texts(b"tty")[:2] == ["tty", ""]
    share = found[b"app/main.py"].siblingAtColumn(2)
    assert share.data(Role.SHARE) == 0.75
    assert share.data(Qt.ItemDataRole.AccessibleTextRole) == "75%"
    assert found[b"app/old"].data(Role.TONE) == "removed"
    assert found[b"app/link"].siblingAtColumn(5).data(Qt.ItemDataRole.ToolTipRole) == "<qt>lrwxrwxrwx</qt>"


def test_a_wide_folder_shows_all_its_rows(qtbot):
    model = TreeModel()
    model.set_view(rows_view({f"d/{number:05}": Row("file", number) for number in range(3000)} | {"e": Row("file", 1)}))
    view = QTreeView()
    qtbot.addWidget(view)
    view.setUniformRowHeights(True)
    view.setModel(model)
    view.expandAll()
    folder = model.find(b"d")
    assert model.rowCount(folder) == 3000
    assert view.indexBelow(model.index(2999, 0, folder)) == model.find(b"e")
