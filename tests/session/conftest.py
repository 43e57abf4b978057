"""A session before an engine made up, and the proxy between the two that makes the faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fault_proxy import FaultProxy
from tests.http_engine import HttpEngine
from tests.watching import Watched, shorten


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[HttpEngine]:
    with HttpEngine(tmp_path / "e") as made:
        yield made


@pytest.fixture
def proxy(tmp_path: Path, engine: HttpEngine) -> Iterator[FaultProxy]:
    with FaultProxy(tmp_path / "p", engine.path) as made:
        yield made


@pytest.fixture
def watched(qtbot: QtBot, engine: HttpEngine, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    shorten(monkeypatch)
    made = Watched(qtbot, proxy.location)
    made.until(lambda: engine.listened)
    yield made
    made.close()
