"""From the paths of many layers to the numbered nodes of one tree. Knows bytes and order, nothing of layers' meaning.

A path is split into its folder and its name. Folders repeat from entry to entry, so only each run of one folder becomes
a Python object; names are sorted eight bytes at a time. Nodes come in breadth-first order: node 0 is the root, the
children of a node are consecutive and sorted by the bytes of their names.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from imagexplorer.core.name_order import Words, sorted_names

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[Any]  # of any integer type
    Flags = NDArray[np.bool_]

MAX_DEPTH = 1024
MAX_NODES = 2_000_000
"""Limits of a tree. A path deeper than MAX_DEPTH is more than any engine unpacks (PATH_MAX is 4,096 bytes)."""

SLASH = 0x2F
_BEYOND, _ROOT_ITSELF = -1, -2
_BYTES = 1 << 18  # gathered at a time: bounds the memory of the indexes, and keeps them near the processor
_STEP = 1 << 15  # pieces gathered at a time: bounds the memory of the indexes


def column(values: Any, code: str) -> memoryview:
    """An array (or a list) as a column of `core.columns`."""
    import numpy as np

    dtype = np.dtype(code)
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu" and values.dtype.itemsize == dtype.itemsize:
        values = values.view(dtype)  # no copy for the sake of a sign
    whole = np.ascontiguousarray(values, dtype=dtype)
    raw: Any = memoryview(whole.data).cast("B") if whole.size else memoryview(b"")
    view: memoryview = raw.cast(code)
    return view


@dataclass(slots=True)
class Paths:
    """n paths, one after the other: path i is `blob[start[i]:start[i+1]]`, lexical (no leading or trailing slash)."""

    blob: memoryview
    start: Ints

    @classmethod
    def of_list(cls, paths: Sequence[bytes]) -> Paths:
        import numpy as np

        start = np.zeros(len(paths) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, paths), np.int64, len(paths)), out=start[1:])
        return cls(memoryview(b"".join(paths)), start)

    def __len__(self) -> int:
        return len(self.start) - 1

    def __getitem__(self, row: int) -> bytes:
        return bytes(self.blob[int(self.start[row]) : int(self.start[row + 1])])

    def replaced(self, rows: Sequence[int], paths: Sequence[bytes]) -> Paths:
        """The same with other paths at these rows."""
        import numpy as np

        extra = Paths.of_list(paths)
        start, length = self.start[:-1].astype(np.int64), np.diff(self.start).astype(np.int64)
        where = np.asarray(rows, np.int64)
        start[where] = extra.start[:-1] + len(self.blob)
        length[where] = np.diff(extra.start)
        both = np.frombuffer(b"".join((self.blob, extra.blob)), np.uint8)
        ends = np.zeros(len(self) + 1, np.int64)
        np.cumsum(length, out=ends[1:])
        return Paths(column(gather(both, start, length), "B"), ends)


@dataclass(slots=True)
class Nodes:
    """n nodes in breadth-first order (int32 arrays). `levels[d]:levels[d+1]` are the nodes of depth d.

    `names` holds every name followed by a slash; name i is `names[name_start[i]:name_start[i+1]-1]`.
    `of_paths[j][i]` is the node of path i of the j-th list, -1 where the path is beyond the limits.
    """

    parent: Ints
    first: Ints
    count: Ints
    name_start: Ints
    names: NDArray[np.uint8]
    levels: list[int]
    of_paths: list[Ints]

    def __len__(self) -> int:
        return len(self.parent)

    def path(self, node: int) -> bytes:
        parts = []
        while node:
            parts.append(self.names[self.name_start[node] : self.name_start[node + 1] - 1].tobytes())
            node = int(self.parent[node])
        return b"/".join(reversed(parts))


def number(lists: Sequence[Paths]) -> Nodes:
    """All paths of all lists, and the folders above them, as nodes."""
    import numpy as np

    lengths = [len(paths) for paths in lists]
    blob = np.empty(sum(len(paths.blob) for paths in lists) + 8, np.uint8)  # so that a word can be read at every byte
    blob[-8:] = 0
    wide = np.int64 if len(blob) > 2**31 else np.int32
    name_at = np.empty(sum(lengths), wide)
    name_length = np.empty(sum(lengths), np.int32)
    folder_of_row: Ints = np.empty(sum(lengths), np.int32)
    folders = _Folders(blob)
    base = row = 0
    for paths in lists:
        blob[base : base + len(paths.blob)] = np.frombuffer(paths.blob, np.uint8)
        for low in range(0, len(paths), _STEP):
            ends: Ints = paths.start[low : low + _STEP + 1].astype(np.int64) + base
            here = slice(row + low, row + low + len(ends) - 1)
            name_at[here], folder_of_row[here] = folders.split(ends)
            name_length[here] = ends[1:] - name_at[here]
        base += len(paths.blob)
        row += len(paths)
    folders.close()

    rows = len(folder_of_row)
    made = len(folders.parent) - 1
    folder_all = np.concatenate((folder_of_row, np.array(folders.parent[1:], np.int32)))
    at_all = np.concatenate((name_at, np.array(folders.name_at[1:], wide)))
    length_all = np.concatenate((name_length, np.array(folders.name_length[1:], np.int32)))
    del name_at, name_length
    order, new = sorted_names(Words(blob), folder_all, at_all, length_all)
    unique = np.empty(rows + made, np.int32)
    unique[order] = np.cumsum(new, dtype=np.int32) - 1
    shown = order[new]
    # Rows of no folder (the root, paths beyond the limits) sort first and get no node.
    outside = int(np.searchsorted(folder_all[shown], 0))
    shown = shown[outside:]
    unique -= outside
    del order, new
    folder_of_unique = folder_all[shown]
    rank, first_of_folder, sizes = _ranked(folders, folder_of_unique, unique[rows:])
    n = len(shown) + 1
    begin = np.searchsorted(folder_of_unique, np.arange(made + 1)).astype(np.int32)
    node_of_unique = first_of_folder[folder_of_unique] + np.arange(n - 1, dtype=np.int32) - begin[folder_of_unique]
    node_of_folder = np.zeros(made + 1, np.int32)
    node_of_folder[1:] = node_of_unique[unique[rows:]]

    first = np.zeros(n, np.int32)
    count = np.zeros(n, np.int32)
    first[node_of_folder] = first_of_folder
    count[node_of_folder] = sizes
    parent = np.zeros(n, np.int32)
    parent[1:] = np.repeat(node_of_folder[rank], sizes[rank])
    of_rows = (
        np.where(folder_all[:rows] >= 0, node_of_unique[np.maximum(unique[:rows], 0)], -1)
        if n > 1
        else np.full(rows, -1, np.int32)
    )
    of_rows[folder_of_row == _ROOT_ITSELF] = 0
    by_node = np.empty(n - 1, shown.dtype)
    by_node[node_of_unique - 1] = shown
    name_at, name_length = at_all[by_node], length_all[by_node]
    # The names are the largest piece of a tree: nothing that is no longer needed stands beside them.
    del folder_all, folder_of_row, folder_of_unique, unique, shown, at_all, length_all, by_node, node_of_unique
    name_start, names = _gather_names(blob, name_at, name_length)
    depth_sizes = np.bincount(np.array(folders.depth)[rank], weights=sizes[rank]).astype(np.int64)
    levels = [0, 1, *(1 + np.cumsum(depth_sizes[depth_sizes > 0])).tolist()]
    split = np.cumsum(lengths)[:-1]
    return Nodes(parent, first, count, name_start, names, levels, list(np.split(of_rows, split)))


class _Folders:
    """The folders met so far. Folder 0 is the root; a folder's parent has a lower number."""

    def __init__(self, blob: NDArray[np.uint8]) -> None:
        self._blob = blob
        self._words = Words(blob)
        self.parent = array("i", [0])
        self.name_at = array("q", [0])
        self.name_length = array("i", [0])
        self.depth = array("i", [0])
        self._known: dict[bytes, int] = {b"": 0}
        self._inside: dict[bytes, int] = {}

    def split(self, ends: Ints) -> tuple[Ints, Ints]:
        """Where the names of these paths begin, and their folders: _BEYOND the limits, or _ROOT_ITSELF.

        Path i is what stands in the blob from ends[i] to ends[i+1].
        """
        import numpy as np

        start = ends[:-1]
        slashes = np.flatnonzero(self._blob[start[0] : ends[-1]] == SLASH) + start[0]
        slashes = np.concatenate((start[:1] - 1, slashes))
        last = slashes[np.searchsorted(slashes, ends[1:]) - 1]
        length = np.maximum(last - start, 0)  # of the folder's path
        name_at = np.where(last >= start, last + 1, start)
        begins = np.ones(len(start), bool)
        begins[1:] = length[1:] != length[:-1]
        rows = np.flatnonzero(~begins)
        begins[rows] = ~self._words.equal(start[rows - 1], start[rows], length[rows])
        rows = np.flatnonzero(begins)
        blob, known, add = self._blob.data, self._known, self._add
        found = []
        for at, size in zip(start[rows].tolist(), length[rows].tolist(), strict=True):
            path = bytes(blob[at : at + size])
            folder = known.get(path)
            found.append(add(path, at) if folder is None else folder)
        folders = np.array(found, np.int32)[np.cumsum(begins) - 1]
        folders[ends[1:] == start] = _ROOT_ITSELF
        return name_at, folders

    def close(self) -> None:
        """No more paths come: forget what was only for finding folders again."""
        self._known.clear()
        self._inside.clear()

    def _add(self, path: bytes, at: int) -> int:
        head, _, name = path.rpartition(b"/")
        folder = self._known.get(head)
        if folder is not None:
            folder = self._child(folder, name, at + len(path) - len(name))
        else:
            folder = 0
            for name in path.split(b"/"):
                folder = self._child(folder, name, at)
                if folder < 0:
                    break
                at += len(name) + 1
        self._known[path] = folder
        return folder

    def _child(self, folder: int, name: bytes, at: int) -> int:
        if folder < 0:
            return _BEYOND
        new = len(self.parent)
        # One object a folder: a name has no slash, so what follows it is the folder's number.
        key = b"%b/%d" % (name, folder)
        child = self._inside.setdefault(key, new)
        if child == new:
            depth = self.depth[folder] + 1
            if depth >= MAX_DEPTH or new >= MAX_NODES:
                del self._inside[key]
                return _BEYOND
            self.parent.append(folder)
            self.name_at.append(at)
            self.name_length.append(len(name))
            self.depth.append(depth)
        return child


