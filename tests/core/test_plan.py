"""A plan tells what an engine then does: held against a small engine of its own that goes step by step."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core.entities import Container
from imagexplorer.core.errors import NotFound
from imagexplorer.core.plan import Plan, plan_delete, plan_prune
from imagexplorer.core.plan_report import plan_document, plan_text
from imagexplorer.core.world import CacheEntry, Held, World


@dataclass
class Engine:
    """Images, tags, containers and a layer store that counts references; `rmi` as moby does it, one name at a time."""

    images: dict[str, Held]
    tags: dict[str, str] = field(default_factory=dict)  # tag -> image
    containers: dict[str, Container] = field(default_factory=dict)
    untagged: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, world: World) -> Engine:
        return cls(
            {image.id: image for image in world.images},
            {tag: image.id for image in world.images for tag in image.tags},
            {each.name: each for each in world.containers},
        )

    def layers(self) -> dict[tuple[str, ...], int]:
        """By chain: what the store holds now."""
        held = {}
        for image in self.images.values():
            for at, size in enumerate(image.bytes):
                held[image.layers[: at + 1]] = size or 0
        return held

    def rmi(self, name: str) -> bool:
        """False where it is refused."""
        if name in self.tags:
            identifier = self.tags[name]
            last = list(self.tags.values()).count(identifier) == 1
            if last and self.used(identifier):
                return False
            del self.tags[name]
            self.untagged.append(name)
            if not last:
                return True
            quiet = True
        elif name in self.images:
            identifier, quiet = name, False
        else:
            return False
        if self.used(identifier) or self.children(identifier) or identifier in self.tags.values():
            return quiet
        self.drop(identifier)
        return True

    def drop(self, identifier: str) -> None:
        parent = self.images.pop(identifier).parent_id
        self.deleted.append(identifier)
        free = parent in self.images and not self.used(parent) and not self.children(parent)
        if free and parent not in self.tags.values():
            self.drop(parent)

    def used(self, identifier: str) -> bool:
        return any(each.image_id == identifier for each in self.containers.values())

    def children(self, identifier: str) -> list[str]:
        return [each.id for each in self.images.values() if each.parent_id == identifier]

    def do(self, steps: tuple[str, ...]) -> None:
        for step in steps:
            _, verb, *names = shlex.split(step)
            for name in names:
                if verb == "rm":
                    del self.containers[name]
                elif verb == "rmi":
                    assert self.rmi(name), (step, name)


STATES = ("running", "paused", "created", "exited", "dead")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    images: list[Held] = []
    for number in range(draw(st.integers(1, 7))):
        below = draw(st.sampled_from([None, *images]))
        own = draw(st.lists(st.sampled_from("abc"), max_size=2))
        layers = ((*below.layers, *own) if below else tuple(own)) or ("a",)
        # The same content takes the same bytes wherever it is.
        sizes = tuple(ord(name) for name in layers)
        built_on = below is not None and draw(st.booleans())
        tags = tuple(f"r{number}:{tag}" for tag in range(draw(st.integers(0, 2))))
        images.append(
            Held(f"sha256:{number:064x}", tags, below.id if built_on and below else "", layers, sizes, number)
        )
    containers = tuple(
        Container(
            f"{number:064x}", f"c{number}", "x", draw(st.sampled_from(images)).id, draw(st.sampled_from(STATES)),
            writable_bytes=draw(st.integers(0, 9)),
        )
        for number in range(draw(st.integers(0, 3)))
    )  # fmt: skip
    return World(tuple(images), containers)


def freed(engine: Engine, world: World) -> int:
    return sum(Engine.of(world).layers().values()) - sum(engine.layers().values())


def agrees(plan: Plan, engine: Engine, world: World, written: int = 0) -> None:
    assert sorted(plan.untagged) == sorted(engine.untagged)
    assert sorted(image.id for image in plan.deleted) == sorted(engine.deleted)
    assert plan.frees_bytes - written == freed(engine, world)
    assert plan.exact


@settings(max_examples=300, deadline=None)
@given(worlds(), st.data())
def test_a_delete_that_nothing_blocks_does_what_the_plan_says(world: World, data: st.DataObject) -> None:
    names = [tag for image in world.images for tag in image.tags] + [image.id for image in world.images]
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True))
    plan = plan_delete(world, chosen)
    engine = Engine.of(world)
    if plan.blocked:
        # What is in the way is really there, and what the plan does not touch stays.
        for each in plan.blocked:
            assert each.by in engine.containers or any(each.by == image.name for image in world.images)
        assert not {image.id for image in plan.deleted} & {each.image_id for each in world.containers}
        return
    engine.do(plan.steps)
    agrees(plan, engine, world)


@settings(max_examples=300, deadline=None)
@given(worlds(), st.booleans(), st.booleans(), st.booleans())
def test_a_prune_does_what_the_plan_says(world: World, dangling: bool, unused: bool, containers: bool) -> None:
    plan = plan_prune(world, dangling=dangling, unused=unused, containers=containers)
    assert not plan.blocked
    engine = Engine.of(world)
    engine.do(plan.steps)
    written = sum(each.writable_bytes or 0 for each in plan.containers)
    agrees(plan, engine, world, written)
    assert {each.state for each in plan.containers} <= {"created", "exited", "dead"}
    left = {each.image_id for each in engine.containers.values()}
    if unused:
        assert all(image.id in left or engine.children(image.id) for image in engine.images.values()), (
            "what is left is used, or built on"
        )
    if dangling:
        assert all(image.tags or image.id in left or engine.children(image.id) for image in engine.images.values())


def image(number: int, *tags: str, layers: str = "ab", parent: str = "") -> Held:
    return Held(f"sha256:{number:064x}", tags, parent, tuple(layers), tuple(ord(each) for each in layers))


def test_one_tag_of_two_is_only_untagged() -> None:
    plan = plan_delete(World((image(1, "a:1", "b:1"),)), ["a:1"])
    assert (plan.untagged, plan.deleted, plan.layers, plan.frees_bytes) == (("a:1",), (), (), 0)
    both = plan_delete(World((image(1, "a:1", "b:1"),)), ["a:1", "b:1"])
    assert [each.id for each in both.deleted] == [image(1).id]


def test_a_shared_layer_is_not_freed_and_the_same_content_elsewhere_is_another_layer() -> None:
    world = World((image(1, "a:1", layers="abc"), image(2, "b:1", layers="ab"), image(3, "c:1", layers="c")))
    assert plan_delete(world, ["a:1"]).layers == (("c", ord("c")),)


def test_what_is_in_the_way_and_the_steps_that_clear_it() -> None:
    web = Container("1" * 64, "web", "a:1", image(1).id, "running")
    plan = plan_delete(World((image(1, "a:1"),), (web,)), ["a:1"])
    assert [(each.by, each.kind, each.state) for each in plan.blocked] == [("web", "container", "running")]
    assert plan.steps == ("docker stop web", "docker rm web", "docker rmi a:1")
    assert plan.frees_bytes == 0
    child = image(2, "b:1", layers="abc", parent=image(1).id)
    blocked = plan_delete(World((image(1), child)), [image(1).id])
    assert [(each.by, each.kind) for each in blocked.blocked] == [("b:1", "image")]


@pytest.mark.parametrize("name", ["nginx", "nginx:latest", "docker.io/library/nginx:latest", "000000000001"])
def test_names_as_people_write_them(name: str) -> None:
    held = Held("sha256:" + "0" * 11 + "1" + "f" * 52, ("docker.io/library/nginx:latest",), "", ("a",), (1,))
    assert plan_delete(World((held,)), [name]).deleted == (held,)


@pytest.mark.parametrize("name", ["none", "0000", "sha256:ffff", "", "NGINX"])
def test_what_is_not_there_is_named(name: str) -> None:
    with pytest.raises(NotFound):
        plan_delete(World((image(1, "a:1"), image(2, "b:1"))), [name])


def test_a_size_that_is_not_known_makes_it_an_estimate() -> None:
    held = Held("sha256:" + "1" * 64, ("a:1",), "", ("a", "b"), (None, 5))
    plan = plan_delete(World((held,)), ["a:1"])
    assert (plan.exact, plan.frees_bytes) == (False, 5)
    assert "about" in "".join(plan_text(plan))


def test_the_cache_of_the_builder() -> None:
    world = World((), (), (CacheEntry("x", 5), CacheEntry("y", 7, in_use=True), CacheEntry("z", 3, shared=True)))
    plan = plan_prune(world, dangling=False, unused=False, containers=False, build_cache=True)
    assert [each.id for each in plan.build_cache] == ["x", "z"]
    assert (plan.frees_bytes, plan.exact) == (5, False)


def test_the_document() -> None:
    web = Container("1" * 64, "web", "a:1", image(1).id, "exited", writable_bytes=9)
    plan = plan_prune(World((image(1, "a:1"),), (web,)), dangling=True, unused=True, containers=True)
    document = plan_document(plan)
    assert document == {
        "schema": "imagexplorer.plan/1",
        "untagged": ["a:1"],
        "deleted": [{"image": image(1).id}],
        "layers": [{"diff_id": "a", "bytes": 97}, {"diff_id": "b", "bytes": 98}],
        "containers": [{"id": "1" * 64, "name": "web", "bytes": 9}],
        "volumes": [],
        "build_cache": [],
        "frees_bytes": 204,
        "exact": True,
        "blocked": [],
        "steps": ["docker rm web", "docker rmi a:1"],
    }


def test_age_and_name_narrow_a_prune() -> None:
    old, new = 1_000, 2_000
    world = World(
        (
            Held("sha256:" + "1" * 64, ("docker.io/library/ci/a:1",), layers=("a",), bytes=(1,), created=old),
            Held("sha256:" + "2" * 64, ("ci/b:1", "keep:1"), layers=("b",), bytes=(2,), created=old),
            Held("sha256:" + "3" * 64, ("ci/c:1",), layers=("c",), bytes=(4,), created=new),
            Held("sha256:" + "4" * 64, (), layers=("d",), bytes=(8,), created=None),
        )
    )

    def freed(before: int | None = None, like: str = "") -> int:
        return plan_prune(world, dangling=True, unused=True, containers=False, before=before, like=like).frees_bytes

    assert freed() == 15
    assert freed(before=1_500) == 3, "what has no known age is not old"
    assert freed(like="ci/*") == 5, "one that has another name too stays"
    assert freed(like="ci/*", before=1_500) == 1
    assert freed(like="ci/c") == 4
