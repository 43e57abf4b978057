"""The fold against the naive replay: what is visible at every layer, and what every layer did."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings

from imagexplorer.core.columns import Columns
from imagexplorer.core.file_tree import FileTree
from imagexplorer.core.layer_index import KINDS
from imagexplorer.core.overlay import stack
from imagexplorer.core.tree_view import MARK_DELETED, MARKS, TreeView, ViewSpec
from imagexplorer.core.tree_viewing import view
from tests.core.naive import Entry, Replay, build
from tests.core.stacks import PLAIN_STACKS, STACKS
from tests.core.visible import visible

Layers = Sequence[Sequence[Entry]]


def packed(columns: Columns) -> Columns:
    return Columns.unpack(memoryview(b"".join(bytes(piece) for piece in columns.pack())))


def stacked(layers: Layers) -> FileTree:
    return FileTree(packed(stack([build(layer) for layer in layers]).columns))


def rows_of(shown: TreeView) -> dict[bytes, int]:
    return {shown.path(row): row for row in range(len(shown))}


def check(layers: Layers) -> None:
    replay = Replay(layers)
    tree = stacked(layers)
    for number, wanted in enumerate(replay.trees):
        shown = view(tree, ViewSpec(layer=number))
        rows = rows_of(shown)
        assert len(rows) == len(shown), "a path stands twice"
        visible = {path for path, row in rows.items() if shown.mark[row] != MARK_DELETED}
        assert visible == set(wanted)
        for path, thing in wanted.items():
            row = rows[path]
            said = (KINDS[shown.kind[row]], shown.mode[row], shown.columns["uid"][row], shown.layer[row])
            assert said == (thing.kind, thing.mode, thing.uid, -1 if thing.row is None else thing.layer), path
            assert shown.link(row) == (thing.link if thing.kind in ("symlink", "hardlink") else None)
        assert shown.size[0] == replay.visible(number)
        lower = replay.trees[number - 1] if number else {}
        marks = {path: replay.mark(number, path) for path in {*lower, *wanted}}
        assert {path: MARKS[shown.mark[row]] for path, row in rows.items() if shown.mark[row]} == {
            path: mark for path, mark in marks.items() if mark
        }
        delta = view(tree, ViewSpec(layer=number, delta=True))
        changed = {path for path, mark in marks.items() if mark}
        folders = {b""} | {path[:i] for path in changed for i in range(len(path)) if path[i : i + 1] == b"/"}
        assert set(rows_of(delta)) == changed | folders
        check_links(tree, number, shown, wanted)


def check_links(tree: FileTree, number: int, shown: TreeView, wanted: dict[bytes, object]) -> None:
    """Every visible name says whose content it shows."""
    for path, thing in wanted.items():
        versions = [version for version in tree.versions(tree.find(path) or 0) if version.layer <= number]
        last = versions[-1]
        content = None
        if last.data is not None and last.kind in (KINDS.index("file"), KINDS.index("hardlink")):
            held = next(v for v in tree.versions(tree.node_of(last.data)) if v.number == last.data)
            content = (held.layer, held.row) if KINDS[held.kind] == "file" else None
        assert content == thing.content, path  # type: ignore[attr-defined]


@settings(max_examples=400, deadline=None)
@given(PLAIN_STACKS)
def test_agrees_with_the_replay(layers: Layers) -> None:
    check(layers)


@settings(max_examples=400, deadline=None)
@given(STACKS)
def test_agrees_with_the_replay_where_parents_are_symlinks(layers: Layers) -> None:
    check(layers)


def test_a_symlink_that_became_a_directory_hides_nothing_elsewhere() -> None:
    """`rm link && mkdir link` is written as the directory and its opaque marker: what the link led to stays."""
    lower = [Entry(b"real/one"), Entry(b"link", "symlink", link=b"real")]
    upper = [Entry(b"link/in", "whiteout"), Entry(b"link", "opaque"), Entry(b"link", "dir"), Entry(b"link/new")]
    for order in (upper, upper[1::-1] + upper[2:], upper[2:] + upper[:2]):
        tree = stacked([lower, order])
        assert [entry.path for entry in visible(tree)] == [b"link", b"link/new", b"real", b"real/one"]
        check([lower, order])
