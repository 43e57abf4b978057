"""Saved documents read again: those that we write, and whatever else a file of that name may hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.check import Finding, Outcome
from imagexplorer.core.check_report import check_pieces
from imagexplorer.core.entities import ADDED, Change, Container, Image, ImageDetail
from imagexplorer.core.errors import Damaged
from imagexplorer.core.report import changes_pieces, inspect_pieces
from imagexplorer.core.report_head import Asked, asked_fields
from imagexplorer.core.report_reading import HEAD_BYTES, ROWS_MOST, Report, looks_like_report, read_report
from tests import tars
from tests.core.test_report import inspection


def written(pieces: Any) -> Report:
    raw = "".join(pieces).encode()
    assert looks_like_report(raw[:HEAD_BYTES])
    return read_report(json.loads(raw), "x")


def table(report: Report, title: str) -> list[tuple[Any, ...]]:
    return list(next(each.rows for each in report.tables if each.title == title))


def test_an_inspection() -> None:
    found, shown = inspection()
    report = written(inspect_pieces(found, entries=True, view=shown))
    assert report.command == "inspect"
    assert [each.title for each in report.tables] == ["Layers", "Steps", "Files", "Problems"]
    assert len(table(report, "Layers")) == len(found.detail.layers)
    assert [row[1] for row in table(report, "Layers")] == [totals.stored_bytes for totals in found.totals]
    space = dict(next(pairs for title, pairs in report.sections if title == "Space"))
    assert space["Stored"] == f"{found.space.stored_bytes:,} bytes"


ASKED = Asked("app.tar", "docker-archive", "/x/app.tar", ImageDetail(Image("i", ("app:1",))))


def test_a_check() -> None:
    outcomes = (Outcome("sound"), Outcome("no-secrets", (Finding(b"a/id_rsa", 2, "a key"), Finding(None, None, "odd"))))
    report = written(check_pieces(ASKED, outcomes))
    assert (report.title, report.verdict, report.good) == ("app:1", "1 of 2 rules broken", False)
    assert table(report, "Findings") == [("no-secrets", "/a/id_rsa", 2, "a key"), ("no-secrets", "", None, "odd")]
    assert table(report, "Rules") == [("sound", "kept", 0), ("no-secrets", "broken", 2)]
    assert written(check_pieces(ASKED, outcomes[:1])).good is True


def test_changes() -> None:
    report = written(changes_pieces(Container("c", "web", "nginx"), [Change("/a", ADDED, 5), Change("/b", ADDED)]))
    assert (report.title, report.verdict) == ("web", "2 changes")
    assert table(report, "Changes") == [("/a", "added", 5), ("/b", "added", None)]


def test_a_diff() -> None:
    side = asked_fields(ASKED)
    data = {
        "schema": "imagexplorer.diff/1",
        "a": side,
        "b": side,
        "layers": {"common": ["x"], "only_a": [], "only_b": ["y", "z"]},
        "files": [{"path": "a", "change": "content", "a": {"size": 1}, "b": {"size": 2}}],
        "config": [{"key": "env DB_PASSWORD", "a": None, "b": "hunter2"}, {"key": "user", "a": "", "b": "app"}],
        "bytes": {"added": 2, "removed": 1},
    }
    report = read_report(data, "x")
    assert report.title == "app:1 and app:1"
    assert table(report, "Files") == [("/a", "content", 1, 2)]
    assert table(report, "Configuration") == [("env DB_PASSWORD", "", "***"), ("user", "", "app")]
    assert ("Layers only in B", "2") in dict(report.sections)["Totals"]


def test_secrets_of_an_instruction_are_masked() -> None:
    data = {"schema": "imagexplorer.inspect/1", "steps": [{"instruction": "ENV DB_PASSWORD=hunter2"}]}
    assert "hunter2" not in str(read_report(data, "x"))


def test_rows_are_bounded_and_counted() -> None:
    data = {"schema": "imagexplorer.inspect/1", "files": [{"path": str(number)} for number in range(ROWS_MOST + 9)]}
    (files,) = read_report(data, "x").tables
    assert (len(files.rows), files.total) == (ROWS_MOST, ROWS_MOST + 9)


@pytest.mark.parametrize("schema", ["imagexplorer.inspect/2", "imagexplorer.plan/1", "other", None, 5])
def test_what_is_none_of_ours_is_refused(schema: Any) -> None:
    with pytest.raises(Damaged):
        read_report({"schema": schema}, "x")


WORDS = """image source target tags layers steps files rules findings config a b key changes container space tree
problems path size index instruction passed bytes"""
KEYS = st.sampled_from(WORDS.split())
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


@given(st.sampled_from(["inspect", "diff", "check", "changes"]), st.dictionaries(KEYS, ANY))
def test_any_document_makes_a_page(command: str, data: dict[str, Any]) -> None:
    report = read_report({**data, "schema": f"imagexplorer.{command}/1"}, "x")
    for each in report.tables:
        assert all(len(row) == len(each.columns) for row in each.rows)
        assert all(cell is None or isinstance(cell, str | int) for row in each.rows for cell in row)
    assert all(isinstance(value, str) for _, pairs in report.sections for _, value in pairs)


def test_no_archive_looks_like_a_report() -> None:
    name = '{"schema":"imagexplorer.check/1"}'
    archive = tars.tar([tars.file(name, b"x")])
    assert not looks_like_report(archive[:HEAD_BYTES])
    assert not looks_like_report(tars.gzipped(archive)[:HEAD_BYTES])
    assert not looks_like_report(b"")
    assert not looks_like_report(b'{"schemaVersion": 2}')
    assert looks_like_report(b'\xef\xbb\xbf {\n "schema" : "imagexplorer.diff/1"')
