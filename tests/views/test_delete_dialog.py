"""What the tick of a delete question changes, and what it cannot."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from imagexplorer.actions.prompts import DeleteItem, Frees
from imagexplorer.views.delete_dialog import DeleteDialog

FREE = DeleteItem("image free", "goes", bytes=1_000_000)
WAITS = DeleteItem("image used", "goes", "in use by container web (running)", 20_000_000)
NEVER = DeleteItem("image base", "cannot go", "app:1 is built on it", 300_000_000, final=True)


def made(qtbot: QtBot, *items: DeleteItem, can_stop: bool = True) -> DeleteDialog:
    dialog = DeleteDialog("Delete?", "local", items, [], "Delete", can_stop, None)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def labels(dialog: DeleteDialog) -> list[str]:
    rows = [dialog.tree.topLevelItem(number) for number in range(dialog.tree.topLevelItemCount())]
    return [row.child(0).text(0) if row.childCount() else "" for row in rows]


def test_what_the_tick_changes_is_told_from_what_stays_blocked(qtbot: QtBot) -> None:
    dialog = made(qtbot, FREE, WAITS, NEVER)
    assert labels(dialog) == ["", "needs the tick", "blocked"]
    assert "1 MB" in dialog.total.text().replace("1.0", "1")
    assert "2 of 3 blocked" in dialog.total.text()
    dialog.stop_first.setChecked(True)
    assert labels(dialog) == ["", "goes with the tick", "blocked"]
    assert "21" in dialog.total.text()
    assert "1 of 3 blocked" in dialog.total.text()
    qtbot.waitUntil(dialog.verb.isEnabled)


def test_the_tick_makes_nothing_possible_that_is_not(qtbot: QtBot) -> None:
    dialog = made(qtbot, NEVER)
    assert "Tick" not in dialog.total.text()
    dialog.stop_first.setChecked(True)
    assert not dialog.verb.isEnabled()


def test_without_a_tick_everything_blocked_is_just_that(qtbot: QtBot) -> None:
    assert labels(made(qtbot, FREE, WAITS, can_stop=False)) == ["", "blocked"]


def test_what_is_marked_has_room_for_the_words(qtbot: QtBot) -> None:
    dialog = made(qtbot, DeleteItem("a", "goes", "it is running"))
    dialog.stop_first.setChecked(True)
    row = dialog.tree.indexFromItem(dialog.tree.topLevelItem(0).child(0), 0)
    icon = dialog.tree.iconSize().width() if dialog.tree.iconSize().isValid() else 16
    words = dialog.tree.fontMetrics().horizontalAdvance(labels(dialog)[0])
    assert dialog.tree.visualRect(row).width() >= words + icon


def test_the_button_says_what_comes_free_with_and_without_the_tick(qtbot: QtBot) -> None:
    frees = Frees("1 MB", "about 21 MB")
    dialog = DeleteDialog("Delete?", "local", (FREE, WAITS), [], "Delete 2 images", True, None, frees)
    qtbot.addWidget(dialog)
    assert dialog.verb.text() == "Delete 2 images, frees 1 MB"
    dialog.stop_first.setChecked(True)
    assert dialog.verb.text() == "Delete 2 images, frees about 21 MB"
    assert "about 21 MB come free" in dialog.total.text()


def test_what_becomes_of_the_layers_stands_below_their_image(qtbot: QtBot) -> None:
    dialog = made(qtbot, DeleteItem("a", "goes", details=(("layer 1f3a goes", 7_000), ("2 layers are shared", None))))
    row = dialog.tree.topLevelItem(0)
    assert row.isExpanded()
    lines = [[row.child(at).text(column) for column in (1, 2)] for at in range(row.childCount())]
    assert lines == [["layer 1f3a goes", "7 kB"], ["2 layers are shared", ""]]
