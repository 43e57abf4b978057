"""The question of names: what is added and taken off is what the answer says, and the last name never goes here."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imagexplorer.actions.prompts import TagAnswer
from imagexplorer.core.entities import Image
from imagexplorer.views.tag_dialog import TagDialog
from imagexplorer.views.theme import own_palette

IMAGE = Image("sha256:" + "1" * 64, ("shop/app:1", "shop/app:stable"))
TAKEN = {"shop/app:2": "shop/app:2 (222222222222)", "docker.io/library/busybox:latest": "busybox"}


@pytest.fixture
def dialog(qtbot: QtBot) -> TagDialog:
    made = TagDialog(IMAGE, TAKEN, None)
    qtbot.addWidget(made)
    made.show()
    return made


def untick(dialog: TagDialog, *rows: int) -> None:
    for row in rows:
        dialog.names.item(row).setCheckState(Qt.CheckState.Unchecked)


def test_a_rename_is_one_more_name_and_one_less(dialog: TagDialog) -> None:
    assert not dialog._ready
    dialog.name.setText("shop/app:1.0")
    untick(dialog, 0)
    assert dialog._ready
    assert dialog.answer() == TagAnswer("shop/app:1.0", ("shop/app:1",))
    assert dialog.commands.edit.toPlainText().splitlines() == [
        "docker tag 111111111111 shop/app:1.0", "docker rmi shop/app:1"
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), [("x", "x:latest"), ("host:5000/x", "host:5000/x:latest"), (" x:1 ", "x:1")])
def test_a_tag_is_latest_where_none_is_said(dialog: TagDialog, text: str, name: str) -> None:
    dialog.name.setText(text)
    assert dialog.answer().add == name
    assert dialog._ready


@pytest.mark.parametrize("text", ["X", "x:", "x:a b", "-x", "x@sha256:1", "shop/app:1", "docker.io/shop/app:stable"])
def test_what_cannot_be_a_name_is_told_at_the_field(dialog: TagDialog, text: str) -> None:
    dialog.name.setText(text)
    assert dialog.field.fault
    assert not dialog._ready


def test_the_last_name_is_not_taken_off_here(dialog: TagDialog) -> None:
    untick(dialog, 0, 1)
    assert not dialog._ready
    assert "delete it instead" in dialog.total.text()
    dialog.name.setText("new")
    assert dialog._ready


@pytest.mark.parametrize("text", ["shop/app:2", "busybox"])
def test_a_name_of_another_image_is_said_to_be_lost_there(dialog: TagDialog, text: str) -> None:
    dialog.name.setText(text)
    assert "loses it" in dialog.total.text()
    assert dialog._ready


def test_the_box_of_a_name_that_goes_is_seen_on_a_dark_ground(qtbot: QtBot) -> None:
    dialog = TagDialog(IMAGE, TAKEN, None)
    qtbot.addWidget(dialog)
    dialog.setPalette(own_palette(dark=True))
    dialog.names.setPalette(own_palette(dark=True))
    dialog.show()
    untick(dialog, 0)
    row = dialog.names.visualItemRect(dialog.names.item(0))
    shown = dialog.names.viewport().grab(row.adjusted(0, 0, 20 - row.width(), 0)).toImage()
    ground = dialog.names.palette().base().color().lightness()
    lights = [shown.pixelColor(x, shown.height() // 2).lightness() for x in range(shown.width())]
    assert sum(light > ground + 60 for light in lights) == 2, "its two sides"
