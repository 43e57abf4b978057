"""An archive in the real window: its tree at once, its bytes hashed afterwards, and what does not match is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imagexplorer.models.stack_model import LAYER
from imagexplorer.views.image_page import ImagePage
from tests import tars
from tests.indexing.test_builder import LAYERS, settle
from tests.indexing.test_verifying import LARGE, changed
from tests.stories.actors import Person, open_program

Open = Callable[[Path], Person]


@pytest.fixture
def open_(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Open]:
    people: list[Person] = []

    def start(path: Path) -> Person:
        host = f"unix://{tmp_path}/no-engine.sock"
        people.append(open_program(qapp, tmp_path / "run", qtbot, host, str(path)))
        return people[-1]

    yield start
    for person in people:
        person.window.close()
        person.program.close()
        person.window.deleteLater()


def image_page(person: Person) -> ImagePage:
    person.sees(lambda: person.window.findChildren(ImagePage))
    (page,) = person.window.findChildren(ImagePage)
    person.sees(lambda: page.files.body.currentWidget() is page.files.tree)
    return page


def slabs(page: ImagePage) -> list[tuple[bool, int]]:
    return [(slab.verified, slab.problems) for slab in page.stack.view.stack.slabs() if slab.kind == LAYER][::-1]


@pytest.mark.parametrize("damaged", [False, True], ids=["sound", "damaged"])
def test_after_the_tree_the_bytes(open_: Open, tmp_path: Path, damaged: bool) -> None:
    raw = tars.docker_archive((*LAYERS, LARGE), style="oci")
    path = tmp_path / "image.tar"
    path.write_bytes(changed(raw) if damaged else raw)
    settle(path)
    person = open_(path)
    page = image_page(person)
    person.sees(lambda: person.session.checking.idle and any(verified for verified, _ in slabs(page)))
    assert slabs(page) == [(True, 0), (True, 0), (True, 0), (not damaged, int(damaged))]
    assert page.problems.isHidden() is not damaged
    assert not damaged or "layer 3" in page.problems.text.whole()
    # Nothing of it is left to run, and none of our processes to wait for.
    person.sees(lambda: person.program.engine.workers.checks.pid is None)
