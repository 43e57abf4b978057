"""All files of a container: its image's and its own in one tree, as they are now."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QItemSelectionModel, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from imagexplorer.core.entities import ADDED, MODIFIED, Change, Mount
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
    copied = (engine.named("web").id, ("/app/cache.db", "/app/main.py", "/etc/passwd"))
    assert engine.called("copied_out").count(copied) == 1
    assert ((tmp_path / "cache.db").read_bytes(), (tmp_path / "passwd").read_bytes()) == (b"bytes", b"mine")
    assert said[0].startswith("Copied 1 file, 5 Bytes to ")
    assert said[0].endswith("2 skipped")
    box = page.findChild(QMessageBox)
    assert "/app/main.py: it is not there any more" in box.detailedText()
    assert "passwd: something is there already" in box.detailedText()
    box.close()


def pick(tree, *wanted):
    for path in wanted:
        flags = QItemSelectionModel.SelectionFlag
        tree.selectionModel().select(tree.files.find(path), flags.Select | flags.Rows)


def test_what_is_dragged_out_is_written_where_the_drop_finds_it(pages, engine, qtbot):
    engine.files = {"/app/cache.db": b"bytes", "/etc/passwd": b"root"}
    web = engine.named("web")
    page = pages.open_container(web)
    files = open_files(page)
    ready(files, qtbot)
    assert files.tree.dragEnabled()
    pick(files.tree, b"app/cache.db", b"etc/motd", b"etc/passwd")  # motd was deleted
    data, lane = files.dragging.take(files.tree.picked())
    assert [url.fileName() for url in data.urls()] == ["cache.db", "passwd"]
    assert Path(data.urls()[0].toLocalFile()).read_bytes() == b"bytes"
    assert engine.called("copied_out")[-1] == (web.id, ("/app/cache.db", "/etc/passwd"))
    page.session.taken_out.give_up(lane)
    said = []
    page.session.message.connect(said.append)
    files.filter.paths.edit.setText("passwd")
    qtbot.waitUntil(lambda: files.filtered and files.tree.files.find(b"app").row() < 0)
    files.tree.clearSelection()
    pick(files.tree, b"etc")
    assert files.dragging.take(files.tree.picked()) is None
    assert said[-1] == "The filter hides some of what would be dragged: drag files, or copy out (Ctrl+Alt+O)"
    files.filter.clear()
    qtbot.waitUntil(lambda: files.tree.files.find(b"etc/motd").isValid())
    files.tree.clearSelection()
    pick(files.tree, b"etc/motd")
    assert files.dragging.take(files.tree.picked()) is None, "it is not there"


def test_what_is_dragged_out_is_not_dropped_into_the_container_itself(pages, engine, qtbot, monkeypatch, tmp_path):
    (tmp_path / "new").write_bytes(b"new")
    page = pages.open_container(engine.named("web"))
    files = open_files(page)
    ready(files, qtbot)
    monkeypatch.setattr(QDragEnterEvent, "source", lambda _event: page)
    monkeypatch.setattr(QDropEvent, "source", lambda _event: page)
    assert not dragged(files, b"etc/passwd", QDragEnterEvent, tmp_path / "new").isAccepted()
    assert not dragged(files, b"etc/passwd", QDropEvent, tmp_path / "new").isAccepted()
    assert not engine.called("copy_plan")


def test_owners_are_called_what_the_container_calls_them(pages, engine, qtbot, monkeypatch):
    monkeypatch.setattr(container_changes, "LOOK_EVERY_MS", 20)
    web = engine.named("web")
    engine.files = {"/etc/passwd": b"root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n"}
    files = open_files(pages.open_container(web))
    ready(files, qtbot)
    owner = next(at for at, column in enumerate(files.tree.files.columns) if column.name == "owner")

    def named():
        index = files.tree.files.find(b"app/main.py")
        return index.siblingAtColumn(owner).data()

    qtbot.waitUntil(lambda: named() == "alice:0")
    engine.files |= {"/etc/passwd": b"bob:x:1000:1000::/:/bin/sh\n", "/etc/group": b"staff:x:0:\n"}
    changed = [each for each in engine.changed[web.id] if each.path != "/etc/passwd"]
    engine.changed[web.id] = (*changed, Change("/etc/passwd", MODIFIED, 27, "file", 0o644))
    qtbot.waitUntil(lambda: named() == "bob:staff")
    asked = len(engine.called("copied_out"))
    files.look()
    qtbot.waitUntil(lambda: len(engine.called("container_view")) > 3)
    assert len(engine.called("copied_out")) == asked, "the same files are not read again"


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


def dragged(files, path, event_type, *local):
    """A drag of files of this machine over the row of a path of the tree, or its drop."""
    tree = files.tree
    at = QPointF(tree.visualRect(tree.files.find(path)).center()) if path else QPointF(5, tree.viewport().height() - 5)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(each)) for each in local])
    where = at if event_type is QDropEvent else at.toPoint()
    event = event_type(where, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    if event_type is QDropEvent:
        dragged(files, path, QDragEnterEvent, *local)
    QApplication.sendEvent(tree.viewport(), event)
    return event


def test_dropped_files_go_into_the_folder_under_the_mouse(pages, engine, qtbot, tmp_path):
    (tmp_path / "new").write_bytes(b"new")
    page = pages.open_container(engine.named("web"))
    files = open_files(page)
    ready(files, qtbot)
    files.tree.reveal(b"etc/passwd")
    assert dragged(files, b"etc/passwd", QDragEnterEvent, tmp_path / "new").isAccepted()
    assert files.copy_in.hint.text() == "Copy into /etc"
    said = []
    page.session.message.connect(said.append)
    assert dragged(files, b"etc/passwd", QDropEvent, tmp_path / "new").isAccepted()
    assert not files.copy_in.hint.isVisible()
    qtbot.waitUntil(lambda: any(words.startswith("Copied") for words in said))
    assert engine.files == {"/etc/new": b"new"}
    assert said[-1] == "Copied 1 file, 3 Bytes into web:/etc"
    assert page.session.activity.deeds[-1].command == f"docker cp {tmp_path}/new web:/etc/"


def test_what_would_be_replaced_is_asked_about_and_a_no_copies_nothing(pages, engine, qtbot, tmp_path):
    folder = tmp_path / "conf"
    folder.mkdir()
    (folder / "a").write_bytes(b"mine")
    engine.files = {"/conf/a": b"old"}
    files = open_files(pages.open_container(engine.named("web")))
    ready(files, qtbot)
    dragged(files, b"", QDropEvent, folder)
    qtbot.waitUntil(lambda: files.copy_in.dialog is not None)
    dialog = files.copy_in.dialog
    assert (dialog.verb.text(), dialog.list.toPlainText()) == ("Replace 1 file", "/conf/a")
    assert dialog.cancel.isDefault()
    dialog.reject()
    assert (engine.files, engine.called("copied_in")) == ({"/conf/a": b"old"}, [])
    dragged(files, b"", QDropEvent, folder)
    qtbot.waitUntil(lambda: files.copy_in.dialog is not None)
    files.copy_in.dialog.accept()
    qtbot.waitUntil(lambda: engine.files == {"/conf/a": b"mine"})


def test_files_are_chosen_for_the_selected_folder_and_the_page_may_close_meanwhile(
    pages, engine, qtbot, tmp_path, monkeypatch
):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "one").write_bytes(b"1")
    page = pages.open_container(engine.named("web"))
    files = open_files(page)
    ready(files, qtbot)
    files.tree.reveal(b"app")
    chosen = [str(tmp_path / "one"), str(tmp_path / "pipe")]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (chosen, ""))
    engine.gate["copied_in"] = threading.Event()
    files.copy_in.choose_files()
    qtbot.waitUntil(lambda: bool(engine.called("copied_in")))
    assert files.copy_in.blocked, "while something is done to it"
    said = []
    page.session.message.connect(said.append)
    pages.opened.remove(page)
    page.close()
    page.deleteLater()
    qtbot.waitUntil(lambda: not shiboken6.isValid(page))
    engine.gate["copied_in"].set()
    qtbot.waitUntil(lambda: any(words.endswith("into web:/app; 1 skipped") for words in said))
    assert engine.files == {"/app/one": b"1"}
    for box in [each for each in QApplication.topLevelWidgets() if isinstance(each, QMessageBox)]:
        box.close()
        box.deleteLater()


def test_the_button_says_why_nothing_can_be_copied_in(pages, engine, qtbot, tmp_path):
    (tmp_path / "new").write_bytes(b"new")
    page = pages.open_container(engine.named("web"))
    files = open_files(page)
    ready(files, qtbot)
    button = files.copy_in.button
    assert button.isEnabled()
    gate = engine.gate["stop"] = threading.Event()
    page.session.acts.stop(page.source, [page.container])
    qtbot.waitUntil(lambda: not button.isEnabled())
    assert "Wait until what was asked before is done" in button.toolTip()
    gate.set()
    qtbot.waitUntil(button.isEnabled)
    page.session.lock(page.source, True)
    qtbot.waitUntil(lambda: not button.isEnabled())
    assert "This engine is locked" in button.toolTip()
    assert not dragged(files, b"", QDragEnterEvent, tmp_path / "new").isAccepted()
    page.session.lock(page.source, False)
    qtbot.waitUntil(button.isEnabled)
    assert "Copy files into the selected folder" in button.toolTip()


def test_a_container_that_refuses_or_is_gone_takes_nothing(pages, engine, qtbot, tmp_path):
    (tmp_path / "new").write_bytes(b"new")
    engine.fail["copy_plan"] = Refused("copy into /", "the container's file system is read-only")
    page = pages.open_container(engine.named("web"))
    files = open_files(page)
    ready(files, qtbot)
    errors = []
    page.session.failed.connect(errors.append)
    dragged(files, b"", QDropEvent, tmp_path / "new")
    qtbot.waitUntil(lambda: bool(errors))
    assert "read-only" in str(errors[0])
    engine.remove_container_elsewhere("web")
    qtbot.waitUntil(lambda: page.gone)
    assert not dragged(files, b"", QDragEnterEvent, tmp_path / "new").isAccepted()
    assert files.copy_in.hint.text() == "The container was removed"
    assert not dragged(files, b"", QDropEvent, tmp_path / "new").isAccepted()
    assert not engine.called("copied_in")


def test_what_is_mounted_is_said_to_belong_elsewhere(pages, engine, qtbot):
    web = engine.named("web")
    engine.containers[web.id] = replace(web, mounts=(Mount("volume", "data", "/data"),))
    page = pages.open_container(engine.named("web"))
    files = open_files(page)
    ready(files, qtbot)
    assert "Not in this list: the content of 1 mount. It belongs to" in files.mounts.words.text()
