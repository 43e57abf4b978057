"""Ticks of a tree of changes: against a naive set of paths, the strict tester watching."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from imagexplorer.core.changes_tree import changes_view
from imagexplorer.core.entities import ADDED, DELETED, MODIFIED, Change
from imagexplorer.core.tree_view import ViewSpec
from imagexplorer.models.tick_model import TickModel
from imagexplorer.sources.engine.commit_build import kept

pytestmark = pytest.mark.usefixtures("qapp")
FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
CHECK = Qt.ItemDataRole.CheckStateRole

paths = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(lambda names: "/" + "/".join(names))


@st.composite
def worlds(draw: st.DrawFn) -> list[Change]:
    """What an engine tells: below what was deleted there is nothing, and above the rest may stand a changed folder."""
    found: dict[str, Change] = {}
    for path in draw(st.lists(paths, max_size=10, unique=True)):
        kind = draw(st.sampled_from([ADDED, MODIFIED, DELETED]))
        above = path
        while above := above.rpartition("/")[0]:
            if draw(st.booleans()):  # Podman does not name all of them
                found[above] = Change(above, MODIFIED, node="dir")
        found.setdefault(path, Change(path, kind, draw(st.integers(0, 1000)), "file"))
    gone = {path for path, change in found.items() if change.kind == DELETED}
    return [change for path, change in found.items() if not any(path.startswith(each + "/") for each in gone)]


def model_of(changes: list[Change]) -> TickModel:
    model = TickModel()
    QAbstractItemModelTester(model, FATAL, model)
    model.set_view(changes_view(changes, ViewSpec(sort="size", descending=True)))
    return model


@given(worlds(), st.lists(st.tuples(paths, st.booleans()), max_size=6))
def test_ticks_mean_the_same_as_a_set_of_paths(changes: list[Change], clicks: list[tuple[str, bool]]) -> None:
    model = model_of(changes)
    marked = {change.path for change in changes}
    ticked = set(marked)
    for path, on in clicks:
        index = model.find(path[1:].encode())
        if not index.isValid():
            continue
        assert model.setData(index, Qt.CheckState.Checked if on else Qt.CheckState.Unchecked, CHECK)
        below = {each for each in marked if each == path or each.startswith(path + "/")}
        ticked = ticked | below if on else ticked - below
        if on:
            ticked |= {each for each in marked if path.startswith(each + "/")}
    left_out = ["/" + path.decode() for path in model.left_out()]
    assert {change.path for change in kept(changes, left_out)} == ticked
    assert model.counts == (len(ticked), len(marked))
    files = {"/" + path.decode(): size for path, size in model.files()}
    assert set(files) <= ticked
    assert model.size_bytes == sum(files.values())
    for path in {*marked, *(change.path.rpartition("/")[0] for change in changes)} - {""}:
        state = model.data(model.find(path[1:].encode()), CHECK)
        inside = {each for each in marked if each == path or each.startswith(path + "/")}
        wanted = Qt.CheckState.Checked if inside <= ticked else Qt.CheckState.PartiallyChecked
        assert state == (wanted if inside & ticked else Qt.CheckState.Unchecked)


def test_all_is_ticked_at_first_and_again() -> None:
    model = model_of(
        [Change("/a", ADDED, 5, "file"), Change("/b/c", ADDED, 7, "file"), Change("/d", DELETED, node="file")]
    )
    assert (model.left_out(), model.size_bytes, model.counts) == ((), 12, (3, 3))
    model.leave_out([b"b/c", b"nowhere"])
    assert (model.left_out(), model.size_bytes) == ((b"b/c",), 5)
    model.leave_out_but([b"d"])
    assert (model.left_out(), model.size_bytes) == ((b"d",), 12)
    assert not model.flags(QModelIndex()) & Qt.ItemFlag.ItemIsUserCheckable
