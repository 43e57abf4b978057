"""D5: every question whose answer loses something begins with Cancel, and takes no key or click that came before it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit
from pytestqt.qtbot import QtBot

from imagexplorer.actions.prompts import CommitQuestion, DeleteItem, RunQuestion
from imagexplorer.core.entities import Container, Image
from imagexplorer.core.world import Held, World
from imagexplorer.views.ask_dialog import ARMED_AFTER_MS, AskDialog
from imagexplorer.views.commit_dialog import CommitDialog
from imagexplorer.views.delete_dialog import DeleteDialog
from imagexplorer.views.elsewhere_dialog import ElsewhereDialog
from imagexplorer.views.life_dialogs import KillDialog, StopDialog
from imagexplorer.views.prune_dialog import PruneDialog
from imagexplorer.views.run_dialog import RunDialog

WEB = Container("c" * 64, "web", "app:1", "sha256:1", "running")
WORLD = World((Held("sha256:1", (), "", ("a",), (1,)),))

DANGEROUS: dict[str, Callable[[], AskDialog]] = {
    "elsewhere": lambda: ElsewhereDialog("Delete image web:1?", "build.example", None),
    "delete": lambda: DeleteDialog("Delete?", "local", (DeleteItem("a:1"),), [], "Delete", False, None, None, False),
    "prune": lambda: PruneDialog(WORLD, "local", None, None, False),
    "stop": lambda: StopDialog("local", [WEB], None),
    "kill": lambda: KillDialog("local", [WEB], None),
}


FORMS: dict[str, Callable[[], AskDialog]] = {
    "commit": lambda: CommitDialog(CommitQuestion(WEB), None),
    "edit": lambda: RunDialog(RunQuestion(Image("sha256:1", ("app:1",)), replaces=WEB), None),
}
"""Of what changes something that is there: Enter in a field may mean neither."""


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest, qtbot: QtBot) -> AskDialog:
    made = FORMS[request.param]()
    qtbot.addWidget(made)
    return made


def test_enter_in_a_form_neither_acts_nor_throws_away(form: AskDialog, qtbot: QtBot) -> None:
    form.show()
    form.set_ready(True)
    assert not form.verb.isEnabled()
    form.buttons.accepted.emit()
    assert form.isVisible(), "it takes nothing that was meant for what stood there before"
    qtbot.waitUntil(form.verb.isEnabled)
    for field in form.findChildren(QLineEdit):
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert form.isVisible(), field.accessibleName()
    qtbot.keyClick(form, Qt.Key.Key_Return)
    assert form.isVisible()
    qtbot.keyClick(form, Qt.Key.Key_Escape)
    assert form.result() == QDialog.DialogCode.Rejected
    assert not form.isVisible()


@pytest.fixture(params=DANGEROUS)
def dialog(request: pytest.FixtureRequest, qtbot: QtBot) -> AskDialog:
    """Not shown yet: what comes between is time that a busy machine takes."""
    made = DANGEROUS[request.param]()
    qtbot.addWidget(made)
    return made


def test_cancel_is_what_enter_and_escape_mean(dialog: AskDialog, qtbot: QtBot) -> None:
    dialog.show()
    assert dialog.cancel.isDefault()
    assert not dialog.verb.isDefault()
    assert not dialog.verb.autoDefault()
    qtbot.waitUntil(dialog.verb.isEnabled)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.result() == QDialog.DialogCode.Rejected
    assert not dialog.isVisible()


def test_enter_on_the_dialog_does_nothing_dangerous(dialog: AskDialog, qtbot: QtBot) -> None:
    dialog.show()
    qtbot.waitUntil(dialog.verb.isEnabled)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode.Rejected


def test_it_takes_nothing_that_was_meant_for_what_stood_there_before(dialog: AskDialog, qtbot: QtBot) -> None:
    assert ARMED_AFTER_MS >= 300
    dialog.show()
    assert not dialog.verb.isEnabled()
    dialog.buttons.accepted.emit()
    assert dialog.isVisible()
    qtbot.waitUntil(dialog.verb.isEnabled)
    dialog.verb.click()
    assert dialog.result() == QDialog.DialogCode.Accepted
    dialog.buttons.accepted.emit()  # the second half of a double click finds it gone
    assert not dialog.isVisible()
