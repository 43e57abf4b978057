"""Symlinked parents and the targets of hard links: which path an entry really means. Knows no versions and no content.

Engines resolve the parents of an entry inside the root of the image, at the moment when they unpack it: `b/c` is `a/c`
where `b` is a symlink to `a` by then. That is rare, so the entries that could be meant are found with arrays, and only
these are replayed one by one, together with all that makes or removes the symlinks in question.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from imagexplorer.core.layer_index import DIR, HARDLINK, OPAQUE, SYMLINK, WHITEOUT, LayerIndex
from imagexplorer.core.text import plain_bytes
from imagexplorer.core.tree_nodes import MAX_DEPTH, Nodes, Paths, number

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Flags, Ints

MAX_HOPS = 40
MAX_STEPS = 20_000_000
"""Links followed for one path, and components looked at for all paths of an image."""

_PASSES = 8
_NAMED = 20  # problems of one kind that are told one by one


def hard_links(layer: LayerIndex) -> tuple[Ints, list[bytes]]:
    """The rows of hard links, and the path that each means."""
    import numpy as np

    rows = np.flatnonzero(np.asarray(layer["kind"]) == HARDLINK)
    return rows, [lexical(layer.link(row) or b"") for row in rows.tolist()]


def lexical(path: bytes) -> bytes:
    """`.` and `..` resolved inside the root, no slashes around."""
    if b"//" not in path and b"/." not in path and not path.startswith((b"/", b".")) and not path.endswith(b"/"):
        return path
    parts: list[bytes] = []
    for part in path.split(b"/"):
        if part == b"..":
            del parts[-1:]
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/".join(parts)


def resolve(
    layers: Sequence[LayerIndex],
    lists: list[Paths],
    links: Sequence[tuple[Ints, list[bytes]]],
    problems: list[list[str]],
) -> Nodes:
    """Number the paths of all layers (`lists`) and the targets of all hard links, having put the path that it really
    means in place of each (in `lists` and `links`). `of_paths` of the nodes: the layers, the links of each layer."""

    def numbered() -> Nodes:
        return number([*lists, *(Paths.of_list(targets) for _, targets in links), Paths.of_list(sorted(moved))])

    # A symlink whose own parent is one stands at a place where nobody looked for one: look again with it known.
    moved: set[bytes] = set()
    nodes = numbered()
    found = _follow(layers, lists, links, nodes)
    if found is None:
        return nodes
    for _ in range(_PASSES):
        if found.moved <= moved:
            break
        moved |= found.moved
        nodes = numbered()
        found = _follow(layers, lists, links, nodes) or found
    else:
        problems.append(["symlinks", f"lead to each other more than {_PASSES} times over; some may be wrong"])
    problems += found.problems
    if found.apply(lists, links):
        nodes = numbered()
    return nodes


@dataclass(slots=True)
class _Found:
    """By layer: rows and the paths, positions among the hard links and the targets that they really mean."""

    paths: list[dict[int, bytes]] = field(default_factory=list)
    targets: list[dict[int, bytes]] = field(default_factory=list)
    moved: set[bytes] = field(default_factory=set)  # where the symlinks stand that are not where they say
    problems: list[list[str]] = field(default_factory=list)

    def apply(self, lists: list[Paths], links: Sequence[tuple[Ints, list[bytes]]]) -> bool:
        for layer, (paths, targets) in enumerate(zip(self.paths, self.targets, strict=True)):
            if paths:
                lists[layer] = lists[layer].replaced(list(paths), list(paths.values()))
            for position, target in targets.items():
                links[layer][1][position] = target
        return any(self.paths) or any(self.targets)


def _follow(
    layers: Sequence[LayerIndex], lists: list[Paths], links: Sequence[tuple[Ints, list[bytes]]], nodes: Nodes
) -> _Found | None:
    """None where no entry's parent can be a symlink."""
    import numpy as np

    is_link = np.zeros(len(nodes), bool)
    for layer, node in zip(layers, nodes.of_paths, strict=False):
        is_link[node[(np.asarray(layer["kind"]) == SYMLINK) & (node > 0)]] = True
    is_link[nodes.of_paths[-1]] = True
    is_link[0] = False
    opaque = [node[np.asarray(layer["kind"]) == OPAQUE] for layer, node in zip(layers, nodes.of_paths, strict=False)]
    if not np.any(nodes.count[is_link]) and not any(is_link[node].any() for node in opaque):
        return None
    below, above = _related(nodes, is_link)
    replay = _Replay()
    for layer_number, layer in enumerate(layers):
        kind, node = np.asarray(layer["kind"]), nodes.of_paths[layer_number]
        meant = (node > 0) & (is_link[node] | below[node] | (above[node] & (kind != DIR)))
        meant |= (node == 0) & (kind == OPAQUE)
        link_rows, targets = links[layer_number]
        through = nodes.of_paths[len(layers) + layer_number]
        meant[link_rows[(through >= 0) & below[through]]] = True
        aims = dict(zip(link_rows.tolist(), enumerate(targets), strict=True))
        rows = np.flatnonzero(meant)
        replay.layer(
            layer_number, layer, dict(zip(rows.tolist(), kind[rows].tolist(), strict=True)), lists[layer_number], aims
        )
    return replay.found


