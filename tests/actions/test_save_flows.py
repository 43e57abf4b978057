"""D11 by the window's own ways of writing a file: one that stood there is whole until the new one is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imagexplorer.core.errors import Refused
from tests.actions.test_flows import Stage, stage
from tests.fakes import FakeHost

__all__ = ["stage"]
WRITES = {"container.tar": "written_tar", "container.patch": "patch"}


@pytest.mark.parametrize("action", WRITES)
@pytest.mark.parametrize("breaks", [True, False])
def test_what_breaks_off_leaves_the_old_file_whole(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: str, breaks: bool
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    place = folder / "web.out"
    place.write_text("what stood there")
    real = getattr(FakeHost, WRITES[action])

    def broken(*what: Any) -> Iterator[bytes]:
        yield from real(*what)
        yield b"half" * 100_000
        raise Refused("web", "no space left on device")

    if breaks:
        monkeypatch.setattr(FakeHost, WRITES[action], broken)
    stage.select("web")
    stage.prompts.answer = str(place)
    stage.act(action)
    assert [kind for kind, _ in stage.prompts.questions] == ["save_path"], "where to is asked, and about replacing too"
    if breaks:
        stage.qtbot.waitUntil(lambda: any("no space left" in str(error) for error in stage.errors))
        assert place.read_text() == "what stood there"
    else:
        stage.qtbot.waitUntil(lambda: place.read_text() != "what stood there")
    assert list(folder.iterdir()) == [place], "nothing half is left beside it"
