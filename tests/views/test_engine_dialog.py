"""Connecting to one more engine: from the places found, by hand, with what is wrong told in place; it comes back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from imagexplorer.core.engine_places import EnginePlace
from imagexplorer.core.entities import Address, Tls
from imagexplorer.session.engines import from_line
from imagexplorer.settings import Settings
from imagexplorer.views.engine_dialog import EngineDialog
from tests.fake_engine import FakeEngine
from tests.views.conftest import MakeStage
from tests.views.stage import Stage

BOX = "ssh://me@box"
PLACES = [
    EnginePlace("socket", Address("engine", "unix:///run/none.sock", "Podman"), "absent", reason="no such socket"),
    EnginePlace("context", Address("engine", BOX, "staging", "staging"), "live", "Docker 28.5"),
    EnginePlace("environment", Address("engine", "tcp://far:2375", "DOCKER_HOST"), "live", "Docker 20.10"),
]


@pytest.fixture
def on(make_stage: MakeStage) -> Stage:
    made = make_stage(FakeEngine())
    made.world.places = PLACES
    made.world.engines = {place.address.location: FakeEngine.single() for place in PLACES[1:]}
    return made


def asked(on: Stage, qtbot: QtBot) -> EngineDialog:
    on.registry.action("file.engine").trigger()
    dialog = on.window.findChild(EngineDialog)
    QAbstractItemModelTester(dialog.places.table.records, QAbstractItemModelTester.FailureReportingMode.Fatal, dialog)
    qtbot.waitUntil(lambda: dialog.places.table.records.rowCount() == 3 and dialog._armed)
    return dialog


def sidebar(on: Stage) -> list[str]:
    return [on.window.sidebar.item(row).text() for row in range(on.window.sidebar.count())]


def test_a_place_that_was_found(on: Stage, qtbot: QtBot) -> None:
    dialog = asked(on, qtbot)
    table = dialog.places.table
    assert table.currentIndex().row() == 0
    assert table.model().index(0, 1).data() in ("staging", "DOCKER_HOST"), "what is live stands first"
    row = next(row for row in range(3) if table.model().index(row, 1).data() == "staging")
    table.selectRow(row)
    assert dialog.address.text() == BOX
    qtbot.keyClick(table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: on.window.findChild(EngineDialog) is None)
    assert on.session.current.address.location == BOX
    qtbot.waitUntil(lambda: on.session.current.live)
    assert {"staging", "ENGINES"} <= set(sidebar(on))
    assert len(on.session.sources) == 2
    # Once more is no second one.
    dialog = asked(on, qtbot)
    dialog.address.setText(BOX)
    qtbot.mouseClick(dialog.verb, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: on.window.findChild(EngineDialog) is None)
    assert len(on.session.sources) == 2


def test_an_address_that_does_not_answer_can_be_mended(on: Stage, qtbot: QtBot) -> None:
    dialog = asked(on, qtbot)
    dialog.address.setText("ssh://me@bxo")
    qtbot.mouseClick(dialog.verb, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.trouble.isVisible())
    assert "nothing listens there" in dialog.trouble.text()
    assert dialog.isVisible()
    dialog.address.setText(BOX)
    assert not dialog.trouble.isVisible()
    qtbot.keyClick(dialog.address, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: on.window.findChild(EngineDialog) is None)
    assert on.session.current.address.location == BOX


def test_what_is_unsafe_has_to_be_said(on: Stage, qtbot: QtBot) -> None:
    dialog = asked(on, qtbot)
    dialog.address.setText("far:2375")
    assert "without TLS" in dialog.warning.text()
    assert not dialog.verb.isEnabled()
    dialog.aware.setChecked(True)
    assert dialog.verb.isEnabled()
    qtbot.mouseClick(dialog.verb, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: on.window.findChild(EngineDialog) is None)
    assert on.session.current.address.location == "tcp://far:2375"


def test_certificates_are_chosen_by_hand_and_kept_as_paths(on: Stage, qtbot: QtBot, tmp_path: Path) -> None:
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (tmp_path / name).touch()
    dialog = asked(on, qtbot)
    secure = dialog.secure
    dialog.address.setText(BOX)
    assert not secure.isVisible(), "ssh is safe by itself"
    dialog.address.setText("far:2375")
    assert secure.use.isVisible()
    assert not secure.files.isVisible()
    secure.use.setChecked(True)
    assert not dialog.warning.isVisible()
    secure.take("cert", str(tmp_path / "cert.pem"))
    files = Tls(*(str(tmp_path / f"{name}.pem") for name in ("ca", "cert", "key")))
    assert secure.tls() == files
    dialog.name.setText("build farm")
    assert dialog.verb.isEnabled()
    secure.trust.setChecked(True)
    assert "pose as it" in dialog.warning.text()
    assert not dialog.verb.isEnabled(), "not verified only where somebody says so"
    dialog.aware.setChecked(True)
    qtbot.mouseClick(dialog.verb, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: on.window.findChild(EngineDialog) is None)
    address = on.session.current.address
    assert (address.name, address.tls) == ("build farm", replace(files, verify=False))
    assert "build farm" in sidebar(on)
    (line,) = on.session.kept_engines
    assert from_line(line) == address


def test_the_same_engine_again_takes_the_new_name_and_the_new_certificates(on: Stage, qtbot: QtBot) -> None:
    engines = on.session.engines
    for address in (
        Address("engine", "tcp://far:2375", "one"),
        Address("engine", "tcp://far:2375", "two", "", Tls("/ca")),
    ):
        engines.connect_to(address, lambda: None, pytest.fail)
        qtbot.waitUntil(lambda address=address: on.session.current.live and on.session.current.address == address)
    assert len(on.session.sources) == 2
    qtbot.waitUntil(lambda: len(on.session.images) == 1)


def test_nothing_written_is_nothing_to_connect_to(on: Stage, qtbot: QtBot) -> None:
    dialog = asked(on, qtbot)
    dialog.address.clear()
    assert not dialog.verb.isEnabled()
    dialog.reject()


def test_it_is_back_the_next_time_and_can_be_removed(on: Stage, make_stage: MakeStage, qtbot: QtBot) -> None:
    dialog = asked(on, qtbot)
    dialog.address.setText(BOX)
    qtbot.mouseClick(dialog.verb, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: on.window.findChild(EngineDialog) is None)
    on.window.close()
    assert len(Settings(on.settings.path).texts("window.engines")) == 1
    again = make_stage(FakeEngine(), settle=False)
    again.window.reopen()
    key = f"engine:{BOX}"
    # It does not answer yet, and is tried again by itself.
    qtbot.waitUntil(lambda: any(each.key == key and each.state == "lost" for each in again.session.sources))
    again.world.engines[BOX] = FakeEngine.single()
    qtbot.waitUntil(lambda: any(each.key == key and each.live for each in again.session.sources), timeout=5000)
    again.window.sidebar.close_wanted.emit(key)
    assert not any(each.key == key for each in again.session.sources)
    again.window.close()
    assert not Settings(again.settings.path).texts("window.engines")
