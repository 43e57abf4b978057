"""What changed between two moments of a container."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core import moments
from imagexplorer.core.entities import ADDED, DELETED, MODIFIED, Change
from imagexplorer.core.errors import Damaged
from imagexplorer.core.moments import changes_at, marked, since, unpacked

PATHS = st.sampled_from(["/a", "/b/c", "/b", "/odd\udcff\n"])
CHANGES = st.builds(
    Change,
    PATHS,
    st.sampled_from([ADDED, MODIFIED, DELETED]),
    st.none() | st.integers(0, 9),
    st.sampled_from(["", "file", "dir"]),
    mtime=st.none() | st.integers(0, 3),
)
SETS = st.lists(CHANGES, unique_by=lambda change: change.path)


def between(before: Sequence[Change], now: Sequence[Change]) -> list[Change]:
    return since(unpacked(marked(before, 0.0)), now)


@given(SETS)
def test_nothing_changed_since_the_same_moment(changes: list[Change]) -> None:
    assert between(changes, changes) == []
    assert between([], changes) == sorted(changes, key=lambda change: change.path)


@given(SETS, SETS)
def test_what_is_there_and_what_is_not_agree_with_the_marks(before: list[Change], now: list[Change]) -> None:
    had = {change.path for change in before if change.kind == ADDED}
    lacked = {change.path for change in before if change.kind == DELETED}
    there = {change.path: change for change in now if change.kind != DELETED}
    found = {change.path: change for change in between(before, now)}
    assert lacked & there.keys() <= {p for p, c in found.items() if c.kind == ADDED}
    assert had - there.keys() <= {path for path, change in found.items() if change.kind == DELETED}
    assert all(change.kind != DELETED or path not in there for path, change in found.items())
    assert all((change.size_bytes or 0) >= 0 for change in found.values())


@given(SETS, SETS)
def test_a_moment_unpacked_is_what_had_changed_then(before: list[Change], then: list[Change]) -> None:
    """What the other one would have said at that time."""
    assert [(each.path, each.kind, each.size_bytes) for each in between(before, changes_at(marked(then, 1.0)))] == [
        (each.path, each.kind, each.size_bytes) for each in between(before, then)
    ]


def test_bytes_are_those_that_came_or_went() -> None:
    before = [Change("/grown", ADDED, 10, "file"), Change("/shrunk", ADDED, 10, "file"),
              Change("/gone", ADDED, 7, "file"),
              Change("/touched", MODIFIED, 5, "file", mtime=1), Change("/same", MODIFIED, 5, "file"),
              Change("/back", DELETED)]  # fmt: skip
    now = [Change("/grown", ADDED, 25, "file"), Change("/shrunk", ADDED, 4, "file"), Change("/new", ADDED, 3, "file"),
           Change("/touched", MODIFIED, 5, "file", mtime=2), Change("/same", MODIFIED, 5, "file", mtime=9),
           Change("/back", ADDED, 2, "file"), Change("/deleted", DELETED),
           Change("/hosts", ADDED, 9, engines=True)]  # fmt: skip
    found = {change.path: (change.kind, change.size_bytes) for change in between(before, now)}
    assert found == {
        "/back": (ADDED, 2),
        "/deleted": (DELETED, None),
        "/gone": (DELETED, 7),
        "/grown": (MODIFIED, 15),
        "/new": (ADDED, 3),
        "/shrunk": (MODIFIED, 0),
        "/touched": (MODIFIED, 0),
    }


def test_a_moment_of_too_much_keeps_its_sum_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moments, "ROWS_MOST", 1)
    moment = marked([Change("/a", ADDED, 1), Change("/b", ADDED, 2)], 5.0)
    assert (moment.at, moment.count, moment.size_bytes) == (5.0, 2, 3)
    with pytest.raises(Damaged, match="not kept"):
        unpacked(moment)
