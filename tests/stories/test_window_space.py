"""Why is this image so big? From the list to the answer in the real window, and on to the file that is in the way."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from imagexplorer.views.image_page import ImagePage
from imagexplorer.views.space_tab import SpaceTab
from tests import tars
from tests.indexing.test_builder import settle
from tests.stories.test_window_verifies import Open, open_

__all__ = ["open_"]

MB = 1_000_000
BASE = tars.tar([tars.file("usr/lib/libc.so", b"c" * 4 * MB), tars.file("srv/seed", b"s" * 2 * MB)])
OWN = tars.tar([tars.file("app/model", b"m" * 3 * MB), tars.file("app/again", b"s" * 2 * MB)])
CHOWN = tars.tar([tars.file("app/model", b"m" * 3 * MB, uid=1000), tars.whiteout("srv/seed")])
ADD = {"created_by": "ADD rootfs.tar /"}
STEPS = [ADD, {"created_by": "COPY app /app"}, {"created_by": "RUN chown -R 1000 /app"}]


def test_two_clicks_to_the_answer(open_: Open, tmp_path: Path) -> None:
    path = tmp_path / "images.tar"
    layers = [BASE, OWN, CHOWN]
    images = [
        ([BASE], tars.config([BASE], [ADD]), ["base:1"]),
        (layers, tars.config(layers, STEPS), ["app:1"]),
    ]
    path.write_bytes(tars.docker_archive_of(images))
    settle(path)
    person = open_(path)
    person.sees(lambda: len(person.session.images) == 2)
    person.sees(lambda: person.window.findChildren(ImagePage))  # the first image of a file opens by itself
    listed = person.go("images")
    person.sees(listed.isVisible)
    person.double_click(listed, next(text for text in _first_column(listed) if "app" in text))
    person.sees(lambda: any("app:1" in page.image.tags for page in person.window.findChildren(ImagePage)))
    page = next(page for page in person.window.findChildren(ImagePage) if "app:1" in page.image.tags)
    tab = page.findChild(SpaceTab)
    bar = page.tabs.tabBar()
    person.qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(page.tabs.indexOf(tab)).center())
    person.sees(lambda: tab.is_made and "base:1" in tab.answer.text())
    words = tab.answer.text()
    assert "14 MB of files are stored in 3 layers: 6 MB come from the base base:1, 8 MB are its own." in words
    assert "5 MB of it is wasted, all by layer 2, RUN chown -R 1000 /app: 2 MB deleted, 3 MB stored again" in words

    pieces = tab.advice.advice.table
    person.sees(lambda: pieces.records.rowCount() == 2)
    assert "COPY --chown=" in tab.advice.way_out.text()
    entries = tab.advice.entries
    person.sees(lambda: entries.records.rowCount() == 1)
    entries.selectRow(0)
    person.press(entries, Qt.Key.Key_Return)
    person.sees(lambda: getattr(page.files.tree.selected_row(), "path", b"") == b"app/model")
    assert page.files.spec.layer == 2


def _first_column(page: object) -> list[str]:
    return [page.proxy.index(row, 0).data() for row in range(page.proxy.rowCount())]
