"""Steps to layers: exact where the configuration tells, and otherwise never wrong, whatever the engine hides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.sources.engine.history import Entry, certain, matched

METADATA = ['/bin/sh -c #(nop)  CMD ["sh"]', "/bin/sh -c #(nop) ENV A=b", "/bin/sh -c #(nop)  HEALTHCHECK &{x}"]
DOUBTFUL = [
    "/bin/sh -c true",
    "/bin/sh -c #(nop) WORKDIR /w",
    "/bin/sh -c #(nop) COPY file:1 in / ",
    "RUN x # buildkit",
]

entries = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(METADATA), st.just(0), st.just(True)),
        st.tuples(st.sampled_from(DOUBTFUL), st.just(0), st.booleans()),
        st.tuples(st.sampled_from(DOUBTFUL), st.integers(1, 10**9), st.just(False)),
    ),
    max_size=30,
)


def truth(rows: list[tuple[str, int, bool]]) -> list[tuple[bool, int | None]]:
    layer, found = 0, []
    for _, _, empty in rows:
        found.append((empty, None if empty else layer))
        layer += not empty
    return found


@given(entries)
def test_what_is_said_without_a_configuration_is_true(rows: list[tuple[str, int, bool]]) -> None:
    expected = truth(rows)
    layers = sum(not empty for _, _, empty in rows)
    told = matched([Entry(text, size_bytes=size) for text, size, _ in rows], layers)
    for (empty, layer), (right_empty, right_layer) in zip(told, expected, strict=True):
        assert empty in (None, right_empty)
        assert layer in (None, right_layer)


@given(entries)
def test_a_configuration_tells_all(rows: list[tuple[str, int, bool]]) -> None:
    layers = sum(not empty for _, _, empty in rows)
    known = [empty for _, _, empty in rows]
    assert matched([Entry(text, size_bytes=size) for text, size, _ in rows], layers, known) == truth(rows)


@given(entries, st.integers(0, 40), st.lists(st.booleans(), max_size=30))
def test_nothing_impossible_is_said(rows: list[tuple[str, int, bool]], layers: int, known: list[bool]) -> None:
    told = matched([Entry(text, size_bytes=size) for text, size, _ in rows], layers, known)
    numbers = [layer for _, layer in told if layer is not None]
    assert numbers == sorted(set(numbers))
    assert all(0 <= number < layers for number in numbers)


def test_one_in_doubt_keeps_the_ends() -> None:
    rows = [
        Entry("COPY", size_bytes=5),
        Entry("RUN a", size_bytes=0),
        Entry("RUN b", size_bytes=0),
        Entry("RUN", size_bytes=3),
    ]
    assert matched(rows, 3) == [(False, 0), (None, None), (None, None), (False, 2)]
    assert matched(rows, 4) == [(False, 0), (False, 1), (False, 2), (False, 3)]
    assert matched(rows, 2) == [(False, 0), (True, None), (True, None), (False, 1)]
    assert matched(rows, 1) == [(None, None)] * 4


@pytest.mark.parametrize(
    ("entry", "empty"),
    [
        (Entry("/bin/sh -c #(nop)  EXPOSE 80", size_bytes=0), True),
        (Entry('CMD ["sh"]', comment="buildkit.dockerfile.v0", size_bytes=0), True),
        (Entry('CMD ["sh"]', size_bytes=0), None),
        (Entry("ENVIRONMENT x", comment="buildkit.dockerfile.v0", size_bytes=0), None),
        (Entry("/bin/sh -c #(nop) WORKDIR /x", size_bytes=0), None),
        (Entry("/bin/sh -c echo '#(nop) CMD' > x", size_bytes=0), None),
        (Entry("/bin/sh -c #(nop)  ENV A=b", size_bytes=7), False),
        (Entry("/bin/sh -c #(nop)  ENV A=b", size_bytes=None), True),
    ],
)
def test_what_is_certain(entry: Entry, empty: bool | None) -> None:
    assert certain(entry) is empty
