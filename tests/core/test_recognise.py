"""Contents told by their first bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.recognise import BINARY, EMPTY, PICTURE, PROBE_BYTES, TEXT, recognise


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"", EMPTY, "empty"),
        (b"hello\n", TEXT, "text, ASCII"),
        ("grüße\n".encode(), TEXT, "text, UTF-8"),
        ("grüße, wie geht es ihnen\n".encode("latin-1"), TEXT, "text, Latin-1"),
        ("grüße".encode("utf-16"), TEXT, "text, UTF-16"),
        (b"\xef\xbb\xbfx", TEXT, "text, UTF-8 with a byte order mark"),
        (b"#!/usr/bin/env -S LANG=C python3 -u\n", TEXT, "script for python3, ASCII"),
        (b"#!/bin/sh\n", TEXT, "script for sh, ASCII"),
        (b"-----BEGIN CERTIFICATE-----\nMII\n", TEXT, "certificate (PEM)"),
        (b"-----BEGIN PRIVATE KEY-----\nMII\n", TEXT, "private key (PEM)"),
        (b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00\x3e\x00" + bytes(40), BINARY,
         "ELF shared object or executable, 64-bit, x86-64"),
        (b"\x7fELF", BINARY, "ELF file, cut short"),
        (b"\x1f\x8b\x08" + bytes(9), BINARY, "gzip data"),
        (b"MZ\x90\0", BINARY, "Windows executable"),
        (b"MZ is a text\n", TEXT, "text, ASCII"),
        (b"BM is a text, too", TEXT, "text, ASCII"),
        (b"\x89PNG\r\n\x1a\n", PICTURE, "PNG picture"),
        (bytes(257) + b"ustar\0" + bytes(300), BINARY, "tar archive"),
        (bytes(range(256)), BINARY, "binary data"),
    ],
)  # fmt: skip
def test_what_it_is(data: bytes, kind: str, words: str) -> None:
    assert recognise(data, len(data))[:2] == (kind, words)


def test_a_character_that_the_probe_cuts_is_no_fault() -> None:
    text = ("x" * (PROBE_BYTES - 1) + "é" * 10).encode()
    assert recognise(text[:PROBE_BYTES], len(text)).encoding == "utf-8"
    assert recognise(text[:PROBE_BYTES], PROBE_BYTES).encoding != "utf-8"


@given(st.binary(max_size=600), st.integers(0, 10_000))
def test_any_bytes_are_something(head: bytes, more: int) -> None:
    known = recognise(head, len(head) + more)
    assert known.words
    assert bool(known.encoding) == (known.kind == TEXT)
    if known.encoding:
        head.decode(known.encoding, "replace")
