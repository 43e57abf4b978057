"""Removal: what a delete takes, keeps and is stopped by."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.entities import Container, Image, Mount
from imagexplorer.core.removal import frees, plan_containers, plan_images


def image(number: int, *tags: str, parent: int = 0, unique: int | None = 100) -> Image:
    return Image(f"sha256:{number:064}", tags, unique_bytes=unique, parent_id=f"sha256:{parent:064}" if parent else "")


def test_an_image_goes_with_all_its_tags() -> None:
    (plan,) = plan_images([image(1, "a:1", "a:2", unique=71_000_000)], [image(1, "a:1", "a:2")], [])
    assert plan.references == ("a:1", "a:2")
    assert plan.goes
    assert plan.blocked == ""
    assert plan.consequence == "untags a:1 and a:2; removes 71 MB of layers of its own"
    assert plan.frees_bytes == 71_000_000


def test_a_dangling_image_goes_by_its_id() -> None:
    (plan,) = plan_images([image(1, unique=None)], [image(1)], [])
    assert plan.references == (image(1).id,)
    assert plan.consequence == "removes its own layers"
    assert plan.frees_bytes is None


def test_an_image_that_others_are_built_on_is_only_untagged() -> None:
    base, child = image(1, "base:1"), image(2, "app:1", parent=1)
    (plan,) = plan_images([base], [base, child], [])
    assert not plan.goes
    assert plan.frees_bytes == 0
    assert plan.consequence == "untags base:1; its layers stay, app:1 is built on it"
    assert plan.blocked == ""


def test_a_dangling_one_that_others_are_built_on_cannot_go() -> None:
    (plan,) = plan_images([image(1)], [image(1), image(2, "app:1", parent=1)], [])
    assert plan.hopeless
    assert plan.blocked == "app:1 is built on it: delete that first"


def test_users_block_and_are_named_with_their_state() -> None:
    users = [
        Container("c1", "web", "a:1", image(1).id, "running"),
        Container("c2", "old", "a:1", image(1).id, "exited"),
        Container("c3", "other", "b:1", image(2).id, "running"),
    ]
    (plan,) = plan_images([image(1, "a:1")], [image(1, "a:1")], users)
    assert [user.name for user in plan.users] == ["web", "old"]
    assert plan.blocked == "in use by container web (running) and container old (exited)"


def test_containers_say_what_is_lost_and_what_stays() -> None:
    running = Container("c1", "web", "a", state="running", writable_bytes=12_000_000)
    stopped = Container("c2", "db", "a", state="exited", mounts=(Mount("volume", "data", "/data"),))
    one, two = plan_containers([running, stopped])
    assert one.blocked == "it is running: stop it first"
    assert one.consequence == "12 MB that it wrote are lost"
    assert two.blocked == ""
    assert two.consequence == "what it wrote is lost; its volumes stay"
    (idle,) = plan_containers([replace(stopped, writable_bytes=0, mounts=())])
    assert idle.consequence == "it wrote nothing that would be lost"
    assert frees([one]) == 12_000_000
    assert frees([one, two]) is None


@given(
    st.lists(st.integers(0, 12), max_size=12).flatmap(
        lambda parents: st.tuples(st.just(parents), st.sets(st.integers(1, max(len(parents), 1))))
    )
)
def test_everything_chosen_is_planned_once_and_what_is_built_on_others_goes_first(
    case: tuple[list[int], set[int]],
) -> None:
    """Whatever the parents are, circles and unknown ones included."""
    parents, chosen = case
    images = [image(number, f"t:{number}", parent=parent) for number, parent in enumerate(parents, 1)]
    wanted = [each for number, each in enumerate(images, 1) if number in chosen]
    plan = plan_images(wanted, images, [])
    order = [each.image.id for each in plan]
    assert sorted(order) == sorted(each.id for each in wanted)

    def above(at: Image) -> list[str]:
        line: list[str] = []
        while at.parent_id and at.parent_id not in line:
            line.append(at.parent_id)
            at = next((each for each in images if each.id == at.parent_id), Image(""))
        return line

    in_circle = {each.id for each in images if each.id in above(each)}
    for each in plan:
        parent = each.image.parent_id
        if parent in order and parent not in in_circle and each.image.id not in in_circle:
            assert order.index(each.image.id) < order.index(parent)
        kept = [other for other in images if other.parent_id == each.image.id and other.id not in order]
        assert each.built_on_it == tuple(other.name for other in kept)
