"""Rules in the window: what breaks them, and the way from a finding to its file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPalette
from pytestqt.qtbot import QtBot

from imagexplorer.core.check import Finding, Outcome
from imagexplorer.core.entities import ALL, Touched
from imagexplorer.core.errors import Refused
from imagexplorer.core.rules import BUILT_IN, Rules
from imagexplorer.views.check_tab import CheckTab
from imagexplorer.views.image_page import ImagePage
from tests.fake_engine import FakeEngine
from tests.views.pages import Pages

OUTCOMES = (
    Outcome(
        "no-secrets",
        (Finding(b"app/main.py", 1, "a \u202eprivate key"), Finding(b"app/data.bin", 1, "hidden by layer 2")),
        3,
    ),
    Outcome("not-root", (Finding(None, None, "no user is named"),)),
    Outcome("sound"),
)


@pytest.fixture
def pages(qtbot: QtBot) -> Iterator[Pages]:
    engine = FakeEngine()
    engine.outcomes = OUTCOMES
    made = Pages(qtbot, engine)
    yield made
    made.close()


def opened(pages: Pages, qtbot: QtBot) -> tuple[ImagePage, CheckTab]:
    page = pages.open_image(next(image for image in pages.session.images if "myapp:dev" in image.tags))
    qtbot.waitUntil(lambda: page.tree is not None and page.files.body.currentWidget() is page.files.tree)
    assert not pages.engine.called("check"), "nothing is checked until somebody looks"
    tab = page.findChild(CheckTab)
    page.tabs.setCurrentWidget(tab)
    qtbot.waitUntil(lambda: tab.body.currentWidget() is tab.outcomes)
    return page, tab


def rows(tab: CheckTab) -> list[list[str]]:
    found = []
    for number in range(tab.outcomes.topLevelItemCount()):
        head = tab.outcomes.topLevelItem(number)
        found.append([head.text(0), *(head.child(row).text(0) for row in range(head.childCount()))])
    return found


def test_rules_with_what_breaks_them(pages: Pages, qtbot: QtBot) -> None:
    page, tab = opened(pages, qtbot)
    assert tab.words.text() == "2 of 3 rules broken"
    assert rows(tab) == [
        ["no-secrets", "/app/main.py", "/app/data.bin", "…"],
        ["not-root", "the image"],
        ["sound"],
    ]
    assert tab.outcomes.topLevelItem(0).child(0).text(2) == "a \\u202eprivate key"
    assert [tab.outcomes.topLevelItem(row).isExpanded() for row in range(3)] == [True, True, False]
    page.known.emit()
    asked = len(pages.engine.called("image"))
    pages.engine.emit(Touched(images=frozenset({ALL})))
    qtbot.waitUntil(lambda: len(pages.engine.called("image")) > asked)
    qtbot.waitUntil(lambda: pages.session.jobs.in_lane(page.lane + "detail") is None)
    assert len(pages.engine.called("check")) == 1, "the same question is not asked twice, whatever the engine tells"


def test_the_signs_take_the_colours_of_a_palette_that_changes(pages: Pages, qtbot: QtBot) -> None:
    _, tab = opened(pages, qtbot)
    sign = tab.outcomes.topLevelItem(0).icon(0).pixmap(32, 32).toImage()
    dark = QPalette(Qt.GlobalColor.black)
    tab.setPalette(dark)
    assert tab.outcomes.topLevelItem(0).icon(0).pixmap(32, 32).toImage() != sign


def test_a_palette_may_change_before_anybody_looked(pages: Pages) -> None:
    page = pages.open_image(next(image for image in pages.session.images if "myapp:dev" in image.tags))
    page.setPalette(QPalette(Qt.GlobalColor.black))
    tab = page.findChild(CheckTab)
    assert tab.palette() == page.palette()
    assert not tab.is_made


def test_enter_shows_the_file_at_its_layer(pages: Pages, qtbot: QtBot) -> None:
    page, tab = opened(pages, qtbot)
    tab.outcomes.setCurrentItem(tab.outcomes.topLevelItem(0).child(0))
    tab.copy_words.trigger()
    assert QGuiApplication.clipboard().text() == "/app/main.py (layer 1): a \\u202eprivate key"
    qtbot.keyClick(tab.outcomes, Qt.Key.Key_Return)
    assert page.tabs.currentIndex() == 0
    qtbot.waitUntil(lambda: page.files.spec.layer == 1)
    qtbot.waitUntil(lambda: getattr(page.files.tree.selected_row(), "path", b"") == b"app/main.py")
    assert page.files.tree.hasFocus()


def test_a_file_that_a_filter_hides_is_shown_without_it(pages: Pages, qtbot: QtBot) -> None:
    page, _ = opened(pages, qtbot)
    page.tabs.setCurrentIndex(0)
    page.files.filter.paths.edit.setText("motd")
    qtbot.waitUntil(lambda: not page.files.tree.files.find(b"app/main.py").isValid())
    page.reveal(b"app/main.py")
    qtbot.waitUntil(lambda: getattr(page.files.tree.selected_row(), "path", b"") == b"app/main.py")
    assert page.files.filter.paths.edit.text() == ""


def test_rules_of_a_file_and_back(pages: Pages, qtbot: QtBot, tmp_path: Path) -> None:
    _, tab = opened(pages, qtbot)
    path = tmp_path / "rules.toml"
    path.write_text("not-root = true\n")
    tab.read_rules(str(path))
    qtbot.waitUntil(lambda: pages.engine.called("check")[-1][1] == Rules(not_root=True))
    assert tab.of.text() == "Rules of rules.toml"
    tab.built_in.click()
    qtbot.waitUntil(lambda: pages.engine.called("check")[-1][1] == BUILT_IN)
    path.write_text("no-such = 1\n")
    tab.read_rules(str(path))
    qtbot.waitUntil(lambda: "no such rule" in tab.words.text())
    assert tab.of.text() == "Built-in rules"


def test_a_failure_is_said_and_asked_again(pages: Pages, qtbot: QtBot) -> None:
    page = pages.open_image(pages.session.images[0])
    pages.engine.fail["check"] = Refused("image", "it cannot be read")
    tab = page.findChild(CheckTab)
    page.tabs.setCurrentWidget(tab)
    qtbot.waitUntil(lambda: "cannot be read" in tab.empty.text.text())
    pages.engine.fail.clear()
    page.refresh()
    qtbot.waitUntil(lambda: tab.body.currentWidget() is tab.outcomes)
