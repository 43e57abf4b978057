"""The configuration to read, to search and to copy; nothing of it opens unasked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox, QPlainTextEdit
from pytestqt.qtbot import QtBot

from imagexplorer.core.entities import ImageDetail
from imagexplorer.indexing.documents import TEXT_MOST, data_text
from imagexplorer.views.config_tab import ConfigTab
from imagexplorer.views.find_bar import FindBar
from tests.fake_engine import FakeEngine
from tests.fakes import FakeSource
from tests.views.pages import Pages

ADDRESS = "https://example.org/a?b=c&d=<e>".replace("<e>", "e")
CONFIG: dict[str, Any] = {
    "config": {
        "Cmd": ["sh"],
        "ExposedPorts": {"80/tcp": {}},
        "Env": ["PATH=/bin", "ODD=a\u202eb\x1b[31m"],
        "Labels": {"url": ADDRESS, "html": "<b>x</b>"},
    }
}


@pytest.fixture
def pages(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pages]:
    image = FakeSource.image

    def configured(self: FakeSource, reference: str, control: Any, platform: str = "") -> ImageDetail:
        return replace(image(self, reference, control, platform), config=CONFIG)

    monkeypatch.setattr(FakeSource, "image", configured)
    made = Pages(qtbot, FakeEngine())
    yield made
    made.close()


@pytest.fixture
def tab(pages: Pages, qtbot: QtBot) -> ConfigTab[Any]:
    page = pages.open_image(pages.session.images[0])
    qtbot.waitUntil(lambda: page.detail is not None)
    found: ConfigTab[Any] = page.findChild(ConfigTab)
    assert not found.is_made, "a tab costs nothing until it is seen"
    page.tabs.setCurrentWidget(found)
    return found


def heads(tab: ConfigTab[Any]) -> dict[str, Any]:
    items = [tab.pairs.topLevelItem(row) for row in range(tab.pairs.topLevelItemCount())]
    return {item.text(0): item for item in items}


def test_it_reads_and_filters(tab: ConfigTab[Any], qtbot: QtBot) -> None:
    assert list(heads(tab))[:2] == ["Image", "Process"]
    tab.page.focus_filter()
    assert tab.filter.hasFocus()
    qtbot.keyClicks(tab.filter, "exposed")
    assert [heads(tab)[name].isHidden() for name in ("Image", "Process")] == [True, False]


def test_the_json_is_laid_out_elsewhere_and_searched(tab: ConfigTab[Any], pages: Pages, qtbot: QtBot) -> None:
    assert not pages.engine.called("data_text"), "not before it is looked at"
    tab.json.click()
    qtbot.waitUntil(lambda: '"ExposedPorts"' in tab.text.text.toPlainText())
    tab.page.focus_filter()
    find = tab.text.finder
    assert find.edit.hasFocus()
    qtbot.keyClicks(find.edit, "E")
    qtbot.keyClick(find.edit, Qt.Key.Key_Return)
    count = tab.text.text.toPlainText().casefold().count("e")
    assert find.count.text() == f"1 of {count}"
    qtbot.keyClick(find.edit, Qt.Key.Key_Return)
    assert find.count.text() == f"2 of {count}"
    qtbot.keyClick(find.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(find.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert find.count.text() == f"{count} of {count}", "round the end"
    assert tab.text.text.textCursor().selectedText().casefold() == "e"
    qtbot.keyClick(find.edit, Qt.Key.Key_Escape)
    assert tab.text.text.hasFocus()
    tab.page.known.emit()
    assert len(pages.engine.called("data_text")) == 1, "what is the same is not asked for again"


def test_what_is_not_there_is_said(tab: ConfigTab[Any], qtbot: QtBot) -> None:
    tab.json.click()
    qtbot.waitUntil(lambda: '"ExposedPorts"' in tab.text.text.toPlainText())
    qtbot.keyClicks(tab.text.finder.edit, "no such word")
    qtbot.waitUntil(lambda: tab.text.finder.count.text() == "not found")
    assert not tab.text.finder.next.isEnabled()


def test_hostile_words_are_shown_escaped_and_copied_whole(tab: ConfigTab[Any], qtbot: QtBot) -> None:
    environment = heads(tab)["Environment"]
    assert environment.child(1).text(1) == "a\\u202eb\\x1b[31m"
    tab.json.click()
    qtbot.waitUntil(lambda: "ODD" in tab.text.text.toPlainText())
    assert "\u202e" not in tab.text.text.toPlainText()
    tab.readable.click()
    tab.pairs.setCurrentItem(environment.child(1))
    tab.pairs.copy_pairs.trigger()
    assert QGuiApplication.clipboard().text() == "ODD=a\u202eb\x1b[31m"


@pytest.mark.parametrize("answer", ["Open", "Cancel"])
def test_a_link_is_shown_whole_and_asked_for(tab: ConfigTab[Any], monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    opened: list[str] = []
    asked: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))

    def press() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.informativeText())
        next(button for button in box.buttons() if answer in button.text().replace("&", "")).click()

    labels = heads(tab)["Labels"]
    tab.pairs.setCurrentItem(next(labels.child(n) for n in range(2) if labels.child(n).text(0) == "url"))
    QTimer.singleShot(0, press)
    tab.pairs.open_link.trigger()
    assert ADDRESS in asked[0]
    assert opened == ([ADDRESS] if answer == "Open" else [])
    tab.pairs.setCurrentItem(next(labels.child(n) for n in range(2) if labels.child(n).text(0) == "html"))
    tab.pairs.open_link.trigger()  # no address: nothing is asked
    assert len(asked) == 1


def test_a_huge_configuration_is_cut_and_says_so(tab: ConfigTab[Any]) -> None:
    text = data_text({"a": ["x" * 50] * 20_000}, values=True)
    assert len(text.text) == TEXT_MOST
    assert text.length > TEXT_MOST
    tab.text.show_text(text)
    assert "cut here" in tab.text.doubts.text()


def test_places_are_found_beyond_the_basic_plane(qtbot: QtBot) -> None:
    """Qt counts in units of UTF-16."""
    edit = QPlainTextEdit("\U0001f40b one \U0001f40b two ONE")
    qtbot.addWidget(edit)
    bar = FindBar(edit)
    qtbot.addWidget(bar)
    bar.edit.setText("one")
    seen = set()
    for _ in range(2):
        bar.go(1)
        seen.add((edit.textCursor().selectedText(), edit.textCursor().selectionStart()))
    assert seen == {("one", 3), ("ONE", 14)}
