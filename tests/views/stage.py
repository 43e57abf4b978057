"""A window over sources made up, as tests and screenshots use it: the real session, registry, dialogs and pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from imagexplorer.actions.catalog import catalog
from imagexplorer.actions.prompts import (
    CommitQuestion,
    CopyQuestion,
    DeleteAnswer,
    DeleteItem,
    DockerfileAnswer,
    EditAnswer,
    PruneAnswer,
    RunQuestion,
    StopAnswer,
    TagAnswer,
    Told,
)
from imagexplorer.actions.registry import Registry
from imagexplorer.core.control import Control
from imagexplorer.core.engine_places import EnginePlace
from imagexplorer.core.entities import Address, CommitSpec, Container, Image
from imagexplorer.core.errors import NotFound, Unreachable
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.core.world import World as Holdings
from imagexplorer.jobs import Jobs
from imagexplorer.session import Session, Tried
from imagexplorer.session.from_changes import Draft
from imagexplorer.settings import Settings
from imagexplorer.views.main_window import MainWindow
from imagexplorer.views.prompts import DialogPrompts
from tests.fakes import ENGINE_ADDRESS, FakeEngine, FakeSource


class World:
    """What the session is handed instead of a worker process."""

    def __init__(self, engine: FakeEngine | None) -> None:
        self.engine = engine
        self.files: dict[str, FakeEngine] = {}
        self.engines: dict[str, FakeEngine] = {}  # by location, beside the one that is found
        self.places: list[EnginePlace] = []
        self.tried: tuple[Tried, ...] = (
            Tried(replace(ENGINE_ADDRESS, name="default socket"), "no such socket", "Start the engine"),
        )

    def find(self, host: str, control: Control) -> tuple[Any, tuple[Tried, ...]]:
        return (None, self.tried) if self.engine is None else (FakeSource(self.engine), ())

    def open(self, address: Address, control: Control) -> Any:
        if address.kind == "engine":
            if address.location not in self.engines:
                raise Unreachable(address.location, "nothing listens there", "Start the engine")
            return FakeSource(self.engines[address.location], address)
        if address.location not in self.files:
            raise NotFound(address.location, "no such file")
        return FakeSource(self.files[address.location], replace(address, kind="docker-archive"), host=False)


@dataclass
class Answers:
    """`Prompts` that answer at once with what is set, and keep what they were asked."""

    run_spec: RunSpec | None = None
    commit_spec: CommitSpec | None = None
    delete_answer: DeleteAnswer | None = None
    dockerfile_answer: DockerfileAnswer | None = None
    path: str | None = None
    copy_target: str | None = None
    asked: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    def run(self, question: RunQuestion) -> RunSpec | None:
        self.asked.append(("run", (question.image,)))
        return self.run_spec if not question.why else None

    def edit(self, question: RunQuestion) -> EditAnswer | None:
        self.asked.append(("edit", (question.replaces,)))
        return None

    def commit(self, question: CommitQuestion) -> CommitSpec | None:
        self.asked.append(("commit", (question.container,)))
        return self.commit_spec if not question.why else None

    def elsewhere(self, title: str, host: str) -> bool:
        self.asked.append(("elsewhere", (title, host)))
        return False

    def delete(
        self,
        title: str,
        engine: str,
        items: Sequence[DeleteItem],
        commands: Sequence[str],
        verb: str,
        can_stop: bool,
        told: Callable[[DeleteAnswer], Told] | None = None,
        keep: bool | None = None,
    ) -> DeleteAnswer | None:
        self.asked.append(("delete", (title, tuple(items))))
        return self.delete_answer

    def stop(self, engine: str, containers: Sequence[Container], program: str = "") -> StopAnswer | None:
        self.asked.append(("stop", (containers,)))
        return None

    def kill(self, engine: str, containers: Sequence[Container], program: str = "") -> str | None:
        self.asked.append(("kill", (containers,)))
        return None

    def rename(self, container: Container, others: Sequence[Container], program: str = "") -> str | None:
        self.asked.append(("rename", (container,)))
        return None

    def dockerfile(self, container: Container, draft: Draft) -> DockerfileAnswer | None:
        self.asked.append(("dockerfile", (container, draft)))
        return self.dockerfile_answer

    def tag(self, image: Image, taken: Mapping[str, str], program: str = "") -> TagAnswer | None:
        self.asked.append(("tag", (image,)))
        return None

    def copy_image(self, question: CopyQuestion) -> str | None:
        self.asked.append(("copy_image", (question,)))
        return self.copy_target

    def prune(
        self, world: Holdings, engine: str, before: PruneAnswer | None = None, keep: bool | None = None
    ) -> PruneAnswer | None:
        self.asked.append(("prune", (world,)))
        return None

    def save_path(self, title: str, name: str) -> str | None:
        self.asked.append(("save_path", (title, name)))
        return self.path

    def open_path(self) -> str | None:
        self.asked.append(("open_path", ()))
        return self.path


@dataclass
class Stage:
    """`window` shows `session`, which reads `world`; `answers` None leaves the questions to the real dialogs."""

    world: World
    settings: Settings
    answers: Answers | None = field(default_factory=Answers)

    def __post_init__(self) -> None:
        self.jobs = Jobs()
        self.session = Session(
            self.jobs,
            self.world.open,
            self.world.find,
            "",
            find_places=lambda _control: self.world.places,
            settings=self.settings,
        )
        prompts = self.answers if self.answers is not None else DialogPrompts(lambda: self.window)
        self.registry = Registry(self.session, catalog(self.session, prompts))
        self.window = MainWindow(self.session, self.registry, self.settings)

    def close(self) -> None:
        self.window.close()
        self.session.close()
        self.jobs.close()
        self.registry.deleteLater()
        self.window.deleteLater()


def stage(engine: FakeEngine | None, folder: Path, answers: Answers | None = None, real_dialogs: bool = False) -> Stage:
    """Not started yet, not shown; its settings are in `folder`."""
    asked = None if real_dialogs else answers or Answers()
    return Stage(World(engine), Settings(folder / "settings.json"), asked)