def _related(nodes: Nodes, is_link: Flags) -> tuple[Flags, Flags]:
    """Nodes below, and nodes above, a node that is a symlink in any layer."""
    import numpy as np

    below = np.zeros(len(nodes), bool)
    above = np.zeros(len(nodes), bool)
    depths = list(pairwise(nodes.levels[1:]))
    for low, high in depths:
        parent = nodes.parent[low:high]
        below[low:high] = below[parent] | is_link[parent]
    for low, high in reversed(depths):
        above[nodes.parent[low:high][above[low:high] | is_link[low:high]]] = True
    return below, above


class _Place:
    """A path at or above a symlink. `target` is what the symlink there names, None where there is none."""

    __slots__ = ("inside", "target")

    def __init__(self) -> None:
        self.inside: dict[bytes, _Place] = {}
        self.target: list[bytes] | None = None


class _Replay:
    """The symlinks that are visible after the entries seen so far."""

    def __init__(self) -> None:
        self.found = _Found()
        self._told = 0
        self._root = _Place()
        self._steps = 0
        self._folders: dict[bytes, list[bytes] | None] = {}  # resolved since the last change
        self._own: set[bytes] = set()  # directories of the layer at hand, while its markers are resolved

    def layer(
        self, layer: int, index: LayerIndex, kinds: dict[int, int], lookup: Paths, aims: dict[int, tuple[int, bytes]]
    ) -> None:
        """Replay these rows of a layer (with their kinds); `aims` has the place and the target of each hard link."""
        self.found.paths.append({})
        self.found.targets.append({})
        hides = [(row, kind == OPAQUE) for row, kind in kinds.items() if kind in (WHITEOUT, OPAQUE)]
        # A symlink in whose place the layer puts a directory is none for its markers: they speak of that directory.
        # So an engine writes `rm link && mkdir link`: the directory, opaque, and no whiteout.
        self._folders.clear()
        for path in sorted((lookup[row] for row, kind in kinds.items() if kind == DIR and hides), key=len):
            folder, _, name = path.rpartition(b"/")
            resolved = self._resolve(folder)
            if resolved is not None and self._is_link([*resolved, name]):
                self._own.add(b"/".join([*resolved, name]))
                self._folders.clear()
        meant = [self._meant(layer, row, lookup, whole) for row, whole in hides]
        self._own.clear()
        self._folders.clear()
        for (_, whole), parts in zip(hides, meant, strict=True):
            self._remove(parts, keep_itself=whole)
        for row, kind in kinds.items():
            if kind in (WHITEOUT, OPAQUE):
                continue
            if row in aims:
                self._aim(layer, lookup[row], *aims[row])
            parts = self._meant(layer, row, lookup)
            self._make_folders(parts[:-1])
            self._remove(parts, keep_inside=kind == DIR)
            if kind == SYMLINK:
                self._put(parts, index.link(row) or b"")
                if row in self.found.paths[-1]:
                    self.found.moved.add(self.found.paths[-1][row])

    def _meant(self, layer: int, row: int, lookup: Paths, whole: bool = False) -> list[bytes]:
        """The components of the path that a row really means. `whole`: its last one is followed too."""
        path = lookup[row]
        folder, _, name = (path, b"", b"") if whole else path.rpartition(b"/")
        resolved = self._resolve(folder)
        if resolved is None:
            self._tell(layer, path, "its parent is a loop of symlinks, over 40 of them, or too deep; shown as spelled")
            return path.split(b"/")
        parts = resolved if whole else [*resolved, name]
        real = b"/".join(parts)
        if real != path:
            self.found.paths[-1][row] = real
        return parts

    def _is_link(self, parts: Iterable[bytes]) -> bool:
        place: _Place | None = self._root
        for part in parts:
            place = place.inside.get(part) if place is not None else None
        return place is not None and place.target is not None

    def _aim(self, layer: int, path: bytes, position: int, target: bytes) -> None:
        folder, _, name = target.rpartition(b"/")
        resolved = self._resolve(folder)
        if resolved is None:
            self._tell(layer, path, "its target is behind a loop of symlinks")
            return
        real = b"/".join([*resolved, name])
        if real != target:
            self.found.targets[-1][position] = real

    def _resolve(self, folder: bytes) -> list[bytes] | None:
        """The folder with every symlink followed, None where that has no end."""
        if folder in self._folders:
            return self._folders[folder]
        result = self._folders[folder] = self._walk(folder.split(b"/"))
        return result

    def _walk(self, parts: Sequence[bytes]) -> list[bytes] | None:
        todo = list(reversed(parts))
        done: list[bytes] = []
        places: list[_Place | None] = [self._root]
        hops = 0
        while todo:
            part = todo.pop()
            self._steps += 1
            if part in (b"", b"."):
                continue
            if part == b"..":
                if done:
                    done.pop()
                    places.pop()
                continue
            above = places[-1]
            place = above.inside.get(part) if above is not None else None
            if place is None or place.target is None or (self._own and b"/".join([*done, part]) in self._own):
                done.append(part)
                places.append(place)
                continue
            hops += 1
            if hops > MAX_HOPS or self._steps > MAX_STEPS or len(todo) + len(place.target) > MAX_DEPTH:
                return None
            if place.target[0] == b"":
                done.clear()
                del places[1:]
            todo.extend(reversed(place.target))
        return done

    def _remove(self, parts: Iterable[bytes], keep_itself: bool = False, keep_inside: bool = False) -> None:
        place: _Place | None = self._root
        above, last = self._root, b""
        for part in parts:
            if place is None:
                return
            above, last = place, part
            place = place.inside.get(part)
        if place is None:
            return
        self._folders.clear()
        if keep_itself:
            place.inside.clear()
        elif keep_inside:
            place.target = None
        else:
            above.inside.pop(last, None)

    def _make_folders(self, parts: Iterable[bytes]) -> None:
        """What an entry is below is a folder by then; a symlink is still there only where it could not be followed."""
        place: _Place | None = self._root
        for part in parts:
            place = place.inside.get(part) if place is not None else None
            if place is not None and place.target is not None:
                place.target = None
                self._folders.clear()

    def _put(self, parts: Iterable[bytes], target: bytes) -> None:
        place = self._root
        for part in parts:
            place = place.inside.setdefault(part, _Place())
        place.target = target.split(b"/")
        self._folders.clear()

    def _tell(self, layer: int, path: bytes, reason: str) -> None:
        self._told += 1
        if self._told <= _NAMED:
            self.found.problems.append([f"layer {layer}: /{plain_bytes(path)}", reason])
