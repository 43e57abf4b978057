"""Unified diffs that stay in bounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.text_diff import LINES_MOST, first_difference, unified

_LINES = st.lists(st.sampled_from(["a", "b", "", "long line"]), max_size=12)


@given(_LINES, _LINES)
def test_a_diff_turns_one_text_into_the_other(one: list[str], other: list[str]) -> None:
    diff, note = unified("\n".join(one), "\n".join(other), "a", "b", context=1000)
    body = [line for line in diff.split("\n")[3:] if not line.startswith("\\")]
    if "\n".join(one).splitlines() == "\n".join(other).splitlines():
        assert body == []
    else:
        assert [line[1:] for line in body if line[0] in " -"] == "\n".join(one).splitlines()
        assert [line[1:] for line in body if line[0] in " +"] == "\n".join(other).splitlines()
    assert note == ""


def test_too_many_lines_are_said() -> None:
    diff, note = unified("x\n" * (LINES_MOST + 1), "x\n" * (LINES_MOST + 2), "a", "b")
    assert diff == ""
    assert note


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_the_first_difference(a: bytes, b: bytes) -> None:
    at = first_difference(a, b)
    assert a[:at] == b[:at]
    assert at == min(len(a), len(b)) or a[at] != b[at]
