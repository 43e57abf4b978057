"""Layers as plain Python, replayed naively into the columns that screens read: for tests of everything above core."""

from __future__ import annotations

import fnmatch
import hashlib
import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from imagexplorer.core.columns import Columns
from imagexplorer.core.layer_index import KINDS, NO_HASH, NO_OFFSET, LayerIndex
from imagexplorer.core.tree_view import MARK_ADDED, MARK_DELETED, MARK_MODIFIED, MARK_OWNER, NO_MARK, TreeView, ViewSpec
from imagexplorer.core.tree_view import MARKS as MARK_LETTERS


@dataclass(frozen=True)
class FakeFile:
    """One entry of a layer. A whiteout's path is what it removes."""

    path: str
    content: bytes = b""
    kind: str = "file"
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    mtime: int = 1_700_000_000
    link: str = ""

    @property
    def size(self) -> int:
        return len(self.content) if self.kind == "file" else 0


FakeLayer = Sequence[FakeFile]


@dataclass(frozen=True)
class Row:
    """A row of a view before it has become columns."""

    kind: str = "dir"
    size: int = 0
    mark: int = NO_MARK
    mode: int = 0o755
    layer: int = -1
    uid: int = 0
    gid: int = 0
    mtime: int = 0
    link: str = ""


def diff_id(layer: FakeLayer) -> str:
    return "sha256:" + hashlib.sha256(repr(tuple(layer)).encode()).hexdigest()


def layer_index(layer: FakeLayer) -> LayerIndex:
    """A layer as the columns of `LayerIndex`."""
    paths = [file.path.encode("utf-8", "surrogateescape") for file in layer]
    links = [(row, file.link.encode()) for row, file in enumerate(layer) if file.kind in ("symlink", "hardlink")]
    count = len(layer)
    return LayerIndex(
        Columns(
            {
                "path_start": _column("I", _starts(paths)),
                "paths": _blob(paths),
                "kind": _column("B", (KINDS.index(file.kind) for file in layer)),
                "flags": _column("B", [0] * count),
                "mode": _column("H", (file.mode for file in layer)),
                "uid": _column("I", (file.uid for file in layer)),
                "gid": _column("I", (file.gid for file in layer)),
                "size": _column("q", (file.size for file in layer)),
                "mtime": _column("q", (file.mtime * 10**9 for file in layer)),
                "data": _column("q", [NO_OFFSET] * count),
                "hash": _column("Q", (_hash(file) for file in layer)),
                "link_row": _column("I", (row for row, _ in links)),
                "link_start": _column("I", _starts([link for _, link in links])),
                "links": _blob([link for _, link in links]),
                "stored_row": _column("I", []),
                "stored_start": _column("I", [0]),
                "stored": _blob([]),
            },
            {"diff_id": diff_id(layer), "verified": True, "computed": diff_id(layer), "problems": []},
        )
    )


def replay(layers: Sequence[FakeLayer], top: int) -> dict[str, tuple[FakeFile, int]]:
    """What is visible at layer `top`, by path."""
    visible: dict[str, tuple[FakeFile, int]] = {}
    for number, layer in enumerate(layers[: top + 1]):
        for file in layer:
            if file.kind in ("whiteout", "opaque"):
                below = file.path + "/" if file.path else ""
                gone = [path for path in visible if path.startswith(below)]
                for path in gone + ([file.path] if file.kind == "whiteout" else []):
                    visible.pop(path, None)
        for file in layer:
            if file.kind not in ("whiteout", "opaque"):
                visible[file.path] = (file, number)
    return visible


def layers_view(layers: Sequence[FakeLayer], spec: ViewSpec) -> TreeView:
    """What `spec` asks of these layers, answered by replaying them."""
    top = len(layers) - 1 if spec.layer < 0 else min(spec.layer, len(layers) - 1)
    before, after = replay(layers, top - 1), replay(layers, top)
    rows: dict[str, Row] = {}
    for path in sorted(before.keys() | after.keys()):
        file, number = after[path] if path in after else before[path]
        mark = NO_MARK
        if path not in before:
            mark = MARK_ADDED
        elif path not in after:
            mark = MARK_DELETED
        elif number == top:
            old = before[path][0]
            same = (old.kind, old.content, old.link) == (file.kind, file.content, file.link)
            mark = MARK_OWNER if same else MARK_MODIFIED
        if spec.delta and mark == NO_MARK:
            continue
        rows[path] = Row(file.kind, file.size, mark, file.mode, number, file.uid, file.gid, file.mtime, file.link)
    return rows_view(rows, spec)


