"""A container's changes as a tree: two pseudo layers, so that stacking and views need no special case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from imagexplorer.core.columns import Columns
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ADDED, DELETED, MODIFIED, Change
from imagexplorer.core.file_tree import IMPLIED, NONE, WRITTEN, FileTree
from imagexplorer.core.layer_index import DIR, FILE, KINDS, NO_OWNER, NO_TIME, WHITEOUT, LayerIndex
from imagexplorer.core.overlay import stack
from imagexplorer.core.tree_nodes import column
from imagexplorer.core.tree_view import MARK_ADDED, MARK_MODIFIED, MARK_OWNER, TreeView, ViewSpec
from imagexplorer.core.tree_viewing import view

IMAGE_SIDE, WRITABLE = 0, 1
"""The layers of the tree: what the image had there as far as the changes tell, and what the container made of it."""


_Row = tuple[bytes, int, int, int, tuple[int, int], int]  # path, kind, mode, size, owner, mtime
_NOBODY = (NO_OWNER, NO_OWNER)
OWNED = "owned"
"""Of two images compared: the content is the same, owner or mode are not. No engine says so of a container."""
_MARK = {ADDED: MARK_ADDED, MODIFIED: MARK_MODIFIED, OWNED: MARK_OWNER}


def changes_tree(changes: Iterable[Change]) -> FileTree:
    """The two layers stacked. Marks are what the engine said: only it can compare the contents."""
    wanted = _by_path(changes)
    return _marked(stack(change_layers(wanted.values())), wanted, WRITABLE)


def whole_tree(
    image: FileTree, layers: Sequence[LayerIndex], changes: Iterable[Change], control: Control | None = None
) -> FileTree:
    """All that a container's file system holds: its image's layers (stacked, they are `image`) and what it wrote as one
    more. Where a change's kind is not known, it is what the image has there."""
    wanted = _by_path(changes)
    known = [_as_in(image, path, change) for path, change in wanted.items()]
    return _marked(stack([*layers, change_layers(known)[1]], control=control), wanted, len(layers))


def _as_in(image: FileTree, path: bytes, change: Change) -> Change:
    """An engine tells of a folder that something was put into as changed: taken for a file, it would hide all in it."""
    if change.kind != MODIFIED or change.node:
        return change
    node = image.find(path)
    last = image.versions(node)[-1:] if node is not None else []
    if not last or last[0].what not in (WRITTEN, IMPLIED):
        return change
    version = last[0]
    size = version.size if change.size_bytes is None else change.size_bytes
    mode = version.mode if change.mode is None else change.mode
    owner = (version.uid, version.gid) if change.owner is None else change.owner
    return replace(change, node=KINDS[version.kind], size_bytes=size, mode=mode, owner=owner)


def _marked(tree: FileTree, wanted: Mapping[bytes, Change], writable: int) -> FileTree:
    """What `writable`, the number of a layer of changes, wrote, with the marks that were told of it."""
    written = [_MARK[change.kind] for _, change in sorted(wanted.items()) if change.kind != DELETED]
    marks = bytearray(tree["version_mark"])
    for version, (layer, row) in enumerate(zip(tree["version_layer"], tree["version_row"], strict=True)):
        if layer == writable and row != NONE:
            marks[version] = written[row]
    columns = {**tree.columns.columns, "version_mark": memoryview(marks).cast("B")}
    return FileTree(Columns(columns, tree.columns.meta))


def changes_view(changes: Iterable[Change], spec: ViewSpec, control: Control | None = None) -> TreeView:
    """The changes with their marks and sizes, and the folders above them. Of `spec` the filter, the order and `engines`
    count."""
    rows = list(changes)
    shown = rows if spec.engines else [change for change in rows if not change.engines]
    found = view(changes_tree(shown), replace(spec, layer=WRITABLE, delta=True), control)
    meta = {**found.columns.meta, "folded": sum(change.engines for change in rows)}
    return TreeView(Columns(found.columns.columns, meta))


def change_layers(changes: Iterable[Change]) -> tuple[LayerIndex, LayerIndex]:
    """The image's side (modified or deleted) and the writable layer (what was added or modified, and whiteouts).

    What has changes below it is a folder; anything else of unknown kind is taken as a file. Sizes of what was deleted
    are not known and count 0. The rows of the writable layer are sorted by path, whiteouts last.
    """
    wanted = _by_path(changes)
    above = set()
    for path in wanted:
        while (path := path.rpartition(b"/")[0]) and path not in above:
            above.add(path)
    lower: list[_Row] = [(path, DIR, 0o755, 0, _NOBODY, NO_TIME) for path in sorted(above) if path not in wanted]
    upper: list[_Row] = []
    whiteouts: list[_Row] = []
    for path, change in sorted(wanted.items()):
        kind = DIR if path in above else KINDS.index(change.node) if change.node in KINDS else FILE
        size = (change.size_bytes or 0) if kind == FILE else 0
        mode = change.mode if change.mode is not None else 0o755 if kind == DIR else 0o644
        if change.kind != ADDED:
            lower.append((path, kind, mode, size if change.kind == DELETED else 0, _NOBODY, NO_TIME))
        if change.kind == DELETED:
            whiteouts.append((path, WHITEOUT, 0, 0, _NOBODY, NO_TIME))
        else:
            mtime = NO_TIME if change.mtime is None else change.mtime
            upper.append((path, kind, mode, size, change.owner or _NOBODY, mtime))
    return _index(lower), _index([*upper, *whiteouts])


def _by_path(changes: Iterable[Change]) -> dict[bytes, Change]:
    found = {change.path.encode("utf-8", "surrogateescape").strip(b"/"): change for change in changes}
    found.pop(b"", None)
    return found


def _index(rows: Sequence[_Row]) -> LayerIndex:
    start = [0]
    for path, *_ in rows:
        start.append(start[-1] + len(path))
    n = len(rows)
    columns = {
        "path_start": column(start, "I"),
        "paths": column(memoryview(b"".join(path for path, *_ in rows)), "B"),
        "kind": column([row[1] for row in rows], "B"),
        "mode": column([row[2] & 0o7777 for row in rows], "H"),
        "size": column([row[3] for row in rows], "q"),
        "uid": column([row[4][0] for row in rows], "I"),
        "gid": column([row[4][1] for row in rows], "I"),
        "mtime": column([row[5] for row in rows], "q"),
        "data": column([-1] * n, "q"),
    }
    for name, code in (("flags", "B"), ("hash", "Q")):
        columns[name] = column([0] * n, code)
    for rows_name, start_name, blob in (("link_row", "link_start", "links"), ("stored_row", "stored_start", "stored")):
        columns |= {rows_name: column([], "I"), start_name: column([0], "I"), blob: column([], "B")}
    return LayerIndex(Columns(columns, {}))
