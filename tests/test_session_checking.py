"""Quiet verification over sources made up: whose turn it is, and what makes it give way or end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, Image, ImageDetail, LayerTotals
from imagexplorer.core.errors import ImagexplorerError, Refused
from imagexplorer.jobs import Jobs
from imagexplorer.session import IndexedTree
from imagexplorer.session.checking import Checking
from tests.fakes import ENGINE_ADDRESS, FakeEngine, FakeSource

FILE = Address("docker-archive", "/x.tar")


class Page:
    """What a page does with the answers."""

    def __init__(self, lane: str, checking: Checking, source: FakeSource, image: Image) -> None:
        self.lane, self.checking, self.source = lane, checking, source
        self.detail = source.image(image.id, Control())
        self.layers: list[LayerTotals] = []
        self.ended: list[ImageDetail | ImagexplorerError] = []

    def want(self) -> None:
        detail, handle = self.source.build(self.detail, Control())
        tree = IndexedTree(self.source, handle)
        self.checking.want(self.lane, tree, detail, self.layers.append, self.ended.append, self.ended.append)


class World:
    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot, self.jobs, self.engine = qtbot, Jobs(), FakeEngine()
        self.checking = Checking(self.jobs, self.jobs)
        self.images = list(self.engine.images.values())

    def source(self, address: Address = FILE, unverified: int = 3) -> FakeSource:
        source = FakeSource(self.engine, address, host=False)
        source.unverified = set(range(unverified))
        return source

    def page(self, lane: str, image: int = 1, source: FakeSource | None = None) -> Page:
        return Page(lane, self.checking, source or self.source(), self.images[image])

    @property
    def verified(self) -> list[tuple[str, int]]:
        return [arguments for name, arguments in self.engine.calls if name == "verify"]


@pytest.fixture
def world(qtbot: QtBot) -> Iterator[World]:
    made = World(qtbot)
    yield made
    for gate in made.engine.gate.values():
        gate.set()
    made.checking.close()
    made.jobs.close()


def test_each_unhashed_layer_is_checked_and_what_is_wrong_told(world: World) -> None:
    page = world.page("page1/verify")
    page.source.wrong[1] = "the digest does not match"
    page.want()
    world.qtbot.waitUntil(lambda: bool(page.ended))
    assert [(totals.index, totals.verified) for totals in page.layers] == [(0, True), (1, False), (2, True)]
    assert page.layers[1].problems[0].reason == "the digest does not match"
    assert world.checking.idle


def test_what_is_known_or_vouched_for_is_not_asked(world: World) -> None:
    world.page("a/verify", source=world.source(unverified=0)).want()
    world.page("b/verify", source=world.source(ENGINE_ADDRESS)).want()
    nameless = world.page("c/verify")
    nameless.detail = replace(
        nameless.detail, layers=tuple(replace(layer, diff_id="") for layer in nameless.detail.layers)
    )
    nameless.want()
    assert world.checking.idle
    assert world.verified == []


def test_one_image_at_a_time(world: World) -> None:
    gate = world.engine.gate["verify"] = threading.Event()
    first, second = world.page("1/verify"), world.page("2/verify", 0)
    first.want()
    second.want()
    world.qtbot.waitUntil(lambda: len(world.verified) == 1)
    world.qtbot.wait(50)
    assert len(world.verified) == 1
    gate.set()
    world.qtbot.waitUntil(lambda: bool(first.ended and second.ended))
    assert [image for image, _ in world.verified] == [first.detail.image.id] * 3 + [second.detail.image.id]


def test_it_gives_way_to_reading_and_goes_on_where_it_was(world: World) -> None:
    page = world.page("1/verify")
    page.want()
    world.qtbot.waitUntil(lambda: bool(page.layers))
    reading = threading.Event()
    world.jobs.load("2/index", lambda control: reading.wait(20), lambda _: None)
    world.checking.give_way("2/index")
    before = len(world.verified)
    world.qtbot.wait(500)
    if not page.ended:  # it may have been done before the other came
        assert len(world.verified) == before
    reading.set()
    world.qtbot.waitUntil(lambda: bool(page.ended) or world.checking.idle)
    assert sorted(totals.index for totals in page.layers) == [0, 1, 2]


def test_it_gives_way_while_it_hashes(world: World) -> None:
    gate = world.engine.gate["verify"] = threading.Event()
    page = world.page("1/verify")
    page.want()
    world.qtbot.waitUntil(lambda: len(world.verified) == 1)
    reading = threading.Event()
    world.jobs.load("2/index", lambda control: reading.wait(20), lambda _: None)
    world.checking.give_way("2/index")
    assert world.jobs.in_lane("1/verify") is None
    gate.set()
    world.qtbot.wait(700)
    assert not page.layers
    reading.set()
    world.qtbot.waitUntil(lambda: bool(page.ended))
    assert [totals.index for totals in page.layers] == [0, 1, 2]


def test_a_page_that_closes_ends_it_and_the_next_has_its_turn(world: World) -> None:
    gate = world.engine.gate["verify"] = threading.Event()
    first, second, third = world.page("1/verify"), world.page("2/verify"), world.page("3/verify", 0)
    for page in (first, second, third):
        page.want()
    world.checking.leave("2/")
    world.checking.leave("1/")
    gate.set()
    world.qtbot.waitUntil(lambda: bool(third.ended))
    assert not first.ended
    assert not second.ended
    assert world.checking.idle


def test_a_failure_is_told_and_the_next_has_its_turn(world: World) -> None:
    world.engine.fail["verify"] = Refused("x.tar", "no permission")
    first, second = world.page("1/verify"), world.page("2/verify", 0)
    first.want()
    second.want()
    world.qtbot.waitUntil(lambda: bool(first.ended and second.ended))
    assert isinstance(first.ended[0], Refused)


def test_the_user_may_cancel_it(world: World) -> None:
    gate = world.engine.gate["verify"] = threading.Event()
    page = world.page("1/verify")
    page.want()
    world.qtbot.waitUntil(lambda: len(world.verified) == 1)
    running = world.jobs.in_lane("1/verify")
    assert running is not None
    assert running.title == f"Verifying {page.detail.image.name}"
    world.jobs.cancel(running.id)
    gate.set()
    assert len(page.ended) == 1
    assert world.checking.idle
