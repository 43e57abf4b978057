"""Stacking done the slow and obvious way: entries applied one by one to a dict of paths. Measure of `core.overlay`.

Knows the rules, none of the code under test: layers are lists of Entry, paths are bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from imagexplorer.core.columns import Columns
from imagexplorer.core.layer_index import KINDS, LayerIndex
from imagexplorer.core.tree_nodes import column

MAX_HOPS = 40


@dataclass(frozen=True)
class Entry:
    path: bytes
    kind: str = "file"
    size: int = 0
    hash: int = 0
    mode: int = 0o644
    uid: int = 0
    link: bytes = b""


@dataclass(frozen=True)
class Thing:
    """What is at a path: an entry of a layer (`row`), or an implied folder (None). `content` is the (layer, row) whose
    bytes it holds; None for what has none."""

    kind: str
    layer: int
    row: int | None
    mode: int = 0o755
    uid: int = 0
    link: bytes = b""
    content: tuple[int, int] | None = None
    real: str = ""  # of hard links: the kind of what they name; "" for a dangling one
    target: bytes = b""  # of symlinks, and hard links to such


Tree = dict[bytes, Thing]


def build(entries: Sequence[Entry]) -> LayerIndex:
    """The entries as a LayerIndex."""
    links = [(row, entry.link) for row, entry in enumerate(entries) if entry.kind in ("symlink", "hardlink")]

    def starts(pieces: Iterable[bytes]) -> list[int]:
        found = [0]
        for piece in pieces:
            found.append(found[-1] + len(piece))
        return found

    n = len(entries)
    columns = {
        "path_start": column(starts(entry.path for entry in entries), "I"),
        "paths": memoryview(b"".join(entry.path for entry in entries)),
        "kind": column([KINDS.index(entry.kind) for entry in entries], "B"),
        "flags": column([0] * n, "B"),
        "mode": column([entry.mode for entry in entries], "H"),
        "uid": column([entry.uid for entry in entries], "I"),
        "gid": column([0] * n, "I"),
        "size": column([entry.size for entry in entries], "q"),
        "mtime": column(range(n), "q"),
        "data": column([-1] * n, "q"),
        "hash": column([entry.hash for entry in entries], "Q"),
        "link_row": column([row for row, _ in links], "I"),
        "link_start": column(starts(link for _, link in links), "I"),
        "links": memoryview(b"".join(link for _, link in links)),
        "stored_row": column([], "I"),
        "stored_start": column([0], "I"),
        "stored": memoryview(b""),
    }
    return LayerIndex(Columns(columns, {}))


def above(path: bytes) -> list[bytes]:
    """The folders above a path, the nearest first, without the root."""
    found = []
    while b"/" in path:
        path = path.rpartition(b"/")[0]
        found.append(path)
    return found


def inside(path: bytes, folder: bytes) -> bool:
    return path != folder and (not folder or path.startswith(folder + b"/"))


def resolve(tree: Tree, folder: bytes) -> bytes | None:
    """A folder with its symlinks followed inside the root; None for a loop."""
    todo, done, hops = folder.split(b"/"), b"", 0
    while todo:
        part = todo.pop(0)
        if part in (b"", b"."):
            continue
        if part == b"..":
            done = done.rpartition(b"/")[0]
            continue
        path = done + b"/" + part if done else part
        if path in tree and tree[path].kind == "symlink":
            hops += 1
            if hops > MAX_HOPS:
                return None
            target = tree[path].link
            if target.startswith(b"/"):
                done = b""
            todo = target.split(b"/") + todo
        else:
            done = path
    return done


def real_path(tree: Tree, path: bytes) -> bytes:
    folder, _, name = path.rpartition(b"/")
    found = resolve(tree, folder)
    if found is None:
        return path
    return found + b"/" + name if found else name


def lexical(path: bytes) -> bytes:
    return resolve({}, path) or b""


@dataclass
class Replay:
    """`trees[k]` is what is visible after layer k; `hidden` has (layer, cause, bytes) of each content that is not."""

    layers: Sequence[Sequence[Entry]]
    trees: list[Tree] = field(default_factory=list)
    hidden: list[tuple[int, str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        tree: Tree = {b"": Thing("dir", 0, None)}
        for number, entries in enumerate(self.layers):
            lower = dict(tree)
            born = self._apply(number, entries, tree, lower)
            self._charge(number, tree, lower, born)
            self.trees.append(tree)
            tree = dict(tree)

    def entry(self, content: tuple[int, int]) -> Entry:
        return self.layers[content[0]][content[1]]

    def _apply(self, number: int, entries: Sequence[Entry], tree: Tree, lower: Tree) -> list[tuple[bytes, Thing]]:
        met = dict(lower)  # as the markers meet it: symlinks that the layer makes directories are none
        for entry in sorted((entry for entry in entries if entry.kind == "dir"), key=lambda entry: len(entry.path)):
            path = real_path(met, entry.path)
            if path in met and met[path].kind == "symlink":
                met[path] = Thing("dir", number, None)
        for entry in entries:  # what is hidden of lower layers, wherever it stands
            if entry.kind == "whiteout" and entry.path:
                path = real_path(met, entry.path)
                for other in [other for other in tree if other == path or inside(other, path)]:
                    del tree[other]
            elif entry.kind == "opaque":
                path = resolve(met, entry.path)
                path = entry.path if path is None else path
                for other in [other for other in tree if inside(other, path)]:
                    del tree[other]
        placed: list[tuple[bytes, Thing]] = []
        aims: dict[int, int | Thing] = {}  # hard links by their place among the entries: the entry or lower thing meant
        targets: dict[int, bytes] = {}
        for row, entry in enumerate(entries):
            if entry.kind in ("whiteout", "opaque") or (not entry.path and entry.kind != "dir"):
                continue
            path = real_path(tree, entry.path)
            thing = Thing(entry.kind, number, row, entry.mode, entry.uid, entry.link)
            if entry.kind == "symlink":
                thing = replace(thing, target=entry.link)
            if entry.kind == "file":
                thing = replace(thing, content=(number, row), real="file")
            if entry.kind == "hardlink":
                target = targets[len(placed)] = real_path(tree, lexical(entry.link))
                mine = [place for place, (at, _) in enumerate(placed) if at == target]
                if mine:
                    aims[len(placed)] = mine[-1]
                elif target in lower:
                    aims[len(placed)] = lower[target]
            for folder in reversed(above(path)):
                if folder not in tree or tree[folder].kind != "dir":
                    for other in [other for other in tree if other == folder or inside(other, folder)]:
                        del tree[other]
                    tree[folder] = Thing("dir", number, None)
            if path in tree and (entry.kind != "dir" or tree[path].kind != "dir"):
                for other in [other for other in tree if other == path or inside(other, path)]:
                    del tree[other]
            tree[path] = thing
            placed.append((path, thing))
        for place, target in targets.items():  # to an entry that comes later, where there is no other
            if place not in aims:
                later = [other for other in range(place + 1, len(placed)) if placed[other][0] == target]
                if later:
                    aims[place] = later[0]
        for place, (path, thing) in enumerate(list(placed)):
            if thing.kind == "hardlink":
                linked = self._linked(thing, placed, aims, place)
                placed[place] = (path, linked)
                if tree.get(path) is thing:
                    tree[path] = linked
        return placed

    @staticmethod
    def _linked(thing: Thing, placed: Sequence[tuple[bytes, Thing]], aims: dict[int, int | Thing], place: int) -> Thing:
        aim: int | Thing | None = place
        seen = set()
        while isinstance(aim, int):
            if aim in seen:
                return thing
            seen.add(aim)
            following = aims.get(aim) if placed[aim][1].kind == "hardlink" else placed[aim][1]
            if following is None:
                return thing
            aim = following
        assert aim is not None
        if aim.kind == "dir":
            return thing
        real = aim.real or ("" if aim.kind == "hardlink" else aim.kind)
        return replace(thing, content=aim.content, real=real, target=aim.target)

    def same(self, a: Thing, b: Thing) -> bool:
        """Do two things of one path hold the same content?"""
        assert a.content
        assert b.content
        x, y = self.entry(a.content), self.entry(b.content)
        return a.content == b.content or (x.size == y.size and (x.size == 0 or (x.hash == y.hash and x.hash != 0)))

    def mark(self, number: int, path: bytes) -> str:
        """What layer `number` did to the path."""
        before = self.trees[number - 1].get(path) if number else None
        after = self.trees[number].get(path)
        if not path and not number:
            before = Thing("dir", 0, None)
        if after is None:
            return "" if before is None else "D"
        if before is None:
            return "A"
        if after is before or after == before:
            return ""
        old, new = before.real or before.kind, after.real or after.kind
        if old != new or new == "hardlink":
            return "M"
        if new == "dir":
            return "O" if after.row is not None and (before.mode, before.uid) != (after.mode, after.uid) else ""
        if new == "file":
            return "O" if self.same(before, after) else "M"
        return "O" if before.target == after.target else "M"

    def _charge(self, number: int, tree: Tree, lower: Tree, born: list[tuple[bytes, Thing]]) -> None:
        names: dict[tuple[int, int], list[tuple[bytes, bool]]] = {}
        for path, thing in lower.items():
            if thing.content:
                names.setdefault(thing.content, []).append((path, False))
        for path, thing in born:
            if thing.content:
                names.setdefault(thing.content, []).append((path, True))
        alive = {thing.content for thing in tree.values()}
        for content, paths in names.items():
            if content in alive:
                continue
            causes = set()
            for path, own in paths:
                after = tree.get(path)
                if after is None:
                    causes.add("deleted")
                elif not own and after.content and self.same(lower[path], after):
                    causes.add("rewritten")
                else:
                    causes.add("overwritten")
            cause = next(cause for cause in ("rewritten", "overwritten", "deleted") if cause in causes)
            self.hidden.append((number, cause, self.entry(content).size))

    @property
    def stored(self) -> int:
        return sum(e.size for entries in self.layers for e in entries if e.kind == "file" and e.path)

    def visible(self, number: int) -> int:
        contents = {thing.content for thing in self.trees[number].values() if thing.content}
        return sum(self.entry(content).size for content in contents)
