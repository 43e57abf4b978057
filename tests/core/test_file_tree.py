"""A FileTree answers what it was asked, and its views hold together whatever is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
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
from imagexplorer.core.sizes import SizeRange
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
    types=st.sampled_from([(), (), ("setuid",), ("writable", "symlink"), ("hardlink", "symlink"), ("executable",)]),
    sizes=st.sampled_from([None, None, SizeRange(1), SizeRange(2, 2), SizeRange(0, 0)]),
    gone=st.booleans(),
    sort=st.sampled_from(SORTS),
    descending=st.booleans(),
)


def of(*layers: Sequence[Entry]) -> FileTree:
    return stack([build(layer) for layer in layers])


def packed(columns: Columns) -> Columns:
    return Columns.unpack(memoryview(b"".join(bytes(piece) for piece in columns.pack())))


def sort_key(shown: TreeView, row: int, sort: str, descending: bool) -> tuple[int, ...] | tuple[bool, bytes]:
    """What ascends in a folder; turned around by the caller for `descending`."""
    if sort == "owner":
        return shown.columns["uid"][row], shown.columns["gid"][row]
    if sort == "link":
        link = shown.link(row)
        return (link is None) != descending, link or b""
    return (int(shown.columns[sort][row]),)


TYPES: dict[str, Callable[[TreeView, int], bool]] = {
    "setuid": lambda shown, row: KINDS[shown.kind[row]] in ("file", "hardlink") and shown.mode[row] & 0o6000 > 0,
    "executable": lambda shown, row: KINDS[shown.kind[row]] in ("file", "hardlink") and shown.mode[row] & 0o111 > 0,
    "writable": lambda shown, row: (
        KINDS[shown.kind[row]] in ("file", "hardlink", "dir")
        and shown.mode[row] & 0o002 > 0
        and (shown.kind[row] != DIR or shown.mode[row] & 0o1000 == 0)
    ),
    "symlink": lambda shown, row: KINDS[shown.kind[row]] == "symlink",
    "hardlink": lambda shown, row: KINDS[shown.kind[row]] == "hardlink",
}


def is_hit(shown: TreeView, row: int, spec: ViewSpec) -> bool:
    """By looking at the row alone."""
    folder_above_a_change = spec.delta and not shown.mark[row]
    sized = True
    if spec.sizes is not None:
        most = 2**63 if spec.sizes.most is None else spec.sizes.most
        sized = bool(shown.columns["files"][row]) and spec.sizes.least <= shown.size[row] <= most
        sized = sized and shown.kind[row] != DIR
    return (
        not folder_above_a_change
        and spec.text.lower().encode() in b"/" + shown.path(row).lower()
        and (not spec.marks or (MARKS[shown.mark[row]] or "-") in spec.marks)
        and (not spec.types or any(TYPES[name](shown, row) for name in spec.types))
        and sized
    )


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
            by_name = sorted(children, key=shown.name)
            keys = {child: sort_key(shown, child, spec.sort, spec.descending) for child in children}
            assert list(children) == sorted(by_name, key=keys.__getitem__, reverse=spec.descending)
    assert seen == len(shown), "rows that no row has as a child"


@settings(max_examples=400, deadline=None)
@given(STACKS, SPECS, st.integers(0, 4))
def test_a_view_holds_together(layers: Layers, spec: ViewSpec, layer: int) -> None:
    tree = FileTree(packed(of(*layers).columns))
    layer = min(layer, max(len(layers) - 1, 0))
    spec = replace(spec, layer=layer)
    shown = TreeView(packed(view(tree, spec).columns))
    check_shape(shown, spec)
    whole = view(tree, ViewSpec(layer, spec.delta, gone=spec.gone))
    if not spec.filtered:
        assert shown.hits == -1
        assert sorted(map(shown.path, range(len(shown)))) == sorted(map(whole.path, range(len(whole))))
        return
    hits = {whole.path(row) for row in range(1, len(whole)) if is_hit(whole, row, spec)}
    folders = {b""} | {path[:i] for path in hits for i in range(len(path)) if path[i : i + 1] == b"/"}
    assert {shown.path(row) for row in range(len(shown))} == hits | folders
    assert {shown.path(row) for row in range(len(shown)) if shown.hit[row]} == hits
    assert shown.hits == len(hits)
    own = {whole.path(row): int(whole.size[row]) for row in range(len(whole)) if whole.kind[row] != DIR}
    assert shown.hit_bytes == sum(own.get(path, 0) for path in hits)
    more = view(tree, replace(spec, gone=True)) if not spec.gone and not spec.delta else shown
    if not spec.sizes:  # whose bytes those of a hard link are may change with what is dug up
        assert shown.gone_hits == more.hits - shown.hits


def test_a_deleted_file_in_place_of_a_folder_keeps_its_own_size() -> None:
    tree = of([Entry(b"a/b/c", size=5)], [Entry(b"a/b", size=2)], [Entry(b"a", size=1)])
    shown = view(tree, ViewSpec(gone=True))
    assert {shown.path(row): int(shown.size[row]) for row in range(1, len(shown))} == {b"a": 1, b"a/b": 2, b"a/b/c": 5}
    assert view(tree, ViewSpec(gone=True, marks="D")).hit_bytes == 7


@settings(max_examples=200, deadline=None)
@given(STACKS, st.integers(0, 4))
def test_what_earlier_layers_deleted_is_found(layers: Layers, layer: int) -> None:
    layer = min(layer, max(len(layers) - 1, 0))
    shown = view(of(*layers), ViewSpec(layer, gone=True))
    trees = Replay(layers).trees
    wanted: dict[bytes, tuple[str, int, int]] = {}
    for number in range(layer + 1 if layers else 0):
        for path, thing in trees[number].items():
            wanted[path] = (thing.kind, thing.mode, -1 if thing.row is None else thing.layer)
    found = {
        shown.path(row): (KINDS[shown.kind[row]], shown.mode[row], shown.layer[row]) for row in range(1, len(shown))
    }
    wanted.pop(b"", None)
    assert found == wanted
    gone = {shown.path(row) for row in range(1, len(shown)) if MARKS[shown.mark[row]] == "D"}
    assert gone == wanted.keys() - (trees[layer].keys() if layers else set())


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
        ViewSpec(types=("nice",)),
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
