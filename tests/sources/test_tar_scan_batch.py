"""The fast decoder of headers says what the plain one says, also of headers that no writer makes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.sources import tar_columns
from imagexplorer.sources.tar_batch import Batch, decode_many, decode_plain
from imagexplorer.sources.tar_columns import TarColumns
from imagexplorer.sources.tar_fields import BLOCK_SIZE
from tests import tars

FIELD = st.one_of(
    st.integers(0, 2**33 - 1).map(lambda value: b"%011o\0" % value),
    st.integers(0, 2**33 - 1).map(lambda value: b"%o " % value),
    st.integers(-(2**64), 2**64).map(lambda value: tars.number(value, 12)),
    st.sampled_from(
        [b"", b" " * 12, b"\0" * 12, b"7" * 12, b"-0000000012\0", b"0_1\0", b"0o17\0", b"\t7\0", b" 17 \0", b"9\0"]
    ),
    st.binary(max_size=12),
)
NARROW = st.one_of(
    st.integers(0, 0o7777777).map(lambda value: b"%07o\0" % value),
    st.integers(0, 0o777777).map(lambda value: b"%06o \0" % value),
    st.integers(-(2**40), 2**40).map(lambda value: tars.number(value, 8)),
    st.binary(max_size=8),
)
NAME = st.one_of(
    st.lists(st.sampled_from([b"usr", b"..", b".", b"", b".wh.a", b".wh.", b"b", b".wh..wh..opq"]), max_size=8).map(
        b"/".join
    ),
    st.binary(max_size=100),
)


@st.composite
def headers(draw: st.DrawFn) -> bytes:
    raw = {"mode": draw(NARROW), "uid": draw(NARROW), "gid": draw(NARROW), "mtime": draw(FIELD)}
    if draw(st.booleans()):
        raw["prefix"] = draw(NAME)
    if draw(st.integers(0, 9)) == 0:
        raw["chksum"] = draw(st.sampled_from([b"", b"junk", b"0000000\0", b"  1234\0 "]))
    entry = tars.Entry(
        draw(NAME),
        kind=draw(st.sampled_from(["0", "\0", "1", "2", "3", "5", "7", "A", "V"])),
        link=draw(NAME),
        style=draw(st.sampled_from(["gnu", "pax", "v7"])),
        raw=raw,
    )
    size = draw(st.integers(0, 8**11 - 1))
    return tars.header(entry, tars.encoded(entry.path)[:100], tars.encoded(entry.link)[:100], size)


def batch_of(blocks: list[bytes], wrong_size: int | None) -> Batch:
    batch = Batch(bytearray(b"".join(blocks)), len(blocks))
    for row, block in enumerate(blocks):
        batch.data.append((row + 1) * BLOCK_SIZE)
        batch.sizes.append(int(block[124:135], 8) if block[156] not in b"123456" else 0)
    if wrong_size is not None:
        batch.sizes[wrong_size] += 512
    return batch


@settings(deadline=None, max_examples=300)
@given(st.lists(headers(), min_size=1, max_size=40), st.booleans(), st.data())
def test_both_decoders_agree(blocks: list[bytes], wrong: bool, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, len(blocks) - 1)) if wrong else None
    plain, many = decode_plain(batch_of(blocks, row)), decode_many(batch_of(blocks, row))
    assert (plain.good, plain.reason) == (many.good, many.reason)
    for name in ("kind", "mode", "uid", "gid", "mtime"):
        assert list(getattr(plain, name)) == list(getattr(many, name)), name
    assert sorted(plain.notes) == sorted(many.notes)
    assert built(blocks, row, fast=False) == built(blocks, row, fast=True)


def built(blocks: list[bytes], row: int | None, fast: bool) -> tuple[object, ...]:
    """All columns and notes, made with one decoder."""
    notes: list[tuple[int, bytes, str]] = []
    columns = TarColumns(lambda *note: notes.append(note))
    replaced = tar_columns.decode_plain, tar_columns.decode_many
    chosen = decode_many if fast else decode_plain
    tar_columns.decode_plain = tar_columns.decode_many = chosen
    try:
        outcome = columns.add(batch_of(blocks, row))
    finally:
        tar_columns.decode_plain, tar_columns.decode_many = replaced
    index: LayerIndex = columns.index({})
    return outcome, sorted(notes), {name: view.tobytes() for name, view in index.columns.columns.items()}
