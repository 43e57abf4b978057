"""The trash as a dialog: what is in it comes back or goes for good, and its limits hold at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from imagexplorer.core.trash import IMAGE, TAGS, TrashItem, TrashLimits
from imagexplorer.output.trash import TrashFolder
from imagexplorer.session import Session
from imagexplorer.views.trash_dialog import TrashDialog
from tests.views.stage import Stage

ID = "sha256:" + "a" * 64


@pytest.fixture
def folder(tmp_path: Path) -> TrashFolder:
    return TrashFolder(tmp_path / "trash")


@pytest.fixture
def session(on: Stage, folder: TrashFolder) -> Session:
    """Of a window that has a trash, with an image of this engine and one of another in it."""
    on.settings.set("trash.directory", str(folder.path))
    here = on.session.sources[0].address.location
    folder.keep(TrashItem("", TAGS, "unix:///other.sock", "other", ID, ("x:1",)), None, 0)
    folder.keep(TrashItem("", IMAGE, here, "fake", ID, ("gone:1",)), [ID.encode(), bytes(1024)], 10_000)
    return on.session


@pytest.fixture
def dialog(qtbot: QtBot, on: Stage, session: Session) -> Iterator[TrashDialog]:
    on.registry.run("file.trash")
    made = on.window.findChildren(TrashDialog)[0]
    QAbstractItemModelTester(made.list.table.records, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    qtbot.waitUntil(lambda: len(session.trash.items) == 2)
    yield made
    made.close()


def choose(dialog: TrashDialog, title: str) -> None:
    item = next(item for item in dialog._trash.items if item.title == title)
    dialog.list.table.selectRow(dialog.list.table.records.index_of(item.id).row())


def test_it_comes_back_from_here(qtbot: QtBot, on: Stage, dialog: TrashDialog, session: Session) -> None:
    choose(dialog, "name x:1")
    assert not dialog.undo.isEnabled()
    assert dialog.total.text() == "Its engine, other, is not open: connect to it first"
    choose(dialog, "image gone:1")
    dialog.undo.click()
    qtbot.waitUntil(lambda: [item.title for item in session.trash.items] == ["name x:1"])
    assert on.world.engine is not None
    assert on.world.engine.images[ID].tags == ("gone:1",)


def test_it_goes_for_good_from_here(qtbot: QtBot, dialog: TrashDialog, session: Session, folder: TrashFolder) -> None:
    choose(dialog, "image gone:1")
    for words in ("Keep", "Delete for good"):
        dialog.remove.click()
        (box,) = (each for each in dialog.findChildren(QMessageBox) if each.isVisible())
        assert box.text() == "Delete image gone:1 from the trash for good?"
        assert len(session.trash.items) == 2, "nothing goes before it was asked"
        next(each for each in box.buttons() if each.text().replace("&", "") == words).click()
    qtbot.waitUntil(lambda: len(session.trash.items) == 1)
    assert sorted(place.suffix for place in folder.path.iterdir()) == [".json"]


def test_limits_hold_at_once_and_the_setting_is_the_tick_of_a_delete(
    qtbot: QtBot, on: Stage, dialog: TrashDialog, session: Session, folder: TrashFolder
) -> None:
    assert not session.trash.keeps
    dialog.keeps.setChecked(True)
    assert session.trash.keeps
    dialog.limit.setValue(0)
    qtbot.waitUntil(lambda: [item.title for item in session.trash.items] == ["name x:1"])
    assert session.trash.limits == TrashLimits(0, 7)
    dialog.days.setValue(0)
    qtbot.waitUntil(lambda: not session.trash.items)
    assert dialog.list.body.currentWidget() is dialog.list.empty


def test_a_number_that_is_being_typed_throws_nothing_out(
    qtbot: QtBot, on: Stage, dialog: TrashDialog, session: Session
) -> None:
    dialog.days.selectAll()
    qtbot.keyClicks(dialog.days, "0")
    dialog.limit.selectAll()
    qtbot.keyClicks(dialog.limit, "0")
    assert session.trash.limits == TrashLimits()
    qtbot.keyClicks(dialog.limit, "25")
    qtbot.keyClick(dialog.limit, Qt.Key.Key_Return)
    assert session.trash.limits.bytes == 25_000_000_000


def test_a_limit_that_is_no_whole_gigabyte_stays_while_something_else_is_set(
    dialog: TrashDialog, session: Session
) -> None:
    session.trash.set_up(False, TrashLimits(400_000_000, 7))
    dialog.limit.setValue(0)
    session.trash.set_up(False, TrashLimits(400_000_000, 7))
    dialog.keeps.setChecked(True)
    assert session.trash.limits == TrashLimits(400_000_000, 7)
