"""The stack: heavier slabs are higher, every row can be heard, and what is out of reach is drawn faint."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAccessible

from imagexplorer.models.stack_model import EMPTY, LAYER, WRITABLE, Slab
from imagexplorer.views.stack_view import StackView, _wrapped

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


def test_lines_are_wrapped_and_the_last_is_elided(view):
    metrics = view.fontMetrics()
    text = "RUN apt-get update && apt-get install -y one two three four five six seven eight nine"
    rows = _wrapped(text, 160, 3, metrics)
    assert len(rows) == 3
    assert rows[-1].endswith("…")
    assert all(metrics.horizontalAdvance(row) <= 160 for row in rows)
    assert _wrapped("short", 160, 3, metrics) == ["short"]
    assert _wrapped("", 160, 3, metrics) == []
    assert _wrapped("x" * 500, 10, 2, metrics)
