"""A delete with steps left out: what is ticked is what an engine can do, and frees what was said."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core.entities import Container, Mount
from imagexplorer.core.removal import plan_containers, plan_images
from imagexplorer.core.removal_steps import (
    STOP,
    TAG,
    USER,
    VOLUMES,
    freed,
    removal_of_containers,
    removal_of_images,
    steps_of_container,
    steps_of_image,
)
from imagexplorer.core.world import World
from tests.core.test_plan import Engine, worlds
from tests.core.test_removal import held, name


def test_a_tag_that_stays_keeps_its_image_and_its_containers() -> None:
    user = Container("c", "web", "a:1", name(1), "running", writable_bytes=7)
    world = World((held(1, "a:1", "a:2"), held(2, "b:1", sizes=(100, 20))), (user,))
    (plan, other) = plan_images(world, [name(1), name(2)])
    assert [(step.kind, step.id, step.risky) for step in steps_of_image(plan)] == [
        (TAG, "a:1", False),
        (TAG, "a:2", False),
        (USER, "c", True),
    ]
    assert steps_of_image(other) == ()
    made = removal_of_images(world, [name(1), name(2)], True, {"a:2"})
    assert ([tag for tag, _ in made.references], made.containers, made.frees_bytes) == (["a:1", "b:1"], (), 20)
    whole = removal_of_images(world, [name(1), name(2)], True)
    assert whole.lines("podman") == ("podman stop web", "podman rm web", "podman rmi a:1 a:2 b:1")
    assert whole.frees_bytes == 127
    assert removal_of_images(world, [name(1)], True, {"c"}) == removal_of_images(world, [name(1)], False)


@settings(max_examples=300, deadline=None)
@given(worlds(), st.data())
def test_what_is_ticked_is_what_an_engine_can_do_and_frees_just_that(world: World, data: st.DataObject) -> None:
    ids = data.draw(st.lists(st.sampled_from([image.id for image in world.images]), min_size=1, unique=True))
    offered = [each.image.id for each in plan_images(world, ids) if each.references and not each.hopeless]
    all_steps = [
        *offered,
        *(tag for image in world.images for tag in image.tags),
        *(each.id for each in world.containers),
    ]
    kept = data.draw(st.sets(st.sampled_from(all_steps)) if all_steps else st.just(set[str]()))
    made = removal_of_images(world, ids, data.draw(st.booleans()), kept)
    engine = Engine.of(world)
    for container in made.containers:
        assert container.id not in kept
        del engine.containers[container.name]
    for reference, image in made.references:
        assert reference not in kept
        assert image.id not in kept
        assert engine.rmi(reference), (reference, made)
    assert not kept & set(engine.untagged)
    assert not kept & set(engine.deleted) & set(ids)
    before, after = sum(Engine.of(world).layers().values()), sum(engine.layers().values())
    written = sum(each.writable_bytes or 0 for each in made.containers)
    assert made.frees_bytes == before - after + written
    left = World(tuple(engine.images.values()), tuple(engine.containers.values()))
    assert freed(world, left) == (made.frees_bytes, True), "what is measured afterwards is what was planned"


def test_nameless_volumes_are_steps_of_their_container() -> None:
    volumes = (Mount("volume", "a" * 64, "/x"), Mount("volume", "data", "/y"), Mount("bind", "b" * 64, "/z"))
    web = Container("c", "web", "a:1", name(1), "running", mounts=volumes, writable_bytes=3)
    (plan,) = plan_containers([web])
    stop, volume = steps_of_container(plan)
    assert (stop.kind, volume.kind, volume.title) == (STOP, VOLUMES, "nameless volume aaaaaaaaaaaa")
    assert steps_of_container(plan_containers([replace(web, state="exited", mounts=volumes[1:])])[0]) == ()
    assert removal_of_containers([web], True).lines() == ("docker stop web", "docker rm web")
    with_them = removal_of_containers([web], True, volumes={"c"})
    assert with_them.lines() == ("docker stop web", "docker rm -v web")
    assert not with_them.exact, "how much is in a volume is not known here"
    assert removal_of_containers([web], False) == removal_of_containers([web], True, {"c"})


def test_a_container_that_wrote_nothing_loses_nothing() -> None:
    idle = Container("c", "idle", "a:1", name(1), "created", writable_bytes=0)
    (plan,) = plan_images(World((held(1, "a:1"),), (idle, replace(idle, id="d", writable_bytes=7))), [name(1)])
    words = [step.consequence for step in steps_of_image(plan)]
    assert words == ["is deleted; it wrote nothing that would be lost", "is deleted; 7 Bytes that it wrote are lost"]
