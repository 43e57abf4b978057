"""The end of a terminal's bytes as lines that can be shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.last_lines import KEPT_LINES, LONGEST, last_lines


def test_what_steers_a_terminal_is_swallowed() -> None:
    raw = (
        b"\x1b[31mred\x1b[0m\n\x1b]0;title\x07named\x1b]8;;http://x\x1b\\link\n10 %\r50 %\r100 %\r\n\x1b(Bplain\x07\n\n"
    )
    assert last_lines(raw) == ("red", "namedlink", "100 %", "plain")


def test_an_escape_that_never_ends_swallows_no_line() -> None:
    assert last_lines(b"one\n\x1b]0;open\ntwo\n")[-1] == "two"


@given(st.binary(max_size=4000))
def test_anything_is_bounded_plain_text(raw: bytes) -> None:
    lines = last_lines(raw * 40)
    assert len(lines) <= KEPT_LINES
    assert all("\x1b" not in line and "\n" not in line and len(line) <= 6 * LONGEST for line in lines)
