"""Where the disk went: an image's own bytes are what its delete frees, and each layer is counted once."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from imagexplorer.core.disk import CACHE, disk_use, unknown_images, way_out
from imagexplorer.core.entities import Container, Mount, Volume
from imagexplorer.core.plan import plan_delete
from imagexplorer.core.world import CONTAINER, IMAGE, VOLUME, CacheEntry, Held, World
from tests.core.test_plan import Engine, worlds


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_own_bytes_are_what_a_delete_frees(world: World) -> None:
    found = disk_use(world)
    for use in found.of(IMAGE):
        others = tuple(each for each in world.containers if each.image_id != use.id)
        plan = plan_delete(replace(world, containers=others), [use.id])
        assert use.own == plan.frees_bytes, use
        assert use.exact
    assert found.exact


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_every_layer_is_counted_once(world: World) -> None:
    found = disk_use(world)
    assert found.total(IMAGE) == sum(Engine.of(world).layers().values())
    assert found.total(CONTAINER) == sum(each.writable_bytes or 0 for each in world.containers)
    own = [use.own or 0 for use in found.uses]
    assert own == sorted(own, reverse=True)


@settings(max_examples=200, deadline=None)
@given(worlds())
def test_the_sizes_of_a_few_images_tell_those_of_all(world: World) -> None:
    asked = set(unknown_images(world))
    part = replace(world, images=tuple(each if each.id in asked else replace(each, bytes=()) for each in world.images))
    assert disk_use(part) == disk_use(world)


def test_where_layers_are_not_told_the_engines_own_sums_are_and_say_so() -> None:
    images = (Held("sha256:1", ("a:1",), "", ("x", "y")), Held("sha256:2", ("b:1",), "", ("x",)), Held("sha256:3"))
    world = World(images, told={"sha256:1": (100, 40), "sha256:2": (60, 0)}, layers_bytes=100)
    found = disk_use(world)
    told = {use.name: (use.bytes, use.own, use.shared, use.exact) for use in found.uses}
    assert told["a:1"] == (100, 40, 60, False)
    assert told["b:1"] == (60, 0, 60, True), "all its layers are shared"
    assert (found.shared_bytes, found.exact, found.total(IMAGE)) == (60, False, 100)
    assert disk_use(replace(world, layers_bytes=None)).shared_bytes is None


def test_volumes_and_cache_say_what_needs_them_and_how_they_are_freed() -> None:
    web = Container("c", "web", "a:1", "sha256:1", "running", mounts=(Mount("volume", "data", "/data"),))
    many = tuple(
        replace(web, id=f"m{number}", name=f"m{number}", mounts=(Mount("volume", "all", "/x"),)) for number in range(9)
    )
    world = World(
        (Held("sha256:1", ("a:1",)),),
        (web, *many),
        (CacheEntry("k1", 5, True), CacheEntry("k2", 7, words="mount / from exec"), CacheEntry("k3", 9, shared=True)),
        command="podman",
        volumes=(Volume("data", 10), Volume("all", None), Volume("a b", 3), Volume("else", 2, users=1)),
    )
    found = disk_use(world)
    used = {use.name: use.used for use in found.uses if use.kind == VOLUME}
    assert used == {
        "data": "used by web",
        "all": "used by m0, m1, m2 and 6 more",
        "a b": "",
        "else": "in use",
    }
    ways = {use.name: way_out(use) for use in found.uses}
    assert ways["a b"] == {"action": "volume.delete"}
    assert ways["data"] == {"why": "It is used by web: delete that container first"}
    assert ways["all"] == {"why": "It is used by m0, m1, m2 and 6 more: delete those containers first"}
    assert ways["else"] == {"why": "It is in use by a container that the engine does not name"}
    assert ways["a:1"] == {"action": "image.delete"}
    assert ways["web"] == {"action": "container.delete"}
    assert ways["mount / from exec"] == {"action": "engine.prune"}
    assert ways["k1"] == {"why": "It is in use"}
    assert [(use.id, use.own) for use in found.of(CACHE)] == [("k2", 7), ("k1", 5), ("k3", 0)]
