"""A page that is closed is gone, with all that it held: over a day many are opened."""

from __future__ import annotations

import gc
import weakref

import pytest
from pytestqt.qtbot import QtBot

from imagexplorer.views.record_page import RecordPage
from tests.fakes import FakeEngine
from tests.views.conftest import MakeStage


@pytest.mark.parametrize("kind", ["image", "container"])
def test_nothing_keeps_a_page_that_is_closed(
    make_stage: MakeStage, engine: FakeEngine, qtbot: QtBot, kind: str
) -> None:
    on = make_stage(engine)
    rows = on.session.images if kind == "image" else on.session.containers
    on.window.open_page(kind, rows[0])
    page = on.window.current_page
    assert isinstance(page, RecordPage)
    for number in range(page.tabs.count()):
        page.tabs.setCurrentIndex(number)
        qtbot.wait(20)
    known = weakref.ref(page)
    on.window.close_page()
    del page

    def gone() -> bool:
        gc.collect()
        return known() is None

    qtbot.waitUntil(gone)
