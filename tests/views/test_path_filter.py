"""A filter is text, glob or regular expression as the user chooses; a bad one says why and hides nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from imagexplorer.core.errors import WrongUse
from imagexplorer.views.path_filter import PathFilter
from tests.fake_engine import FakeEngine
from tests.views.pages import Pages, paths


@pytest.fixture
def line(qtbot: QtBot) -> PathFilter:
    made = PathFilter()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize(
    ("mode", "text", "question"),
    [
        ("text", "etc", ("etc", "text")),
        ("text", "*.so", ("*.so", "glob")),
        ("glob", "etc", ("etc", "glob")),
        ("regex", "a+*", ("a+*", "regex")),
        ("regex", "", ("", "text")),
    ],
)
def test_the_text_is_meant_as_chosen(line: PathFilter, mode: str, text: str, question: tuple[str, str]) -> None:
    line.modes[mode].trigger()
    line.edit.setText(text)
    assert line.question() == question
    assert [name for name, action in line.modes.items() if action.isChecked()] == [mode]


def test_another_meaning_asks_again_at_once(line: PathFilter, qtbot: QtBot) -> None:
    line.edit.setText("m.*py")
    with qtbot.waitSignal(line.changed):
        line.modes["regex"].trigger()


@pytest.fixture
def pages(qtbot: QtBot) -> Iterator[Pages]:
    made = Pages(qtbot, FakeEngine())
    yield made
    made.close()


def test_a_bad_pattern_says_why_and_what_is_shown_stays(pages: Pages, qtbot: QtBot) -> None:
    image = next(image for image in pages.engine.images.values() if "myapp:dev" in image.tags)
    page = pages.open_image(image)
    pane = page.files
    qtbot.waitUntil(lambda: pane.body.currentWidget() is pane.tree)
    before = paths(pane.tree.files)
    pages.engine.fail["view"] = WrongUse("regular expression (", "missing ), unterminated subpattern at position 0")
    pane.filter.paths.modes["regex"].trigger()
    QTest.keyClicks(pane.filter.paths.edit, "(")
    qtbot.waitUntil(lambda: "missing )" in pane.filter.results.words.text())
    assert pane.spec.pattern == "regex"
    assert pane.body.currentWidget() is pane.tree
    assert paths(pane.tree.files) == before
    assert not pane.busy.isVisible()
    del pages.engine.fail["view"]
    pane.filter.paths.edit.setText("main.py$")
    qtbot.waitUntil(lambda: paths(pane.tree.files) != before)
    assert "missing" not in pane.filter.results.words.text()


def test_the_same_for_a_containers_changes(pages: Pages, qtbot: QtBot) -> None:
    page = pages.open_container(pages.engine.named("web"))
    pane = page.changes
    qtbot.waitUntil(lambda: pane.body.currentWidget() is pane.tree)
    pages.engine.fail["changes_view"] = WrongUse("regular expression (", "missing )")
    pane.filter.paths.modes["regex"].trigger()
    pane.filter.paths.edit.setText("(")
    qtbot.waitUntil(lambda: "missing )" in pane.filter.results.words.text())
    assert pane.body.currentWidget() is pane.tree
