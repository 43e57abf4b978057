"""A path's story agrees with the tree that the whole image shows, and says what each layer did."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given

from imagexplorer.core.story import is_shown, story, with_hashes
from imagexplorer.models.versions_table import VERSIONS, version_rows
from tests.core.naive import Entry, Replay
from tests.core.stacks import PLAIN_STACKS
from tests.core.test_file_tree import of


@given(PLAIN_STACKS)
def test_what_is_shown_is_what_a_replay_leaves(layers: Sequence[Sequence[Entry]]) -> None:
    tree = of(*layers)
    replay = Replay(layers)
    left = set(replay.trees[-1]) if replay.trees else set()
    for node in range(1, len(tree)):
        told = story(tree, node)
        assert (told.shown is not None) == (told.path in left)
        assert [each.layer for each in told.versions] == sorted((each.layer for each in told.versions), reverse=True)
        for each in told.versions:
            assert is_shown(tree, each.number) <= (each.number == told.shown)
            assert each.removed == (each.size_bytes is None and each.what > 2)


def test_each_layer_s_deed_has_words() -> None:
    tree = of(
        [Entry(b"a/f", "file", 3, 1)],
        [Entry(b"a/f", "file", 3, 1, 0o755)],
        [Entry(b"a/f", "file", 5, 2)],
        [Entry(b"a/f", "whiteout")],
        [Entry(b"a/f", "file", 3, 1)],
        [Entry(b"a", "opaque")],
    )
    node = tree.find(b"a/f")
    assert node is not None
    told = story(tree, node)
    hashes = {each.content: 7 if each.size_bytes == 3 else 8 for each in told.versions if each.content is not None}
    rows = version_rows(with_hashes(told, hashes), lambda layer: f"RUN {layer}")
    assert [row.what for row in rows] == [
        "deleted with all that the folder held", "added", "deleted", "content changed",
        "same content, owner or mode changed", "added",
    ]  # fmt: skip
    assert [row.same_as for row in rows] == [None, 1, None, None, 0, None]
    assert not any(row.shown for row in rows)
    assert [[column.text(row) for column in VERSIONS][-1] for row in rows] == [f"RUN {n}" for n in range(5, -1, -1)]
