"""A source is opened once, lent to many, and closed when the last user has left."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address
from imagexplorer.core.errors import NotFound
from imagexplorer.indexing.opened import OpenSources


class Thing:
    def __init__(self, address: Address) -> None:
        self.address = Address("docker-archive", address.location)
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def opened() -> list[Any]:
    return []


@pytest.fixture
def sources(opened: list[Any]) -> OpenSources:
    def opener(address: Address, control: Control) -> Any:
        if address.location == "nowhere":
            raise NotFound("nowhere")
        opened.append(Thing(address))
        return opened[-1]

    return OpenSources(opener)


FILE, SETTLED = Address("file", "a"), Address("docker-archive", "a")


def test_it_is_opened_once_under_both_names(sources: OpenSources, opened: list[Any]) -> None:
    for address in (FILE, SETTLED, FILE):
        with sources.use(address, Control()) as source:
            assert source is opened[0]
    assert len(opened) == 1
    assert opened[0].closed == 0


@pytest.mark.parametrize("name", [FILE, SETTLED])
def test_what_was_dropped_is_closed_when_nobody_uses_it(sources: OpenSources, opened: list[Any], name: Address) -> None:
    with sources.use(FILE, Control()):
        sources.drop(name)
        assert opened[0].closed == 0
        with sources.use(SETTLED, Control()) as other:
            assert other is opened[1]
        assert opened[0].closed == 0
    assert opened[0].closed == 1
    sources.close()
    assert [each.closed for each in opened] == [1, 1]


def test_what_cannot_be_opened_is_tried_again(sources: OpenSources, opened: list[Any]) -> None:
    for _ in range(2):
        with pytest.raises(NotFound), sources.use(Address("file", "nowhere"), Control()):
            pass
    assert opened == []


def test_many_that_ask_at_once_wait_for_one_opening(opened: list[Any]) -> None:
    gate = threading.Event()

    def slow(address: Address, control: Control) -> Any:
        gate.wait(10)
        opened.append(Thing(address))
        return opened[-1]

    sources = OpenSources(slow)
    got: list[Any] = []

    def work() -> None:
        with sources.use(FILE, Control()) as source:
            got.append(source)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join(10)
    assert got == [opened[0]] * 8


def test_put_takes_the_place_of_another(sources: OpenSources, opened: list[Any]) -> None:
    with sources.use(FILE, Control()):
        pass
    other: Any = Thing(SETTLED)
    sources.put(other)
    assert opened[0].closed == 1
    with sources.use(SETTLED, Control()) as source:
        assert source is other
