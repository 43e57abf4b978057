"""Where the bytes are, by path: every figure of the maps and tables against the naive replay, to the byte."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core.errors import NotFound
from imagexplorer.core.layer_index import DIR
from imagexplorer.core.overlay import stack
from imagexplorer.core.space import CAUSES
from imagexplorer.core.space_map import FOLDER, MapSpec, SpaceMap, space_map
from imagexplorer.core.space_tables import files, folders, waste
from imagexplorer.core.space_tree import VISIBLE, WASTED, SpaceTree
from imagexplorer.core.tree_view import ViewSpec
from imagexplorer.core.tree_viewing import view
from tests.core.naive import Entry, Replay, above, build
from tests.core.stacks import PLAIN_STACKS, STACKS

Layers = Sequence[Sequence[Entry]]


def of(layers: Layers) -> SpaceTree:
    return SpaceTree(stack([build(layer) for layer in layers]))


def naive_visible(layers: Layers) -> dict[bytes, int]:
    """Bytes by path: each content once, at its own path or the first of its names in the order of the tree."""
    replay = Replay(layers)
    if not layers:
        return {}
    top = replay.trees[-1]
    names: dict[tuple[int, int], list[tuple[bool, int, list[bytes], bytes]]] = {}
    for path, thing in top.items():
        if thing.content:
            key = (thing.kind == "hardlink", path.count(b"/"), path.split(b"/"), path)
            names.setdefault(thing.content, []).append(key)
    return {min(keys)[-1]: replay.entry(content).size for content, keys in names.items()}


def by_folder(sizes: dict[bytes, int]) -> Counter[bytes]:
    found: Counter[bytes] = Counter()
    for path, size in sizes.items():
        for folder in (*above(path), b""):
            found[folder] += size
    return found


@settings(max_examples=150, deadline=None)
@given(PLAIN_STACKS)
def test_what_is_to_be_seen_agrees_with_the_replay(layers: Layers) -> None:
    found, sizes = of(layers), naive_visible(layers)
    table = files(found)
    assert {row.path: row.size_bytes for row in table.rows} == sizes
    assert table.total == len(sizes)
    assert sum(sizes.values()) == found.space.visible_bytes
    totals = by_folder(sizes)
    tree = found.tree
    assert {tree.path(node): size for node, size in enumerate(found.totals[VISIBLE].tolist()) if size} == +totals
    for row in folders(found).rows:
        assert totals[row.path] == row.size_bytes


@settings(max_examples=150, deadline=None)
@given(STACKS)
def test_folders_are_as_large_as_the_file_tree_says(layers: Layers) -> None:
    found = of(layers)
    shown = view(found.tree, ViewSpec())
    for row in range(len(shown)):
        if shown.kind[row] == DIR and shown.mark[row] != 3:
            assert found.totals[VISIBLE][shown.node[row]] == shown.size[row]


@settings(max_examples=150, deadline=None)
@given(STACKS)
def test_waste_adds_up_by_layer_and_cause(layers: Layers) -> None:
    found = of(layers)
    table = Counter[tuple[int, str]]()
    for layer, cause, size in Replay(layers).hidden:
        table[layer, cause] += size
    own = Counter[tuple[int, str]]()
    items = found.items[WASTED]
    for layer, cause, size in zip(items.hidden_by.tolist(), items.cause.tolist(), items.size.tolist(), strict=True):
        own[layer, CAUSES[cause]] += size
    assert +own == +table
    assert int(found.totals[WASTED][0]) == found.space.wasted_bytes
    assert sum(row.size_bytes for row in waste(found).rows) == found.space.wasted_bytes
    assert sum(found.places[WASTED].times.tolist()) == len(items)


def check_map(found: SpaceMap) -> None:
    size, first, count, parent = (found.columns[name] for name in ("size", "first", "count", "parent"))
    for row in range(len(found)):
        children = range(first[row], first[row] + count[row])
        assert [parent[child] for child in children] == [row] * count[row]
        assert [size[child] for child in children] == sorted((size[child] for child in children), reverse=True)
        if found.columns["cause"][row] == FOLDER:
            rest, hidden = found.rest(row)
            assert rest >= 0
            assert hidden >= 0
        else:
            assert not count[row]


@settings(max_examples=150, deadline=None)
@given(STACKS)
def test_a_whole_map_is_the_tree(layers: Layers) -> None:
    found = of(layers)
    for what in (VISIBLE, WASTED):
        whole = space_map(found, MapSpec(what))
        check_map(whole)
        leaves = Counter[bytes]()
        for row in range(1, len(whole)):
            if whole.columns["cause"][row] != FOLDER:
                leaves[whole.path(row)] += whole.columns["size"][row]
        places = found.places[what]
        wanted = Counter[bytes]()
        for node, size in zip(places.node.tolist(), places.size.tolist(), strict=True):
            wanted[found.tree.path(node)] += size
        assert leaves == +wanted
        few = space_map(found, MapSpec(what, most=3))
        check_map(few)
        assert len(few) <= 4
        assert few.columns["size"][0] == whole.columns["size"][0]


@settings(max_examples=150, deadline=None)
@given(STACKS, st.integers(1, 8))
def test_folders_tell_what_they_hold_most(layers: Layers, most: int) -> None:
    found = of(layers)
    for what in (VISIBLE, WASTED):
        told = space_map(found, MapSpec(what, most=most))
        places = found.places[what]
        for row in range(len(told)):
            if told.columns["cause"][row] != FOLDER:
                assert told.columns["mostly"][row] == told.columns["cause"][row]
                continue
            by_layer, by_cause = Counter[int](), Counter[int]()
            inside = told.path(row) + b"/" if row else b""
            for node, size, layer, cause in zip(
                *(getattr(places, name).tolist() for name in ("node", "size", "layer", "cause")), strict=True
            ):
                if found.tree.path(node).startswith(inside):
                    by_layer[layer] += size
                    by_cause[cause] += size
            if by_layer.total():
                assert told.columns["layer"][row] == min(by_layer, key=lambda each: (-by_layer[each], each))
                assert told.columns["mostly"][row] == min(by_cause, key=lambda each: (-by_cause[each], each))


LAYERS = (
    (
        Entry(b"usr/lib/a", size=100),
        Entry(b"usr/lib/b", size=50),
        Entry(b"usr/bin/c", size=7),
        Entry(b"etc/x", size=1),
        Entry(b"twice", size=20, hash=1),
    ),
    (Entry(b"usr/lib/b", "whiteout"), Entry(b"twice", size=30, hash=2)),
    (Entry(b"twice", size=40, hash=3),),
)


def test_a_folder_and_the_rest_of_it() -> None:
    found = of(LAYERS)
    below = space_map(found, MapSpec(VISIBLE, b"usr"))
    assert [below.path(row) for row in range(len(below))] == [
        b"usr",
        b"usr/lib",
        b"usr/bin",
        b"usr/lib/a",
        b"usr/bin/c",
    ]
    assert list(below.columns["size"]) == [107, 100, 7, 100, 7]
    few = space_map(found, MapSpec(VISIBLE, most=4))
    assert [few.path(row) for row in range(len(few))] == [b"", b"usr", b"twice", b"usr/lib", b"usr/lib/a"]
    assert few.rest(0) == (1, 1)
    assert few.rest(1) == (7, 1)
    with pytest.raises(NotFound):
        space_map(found, MapSpec(VISIBLE, b"no/such"))


def test_who_hid_what_and_how_often() -> None:
    found = of(LAYERS)
    rows = [(row.path, row.size_bytes, CAUSES[row.cause], row.layer, row.times) for row in waste(found).rows]
    assert rows == [(b"twice", 50, "overwritten", 2, 2), (b"usr/lib/b", 50, "deleted", 1, 1)]


def test_of_folders_that_hold_the_same_the_innermost() -> None:
    found = of([[Entry(b"a/b/c/x", size=5), Entry(b"a/b/c/y", size=2), Entry(b"d", size=1)]])
    assert [(row.path, row.size_bytes, row.files) for row in folders(found).rows] == [(b"a/b/c", 7, 2)]
