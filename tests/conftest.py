"""What holds for every test: no display is needed, no engine of the machine is found, nothing goes wrong in silence.

A Qt warning, a log record of level warning or above that the test did not ask for, or a dialog left open fails the
test. A test that expects a record takes `expected_log` and adds a piece of its text.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pytestqt.qtbot import QtBot

# No test asserts a time. In CI the examples are the same at every run; a developer's run looks for new ones.
settings.register_profile("dev", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

os.environ["QT_QPA_PLATFORM"] = "offscreen"
for _name in ("QT_STYLE_OVERRIDE", "QT_QPA_PLATFORMTHEME", "DOCKER_HOST", "DOCKER_CONTEXT", "CONTAINER_HOST"):
    os.environ.pop(_name, None)

# The engines that tests start themselves, as fixtures.
pytest_plugins = ["tests.engines"] if (Path(__file__).parent / "engines.py").exists() else []

# What the offscreen platform says of itself, whatever a program does.
_QT_NOISE = ("This plugin does not support",)


class PatientBot(QtBot):
    """What is waited for may take long on a busy machine: no test asserts a time."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 60_000) -> None:
        super().waitUntil(callback, timeout=timeout)


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, cache and logs of a test are its own."""
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home" / name.lower()))


@pytest.fixture
def expected_log() -> list[str]:
    """Pieces of text of the records that this test provokes on purpose."""
    return []


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(f"{record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def nothing_logged(expected_log: list[str]) -> Iterator[None]:
    records = _Records()
    root = logging.getLogger()
    root.addHandler(records)
    try:
        yield
    finally:
        root.removeHandler(records)
    unexpected = [text for text in records.texts if not any(piece in text for piece in expected_log)]
    assert not unexpected, f"unexpected log records: {unexpected}"


@pytest.fixture(autouse=True)
def no_qt_warning(request: pytest.FixtureRequest, expected_log: list[str]) -> Iterator[None]:
    """Qt's own warnings fail the test: also those that come while its fixtures are taken down."""
    if "qtbot" not in request.fixturenames and "qapp" not in request.fixturenames:
        yield
        return
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    said: list[str] = []

    def hear(kind: QtMsgType, _context: object, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg and not any(noise in text for noise in _QT_NOISE):
            said.append(text)

    before = qInstallMessageHandler(hear)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
    unexpected = [text for text in said if not any(piece in text for piece in expected_log)]
    assert not unexpected, f"Qt warned: {unexpected}"


@pytest.fixture(autouse=True)
def no_dialog_left(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "qtbot" not in request.fixturenames and "qapp" not in request.fixturenames:
        return
    from PySide6.QtWidgets import QApplication, QDialog, QMenu

    left = [
        widget
        for widget in QApplication.topLevelWidgets()
        if isinstance(widget, QDialog | QMenu) and widget.isVisible() and widget.isWindow()
    ]
    for widget in left:
        widget.close()
    assert not left, f"left open: {[widget.windowTitle() or type(widget).__name__ for widget in left]}"
