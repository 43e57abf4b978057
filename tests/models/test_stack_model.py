"""The stack: every layer once, in its place, whatever the history says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from imagexplorer.core.entities import Image, ImageDetail, Layer, LayerTotals, Problem, Step
from imagexplorer.models.stack_model import EMPTY, LAYER, UNKNOWN, WRITABLE, Slab, StackModel, slabs_of

steps = st.builds(
    Step,
    instruction=st.text(max_size=20),
    empty=st.sampled_from([True, False, None]),
    layer=st.none() | st.integers(-3, 8),
    size_bytes=st.none() | st.integers(0, 10**12),
)


@given(st.lists(steps, max_size=12), st.integers(0, 6))
def test_every_layer_once_from_the_top_down(history, count):
    detail = ImageDetail(Image("x"), tuple(Layer(n, f"d{n}") for n in range(count)), tuple(history))
    slabs = slabs_of(detail)
    assert [slab.below for slab in slabs if slab.kind == LAYER] == list(reversed(range(count)))
    assert [slab.below for slab in slabs] == sorted((slab.below for slab in slabs), reverse=True)
    assert sum(slab.kind != LAYER for slab in slabs) >= len(history) - count
    for slab in slabs:
        assert slab.spoken
        assert slab.tip


def detail() -> ImageDetail:
    return ImageDetail(
        Image("x"),
        (Layer(0, "d0", blob_bytes=500), Layer(1, "d1", blob_bytes=70), Layer(2, "d2")),
        (
            Step("/bin/sh -c #(nop) ADD file:x in /", layer=0, empty=False, size_bytes=1_000_000),
            Step("ENV A=1", empty=True),
            Step("RUN make", layer=1, empty=False),
            Step("COPY . /", layer=2, empty=False),
            Step("nobody knows", empty=None),
        ),
    )


def test_kinds_and_sizes():
    slabs = slabs_of(detail())
    assert [slab.kind for slab in slabs] == [UNKNOWN, LAYER, LAYER, EMPTY, LAYER]
    assert [slab.size_words for slab in slabs] == ["", "…", "70 Bytes blob", "", "1 MB"]
    known = slabs_of(detail(), {1: LayerTotals(1, 9000, 3, 4, True, (Problem("a", "b"),))})
    assert (known[2].size_words, known[2].verified, known[2].problems) == ("9 kB", True, 1)
    assert known[2].spoken == "Layer 1, read-only, 9 kB. RUN make"


def test_reading_a_layer_changes_one_row(qtbot):
    model = StackModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    model.set_slabs(slabs_of(detail()))
    heard = []
    model.dataChanged.connect(lambda a, b, roles: heard.append((a.row(), b.row())))
    model.modelReset.connect(lambda: heard.append("reset"))
    model.set_slabs(slabs_of(detail(), {1: LayerTotals(1, 9000, 3, 4)}))
    assert heard == [(2, 2)]
    model.rowsInserted.connect(lambda _parent, first, last: heard.append(("new", first, last)))
    model.set_slabs([Slab(WRITABLE, 3), *slabs_of(detail(), {1: LayerTotals(1, 9000, 3, 4)})])
    assert heard[1:] == [("new", 0, 0)]
    assert model.row_of_layer(2) == 2
    assert model.row_of_layer(9) == -1


@pytest.mark.usefixtures("qapp")
def test_hostile_instructions_are_shown_as_they_are():
    model = StackModel()
    hostile = ImageDetail(
        Image("x"), (Layer(0, "d"),), (Step("RUN <b>\x1b]0;x\x07</b>", layer=0, comment="<img src=a>"),)
    )
    model.set_slabs(slabs_of(hostile))
    assert model.index(0).data() == "RUN <b>\\x1b]0;x\\x07</b>"
    assert "<img" not in model.index(0).data(Qt.ItemDataRole.ToolTipRole)
