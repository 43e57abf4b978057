"""Frames carry every value whole, in small pieces, and take nothing that is not theirs."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.columns import Columns
from imagexplorer.core.entities import Image, Platform
from imagexplorer.core.errors import Cancelled, Damaged, Fault, ImagexplorerError, NotFound, Unreachable
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.indexing.frames import (
    BATCH_ROWS,
    CHUNK_BYTES,
    ERROR,
    RESULT,
    ROWS,
    BadFrame,
    Channel,
    Frame,
    dumps,
    error_of,
    loads,
)


@dataclass
class Pair:
    """Two ends of one direction."""

    sender: Channel
    receiver: Channel

    def close(self) -> None:
        self.sender.close()
        self.receiver.close_incoming()


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = new_pair()
    yield made
    made.close()


def new_pair() -> Pair:
    incoming, outgoing = os.pipe()
    null = os.open(os.devnull, os.O_RDWR)
    made = Pair(Channel(os.dup(null), outgoing), Channel(incoming, null))
    made.sender.close_incoming()
    made.receiver.close()
    return made


def through(pair: Pair, send: Any) -> list[Frame]:
    """What arrives of everything that `send` sends."""
    frames = []

    def run() -> None:
        send(pair.sender)
        pair.sender.close()

    thread = Thread(target=run)
    thread.start()
    while (frame := pair.receiver.receive()) is not None:
        frames.append(frame)
    thread.join()
    return frames


FORMATS = st.sampled_from("BHIQbhiq")


@st.composite
def columns(draw: st.DrawFn) -> Columns:
    named = {}
    for name in draw(st.lists(st.text("abcdef_", min_size=1, max_size=6), unique=True, max_size=5)):
        code = draw(FORMATS)
        raw = draw(st.binary(max_size=400))
        size = memoryview(b"").cast("B").cast(code).itemsize
        named[name] = memoryview(raw[: len(raw) // size * size]).cast("B").cast(code)
    return Columns(named, draw(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3)))


@given(columns())
def test_columns_arrive_as_they_were(value: Columns) -> None:
    pair = new_pair()
    (frame,) = through(pair, lambda channel: channel.send(RESULT, 7, {"tree": value}))
    pair.close()
    got = frame.value()["tree"]
    assert frame.request == 7
    assert got.meta == value.meta
    assert {name: (c.format, c.tobytes()) for name, c in got.columns.items()} == {
        name: (c.format, c.tobytes()) for name, c in value.columns.items()
    }


def test_large_columns_travel_in_pieces_and_small_ones_come_between(pair: Pair) -> None:
    big = os.urandom(5 * CHUNK_BYTES + 13)
    index = LayerIndex(Columns({"paths": memoryview(big), "kind": memoryview(b"")}))

    def send(channel: Channel) -> None:
        other = Thread(target=lambda: [channel.send(ROWS, 2, [n]) for n in range(50)])
        other.start()
        channel.send_result(1, index)
        other.join()

    frames = through(pair, send)
    assert [frame.value() for frame in frames if frame.request == 2] == [[n] for n in range(50)]
    shape, got = next(frame for frame in frames if frame.request == 1).value()
    assert shape == "value"
    assert got["paths"] == big
    assert len(next(frame for frame in frames if frame.request == 1).payload) < 10_000


@pytest.mark.parametrize("kind", [list, tuple])
def test_long_lists_come_in_batches(pair: Pair, kind: type) -> None:
    rows = kind(Image(f"sha256:{n:064x}", (f"name:{n}",), platform=Platform("linux", "arm64")) for n in range(1701))
    frames = through(pair, lambda channel: channel.send_result(3, rows))
    assert [frame.kind for frame in frames] == [ROWS, ROWS, ROWS, ROWS, RESULT]
    assert all(len(frame.value()) <= BATCH_ROWS for frame in frames[:-1])
    assert [row for frame in frames[:-1] for row in frame.value()] == list(rows)
    assert frames[-1].value() == (kind.__name__, None)


class Odd(Unreachable):
    """A kind that the other side does not know: it arrives as the one that it is made from."""


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (Damaged("layer 3", "cut off", "copy it again"), Damaged),
        (NotFound("x"), NotFound),
        (Odd("engine", "gone"), Unreachable),
        (Cancelled(), Cancelled),
        (Fault("a", "b", "c", "trace"), Fault),
        (KeyError("boom"), Fault),
    ],
)
def test_errors_keep_their_kind_and_words(pair: Pair, sent: Exception, kind: type[ImagexplorerError]) -> None:
    (frame,) = through(pair, lambda channel: channel.send_error(9, sent, "Traceback ..."))
    assert frame.kind == ERROR
    got = error_of(frame)
    assert type(got) is kind
    if isinstance(sent, ImagexplorerError):
        assert (got.what, got.reason, got.way_out) == (sent.what, sent.reason, sent.way_out)
    else:
        assert isinstance(got, Fault)
        assert got.details == "Traceback ..."
        assert "boom" in str(got)


@given(st.binary(max_size=200))
def test_garbage_is_refused(raw: bytes) -> None:
    pair = new_pair()
    os.write(pair.sender._outgoing, raw)
    pair.sender.close()
    try:
        while (frame := pair.receiver.receive()) is not None:
            frame.value()
    except BadFrame:
        pass
    finally:
        pair.close()


@pytest.mark.parametrize("function", [os.system, eval, print, exec, Channel.close])
def test_a_message_may_not_name_what_is_not_a_record(function: Any) -> None:
    with pytest.raises(BadFrame):
        loads(pickle.dumps(function, 5), [])


def test_text_that_is_no_utf8_passes() -> None:
    buffers: list[pickle.PickleBuffer] = []
    assert loads(dumps({"path": "a\udcff/b"}, buffers), []) == {"path": "a\udcff/b"}
