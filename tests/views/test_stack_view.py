"""The stack: heavier slabs are higher, every row can be heard, and what is out of reach is drawn faint."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QFont, QFontMetrics, QGuiApplication

from imagexplorer.models.stack_model import EMPTY, LAYER, WRITABLE, Slab
from imagexplorer.views.stack_delegate import fitting
from imagexplorer.views.stack_lines import Row, can_unfold, folded, unfolded, wrapped
from imagexplorer.views.stack_view import StackView

SLABS = [
    Slab(WRITABLE, 3, "written by this container", 900),
    Slab(EMPTY, 2, 'CMD ["sh"]'),
    Slab(LAYER, 2, "RUN make", 0),
    Slab(LAYER, 1, "COPY app /app", 40_000_000),
    Slab(LAYER, 0, "ADD rootfs /", 90_000_000),
]


@pytest.fixture
def view(qtbot):
    made = StackView()
    qtbot.addWidget(made)
    made.resize(420, 400)
    made.set_slabs(SLABS)
    made.show()
    return made


def heights(view):
    return [view.visualRect(view.stack.index(row)).height() for row in range(len(SLABS))]


def test_height_grows_with_bytes(view):
    writable, empty, nothing, middle, large = heights(view)
    assert empty < nothing <= writable < middle < large


def test_every_slab_is_heard(view):
    told = QAccessible.queryAccessibleInterface(view)
    names = [told.child(row).text(QAccessible.Text.Name) for row in range(told.childCount())]
    assert names[0] == "Writable layer, 900 Bytes. written by this container"
    assert names[2] == "Layer 2, read-only, 0 Bytes. RUN make"


def test_out_of_reach_is_faint(view):
    def inked(row):
        rect = view.visualRect(view.stack.index(row))
        picture = view.viewport().grab(rect).toImage()
        return min(
            picture.pixelColor(x, y).lightness() for x in range(picture.width()) for y in range(picture.height())
        )

    before = inked(2)
    view.set_reach(1, only=False)
    assert inked(2) > before + 30
    assert inked(4) < before + 30
    view.set_reach(1, only=True)
    assert inked(4) > before + 30


def test_the_current_slab_stays_when_sizes_come(view):
    view.select_row(3)
    told = []
    view.slab_selected.connect(told.append)
    view.set_slabs([*SLABS[:2], Slab(LAYER, 2, "RUN make", 70), *SLABS[3:]])
    assert view.current_slab().below == 1
    assert told == []
    view.set_slabs(SLABS[1:])
    assert view.current_slab().below == 1


TEXT = "RUN apt-get update \\\n    && apt-get install -y one two three four five six seven eight nine \\\n    && make"


@given(st.text(st.sampled_from("ab /"), max_size=80), st.integers(12, 40))
def test_what_is_wrapped_loses_nothing(line, columns):
    pieces = wrapped(line, columns)
    assert all(len(piece) <= columns for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(line.split())


def test_folded_is_as_high_as_its_slab_and_says_how_much_more_there_is():
    slab = Slab(LAYER, 0, TEXT.replace("\\\n", ""), 5, text=TEXT, notes=("a note",), step=1)
    assert folded(slab, 30, 1) == [Row("RUN apt-get update … +2")]
    assert [row.text for row in folded(slab, 30, 3)] == [
        "RUN apt-get update \\",
        "    && apt-get install -y one…",
        "    && make",
    ]
    assert [row.text for row in unfolded(slab, 80)] == ["# a note", *TEXT.split("\n")]
    assert can_unfold(slab, 80)
    short = Slab(LAYER, 0, "RUN make", text="RUN make")
    assert not can_unfold(short, 80)
    assert folded(short, 80, 3) == [Row("RUN make")]
    assert folded(Slab(LAYER, 0, "RUN " + "x" * 90), 20, 2)[-1].text.endswith("…")


def test_keys_and_clicks_unfold(view, qtbot):
    view.set_slabs([Slab(LAYER, 1, "RUN a b", 9, text=TEXT, step=1), Slab(LAYER, 0, "ADD x /", 9)])
    view.select_row(0)
    low = view.visualRect(view.stack.index(0)).height()
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: view.visualRect(view.stack.index(0)).height() > low)
    assert view.all_unfolded()
    qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: view.visualRect(view.stack.index(0)).height() == low)
    sign = view._delegate.sign_place(view.visualRect(view.stack.index(0))).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=sign)
    assert view.is_unfolded(0)
    view.unfold(1, True)
    assert not view.is_unfolded(1), "there is nothing more of it"
    view.copy()
    assert QGuiApplication.clipboard().text() == TEXT


def test_only_what_the_user_chooses_is_their_choice(view, qtbot):
    told = []
    view.slab_selected.connect(lambda slab: told.append((slab.below, view.by_user)))
    view.select_row(2)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert told == [(2, False), (1, True)]
    view.set_slabs([Slab(LAYER, 4, "RUN more", 1), *SLABS])
    assert view.current_slab().below == 1
    assert len(told) == 2


def test_a_slabs_name_leaves_its_size_room(qtbot):
    usual = QGuiApplication.font()
    bold = QFont(usual)
    bold.setBold(True)
    wide, narrow = (QFontMetrics(font).horizontalAdvance("writable") for font in (bold, usual))
    assert fitting("writable", wide, (bold, usual)) == (bold, "writable")
    if narrow < wide:
        assert fitting("writable", wide - 1, (bold, usual)) == (usual, "writable")
    font, cut = fitting("writable", narrow - 4, (bold, usual))
    assert cut.endswith("…")
    assert QFontMetrics(font).horizontalAdvance(cut) <= narrow - 4
