"""Removal: what a delete takes, keeps and is stopped by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.entities import Container, Mount
from imagexplorer.core.plan import plan_delete
from imagexplorer.core.removal import ContainerRemoval, ImageRemoval, plan_containers, plan_images
from imagexplorer.core.removal_steps import (
    removal_of_containers,
    removal_of_images,
)
from imagexplorer.core.world import Held, World


def frees_images(world: World, plan: Sequence[ImageRemoval], with_users: bool) -> tuple[int, bool]:
    made = removal_of_images(world, [each.image.id for each in plan], with_users)
    return made.frees_bytes, made.exact


def frees_containers(plan: Sequence[ContainerRemoval], running: bool) -> tuple[int, bool]:
    made = removal_of_containers([each.container for each in plan], running)
    return made.frees_bytes, made.exact


def name(number: int) -> str:
    return f"sha256:{number:064}"


def held(number: int, *tags: str, parent: int = 0, sizes: tuple[int | None, ...] = (100,)) -> Held:
    """Its layers are called "1", "2" ...: images of as many layers share what they can."""
    layers = tuple(map(str, range(1, len(sizes) + 1)))
    return Held(name(number), tags, name(parent) if parent else "", layers, sizes)


def test_an_image_goes_with_all_its_tags() -> None:
    (plan,) = plan_images(World((held(1, "a:1", "a:2", sizes=(71_000_000,)),)), [name(1)])
    assert plan.references == ("a:1", "a:2")
    assert plan.goes
    assert plan.blocked == ""
    assert plan.consequence == "untags a:1 and a:2; removes 71 MB of layers of its own"
    assert plan.frees_bytes == 71_000_000
    assert plan.details == (("layer 1 goes", 71_000_000),)


def test_a_dangling_image_goes_by_its_id() -> None:
    (plan,) = plan_images(World((held(1, sizes=(None,)),)), [name(1)])
    assert plan.references == (name(1),)
    assert plan.consequence == "removes its own layers"
    assert plan.frees_bytes is None


def test_layers_that_others_need_stay_and_are_not_counted() -> None:
    world = World(
        (held(1, "base:1", sizes=(100,)), held(2, "app:1", sizes=(100, 20)), held(3, "app:2", sizes=(100, 20)))
    )
    (one,) = plan_images(world, [name(2)])
    assert one.details == (("2 layers are shared with base:1 and app:2", None),)
    assert one.consequence == "untags app:1; its layers stay, other images share them"
    assert frees_images(world, [one], with_users=False) == (0, True)
    both = plan_images(world, [name(2), name(3)])
    assert both[0].details == one.details
    assert both[1].details == (("layer 2 goes", 20), ("1 layer is shared with base:1", None))
    assert frees_images(world, both, with_users=False) == (20, True), "once, not twice"


def test_an_image_that_others_are_built_on_is_only_untagged() -> None:
    world = World((held(1, "base:1"), held(2, parent=1), held(3, "app:1", parent=2)))
    (plan,) = plan_images(world, [name(1)])
    assert not plan.goes
    assert plan.frees_bytes == 0
    assert plan.consequence == "untags base:1; its layers stay, app:1 is built on it"
    assert plan.blocked == ""


def test_a_dangling_one_that_others_are_built_on_cannot_go() -> None:
    (plan,) = plan_images(World((held(1), held(2, "app:1", parent=1))), [name(1)])
    assert plan.hopeless
    assert plan.blocked == "app:1 is built on it: delete that first"


def test_what_is_below_one_in_use_waits_for_the_tick_too() -> None:
    web = Container("c1", "web", "app:1", name(2), "running", writable_bytes=5)
    world = World((held(1, "base:1", sizes=(100,)), held(2, "app:1", parent=1, sizes=(100, 20))), (web,))
    plan = plan_images(world, [name(1), name(2)])
    assert [each.image.name for each in plan] == ["app:1", "base:1"]
    assert [each.users for each in plan] == [(web,), (web,)]
    assert frees_images(world, plan, with_users=False) == (0, True)
    assert frees_images(world, plan, with_users=True) == (125, True)


def test_users_block_and_are_named_with_their_state() -> None:
    users = [
        Container("c1", "web", "a:1", name(1), "running"),
        Container("c2", "old", "a:1", name(1), "exited"),
        Container("c3", "other", "b:1", name(2), "running"),
    ]
    (plan,) = plan_images(World((held(1, "a:1"),), tuple(users)), [name(1)])
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
    assert frees_containers([one, two], running=False) == (0, False)
    assert frees_containers([one], running=False) == (0, True)
    assert frees_containers([one], running=True) == (12_000_000, True)


worlds = st.lists(
    st.tuples(st.integers(0, 8), st.sampled_from([(), ("a",), ("a", "b")]), st.integers(0, 3)), min_size=1, max_size=8
)


@given(worlds, st.data())
def test_what_is_said_of_each_is_what_the_whole_plan_does(
    made: list[tuple[int, tuple[str, ...], int]], data: st.DataObject
) -> None:
    images = tuple(
        held(number, *(f"{tag}:{number}" for tag in tags), parent=parent % number)
        for number, (parent, tags, _used) in enumerate(made, 1)
    )
    users = tuple(
        Container(f"c{number}", f"c{number}", "", name(number), "exited", writable_bytes=7)
        for number, (_parent, _tags, used) in enumerate(made, 1)
        if used == 1
    )
    world = World(images, users)
    chosen = data.draw(st.lists(st.sampled_from([each.id for each in images]), unique=True, min_size=1))
    plan = plan_images(world, chosen)
    assert sorted(each.image.id for each in plan) == sorted(chosen), "everything chosen, once"
    for with_users in (False, True):
        going = [each for each in plan if not each.hopeless and (with_users or not each.users)]
        blocked = {user.id for each in going for user in each.users}
        after = World(images, tuple(each for each in users if each.id not in blocked))
        whole = plan_delete(after, [each.image.id for each in going])
        assert not whole.blocked
        gone = {image.id for image in whole.deleted}
        assert all((each.image.id in gone) == each.goes for each in going)
        size, exact = frees_images(world, plan, with_users)
        assert exact
        if len(going) == len(plan):
            assert sum(each.frees_bytes or 0 for each in plan) == whole.frees_bytes, "the lines add up"
        assert size == whole.frees_bytes + 7 * len(blocked)


def test_a_circle_of_parents_is_no_reason_to_go_on_for_ever() -> None:
    images = (held(1, parent=2), held(2, "a:1", parent=1), held(3, "b:1", parent=3))
    plan = plan_images(World(images), [each.id for each in images])
    assert sorted(each.image.id for each in plan) == [each.id for each in images]


def test_one_that_stays_without_a_name_is_in_the_way_though_what_was_built_on_it_goes() -> None:
    """A container holds the one in the middle."""
    images = (held(1), held(2, parent=1), held(3, parent=2))
    plan = plan_images(World(images, (Container("c", "web", "", name(2), "exited"),)), [name(1), name(3)])
    assert [(each.image.id, each.hopeless) for each in plan] == [(name(3), False), (name(1), True)]
