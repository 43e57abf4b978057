"""A file of an archive in the real window: what it holds, what layers did to it, and what an older layer held."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox

from imagexplorer.core.recognise import BINARY, PICTURE, TEXT
from imagexplorer.models.versions_table import VERSIONS, VersionRow
from imagexplorer.views.highlighter import highlighted
from imagexplorer.views.image_page import ImagePage
from tests import tars
from tests.indexing.test_builder import settle
from tests.stories.actors import Person
from tests.stories.test_window_verifies import Open, image_page, open_

__all__ = ["open_"]

PYTHON = b'"""Words."""\nimport os\n\x1b[31m# not red\n' + b"x = 1\n" * 60_000


def png() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (2, 1), "red").save(made, "PNG")
    return made.getvalue()


LAYERS = (
    tars.tar(
        [
            tars.file("app/main.py", PYTHON),
            tars.file("app/notes", b"one\n"),
            tars.file("app/tool", b"\x7fELF\2\1\1" + bytes(99), uid=7, gid=8),
            tars.file("etc/passwd", b"root:x:0:0::/:/bin/sh\nmaker:x:7:7::/:/bin/sh\n"),
            tars.file("etc/group", b"makers:x:8:\n"),
        ]
    ),
    tars.tar([tars.file("app/notes", b"two\n"), tars.file("app/empty", b""), tars.file("app/dot.png", png())]),
    tars.tar([tars.file("app/notes", b"two\n", mode=0o600)]),
    tars.tar([tars.whiteout("app/notes")]),
)


def opened(
    open_: Open, tmp_path: Path, style: str = "oci", layers: Sequence[bytes] = LAYERS
) -> tuple[Person, ImagePage]:
    path = tmp_path / "image.tar"
    path.write_bytes(tars.docker_archive(layers, style=style))
    settle(path)
    person = open_(path)
    return person, image_page(person)


def look_at(person: Person, page: ImagePage, path: str) -> None:
    page.path.preview.show_message("waiting")
    assert page.files.tree.reveal(path.encode())
    person.sees(lambda: page.path.preview.shown is not None or page.path.preview.empty.title.text() != "waiting")


def rows(page: ImagePage) -> list[VersionRow]:
    records = page.path.versions.records
    return [records.index(row, 0).data(0x0101) for row in range(records.rowCount())]


def test_what_files_hold_is_seen(open_: Open, tmp_path: Path) -> None:
    person, page = opened(open_, tmp_path)
    preview = page.path.preview
    for path, kind, words in (
        ("app/main.py", TEXT, "text, ASCII"),
        ("app/tool", BINARY, "ELF file, 64-bit, machine 0"),
        ("app/dot.png", PICTURE, "PNG picture, 2 x 1"),
    ):
        look_at(person, page, path)
        person.sees(lambda words=words: preview.shown is not None and preview.shown.words == words)
        assert preview.shown is not None
        assert preview.shown.kind == kind
    look_at(person, page, "app/empty")
    person.sees(lambda: preview.empty.title.text() == "The file is empty")
    look_at(person, page, "app")
    person.sees(lambda: preview.empty.title.text() == "A folder")


def test_a_long_text_is_shown_in_part_then_whole(open_: Open, tmp_path: Path) -> None:
    person, page = opened(open_, tmp_path)
    preview = page.path.preview
    look_at(person, page, "app/main.py")
    person.sees(lambda: preview.shown is not None)
    assert preview.more.isVisible()
    assert highlighted(preview.text.document())
    assert "\x1b" not in preview.text.toPlainText()
    person.qtbot.mouseClick(preview.more, Qt.MouseButton.LeftButton)
    person.sees(lambda: not preview.more.isVisible())
    person.sees(lambda: preview.text.whole)
    assert preview.text.toPlainText() == PYTHON.decode().replace("\x1b", "\u241b")


def test_a_deleted_file_is_read_from_the_layer_that_had_it(open_: Open, tmp_path: Path) -> None:
    person, page = opened(open_, tmp_path)
    look_at(person, page, "app/notes")
    person.sees(lambda: page.path.versions.records.rowCount() == 4)
    versions = page.path.versions
    told = [versions.records.index(row, 1).data() for row in range(4)]
    assert told == ["deleted", "same content, owner or mode changed", "content changed", "added"]
    person.sees(lambda: page.path.preview.text.toPlainText() == "two\n")
    versions.selectRow(3)
    person.sees(lambda: page.path.preview.text.toPlainText() == "one\n")
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    versions.selectionModel().select(versions.records.index(2, 0), flags)
    page.path.differ.trigger()
    person.sees(lambda: page.path.preview.text.toPlainText().endswith("@@ -1 +1 @@\n-one\n+two\n"))
    versions.selectRow(0)
    person.sees(lambda: page.path.preview.empty.title.text() == "Nothing is here any more")


def answer(person: Person, page: ImagePage, where: Path, tar: bool = False) -> None:
    person.sees(lambda: page.extracting.dialog is not None)
    dialog = page.extracting.dialog
    assert dialog is not None
    dialog.to_tar.setChecked(tar)
    dialog.path.setText(str(where))
    person.sees(dialog.verb.isEnabled)
    person.qtbot.mouseClick(dialog.verb, Qt.MouseButton.LeftButton)


def test_files_are_extracted_by_key_menu_and_from_an_older_version(open_: Open, tmp_path: Path) -> None:
    person, page = opened(open_, tmp_path, "docker")
    said: list[str] = []
    person.session.message.connect(said.append)
    look_at(person, page, "app")
    person.press(page.files.tree, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    answer(person, page, tmp_path / "out")
    person.sees(lambda: said)
    assert said[-1].startswith("Extracted 4 files")
    assert (tmp_path / "out/app/main.py").read_bytes() == PYTHON
    assert not (tmp_path / "out/app/notes").exists()

    look_at(person, page, "app/notes")
    person.sees(lambda: page.path.versions.records.rowCount() == 4)
    page.path.versions.selectRow(3)
    page.path.extract.trigger()
    answer(person, page, tmp_path / "old")
    person.sees((tmp_path / "old/notes").exists)
    assert (tmp_path / "old/notes").read_bytes() == b"one\n"

    menu = page.files.extract.menu()
    menu.aboutToShow.emit()
    (whole,) = [action for action in menu.actions() if "All files" in action.text()]
    whole.trigger()
    answer(person, page, tmp_path / "all.tar", tar=True)
    person.sees((tmp_path / "all.tar").exists)


def test_a_folder_is_dragged_out(open_: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    stale = tmp_path / "imagexplorer-taken-999999999-x"
    (stale / "taken1").mkdir(parents=True)
    (tmp_path / "imagexplorer-taken-999999999-link").symlink_to(tmp_path)
    person, page = opened(open_, tmp_path, "docker")
    look_at(person, page, "app")
    asked: list[object] = []
    page.files.tree.drag_wanted.disconnect()
    page.files.tree.drag_wanted.connect(asked.append)
    tree = page.files.tree
    at = tree.visualRect(tree.currentIndex()).center()
    person.qtbot.mousePress(tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
    for far in (2, 40):
        move = QMouseEvent(
            QMouseEvent.Type.MouseMove, at + QPoint(far, far), tree.viewport().mapToGlobal(at), Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(tree.viewport(), move)
        assert len(asked) == (far > 20)
    person.qtbot.mouseRelease(tree.viewport(), Qt.MouseButton.LeftButton, pos=at)

    taken = page.dragging.take(page.files.tree.picked())
    assert taken is not None
    data, lane = taken
    assert data.hasUrls()
    (url,) = data.urls()  # waits until they are written
    folder = Path(url.toLocalFile())
    assert (folder / "main.py").read_bytes() == PYTHON
    assert sorted(each.name for each in folder.iterdir()) == ["dot.png", "empty", "main.py", "tool"]
    assert folder.parents[1].stat().st_mode & 0o777 == 0o700
    assert not stale.exists()
    assert tmp_path.exists(), "a link of that name leads nowhere"
    person.session.taken_out.give_up(lane)
    person.sees(lambda: not folder.parent.exists())

    tree.setFocus()
    tree.expand(tree.currentIndex())
    person.press(tree, Qt.Key.Key_Down)
    person.press(tree, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    together = page.dragging.take(tree.picked())
    assert together is not None
    assert sorted(url.fileName() for url in together[0].urls()) == ["dot.png", "empty", "main.py", "tool"]
    person.session.taken_out.give_up(together[1])

    said: list[str] = []
    person.session.message.connect(said.append)
    page.stack.view.select_layer(3)
    page.files.one_layer.click()
    person.sees(lambda: page.files.tree.reveal(b"app/notes"))
    gone = page.dragging.take(page.files.tree.picked())
    assert gone is not None
    assert not gone[0].urls()
    assert said[-1] == "Nothing of what was dragged is there any more"
    page.files.all_layers.click()
    person.qtbot.keyClicks(page.files.filter.paths.edit, "main")
    person.sees(lambda: page.files.filter.results.words.text().startswith("1 hit"))
    assert tree.reveal(b"app")
    assert page.dragging.take(tree.picked()) is None
    assert said[-1].startswith("The filter hides some")
    page.extracting.extract_selected()
    assert page.extracting.dialog is not None
    told = [label.text() for label in page.extracting.dialog.findChildren(QLabel)]
    assert any("/app, with 1 file, " in words and "what the filter hides" in words for words in told)
    page.extracting.dialog.reject()
    person.sees(lambda: page.extracting.dialog is None)

    assert tree.reveal(b"app/main.py")
    again = page.dragging.take(page.files.tree.picked())
    assert again is not None
    assert again[0].urls()
    person.session.close()
    assert not folder.parents[1].exists()


def test_what_could_not_be_written_is_listed(open_: Open, tmp_path: Path) -> None:
    person, page = opened(open_, tmp_path)
    (tmp_path / "out/app").mkdir(parents=True)
    (tmp_path / "out/app/tool").write_bytes(b"mine")
    look_at(person, page, "app")
    page.extracting.extract_row(page.files.tree.selected_row())
    answer(person, page, tmp_path / "out")
    person.sees(lambda: page.findChildren(QMessageBox))
    (box,) = page.findChildren(QMessageBox)
    assert "app/tool: something is there already" in box.detailedText()
    assert (tmp_path / "out/app/tool").read_bytes() == b"mine"
    box.close()
    box.deleteLater()


def test_two_images_of_two_files_are_compared(open_: Open, tmp_path: Path) -> None:
    person, page = opened(open_, tmp_path)
    other = tmp_path / "other.tar"
    newer = tars.tar([tars.file("app/empty", b"no more\n"), tars.file("app/main.py", PYTHON, mode=0o755)])
    layers = (*LAYERS, newer)
    other.write_bytes(tars.docker_archive(layers, tars.config(layers, config={"Env": ["A=1", "TOKEN=verysecret"]})))
    settle(other)
    person.session.open_path(str(other))
    key = f"file:{other}"
    person.sees(lambda: person.session.rows_of(key)[0])
    page.compare_with(key, person.session.rows_of(key)[0][0])
    person.window.tabs.setCurrentWidget(page)
    compare = page.compare
    person.sees(lambda: compare.is_made and compare.body.currentWidget() is compare.parts)
    person.sees(lambda: compare.files.body.currentWidget() is compare.files.tree)
    assert compare.parts.tabText(0) == "&Different files (2)"
    assert "4 in common, 0 only in A, 1 only in B" in compare.bar.summary.whole()
    person.sees(lambda: compare.files.tree.reveal(b"app/empty"))
    person.sees(lambda: "+no more" in compare.file.text.toPlainText())
    assert compare.files.tree.reveal(b"app/main.py")
    person.sees(lambda: "mode 0644 -> 0755" in compare.file.text.toPlainText())
    keys = {compare.config.records.index(row, 0).data() for row in range(compare.config.records.rowCount())}
    assert "env.A" in keys
    for name in ("saved.json", "saved.html"):
        compare.save_to(str(tmp_path / name))
        person.sees((tmp_path / name).exists)
        assert "env.TOKEN" in (tmp_path / name).read_text()
        assert "verysecret" not in (tmp_path / name).read_text()
    page.values.setChecked(True)
    compare.save_to(str(tmp_path / "values.json"))
    person.sees((tmp_path / "values.json").exists)
    assert "verysecret" in (tmp_path / "values.json").read_text()
    assert json.loads((tmp_path / "saved.json").read_text())["schema"] == "imagexplorer.diff/1"
    compare.bar.choice.setCurrentIndex(-1)
    page.compare_with(page.source, page.image)
    person.sees(lambda: compare.empty.title.text() == "No differences")
    compare.bar.times.click()
    person.sees(lambda: "their times" in compare.empty.text.text())


def test_what_an_older_layer_deleted_is_found_and_read(open_: Open, tmp_path: Path) -> None:
    person, page = opened(open_, tmp_path, layers=(*LAYERS, tars.tar([tars.file("app/later", b"")])))
    pane = page.files
    person.qtbot.keyClicks(pane.filter.paths.edit, "notes")
    person.sees(lambda: pane.body.currentWidget() is pane.empty and pane.empty.title.text() == "No file matches")
    assert pane.filter.results.gone.text() == "+1 deleted before"
    person.qtbot.mouseClick(pane.filter.results.gone, Qt.MouseButton.LeftButton)
    person.sees(lambda: pane.filter.results.words.text() == "1 hit, 4 Bytes")
    person.press(pane.tree, Qt.Key.Key_F3)
    person.sees(lambda: page.path.preview.text.toPlainText() == "two\n")
    told = [(row.version.layer, row.what) for row in rows(page)]
    assert told[0] == (3, "deleted")
    assert told[-1] == (0, "added")


def test_owners_have_the_names_that_the_image_gives_them(open_: Open, tmp_path: Path) -> None:
    person, page = opened(open_, tmp_path)
    look_at(person, page, "app/tool")
    person.sees(lambda: "user maker (7), group makers (8)" in page.files.details.facts.whole())
    person.sees(lambda: page.path.versions.records.rowCount() == 1)
    owner = [column.name for column in VERSIONS].index("owner")
    assert page.path.versions.records.index(0, owner).data() == "maker:makers"
    (version,) = page.path.selected_versions()
    assert version.content_hash, "what is small is hashed where there is nothing to compare it with, too"
