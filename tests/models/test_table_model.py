"""The list model keeps rows, selection and order through any sequence of updates; the strict tester watches."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QTreeView

from imagexplorer.core.entities import Container, Image
from imagexplorer.models.arrangement import ranges
from imagexplorer.models.columns import Group, Role
from imagexplorer.models.filter_proxy import FilterProxy
from imagexplorer.models.table_model import TableModel
from imagexplorer.models.tables import CONTAINERS, IMAGES, compose_project

pytestmark = pytest.mark.usefixtures("qapp")
FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal

containers = st.builds(
    Container,
    id=st.sampled_from("abcdefghij"),
    name=st.sampled_from(["web", "db", "cache", "Web2"]),
    image=st.just("nginx"),
    state=st.sampled_from(["running", "exited"]),
    project=st.sampled_from(["", "shop", "blog"]),
    writable_bytes=st.none() | st.integers(0, 2**70),
)
lists = st.lists(containers, max_size=10, unique_by=lambda container: container.id)
steps = st.one_of(
    st.tuples(st.just("records"), lists),
    st.tuples(st.just("group"), st.booleans()),
    st.tuples(st.just("sort"), st.tuples(st.integers(-1, len(CONTAINERS) - 1), st.sampled_from(list(Qt.SortOrder)))),
    st.tuples(st.just("filter"), st.sampled_from(["", "web", "shop", "run", "zzz"])),
)


NOWHERE = QModelIndex()


def walk(model, parent=NOWHERE):
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        record = index.data(Role.RECORD)
        if isinstance(record, Group):
            children = list(walk(model, index))
            assert children
            assert {child.project for child in children} == {record.key}
            yield from children
        else:
            yield record


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=12))
def test_any_sequence_of_updates(sequence):
    model = TableModel(CONTAINERS)
    proxy = FilterProxy(model)
    QAbstractItemModelTester(model, FATAL, model)
    QAbstractItemModelTester(proxy, FATAL, proxy)
    current: list[Container] = []
    kept: dict[str, QPersistentModelIndex] = {}
    words, sorting = "", (-1, Qt.SortOrder.AscendingOrder)
    for kind, value in sequence:
        if kind == "records":
            moved = {r.id for r in value} & {r.id for r in current}
            projects = {r.id: r.project for r in current}
            moved = {i for i in moved if next(r.project for r in value if r.id == i) == projects[i]}
            kept = {i: p for i, p in kept.items() if i in moved}
            current = value
            model.set_records(value)
        elif kind == "group":
            model.set_grouping(compose_project if value else None)
        elif kind == "sort":
            sorting = value
            proxy.sort(*value)
        else:
            words = value
            proxy.set_text(value)
        for record in current:
            kept.setdefault(record.id, QPersistentModelIndex(model.index_of(record.id)))
        for identifier, index in kept.items():
            assert index.isValid(), "a row that stayed lost its place"
            assert index.data(Role.RECORD).id == identifier
        assert sorted(r.id for r in walk(model)) == sorted(r.id for r in current)
        assert {r.id: r for r in walk(model)} == {r.id: r for r in current}
        wanted = {r.id for r in current if all(w in model.haystack(r) for w in words.split())}
        assert {r.id for r in walk(proxy)} == wanted
        if not model.grouped:
            number, order = sorting
            if number < 0:
                assert list(walk(model)) == current
            else:
                values = [v for r in walk(model) if (v := CONTAINERS[number].sort_value(r)) is not None]
                assert values == sorted(values, reverse=order == Qt.SortOrder.DescendingOrder)


def images(count: int) -> list[Image]:
    return [Image(id=f"sha256:{n:064x}", tags=(f"app{n}:1",), size_bytes=n * 1000) for n in range(count)]


def test_an_update_tells_only_what_changed(qtbot):
    model = TableModel(IMAGES)
    rows = images(100)
    model.set_records(rows)
    heard: list[tuple] = []
    model.rowsInserted.connect(lambda parent, first, last: heard.append(("in", first, last)))
    model.rowsRemoved.connect(lambda parent, first, last: heard.append(("out", first, last)))
    model.dataChanged.connect(lambda a, b, roles: heard.append(("changed", a.row(), b.row())))
    model.modelReset.connect(lambda: heard.append(("reset",)))
    model.layoutChanged.connect(lambda *a: heard.append(("layout",)))
    model.set_records(list(rows))
    assert heard == []
    fresh = [row if n not in (5, 6, 7, 40) else replace(row, containers=1) for n, row in enumerate(rows)]
    model.set_records(fresh)
    assert heard == [("changed", 5, 7), ("changed", 40, 40)]
    heard.clear()
    model.set_records(fresh[:10] + fresh[13:] + [Image(id="new")])
    assert heard == [("out", 10, 12), ("in", 97, 97)]


def test_selection_and_expansion_survive(qtbot):
    model = TableModel(CONTAINERS)
    proxy = FilterProxy(model)
    view = QTreeView()
    qtbot.addWidget(view)
    view.setModel(proxy)
    view.setSortingEnabled(True)
    rows = [Container(id=str(n), name=f"c{n}", image="i", project="shop" if n % 2 else "") for n in range(20)]
    model.set_grouping(compose_project)
    model.set_records(rows)
    view.expandAll()
    view.selectionModel().select(
        proxy.index_of("7"), QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    )
    model.set_records([replace(row, state="running") for row in reversed(rows) if row.id != "3"])
    proxy.sort(0, Qt.SortOrder.DescendingOrder)
    assert [index.data(Role.ID) for index in view.selectionModel().selectedRows()] == ["7"]
    assert view.isExpanded(proxy.index_of("7").parent())
    assert proxy.index_of("7").parent().data() == "shop"
    assert proxy.index_of("7").parent().siblingAtColumn(1).data() == "9 of 9 running"


def test_unknown_is_an_ellipsis_and_sorts_last(qtbot):
    model = TableModel(IMAGES)
    unique = model.column_of("unique")
    rows = [Image(id="a"), Image(id="b", unique_bytes=2_000_000), Image(id="c", unique_bytes=30_000)]
    model.set_records(rows)
    for order, wanted in ((Qt.SortOrder.AscendingOrder, "cba"), (Qt.SortOrder.DescendingOrder, "bca")):
        model.sort(unique, order)
        assert "".join(model.index(n, unique).data(Role.ID) for n in range(3)) == wanted
    assert model.index_of("a").siblingAtColumn(unique).data() == "…"
    assert model.index_of("b").siblingAtColumn(unique).data() == "2 MB"


def test_text_from_outside_is_shown_as_it_is(qtbot):
    model = TableModel(CONTAINERS)
    model.set_records([Container(id="x", name="<b>\u202eevil\n</b>", image="<img src=x>", writable_bytes=2**80)])
    first = model.index(0, 0)
    assert first.data() == "<b>\\u202eevil\\x0a</b>"
    assert "<b>" not in first.data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;img" in first.siblingAtColumn(2).data(Qt.ItemDataRole.ToolTipRole)
    for column in range(len(CONTAINERS)):
        for role in [*range(14), *Role]:
            model.index(0, column).data(role)


def test_columns_are_named_once():
    for table in (IMAGES, CONTAINERS):
        names = [column.name for column in table]
        assert len(names) == len(set(names))


def test_ages_are_painted_again(qtbot):
    model = TableModel(IMAGES)
    model.set_records(images(3))
    heard = []
    model.dataChanged.connect(lambda a, b, roles: heard.append((a.column(), a.row(), b.row())))
    model.refresh_ages()
    assert heard == [(model.column_of("created"), 0, 2)]


def test_ages_do_not_have_every_row_filtered_by_its_cells(qtbot, monkeypatch):
    """Thousands of rows, each minute: asking for the data of each would stop the window for a third of a second."""
    model = TableModel(IMAGES)
    model.set_records(images(3))
    proxy = FilterProxy(model)
    assert proxy.rowCount() == 3
    asked = []
    monkeypatch.setattr(TableModel, "data", lambda self, index, role=0: asked.append(role))
    model.refresh_ages()
    assert asked == []


def test_ranges():
    assert list(ranges([])) == []
    assert list(ranges([0, 1, 2, 5, 7, 8])) == [(0, 2), (5, 5), (7, 8)]
