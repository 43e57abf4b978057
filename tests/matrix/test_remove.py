"""Deleting, pruning and bringing back, on real engines: what was confirmed goes and nothing else, whatever happens."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from imagexplorer.actions.prompts import DeleteAnswer, DeleteItem, PruneAnswer
from imagexplorer.core.text import human_size
from imagexplorer.core.world import World as Held
from tests.matrix.bench import BASE, Difference, Place
from tests.matrix.conftest import Cells
from tests.matrix.desk import Desk

pytestmark = [pytest.mark.engine, pytest.mark.torture]
MANY = 20
Seat = Callable[..., Desk]
BUILT = """\
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN --mount=type=cache,target=/kept dd if=/dev/zero of=/kept/x bs=1024 count=100 && echo %s > /own
"""
"""By BuildKit: its layers are in the builder's cache too."""
ODD = """
dd if=/dev/zero of=/plain bs=1000 count=7; ln /plain /hard; ln /plain /harder; ln -s /plain/and/so/on /soft;
dd if=/dev/zero of=/holes bs=1 count=1 seek=3000000; mkdir /dir; mkfifo /pipe; ln -s x /dir/y
"""


def nothing_forced(place: Place, volumes: bool = False) -> None:
    sent = place.line.requests
    wrong = r"force=(1|true)" + ("" if volumes else r"|[?&]v=(1|true)")
    assert not [line for line in sent if re.search(wrong, line)], sent
    assert len(set(sent)) == len(sent), f"sent twice: {sent}"


def ids(place: Place, names: Sequence[str]) -> dict[str, str]:
    """Name by id."""
    return {place.api.inspect_image(name)["Id"].removeprefix("sha256:"): name for name in names}


def ids_of(place: Place, names: Sequence[str]) -> dict[str, str]:
    return {place.api.inspect_container(name)["Id"]: name for name in names}


def planned(desk: Desk) -> int:
    """Bytes that the last question named."""
    items: Sequence[DeleteItem] = desk.person.asked[-1][1][0]
    return sum(item.bytes or 0 for item in items)


def as_planned(desk: Desk, size: int) -> None:
    desk.sees(lambda: any(each.startswith("Deleted") for each in desk.said))
    assert desk.said[-1] == f"Deleted: freed {human_size(size)}, as planned", desk.said


@pytest.mark.parametrize("count", [1, MANY])
def test_images_go(place: Place, desk: Desk, cells: Cells, figure: Callable[[str], None], count: int) -> None:
    with cells.of("delete image", "alone" if count == 1 else "twenty") as tell:
        names = place.images(count)
        images = ids(place, names)
        before, size = place.world(), place.layer_bytes()
        desk.select(images=names)
        desk.does("image.delete", delete=DeleteAnswer())
        assert not desk.words()
        assert place.world().since(before) == Difference(images_gone=frozenset(images))
        if place.graph:
            gone = size - place.layer_bytes()
            figure(f"delete {count} of {place.kind}: planned {planned(desk):,}, freed on disk {gone:,}")
            assert planned(desk) == gone > 0
            as_planned(desk, gone)
        nothing_forced(place)
        tell("ok")


def test_layers_of_every_kind_are_counted_as_they_are_freed(
    place: Place, desk: Desk, cells: Cells, figure: Callable[[str], None]
) -> None:
    """Shared with others, files with several names, symbolic links, holes, an image below with a name of its own."""
    with cells.of("delete image", "odd layers") as tell:
        lower, upper, beside = (place.name(f"mx/{each}:1") for each in ("lower", "upper", "beside"))
        for below, made, script in (
            (place.name(BASE), lower, ODD),
            (lower, upper, "dd if=/dev/zero of=/plain bs=999 count=3; rm /holes; ln /hard /other"),
            (lower, beside, "echo 12345 > /five"),
        ):
            name = place.containers(1, image=below, command=["sh", "-c", script])[0]
            place.api.wait(name)
            place._commit(name, made)
            place.api.remove_container(name)
        for names in ((upper,), (lower, beside)):
            desk.begins()
            images = ids(place, names)
            before, size = place.world(), place.layer_bytes()
            desk.select(images=names)
            desk.does("image.delete", delete=DeleteAnswer())
            assert not desk.words()
            assert place.world().since(before).images_gone == frozenset(images)
            if place.graph:
                gone = size - place.layer_bytes()
                figure(
                    f"delete {len(names)} with odd layers of {place.kind}: planned {planned(desk):,}, freed {gone:,}"
                )
                assert planned(desk) == gone > 0
                as_planned(desk, gone)
            nothing_forced(place)
        tell("ok")


