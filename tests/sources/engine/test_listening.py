"""A flood of events reaches who listens as few pieces, however slow they are; nothing is lost and errors come last."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, Touched
from imagexplorer.core.errors import Unreachable
from imagexplorer.sources.engine.connect import open_engine
from imagexplorer.sources.engine.listening import gathered
from imagexplorer.sources.engine.logs import _Gathering
from tests.http_engine import HttpEngine


def flood(ready: threading.Event, error: Exception | None = None) -> Iterator[Touched]:
    """One event; then, once it was taken, a thousand of ten containers and an image, and the end."""
    yield Touched(containers=frozenset({"first"}))
    assert ready.wait(20)
    for number in range(1000):
        yield Touched(containers=frozenset({f"box{number % 10}"}))
    yield Touched(images=frozenset({"image"}), volumes=frozenset({"volume"}))
    if error is not None:
        raise error


def test_what_comes_while_nobody_takes_it_is_one_piece() -> None:
    ready = threading.Event()
    pieces = gathered(flood(ready), seconds=1000)  # ends with what is read, not with the time
    assert next(pieces) == Touched(containers=frozenset({"first"})), "the first is told before there is another"
    ready.set()
    everything = frozenset(f"box{number}" for number in range(10))
    assert list(pieces) == [Touched(frozenset({"image"}), everything, frozenset({"volume"}))]


def test_an_error_comes_after_what_came_before_it() -> None:
    ready = threading.Event()
    ready.set()
    heard: list[Touched] = []
    with pytest.raises(Unreachable):
        heard.extend(gathered(flood(ready, Unreachable("events", "cut"))))
    assert {name for each in heard for name in each.images} == {"image"}
    assert len({name for each in heard for name in each.containers}) == 11


def test_an_engine_is_heard_in_pieces(tmp_path: Path) -> None:
    control = Control()
    with HttpEngine(tmp_path / "e", containers=10) as engine:
        stream = open_engine(Address("engine", engine.location), control).events(control)
        assert next(stream) == Touched()
        for number in range(1000):
            engine.emit("container", "start", list(engine.containers)[number % 10])
        last = engine.tag("last:1")
        heard, pieces = Touched(), 0
        while last not in heard.images:
            heard |= next(stream)
            pieces += 1
        stream.close()
    assert heard.containers == set(engine.containers)
    assert pieces < 500, "one message an event is what made the lists late"


def test_a_log_that_nobody_takes_waits_at_the_engine() -> None:
    class Flood:
        """The stream of an answer: 16 MB, as they are taken."""

        left, raw = 256, property(lambda self: self)

        def read1(self, decode_content: bool) -> bytes:
            assert decode_content
            self.left -= 1
            return bytes(1 << 16) if self.left >= 0 else b""

    gathering = _Gathering(Flood())
    gathering.start()
    sizes = [len(piece) for piece in gathering.pieces()]
    assert sum(sizes) == 256 << 16
    assert max(sizes) <= 512 << 10, "a window takes it in short steps"
