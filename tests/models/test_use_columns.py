"""Use and processes as columns of a table."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from imagexplorer.core.live import Processes, Sample
from imagexplorer.core.use import UseHistory
from imagexplorer.models.columns import Role
from imagexplorer.models.table_model import TableModel
from imagexplorer.models.tables import CONTAINERS
from imagexplorer.models.use_columns import process_columns, process_key, with_use
from tests.fake_engine import FakeEngine

PS = Processes(
    ("UID", "PID", "PPID", "CMD"),
    (("root", "10", "1", "sh -c <b>x</b>"), ("root", "9", "1", "sleep \x1b[31m")),
)


def test_processes_sort_by_number_and_follow_their_pid(qapp) -> None:
    model = TableModel(process_columns(PS), process_key(PS))
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_records(PS.rows)
    model.sort(1)
    assert [model.index(row, 1).data() for row in range(2)] == ["9", "10"]
    assert "\x1b" not in model.index(0, 3).data()
    kept = model.index_of("10")
    model.set_records([*PS.rows, ("root", "8", "1", "new")])
    assert model.index_of("10").row() == 2
    assert kept.isValid()


def test_processes_without_a_number_have_columns_still(qapp) -> None:
    table = Processes(("USER", "COMMAND"), (("a", "b"), ("a", "c")))
    model = TableModel(process_columns(table), process_key(table))
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_records(table.rows)
    assert model.rowCount() == 2


def test_use_stands_in_the_list_only_where_it_is_followed(qapp) -> None:
    engine = FakeEngine()
    history = UseHistory()
    history.add(Sample(1.0, 12.34, memory_bytes=64_000_000, memory_limit_bytes=512_000_000))
    web = engine.named("web")
    model = TableModel(
        with_use(
            CONTAINERS,
            lambda each: history if each == web.id else None,
            lambda each: 43_000_000.0 if each == web.id else 0.0,
        )
    )
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_records(engine.containers.values())
    cpu, memory = model.column_of("cpu"), model.column_of("memory")
    row, other = model.index_of(web.id).row(), model.index_of(engine.named("old").id).row()
    assert (model.index(row, cpu).data(), model.index(row, memory).data()) == ("12.3 %", "64 MB")
    assert "512 MB" in model.index(row, memory).data(Qt.ItemDataRole.ToolTipRole)
    assert (model.index(other, cpu).data(), model.index(other, memory).data()) == ("", "")
    writable = model.column_of("writable")
    assert model.index(row, writable).data(Role.TONE) == "warning"
    assert "grows by 43 MB a minute" in model.index(row, writable).data(Qt.ItemDataRole.ToolTipRole)
    assert model.index(other, writable).data(Role.TONE) == ""