def test_tags_and_blockers_step_by_step(place: Place, desk: Desk, cells: Cells) -> None:
    (name,) = place.images(1)
    second = name.replace(":1", ":2")
    place.api.tag(name, second.rpartition(":")[0], "2")
    (image,) = ids(place, [name])
    with cells.of("delete tag", "alone") as tell:
        before = place.world()
        desk.select(images=[name])
        desk.does("image.delete", delete=DeleteAnswer(kept=frozenset({name})))
        assert place.world().since(before) == Difference(untagged=frozenset({second}))
        nothing_forced(place)
        tell("ok")
    users = place.containers(2, image=name)
    held = ids_of(place, users)
    for words, answer, goes in (
        ("in use", DeleteAnswer(), False),
        ("one step unticked", DeleteAnswer(True, kept=frozenset([next(iter(held))])), False),
        ("all steps", DeleteAnswer(True), True),
    ):
        with cells.of("delete image", words) as tell:
            desk.begins()
            before = place.world()
            desk.select(images=[name])
            desk.does("image.delete", delete=answer)
            wanted = Difference(images_gone=frozenset({image}), containers_gone=frozenset(held))
            assert place.world().since(before) == (wanted if goes else Difference())
            assert goes or not place.line.requests
            blocked = desk.person.asked[0][1][0][0].blocked
            assert all(each in blocked and "running" in blocked for each in users), blocked
            nothing_forced(place)
            tell("ok" if goes else "told")


