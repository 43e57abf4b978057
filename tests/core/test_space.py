"""Every byte stored is visible or charged to one layer and one cause: against the naive replay, to the byte."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings

from imagexplorer.core.overlay import stack
from imagexplorer.core.space import Hidden, Space, space
from tests.core.naive import Entry, Replay, build
from tests.core.stacks import PLAIN_STACKS, STACKS

Layers = Sequence[Sequence[Entry]]


def of(layers: Layers) -> Space:
    return space(stack([build(layer) for layer in layers]))


def check(layers: Layers) -> None:
    replay = Replay(layers)
    found = of(layers)
    table: dict[int, dict[str, int]] = {}
    for layer, cause, size in replay.hidden:
        row = table.setdefault(layer, {"overwritten": 0, "deleted": 0, "rewritten": 0})
        row[cause] += size
    assert found.by_layer == tuple(
        Hidden(layer, row["overwritten"], row["deleted"], row["rewritten"])
        for layer, row in sorted(table.items())
        if any(row.values())
    )
    assert found.stored_bytes == replay.stored
    assert found.visible_bytes == (replay.visible(len(layers) - 1) if layers else 0)
    assert found.wasted_bytes == found.overwritten_bytes + found.deleted_bytes + found.rewritten_bytes
    assert found.wasted_bytes == sum(size for _, _, size in replay.hidden)


@settings(max_examples=300, deadline=None)
@given(PLAIN_STACKS)
def test_agrees_with_the_replay(layers: Layers) -> None:
    check(layers)


@settings(max_examples=300, deadline=None)
@given(STACKS)
def test_agrees_with_the_replay_where_parents_are_symlinks(layers: Layers) -> None:
    check(layers)


A = Entry(b"d/a", size=100, hash=7)


@pytest.mark.parametrize(
    ("layers", "wanted"),
    [
        ([[A], [Entry(b"d/a", "whiteout")]], Hidden(1, deleted_bytes=100)),
        ([[A], [Entry(b"d", "opaque")]], Hidden(1, deleted_bytes=100)),
        ([[A], [Entry(b"d", "whiteout")]], Hidden(1, deleted_bytes=100)),
        ([[A], [Entry(b"d", size=5, hash=1)]], Hidden(1, deleted_bytes=100)),
        ([[A], [Entry(b"d/a", size=100, hash=7, mode=0o600)]], Hidden(1, rewritten_bytes=100)),
        ([[A], [Entry(b"d/a", size=100, hash=8)]], Hidden(1, overwritten_bytes=100)),
        ([[A], [Entry(b"d/a", "dir")]], Hidden(1, overwritten_bytes=100)),
        ([[A, A]], Hidden(0, overwritten_bytes=100)),
        (
            [[A, Entry(b"b", "hardlink", link=b"d/a")], [Entry(b"d/a", "whiteout")], [Entry(b"b", size=1, hash=1)]],
            Hidden(2, overwritten_bytes=100),
        ),
    ],
)
def test_charges_the_layer_that_hid_it(layers: Layers, wanted: Hidden) -> None:
    assert of(layers).by_layer == (wanted,)


def test_a_hard_link_keeps_the_bytes_visible() -> None:
    found = of([[A, Entry(b"b", "hardlink", link=b"d/a")], [Entry(b"d/a", "whiteout")]])
    assert (found.stored_bytes, found.visible_bytes, found.by_layer) == (100, 100, ())
