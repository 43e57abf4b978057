"""The numbers of a tree agree with counting what it shows, and come back from JSON as they were."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from hypothesis import given, settings

from imagexplorer.core.overlay import stack
from imagexplorer.core.summary import Summary, summary
from imagexplorer.core.tree_view import ViewSpec
from imagexplorer.core.tree_viewing import view
from tests.core.naive import Entry, build
from tests.core.stacks import PLAIN_STACKS, STACKS
from tests.core.visible import visible


@settings(max_examples=300, deadline=None)
@given(PLAIN_STACKS | STACKS)
def test_agrees_with_what_is_shown(layers: Sequence[Sequence[Entry]]) -> None:
    tree = stack([build(layer) for layer in layers])
    found = summary(tree)
    shown = Counter(entry.kind for entry in visible(tree))
    counts = found.counts
    assert counts.files == shown["file"] + shown["hardlink"]
    assert (counts.dirs, counts.symlinks) == (shown["dir"], shown["symlink"])
    assert counts.files + counts.dirs + counts.symlinks + counts.other == shown.total()
    assert counts.visible_bytes == found.space.visible_bytes == view(tree, ViewSpec()).size[0]
    assert Summary.of_json(json.loads(json.dumps(found.as_json()))) == found