def rows_view(rows: dict[str, Row], spec: ViewSpec | None = None) -> TreeView:
    """Rows by path (no leading slash) as a TreeView; folders that are missing are made up."""
    spec = spec or ViewSpec()
    hits = [path for path, row in rows.items() if _matches(path, row, spec)]
    kept: dict[str, Row] = {"": Row()}
    for path in hits if spec.filtered else rows:
        parts = path.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            kept.setdefault(folder, rows.get(folder, Row()))
        kept[path] = rows[path]
    children: dict[str, list[str]] = {}
    for path in kept:
        if path:
            children.setdefault(path.rpartition("/")[0], []).append(path)
    sizes, files = dict.fromkeys(kept, 0), dict.fromkeys(kept, 0)
    for path, row in kept.items():
        above = path
        while True:
            sizes[above] += row.size
            files[above] += row.kind == "file"
            if not above:
                break
            above = above.rpartition("/")[0]
    order, parent, first, count = [""], [0], [], []
    key = _sort_key(kept, sizes, spec)
    for number, path in enumerate(order):
        below = sorted(children.get(path, ()), key=key, reverse=spec.descending)
        first.append(len(order) if below else 0)
        count.append(len(below))
        order.extend(below)
        parent.extend([number] * len(below))
    found = [kept[path] for path in order]
    names = [path.rpartition("/")[2].encode("utf-8", "surrogateescape") for path in order]
    links = [(number, row.link.encode()) for number, row in enumerate(found) if row.link]
    return TreeView(
        Columns(
            {
                "parent": _column("I", parent),
                "first": _column("I", first),
                "count": _column("I", count),
                "node": _column("I", range(len(order))),
                "mark": _column("B", (row.mark for row in found)),
                "kind": _column("B", (KINDS.index(row.kind) for row in found)),
                "mode": _column("H", (row.mode for row in found)),
                "layer": _column("h", (row.layer for row in found)),
                "uid": _column("I", (row.uid for row in found)),
                "gid": _column("I", (row.gid for row in found)),
                "mtime": _column("q", (row.mtime * 10**9 for row in found)),
                "size": _column("q", (sizes[path] for path in order)),
                "files": _column("I", (files[path] for path in order)),
                "name_start": _column("I", _starts(names)[:-1]),
                "name_length": _column("H", (len(name) for name in names)),
                "names": _blob(names),
                "link_row": _column("I", (number for number, _ in links)),
                "link_start": _column("I", _starts([link for _, link in links])),
                "links": _blob([link for _, link in links]),
                "hit": _column("B", (path in hits for path in order) if spec.filtered else ()),
            },
            {
                "hits": len(hits) if spec.filtered else -1,
                "hit_bytes": sum(rows[path].size for path in hits),
                "gone_hits": 0,
            },
        )
    )


def _matches(path: str, row: Row, spec: ViewSpec) -> bool:
    if spec.marks and MARK_LETTERS[row.mark] not in tuple(spec.marks):
        return False
    if spec.types and row.kind not in spec.types and not ("setuid" in spec.types and row.mode & 0o6000):
        return False
    if spec.sizes and (row.kind != "file" or not spec.sizes.least <= row.size <= (spec.sizes.most or row.size)):
        return False
    if not spec.text:
        return True
    if spec.pattern == "glob":
        return fnmatch.fnmatchcase(path, spec.text)
    if spec.pattern == "regex":
        return re.search(spec.text, path) is not None
    return spec.text.lower() in path.lower()


def _sort_key(rows: dict[str, Row], sizes: dict[str, int], spec: ViewSpec) -> Callable[[str], Any]:
    keys: dict[str, Callable[[str], Any]] = {
        "name": lambda path: (rows[path].kind != "dir", path.lower()),
        "size": lambda path: sizes[path],
        "mark": lambda path: rows[path].mark,
        "layer": lambda path: rows[path].layer,
        "mode": lambda path: rows[path].mode,
        "mtime": lambda path: rows[path].mtime,
        "kind": lambda path: rows[path].kind,
        "owner": lambda path: (rows[path].uid, rows[path].gid),
        "link": lambda path: (not rows[path].link, rows[path].link),
        "files": lambda path: rows[path].kind == "file",
    }
    return keys[spec.sort]


def _column(code: str, values: Iterable[int]) -> memoryview:
    return memoryview(array(code, values))


def _blob(pieces: Sequence[bytes]) -> memoryview:
    return memoryview(b"".join(pieces))


def _starts(pieces: Sequence[bytes]) -> list[int]:
    starts = [0]
    for piece in pieces:
        starts.append(starts[-1] + len(piece))
    return starts


def _hash(file: FakeFile) -> int:
    if file.kind != "file":
        return NO_HASH
    return int.from_bytes(hashlib.sha256(file.content).digest()[:8], "little")
