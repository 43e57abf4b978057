"""A container's changes as a tree: the marks are the engine's, the folders are there, sizes add up."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.changes_tree import change_layers, changes_view
from imagexplorer.core.entities import ADDED, DELETED, MODIFIED, Change
from imagexplorer.core.layer_index import DIR, WHITEOUT
from imagexplorer.core.tree_view import MARKS, ViewSpec

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
