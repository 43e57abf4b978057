"""The window without an engine, with one that appears, and with one that goes away and comes back."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imagexplorer.views.image_page import ImagePage
from tests.engines import SAMPLE, Engine
from tests.stories.actors import Person, open_program

pytestmark = pytest.mark.engine


class Line:
    """A socket of our own that leads to the engine's: so it can appear, be cut and come back while the engine, which
    other tests use, goes on."""

    def __init__(self, path: Path, engine: str) -> None:
        self.path, self._engine = path, engine.removeprefix("unix://")
        self._listener: socket.socket | None = None
        self._pairs: list[socket.socket] = []

    def open(self) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self._listener.listen(64)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            self.path.unlink()
        for each in self._pairs:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            try:
                far.connect(self._engine)
            except OSError:
                near.close()
                far.close()
                continue
            self._pairs += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    @staticmethod
    def _pump(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(65536):
                other.sendall(piece)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        one.close()


@pytest.fixture
def line(tmp_path: Path, engine: Engine) -> Iterator[Line]:
    made = Line(tmp_path / "engine.sock", engine.private.location)
    yield made
    made.cut()


@pytest.fixture
def opened(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Person]]:
    people: list[Person] = []

    def start(host: str, target: str = "") -> Person:
        people.append(open_program(qapp, tmp_path / "home", qtbot, host, target))
        return people[-1]

    yield start
    for person in people:
        person.window.close()
        person.program.close()
        person.window.deleteLater()


def test_the_start_page_says_what_was_tried_and_connects_by_itself(
    opened: Callable[..., Person], line: Line, engine: Engine, sample: str
) -> None:
    person = opened(f"unix://{line.path}")
    person.sees(lambda: person.session.tried)
    assert person.window.start.isVisible()
    (tried,) = person.session.tried
    assert tried.outcome == "no such socket"
    assert person.window.start.table.item(0, 1).text() == "no such socket"
    line.open()
    person.sees(lambda: engine.name(SAMPLE) in person.image_names())
    assert not person.window.start.isVisible()
    assert person.window.images.isVisible()


def test_the_sample_opens_without_any_engine(opened: Callable[..., Person], line: Line) -> None:
    person = opened(f"unix://{line.path}")
    person.sees(lambda: person.session.tried)
    person.window.start.sample.click()
    person.sees(lambda: isinstance(person.window.tabs.currentWidget(), ImagePage))
    assert person.errors == []


def test_a_lost_engine_keeps_its_rows_says_so_and_is_right_again_when_it_is_back(
    opened: Callable[..., Person], line: Line, engine: Engine, sample: str, tidy: list[str], expected_log: list[str]
) -> None:
    line.open()
    person = opened(f"unix://{line.path}")
    person.sees(lambda: engine.name(SAMPLE) in person.image_names() and person.session.containers_known)
    line.cut()
    person.sees(lambda: person.session.current.state == "lost")
    assert engine.name(SAMPLE) in person.image_names(), "the last rows stay"
    made = engine.api.create_container(SAMPLE, ["sleep", "1"], name="story-away")
    tidy.append(made["Id"])
    assert "lost" in person.program.registry.blocked("image.run") or not person.program.registry.selection.images
    line.open()
    person.sees(lambda: person.session.current.live)
    person.sees(lambda: "story-away" in person.states())
    assert os.path.exists(line.path)
