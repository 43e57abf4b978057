"""The guard before Qt: one line instead of a crash."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from imagexplorer import qt_guard


@pytest.mark.parametrize(
    ("pyside", "python", "bad"),
    [
        ((6, 11), (3, 11), False),
        ((6, 12), (3, 11), True),
        ((6, 13), (3, 10), True),
        ((7, 0), (3, 11), True),
        ((6, 12), (3, 12), False),
        ((6, 8), (3, 13), False),
    ],
)
def test_the_pair_that_crashes(pyside: tuple[int, int], python: tuple[int, int], bad: bool) -> None:
    said = qt_guard.bad_pair(pyside, python)
    assert bool(said) == bad
    assert "\n" not in said


@pytest.mark.parametrize(
    ("environment", "platform", "piece"),
    [
        ({}, "linux", "no display"),
        ({"DISPLAY": ""}, "linux", "no display"),
        ({"DISPLAY": ":4711"}, "linux", "does not answer"),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux", ""),
        ({"QT_QPA_PLATFORM": "vnc:size=800x600"}, "linux", ""),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", ""),
        ({"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "wayland-0"}, "linux", "no display"),
        ({}, "darwin", ""),
        ({}, "win32", ""),
    ],
)
def test_no_display_is_said_with_what_works_without_one(environment: dict[str, str], platform: str, piece: str) -> None:
    said = qt_guard.no_display(environment, platform)
    assert bool(said) == bool(piece)
    assert piece in said
    assert not said or "imagexplorer inspect" in said
    assert "\n" not in said


def test_this_pair_keeps_the_references_of_none(qapp: object) -> None:
    """The crash itself, should a later version bring it back: every call that returns None lost one."""
    from PySide6.QtCore import QObject

    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(100):
        thing.setObjectName("x")
    assert sys.getrefcount(None) > before - 50


def test_without_a_display_the_program_says_so_in_one_line_and_ends() -> None:
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    bare = {name: value for name, value in os.environ.items() if name not in names}
    if sys.platform in ("win32", "darwin"):
        return
    done = subprocess.run(
        [sys.executable, "-m", "imagexplorer"], env=bare, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "inspect" in done.stderr


def test_nothing_heavy_is_imported_before_the_first_paint() -> None:
    code = (
        "import sys, os; os.environ['QT_QPA_PLATFORM'] = 'offscreen'\n"
        "from PySide6.QtWidgets import QApplication\n"
        "application = QApplication([])\n"
        "from imagexplorer.app import Program\n"
        "program = Program(application)\n"
        "program.window.show(); application.processEvents()\n"
        "print(*[name for name in ('docker', 'numpy', 'pygments', 'multiprocessing', 'requests', 'subprocess',"
        " *('imagexplorer.' + each for each in ('indexing.client', 'indexing.records', 'core.live', 'core.secrets',"
        " 'core.extraction', 'core.relatives', 'views.image_page'))) if name in sys.modules])\n"
        "program.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_the_source_of_what_is_imported_is_not_read() -> None:
    code = (
        "import inspect; import PySide6.QtCore; from imagexplorer import qt_guard; qt_guard.plain_imports(); read = [];"
        "inspect.getsource = read.append; import colorsys; from PySide6.QtCore import QObject; assert not read, read"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_loaded_later_is_all_that_a_page_needs() -> None:
    """Every part is there and is needed, and no page loads what is heavy and serves something else."""
    code = (
        "import importlib, sys; import PySide6.QtWidgets; from imagexplorer.app import LATER\n"
        "for name in LATER:\n"
        "    known = set(sys.modules); importlib.import_module('imagexplorer.' + name)\n"
        "    assert set(sys.modules) - known, name\n"
        "for name in ('numpy', 'docker', 'ssl', 'http', 'email', 'urllib.request', 'pygments', 'PIL'):\n"
        "    assert name not in sys.modules, name\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
