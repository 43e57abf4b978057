"""The program without its window on an engine of the matrix, and a person who answers its questions. All goes through
the registry of actions, as a menu would."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pytestqt.qtbot import QtBot

from imagexplorer.actions.catalog import catalog
from imagexplorer.actions.registry import Registry
from imagexplorer.app import WorkerDoor
from imagexplorer.core.activity import Deed
from imagexplorer.core.entities import EVERYTHING, Address, Container, Image, Selection
from imagexplorer.jobs import Jobs
from imagexplorer.session import Session
from imagexplorer.session.engines import as_line
from imagexplorer.settings import Settings
from tests.matrix.bench import Place


class Person:
    """`Prompts`: answers what it was told to, once the world has changed as it was told to. A question that is asked
    again with a reason is given up."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        self.meanwhile: Callable[[], object] | None = None
        self.again = True  # answers again where the world had changed

    def _ask(self, kind: str, *what: Any, why: str = "") -> Any:
        self.asked.append((kind, what))
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        times = sum(each == kind for each, _ in self.asked)
        if why or (times > 1 and not self.again):
            return None
        answer = self.answers.get(kind)
        return answer(*what) if callable(answer) else answer

    def run(self, question: Any) -> Any:
        return self._ask("run", question, why=question.why)

    def edit(self, question: Any) -> Any:
        return self._ask("edit", question, why=question.why)

    def commit(self, question: Any) -> Any:
        return self._ask("commit", question, why=question.why)

    def elsewhere(self, title: str, host: str) -> bool:
        raise AssertionError("the engine is on this machine")

    def delete(self, title: str, engine: str, items: Any, commands: Any, verb: str, can_stop: bool,
               told: Any = None, keep: Any = None) -> Any:  # fmt: skip
        return self._ask("delete", items, told, can_stop)

    def stop(self, engine: str, containers: Sequence[Container], program: str = "") -> Any:
        return self._ask("stop", containers)

    def kill(self, engine: str, containers: Sequence[Container], program: str = "") -> Any:
        return self._ask("kill", containers)

    def rename(self, container: Container, others: Sequence[Container], program: str = "") -> Any:
        return self._ask("rename", container, others)

    def tag(self, image: Image, taken: Mapping[str, str], program: str = "") -> Any:
        return self._ask("tag", image, taken)

    def copy_image(self, question: Any) -> Any:
        return self._ask("copy_image", question)

    def prune(self, world: Any, engine: str, before: Any = None, keep: Any = None) -> Any:
        return self._ask("prune", world, before)

    def dockerfile(self, container: Container, draft: Any) -> Any:
        return self._ask("dockerfile", container, draft)

    def save_path(self, title: str, name: str) -> Any:
        return self._ask("save_path", title, name)

    def open_path(self) -> Any:
        raise AssertionError("nobody opens a file here")


class Desk:
    """The program without its window, on one place and maybe a second one."""

    def __init__(self, qtbot: QtBot, folder: Path, door: WorkerDoor, place: Place, keeps: bool = False) -> None:
        self.qtbot, self.place = qtbot, place
        place.line.clear()
        self.settings = Settings(folder / "settings.json")
        self.settings.set("trash.directory", str(folder / "trash"))
        self.settings.set("trash.keep", keeps)
        self.jobs, self.person = Jobs(), Person()
        self.session = Session(self.jobs, door.open, door.find, settings=self.settings)
        self.registry = Registry(self.session, catalog(self.session, self.person))  # type: ignore[arg-type]
        self._before = 0
        self.failed: list[Any] = []
        self.said: list[str] = []
        self.session.failed.connect(self.failed.append)
        self.session.message.connect(self.said.append)
        self.session.start(place.line.location)
        self.key = f"engine:{place.line.location}"
        self.sees(lambda: self.session.current is not None and self.session.current.live)
        self.sees(lambda: self.session.images_known and self.session.containers_known)

    def close(self) -> None:
        self.registry.close()
        self.session.close()
        self.jobs.close()

    def sees(self, what: Callable[[], Any]) -> None:
        try:
            self.qtbot.waitUntil(lambda: bool(what()), timeout=300_000)
        except Exception:
            raise AssertionError(f"never seen; {self.words()!r}; under way: {self.under_way()}") from None

    # -- the user -------------------------------------------------------------------------------
    def select(self, images: Sequence[str] = (), containers: Sequence[str] = ()) -> Selection:
        """By name or tag, once the lists show them."""

        def found() -> Selection:
            rows = self.session.rows_of(self.key)
            return Selection(
                self.key,
                True,
                tuple(row for name in images for row in rows[0] if name in (*row.tags, row.id)),
                tuple(row for name in containers for row in rows[1] if row.name == name),
            )

        def whole() -> bool:
            now = found()
            return (len(now.images), len(now.containers)) == (len(images), len(containers))

        self.sees(lambda: self.listed() and whole())
        self.registry.set_selection(found())
        return found()

    def listed(self) -> bool:
        """Whether the lists say what the engine says."""
        world, (images, containers) = self.place.world(), self.session.rows_of(self.key)
        shown = {row.id: (row.name, row.state) for row in containers}
        names = {tag for row in images for tag in row.tags}
        if shown != dict(world.containers) or names != {tag for tags in world.images.values() for tag in tags}:
            self.session.refresh(EVERYTHING)
            return False
        return True

    def does(self, action: str, **answers: Any) -> None:
        """Ask for an action, and wait until all that comes of it is over."""
        self.asks(action, **answers)
        self.over()

    def asks(self, action: str, **answers: Any) -> None:
        self.person.answers.update(answers)
        self.registry.update()
        why = self.registry.run(action)
        assert not why, why

    def under_way(self) -> list[str]:
        lanes = ("events", "ping", "connect", "images", "containers", "usage", "written", "close", "trash")
        return [
            job.lane or job.state.title for job in self.jobs._jobs.values() if job.lane.rpartition("/")[2] not in lanes
        ]

    def over(self) -> None:
        quiet = [0]

        def settled() -> bool:
            busy = self.under_way() or any(deed.ended is None for deed in self.deeds)
            quiet[0] = 0 if busy else quiet[0] + 1
            return quiet[0] > 4

        self.sees(settled)

    def weighs(self, names: Sequence[str]) -> None:
        """Until it is known of each how much it wrote."""

        def known() -> bool:
            self.session.weigh()
            rows = [row for row in self.session.rows_of(self.key)[1] if row.name in names]
            return len(rows) == len(names) and all(row.writable_bytes for row in rows)

        self.sees(known)

    def back(self) -> None:
        """The engine is there again, and its lists are right."""
        self.sees(lambda: self.session.current is not None and self.session.current.live)
        self.sees(self.listed)

    @property
    def deeds(self) -> Sequence[Deed]:
        return self.session.activity.deeds

    def words(self) -> list[str]:
        """All that was said since `begins` of what did not go well."""
        return [*(deed.error for deed in self.deeds[self._before :] if deed.error), *map(str, self.failed)]

    def opens(self, place: Place) -> None:
        """A second engine, beside."""
        self.session.reopen_engines([as_line(Address("engine", place.line.location, place.kind))])
        self.sees(lambda: len([each for each in self.session.sources if each.live]) == 2)

    def begins(self) -> None:
        """Something else is tried from here on."""
        self.place.line.clear()
        self.failed.clear()
        self.said.clear()
        self.person.asked.clear()
        self.person.again, self.person.meanwhile = True, None
        self._before = len(self.deeds)
