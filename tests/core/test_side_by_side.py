"""Two contents beside each other: each side can be read back from the rows, and only what differs is marked."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.preview import CHANGED, GAP, ONLY_A, ONLY_B, SAME, SideBySide
from imagexplorer.core.side_by_side import BYTE_ROWS, byte_rows, lines, structure

WORDS = st.lists(st.text("ab c", max_size=4), max_size=12).map("\n".join)


def rows(found: SideBySide) -> list[tuple[int, str, str, str, str]]:
    columns = [text.split("\n") for text in (found.heads_a, found.a, found.heads_b, found.b)]
    assert all(len(column) == max(len(found.marks), 1) for column in columns)
    return list(zip(found.marks, *columns, strict=False))


@given(WORDS, WORDS)
def test_both_texts_can_be_read_back(a: str, b: str) -> None:
    found = rows(lines(a, b))
    assert [row[2] for row in found if row[0] != ONLY_B] == a.splitlines()
    assert [row[4] for row in found if row[0] != ONLY_A] == b.splitlines()
    assert all((row[2] == row[4]) == (row[0] == SAME) for row in found if row[0] in (SAME, CHANGED))
    assert [row[1] for row in found if row[1]] == [str(number + 1) for number in range(len(a.splitlines()))]
    assert [row[3] for row in found if row[3]] == [str(number + 1) for number in range(len(b.splitlines()))]


def test_what_could_lie_on_a_screen_is_escaped() -> None:
    assert rows(lines("a\u202eb\tc", "x"))[0][2] == "a\\u202eb c"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text("a.b[]\"'", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("a. b", max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(JSON, JSON)
def test_structure_tells_documents_apart(a: object, b: object) -> None:
    one, other = json.dumps(a), json.dumps(b, indent=3)
    found = structure(one, other)
    assert found is not None
    assert (not found.marks) == (json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True))


def test_order_and_space_do_not_count_but_kinds_and_spelling_of_numbers_do() -> None:
    same = structure('{"a": 1, "b": [true, {}]}', '{"b":[true,{}],\n"a":1}')
    assert same is not None
    assert not same.marks
    found = structure('{"a": 1, "b": true, "c": [1, 2], "d e": null}', '{"a": 1.0, "b": 1, "c": [1], "f": "1"}')
    assert found is not None
    assert [(row[0], row[2], row[4]) for row in rows(found)] == [
        (CHANGED, "$.a = 1", "$.a = 1.0"),
        (CHANGED, "$.b = true", "$.b = 1"),
        (ONLY_A, "$.c[1] = 2", ""),
        (ONLY_A, '$["d e"] = null', ""),
        (ONLY_B, "", '$.f = "1"'),
    ]


def test_no_json_too_deep_a_json_and_a_number_without_end() -> None:
    assert structure("{", "{}") is None
    assert structure("[" * 100_000, "[]") is None
    found = structure("9" * 10_000, "8")
    assert found is not None
    assert found.marks == bytes([CHANGED])


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_bytes_that_differ_are_there_with_their_offsets(a: bytes, b: bytes) -> None:
    found = [row for row in rows(byte_rows(a, b)) if row[0] not in (SAME, GAP)]
    differ = {at // 16 for at in range(max(len(a), len(b))) if a[at : at + 1] != b[at : at + 1]}
    assert {int(row[1] or row[3], 16) // 16 for row in found} - {0} == differ - {0}
    for row in found:
        at = int(row[1] or row[3], 16)
        assert bytes.fromhex(row[2][:48]) == a[at : at + 16]
        assert bytes.fromhex(row[4][:48]) == b[at : at + 16]


def test_of_many_bytes_that_differ_the_first_are_shown() -> None:
    found = byte_rows(bytes(16 * (BYTE_ROWS + 5)), b"\1" * 16 * (BYTE_ROWS + 5))
    assert f"The first {BYTE_ROWS:,} of {BYTE_ROWS + 5:,} rows" in found.note
