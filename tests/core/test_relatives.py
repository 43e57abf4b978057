"""Which image stands on which: against a naive look at the lists of layers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.relatives import (
    ALIKE_MOST,
    ANCESTOR,
    DESCENDANT,
    MOST,
    SAME,
    SHARING,
    Relative,
    chain,
    oriented,
    relatives,
)

STACKS = st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("xyz"), max_size=5), max_size=8)


@given(STACKS, st.lists(st.sampled_from("xyz"), min_size=1, max_size=5))
def test_kinds_and_places(others, own):
    stacks = {**others, "me": own}
    found = relatives("me", {each: chain(layers) for each, layers in stacks.items()}, len(stacks))
    assert found.complete
    told = {each.id: each for each in found.images}
    for name, layers in others.items():
        common = 0
        while common < min(len(layers), len(own)) and layers[common] == own[common]:
            common += 1
        assert (name in told) == (common > 0)
        if not common:
            continue
        each = told[name]
        assert (each.common, each.layers) == (common, len(layers))
        kind = {
            (True, True): SAME,
            (True, False): DESCENDANT,
            (False, True): ANCESTOR,
        }.get((common == len(own), common == len(layers)), SHARING)
        assert each.kind == kind
        below = [len(stacks[other]) for other in (*told, "me") if stacks[other] == layers[: len(stacks[other])]]
        below = [length for length in below if length < len(layers)]
        assert len(stacks[each.above]) == max(below) if below else each.above == ""


def test_of_many_all_kinds_are_told():
    stacks = {f"a{n}": "x" for n in range(MOST)} | {f"b{n}": "xyz" for n in range(MOST)} | {"parent": "xy", "me": "xyw"}
    found = relatives("me", {each: chain(layers) for each, layers in stacks.items()}, len(stacks))
    assert [len(found.of(kind)) for kind in (ANCESTOR, SHARING)] == [ALIKE_MOST + 1, MOST - ALIKE_MOST - 1]
    assert found.of(ANCESTOR)[-1].id == "parent"
    assert len(found.images) + found.left_off == len(stacks) - 1


def test_histories_tell_who_was_first():
    same = Relative("x", SAME, 3, 3)
    assert oriented(same, ["a", "b"], ["a", "b", "c"]) == Relative("x", ANCESTOR, 3, 3, steps=2)
    assert oriented(same, ["a", "b", "c"], ["a", "b"]).kind == DESCENDANT
    assert oriented(same, ["a"], ["b"]) == same
    below = Relative("x", ANCESTOR, 2, 2)
    assert oriented(below, ["a"], ["a", "b"]).steps == 1
    assert oriented(below, ["c"], ["a", "b"]).steps == -1
    assert oriented(below, [], ["a"]).steps == -1
