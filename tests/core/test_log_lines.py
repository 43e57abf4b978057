"""The kept lines of a log, against a plain list of them."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.live import STDERR, STDOUT, LogBatch
from imagexplorer.core.log_lines import LogLines, Resumed, found_in, of_stream

LINE = st.binary(max_size=20).map(lambda raw: raw.replace(b"\n", b""))
BATCHES = st.lists(st.lists(st.tuples(LINE, st.sampled_from([STDOUT, STDERR])), min_size=1, max_size=8), max_size=12)


def batch(lines: list[tuple[bytes, int]], times: list[int] | None = None) -> LogBatch:
    moments = array("q", times if times is not None else range(len(lines)))
    return LogBatch(b"\n".join(line for line, _ in lines), bytes(stream for _, stream in lines), moments.tobytes())


@given(BATCHES)
def test_lines_are_those_that_came(batches: list[list[tuple[bytes, int]]]) -> None:
    kept = LogLines()
    for each in batches:
        kept.add(batch(each))
    whole = [line for each in batches for line in each]
    assert [(kept.line(n), kept.stream(n)) for n in range(kept.first, kept.end)] == whole
    errors = [n for block in kept.blocks for n in of_stream(block, STDERR)]
    assert errors == [n for n, (_, stream) in enumerate(whole) if stream == STDERR]


def test_the_oldest_go_and_numbers_stay() -> None:
    kept = LogLines(kept_lines=20_000)
    for start in range(0, 100_000, 1000):
        kept.add(batch([(b"line %d" % n, STDOUT) for n in range(start, start + 1000)]))
    assert 20_000 <= len(kept) < 20_000 + 8192
    assert kept.dropped
    assert kept.line(kept.end - 1) == b"line 99999"
    assert kept.line(kept.first) == b"line %d" % kept.first
    by_bytes = LogLines(kept_bytes=1 << 20)
    for _ in range(64):
        by_bytes.add(batch([(b"x" * 100_000, STDERR)]))
    assert len(by_bytes) * 100_001 < (1 << 20) + (1 << 19)


def test_words_are_found_as_they_are_shown() -> None:
    kept = LogLines()
    lines = [b"nothing", b"an \x1b[31mEr\x1b[0mror, error", b"", "Ärger".encode(), b"error"]
    kept.add(batch([(line, STDOUT) for line in lines]))
    (block,) = kept.blocks
    assert list(found_in(block, "error")) == [1, 4]
    assert list(found_in(block, "error", 2)) == [4]
    assert list(found_in(block, "ärg")) == [3]
    assert list(found_in(block, "")) == []


def test_what_comes_again_is_left_out() -> None:
    kept = LogLines()
    second = 1_000_000_000
    kept.add(batch([(b"a", 1), (b"b", 1), (b"c", 2)], [4 * second, 5 * second, 5 * second]))
    again = Resumed(*kept.newest())
    assert again.since == 5.0
    new = again.new(
        batch([(b"b", 1), (b"c", 2), (b"d", 1), (b"e", 1)], [5 * second, 5 * second, 5 * second, 6 * second])
    )
    assert new.text == b"d\ne"
    assert len(new) == 2
    assert Resumed(0, 0).new(new) is new
