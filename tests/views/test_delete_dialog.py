"""What the tick of a delete question changes, and what it cannot."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from imagexplorer.actions.prompts import DeleteAnswer, DeleteItem, Told
from imagexplorer.core.entities import Container, Mount
from imagexplorer.core.removal import plan_containers
from imagexplorer.core.removal_steps import TAG, USER, Step, steps_of_container
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
    def told(answer: DeleteAnswer) -> Told:
        return Told("about 21 MB" if answer.stop_first else "1 MB")

    dialog = DeleteDialog("Delete?", "local", (FREE, WAITS), [], "Delete 2 images", True, None, told)
    qtbot.addWidget(dialog)
    assert dialog.verb.text() == "Delete 1 of 2, frees 1 MB"
    dialog.stop_first.setChecked(True)
    assert dialog.verb.text() == "Delete 2 images, frees about 21 MB"
    assert "about 21 MB come free" in dialog.total.text()


def test_what_becomes_of_the_layers_stands_below_their_image(qtbot: QtBot) -> None:
    dialog = made(qtbot, DeleteItem("a", "goes", details=(("layer 1f3a goes", 7_000), ("2 layers are shared", None))))
    row = dialog.tree.topLevelItem(0)
    assert row.isExpanded()
    lines = [[row.child(at).text(column) for column in (1, 2)] for at in range(row.childCount())]
    assert lines == [["layer 1f3a goes", "7 kB"], ["2 layers are shared", ""]]


WEB = Container("c1", "web", "app:1", "i1", "running", writable_bytes=5_000_000)
APP = DeleteItem(
    "app:1", "untags app:1 and app:2", "in use by container web (running)", 20_000_000, id="i1",
    steps=(Step(TAG, "app:1", "tag app:1", "is taken off"), Step(TAG, "app:2", "tag app:2", "is taken off"),
           Step(USER, "c1", "container web", "is stopped and deleted", 5_000_000)),
)  # fmt: skip
LIKE = DeleteItem("base:1", "untags base:1", "in use by container web (running)", id="i2",
                  steps=(Step(USER, "c1", "container web", "is stopped and deleted"),))  # fmt: skip
OTHER = DeleteItem("other:1", "untags other:1", bytes=1_000_000, id="i3")


def step(dialog: DeleteDialog, thing: int, title: str) -> QTreeWidgetItem:
    row = dialog.tree.topLevelItem(thing)
    found = [row.child(at) for at in range(row.childCount()) if row.child(at).text(0) == title]
    return found[0] if title else row


def tick(row: QTreeWidgetItem, on: bool) -> None:
    row.setCheckState(0, Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)


def test_each_step_has_a_tick_and_what_depends_on_it_follows(qtbot: QtBot) -> None:
    dialog = made(qtbot, APP, LIKE, OTHER)
    assert dialog.answer() == DeleteAnswer(kept=frozenset({"c1"})), "what is lost is never ticked beforehand"
    assert "2 of 3 blocked" in dialog.total.text()
    tick(step(dialog, 0, "container web"), True)
    assert step(dialog, 1, "container web").checkState(0) == Qt.CheckState.Checked, "it is done once, or not"
    assert dialog.stop_first.isChecked()
    assert dialog.answer() == DeleteAnswer(stop_first=True)
    tick(step(dialog, 0, "tag app:2"), False)
    assert step(dialog, 0, "container web").isDisabled(), "with a tag left it stays, and so does the container"
    assert dialog.answer().kept == {"app:2"}
    row = dialog.tree.topLevelItem(2)
    tick(row, False)
    assert dialog.answer().kept == {"app:2", "i3"}
    assert "1 left out" in dialog.total.text()
    dialog.stop_first.setChecked(False)
    assert step(dialog, 1, "container web").checkState(0) == Qt.CheckState.Unchecked
    tick(dialog.tree.topLevelItem(0), False)
    tick(dialog.tree.topLevelItem(1), False)
    assert all(child.isDisabled() for child in (step(dialog, 0, "tag app:1"), step(dialog, 1, "container web")))
    assert dialog.total.text().endswith("Nothing of it is ticked.")
    qtbot.waitUntil(lambda: dialog._armed)
    assert not dialog.verb.isEnabled()


def test_nameless_volumes_are_named_and_stay_unless_ticked(qtbot: QtBot) -> None:
    volume = Mount("volume", "b" * 64, "/data")
    (plan,) = plan_containers([replace(WEB, mounts=(volume, Mount("volume", "named", "/n")))])
    item = DeleteItem("web", plan.consequence, plan.blocked, id="c1", steps=steps_of_container(plan))
    dialog = made(qtbot, item)
    words = step(dialog, 0, "nameless volume bbbbbbbbbbbb")
    assert words.checkState(0) == Qt.CheckState.Unchecked
    dialog.stop_first.setChecked(True)
    assert dialog.answer() == DeleteAnswer(stop_first=True), "the tick for all of them takes no volume"
    tick(words, True)
    assert dialog.answer().volumes == {"c1"}


def test_what_is_shown_of_an_answer_follows_every_tick(qtbot: QtBot) -> None:
    def told(answer: DeleteAnswer) -> Told:
        return Told(f"{len(answer.kept)} MB", (f"docker rmi {len(answer.kept)}",))

    dialog = DeleteDialog("Delete?", "local", (APP, OTHER), [], "Delete", True, None, told)
    qtbot.addWidget(dialog)
    assert dialog.verb.text() == "Delete 1 of 2, frees 1 MB"
    tick(dialog.tree.topLevelItem(0), False)
    assert dialog.verb.text() == "Delete 1 of 2, frees 2 MB"
    assert dialog.shown_commands.edit.toPlainText() == "docker rmi 2"


def test_the_words_of_a_row_stand_where_its_box_does(qtbot: QtBot) -> None:
    """The style draws the box in the middle, also beside many lines."""
    long = "docker.io/library/many:18, " * 9
    step = Step(USER, "c", "container web", long, 5)
    dialog = made(qtbot, replace(FREE, consequence=f"untags {long}", id="a", steps=(step,)))
    row = dialog.tree.topLevelItem(0)
    row.setExpanded(True)
    for line in (row, row.child(0)):
        assert dialog.tree.visualItemRect(line).height() > 2 * dialog.fontMetrics().height()
        for column in range(3):
            assert not Qt.AlignmentFlag(line.textAlignment(column)) & Qt.AlignmentFlag.AlignTop
