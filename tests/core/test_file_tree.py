"""A FileTree answers what it was asked, and its views hold together whatever is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core.columns import Columns
from imagexplorer.core.control import Control
from imagexplorer.core.errors import Cancelled, WrongUse
from imagexplorer.core.file_tree import WRITTEN, FileTree
from imagexplorer.core.layer_index import DIR, KINDS
from imagexplorer.core.overlay import stack
from imagexplorer.core.tree_sort import SORTS
from imagexplorer.core.tree_view import MARK_DELETED, MARKS, TreeView, ViewSpec
from imagexplorer.core.tree_viewing import view
from tests.core.naive import Entry, Replay, build
from tests.core.stacks import PLAIN_STACKS, STACKS
from tests.core.visible import visible

Layers = Sequence[Sequence[Entry]]
SPECS = st.builds(
    ViewSpec,
    delta=st.booleans(),
    text=st.sampled_from(["", "", "a", "A/b", "/a", "long", "b/", "c"]),
    marks=st.sampled_from(["", "", "A", "D", "MO", "AMDO"]),
    sort=st.sampled_from(SORTS),
    descending=st.booleans(),
)


def of(*layers: Sequence[Entry]) -> FileTree:
    return stack([build(layer) for layer in layers])


def packed(columns: Columns) -> Columns:
    return Columns.unpack(memoryview(b"".join(bytes(piece) for piece in columns.pack())))


def sort_key(shown: TreeView, row: int, sort: str) -> int:
    return 0 if sort == "name" else int(shown.columns[sort][row])


def check_shape(shown: TreeView, spec: ViewSpec) -> None:
    assert shown.parent[0] == 0
    seen = 1
    for row in range(len(shown)):
        children = range(shown.first[row], shown.first[row] + shown.count[row])
        if children:
            assert children[0] == seen, "children are not where breadth-first order puts them"
            seen += len(children)
        assert all(shown.parent[child] == row for child in children)
        live = [child for child in children if shown.mark[child] != MARK_DELETED]
        counted = children if shown.mark[row] == MARK_DELETED else live
        if shown.kind[row] == DIR:
            assert shown.size[row] == sum(shown.size[child] for child in counted)
            assert shown.columns["files"][row] == sum(shown.columns["files"][child] for child in counted)
        if spec.sort == "name":
            files = [shown.kind[child] != DIR for child in children]
            assert files == sorted(files), "folders come first"
            for kind in (False, True):
                names = [shown.name(child) for child in children if (shown.kind[child] != DIR) == kind]
                assert names == sorted(names, reverse=spec.descending)
        else:
            keys = [(sort_key(shown, child, spec.sort), shown.name(child)) for child in children]
            assert keys == sorted(keys, key=lambda key: (-key[0] if spec.descending else key[0], key[1]))
    assert seen == len(shown), "rows that no row has as a child"


@settings(max_examples=400, deadline=None)
@given(STACKS, SPECS, st.integers(0, 4))
def test_a_view_holds_together(layers: Layers, spec: ViewSpec, layer: int) -> None:
    tree = FileTree(packed(of(*layers).columns))
    layer = min(layer, max(len(layers) - 1, 0))
    spec = ViewSpec(layer, spec.delta, spec.text, "text", spec.marks, spec.sort, spec.descending)
    shown = TreeView(packed(view(tree, spec).columns))
    check_shape(shown, spec)
    whole = view(tree, ViewSpec(layer, spec.delta))
    if not spec.text and not spec.marks:
        assert shown.hits == -1
        assert sorted(map(shown.path, range(len(shown)))) == sorted(map(whole.path, range(len(whole))))
        return
    hits = {
        whole.path(row)
        for row in range(1, len(whole))
        if (whole.mark[row] or not spec.delta)  # folders above a change are no hits
        and spec.text.lower().encode() in b"/" + whole.path(row).lower()
        and (not spec.marks or (MARKS[whole.mark[row]] or "-") in spec.marks)
    }
    folders = {b""} | {path[:i] for path in hits for i in range(len(path)) if path[i : i + 1] == b"/"}
    assert {shown.path(row) for row in range(len(shown))} == hits | folders
    assert shown.hits == len(hits)
    own = {whole.path(row): int(whole.size[row]) for row in range(len(whole)) if whole.kind[row] != DIR}
    assert shown.hit_bytes == sum(own.get(path, 0) for path in hits)


@settings(max_examples=200, deadline=None)
@given(STACKS)
def test_paths_versions_and_what_is_visible(layers: Layers) -> None:
    tree = of(*layers)
    assert tree.layers == len(layers)
    written = 0
    for node in range(len(tree)):
        assert tree.find(tree.path(node)) == node
        versions = tree.versions(node)
        assert [version.layer for version in versions] == sorted(version.layer for version in versions)
        assert all(tree.node_of(version.number) == node for version in versions)
        written += sum(version.row is not None for version in versions)
    assert written == sum(
        entry.kind not in ("whiteout", "opaque") and (bool(entry.path) or entry.kind == "dir")
        for layer in layers
        for entry in layer
    ), "every entry is a version of one path"
    replay = Replay(layers)
    wanted = {path: thing for path, thing in replay.trees[-1].items() if path} if layers else {}
    found = list(visible(tree))
    assert [entry.path for entry in found] == sorted(wanted)
    assert sum(entry.size for entry in found) == (replay.visible(len(layers) - 1) if layers else 0)
    for entry in found:
        thing = wanted[entry.path]
        layer = None if thing.row is None else thing.layer
        assert (entry.kind, entry.mode, entry.layer) == (thing.kind, thing.mode, layer)


@settings(max_examples=200, deadline=None)
@given(PLAIN_STACKS, st.text("ab*?[]!-lon", min_size=1, max_size=6))
def test_globs_match_names_and_what_is_below(layers: Layers, glob: str) -> None:
    if re.search(r"\[", glob):
        glob = re.sub(r"[][!-]", "", glob) + "[ab]"
    tree = of(*layers)
    shown = view(tree, ViewSpec(text=glob, pattern="glob"))
    whole = view(tree, ViewSpec())
    hits = 0
    for row in range(1, len(whole)):
        names = [name.decode("latin-1") for name in whole.path(row).split(b"/")]
        hits += any(fnmatchcase(name, glob) for name in names)
    assert shown.hits == hits


TREE = of(
    [
        Entry(path, size=1)
        for path in (
            b"etc/nginx/nginx.conf",
            b"etc/nginx/conf.d/x.conf",
            b"etc/passwd",
            "größe/ÄPFEL.txt".encode(),
            b"opt/etc/y.conf",
            b"usr/a]b",
            b"usr/a\nb",
        )
    ]
)


def files(**spec: str) -> list[str]:
    shown = view(TREE, ViewSpec(**spec))  # type: ignore[arg-type]
    return sorted(shown.path(row).decode() for row in range(len(shown)) if shown.kind[row] != DIR)


@pytest.mark.parametrize(
    ("pattern", "text", "wanted"),
    [
        ("text", "äpf", ["größe/ÄPFEL.txt"]),
        ("text", "c/NG", ["etc/nginx/conf.d/x.conf", "etc/nginx/nginx.conf"]),
        ("text", "/opt/etc/", ["opt/etc/y.conf"]),
        ("text", "a\nb", ["usr/a\nb"]),
        ("glob", "etc/*.conf", ["opt/etc/y.conf"]),
        ("glob", "/etc/*.conf", []),
        ("glob", "/etc/**/*.conf", ["etc/nginx/conf.d/x.conf", "etc/nginx/nginx.conf"]),
        ("glob", "?PFEL*", ["größe/ÄPFEL.txt"]),
        ("glob", "conf.?", ["etc/nginx/conf.d/x.conf"]),
        ("glob", "a[]]b", ["usr/a]b"]),
        ("glob", "a[!]]b", ["usr/a\nb"]),
        ("regex", r"^/etc/[^/]+$", ["etc/passwd"]),
        ("regex", r"/(x|y)\.conf$", ["etc/nginx/conf.d/x.conf", "opt/etc/y.conf"]),
        ("regex", r"c/.*\.d?", ["etc/nginx/conf.d/x.conf", "etc/nginx/nginx.conf", "opt/etc/y.conf"]),
    ],
)
def test_patterns(pattern: str, text: str, wanted: list[str]) -> None:
    assert files(pattern=pattern, text=text) == wanted


@pytest.mark.parametrize("text", ["(a+)+$", "(a|a)*$", "((a*))*", "(?:a*b?){3,}", "(", "[", "*", "a{99999999999}"])
def test_a_regular_expression_that_is_wrong_or_could_run_away_is_refused(text: str) -> None:
    with pytest.raises(WrongUse, match="regular expression"):
        files(pattern="regex", text=text)


def test_other_wrong_questions() -> None:
    for spec in (
        ViewSpec(layer=1),
        ViewSpec(sort="colour"),
        ViewSpec(text="x", pattern="sql"),
        ViewSpec(text="x" * 1001),
    ):
        with pytest.raises(WrongUse):
            view(TREE, spec)


def test_a_glob_takes_linear_time() -> None:
    tree = of([Entry(b"a" * 60_000)])
    assert view(tree, ViewSpec(text="*a" * 200 + "*b", pattern="glob")).hits == 0


def test_a_cancelled_view_ends() -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        view(TREE, ViewSpec(), control)


def test_versions_tell_the_history_of_a_path() -> None:
    tree = of(
        [Entry(b"a", size=5, hash=1), Entry(b"l", "hardlink", link=b"a")],
        [Entry(b"a", "whiteout")],
        [Entry(b"a", "symlink", link=b"../x")],
    )
    first, gone, last = tree.versions(tree.find(b"/a/") or 0)
    assert (first.layer, first.row, first.what, MARKS[first.mark], first.size) == (0, 0, WRITTEN, "A", 5)
    assert (gone.layer, gone.row, MARKS[gone.mark], KINDS[gone.kind]) == (1, None, "D", "file")
    assert (last.layer, last.row, MARKS[last.mark], last.link) == (2, 0, "A", b"../x")
    (link,) = tree.versions(tree.find(b"l") or 0)
    assert link.data == first.number
    assert tree.find(b"b") is None
    assert tree.find(b"a/b") is None
