"""Areas are in proportion to bytes, inside their folder, and apart from each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core.overlay import stack
from imagexplorer.core.space_map import FOLDER, MapSpec, SpaceMap, space_map
from imagexplorer.core.space_tree import VISIBLE, SpaceTree
from imagexplorer.core.treemap import LEAST, Box, Tile, next_tile, squarify, tile_at, tiles
from tests.core.naive import Entry, build

SIDES = st.floats(1, 3000)


def apart(a: Sequence[float], b: Sequence[float]) -> bool:
    slack = 1e-6 * max(map(abs, (*a, *b)))
    return (
        a[0] + a[2] <= b[0] + slack or b[0] + b[2] <= a[0] + slack or a[1] + a[3] <= b[1] + slack
        or b[1] + b[3] <= a[1] + slack
    )  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 10**12), max_size=25), SIDES, SIDES)
def test_a_box_is_shared_by_size(sizes: list[int], width: float, height: float) -> None:
    total = sum(sizes)
    boxes = squarify(sizes, (5.0, 7.0, width, height))
    assert len(boxes) == len(sizes)
    for size, (x, y, wide, high) in zip(sizes, boxes, strict=True):
        assert abs(wide * high - width * height * size / total) <= 1e-6 * width * height
        assert x >= 5 - 1e-6
        assert y >= 7 - 1e-6
        assert x + wide <= 5 + width * (1 + 1e-6)
        assert y + high <= 7 + height * (1 + 1e-6)
    assert all(apart(a, b) for a, b in combinations(boxes, 2))


def test_equal_ones_are_nearly_square() -> None:
    boxes = squarify([1] * 100, (0, 0, 600, 400))
    assert max(max(wide / high, high / wide) for _, _, wide, high in boxes) < 3


def a_map(*sizes: tuple[bytes, int], most: int = 100) -> SpaceMap:
    files = [Entry(path, size=size) for path, size in sizes]
    return space_map(SpaceTree(stack([build(files)])), MapSpec(VISIBLE, most=most))


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.lists(st.sampled_from([b"a", b"b", b"c"]), min_size=1, max_size=4).map(
            lambda names: b"/".join([*names, b"f"])
        ),
        st.integers(1, 10**9),
        max_size=20,
    ),
    SIDES,
    SIDES,
    st.integers(1, 30),
)
def test_tiles_lie_in_their_folder(sizes: dict[bytes, int], width: float, height: float, most: int) -> None:
    found = a_map(*sizes.items(), most=most)
    made = tiles(found, width, height, 18.0)
    places: dict[int, Box] = {0: (0.0, 0.0, width, height)}
    by_parent: dict[int, list[Tile]] = {}
    for tile in made:
        above = tile.row if tile.rest else found.columns["parent"][tile.row]
        outer = places[above]
        assert tile.x >= outer[0] - 1e-6
        assert tile.y >= outer[1] - 1e-6
        assert tile.x + tile.width <= outer[0] + outer[2] + 1e-3
        assert tile.y + tile.height <= outer[1] + outer[3] + 1e-3
        assert min(tile.width, tile.height) >= LEAST
        assert not tile.opened or found.columns["cause"][tile.row] == FOLDER
        by_parent.setdefault(above, []).append(tile)
        if tile.opened:
            places[tile.row] = tile[1:5]
    for siblings in by_parent.values():
        assert all(apart(a[1:5], b[1:5]) for a, b in combinations(siblings, 2))


def test_what_has_no_row_is_a_tile_of_its_folder() -> None:
    found = a_map((b"a", 500), (b"b", 300), (b"c", 200), most=1)
    made = tiles(found, 100, 100, 18.0)
    assert [(found.path(tile.row), tile.rest, round(tile.width * tile.height)) for tile in made] == [
        (b"a", False, 5000),
        (b"", True, 5000),
    ]


def test_the_tile_under_a_point_and_beside_another() -> None:
    found = a_map((b"d/big", 600), (b"d/small", 200), (b"e", 200))
    made = tiles(found, 400, 300, 18.0)
    names = {found.path(tile.row): tile for tile in made}
    inner = names[b"d/big"]
    assert tile_at(made, inner.x + 1, inner.y + 1) == inner
    assert tile_at(made, names[b"d"].x + 1, names[b"d"].y + 1) == names[b"d"]
    assert tile_at(made, 401, 5) is None
    assert next_tile(made, names[b"d"].row, 1, 0) == names[b"e"]
    assert next_tile(made, names[b"e"].row, -1, 0) == names[b"d"]
    assert next_tile(made, names[b"e"].row, 1, 0) is None
    assert next_tile(made, 99, 0, 1) == made[0]
    assert next_tile([], 0, 0, 1) is None