@pytest.mark.parametrize("what", ["image", "container"])
def test_the_world_changes(place: Place, desk: Desk, cells: Cells, what: str) -> None:
    action = f"delete {what}"

    def made(count: int) -> dict[str, str]:
        return ids(place, place.images(count)) if what == "image" else ids_of(place, place.containers(count, run=False))

    def select(things: dict[str, str]) -> None:
        desk.select(**{f"{what}s": list(things.values())})

    def remove(one: str) -> None:
        place.api.remove_image(things[one]) if what == "image" else place.api.remove_container(one)

    def gone(difference: Difference) -> frozenset[str]:
        assert not (difference.images_gone if what == "container" else difference.containers_gone)
        return difference.images_gone if what == "image" else difference.containers_gone

    for count, condition in ((1, "gone"), (MANY, "gone of 20")):
        with cells.of(action, condition) as tell:
            desk.begins()
            things = made(count)
            before = place.world()
            select(things)
            lost = list(things)[count // 2]

            def meanwhile(lost: str = lost) -> None:
                remove(lost)
                rows = lambda: desk.session.rows_of(desk.key)[what == "container"]  # noqa: E731
                desk.sees(lambda: lost not in {row.id.removeprefix("sha256:") for row in rows()})

            desk.person.meanwhile = meanwhile
            desk.does(f"{what}.delete", delete=DeleteAnswer())
            assert len(desk.person.asked) == (1 if count == 1 else 2), "asked again"
            assert gone(place.world().since(before)) == frozenset(things)
            assert desk.failed or any("Something changed" in each for each in desk.said)
            nothing_forced(place)
            tell("told")
    with cells.of(action, "gone at the request") as tell:
        desk.begins()
        things = made(5)
        before = place.world()
        select(things)
        lost = list(things)[2]
        reference = things[lost] if what == "image" else lost
        place.line.at(rf"^DELETE .*{re.escape(reference)}", 1, lambda: remove(lost))
        desk.does(f"{what}.delete", delete=DeleteAnswer())
        assert gone(place.world().since(before)) == frozenset(things)
        assert "4 of 5 done" in desk.words()[0], desk.words()
        assert things[lost] in desk.words()[0]
        nothing_forced(place)
        tell("told")
    with cells.of(action, "restarted") as tell:
        desk.begins()
        things = made(3)
        before = place.world()
        select(things)
        desk.person.meanwhile = place.restart
        desk.does(f"{what}.delete", delete=DeleteAnswer())
        desk.back()
        left = frozenset(things) - gone(place.world().since(before))
        assert not left or desk.words(), "not all done, and not said"
        nothing_forced(place)
        tell("told" if desk.words() else "ok")
    with cells.of(action, "dies at 3rd") as tell:
        desk.begins()
        things = made(12)
        before = place.world()
        select(things)
        place.line.at("^DELETE ", 3, place.private.kill)
        desk.does(f"{what}.delete", delete=DeleteAnswer())
        place.private.restart()
        desk.back()
        went = gone(place.world().since(before))
        assert went < frozenset(things)
        words = desk.words()[0]
        assert "2 of 12 done; 9 not tried" in words, words
        assert "not known" in words, words
        assert len(went) in (2, 3)
        nothing_forced(place)
        # and the rest goes when it is asked for again
        desk.begins()
        left = {each: things[each] for each in things if each not in went}
        select(left)
        desk.does(f"{what}.delete", delete=DeleteAnswer())
        assert gone(place.world().since(before)) == frozenset(things), desk.words()
        tell("told")


@pytest.mark.parametrize("count", [1, MANY])
def test_containers_go(place: Place, seat: Seat, cells: Cells, figure: Callable[[str], None], count: int) -> None:
    with cells.of("delete container", "alone" if count == 1 else "twenty") as tell:
        names = place.containers(count, volumes=["/data"])
        for name in names:
            place.write(name, {"wrote": b"x" * 4321})
        things = ids_of(place, names)
        desk = seat(place)  # its first lists are weighed at once
        desk.weighs(names)
        for answer, goes in ((DeleteAnswer(), False), (DeleteAnswer(stop_first=True), True)):
            desk.begins()
            before, size = place.world(), place.layer_bytes()
            desk.select(containers=names)
            desk.does("container.delete", delete=answer)
            assert place.world().since(before) == Difference(containers_gone=frozenset(things) if goes else frozenset())
            assert goes or not place.line.requests
            nothing_forced(place)
        if place.graph:
            gone = size - place.layer_bytes()
            figure(f"delete {count} containers of {place.kind}: planned {planned(desk):,}, freed on disk {gone:,}")
            assert gone - planned(desk) == count * len("/proc/mounts"), "a link of the engine's own in each"
            as_planned(desk, planned(desk))
        tell("ok")
    with cells.of("delete container", "volumes ticked" if count == 1 else "volumes of 20") as tell:
        desk = seat(place)
        names = place.containers(count, run=False, volumes=["/data"])
        things = ids_of(place, names)
        volumes = {place.api.inspect_container(name)["Mounts"][0]["Name"] for name in names}
        before = place.world()
        desk.select(containers=names)
        desk.does("container.delete", delete=DeleteAnswer(volumes=frozenset(things)))
        wanted = Difference(containers_gone=frozenset(things), volumes_gone=frozenset(volumes))
        assert place.world().since(before) == wanted
        nothing_forced(place, volumes=True)
        tell("ok")


@pytest.mark.parametrize("kind", ["dangling", "unused", "containers"])
def test_prune(place: Place, desk: Desk, cells: Cells, figure: Callable[[str], None], kind: str) -> None:
    place.sweep()
    action = f"prune {kind}"
    place.containers(1)  # so that the base is in use

    def made(count: int) -> list[str]:
        if kind == "containers":
            return list(ids_of(place, place.containers(count, run=False)))
        made = place.dangling(count) if kind == "dangling" else ids(place, place.images(count))
        return [f"sha256:{each}" for each in made]

    def bare(things: Sequence[str]) -> frozenset[str]:
        return frozenset(each.removeprefix("sha256:") for each in things)

    def went(difference: Difference) -> frozenset[str]:
        return difference.containers_gone if kind == "containers" else difference.images_gone

    for count, condition in ((1, "alone"), (MANY, "twenty")):
        with cells.of(action, condition) as tell:
            desk.begins()
            things = made(count)
            stays = things[3:4]
            before, size = place.world(), place.layer_bytes()
            desk.back()
            answer = PruneAnswer(**{kind: True}, keep=frozenset(stays))
            desk.does("engine.prune", prune=answer)
            assert not desk.words()
            assert went(place.world().since(before)) == bare(things) - bare(stays)
            if place.graph and kind != "containers":
                gone = size - place.layer_bytes()
                desk.sees(lambda: any(each.startswith("Pruned") for each in desk.said))
                figure(f"{action}, {count} of {place.kind}: freed on disk {gone:,}; said: {desk.said[-1]}")
                assert desk.said[-1] == f"Pruned: freed {human_size(gone)}, as planned"
            nothing_forced(place)
            tell("ok")
    with cells.of(action, "gone") as tell:
        desk.begins()
        things = made(3)
        before = place.world()
        desk.back()
        lost = things[0]
        desk.person.meanwhile = lambda: (
            place.api.remove_container(lost) if kind == "containers" else place.api.remove_image(lost)
        )
        desk.does("engine.prune", prune=PruneAnswer(**{kind: True}))
        assert len(desk.person.asked) == 2, "asked again"
        assert went(place.world().since(before)) >= bare(things)
        nothing_forced(place)
        tell("told")
    with cells.of(action, "restarted") as tell:
        desk.begins()
        things = made(2)
        before = place.world()
        desk.back()
        desk.person.meanwhile = place.restart
        desk.person.again = False
        desk.does("engine.prune", prune=PruneAnswer(**{kind: True}))
        desk.back()
        difference = place.world().since(before)
        assert went(difference) <= bare(things), "what ran before it was started anew was not asked about"
        assert went(difference) == bare(things) or desk.words() or len(desk.person.asked) == 2
        nothing_forced(place)
        tell("ok" if went(difference) else "told")


def test_the_builders_cache(place: Place, desk: Desk, cells: Cells, figure: Callable[[str], None]) -> None:
    if place.podman:
        with cells.of("prune build cache", "alone") as tell:
            tell("none")
        return
    tag = "mx/built:1"

    def prune(condition: str, **chosen: Any) -> None:
        desk.begins()
        # What BuildKit makes is weighed by the engine without the lengths of symbolic links.
        before, size = place.world(), place.layer_bytes(links=False)
        desk.back()
        desk.does("engine.prune", prune=PruneAnswer(**chosen, keep=frozenset({f"sha256:{place.base}", place.base})))
        assert not desk.words()
        desk.sees(lambda: any(each.startswith("Pruned") for each in desk.said))
        desk.sees(lambda: not chosen.get("build_cache") or not place.api.df()["BuildCache"])
        world: Held = desk.person.asked[-1][1][0]
        told = sum(each.bytes for each in world.build_cache if not each.shared)
        assert len(place.world().since(before).images_gone) == (1 if chosen.get("unused") else 0)
        if place.graph:
            gone = size - place.layer_bytes(links=False)
            figure(f"prune {condition} of {place.kind}: cache {told:,}, freed on disk {gone:,}; said: {desk.said[-1]}")
            assert desk.said[-1].startswith(f"Pruned: freed {human_size(gone)}"), (gone, desk.said)
        else:
            figure(f"prune {condition} of {place.kind}: cache {told:,}; said: {desk.said[-1]}")

    place.containers(1)
    for condition, chosen in (
        ("cache only", {"build_cache": True}),
        ("images only", {"unused": True}),
        ("then cache", {"build_cache": True}),
        ("both", {"unused": True, "build_cache": True}),
    ):
        with cells.of("prune build cache", condition) as tell:
            if condition != "then cache":
                place.builds(tag, BUILT % condition)
            if condition == "images only":
                desk.begins()
            prune(condition, **chosen)
            tell("ok")
            if condition == "cache only":
                place.api.remove_image(tag)
    with cells.of("delete image", "in the cache") as tell:
        desk.begins()
        place.builds(tag, BUILT % "deleted")
        size = place.layer_bytes()
        desk.select(images=[tag])
        desk.does("image.delete", delete=DeleteAnswer())
        assert not desk.words()
        desk.sees(lambda: any(each.startswith("Deleted") for each in desk.said))
        frees = desk.person.asked[-1][1][1](DeleteAnswer()).frees
        figure(f"delete image in the cache of {place.kind}: asked about {frees}; said: {desk.said[-1]}")
        assert frees.startswith("about ")
        if place.graph:
            assert size == place.layer_bytes(), "nothing is freed"
            assert "about 0 Bytes" in desk.said[-1]
            assert "builder's cache keeps" in desk.said[-1]
        tell("told")
        place.api.prune_builds()
