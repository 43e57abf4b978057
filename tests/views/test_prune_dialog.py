"""The prune question: what is chosen, unticked and freed is what the answer says; Cancel stands first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from imagexplorer.actions.prompts import PruneAnswer
from imagexplorer.actions.prune_flows import planned
from imagexplorer.core.entities import DOCKER, PODMAN, Container, Volume
from imagexplorer.core.trash import PODMAN_VOLUMES
from imagexplorer.core.world import CacheEntry, Held, World
from imagexplorer.views.ask_dialog import ARMED_AFTER_MS
from imagexplorer.views.prune_dialog import PruneDialog


def held(number: int, *tags: str, layers: str = "ab") -> Held:
    return Held(f"sha256:{number:064x}", tags, "", tuple(layers), tuple(1_000_000 * ord(each) for each in layers), 1)


OLD = Container("1" * 64, "old\u202e", "a:1", held(1).id, "exited", writable_bytes=5_000_000)
WEB = Container("2" * 64, "web", "c:1", held(3).id, "running")
WORLD = World(
    (held(1, "a:1", "a:2", layers="a"), held(2, layers="ab"), held(3, "c:1", layers="abc"), held(4, "d:1", layers="d")),
    (OLD, WEB),
)


@pytest.fixture
def dialog(qtbot: QtBot) -> Iterator[PruneDialog]:
    made = PruneDialog(WORLD, "local", None)
    qtbot.addWidget(made)
    tester = QAbstractItemModelTester(made.tree.model(), QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.show()
    yield made
    shiboken6.delete(tester)  # it must not look at a model that is being taken down


def names(dialog: PruneDialog) -> list[str]:
    return [item.text(0) for item in dialog._items()]


def test_it_begins_with_what_is_safest(dialog: PruneDialog, qtbot: QtBot) -> None:
    assert dialog.answer() == PruneAnswer(dangling=True)
    assert len(names(dialog)) == 1
    assert dialog.verb.text() == "Prune, frees 0 Bytes"  # its layers are those of c:1, which stays
    assert not dialog.verb.isEnabled(), "not before it could be read"
    qtbot.wait(ARMED_AFTER_MS + 50)
    assert dialog.verb.isEnabled()
    assert dialog.cancel.isDefault()


def test_each_kind_and_each_thing_can_stay(dialog: PruneDialog) -> None:
    dialog.containers.setChecked(True)
    dialog.unused.setChecked(True)
    shown = names(dialog)
    assert shown[0] == "old\\u202e"
    assert dialog._items()[0].text(1) == "has ended; 5 MB that it wrote are lost"
    assert set(shown[1:]) == {"a:1", "d:1", held(2).id[7:19]}
    assert dialog.verb.text() == "Prune, frees 105 MB"
    assert "docker rm" in dialog.commands.edit.toPlainText()
    item = next(each for each in dialog._items() if each.text(0) == "d:1")
    item.setCheckState(0, Qt.CheckState.Unchecked)
    assert dialog.answer().keep == {held(4).id}
    assert dialog.verb.text() == "Prune, frees 5 MB"
    assert "d:1" not in dialog.commands.edit.toPlainText()
    dialog.dangling.setChecked(False)
    assert dialog.answer().keep == {held(4).id}, "what was unticked stays so"
    plan = planned(WORLD, dialog.answer())
    assert [each.name for each in plan.containers] == [OLD.name]
    # A container that stays keeps its image.
    dialog._items()[0].setCheckState(0, Qt.CheckState.Unchecked)
    assert held(1).id not in {identifier for _, identifier in planned(WORLD, dialog.answer()).references}


def test_nothing_to_prune_is_said(qtbot: QtBot) -> None:
    dialog = PruneDialog(World(WORLD.images[2:3], (WEB,)), "local", None)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.wait(ARMED_AFTER_MS + 50)
    assert not dialog.verb.isEnabled()
    assert "nothing to prune" in dialog.total.text()


def test_asked_again_it_is_as_it_was_left(qtbot: QtBot) -> None:
    before = PruneAnswer(False, True, True, frozenset({held(4).id}))
    dialog = PruneDialog(WORLD, "local", None, before)
    qtbot.addWidget(dialog)
    assert dialog.answer() == before


def test_age_and_name_narrow_the_images(dialog: PruneDialog) -> None:
    dialog.unused.setChecked(True)
    assert {"d:1"} < set(names(dialog))
    dialog.like.setText("d*")
    assert names(dialog) == ["d:1"]
    dialog.days.setValue(30)
    assert names(dialog) == ["d:1"], "made in 1970"
    assert dialog.answer().like == "d*"
    assert dialog.answer().days == 30
    dialog.like.setText("nothing")
    assert names(dialog) == []
    assert not dialog.verb.isEnabled()


def test_what_was_unticked_stays_so_while_names_are_typed(dialog: PruneDialog) -> None:
    dialog.unused.setChecked(True)
    item = next(each for each in dialog._items() if each.text(0) == "d:1")
    item.setCheckState(0, Qt.CheckState.Unchecked)
    for text in ("d", "nothing", "d*", ""):
        dialog.like.setText(text)
    assert next(each for each in dialog._items() if each.text(0) == "d:1").checkState(0) == Qt.CheckState.Unchecked


def test_the_builders_cache_is_offered_where_there_is_one_and_goes_as_a_whole(qtbot: QtBot) -> None:
    cache = (CacheEntry("k1", 4_000_000), CacheEntry("k2", 2_000_000, shared=True), CacheEntry("k3", 9, in_use=True))
    made = PruneDialog(replace(WORLD, build_cache=cache), "local", None)
    qtbot.addWidget(made)
    made.show()
    made.dangling.setChecked(False)
    assert made.build_cache.isVisible()
    assert not made.build_cache.isChecked()
    made.build_cache.setChecked(True)
    assert names(made) == ["build cache"]
    assert made.verb.text() == "Prune, frees about 4 MB"
    assert made.commands.edit.toPlainText() == "docker builder prune --all --force"
    plan = planned(made._world, made.answer())
    assert [entry.id for entry in plan.build_cache] == ["k1", "k2"]
    made._items()[0].setCheckState(0, Qt.CheckState.Unchecked)
    assert planned(made._world, made.answer()).build_cache == ()
    assert made.verb.text() == "Prune"
    again = PruneDialog(WORLD, "local", None, made.answer())
    qtbot.addWidget(again)
    again.show()
    assert not again.build_cache.isVisible()
    assert not again.answer().build_cache


def test_the_tick_for_the_trash_stands_where_there_is_one(qtbot: QtBot) -> None:
    for keep in (None, False, True):
        made = PruneDialog(WORLD, "local", None, None, keep)
        qtbot.addWidget(made)
        made.show()
        assert made.trash.isVisible() == (keep is not None)
        assert made.answer().trash == bool(keep)
    again = PruneDialog(WORLD, "local", None, PruneAnswer(dangling=True, trash=True), False)
    qtbot.addWidget(again)
    assert again.answer().trash, "what was ticked stays so"


def test_of_volumes_those_with_a_name_go_only_where_they_are_ticked_themselves(qtbot: QtBot) -> None:
    volumes = (Volume("db", 3_000_000), Volume("a" * 64, 5), Volume("used", 7, users=1))
    dialog = PruneDialog(replace(WORLD, volumes=volumes), "local", None)
    qtbot.addWidget(dialog)
    dialog.dangling.setChecked(False)
    assert dialog.answer().keep == {"db"}
    dialog.volumes.setChecked(True)
    rows = {item.text(0): item for item in dialog._items()}
    assert sorted(rows) == ["db", "nameless volume aaaaaaaaaaaa"]
    assert dialog.total.text() == "To go: 1 volume; 5 Bytes come free."
    assert "docker volume rm aaaa" in dialog.commands.edit.toPlainText()
    rows["db"].setCheckState(0, Qt.CheckState.Checked)
    assert dialog.total.text() == "To go: 2 volumes; 3 MB come free."
    assert dialog.answer() == PruneAnswer(volumes=True)
    without = PruneDialog(WORLD, "local", None)
    qtbot.addWidget(without)
    assert without.volumes.isHidden()


@pytest.mark.parametrize("program", [DOCKER, PODMAN])
def test_where_the_trash_loses_owners_it_is_said(qtbot: QtBot, program: str) -> None:
    world = replace(WORLD, volumes=(Volume("a" * 64, 5),), command=program)
    dialog = PruneDialog(world, "local", None, None, True)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.owners_lost.isVisible(), "no volume goes"
    dialog.volumes.setChecked(True)
    assert dialog.owners_lost.isVisible() == (program == PODMAN)
    assert dialog.owners_lost.text() == PODMAN_VOLUMES
    dialog.trash.setChecked(False)
    assert not dialog.owners_lost.isVisible()


def test_short_names_leave_the_room_to_the_why(dialog: PruneDialog, qtbot: QtBot) -> None:
    named = PruneDialog(replace(WORLD, images=(held(2, "a" * 90, layers="ab"),)), "local", None)
    qtbot.addWidget(named)
    assert dialog.tree.columnWidth(0) < named.tree.columnWidth(0)
