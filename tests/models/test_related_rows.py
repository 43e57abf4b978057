"""What belongs to an image, as rows: shared bytes against a plain sum, the family as one tree, all of it bounded."""

from __future__ import annotations

import pytest

from imagexplorer.core.entities import Container, Image
from imagexplorer.core.names import Known
from imagexplorer.core.relatives import Relatives, chain, relatives
from imagexplorer.models.related_rows import ROWS_MOST, Entry, looked_at, newest_of, related, warning_of

KNOWN = Known(frozenset({"nginx"}), frozenset({"docker.io"}))
STACKS = {
    "base": "a",
    "mid": "ab",
    "me": "abc",
    "child": "abcd",
    "grand": "abcde",
    "side": "abx",
    "same": "abc",
    "far": "z",
}
ROWS = [Image(name, (f"{name}:1",), created=at, size_bytes=9, unique_bytes=at) for at, name in enumerate(STACKS)]
ME = ROWS[2]
SIZES = {0: 1000, 1: 200, 2: 30}


def groups(**more) -> dict[str, Entry]:
    kin = relatives("me", {name: chain(layers) for name, layers in STACKS.items()}, len(STACKS))
    asked = {"rows": ROWS, "containers": (), "kin": kin, "sizes": SIZES, "engine": True, **more}
    return {entry.key: entry for entry in related(ME, 3, known=KNOWN, **asked)}


def names(entry: Entry) -> list:
    return [entry.cells[0], *([names(each) for each in entry.below] if entry.below else [])]


def test_the_family_is_one_tree():
    (root,) = groups()["family"].below
    assert names(root) == ["base:1", ["mid:1", ["me:1", ["child:1", ["grand:1"]]]]]
    assert [root.cells[2], root.below[0].cells[2]] == ["1 kB", "1.2 kB"]
    assert root.below[0].below[0].own
    assert root.below[0].below[0].opens is None


def test_who_shares_has_its_bytes():
    entries = groups()["sharing"].below
    assert [(each.cells[0], each.cells[2], each.cells[3]) for each in entries] == [
        ("same:1", "1.23 kB", "6 Bytes"),
        ("side:1", "1.2 kB", "5 Bytes"),
    ]
    assert groups(sizes={0: 1000, 1: None})["sharing"].below[1].cells[2] == "–"


def test_containers_are_its_own():
    made = [Container("1", "web", "me:1", "me", "running"), Container("2", "other", "x", "base")]
    entry = groups(containers=made)["containers"]
    assert entry.cells[0] == "Containers made from it (1)"
    assert [each.opens for each in entry.below] == made[:1]
    assert [each.cells[0] for each in groups()["containers"].below] == ["none"]
    assert "containers" not in groups(engine=False)


@pytest.mark.parametrize(
    ("status", "health", "words"),
    [
        ("Up 2 minutes (unhealthy)", "unhealthy", "Up 2 minutes (unhealthy)"),
        ("Up 2 minutes", "healthy", "Up 2 minutes, healthy"),
        ("", "starting", "running, health: starting"),
    ],
)
def test_a_containers_state_is_said_once(status: str, health: str, words: str):
    made = Container("1", "web", "me:1", "me", "running", status=status, health=health)
    assert groups(containers=[made])["containers"].below[0].cells[1] == words


def test_rows_that_are_gone_are_left_out_and_many_are_counted():
    assert [each.cells[0] for each in groups(rows=[ME])["sharing"].below] == ["none"]
    many = {f"i{n}": "ax" + str(n) for n in range(ROWS_MOST + 50)} | {"me": "abc"}
    rows = [Image(name, (name,)) for name in many]
    kin = relatives("me", {name: chain(layers) for name, layers in many.items()}, len(many))
    entries = groups(rows=rows, kin=kin)["sharing"].below
    assert len(entries) == ROWS_MOST + 1
    assert entries[-1].cells[0] == "50 more are not shown"


def test_names_are_told():
    image = Image("1", ("ngnix:1", "nginx:1"), created=5)
    newer = Image("2", ("nginx:latest", "nginx:2"), created=6)
    rows = {entry.key: entry for entry in related(image, 1, [image, newer], (), Relatives(), {}, KNOWN, True)[0].below}
    assert rows["tag ngnix:1"].tone == "warning"
    assert "a slip away from nginx" in rows["tag ngnix:1"].cells[1]
    assert "nothing here says" in rows["tag nginx:1"].cells[1]
    assert rows["latest nginx:latest"].opens is newer
    assert "it is newer" in rows["latest nginx:latest"].cells[1]
    assert warning_of(image, KNOWN) == "nginx"
    assert newest_of(image, [image, newer]) == (newer, "nginx:latest")
    assert newest_of(newer, [image, newer]) is None
    dangling = related(Image("3"), 1, [], (), Relatives(), {}, KNOWN, True)[0].below
    assert "dangling" in dangling[0].cells[1]


def test_what_is_not_known_yet_is_said():
    assert looked_at(Relatives((), 3, 5_000)) == "looking at the layers of the other images: 3 of 5,000"
    assert looked_at(Relatives((), 5, 5)) == ""
