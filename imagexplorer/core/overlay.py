"""Stacks the LayerIndexes of an image into one FileTree. Knows whiteouts, opaque directories, links and order; no I/O.

Rules (OCI image spec, "Image Layer Filesystem Changeset", and what engines do where it is silent):

* Whiteouts and opaque markers hide versions of lower layers only, wherever they stand in their layer; the folder they
  speak of is that of the lower layers, or the directory that their own layer puts there.
* Else the entries of a layer apply in order: the last one of a path wins, directories merge, anything else removes what
  was below it. An entry below something that is no directory makes a directory of it (engines refuse; flagged).
* A parent that is a symlink is followed inside the root (`core.tree_links`).
* A hard link shares the content that its target has at that moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from imagexplorer.core import tree_links
from imagexplorer.core.columns import distinct
from imagexplorer.core.control import Control
from imagexplorer.core.file_tree import (
    IMPLIED,
    REMOVED_BY_OPAQUE,
    REMOVED_BY_WHITEOUT,
    REMOVED_WITH_PARENT,
    REPEATED,
    REPLACED_PARENT,
    WRITTEN,
    FileTree,
)
from imagexplorer.core.layer_index import DIR, OPAQUE, WHITEOUT, LayerIndex
from imagexplorer.core.text import plain_bytes
from imagexplorer.core.tree_nodes import Nodes, Paths
from imagexplorer.core.tree_versions import Events, SameContent, build

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Flags, Ints

MAX_PROBLEMS = 1000


def stack(
    layers: Sequence[LayerIndex], same_content: SameContent | None = None, control: Control | None = None
) -> FileTree:
    """Fold the layers, base first. Where `same_content` is None, unknown contents count as different."""
    import numpy as np

    control = control or Control()
    problems: list[list[str]] = []
    lists = [Paths(layer["paths"], np.asarray(layer["path_start"])) for layer in layers]
    links = [tree_links.hard_links(layer) for layer in layers]
    control.step(0, 4, "sorting paths")
    nodes = tree_links.resolve(layers, lists, links, problems)
    del lists
    control.step(1, 4, "stacking layers")
    fold = _Fold(layers, nodes, problems)
    for number, (rows, _) in enumerate(links):
        fold.add(number, rows)
        control.step(1 + (number + 1) / len(layers), 4, "stacking layers")
    control.step(2, 4, "comparing versions")
    node_at, events = fold.node, fold.events
    del fold
    return build(layers, nodes, node_at, events, problems, same_content, control)


class _Fold:
    """The state after some layers. Positions number the nodes in preorder: what is below p is p+1 to end[p]-1."""

    def __init__(self, layers: Sequence[LayerIndex], nodes: Nodes, problems: list[list[str]]) -> None:
        import numpy as np

        self.layers = layers
        self.nodes = nodes
        self.problems = problems
        self.position, self.end = _preorder(nodes)
        n = len(nodes)
        self.node = np.empty(n, np.int32)
        self.node[self.position] = np.arange(n, dtype=np.int32)
        self.parent = self.position[nodes.parent[self.node]]
        self.events = Events()
        self.current = np.full(n, -1, np.int32)  # the event that made what is visible now, -1 nothing
        self.is_dir = np.zeros(n, bool)
        self._wrote = np.full(n, -1, np.int32)  # the last layer that wrote (or implied) it
        self._gone = np.full(n, -1, np.int32)  # the last layer that hid it, and the event that it hid
        self._hidden = np.full(n, -1, np.int32)
        self.current[:1] = self.events.add(0, IMPLIED, np.zeros(1, np.int32))
        self.is_dir[0] = True

    def flag(self, layer: int, pos: int, reason: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append([f"layer {layer}: /{plain_bytes(self.nodes.path(int(self.node[pos])))}", reason])

    def add(self, number: int, link_rows: Ints) -> None:
        """One more layer. `link_rows` are its hard links, whose targets are a list of paths of their own."""
        import numpy as np

        layer = self.layers[number]
        kind = np.asarray(layer["kind"])
        pos = self._placed(number, layer, kind)
        rows = np.flatnonzero((kind != WHITEOUT) & (kind != OPAQUE) & (pos >= 0))
        at = pos[rows]
        if np.any(at[1:] <= at[:-1]):
            by = np.argsort(at, kind="stable")
            rows, at = rows[by], at[by]
        solid = kind[rows] != DIR  # everything that removes what was below it
        final = np.ones(len(rows), bool)
        final[:-1] = at[1:] != at[:-1]
        wide = np.flatnonzero(solid & (self.end[at] > at + 1))
        killed, broken = self._conflicts(number, rows, at, final, wide)
        targets = self.position[self.nodes.of_paths[len(self.layers) + number]]
        lower = self.current[targets]

        final_at = at[final]
        before = self.current[final_at]
        gone, cause = self._ranges(pos[(kind == WHITEOUT) & (pos >= 0)], pos[(kind == OPAQUE) & (pos >= 0)], at[wide])
        if len(broken):
            gone, cause = np.append(gone, broken), np.append(cause, np.full(len(broken), REPLACED_PARENT, np.uint8))
        visible = self.current[gone] >= 0
        gone, cause = gone[visible], cause[visible]
        self._hidden[gone] = self.current[gone]
        self._gone[gone] = number
        self.current[gone] = -1

        self._wrote[final_at] = number
        self.current[final_at] = 0  # there; its event is numbered below
        self.is_dir[final_at] = ~solid[final]
        implied, implied_before = self._implied(number, final_at)

        earlier = np.flatnonzero(~final)
        repeated = self.events.add(number, REPEATED, at[earlier], rows[earlier])
        kept = self._wrote[gone] != number
        self.events.add(number, cause[kept], gone[kept], before=self._hidden[gone[kept]])
        killed = killed[(self._wrote[killed] != number) & (self._gone[killed] != number)]
        self.events.add(number, REPLACED_PARENT, distinct(killed))  # written and removed by one layer
        self.current[implied] = self.events.add(number, IMPLIED, implied, before=implied_before)
        self.current[final_at] = self.events.add(number, WRITTEN, final_at, rows[final], before)
        if len(link_rows):
            event = np.full(len(kind), -1, np.int32)
            event[rows[final]] = self.current[final_at]
            event[rows[earlier]] = repeated
            self._link(number, link_rows, targets, rows, at, event, lower)

    def _placed(self, number: int, layer: LayerIndex, kind: Ints) -> Ints:
        """The position of each row, -1 for those that take no part."""
        import numpy as np

        node = self.nodes.of_paths[number]
        pos = np.where(node >= 0, self.position[node], -1)
        beyond = np.flatnonzero(node < 0)
        for row in beyond[:10].tolist():
            if len(self.problems) < MAX_PROBLEMS:
                where = f"layer {number}: /{plain_bytes(layer.path(row), 200)}"
                self.problems.append([where, "left out: deeper, or more files and folders, than a tree may have"])
        # A whiteout of the root would remove everything; no tool means that.
        odd = np.flatnonzero((node == 0) & (kind != DIR) & (kind != OPAQUE))
        for row in odd[:10].tolist():
            what = "a whiteout of" if kind[row] == WHITEOUT else "something other than a directory at"
            self.flag(number, 0, f"entry {row} is {what} the root itself; left out")
        pos[odd] = -1
        return pos

    def _conflicts(self, number: int, rows: Ints, at: Ints, final: Flags, wide: Ints) -> tuple[Ints, Ints]:
        """Entries below a non-directory of the same layer: the later one wins. Clears `final` where an entry does not
        last. Returns the positions of entries that went with their parent, and of those that became directories."""
        import numpy as np

        low = np.searchsorted(at, at[wide], "right")
        high = np.searchsorted(at, self.end[at[wide]])
        killed = [np.zeros(0, np.int32)]
        broken = []
        for i, a, b in zip(wide.tolist(), low.tolist(), high.tolist(), strict=True):
            if a == b:
                continue
            later = rows[a:b] > rows[i]
            if later.any() and final[i]:
                final[i] = False
                broken.append(int(at[i]))
                self.flag(number, int(at[i]), "is no directory, but later entries of the same layer are below it")
            earlier = a + np.flatnonzero(~later)
            killed.append(at[earlier])
            final[earlier] = False
        return np.concatenate(killed), np.array(broken, np.int32)

    def _ranges(self, whiteout: Ints, opaque: Ints, replaced: Ints) -> tuple[Ints, Ints]:
        """Positions that the layer hides, each once, and by what."""
        import numpy as np

        low = np.concatenate((whiteout, opaque + 1, replaced + 1))
        high = self.end[np.concatenate((whiteout, opaque, replaced))]
        causes = np.array([REMOVED_WITH_PARENT, REMOVED_BY_OPAQUE, REPLACED_PARENT], np.uint8)
        cause = np.repeat(causes, [len(whiteout), len(opaque), len(replaced)])
        by = np.lexsort((-high, low))
        low, high, cause = low[by], high[by], cause[by]
        outer = high > low  # ranges of a tree nest or are apart: the outermost say it all
        outer[1:] &= low[1:] >= np.maximum.accumulate(high)[:-1]
        low, sizes, cause = low[outer], (high - low)[outer], cause[outer]
        where = np.repeat(low - (np.cumsum(sizes) - sizes), sizes) + np.arange(int(sizes.sum()))
        cause = np.repeat(cause, sizes)
        if len(whiteout):
            cause[np.isin(where, whiteout)] = REMOVED_BY_WHITEOUT
        return where.astype(np.int32), cause

    def _implied(self, number: int, written: Ints) -> tuple[Ints, Ints]:
        """Folders that must be there though the layer does not list them, and the versions whose place they take."""
        import numpy as np

        found = [np.zeros(0, np.int32)]
        parents = self.parent[written]
        while True:
            parents = distinct(parents[(self.current[parents] < 0) | ~self.is_dir[parents]])
            if not len(parents):
                break
            for pos in parents[self.current[parents] >= 0][:10].tolist():
                self.flag(number, pos, "is no directory in the layers below, but this layer puts files below it")
            found.append(parents)
            hidden = self._gone[parents] == number
            self._hidden[parents] = np.where(hidden, self._hidden[parents], self.current[parents])
            self.is_dir[parents] = True
            self.current[parents] = 0
            self._wrote[parents] = number
            parents = self.parent[parents]
        implied = np.concatenate(found)
        return implied, self._hidden[implied]

    def _link(
        self, number: int, link_rows: Ints, targets: Ints, rows: Ints, at: Ints, event: Ints, lower: Ints
    ) -> None:
        """Find the content of each hard link: its target's entry before it in this layer, else the lower layers'."""
        import numpy as np

        placed = event[link_rows] >= 0
        link_rows, targets, lower = link_rows[placed], targets[placed], lower[placed]
        scale = len(event) + 1
        key = at.astype(np.int64) * scale + rows
        index = np.searchsorted(key, targets.astype(np.int64) * scale + link_rows)
        earlier = np.maximum(index - 1, 0)
        inside = (index > 0) & (at[earlier] == targets)
        data = np.where(inside, event[rows[earlier]], lower)
        later = np.minimum(index, len(rows) - 1)
        later = np.where(rows[later] == link_rows, np.minimum(later + 1, len(rows) - 1), later)
        forward = (data < 0) & (at[later] == targets) & (rows[later] > link_rows)
        data = np.where(forward, event[rows[later]], data)
        where = np.full(len(event), -1, np.int64)
        where[rows] = at
        for row in link_rows[forward][:10].tolist():
            self.flag(number, int(where[row]), "is a hard link that comes before its target")
        for row in link_rows[data < 0][:10].tolist():
            self.flag(number, int(where[row]), "is a hard link to something that is not there")
        self.events.link(event[link_rows], data)


def _preorder(nodes: Nodes) -> tuple[Ints, Ints]:
    """The preorder position of each node, and by position the end of what is below it."""
    import numpy as np

    n = len(nodes)
    size = np.ones(n, np.int32)
    depths = list(pairwise(nodes.levels))
    for low, high in reversed(depths[1:]):
        parents = nodes.parent[low:high]
        begins = np.flatnonzero(np.diff(parents, prepend=-1))
        size[parents[begins]] += np.add.reduceat(size[low:high], begins)
    position = np.zeros(n, np.int32)
    for low, high in depths[1:]:
        parents = nodes.parent[low:high]
        before = np.cumsum(size[low:high]) - size[low:high]
        position[low:high] = position[parents] + 1 + before - before[nodes.first[parents] - low]
    end = np.empty(n, np.int32)
    end[position] = position + size
    return position, end
