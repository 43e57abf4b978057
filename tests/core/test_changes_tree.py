"""A container's changes as a tree: the marks are the engine's, the folders are there, sizes add up."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.changes_tree import change_layers, changes_view, whole_tree
from imagexplorer.core.entities import ADDED, DELETED, MODIFIED, Change
from imagexplorer.core.layer_index import DIR, NO_OWNER, NO_TIME, WHITEOUT
from imagexplorer.core.overlay import stack
from imagexplorer.core.tree_view import MARKS, ViewSpec
from imagexplorer.core.tree_viewing import view
from imagexplorer.models.tree_rows import NONE, TreeRow
from tests.fake_trees import FakeFile, layer_index

LETTERS = {ADDED: "A", MODIFIED: "M", DELETED: "D"}
PATHS = st.lists(st.sampled_from(["a", "b", "c\udcff"]), min_size=1, max_size=3).map(
    lambda parts: "/" + "/".join(parts)
)


@st.composite
def change_sets(draw: st.DrawFn) -> list[Change]:
    """As an engine says them: below what is added all is added, below what is deleted all is (or nothing is said)."""
    kinds: Mapping[str, str] = draw(st.dictionaries(PATHS, st.sampled_from([ADDED, MODIFIED, DELETED])))
    changes = []
    for path, kind in kinds.items():
        above = [kinds.get(path[:i]) for i in range(1, len(path)) if path[i] == "/"]
        if ADDED in above or DELETED in above:
            kind = next(each for each in above if each in (ADDED, DELETED))
        changes.append(Change(path, kind, draw(st.none() | st.integers(0, 9)), draw(st.sampled_from(["", "file"]))))
    return changes


@given(change_sets())
def test_every_change_has_its_mark_and_its_folders(changes: list[Change]) -> None:
    shown = changes_view(changes, ViewSpec())
    rows = {shown.path(row): row for row in range(len(shown))}
    wanted = {change.path[1:].encode("utf-8", "surrogateescape"): change for change in changes}
    folders = {path[:i] for path in wanted for i in range(len(path)) if path[i : i + 1] == b"/"}
    assert set(rows) == {b""} | set(wanted) | folders
    for path, row in rows.items():
        lost = any(change.kind == DELETED and path.startswith(above + b"/") for above, change in wanted.items())
        assert MARKS[shown.mark[row]] == (LETTERS[wanted[path].kind] if path in wanted else "D" if lost else "")
        if path in folders:
            assert shown.kind[row] == DIR
    kept = [wanted[path].size_bytes or 0 for path in wanted if path not in folders and wanted[path].kind != DELETED]
    assert shown.size[0] == sum(kept)


def test_what_is_deleted_is_a_whiteout_of_the_writable_layer() -> None:
    image_side, writable = change_layers([Change("/etc/motd", DELETED), Change("/new", ADDED, 5, "file")])
    assert [image_side.path(row) for row in range(len(image_side))] == [b"etc", b"etc/motd"]
    assert [(writable.path(row), writable["kind"][row]) for row in range(2)] == [(b"new", 0), (b"etc/motd", WHITEOUT)]


def test_no_changes_are_an_empty_tree() -> None:
    assert len(changes_view([], ViewSpec())) == 1


def test_what_the_engine_made_is_counted_and_shown_on_request() -> None:
    rows = [Change("/a", ADDED), Change("/run/secrets", ADDED, engines=True)]
    folded, whole = changes_view(rows, ViewSpec()), changes_view(rows, ViewSpec(engines=True))
    assert (len(folded), folded.folded) == (2, 1)
    assert (len(whole), whole.folded) == (4, 1)


FILES = st.sets(st.sampled_from(["a", "b", "c"]).flatmap(lambda top: st.sampled_from([f"{top}/x", f"{top}/y"])))


@given(FILES, FILES, FILES)
def test_the_whole_file_system_is_the_image_with_what_changed(image: set[str], gone: set[str], new: set[str]) -> None:
    """As an engine tells it: the folders that files came to or went from are changed too, and of no known kind."""
    gone &= image
    folders = {path[0] for path in image}
    changes = [Change(f"/{path}", DELETED) for path in gone - new]
    changes += [Change(f"/{path}", MODIFIED if path in image else ADDED, 7, "file") for path in new]
    touched = {path[0] for path in gone | new}
    changes += [Change(f"/{top}", MODIFIED if top in folders else ADDED) for top in touched]
    # And one where nothing that is still there changed.
    changes += [Change(f"/{top}", MODIFIED) for top in folders - touched]
    layers = [layer_index([FakeFile(path, b"abc") for path in sorted(image)])]
    shown = view(whole_tree(stack(layers), layers, changes), ViewSpec())
    rows = {shown.path(row).decode(): row for row in range(1, len(shown))}
    marks = {path: MARKS[shown.mark[row]] for path, row in rows.items()}
    files = {path for path in rows if "/" in path}
    assert {path for path in files if marks[path] != "D"} == (image - gone) | new
    assert {path for path in files if marks[path] == "D"} == gone - new
    assert {path for path in files if marks[path] == "A"} == new - image
    assert {path for path in files if marks[path] == "M"} == new & image
    assert shown.size[0] == 7 * len(new) + 3 * len(image - gone - new)


def test_owners_and_times_are_those_told_else_the_images_else_not_known() -> None:
    image = layer_index(
        [FakeFile("etc", kind="dir", uid=5, gid=6), FakeFile("etc/same", b"abc", uid=1, gid=2, mtime=9)]
    )
    changes = [
        Change("/etc", MODIFIED),
        Change("/etc/told", ADDED, 1, "file", owner=(7, 8), mtime=10),
        Change("/etc/untold", ADDED, 1, "file"),
    ]
    shown = view(whole_tree(stack([image]), [image], changes), ViewSpec())
    columns = shown.columns
    found = {shown.path(row): (columns["uid"][row], columns["gid"][row], shown.mtime[row]) for row in range(len(shown))}
    assert found[b"etc"] == (5, 6, NO_TIME), "it was changed, nobody says when"
    assert found[b"etc/same"] == (1, 2, 9 * 10**9)
    assert found[b"etc/told"] == (7, 8, 10)
    assert found[b"etc/untold"] == (NO_OWNER, NO_OWNER, NO_TIME)
    assert TreeRow(shown, shown.first[1] + 2).owner == NONE
