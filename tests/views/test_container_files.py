"""All files of a container: its image's and its own in one tree, as they are now."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QMessageBox

from imagexplorer.core.entities import ADDED, Change
from imagexplorer.core.errors import Refused
from imagexplorer.views import container_changes
from imagexplorer.views.container_files import FilesTab
from tests.fake_engine import FakeEngine
from tests.views.pages import Pages, paths


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def pages(qtbot, engine):
    made = Pages(qtbot, engine)
    yield made
    made.close()


def open_files(page):
    tab = next(each for each in map(page.tabs.widget, range(page.tabs.count())) if isinstance(each, FilesTab))
    page.tabs.setCurrentWidget(tab)
    return tab.files


def ready(files, qtbot):
    qtbot.waitUntil(lambda: files.body.currentWidget() is files.tree)


def test_the_images_files_and_the_containers_stand_in_one_tree(pages, engine, qtbot):
    page = pages.open_container(engine.named("web"))
    assert not [call for call in engine.calls if call[0] == "container_view"], "nobody looked yet"
    files = open_files(page)
    ready(files, qtbot)
    model = files.tree.files
    assert paths(model) > paths(page.changes.tree.files), "what did not change is there too"
    marks = {path: model.find(path).siblingAtColumn(3).data() for path in (b"app/cache.db", b"etc/motd", b"etc/passwd")}
    assert marks == {b"app/cache.db": "A", b"etc/motd": "D", b"etc/passwd": "M"}


def test_what_a_file_holds_stands_below_and_nothing_of_one_that_is_gone(pages, engine, qtbot):
    page = pages.open_container(engine.named("web"))
    files = open_files(page)
    ready(files, qtbot)
    files.tree.reveal(b"etc/passwd")
    qtbot.waitUntil(lambda: "/etc/passwd" in files.content.text.toPlainText())
    asked = [call for call in engine.calls if call[0] == "change_shown"]
    assert asked[-1][1] == (engine.named("web").id, "", "/etc/passwd", False), "what it holds, not how it differs"
    files.tree.reveal(b"etc/motd")
    assert files.content.shown is None


def test_it_follows_what_the_container_writes(pages, engine, qtbot, monkeypatch):
    monkeypatch.setattr(container_changes, "LOOK_EVERY_MS", 20)
    web = engine.named("web")
    files = open_files(pages.open_container(web))
    ready(files, qtbot)
    engine.changed[web.id] = (*engine.changed[web.id], Change("/new", ADDED, 3, "file"))
    qtbot.waitUntil(lambda: "new" in paths(files.tree.files))


def test_what_cannot_be_read_says_why_and_a_removed_container_keeps_its_tree(pages, engine, qtbot):
    engine.fail["container_view"] = Refused("its image", "it cannot be read any more")
    page = pages.open_container(engine.named("web"))
    files = open_files(page)
    qtbot.waitUntil(lambda: "cannot be read any more" in files.empty.text.text())
    del engine.fail["container_view"]
    page.refresh()
    ready(files, qtbot)
    engine.remove_container_elsewhere("web")
    qtbot.waitUntil(lambda: page.gone)
    assert files.body.currentWidget() is files.tree


def test_what_is_selected_is_copied_out_and_what_was_not_there_is_told(pages, engine, qtbot, tmp_path):
    (tmp_path / "passwd").write_bytes(b"mine")
    engine.files = {"/app/cache.db": b"bytes", "/etc/passwd": b"root"}
    page = pages.open_container(engine.named("web"))
    files = open_files(page)
    ready(files, qtbot)
    tree = files.tree
    for path in (b"app/cache.db", b"app/main.py", b"etc/motd", b"etc/passwd"):  # motd was deleted
        tree.selectionModel().select(
            tree.files.find(path), QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        )
    files.extract.menu().aboutToShow.emit()
    assert files.extract.menu().actions()[0].text().startswith("&Selected: 3 files")
    files.extract.menu().actions()[0].trigger()
    dialog = files.copy_out.dialog
    assert (dialog.windowTitle(), dialog.verb.text()) == ("Copy out", "Copy out")
    dialog.path.setText(str(tmp_path))
    said = []
    page.session.message.connect(said.append)
    dialog.accept()
    qtbot.waitUntil(lambda: bool(said))
    assert engine.called("copied_out") == [(engine.named("web").id, ("/app/cache.db", "/app/main.py", "/etc/passwd"))]
    assert ((tmp_path / "cache.db").read_bytes(), (tmp_path / "passwd").read_bytes()) == (b"bytes", b"mine")
    assert said[0].startswith("Copied 1 file, 5 Bytes to ")
    assert said[0].endswith("2 skipped")
    box = page.findChild(QMessageBox)
    assert "/app/main.py: it is not there any more" in box.detailedText()
    assert "passwd: something is there already" in box.detailedText()
    box.close()


def test_nothing_is_copied_out_of_a_container_that_is_gone(pages, engine, qtbot):
    page = pages.open_container(engine.named("web"))
    files = open_files(page)
    ready(files, qtbot)
    files.tree.reveal(b"etc/passwd")
    engine.remove_container_elsewhere("web")
    qtbot.waitUntil(lambda: page.gone)
    files.extract.menu().aboutToShow.emit()
    assert not any(action.isEnabled() for action in files.extract.menu().actions())
    files.copy_out.copy_selected()
    assert files.copy_out.dialog is None
