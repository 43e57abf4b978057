"""What is taken out of an image: which entries of its tree, in which order, and what was made of them.

Pure: the worker process lists (`members`), whoever writes follows `Extraction` to the letter and reports with `Report`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from imagexplorer.core.file_tree import IMPLIED, NONE, WRITTEN, FileTree
from imagexplorer.core.layer_index import DIR, FILE, HARDLINK, NO_TIME, SYMLINK

MEMBERS, REGIONS, DATA, FAULT = "members", "regions", "data", "fault"
"""What is told of an extraction: (MEMBERS, list of Member) in batches; (REGIONS, number of the member, list of (offset,
length)) of each that has holes, before the first byte of any; (DATA, number of the member, bytes), those of a member in
their order and before any of the next, holes left out; (FAULT, why)."""
FOLDER, REGULAR, LINK, NAME, SPECIAL = "folder", "file", "symlink", "hardlink", "special"


class Member(NamedTuple):
    """One entry. `path` is relative to what was chosen, its last name included; `kind` FOLDER to SPECIAL. `target` is
    the link's text of a LINK; of a NAME the number of the REGULAR member that holds its bytes. `version` holds the
    content of a REGULAR one. `mtime` is nanoseconds since 1970, None where none is known."""

    path: bytes
    kind: str
    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    size: int = 0
    mtime: int | None = None
    target: bytes = b""
    same_as: int = -1
    version: int = -1


@dataclass(frozen=True, slots=True)
class Wanted:
    """`nodes` of the tree, each with all below it, as they stand at `layer` (-1: the top); with `delta` only what that
    very layer wrote. One version of a path: `version` (then `nodes` has its node)."""

    nodes: tuple[int, ...] = (0,)
    layer: int = -1
    delta: bool = False
    version: int = -1


@dataclass(frozen=True, slots=True)
class Options:
    """`ids` keeps setuid, setgid and owners; `overwrite` replaces files that are there; without `runs` no file in a
    folder can be executed."""

    ids: bool = False
    overwrite: bool = False
    runs: bool = True


@dataclass(frozen=True, slots=True)
class Target:
    """A folder, or with `tar` a file that is made."""

    path: str
    tar: bool = False
    options: Options = Options()


@dataclass(frozen=True, slots=True)
class Skipped:
    path: str
    why: str


@dataclass(slots=True)
class Report:
    """What came of it. `skipped_more` counts what the list has no room for."""

    files: int = 0
    folders: int = 0
    links: int = 0
    written_bytes: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    skipped_more: int = 0

    def skip(self, path: str, why: str) -> None:
        if len(self.skipped) < 1000:
            self.skipped.append(Skipped(path, why))
        else:
            self.skipped_more += 1


def members(tree: FileTree, wanted: Wanted) -> list[Member]:
    """Folders before what they hold; a NAME after the member that it is another name of. A hard link whose content is
    not among them becomes a REGULAR member of its own. Nodes whose names are the same come each in its folder."""
    if wanted.version >= 0:
        return _one(tree, wanted.nodes[0], wanted.version)
    layer = tree.layers - 1 if wanted.layer < 0 else wanted.layer
    walk = _Walk(tree, layer, wanted.delta)
    tops = _outermost(tree, wanted.nodes)
    apart = len({tree.name(node) for node in tops}) == len(tops)
    common = 0 if apart else _common_folder(tree, tops)
    for node in tops:
        walk.take(node, None if apart else common)
    return walk.finish()


def _outermost(tree: FileTree, nodes: Sequence[int]) -> list[int]:
    chosen, parent = set(nodes), tree["parent"]

    def inside(node: int) -> bool:
        while node:
            node = parent[node]
            if node in chosen:
                return True
        return False

    return sorted(node for node in chosen if not inside(node))


def _above(tree: FileTree, node: int) -> list[int]:
    """The folders that a node is in, the outermost (the root) first."""
    found = []
    while node:
        node = tree["parent"][node]
        found.append(node)
    return found[::-1]


def _common_folder(tree: FileTree, nodes: Sequence[int]) -> int:
    """The innermost that all are in."""
    chains = [_above(tree, node) for node in nodes]
    return max(set.intersection(*map(set, chains)), key=chains[0].index)


def _one(tree: FileTree, node: int, version: int) -> list[Member]:
    told = tree.versions(node)
    found = next(each for each in told if each.number == version)
    name = tree.name(node) or b"root"
    return [
        Member(
            name, REGULAR, found.mode, found.uid, found.gid, tree["version_size"][_content(tree, version)],
            found.mtime, version=_content(tree, version),
        )
    ]  # fmt: skip


def _content(tree: FileTree, version: int) -> int:
    node = tree.node_of(version)
    data = next(each.data for each in tree.versions(node) if each.number == version)
    return version if data is None else data


class _Walk:
    def __init__(self, tree: FileTree, layer: int, delta: bool) -> None:
        self.tree, self.layer, self.delta = tree, layer, delta
        self.found: list[Member] = []
        self.of_content: dict[int, int] = {}
        self.names: list[tuple[Member, int]] = []
        self.folders: dict[bytes, int] = {}  # above what is taken, by path: they come as they are needed

    def take(self, top: int, below: int | None = None) -> None:
        """`below`: a folder above; the path begins there."""
        first, count = self.tree["first"], self.tree["count"]
        path = self.tree.name(top) if top else b""
        if below is not None:
            names = b""
            for folder in _above(self.tree, top)[len(_above(self.tree, below)) + 1 :]:
                names += self.tree.name(folder)
                version = self._version(folder)
                if version is not None:
                    self.folders[names] = version
                names += b"/"
            path = names + path
        waiting = [(top, path)]
        while waiting:
            node, path = waiting.pop()
            version = self._version(node)
            if version is None:
                continue
            is_dir = self.tree["version_kind"][version] == DIR or node == 0
            own = self.tree["version_layer"][version] == self.layer
            if is_dir:
                if path and (own or not self.delta):
                    self._add(path, version)
                elif path:
                    self.folders[path] = version
                waiting += [
                    (child, path + b"/" + self.tree.name(child) if path else self.tree.name(child))
                    for child in reversed(range(first[node], first[node] + count[node]))
                ]
            elif own or not self.delta:
                self._add(path, version)

    def _take_folders(self) -> None:
        """Those above what is taken that were not asked for, or that the layer did not write."""
        there = {member.path for member in self.found}
        needed = set()
        for path in list(there):
            while (path := path.rpartition(b"/")[0]) and path not in there and path not in needed:
                needed.add(path)
        made = [self._member(path, self.folders[path]) for path in sorted(needed) if path in self.folders]
        self.found = sorted([*made, *self.found], key=lambda member: member.path.split(b"/"))
        self.of_content = {m.version: at for at, m in enumerate(self.found) if m.kind == REGULAR}

    def _version(self, node: int) -> int | None:
        """The one that stands at the layer; None where the path is not there."""
        start, layers, what = self.tree["version_start"], self.tree["version_layer"], self.tree["version_what"]
        for number in range(start[node + 1] - 1, start[node] - 1, -1):
            if layers[number] <= self.layer:
                return number if what[number] in (WRITTEN, IMPLIED) else None
        return None

    def _add(self, path: bytes, version: int) -> None:
        member = self._member(path, version)
        if member.kind == NAME:
            self.names.append((member, member.version))
            return
        if member.kind == REGULAR:
            self.of_content[member.version] = len(self.found)
        self.found.append(member)

    def _member(self, path: bytes, version: int) -> Member:
        tree = self.tree
        kind = tree["version_kind"][version]
        mtime = tree["version_mtime"][version]
        base = Member(
            path, SPECIAL, tree["version_mode"][version], tree["version_uid"][version], tree["version_gid"][version],
            0, None if mtime == NO_TIME else mtime,
        )  # fmt: skip
        if kind == DIR or tree["version_what"][version] == IMPLIED:
            return base._replace(kind=FOLDER, mode=base.mode or 0o755)
        if kind == FILE:
            return base._replace(kind=REGULAR, size=tree["version_size"][version], version=version)
        if kind == SYMLINK:
            link = tree.columns.sparse("link_row", "link_start", "links", version)
            return base._replace(kind=LINK, target=link or b"")
        if kind == HARDLINK:
            content = _content(tree, version)
            if content not in (version, NONE) and tree["version_kind"][content] == FILE:
                return base._replace(kind=NAME, size=tree["version_size"][content], version=content)
        return base

    def finish(self) -> list[Member]:
        if self.folders:
            self._take_folders()
        for member, content in self.names:
            at = self.of_content.get(content)
            if at is None:
                self.of_content[content] = len(self.found)
                self.found.append(member._replace(kind=REGULAR))
            else:
                self.found.append(member._replace(same_as=at, version=-1))
        return self.found
