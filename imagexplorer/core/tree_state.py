"""A FileTree at one of its layers: what is to be seen of each path, what became of it, and whose the bytes are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagexplorer.core.file_tree import IMPLIED, NONE, FileTree
from imagexplorer.core.layer_index import FILE, HARDLINK
from imagexplorer.core.tree_view import MARK_DELETED

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Flags, Ints


class State:
    """Every node at one layer: visible or not, its mark, and the version to show (a deleted one's: what was there).
    `gone`: what lower layers deleted counts as deleted too; without it there is none of that."""

    def __init__(self, tree: FileTree, layer: int, gone: bool = False) -> None:
        import numpy as np

        self.tree = tree
        start = np.asarray(tree["version_start"]).astype(np.int32)
        self._layer = np.asarray(tree["version_layer"])
        if layer >= tree.layers - 1:
            last = start[1:] - 1
            has = start[1:] > start[:-1]
        else:
            upto = np.zeros(len(self._layer) + 1, np.int32)
            np.cumsum(self._layer <= layer, out=upto[1:])
            known = upto[start[1:]] - upto[start[:-1]]
            last = start[:-1] + known - 1
            has = known > 0
        last = np.maximum(last, 0)
        self.visible: Flags = has & (np.asarray(tree["version_what"])[last] <= IMPLIED)
        self.mark: Ints = np.where(has & (self._layer[last] == layer), np.asarray(tree["version_mark"])[last], 0)
        self.version: Ints = last
        deleted = np.flatnonzero(self.mark == MARK_DELETED)
        version = last[deleted] - 1
        while len(again := np.flatnonzero(self._layer[version] == layer)):
            version[again] -= 1
        self.version[deleted] = version
        self.gone: Flags = np.zeros(len(tree), bool)
        if gone:
            self._dig_up(last, has & ~self.visible & (self.mark != MARK_DELETED))
        self._data_row = np.asarray(tree["data_row"])
        self._data = np.asarray(tree["data"])

    def _dig_up(self, last: Ints, hidden: Flags) -> None:
        """Show the newest version that was ever to be seen of what is not there any more."""
        import numpy as np

        what = np.asarray(self.tree["version_what"])
        seen = np.maximum.accumulate(np.where(what <= IMPLIED, np.arange(len(what), dtype=np.int32), -1))
        nodes = np.flatnonzero(hidden)
        version = seen[last[nodes]]
        was = version >= np.asarray(self.tree["version_start"])[nodes].astype(np.int32)
        self.gone[nodes[was]] = True
        self.mark[self.gone] = MARK_DELETED
        self.version[nodes[was]] = version[was]

    def node_of(self, version: Ints) -> Ints:
        import numpy as np

        return np.searchsorted(np.asarray(self.tree["version_start"]), version, "right") - 1

    def is_file(self, version: Ints, kind: Ints) -> Flags:
        """Regular files and hard links to such."""
        import numpy as np

        result: Flags = kind == FILE
        links = np.flatnonzero(kind == HARDLINK)
        if len(links):
            data = self._data[np.searchsorted(self._data_row, version[links])]
            held = data != NONE
            result[links[held]] = np.asarray(self.tree["version_kind"])[data[held]] == FILE
        return result

    def own_sizes(self, rows: Ints) -> tuple[Ints, Ints]:
        """Bytes and kind of each row itself. The bytes of a file with several names are the first visible name's, the
        target's own where it is visible; those of a deleted one are counted when no name is left."""
        import numpy as np

        version = self.version[rows]
        kind = np.asarray(self.tree["version_kind"])[version]
        size = np.asarray(self.tree["version_size"])[version]
        held = self._data != NONE
        links, data = self._data_row[held], self._data[held]
        if not len(links):
            return size, kind
        contents = np.unique(data)
        link_node, content_node = self.node_of(links), self.node_of(contents)
        link_shown = self.version[link_node] == links
        content_shown = self.version[content_node] == contents
        of = np.searchsorted(contents, data)
        dead_link = link_shown & (self.mark[link_node] == MARK_DELETED)
        live_link = link_shown & self.visible[link_node]
        live = content_shown & self.visible[content_node]
        dead = content_shown & (self.mark[content_node] == MARK_DELETED)
        taken = live.copy()
        names = np.zeros(len(contents), bool)
        names[of[live_link]] = True
        at_node = np.zeros(len(contents), np.int64) + content_node
        for which, blocked in ((live_link, taken), (dead_link, taken | names | dead)):
            mine = np.flatnonzero(which & ~blocked[of])
            heads, index = np.unique(of[mine], return_index=True)
            at_node[heads] = link_node[mine[index]]
            self._give(rows, size, at_node[heads], contents[heads])
        gone = np.flatnonzero(dead & names)  # deleted here, but its bytes live on under another name
        self._give(rows, size, content_node[gone], None)
        return size, kind

    def _give(self, rows: Ints, size: Ints, nodes: Ints, contents: Ints | None) -> None:
        import numpy as np

        if not len(nodes) or not len(rows):
            return
        at = np.minimum(np.searchsorted(rows, nodes), len(rows) - 1)
        good = rows[at] == nodes
        size[at[good]] = 0 if contents is None else np.asarray(self.tree["version_size"])[contents[good]]
