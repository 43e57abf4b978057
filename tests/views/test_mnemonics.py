"""On each tab of an image's page every letter with Alt means one thing, the menus' included."""

from __future__ import annotations

import re
from collections import defaultdict

from PySide6.QtWidgets import QAbstractButton, QLabel, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from imagexplorer.views.image_page import ImagePage
from tests.views.stage import Stage


def letter(words: str) -> str:
    found = re.search(r"&(\w)", words.replace("&&", ""))
    return found.group(1).lower() if found else ""


def seen(window: QWidget) -> list[str]:
    """What can be seen that has a letter."""
    found: list[str] = [action.text() for action in window.menuBar().actions()]
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if isinstance(widget, QTabBar):
            found += [widget.tabText(number) for number in range(widget.count())]
        elif isinstance(widget, QAbstractButton) or (isinstance(widget, QLabel) and widget.buddy() is not None):
            found.append(widget.text())
    return [words for words in found if letter(words)]


def test_no_letter_means_two_things(on: Stage, qtbot: QtBot) -> None:
    on.window.open_page("image", on.session.images[0])
    page = on.window.findChild(ImagePage)
    qtbot.waitUntil(lambda: page.tree is not None and page.files.body.currentWidget() is page.files.tree)
    page.files.tree.go_to(page.files.tree.files.index(0, 0))
    for number in range(page.tabs.count()):
        page.tabs.setCurrentIndex(number)
        qtbot.waitUntil(page.tabs.currentWidget().isVisible)
        words = defaultdict(list)
        for each in seen(on.window):
            words[letter(each)].append(each)
        assert not {key: twice for key, twice in words.items() if len(twice) > 1}, page.tabs.tabText(number)