def _ranked(folders: _Folders, folder_of_unique: Ints, unique_of_folder: Ints) -> tuple[Ints, Ints, Ints]:
    """Folders in breadth-first order; the first node inside each folder; how many nodes are inside each."""
    import numpy as np

    made = len(folders.parent)
    parent = np.array(folders.parent, np.int64)
    depth = np.array(folders.depth)
    sizes = np.bincount(folder_of_unique, minlength=made).astype(np.int32)
    place = np.zeros(made, np.int64)
    by_depth = np.argsort(depth, kind="stable")
    edges = np.searchsorted(depth[by_depth], np.arange(int(depth.max()) + 2)).tolist()
    unique = np.concatenate((np.zeros(1, np.int64), unique_of_folder))
    for low, high in pairwise(edges[1:]):
        level = by_depth[low:high]
        level = level[np.lexsort((unique[level], place[parent[level]]))]
        by_depth[low:high] = level
        place[level] = np.arange(low, high)
    first = np.empty(made, np.int32)
    first[by_depth] = 1 + np.cumsum(sizes[by_depth]) - sizes[by_depth]
    return by_depth, first, sizes


def _gather_names(blob: NDArray[np.uint8], at: Ints, length: Ints) -> tuple[Ints, NDArray[np.uint8]]:
    """The names one after the other, the root's (empty) first, each followed by a slash; and where each begins."""
    import numpy as np

    start = np.zeros(len(at) + 2, np.int64)
    start[1] = 1
    np.cumsum(length + 1, out=start[2:])
    start[2:] += 1
    names = np.empty(int(start[-1]), np.uint8)
    gather(blob, at, length + 1, names[1:])  # with the byte behind it, which is then made a slash
    names[start[1:] - 1] = SLASH
    return start, names


def gather(
    blob: NDArray[np.uint8], start: Ints, length: Ints, into: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """The pieces of the blob one after the other, in `into` if it is given."""
    import numpy as np

    ends = np.cumsum(length, dtype=np.int64)
    pieces = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8) if into is None else into
    low = done = 0
    while low < len(ends):
        high = int(np.searchsorted(ends, done + _BYTES, "right"))
        if high <= low:  # one long piece
            first, end = int(start[low]), int(ends[low])
            pieces[done:end] = blob[first : first + end - done]
            high = low + 1
        else:
            end = int(ends[high - 1])
            part = length[low:high]
            source = np.repeat(start[low:high] + part - ends[low:high], part)
            source += np.arange(done, end)
            np.take(blob, source, out=pieces[done:end])
        low, done = high, end
    return pieces
