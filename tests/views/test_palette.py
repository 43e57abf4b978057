"""The palette finds by a few letters, says why something is blocked, and runs what was chosen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imagexplorer.views.palette import CommandPalette, Entry, found, score
from tests.views.stage import Stage

TITLES = ["Image: Run image", "Image: Delete image", "Container: Restart container", "nginx:1.27", "shop_nginx_1"]


def entries(*titles: str) -> list[tuple[str, Entry]]:
    return [(title.casefold(), Entry(title, "", lambda: None)) for title in titles]


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("run", "Image: Run image"),
        ("delim", "Image: Delete image"),
        ("rc", "Container: Restart container"),
        ("nginx", "nginx:1.27"),
        ("shop", "shop_nginx_1"),
        ("DELETE", "Image: Delete image"),
    ],
)
def test_a_few_letters_find_it(text: str, best: str) -> None:
    assert found(entries(*TITLES), text)[0].title == best


@given(st.text(max_size=12), st.text(max_size=40))
def test_found_means_that_the_letters_stand_there_in_order(wanted: str, title: str) -> None:
    wanted, title = " ".join(wanted.casefold().split()), title.casefold()
    rest = iter(title)
    in_order = all(letter in rest for letter in wanted if letter != " ")
    assert (score(wanted, title) >= 0) == (wanted in title or in_order)


@given(st.lists(st.text(min_size=1, max_size=20), max_size=30))
def test_without_text_everything_is_listed_in_order_what_runs_first(titles: list[str]) -> None:
    mixed = [
        (title.casefold(), Entry(title, "", lambda: None, blocked="why" if number % 2 else ""))
        for number, title in enumerate(titles)
    ]
    listed = found(mixed, "")
    assert sorted(entry.title for entry in listed) == sorted(titles)
    assert [bool(entry.blocked) for entry in listed] == sorted(bool(entry.blocked) for entry in listed)


def test_keys_move_and_enter_runs_after_it_closed(qtbot: QtBot) -> None:
    ran: list[tuple[str, bool]] = []
    palette = CommandPalette(
        [
            Entry(name, "", lambda name=name: ran.append((name, palette.isVisible())))
            for name in ("one", "two", "three")
        ],
        None,
    )
    palette.show()
    qtbot.keyClick(palette.edit, Qt.Key.Key_Down)
    qtbot.keyClick(palette.edit, Qt.Key.Key_Down)
    qtbot.keyClick(palette.edit, Qt.Key.Key_Up)
    qtbot.keyClick(palette.edit, Qt.Key.Key_Return)
    assert ran == [("two", False)]


def test_nothing_found_is_said_and_enter_does_nothing(qtbot: QtBot) -> None:
    palette = CommandPalette([Entry("one", "", lambda: pytest.fail("ran"))], None)
    palette.show()
    qtbot.keyClicks(palette.edit, "xyz")
    assert palette.none.isVisible()
    qtbot.keyClick(palette.edit, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.reject()


def test_it_offers_images_by_each_tag_and_containers(qtbot: QtBot, on: Stage) -> None:
    on.registry.run("view.palette")
    palette = on.window.findChild(CommandPalette)
    assert palette is not None
    qtbot.keyClicks(palette.edit, "myapp:latest")
    assert palette.model.entries[0].kind == "image"
    qtbot.keyClick(palette.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: on.window.tabs.count() == 2)
    assert on.window.tabs.current_key.startswith("image/")
