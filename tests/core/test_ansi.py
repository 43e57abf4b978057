"""Colours of a log line; nothing else of what steers a terminal gets through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.ansi import USUAL, Run, Style, after, painted, style_after, without_escapes

HOSTILE = st.sampled_from(
    [
        b"\x1b]0;title\x07", b"\x1b]52;c;aGk=\x07", b"\x1b[2J", b"\x1b[H",
        b"\x1b[?1049h", b"\x1bc", b"\x1b[31m", b"\x1b[m",
        b"\x1b[38;5;300m", b"\x1b[38;2;1m", b"\x1bP1$r0m\x1b\\", b"\x1b]8;;http://x\x07", b"\x1b[", b"\x1b", b"\x9b31m",
        b"\r", b"\x08", b"\t", b"\x00", "\u202e".encode(), "é界".encode(), b"\xff", b"text", b"\x1b[99999999999999m",
    ]
)  # fmt: skip


@given(st.lists(st.one_of(HOSTILE, st.binary(max_size=12)), max_size=30).map(b"".join))
def test_whatever_comes_only_printable_text_and_runs_inside_it_are_left(raw: bytes) -> None:
    line = raw.replace(b"\n", b"")
    text, runs = painted(line)
    assert text.isprintable()
    at = 0
    for run in runs:
        assert run.start >= at
        assert run.length > 0
        assert run.style != USUAL
        at = run.start + run.length
    assert at <= len(text)


@given(st.lists(st.one_of(HOSTILE, st.binary(max_size=12), st.just(b"\n")), max_size=30).map(b"".join))
def test_stripping_keeps_the_number_of_lines_and_leaves_no_escape(raw: bytes) -> None:
    stripped = without_escapes(raw)
    assert stripped.count(b"\n") == raw.count(b"\n")
    assert not set(stripped) & ({*range(32), 127} - {9, 10})


def test_colours_as_terminals_have_them() -> None:
    line = b"a\x1b[1;31mred\x1b[39m bold\x1b[0m x\x1b[38;5;208mo\x1b[48;2;1;2;3mt\x1b[m."
    text, runs = painted(line)
    assert text == "ared bold xot."
    assert runs == (
        Run(1, 3, Style(1, bold=True)),
        Run(4, 5, Style(bold=True)),
        Run(11, 1, Style(208)),
        Run(12, 1, Style(208, (1, 2, 3))),
    )


LINE = st.lists(st.sampled_from([b"a", b"\x1b[31m", b"\x1b[1m", b"\x1b[0m", b"\x1b[m", b"\x1b[4;32m"]), max_size=5)


@given(st.lists(LINE.map(b"".join), max_size=8))
def test_a_style_goes_on_into_the_next_line(lines: list[bytes]) -> None:
    """Line by line it is what one long line of them shows."""
    whole = [style for text, style in styles(b"".join(lines), USUAL)]
    apart = []
    for number, line in enumerate(lines):
        begins = style_after(reversed(lines[:number]))
        apart += [style for _, style in styles(line, begins)]
    assert apart == whole


def styles(line: bytes, begins: Style) -> list[tuple[str, Style]]:
    """Character by character."""
    text, runs = painted(line, style=begins)
    found = [USUAL] * len(text)
    for run in runs:
        found[run.start : run.start + run.length] = [run.style] * run.length
    return list(zip(text, found, strict=True))


@pytest.mark.parametrize(
    ("codes", "style"),
    [
        (b"", USUAL),
        (b"97;44", Style(15, 4)),
        (b"38:5:9", Style(9)),
        (b"38;5;256", Style(1)),
        (b"38;5", Style(1)),
        (b"4;9;7;3;2", Style(1, underline=True, struck=True, inverse=True, italic=True, faint=True)),
        (b"12345", Style(1)),
    ],
)
def test_codes_by_name(codes: bytes, style: Style) -> None:
    assert after(Style(1) if codes not in (b"", b"97;44") else Style(), codes) == style


def test_what_was_written_over_tabs_and_long_lines() -> None:
    assert painted(b" 10 %\r 50 %\r100 %\r") == ("100 %", ())
    assert painted(b"a\tb\x1b[32m\tc")[0] == "a       b       c"
    assert len(painted(b"x" * 50_000)[0]) == 10_000
    assert painted("\u202egnp".encode())[0] == "\\u202egnp"
