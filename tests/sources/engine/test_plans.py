"""A plan against real engines: what it says goes, goes, and what it says is freed, is freed."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any

import pytest

from imagexplorer.core.disk import DiskUse, disk_use, unknown_images
from imagexplorer.core.plan import Plan, plan_delete, plan_prune
from imagexplorer.output.planning import planned
from tests.engine_images import build
from tests.engines import Engine

pytestmark = pytest.mark.engine

BASE = 'FROM scratch\nADD busybox /bin/busybox\nRUN ["/bin/busybox","--install","-s","/bin"]\nRUN echo base > /base\n'


def layers_bytes(engine: Engine) -> int:
    return int(engine.api.df()["LayersSize"])


def do(engine: Engine, plan: Plan) -> None:
    """The steps as they stand, by the SDK."""
    for step in plan.steps:
        _, verb, *names = shlex.split(step)
        for name in names:
            if verb == "stop":
                engine.api.stop(name, timeout=0)
            elif verb == "rm":
                engine.api.remove_container(name)
            else:
                engine.api.remove_image(name)


def ids(engine: Engine) -> set[str]:
    return {row["Id"] for row in engine.api.images(all=True)}


@pytest.fixture
def family(engine: Engine, tidy: list[str]) -> dict[str, str]:
    """A base, two that stand on it, one of them with a second name, and a container of the other."""
    names = {name: engine.name(f"plan/{name}:1") for name in ("base", "one", "two", "again")}
    made = {"base": build(engine.api, names["base"], BASE)}
    made["one"] = build(engine.api, names["one"], BASE + "RUN echo one > /one; echo 12345 > /more\nRUN ln -s /one /l\n")
    made["two"] = build(engine.api, names["two"], BASE + "RUN echo two > /two\n")
    engine.api.tag(names["one"], names["again"].rpartition(":")[0], "1")
    engine.api.create_container(names["two"], ["true"], name="plan-user")
    tidy += ["plan-user", *(f"image:{name}" for name in names.values())]
    return names


def made(engine: Engine, **asked: Any) -> Plan:
    names = asked.pop("delete", None)
    plan = (lambda world: plan_delete(world, names)) if names else (lambda world: plan_prune(world, **asked))
    return planned(engine.source.host, plan, engine.control)


def looked_at(engine: Engine) -> DiskUse:
    world = engine.source.host.holdings(engine.control)
    sizes = {each: tuple(engine.source.host.layer_sizes(each, engine.control)) for each in unknown_images(world)}
    return disk_use(replace(world, images=tuple(replace(each, bytes=sizes.get(each.id, ())) for each in world.images)))


def test_a_family_goes_as_planned(engine: Engine, family: dict[str, str]) -> None:
    disk = looked_at(engine)
    assert {use.name: use.used for use in disk.of("image")}[family["two"]] == "used by plan-user"
    if made(engine, delete=[family["one"]]).exact:
        assert all(use.exact for use in disk.of("image"))
        assert disk.total("image") == layers_bytes(engine)

    one = made(engine, delete=[family["one"]])
    assert (list(one.untagged), one.deleted, one.frees_bytes) == ([family["one"]], (), 0)

    blocked = made(engine, delete=[family["two"]])
    assert [(each.by, each.kind, each.state) for each in blocked.blocked] == [("plan-user", "container", "created")]
    assert not blocked.deleted

    for plan in (
        made(engine, delete=[family["one"], family["again"]]),
        blocked,
    ):
        held, size = ids(engine), layers_bytes(engine)
        if plan is not blocked:
            assert plan.deleted
            assert sorted(plan.untagged) == sorted([family["one"], family["again"]])
        do(engine, plan)
        if plan is not blocked:
            assert held - ids(engine) == {image.id for image in plan.deleted}
            assert plan.exact is not (engine.podman or engine.containerd)
            if plan.exact:
                assert size - layers_bytes(engine) == plan.frees_bytes > 0
    assert engine.name("plan/base:1") in {tag for row in engine.api.images() for tag in row["RepoTags"] or ()}


def test_stopped_containers_and_what_only_they_used(engine: Engine, family: dict[str, str]) -> None:
    kept = {image.id for image in engine.source.images(engine.control)}
    plan = made(engine, dangling=False, unused=False, containers=True)
    assert "plan-user" in {each.name for each in plan.containers}
    assert not plan.deleted
    everything = made(engine, dangling=False, unused=True, containers=True)
    gone = {tag for tag in everything.untagged if "plan/" in tag}
    assert gone == set(family.values())
    assert {image.id for image in engine.source.images(engine.control)} == kept, "nothing was done"
