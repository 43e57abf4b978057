"""A container that is deleted with a net comes back with what it wrote, what it deleted and how it was run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from imagexplorer.core.activity import Activity
from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.session.acts import Acts
from imagexplorer.session.records import LIVE, SourceState
from imagexplorer.session.trash import Trash
from imagexplorer.settings import Settings
from tests.engine_images import build
from tests.engines import Engine

pytestmark = pytest.mark.engine

IMAGE = 'FROM scratch\nADD busybox /bin/busybox\nRUN ["/bin/busybox","--install","-s","/bin"]\nRUN echo x > /gone\n'
FIRST_3_THEN_7 = (
    'if [ -f /made ]; then test ! -e /gone && [ "$KEPT" = yes ] && exit 7; exit 1; fi; echo x > /made; rm /gone; exit 3'
)
KEY = "engine:x"


class Now:
    """Jobs that are done when they are asked for."""

    def perform(self, _title: str, work: Any, failed: Any = None, done: Any = None, _deed: int = 0) -> None:
        self.load("", work, done, failed)

    def load(self, _lane: str, work: Any, done: Callable[[Any], None], failed: Any = None) -> None:
        try:
            found = work(Control())
        except ImagexplorerError as error:
            failed(error)
        else:
            done(found)


def test_it_comes_back_as_it_was(engine: Engine, tidy: list[str], tmp_path: Path) -> None:
    tag, name = engine.name("trash/run:1"), "trash-kept"
    build(engine.api, tag, IMAGE)
    made = engine.api.create_container(tag, ["sh", "-c", FIRST_3_THEN_7], name=name, environment={"KEPT": "yes"})["Id"]
    tidy += [name, f"image:{tag}"]
    engine.api.start(made)
    assert engine.api.wait(made)["StatusCode"] == 3
    settings = Settings(tmp_path / "settings.json")
    settings.set("trash.directory", str(tmp_path / "trash"))
    state = SourceState(KEY, Address("engine", "x", "x"), LIVE)
    link = SimpleNamespace(source=engine.source, state=state, refresh=lambda _touched: None)
    said: list[str] = []
    jobs: Any = Now()
    acts = Acts(jobs, lambda _source: link, Activity(), said.append)  # type: ignore[arg-type, return-value]
    trash = Trash(jobs, acts, lambda _source: link, said.append, settings)  # type: ignore[arg-type, return-value]

    def images() -> set[str]:
        return {row["Id"] for row in engine.api.images(all=True)}

    before = images()
    (container,) = engine.source.containers(engine.control, [made])
    acts.delete(KEY, [container], keeper=trash.keeper(KEY))
    assert [deed.error for deed in acts._activity.deeds] == [""]
    assert not engine.source.containers(engine.control, [made])
    assert images() == before, "what was made to keep it is gone again"
    trash.look()
    (item,) = trash.items
    errors: list[ImagexplorerError] = []
    trash.undo(KEY, [item], errors.append)
    assert errors == []
    back = engine.api.inspect_container(name)
    tidy.append(f"image:{back['Image']}")
    assert back["State"]["Status"] in ("created", "configured", "initialized")
    engine.api.start(back["Id"])
    assert engine.api.wait(back["Id"])["StatusCode"] == 7, said
    assert trash.items == ()
