"""A terminal: what programs write becomes cells; hostile bytes become nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.ansi import Style
from imagexplorer.core.terminal import HISTORY_ROWS, Terminal

PIECES = st.sampled_from(
    [
        b"\x1b[2J", b"\x1b[H", b"\x1b[5;5H", b"\x1b[999;999H", b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[2;4r", b"\x1b[r",
        b"\x1b[31;44m", b"\x1b[10L", b"\x1b[10M", b"\x1b[10P", b"\x1b[10@", b"\x1b[99X", b"\x1b[3S", b"\x1b[3T",
        b"\x1bM", b"\x1bD", b"\x1b7", b"\x1b8", b"\x1bc", b"\x1b(0", b"\x1b(B", b"\x0e", b"\x0f", b"\n",
        b"\r", b"\t", b"\x08",
        "界é\u0301\u202e".encode(), b"\x1b]0;x\x07", b"\x1b]", b"\x1bP", b"\x1b[", b"\x1b", b"\x9b", b"\xff",
        b"word " * 9, b"\x1b[99999b", b"\x1b[6n", b"\x1b[c", b"\x1b[?7l", b"\x1b[?7h", b"\x1b[4h", b"\x1b[4l",
        b"\x1b[?6h", b"\x1b[K",
    ]
)  # fmt: skip
BYTES = st.lists(st.one_of(PIECES, st.binary(max_size=6)), max_size=40)


def sound(terminal: Terminal) -> None:
    grid = terminal.grid
    assert len(grid.lines) == grid.rows
    for row in [*grid.lines, *terminal.history]:
        assert len(row.chars) == len(row.styles)
    for row in grid.lines:
        assert len(row.chars) == grid.columns
        assert all(char == "" or char[0].isprintable() for char in row.chars)
    assert 0 <= grid.x < grid.columns
    assert 0 <= grid.y < grid.rows
    assert terminal.title.isprintable()
    assert len(terminal.answers) < 100_000


@given(BYTES, st.integers(2, 30), st.integers(2, 12), st.integers(2, 30), st.integers(2, 12))
def test_whatever_comes_the_grid_stays_a_grid(
    pieces: list[bytes], wide: int, high: int, wide2: int, high2: int
) -> None:
    terminal = Terminal(wide, high)
    for piece in pieces:
        terminal.feed(piece)
    sound(terminal)
    terminal.resize(wide2, high2)
    terminal.feed(b"end")
    sound(terminal)


@given(BYTES)
def test_it_does_not_matter_how_bytes_are_cut(pieces: list[bytes]) -> None:
    whole, cut = Terminal(20, 6), Terminal(20, 6)
    data = b"".join(pieces)
    whole.feed(data)
    for at in range(len(data)):
        cut.feed(data[at : at + 1])
    assert whole.lines() == cut.lines()
    assert (whole.grid.x, whole.grid.y, whole.title) == (cut.grid.x, cut.grid.y, cut.title)


def shown(data: bytes, columns: int = 10, rows: int = 4) -> Terminal:
    terminal = Terminal(columns, rows)
    terminal.feed(data)
    return terminal


def test_text_wraps_and_scrolls_into_the_history() -> None:
    terminal = shown(b"0123456789ab\r\n" + b"\r\n".join(b"line %d" % n for n in range(5)))
    assert terminal.lines() == ["line 1", "line 2", "line 3", "line 4"]
    assert [row.text().rstrip() for row in terminal.history] == ["0123456789", "ab", "line 0"]
    assert [row.text().rstrip() for row in terminal.rows(1, 3)] == ["ab", "line 0", "line 1"]
    full = shown(b"0123456789\r\nx")
    assert full.lines()[:2] == ["0123456789", "x"], "a line that is just full is no line more"


def test_cursor_erasing_and_colours() -> None:
    terminal = shown(b"abcdef\x1b[1;3H\x1b[31mX\x1b[K\x1b[2;2H\x1b[mY")
    assert terminal.lines()[:2] == ["abX", " Y"]
    assert terminal.grid.lines[0].styles[2] == Style(1)


def test_a_program_of_a_full_screen_leaves_all_as_it_was() -> None:
    terminal = shown(b"$ vi\r\n\x1b[?1049h\x1b[2J\x1b[1;1H~\r\n~\x1b[4;1H\x1b[7m status \x1b[m\n\n\n")
    assert terminal.full_screen
    assert not terminal.history
    terminal.feed(b"\x1b[?1049l$ ")
    assert terminal.lines()[:2] == ["$ vi", "$"]


def test_a_part_of_the_screen_scrolls() -> None:
    terminal = shown(b"1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[3;1H\n\x1b[r")
    assert terminal.lines() == ["1", "3", "", "4"]
    terminal.feed(b"\x1b[2;3r\x1b[2;1H\x1bM")
    assert terminal.lines() == ["1", "", "3", "4"]


def test_rows_and_cells_are_put_in_and_taken_out() -> None:
    terminal = shown(b"abcd\r\nsecond\x1b[1;2H\x1b[2P")
    assert terminal.lines()[0] == "ad"
    terminal.feed(b"\x1b[1@")
    assert terminal.lines()[0] == "a d"
    terminal.feed(b"\x1b[L")
    assert terminal.lines()[:3] == ["", "a d", "second"]
    terminal.feed(b"\x1b[2M")
    assert terminal.lines()[0] == "second"


def test_it_answers_where_the_cursor_is_and_what_it_is() -> None:
    terminal = shown(b"ab\x1b[6n\x1b[c\x1b[5n")
    assert bytes(terminal.answers) == b"\x1b[1;3R\x1b[?62;22c\x1b[0n"


def test_wide_joined_and_drawn_characters() -> None:
    terminal = shown("界e\u0301\x1b(0lqk\x1b(B".encode())
    assert terminal.grid.lines[0].chars[:6] == ["界", "", "e\u0301", "┌", "─", "┐"]
    terminal.feed(b"\x1b[1;2Hx")
    assert terminal.grid.lines[0].chars[:3] == [" ", "x", "e\u0301"], "half a character is none"


def test_nothing_is_kept_without_bound() -> None:
    terminal = shown(b"\n" * (HISTORY_ROWS + 500) + b"\x1b]" + b"x" * 100_000)
    assert len(terminal.history) == HISTORY_ROWS
    assert len(terminal._tokens._left) <= 4096
    terminal.feed(b"\x1b]0;a title\x1b\\\x1b]52;c;aGk=\x07")
    assert terminal.title == "a title"
    terminal.resize(100_000, 100_000)
    assert terminal.grid.columns == 500


def test_resizing_keeps_the_line_of_the_cursor() -> None:
    terminal = shown(b"1\r\n2\r\n3\r\n$ ")
    terminal.resize(5, 2)
    assert terminal.lines() == ["3", "$"]
    assert [row.text().strip() for row in terminal.history] == ["1", "2"]


@pytest.mark.parametrize("end", [b"\x07", b"\x1b\\", b"\x18"])
@pytest.mark.parametrize("begin", [b"\x1b]52;c;", b"\x1bPq"])
def test_a_control_string_without_end_is_never_shown(begin: bytes, end: bytes) -> None:
    terminal = Terminal(20, 3)
    for piece in (begin, *[b"x" * 1000] * 20, end[:1], end[1:], b"after"):
        terminal.feed(piece)
    assert terminal.lines() == ["after", "", ""]


def test_another_escape_breaks_a_control_string_off() -> None:
    assert shown(b"\x1b]0;title\x1b[2;3Hhere").lines()[:2] == ["", "  here"]


def test_what_is_said_again_fills_a_line_at_most() -> None:
    assert "".join(shown("é\x1b[99999b".encode()).lines()) == "é" * 11
