"""JSON of strangers: what can be read is read, the rest is named, nothing is raised but Damaged."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.entities import Problem
from imagexplorer.core.errors import Damaged
from imagexplorer.sources.digests import digest_in_name, parse_digest, sha256_of
from imagexplorer.sources.documents import MAX_BYTES, MAX_DEPTH, Fields, load

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=30,
)


def read(raw: bytes) -> tuple[object, list[Problem]]:
    problems: list[Problem] = []
    return load(raw, "x.json", problems), problems


@given(JSON)
def test_good_json_is_read_as_it_is(document: object) -> None:
    assert read(json.dumps(document).encode()) == (document, [])
    assert read(json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")) == (document, [])


@given(st.binary(max_size=200))
def test_anything_else_is_damaged_and_named(raw: bytes) -> None:
    try:
        document, _ = read(raw)
    except Damaged as error:
        named = error.what == "x.json" and bool(error.reason)
    else:
        named = json.dumps(document, allow_nan=False) is not None
    assert named


@pytest.mark.parametrize(
    ("raw", "document", "reason"),
    [
        (b"\xef\xbb\xbf[1]", [1], "byte order mark"),
        (b'{"a": 1, "a": 2}', {"a": 2}, '"a" is given more than once'),
        (b'{"a": NaN, "b": -Infinity}', {"a": None, "b": None}, "not JSON"),
        (b"[1e999]", ["1e999"], "too large"),
        (b"[" + b"9" * 5000 + b"]", ["9" * 100 + "…"], "64 bits"),
        (b'["\xff"]', ["\udcff"], "UTF-8"),
    ],
)
def test_doubtful_points_are_named(raw: bytes, document: object, reason: str) -> None:
    found, problems = read(raw)
    assert found == document
    assert any(reason in problem.reason for problem in problems)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" \n",
        b"{",
        b"[1,]",
        b"[1] [2]",
        b"\0" * 512,
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'["' + b'\\"' * 1_000_000,
        b" " * (MAX_BYTES + 1),
    ],
    ids=range(10),
)
def test_what_cannot_be_read_is_damaged(raw: bytes) -> None:
    with pytest.raises(Damaged):
        read(raw)


def test_the_depth_that_is_allowed_is_read() -> None:
    read(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    with pytest.raises(Damaged, match="deeper"):
        read(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))
    assert read(b'["' + b"[" * 500 + b'"]') == (["[" * 500], [])


@given(JSON)
def test_fields_give_their_type_whatever_stands_there(value: object) -> None:
    problems: list[Problem] = []
    fields = Fields({"key": value}, "x", problems)
    assert isinstance(fields.text("key"), str)
    assert isinstance(fields.number("key"), int | None)
    assert isinstance(fields.flag("key"), bool)
    assert isinstance(fields.object("key"), Fields)
    assert all(isinstance(text, str) for text in fields.texts("key"))
    assert all(isinstance(item, Fields) for item in fields.objects("key"))
    assert all(isinstance(text, str) for text in fields.text_map("key").values())
    assert all(problem.where.startswith("x") and problem.reason for problem in problems)
    right = isinstance(value, str)
    named = any('"key" should be text' in problem.reason for problem in problems)
    assert named == (not right and value is not None)


def test_missing_and_null_are_quiet() -> None:
    problems: list[Problem] = []
    fields = Fields({"null": None}, "x", problems)
    for key in ("null", "missing"):
        assert (fields.text(key), fields.number(key), fields.texts(key), fields.text_map(key)) == ("", None, [], {})
        assert key not in fields
    assert not problems


@given(
    st.text() | st.sampled_from(["sha256:" + "a" * 64, "sha512:" + "0" * 128, "sha256:" + "A" * 64, "md5:" + "a" * 32])
)
def test_a_digest_is_safe_as_a_name(text: str) -> None:
    digest = parse_digest(text)
    if digest is None:
        return
    assert str(digest) == text
    assert digest.hex.isalnum()
    assert digest.algorithm in ("sha256", "sha512")


def test_digests_in_names() -> None:
    digest = sha256_of(b"x")
    assert digest_in_name(f"blobs/sha256/{digest.hex}") == digest
    assert digest_in_name(f"{digest.hex}.json") == digest
    assert digest_in_name(str(digest)) == digest
    assert digest_in_name(f"{digest.hex}/layer.tar") is None
    assert digest_in_name(f"blobs/sha256/../{digest.hex[:10]}") is None
    assert digest.of(b"x") == digest != digest.of(b"y")
