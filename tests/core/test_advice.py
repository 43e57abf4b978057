"""Advice against the obvious computation: which rule names which path, which layer wrote it, who has the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core.advice import TWIN_BYTES, Advice, Advised, Adviser
from imagexplorer.core.advice_rules import FLOOR_BYTES, PLACES, RULES, SAME_CONTENT, way_out
from imagexplorer.core.errors import NotFound
from imagexplorer.core.overlay import stack
from imagexplorer.core.space import CAUSES
from imagexplorer.core.space_tree import SpaceTree
from imagexplorer.core.tree_places import NOWHERE, claims
from tests.core.naive import Entry, Replay, build

Layers = Sequence[Sequence[Entry]]
WORDS = (
    "var", "lib", "apt", "lists", "cache", ".cache", "pip", "usr", "include", "x.a", ".a", "tmp", "go", "pkg", "mod",
    "gcc-9",
)  # fmt: skip
_PATHS = st.lists(st.sampled_from([word.encode() for word in WORDS]), min_size=1, max_size=5).map(b"/".join)
_KNOWN = st.sampled_from(
    [
        b"var/lib/apt/lists/a",
        b"root/.cache/pip/b",
        b"usr/include/c.h",
        b"usr/lib/libx.a",
        b"go/pkg/mod/d",
        b"srv/.git/e",
    ]
)
PATHS = _PATHS | _KNOWN
_SIZES = st.integers(0, 3) | st.sampled_from([TWIN_BYTES, TWIN_BYTES + 1])
_FILES = st.builds(Entry, PATHS, st.just("file"), _SIZES, st.integers(1, 2))
_OTHERS = st.builds(Entry, PATHS, st.just("whiteout")) | st.builds(Entry, PATHS, st.just("hardlink"), link=PATHS)
STACKS = st.lists(st.lists(_FILES | _FILES | _OTHERS, max_size=8), max_size=4)


def of(layers: Layers) -> Adviser:
    return Adviser(SpaceTree(stack([build(layer) for layer in layers])))


def fits(path: bytes, pattern: str) -> bool:
    """Whether a pattern names this path itself."""
    names, wanted = path.decode().split("/"), pattern.split("/")
    if wanted[0] == "**":
        wanted = wanted[1:]
        names = names[-len(wanted) :]
    return len(names) == len(wanted) and all(map(fnmatchcase, names, wanted))


def rule_of(path: bytes, groups: Sequence[Sequence[str]]) -> int:
    parts = path.split(b"/")
    heads = [b"/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    named = (number for number, group in enumerate(groups) if any(fits(head, each) for head in heads for each in group))
    return next(named, NOWHERE)


GROUPS = [rule.patterns for rule in PLACES]


@settings(max_examples=150, deadline=None)
@given(STACKS)
def test_every_path_belongs_to_the_first_rule_that_names_it(layers: Layers) -> None:
    tree = stack([build(layer) for layer in layers])
    found = claims(tree, GROUPS).tolist()
    for node in range(1, len(tree)):
        assert found[node] == rule_of(tree.path(node), GROUPS), tree.path(node)


def visible_contents(replay: Replay) -> dict[tuple[int, int], list[bytes]]:
    names: dict[tuple[int, int], list[bytes]] = {}
    for path, thing in (replay.trees[-1] if replay.trees else {}).items():
        if thing.content:
            names.setdefault(thing.content, []).append(path)
    return names


def naive(layers: Layers) -> tuple[Counter[tuple[str, int]], list[tuple[int, int]]]:
    """Bytes by kind and layer; and the contents that no rule names."""
    replay = Replay(layers)
    table = Counter[tuple[str, int]]()
    for layer, cause, size in replay.hidden:
        table[cause, layer] += size
    free = []
    for content, paths in visible_contents(replay).items():
        rule = max(rule_of(path, GROUPS) for path in paths)
        if rule == NOWHERE:
            free.append(content)
        else:
            table[PLACES[rule].kind, content[0]] += replay.entry(content).size
    return table, free


def figures(pieces: Sequence[Advice]) -> Counter[tuple[str, int]]:
    return +Counter({(each.kind, each.layer): each.size_bytes for each in pieces})


@settings(max_examples=200, deadline=None)
@given(STACKS)
def test_advice_agrees_with_the_replay(layers: Layers) -> None:
    adviser = of(layers)
    wanted, free = naive(layers)
    pieces = adviser.pieces()
    assert figures(pieces) == +wanted
    replay = Replay(layers)
    alike = adviser.alike()
    hashes = np.array([replay.entry(free_of(replay, adviser, at)).hash for at in range(len(alike))], np.uint64)
    twins = adviser.compare(alike, hashes)
    groups: dict[tuple[int, int], list[int]] = {}
    for layer, row in free:
        entry = replay.entry((layer, row))
        if entry.size >= TWIN_BYTES:
            groups.setdefault((entry.size, entry.hash), []).append(layer)
    same = Counter[tuple[str, int]]()
    for (size, _), found in groups.items():
        for layer in sorted(found)[1:]:
            same[SAME_CONTENT, layer] += size
    assert figures(twins) == same
    every = [*pieces, *twins]
    assert sum(each.size_bytes for each in every) <= replay.stored, "no byte is in two pieces of advice"
    for each in every:
        entries = adviser.entries(each.kind, each.layer)
        assert entries.total == each.entries == len(entries.rows)
        assert sum(row.size_bytes for row in entries.rows) == each.size_bytes
        assert len(entries.others) == (len(entries.rows) if each.kind == SAME_CONTENT else 0)


def free_of(replay: Replay, adviser: Adviser, at: int) -> tuple[int, int]:
    alike, tree = adviser.alike(), adviser._found.tree
    version = int(alike.version[at])
    return tree["version_layer"][version], tree["version_row"][version]


def test_a_file_with_a_name_elsewhere_is_not_saved_by_removing_one() -> None:
    inside, outside = Entry(b"tmp/a", size=9, hash=1), Entry(b"srv/a", "hardlink", link=b"tmp/a")
    assert figures(of([[inside]]).pieces()) == {("temporary", 0): 9}
    assert figures(of([[inside, outside]]).pieces()) == {}
    both = Entry(b"var/tmp/b", "hardlink", link=b"tmp/a")
    assert figures(of([[inside, both]]).pieces()) == {("temporary", 0): 9}


def test_of_twins_the_lowest_stays_and_is_named() -> None:
    content = {"size": TWIN_BYTES, "hash": 5}
    adviser = of([[Entry(b"b", **content)], [Entry(b"a", **content), Entry(b"c", size=TWIN_BYTES, hash=6)]])
    with pytest.raises(NotFound):
        adviser.entries(SAME_CONTENT, 1)
    alike = adviser.alike()
    assert len(alike) == 3
    pieces = adviser.compare(alike, np.array([5, 5, 0], np.uint64))
    order = sorted(range(3), key=lambda at: int(alike.node[at]))
    assert order == [0, 1, 2]
    assert pieces == [Advice(SAME_CONTENT, 1, TWIN_BYTES, 1)]
    entries = adviser.entries(SAME_CONTENT, 1)
    assert ([row.path for row in entries.rows], entries.others) == ([b"a"], (b"b",))


def test_small_images_are_left_alone_and_what_is_optional_comes_last() -> None:
    pieces = [
        Advice("documents", 0, 5 * FLOOR_BYTES, 1),
        Advice("headers", 0, FLOOR_BYTES, 1),
        Advice("headers", 1, FLOOR_BYTES - 1, 1),
        Advice("git", 1, 7, 1),
        Advice("deleted", 1, 2 * FLOOR_BYTES, 1),
        Advice("deleted", 2, 0, 4),
    ]
    found = Advised.of(pieces)
    assert [each.kind for each in found.pieces] == ["deleted", "headers", "documents"]
    assert (found.small, found.small_bytes) == (2, FLOOR_BYTES + 6)


def test_ways_out_are_one_sentence_and_fit_what_was_done() -> None:
    assert "COPY --chown=" in way_out("rewritten", "RUN chown -R app /app")
    assert "COPY --chmod=" in way_out("rewritten", "RUN chmod -R a+r /app")
    assert set(CAUSES[1:]) < set(RULES)
    for rule in RULES.values():
        assert rule.way_out.endswith(".")
        assert rule.way_out.count(". ") == 0
