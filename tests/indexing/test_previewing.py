"""Bytes made ready to be shown."""

from __future__ import annotations

import io
from array import array

import pytest
from PIL import Image

from imagexplorer.core.control import Control
from imagexplorer.core.preview import FIRST_BYTES, MORE_BYTES, STYLES, Preview
from imagexplorer.core.recognise import BINARY, PICTURE, TEXT
from imagexplorer.indexing import previewing
from imagexplorer.indexing.previewing import LINE_MOST, LINES_SHOWN, preview


def shown(data: bytes, name: str = "file", more: bool = False) -> Preview:
    return preview(lambda start, length: data[start : start + length], name, len(data), Control(), more)


def coloured(told: Preview) -> dict[str, list[str]]:
    """The pieces of the text in each style, cut as Qt counts."""
    spans, found = array("i"), {}
    spans.frombytes(told.spans)
    units = told.text.encode("utf-16-le")
    for start, length, style in zip(spans[::3], spans[1::3], spans[2::3], strict=True):
        found.setdefault(STYLES[style], []).append(units[2 * start : 2 * (start + length)].decode("utf-16-le"))
    return found


def test_colours_stand_where_their_words_are() -> None:
    told = shown('x = "\U0001f600 é"  # später\nif x: return 42\n'.encode(), "a.py")
    styles = coloured(told)
    assert styles["comment"] == ["# später"]
    assert "".join(styles["string"]) == '"\U0001f600 é"'
    assert styles["number"] == ["42"]
    assert set(styles["keyword"]) >= {"if", "return"}


def test_what_could_hide_or_move_text_is_seen() -> None:
    told = shown("a\x1b[2Jb\u202ec\u200bd\r\ne\rf\0".encode())
    assert told.kind == BINARY  # a NUL is in no text
    told = shown("a\x1b[2Jb\u202ec\u200bd\r\ne\rf".encode())
    assert told.text == "a\u241b[2Jb\ufffdc\ufffdd\ne\u240df"


def test_a_long_text_ends_with_a_line() -> None:
    data = b"".join(b"line %d\n" % number for number in range(100_000))
    told = shown(data)
    assert told.shown_bytes == FIRST_BYTES
    assert told.text.endswith("\n")
    assert data.decode().startswith(told.text)
    assert shown(data, more=True).text == data.decode()


def test_a_long_line_is_broken_and_that_is_said() -> None:
    told = shown(b"x" * (3 * LINE_MOST + 5))
    assert max(map(len, told.text.split("\n"))) == LINE_MOST
    assert told.text.replace("\n", "") == "x" * (3 * LINE_MOST + 5)
    assert told.note


def test_very_many_lines_are_cut_and_that_is_said() -> None:
    told = shown(b"\n" * (LINES_SHOWN + 5))
    assert told.text == "\n" * LINES_SHOWN
    assert f"{LINES_SHOWN:,} lines" in told.note


@pytest.mark.parametrize(
    "data", ["é\n".encode("utf-16"), b"a\r\nb\n", b"\x1b[1mbold\n", "café au lait\n".encode("latin-1")]
)
def test_a_text_that_is_shown_otherwise_has_its_bytes_too(data: bytes) -> None:
    told = shown(data)
    assert (told.kind, told.data) == (TEXT, data)
    assert not shown(b"a\nb\n").data


def test_pictures_are_made_small_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    made = io.BytesIO()
    Image.new("RGB", (4000, 10), "red").save(made, "PNG")
    told = shown(made.getvalue())
    assert (told.kind, told.width, told.height) == (PICTURE, 1600, 4)
    assert len(told.pixels) == 4 * told.width * told.height
    assert told.pixels[:4] == b"\xff\0\0\xff"
    monkeypatch.setattr(previewing, "PIXELS", 39_999)
    told = shown(made.getvalue())
    assert told.kind == BINARY
    assert "more pixels" in told.note


@pytest.mark.parametrize("cut", [9, 30, 60])
def test_a_damaged_picture_is_bytes_with_a_reason(cut: int) -> None:
    made = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(made, "PNG")
    told = shown(made.getvalue()[:cut])
    assert told.kind == BINARY
    assert told.data
    assert told.note


def test_no_more_is_read_than_is_shown() -> None:
    asked: list[int] = []

    def read(start: int, length: int) -> bytes:
        asked.append(start + length)
        return b"\0" * length

    told = preview(read, "disk.img", 10**12, Control(), more=True)
    assert max(asked) == MORE_BYTES
    assert told.kind == BINARY
    assert told.shown_bytes == MORE_BYTES


def test_a_text_of_no_language_is_plain() -> None:
    told = shown(b"just words, and a keyword: return 42\n", "notes")
    assert told.kind == TEXT
    assert told.spans == b""
