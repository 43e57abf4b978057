"""Tabs that are made when first looked at."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from imagexplorer.views.image_page import ImagePage
from imagexplorer.views.page_tab import PageTab
from tests.fakes import FakeEngine
from tests.views.pages import Pages


class Told(PageTab[ImagePage]):
    """Writes down what it is told."""

    def __init__(self, page: ImagePage) -> None:
        super().__init__(page, "told")
        self.told: list[str] = []

    def set_up(self) -> None:
        self.told.append("set up")

    def fill(self) -> None:
        self.told.append("fill with tree" if self.page.tree is not None else "fill")

    def hidden(self) -> None:
        self.told.append("hidden")

    def leave(self) -> None:
        self.told.append("leave")


def test_a_tab_costs_nothing_until_it_is_seen_and_then_follows(qtbot: QtBot) -> None:
    pages = Pages(qtbot, FakeEngine())
    page = pages.open_image(pages.session.images[0])
    tab = Told(page)
    page.tabs.addTab(tab, "Told")
    qtbot.waitUntil(lambda: page.tree is not None)
    assert tab.told == []
    page.tabs.setCurrentWidget(tab)
    assert tab.told == ["set up", "fill with tree"]
    page.known.emit()
    assert tab.told[2:] == ["fill with tree"]
    page.tabs.setCurrentIndex(0)
    page.known.emit()
    page.known.emit()
    assert tab.told[3:] == ["hidden"]
    page.tabs.setCurrentWidget(tab)
    assert tab.told[4:] == ["fill with tree"]
    pages.close()
    assert tab.told.count("leave") == 1
