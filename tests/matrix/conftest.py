"""The engines of the matrix, the program on each, and the table of what was seen: action by engine and condition."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from imagexplorer.app import WorkerDoor
from imagexplorer.settings import Settings
from tests.engines import wanted
from tests.matrix.bench import Place
from tests.matrix.desk import Desk
from tests.private_engine import NoEngineError

ROOM_MB = 96
_TABLE: dict[tuple[str, str], dict[str, str]] = {}
_FIGURES: list[str] = []


class Cells:
    """Fields of the table. What goes wrong in one of them does not keep the others from being tried."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._wrong: list[str] = []

    @contextmanager
    def of(self, action: str, condition: str) -> Iterator[Callable[[str], None]]:
        """Yields what is to be told: `ok`, done as it was asked for; `told`, not done, or not all, and said so."""
        row = _TABLE.setdefault((action, self._engine), {})
        row[condition] = "FAULT"
        said: list[str] = []
        try:
            yield said.append
        except Exception as error:
            words = "".join(traceback.format_exception(error)[-4:])
            self._wrong.append(f"{action}, {condition}: {words}")
            print(f"FAULT {self._engine}: {action}, {condition}: {words}")
        else:
            row[condition] = said[-1]

    def end(self) -> None:
        assert not self._wrong, "\n".join(self._wrong)


@pytest.fixture
def cells(place: Place) -> Iterator[Cells]:
    made = Cells(place.kind)
    yield made
    made.end()


@pytest.fixture
def figure() -> Callable[[str], None]:
    """A line below the table."""
    return _FIGURES.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _TABLE:
        return
    engines = list(dict.fromkeys(engine for _, engine in _TABLE))
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for (action, engine), fields in _TABLE.items():
        for condition, outcome in fields.items():
            rows.setdefault((action, condition), {})[engine] = outcome
    terminalreporter.section("matrix")
    terminalreporter.line(f"{'':46}" + "".join(f"{engine:12}" for engine in engines))
    for (action, condition), by_engine in sorted(rows.items()):
        fields_of = "".join(f"{by_engine.get(engine, '-'):12}" for engine in engines)
        terminalreporter.line(f"{action + ', ' + condition:46}{fields_of}")
    for line in _FIGURES:
        terminalreporter.line(line)


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerDoor]:
    folder = tmp_path_factory.mktemp("door")
    settings = Settings(folder / "settings.json")
    settings.set("cache.directory", str(folder / "cache"))
    made = WorkerDoor(settings)
    yield made
    made.close()


@pytest.fixture(scope="session", params=wanted())
def place(
    request: pytest.FixtureRequest, no_docker_config: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    yield from _placed(request.param, tmp_path_factory, 0)


@pytest.fixture(scope="session")
def narrow(place: Place, no_docker_config: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One of the same kind, which has little room."""
    yield from _placed(place.kind, tmp_path_factory, ROOM_MB)


@pytest.fixture(scope="session")
def other(place: Place, no_docker_config: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The next kind in the list, to copy to."""
    kinds = wanted()
    yield from _placed(kinds[(kinds.index(place.kind) + 1) % len(kinds)], tmp_path_factory, 0)


def _placed(kind: str, folders: pytest.TempPathFactory, room_mb: int) -> Iterator[Place]:
    try:
        made = Place(kind, folders.mktemp("s"), room_mb)
    except NoEngineError as error:
        pytest.fail(str(error), pytrace=False)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def seat(qtbot: QtBot, tmp_path: Path, door: WorkerDoor) -> Iterator[Callable[..., Desk]]:
    """The program on an engine; what the test leaves there goes afterwards."""
    made: list[Desk] = []

    def sit(place: Place, keeps: bool = False) -> Desk:
        folder = tmp_path / f"desk{len(made)}"
        folder.mkdir()
        made.append(Desk(qtbot, folder, door, place, keeps))
        return made[-1]

    yield sit
    for desk in made:
        desk.close()
        desk.place.sweep()


@pytest.fixture
def desk(place: Place, seat: Callable[..., Desk]) -> Desk:
    return seat(place)
