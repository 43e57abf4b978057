"""Where the bytes of an image are: stored, visible, and wasted with what wasted them. Pure arithmetic over a FileTree.

* stored: the content of all entries of all layers; visible: what the top of the stack shows; wasted: the difference.
* A version of a path is hidden by the next one up: *deleted* (removed by a whiteout, an opaque marker, with a parent),
  *rewritten* (same content again: chmod, chown, touch) or *overwritten* (anything else). An earlier entry of the same
  path in one layer is overwritten by its own layer.
* A file with several names counts once. It is hidden when its last visible name is, charged to that layer and cause;
  where one layer hides several last names, rewritten goes before overwritten before deleted.
* Directories, links and devices count 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagexplorer.core.file_tree import IMPLIED, NONE, REMOVED_BY_WHITEOUT, REPEATED, WRITTEN, FileTree
from imagexplorer.core.layer_index import FILE
from imagexplorer.core.tree_view import MARK_OWNER

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Flags, Ints

NOT_HIDDEN, DELETED, OVERWRITTEN, REWRITTEN = range(4)
CAUSES = ("", "deleted", "overwritten", "rewritten")
"""Why a content is not to be seen."""

_VISIBLE = 2**40


@dataclass(frozen=True, slots=True)
class Hidden:
    """Bytes that a layer hid."""

    layer: int
    overwritten_bytes: int = 0
    deleted_bytes: int = 0
    rewritten_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Space:
    """`by_layer` has the layers that hid something, base first; its sums are the three above it."""

    stored_bytes: int
    visible_bytes: int
    overwritten_bytes: int
    deleted_bytes: int
    rewritten_bytes: int
    by_layer: tuple[Hidden, ...] = ()

    @property
    def wasted_bytes(self) -> int:
        return self.stored_bytes - self.visible_bytes


@dataclass(frozen=True, slots=True, eq=False)
class Fates:
    """What became of every content, an array with one element a version. `content`: it has bytes of its own (a regular
    file, hard links have none). `cause` is NOT_HIDDEN for what is to be seen under any name, `layer` then -1; else
    `layer` hid its last name."""

    content: Flags
    cause: Ints
    layer: Ints


def fates(tree: FileTree) -> Fates:
    import numpy as np

    start = np.asarray(tree["version_start"])
    what, layer = np.asarray(tree["version_what"]), np.asarray(tree["version_layer"])
    n = len(what)
    new_node = np.zeros(n + 1, bool)
    new_node[start] = True
    new_layer = new_node.copy()
    new_layer[1:-1] |= layer[1:] != layer[:-1]
    last_of_layer = np.repeat(np.flatnonzero(new_layer[1:]), np.diff(np.flatnonzero(new_layer)))

    # What hid each version, as layer * 4 + cause: the next layer's last word on the path, or its own layer's.
    hidden = np.full(n, _VISIBLE, np.int64)
    upper = np.flatnonzero((what == WRITTEN) & ~new_node[1:])
    own = np.flatnonzero(what == REPEATED)
    for versions, hiding in ((upper, last_of_layer[np.minimum(upper + 1, n - 1)]), (own, last_of_layer[own])):
        cause = np.full(len(versions), OVERWRITTEN)
        cause[what[hiding] >= REMOVED_BY_WHITEOUT] = DELETED
        if versions is upper:
            same = (what[hiding] < IMPLIED) & (np.asarray(tree["version_mark"])[hiding] == MARK_OWNER)
            cause[same] = REWRITTEN
        hidden[versions] = layer[hiding].astype(np.int64) * 4 + cause
    links, data = np.asarray(tree["data_row"]), np.asarray(tree["data"])
    held = data != NONE
    np.maximum.at(hidden, data[held], hidden[links[held]])

    content = ((what == WRITTEN) | (what == REPEATED)) & (np.asarray(tree["version_kind"]) == FILE)
    seen = hidden == _VISIBLE
    causes = np.where(seen, NOT_HIDDEN, hidden & 3).astype(np.uint8)
    return Fates(content, causes, np.where(seen, -1, hidden >> 2).astype(np.int32))


def space(tree: FileTree, known: Fates | None = None) -> Space:
    """`known` where the fates were told already."""
    import numpy as np

    found = known or fates(tree)
    size = np.asarray(tree["version_size"])
    lost = np.flatnonzero(found.content & (found.cause != NOT_HIDDEN))
    table = np.zeros((max(tree.layers, 1), 4), np.int64)
    np.add.at(table, (found.layer[lost], found.cause[lost]), size[lost])
    by_layer = tuple(
        Hidden(number, row[OVERWRITTEN], row[DELETED], row[REWRITTEN])
        for number, row in enumerate(table.tolist())
        if any(row)
    )
    _, deleted, overwritten, rewritten = table.sum(axis=0).tolist()
    stored = int(size[found.content].sum())
    return Space(stored, stored - int(size[lost].sum()), overwritten, deleted, rewritten, by_layer)
