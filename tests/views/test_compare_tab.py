"""The tab that compares: late and lost answers, what is being typed, and what Save says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from imagexplorer.core.control import Control
from imagexplorer.core.entities import EVERYTHING
from imagexplorer.core.errors import ImagexplorerError, NotFound, Unreachable
from imagexplorer.core.preview import Preview
from imagexplorer.core.recognise import TEXT
from imagexplorer.core.tree_view import MARK_MODIFIED
from imagexplorer.indexing.records import ComparisonHandle
from imagexplorer.session.comparing import Compared
from imagexplorer.views.compare_tab import CompareTab
from imagexplorer.views.image_page import ImagePage
from tests.fake_engine import FakeEngine
from tests.fake_trees import FakeFile, Row, rows_view
from tests.views.pages import Pages

LOST = NotFound("the comparison", "it is not in memory any more", "Compare again")
FILES = {"app/a": Row("file", 1, mark=MARK_MODIFIED), "app/b": Row("file", 2, mark=MARK_MODIFIED)}


class FakeComparing:
    """Answers with a comparison of its own; `file` is what a test makes it."""

    def __init__(self, page: ImagePage) -> None:
        self._page = page
        self.made = 0
        self.saved: list[bool] = []
        self.lost = 0  # so many questions about files find nothing
        self.read: Callable[[bytes, Control], Preview] = lambda path, _control: text(path)

    def compare(self, lane: str, a: Compared, source: str, reference: str, times: bool, done: Any, failed: Any) -> None:
        self.made += 1
        done(a, ComparisonHandle(f"comparison {self.made}", {"content": 2}))

    def view(self, lane: str, a: Compared, comparison: Any, spec: Any, done: Any, failed: Any) -> None:
        done(rows_view(FILES))

    def file(self, lane: str, a: Compared, b: Compared, comparison: Any, path: bytes, done: Any, failed: Any) -> None:
        if self.lost:
            self.lost -= 1
            failed(LOST)
        else:
            self._page.session.jobs.load(lane, lambda control: self.read(path, control), done, failed, "")

    def save(self, lane: str, a: Any, b: Any, comparison: Any, path: str, values: bool, done: Any, failed: Any) -> None:
        self.saved.append(values)
        done(path)


def text(path: bytes) -> Preview:
    return Preview(TEXT, "difference", 1, 1, text=f"of {path.decode()}")


@pytest.fixture
def pages(qtbot: QtBot) -> Iterator[Pages]:
    engine = FakeEngine()
    for name in ("one:1", "two:1", "three:1"):
        engine.add_image(name, layers=((FakeFile("app/a", name.encode()),),))
    made = Pages(qtbot, engine)
    yield made
    made.close()


@pytest.fixture
def tab(pages: Pages, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> CompareTab:
    def image(name: str) -> Any:
        return next(image for image in pages.session.images if name in image.tags)

    page = pages.open_image(image("one:1"))
    qtbot.waitUntil(lambda: page.tree is not None)
    monkeypatch.setattr(page.session, "comparing", FakeComparing(page))
    page.compare_with(pages.key, image("two:1"))
    tab = page.compare
    qtbot.waitUntil(lambda: tab.is_made and tab.body.currentWidget() is tab.parts)
    return tab


def shown(tab: CompareTab) -> str:
    return tab.file.text.toPlainText() if tab.file.shown is not None else tab.file.empty.title.text()


def test_no_answer_comes_to_what_was_selected_before(tab: CompareTab, qtbot: QtBot) -> None:
    ended = threading.Event()

    def slow(_path: bytes, control: Control) -> Preview:
        while not control.cancelled:
            ended.wait(0.01)
        ended.set()
        return text(b"too late")

    tab.page.session.comparing.read = slow
    tab.files.tree.reveal(b"app/a")
    tab.files.tree.reveal(b"app")
    assert shown(tab) == "Only what it holds differs"
    qtbot.waitUntil(ended.is_set)
    assert shown(tab) == "Only what it holds differs"


def test_what_takes_long_says_so(tab: CompareTab, qtbot: QtBot) -> None:
    go_on = threading.Event()

    def slow(path: bytes, control: Control) -> Preview:
        while not go_on.wait(0.01):
            control.step()
        return text(path)

    tab.page.session.comparing.read = slow
    tab.files.tree.reveal(b"app/b")
    qtbot.waitUntil(lambda: shown(tab) == "Comparing the contents")
    go_on.set()
    qtbot.waitUntil(lambda: shown(tab) == "of app/b")


def test_what_the_worker_has_no_more_is_compared_again(tab: CompareTab, qtbot: QtBot) -> None:
    comparing = tab.page.session.comparing
    comparing.lost = 1
    tab.files.tree.reveal(b"app/b")
    qtbot.waitUntil(lambda: shown(tab) == "of app/b")
    assert comparing.made == 2
    comparing.lost = 2
    tab.files.tree.reveal(b"app/a")
    qtbot.waitUntil(lambda: shown(tab) == "The contents cannot be compared")
    assert comparing.made == 3, "what is lost again is not asked for ever"


def test_a_file_that_could_not_be_read_is_tried_again(tab: CompareTab, qtbot: QtBot) -> None:
    comparing = tab.page.session.comparing
    works = comparing.read

    def refuses(_path: bytes, _control: Control) -> Preview:
        raise Unreachable("reading", "the reader process ended", "Try again")

    comparing.read = refuses
    tab.files.tree.reveal(b"app/b")
    qtbot.waitUntil(lambda: shown(tab) == "The contents cannot be compared")
    comparing.read = works
    (again,) = tab.file.empty.findChildren(QPushButton)
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shown(tab) == "of app/b")


def test_another_comparison_keeps_the_path_that_is_selected(tab: CompareTab, qtbot: QtBot) -> None:
    tab.files.tree.reveal(b"app/b")
    after = {"aa": Row("file", 1, mark=MARK_MODIFIED), **FILES}  # other nodes for the same paths
    tab.page.session.comparing.view = lambda _l, _a, _c, _s, done, _f: done(rows_view(after))
    tab.bar.times.click()
    assert tab.files.tree.selected_row().path == b"app/b"
    qtbot.waitUntil(lambda: shown(tab) == "of app/b")


def test_what_is_typed_stays_when_images_come(tab: CompareTab, pages: Pages, qtbot: QtBot) -> None:
    tab.page.activateWindow()
    line = tab.bar.choice.lineEdit()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    line.selectAll()
    qtbot.keyClicks(line, "thr")
    pages.engine.add_image("four:1")
    count = tab.bar.choice.count()
    pages.session.refresh(EVERYTHING)
    qtbot.waitUntil(lambda: tab.bar.choice.count() == count + 1)
    assert line.text() == "thr"


def test_the_image_that_is_compared_with_is_named(tab: CompareTab, pages: Pages) -> None:
    """Also where another tab or the tool bar chose it."""
    assert tab.bar.choice.currentText().startswith("two:1")
    tab.page.compare_with(pages.key, next(image for image in pages.session.images if "three:1" in image.tags))
    assert tab.bar.choice.currentText().startswith("three:1")


def test_what_came_of_it_stands_in_a_line_of_its_own(tab: CompareTab, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not tab.bar.summary.isHidden())
    assert "layers: " in tab.bar.summary.whole()
    tab.bar.say("")
    assert tab.bar.summary.isHidden()


@pytest.mark.parametrize(("typed", "found"), [("three:1", "three:1"), ("ree", "three:1"), (":1", ""), ("none", "")])
def test_enter_takes_what_was_typed_where_it_means_one_image(
    tab: CompareTab, qtbot: QtBot, typed: str, found: str
) -> None:
    chosen: list[str] = []
    tab.bar.chosen.connect(lambda _source, image: chosen.append(image.name))
    tab.page.activateWindow()
    line = tab.bar.choice.lineEdit()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    line.selectAll()
    qtbot.keyClicks(line, typed)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert chosen == [found] * bool(found)
    assert tab.bar.choice.currentText().startswith(found or typed)


def test_a_failure_offers_to_compare_again(tab: CompareTab, qtbot: QtBot) -> None:
    def refuses(*arguments: Any) -> None:
        arguments[-1](ImagexplorerError("compare", "no"))

    comparing = tab.page.session.comparing
    works, comparing.compare = comparing.compare, refuses
    tab.bar.times.click()
    assert tab.body.currentWidget() is tab.empty
    comparing.compare = works
    (retry,) = [button for button in tab.empty.findChildren(QPushButton) if button.text() == "&Retry"]
    qtbot.mouseClick(retry, Qt.MouseButton.LeftButton)
    assert tab.body.currentWidget() is tab.parts


def test_save_says_that_the_filter_does_not_count(
    tab: CompareTab, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles: list[str] = []

    def ask(_parent: Any, title: str, *_more: Any) -> tuple[str, str]:
        titles.append(title)
        return "/made/up/saved.html", ""

    said: list[str] = []
    tab.page.session.message.connect(said.append)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    tab.bar.save.click()
    qtbot.keyClicks(tab.files.filter.paths.edit, "app")
    qtbot.waitUntil(lambda: tab.files.filtered)
    tab.bar.save.click()
    tab.page.values.setChecked(True)
    tab.bar.save.click()
    assert ["filter hides" in title for title in titles] == [False, True, True]
    assert ["filter hides" in words for words in said] == [False, True, True]
    assert tab.page.session.comparing.saved == [False, False, True], "secret values only where they are shown"
