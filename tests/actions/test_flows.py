"""From the button to the act: what is asked, what is done, and that nothing happens to what changed meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar
from pytestqt.qtbot import QtBot

from imagexplorer.actions.action import Action
from imagexplorer.actions.catalog import catalog
from imagexplorer.actions.prompts import (
    CommitQuestion,
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
from imagexplorer.core.entities import EVERYTHING, Address, CommitSpec, Container, Image, Mount, Selection, Touched
from imagexplorer.core.errors import ImagexplorerError, NotFound, Refused, Unreachable
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.core.text import human_size
from imagexplorer.core.world import CacheEntry, World
from imagexplorer.jobs import Jobs
from imagexplorer.session import Session
from imagexplorer.session.from_changes import Draft
from imagexplorer.settings import Settings
from tests.fakes import ENGINE_ADDRESS, FakeEngine, FakeFile, FakeSource

KEY = f"engine:{ENGINE_ADDRESS.location}"
ACTS = {
    *("run", "start", "stop", "restart", "commit", "remove_container", "remove_image"),
    *("replace", "kill", "pause", "unpause", "rename"),
}


@dataclass
class Asked:
    """`Prompts` that keep what they were asked, let the world change, and answer."""

    answer: Any = None
    sure: bool = True
    meanwhile: Callable[[], None] = lambda: None
    questions: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    refusals: list[RunQuestion | CommitQuestion | None] = field(default_factory=list)
    told: list[Callable[[DeleteAnswer], Told] | None] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)
    kept: list[bool | None] = field(default_factory=list)

    def _ask(self, kind: str, *what: Any) -> Any:
        self.questions.append((kind, what))
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return self.answer(*what) if callable(self.answer) else self.answer

    def run(self, question: RunQuestion) -> RunSpec | None:
        self.programs.append(question.program)
        self.refusals.append(question if question.why else None)
        return self._ask("run", question)

    def edit(self, question: RunQuestion) -> EditAnswer | None:
        self.programs.append(question.program)
        return self._ask("edit", question)

    def commit(self, question: CommitQuestion) -> CommitSpec | None:
        self.programs.append(question.program)
        self.refusals.append(question if question.why else None)
        return self._ask("commit", question)

    def elsewhere(self, title: str, host: str) -> bool:
        self.questions.append(("elsewhere", (title, host)))
        return self.sure

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
        self.told.append(told)
        return self._ask("delete", title, engine, tuple(items), tuple(commands), verb, can_stop)

    def stop(self, engine: str, containers: Sequence[Container], program: str = "") -> StopAnswer | None:
        self.programs.append(program)
        return self._ask("stop", containers)

    def kill(self, engine: str, containers: Sequence[Container], program: str = "") -> str | None:
        self.programs.append(program)
        return self._ask("kill", containers)

    def rename(self, container: Container, others: Sequence[Container], program: str = "") -> str | None:
        self.programs.append(program)
        return self._ask("rename", container)

    def dockerfile(self, container: Container, draft: Draft) -> DockerfileAnswer | None:
        return self._ask("dockerfile", container, draft)

    def save_path(self, title: str, name: str) -> str | None:
        return self._ask("save_path", title, name)

    def open_path(self) -> str | None:
        return self._ask("open_path")

    def tag(self, image: Image, taken: Mapping[str, str], program: str = "") -> TagAnswer | None:
        self.programs.append(program)
        return self._ask("tag", image, dict(taken))

    def prune(
        self, world: World, engine: str, before: PruneAnswer | None = None, keep: bool | None = None
    ) -> PruneAnswer | None:
        self.kept.append(keep)
        return self._ask("prune", world, before)


@dataclass
class Stage:
    engine: FakeEngine
    session: Session
    registry: Registry
    prompts: Asked
    qtbot: QtBot
    settings: Settings
    errors: list[ImagexplorerError] = field(default_factory=list)

    def select(self, *names: str) -> Selection:
        images = tuple(image for image in self.session.images if image.name in names)
        containers = tuple(each for each in self.session.containers if each.name in names)
        assert len(images) + len(containers) == len(names)
        selection = Selection(KEY, True, images, containers)
        self.registry.set_selection(selection)
        return selection

    def act(self, identifier: str) -> None:
        assert self.registry.run(identifier) == ""

    def acts(self) -> list[tuple[str, tuple[Any, ...]]]:
        return [call for call in self.engine.calls if call[0] in ACTS]

    def settled(self) -> None:
        jobs = self.session.jobs
        self.qtbot.waitUntil(lambda: not jobs.changing and jobs.in_lane("actions/delete") is None)


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path) -> Iterator[Stage]:
    engine = FakeEngine()

    def find(host: str, control: Control) -> Any:
        return FakeSource(engine), ()

    def open_address(address: Address, control: Control) -> Any:
        raise NotFound(address.location, "no such file")

    jobs = Jobs()
    settings = Settings(tmp_path / "settings.json")
    settings.set("trash.directory", str(tmp_path / "trash"))
    session = Session(jobs, open_address, find, settings=settings)
    prompts = Asked()
    made = Stage(engine, session, Registry(session, catalog(session, prompts)), prompts, qtbot, settings)
    session.failed.connect(made.errors.append)
    session.start()
    qtbot.waitUntil(lambda: session.images_known and session.containers_known)
    qtbot.waitUntil(lambda: bool(session.images[0].unique_bytes is not None))
    yield made
    session.close()
    jobs.close()


# -- deleting ---------------------------------------------------------------------------------------
def test_deleting_asks_first_and_names_engine_objects_and_commands(stage: Stage) -> None:
    stage.select("web", "old")
    stage.act("container.delete")
    ((kind, (title, engine, items, commands, verb, can_stop)),) = stage.prompts.questions
    assert (kind, title, engine) == ("delete", "Delete 2 containers?", "fake")
    assert [(item.title, bool(item.blocked)) for item in items] == [("web", True), ("old", False)]
    assert commands == ("docker rm web", "docker rm old")
    assert verb.startswith("Delete 2 containers")
    assert can_stop
    assert stage.acts() == [], "thought better of it"


@pytest.mark.parametrize("sure", [True, False])
@pytest.mark.parametrize("action", ["container.delete", "image.delete", "engine.prune"])
def test_what_is_taken_away_on_another_machine_is_asked_about_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, action: str, sure: bool
) -> None:
    monkeypatch.setattr("imagexplorer.actions.flows.elsewhere", lambda _location: "box.example")
    stage.select("old" if action == "container.delete" else stage.session.images[0].name)
    stage.prompts.answer = PruneAnswer(containers=True) if action == "engine.prune" else DeleteAnswer(True)
    stage.prompts.sure = sure
    stage.act(action)
    stage.qtbot.waitUntil(lambda: len(stage.prompts.questions) == 2)
    kind, (title, host) = stage.prompts.questions[1]
    assert (kind, host) == ("elsewhere", "box.example")
    assert title.startswith(("Delete ", "Prune "))
    if sure:
        stage.qtbot.waitUntil(lambda: bool(stage.acts()))
    stage.settled()
    assert bool(stage.acts()) == sure


def test_without_the_tick_what_runs_is_left_alone(stage: Stage) -> None:
    old = stage.engine.named("old")
    stage.select("web", "old")
    stage.prompts.answer = DeleteAnswer()
    stage.act("container.delete")
    stage.settled()
    assert stage.acts() == [("remove_container", (old.id, False, False))]


def test_with_the_tick_it_is_stopped_then_removed_and_never_forced(stage: Stage) -> None:
    web = stage.engine.named("web")
    stage.select("web")
    stage.prompts.answer = DeleteAnswer(stop_first=True)
    stage.act("container.delete")
    stage.settled()
    assert stage.acts() == [("stop", (web.id,)), ("remove_container", (web.id, False, False))]


def test_a_container_that_starts_while_the_question_stands_is_asked_about_again(stage: Stage) -> None:
    stage.select("old")
    stage.prompts.answer = DeleteAnswer()

    def starts() -> None:
        stage.engine.set_state("old", "running")
        stage.qtbot.waitUntil(lambda: {each.name: each.state for each in stage.session.containers}["old"] == "running")

    stage.prompts.meanwhile = starts
    stage.act("container.delete")
    stage.settled()
    assert len(stage.prompts.questions) == 2
    assert stage.prompts.questions[1][1][2][0].blocked == "it is running: stop it first"
    assert stage.acts() == [], "the second answer had no tick"


def test_another_of_the_same_name_is_not_deleted_instead(stage: Stage) -> None:
    """The intent holds the id: a container that takes the name while the question stands stays."""
    old = stage.engine.named("old")
    stage.select("old")
    stage.prompts.answer = DeleteAnswer()

    def replaced() -> None:
        stage.engine.remove_container_elsewhere("old")
        stage.engine.add_container("old", stage.engine.find_image(old.image_id), "exited")
        stage.engine.emit(EVERYTHING)
        stage.qtbot.waitUntil(lambda: old.id not in [each.id for each in stage.session.containers])

    stage.prompts.meanwhile = replaced
    stage.act("container.delete")
    stage.settled()
    assert stage.acts() == []
    assert [each.name for each in stage.engine.containers.values()] == ["web", "old"]
    assert isinstance(stage.errors[0], NotFound)


def test_deleting_an_image_takes_its_tags_one_by_one(stage: Stage) -> None:
    image = stage.engine.find_image("myapp:dev")
    stage.engine.remove_container_elsewhere("web")
    stage.qtbot.waitUntil(lambda: len(stage.session.containers) == 1)
    stage.select("myapp:dev")
    stage.prompts.answer = DeleteAnswer()
    stage.act("image.delete")
    stage.settled()
    assert stage.acts() == [("remove_image", ("myapp:dev", False)), ("remove_image", ("myapp:latest", False))]
    assert image.id not in stage.engine.images
    stage.qtbot.waitUntil(lambda: image.id not in [each.id for each in stage.session.images])


def test_an_image_in_use_goes_only_with_the_tick_and_its_containers_first(stage: Stage) -> None:
    web, image = stage.engine.named("web"), stage.engine.find_image("myapp:dev")
    stage.select("myapp:dev")
    stage.prompts.answer = DeleteAnswer()
    stage.act("image.delete")
    stage.settled()
    assert stage.acts() == []
    (item,) = stage.prompts.questions[0][1][2]
    assert item.blocked.startswith("in use by container web (running); with the tick it is deleted first")
    stage.select("myapp:dev")
    stage.prompts.answer = DeleteAnswer(stop_first=True)
    stage.act("image.delete")
    stage.settled()
    assert [name for name, _ in stage.acts()][-4:] == ["stop", "remove_container", "remove_image", "remove_image"]
    assert web.id not in stage.engine.containers
    assert image.id not in stage.engine.images


def test_an_image_that_gets_a_user_meanwhile_is_asked_about_again(stage: Stage) -> None:
    dangling = next(image for image in stage.session.images if image.dangling)
    stage.registry.set_selection(Selection(KEY, True, (dangling,)))
    stage.prompts.answer = DeleteAnswer()

    def used() -> None:
        made = stage.engine.add_container("user", stage.engine.images[dangling.id], "created")
        stage.engine.emit(Touched(containers=frozenset({made.id})))
        stage.qtbot.waitUntil(lambda: len(stage.session.containers) == 3)

    stage.prompts.meanwhile = used
    stage.act("image.delete")
    stage.settled()
    assert len(stage.prompts.questions) == 2
    assert stage.acts() == []
    assert dangling.id in stage.engine.images


def test_a_name_that_moved_at_the_last_moment_does_not_take_another_image(stage: Stage) -> None:
    """After the last look, while the act waits behind another: nobody asks any more, so the act itself looks."""
    image = stage.engine.find_image("busybox:1.36")
    stage.engine.remove_container_elsewhere("old")
    stage.qtbot.waitUntil(lambda: len(stage.session.containers) == 1)
    gate = stage.engine.gate["stop"] = threading.Event()
    stage.select("web")
    stage.act("container.stop")
    stage.select("busybox:1.36")
    stage.prompts.answer = DeleteAnswer()
    stage.act("image.delete")
    stage.qtbot.waitUntil(lambda: image.id in stage.session.acts.busy)
    stage.engine.images[image.id] = replace(image, tags=())
    other = stage.engine.add_image("busybox:1.36")
    gate.set()
    stage.settled()
    assert other.id in stage.engine.images
    assert image.id in stage.engine.images


def test_sizes_that_fill_in_meanwhile_are_no_reason_to_ask_again(stage: Stage) -> None:
    dangling = next(image for image in stage.session.images if image.dangling)
    stage.registry.set_selection(Selection(KEY, True, (dangling,)))
    stage.prompts.answer = DeleteAnswer()

    def fills_in() -> None:
        link = stage.session.link(KEY)
        link.rows.put_unique(dict.fromkeys(link.rows.unique, 7))

    stage.prompts.meanwhile = fills_in
    stage.act("image.delete")
    stage.settled()
    assert len(stage.prompts.questions) == 1
    assert dangling.id not in stage.engine.images


def test_a_refusal_comes_in_the_engines_own_words(stage: Stage) -> None:
    stage.engine.fail["remove_container"] = Refused("old", "the storage driver is on strike", "Wait")
    stage.select("old")
    stage.prompts.answer = DeleteAnswer()
    ended: list[Any] = []
    stage.session.jobs.ended.connect(ended.append)
    stage.act("container.delete")
    stage.qtbot.waitUntil(lambda: bool(ended))
    assert "the storage driver is on strike" in str(ended[0].error)
    assert len(stage.acts()) == 1, "asked once, never again by itself"


def test_an_engine_that_is_lost_while_the_question_stands(stage: Stage) -> None:
    stage.select("old")
    stage.prompts.answer = DeleteAnswer()

    def lost() -> None:
        stage.engine.lose()
        stage.qtbot.waitUntil(lambda: not stage.session.sources[0].live)

    stage.prompts.meanwhile = lost
    stage.act("container.delete")
    assert stage.acts() == []
    assert isinstance(stage.errors[0], Unreachable)
    assert stage.registry.blocked("container.delete") == "The engine is lost: this works again when it is back"


def test_a_second_press_while_the_first_is_under_way_does_nothing(stage: Stage) -> None:
    gate = stage.engine.gate["stop"] = threading.Event()
    stage.select("web")
    stage.act("container.stop")
    assert stage.registry.run("container.stop") == "Wait until what was asked before is done"
    stage.qtbot.waitUntil(lambda: not stage.registry.action("container.stop").isEnabled())
    gate.set()
    stage.settled()
    assert [name for name, _ in stage.acts()] == ["stop"]


def test_what_was_refused_is_asked_again_with_what_was_said(stage: Stage) -> None:
    web = stage.engine.named("web")
    taken, free = RunSpec("myapp:dev", "web", ("sleep", "9")), RunSpec("myapp:dev", "web2", ("sleep", "9"))
    answers = iter([taken, free])
    stage.prompts.answer = lambda *_: next(answers)
    stage.select("myapp:dev")
    stage.act("image.run")
    stage.qtbot.waitUntil(lambda: "web2" in [each.name for each in stage.session.containers])
    first, second = stage.prompts.refusals
    assert first is None
    assert isinstance(second, RunQuestion)
    assert second.given == taken
    assert "already in use" in second.why

    stage.engine.fail["commit"] = Refused("web", "no space left on device")
    said = CommitSpec(web.id, "saved", "1")
    answers = iter([said, None])
    stage.select("web")
    stage.act("container.commit")
    stage.qtbot.waitUntil(lambda: len(stage.prompts.refusals) == 4)
    assert stage.prompts.refusals[2] is None
    last = stage.prompts.refusals[3]
    assert isinstance(last, CommitQuestion)
    assert (last.given, last.why) == (said, "web: no space left on device")


def test_a_refusal_does_not_ask_into_another_question(stage: Stage) -> None:
    gate = stage.engine.gate["run"] = threading.Event()
    stage.prompts.answer = RunSpec("myapp:dev", "web")
    stage.select("myapp:dev")
    stage.act("image.run")
    stage.qtbot.waitUntil(lambda: stage.session.jobs.changing)

    def refused() -> None:
        gate.set()
        stage.settled()
        stage.qtbot.wait(50)

    stage.prompts.answer, stage.prompts.meanwhile = None, refused
    stage.select("old")
    stage.act("container.delete")
    stage.qtbot.wait(50)
    assert [kind for kind, _ in stage.prompts.questions] == ["run", "delete"]


# -- run, commit and the rest -----------------------------------------------------------------------
def test_running_shows_the_images_defaults_and_then_the_container(stage: Stage) -> None:
    stage.select("myapp:dev")
    stage.prompts.answer = RunSpec("myapp:dev", "fresh")
    stage.act("image.run")
    stage.qtbot.waitUntil(lambda: "fresh" in [each.name for each in stage.session.containers])
    ((kind, (question,)),) = stage.prompts.questions
    assert (kind, question.image.name) == ("run", "myapp:dev")
    assert question.defaults["Cmd"] == ["sh"]
    assert {each.name for each in question.containers} == {"web", "old"}


def test_a_tag_that_moved_while_the_dialog_stood_does_not_run_another_image(stage: Stage) -> None:
    image = stage.engine.find_image("busybox:1.36")
    stage.select("busybox:1.36")
    stage.prompts.answer = RunSpec("busybox:1.36", "fresh")

    def moved() -> None:
        stage.engine.images[image.id] = replace(image, tags=())
        other = stage.engine.add_image("busybox:1.36")
        stage.engine.emit(Touched(images=frozenset({image.id, other.id})))
        stage.qtbot.waitUntil(lambda: len(stage.session.images) == 4)

    stage.prompts.meanwhile = moved
    stage.act("image.run")
    stage.qtbot.waitUntil(lambda: bool(stage.errors))
    assert stage.acts() == []


def test_commit_makes_an_image(stage: Stage) -> None:
    web = stage.engine.named("web")
    stage.select("web")
    stage.prompts.answer = CommitSpec(web.id, "saved", "1", "me", "why", pause=False)
    pages: list[tuple[str, str]] = []
    stage.session.page_wanted.connect(lambda kind, record: pages.append((kind, record.name)))
    stage.act("container.commit")
    stage.qtbot.waitUntil(lambda: pages == [("image", "saved:1")])
    assert stage.acts() == [("commit", (stage.prompts.answer,))]
    question = stage.prompts.questions[0][1][0]
    assert len(question.view) > 1, "what changed was read before"


def test_a_commit_can_be_asked_for_where_the_changes_cannot_be_read(stage: Stage) -> None:
    stage.engine.fail["changes_view"] = Refused("web", "the driver is busy")
    stage.select("web")
    stage.act("container.commit")
    stage.qtbot.waitUntil(lambda: bool(stage.prompts.questions))
    question = stage.prompts.questions[0][1][0]
    assert (question.view, question.unseen) == (None, "the driver is busy")


def test_a_dockerfile_is_shown_before_it_is_written(stage: Stage, qtbot: QtBot, tmp_path: Any) -> None:
    stage.select("web")
    folder = tmp_path / "out"
    stage.prompts.answer = None
    stage.act("container.dockerfile")
    qtbot.waitUntil(lambda: bool(stage.prompts.questions))
    kind, (container, draft) = stage.prompts.questions[0]
    assert (kind, container.name) == ("dockerfile", "web")
    assert "ADD changes.tar /" in draft.upon.text
    assert "FROM scratch" in draft.flat.text
    assert not folder.exists()
    stage.prompts.answer = DockerfileAnswer(str(folder), flat=True)
    stage.act("container.dockerfile")
    qtbot.waitUntil((folder / "tree.tar").exists)
    assert (folder / "Dockerfile").read_text() == draft.flat.text
    assert stage.engine.calls[-1][0] != "commit"


def test_a_name_is_added_before_another_is_taken_off(stage: Stage) -> None:
    app = stage.engine.find_image("myapp:dev")
    stage.select("myapp:dev")
    stage.prompts.answer = TagAnswer("shop/app:2", ("myapp:latest",))
    stage.act("image.tag")
    stage.settled()
    changed = [call for call in stage.engine.calls if call[0] in ("tag", "untag")]
    assert changed == [("tag", (app.id, "shop/app:2")), ("untag", (app.id, "myapp:latest"))]
    assert set(stage.engine.images[app.id].tags) == {"myapp:dev", "shop/app:2"}
    assert "busybox:1.36" in stage.prompts.questions[0][1][1]


def test_names_that_changed_meanwhile_are_asked_again(stage: Stage) -> None:
    app = stage.engine.find_image("myapp:dev")
    stage.select("myapp:dev")
    answers = [TagAnswer("x:1"), None]
    stage.prompts.answer = lambda *_what: answers.pop(0)

    def meanwhile() -> None:
        stage.engine.images[app.id] = replace(app, tags=("myapp:dev",))
        stage.session.refresh(EVERYTHING)
        stage.qtbot.waitUntil(lambda: any(each.tags == ("myapp:dev",) for each in stage.session.images))

    stage.prompts.meanwhile = meanwhile
    stage.act("image.tag")
    assert len(stage.prompts.questions) == 2
    assert not [call for call in stage.engine.calls if call[0] == "tag"]


@pytest.mark.parametrize("action", ["image.tag", "container.commit"])
@pytest.mark.parametrize("registry", ["", "localhost/"])
def test_a_name_that_another_image_got_meanwhile_is_not_taken_from_it(stage: Stage, action: str, registry: str) -> None:
    name = "saved:1" if action == "container.commit" else f"{registry}saved:1"
    tag, commit = TagAnswer(name), CommitSpec(stage.engine.named("web").id, "saved", "1")
    answers = [tag if action == "image.tag" else commit, None]
    stage.prompts.answer = lambda *_what: answers.pop(0)

    def meanwhile() -> None:
        stage.engine.add_image(f"{registry}saved:1")
        stage.session.refresh(EVERYTHING)
        stage.qtbot.waitUntil(lambda: any(f"{registry}saved:1" in each.tags for each in stage.session.images))

    stage.prompts.meanwhile = meanwhile
    stage.select("myapp:dev" if action == "image.tag" else "web")
    stage.act(action)
    stage.qtbot.waitUntil(lambda: len(stage.prompts.questions) == 2)
    assert not [call for call in stage.engine.calls if call[0] in ("tag", "commit")]


def pruned(stage: Stage, answer: PruneAnswer) -> list[tuple[str, tuple[Any, ...]]]:
    stage.prompts.answer = answer
    stage.act("engine.prune")
    stage.qtbot.waitUntil(lambda: bool(stage.prompts.questions))
    stage.qtbot.wait(300)
    stage.settled()
    return [call for call in stage.engine.calls if call[0].startswith("remove")]


def test_a_prune_deletes_what_was_agreed_to_and_nothing_else(stage: Stage) -> None:
    said: list[str] = []
    stage.session.message.connect(said.append)
    old, dangling = stage.engine.named("old"), next(each for each in stage.engine.images.values() if not each.tags)
    calls = pruned(stage, PruneAnswer(unused=True, containers=True))
    assert calls[0] == ("remove_container", (old.id, False, False))
    assert set(calls[1:]) == {("remove_image", (dangling.id, False)), ("remove_image", ("busybox:1.36", False))}
    stage.qtbot.waitUntil(lambda: any("as planned" in each for each in said))


def test_a_prune_leaves_what_was_unticked(stage: Stage) -> None:
    old = stage.engine.named("old")
    assert pruned(stage, PruneAnswer(containers=True, keep=frozenset({old.id}))) == []


def test_a_prune_asks_again_where_the_world_changed(stage: Stage) -> None:
    answers = [PruneAnswer(containers=True), None]
    stage.prompts.answer = lambda *_what: answers.pop(0)
    app = next(each for each in stage.engine.images.values() if each.tags)
    stage.prompts.meanwhile = lambda: stage.engine.add_container("new", app, "exited")
    stage.act("engine.prune")
    stage.qtbot.waitUntil(lambda: len(stage.prompts.questions) == 2)
    assert [what[1] for _, what in stage.prompts.questions] == [None, PruneAnswer(containers=True)]
    stage.settled()
    assert not [call for call in stage.engine.calls if call[0].startswith("remove")]


def test_changes_are_saved_as_a_tar(stage: Stage, qtbot: QtBot, tmp_path: Any) -> None:
    stage.select("web")
    path = tmp_path / "web-changes.tar"
    path.write_text("old")
    stage.prompts.answer = str(path)
    stage.act("container.tar")
    assert stage.prompts.questions == [("save_path", ("Save changes as tar", "web-changes.tar"))]
    qtbot.waitUntil(lambda: path.read_bytes().startswith(b"tar of "))


def test_changes_are_saved_as_a_patch(stage: Stage, qtbot: QtBot, tmp_path: Any) -> None:
    stage.select("web")
    path = tmp_path / "web.patch"
    stage.prompts.answer = str(path)
    stage.act("container.patch")
    assert stage.prompts.questions == [("save_path", ("Save changes as patch", "web.patch"))]
    qtbot.waitUntil(lambda: path.exists() and path.read_bytes().startswith(b"patch of "))


def test_start_stop_restart_act_on_those_that_can(stage: Stage) -> None:
    web, old = stage.engine.named("web"), stage.engine.named("old")
    stage.select("web", "old")
    for identifier in ("container.start", "container.stop", "container.restart"):
        stage.select("web", "old")
        stage.act(identifier)
        stage.settled()
        stage.qtbot.waitUntil(
            lambda: (
                {each.id: each.state for each in stage.session.containers}
                == {each.id: each.state for each in stage.engine.containers.values()}
            )
        )
        stage.registry.update()
    assert stage.acts() == [
        ("start", (old.id,)),
        ("stop", (web.id,)),
        ("stop", (old.id,)),
        ("restart", (web.id,)),
        ("restart", (old.id,)),
    ]


def test_opening(stage: Stage, tmp_path: Any) -> None:
    pages: list[Any] = []
    stage.session.page_wanted.connect(lambda kind, record: pages.append((kind, record.name)))
    stage.select("myapp:dev")
    stage.act("image.open")
    stage.select("web")
    stage.act("container.open")
    assert pages == [("image", "myapp:dev"), ("container", "web")]
    stage.prompts.answer = str(tmp_path / "missing.tar")
    stage.act("file.open")
    stage.qtbot.waitUntil(lambda: stage.session.current is not None and stage.session.current.state == "failed")


# -- the registry -----------------------------------------------------------------------------------
def test_every_entrance_is_the_same_action_and_a_blocked_one_says_why(stage: Stage, qtbot: QtBot) -> None:
    bar, menu = QMenuBar(), QMenu()
    qtbot.addWidget(bar)
    qtbot.addWidget(menu)
    menus = stage.registry.fill_menu_bar(bar)
    assert list(menus) == ["&File", "&Image", "&Container", "&View"]
    selection = stage.select("web")
    stage.registry.fill_context_menu(menu, selection)
    delete = stage.registry.action("container.delete")
    assert delete in menu.actions()
    assert delete in menus["&Container"].actions()
    assert stage.registry.action("image.delete") not in menu.actions()
    assert not stage.registry.action("container.start").isEnabled()
    assert stage.registry.action("container.start").toolTip() == "<qt>web is running already</qt>"
    assert "Del" in delete.toolTip()
    every = {action for each in menus.values() for action in each.actions() if not action.isSeparator()}
    assert every == {stage.registry.action(name) for name in stage.registry.ids()}


def test_one_key_never_means_two_things(stage: Stage) -> None:
    """Del deletes images or containers: never are both enabled."""
    for names in (("web",), ("myapp:dev",), ()):
        stage.select(*names)
        keys: dict[str, QAction] = {}
        for name in stage.registry.ids():
            action = stage.registry.action(name)
            for key in action.shortcuts() if action.isEnabled() else ():
                assert key.toString() not in keys, f"{name} and {keys[key.toString()].objectName()}"
                keys[key.toString()] = action


def test_hostile_names_are_text_in_tooltips(stage: Stage) -> None:
    evil = stage.engine.add_container(
        "<b>x</b><img src='file:///etc/passwd'>", next(iter(stage.engine.images.values()))
    )
    stage.registry.set_selection(Selection(KEY, True, (), (evil,)))
    tip = stage.registry.action("container.start").toolTip()
    assert "<img" not in tip
    assert "&lt;img" in tip


def test_two_actions_of_one_name_are_a_mistake(stage: Stage) -> None:
    with pytest.raises(ValueError, match="two actions"):
        stage.registry.add(Action("image.open", "Again", lambda selection: None))


def test_every_action_has_words_and_a_place(stage: Stage) -> None:
    for name in stage.registry.ids():
        record = stage.registry.record(name)
        assert record.words
        assert record.group
        asks = name in {
            "file.open",
            "image.tag",
            "image.copy_to",
            "engine.prune",
            "image.run",
            "image.dockerfile_save",
            "image.delete",
        } or name in {
            "container.commit",
            "container.dockerfile",
            "container.tar",
            "container.patch",
            "container.delete",
            "container.again",
            "container.stop_with",
            "container.kill",
            "container.rename",
            "container.edit",
            "volume.delete",
        }
        assert record.text.endswith("…") == asks


def test_an_image_that_others_are_built_on_is_blocked_whatever_is_ticked(stage: Stage) -> None:
    below = next(image for image in stage.engine.images.values() if image.dangling)
    above = next(image for image in stage.engine.images.values() if "myapp:dev" in image.tags)
    stage.engine.images[above.id] = replace(above, parent_id=below.id)
    stage.session.refresh(EVERYTHING)
    stage.qtbot.waitUntil(lambda: any(image.parent_id for image in stage.session.images))
    stage.select(below.name)
    stage.act("image.delete")
    stage.settled()
    ((_kind, (_title, _engine, (item,), *_rest)),) = stage.prompts.questions
    assert item.final
    assert item.blocked


# -- comparing --------------------------------------------------------------------------------------
def test_of_two_images_the_older_one_is_a_however_they_were_selected(stage: Stage) -> None:
    old, new = (Image(f"sha256:{n:064x}", created=n) for n in (1, 2))
    asked: list[tuple[Image, Image | None]] = []
    stage.session.comparing.wanted.connect(lambda _source, a, b: asked.append((a, b)))
    for chosen in ((old, new), (new, old), (new,)):
        stage.registry.set_selection(Selection(KEY, True, images=chosen))
        stage.act("image.compare")
    assert asked == [(old, new), (old, new), (new, None)]


def test_what_is_unticked_stays_and_what_came_free_is_told(stage: Stage) -> None:
    said: list[str] = []
    stage.session.message.connect(said.append)
    stage.engine.remove_container_elsewhere("web")
    stage.qtbot.waitUntil(lambda: len(stage.session.containers) == 1)
    dangling = next(image for image in stage.session.images if image.dangling)
    app = stage.engine.find_image("myapp:dev")
    stage.registry.set_selection(Selection(KEY, True, (app, dangling)))
    stage.prompts.answer = DeleteAnswer(kept=frozenset({"myapp:latest"}))
    stage.act("image.delete")
    stage.qtbot.waitUntil(lambda: any(words.startswith("Deleted") for words in said))
    assert stage.acts() == [("remove_image", ("myapp:dev", False)), ("remove_image", (dangling.id, False))]
    assert said[-1] == "Deleted: freed 0 Bytes, as planned", "the image that stays has its layers too"
    told = stage.prompts.told[-1]
    assert told is not None
    assert told(DeleteAnswer()).commands == (f"docker rmi myapp:dev myapp:latest {dangling.id[7:19]}",)
    assert told(DeleteAnswer()).frees != told(stage.prompts.answer).frees == ""


def test_nameless_volumes_go_only_where_they_were_ticked(stage: Stage) -> None:
    old = stage.engine.named("old")
    mounts = (Mount("volume", "e" * 64, "/data"),)
    stage.engine.containers[old.id] = replace(old, mounts=mounts)
    stage.engine.emit(Touched(containers=frozenset({old.id})))
    stage.qtbot.waitUntil(lambda: any(each.mounts == mounts for each in stage.session.containers))
    stage.select("old")
    stage.prompts.answer = DeleteAnswer(volumes=frozenset({old.id}))
    stage.act("container.delete")
    stage.settled()
    assert stage.acts() == [("remove_container", (old.id, False, True))]
    assert stage.session.activity.deeds[-1].command == "docker rm -v old"


def test_the_builders_cache_goes_with_a_prune_that_names_it(stage: Stage) -> None:
    said: list[str] = []
    stage.session.message.connect(said.append)
    stage.engine.build_cache = (CacheEntry("k1", 4_000_000), CacheEntry("k2", 7, in_use=True))
    stage.prompts.answer = PruneAnswer(build_cache=True)
    stage.act("engine.prune")
    stage.qtbot.waitUntil(lambda: any(words.startswith("Pruned") for words in said))
    assert stage.engine.called("prune_build_cache") == [()]
    assert stage.acts() == []
    assert said[-1] == "Pruned: freed 4 MB, as planned"
    deed = stage.session.activity.deeds[-1]
    assert (deed.title, deed.command) == ("Delete build cache", "docker builder prune --all --force")
    stage.engine.build_cache = (CacheEntry("k1", 4_000_000),)
    stage.prompts.answer = PruneAnswer(build_cache=True, keep=frozenset({"build cache"}))
    stage.act("engine.prune")
    stage.qtbot.waitUntil(lambda: len(stage.prompts.questions) == 2)
    stage.settled()
    assert len(stage.engine.called("prune_build_cache")) == 1


def test_what_the_builders_cache_keeps_of_an_image_is_not_called_freed(stage: Stage) -> None:
    said: list[str] = []
    stage.session.message.connect(said.append)
    base = CacheEntry("k1", 800_000, shared=True)
    stage.engine.build_cache = (base, CacheEntry("k2", 4_000_000))
    stage.prompts.answer = PruneAnswer(build_cache=True)
    stage.act("engine.prune")
    stage.qtbot.waitUntil(lambda: any(words.startswith("Pruned") for words in said))
    assert said[-1] == "Pruned: freed 4 MB, as planned", "not the 4.8 MB that the engine says it reclaimed"

    stage.engine.build_cache = (base,)
    stage.prompts.answer = DeleteAnswer()
    image = stage.engine.add_image("built:1", layers=((FakeFile("big", b"x" * 800_000),),))
    stage.engine.built = {"k1": image.id}
    stage.engine.emit(EVERYTHING)
    stage.qtbot.waitUntil(lambda: image.id in {each.id for each in stage.session.images})
    stage.select("built:1")
    stage.act("image.delete")
    stage.qtbot.waitUntil(lambda: any(words.startswith("Deleted") for words in said))
    assert said[-1] == (
        "Deleted: freed about 0 Bytes of 800 kB planned; the builder's cache keeps 800 kB of it, Prune deletes that"
    )


# -- the trash --------------------------------------------------------------------------------------
def deleted_with_a_net(stage: Stage, *names: str) -> Image:
    stage.engine.remove_container_elsewhere("web")
    stage.qtbot.waitUntil(lambda: len(stage.session.containers) == 1)
    image = stage.engine.find_image("myapp:dev")
    stage.select("myapp:dev")
    stage.prompts.answer = DeleteAnswer(keep=True, kept=frozenset(names))
    stage.act("image.delete")
    stage.settled()
    return image


def test_what_was_kept_comes_back_with_its_names(stage: Stage) -> None:
    said: list[str] = []
    stage.session.message.connect(said.append)
    image = deleted_with_a_net(stage)
    assert image.id not in stage.engine.images
    calls = [name for name, _ in stage.engine.calls if name in ("saved", "saving", "remove_image")]
    assert calls == ["saved", "saving", "remove_image", "remove_image"], "kept once, before the first of it goes"
    stage.qtbot.waitUntil(lambda: len(stage.session.trash.items) == 1)
    stage.qtbot.waitUntil(lambda: any("Undo (Ctrl+Z) brings it back" in words for words in said))
    item = stage.session.trash.items[0]
    assert (item.names, item.engine, item.bytes) == (("myapp:dev", "myapp:latest"), "fake", 2048 + len(image.id))
    stage.qtbot.waitUntil(lambda: stage.registry.blocked("file.undo") == "")
    stage.act("file.undo")
    stage.qtbot.waitUntil(lambda: not stage.session.trash.items)
    assert stage.engine.images[image.id].tags == ("myapp:dev", "myapp:latest")
    assert said[-1] == "Brought back image myapp:dev"
    assert stage.registry.run("file.undo") == "Nothing that was deleted on this engine is in the trash"
    assert stage.session.activity.deeds[-1].command.startswith(f"docker load -i {item.id}.tar && docker tag ")


def test_a_name_that_another_image_took_meanwhile_stays_there(stage: Stage) -> None:
    said: list[str] = []
    stage.session.message.connect(said.append)
    image = deleted_with_a_net(stage)
    other = stage.engine.add_image("myapp:latest")
    stage.qtbot.waitUntil(lambda: len(stage.session.trash.items) == 1)
    stage.session.trash.undo(KEY, stage.session.trash.items[:1], stage.errors.append)
    stage.qtbot.waitUntil(lambda: image.id in stage.engine.images and not stage.session.trash.items)
    assert stage.engine.images[image.id].tags == ("myapp:dev",)
    assert stage.engine.images[other.id].tags == ("myapp:latest",)
    assert said[-1] == "Brought back image myapp:dev; myapp:latest is the name of another image now, and stays that"


@pytest.mark.parametrize("at", ["saved", "saving"])
def test_what_cannot_be_kept_is_not_deleted(stage: Stage, at: str) -> None:
    stage.engine.fail[at] = Refused("save image", "no space left on device")
    image = deleted_with_a_net(stage)
    assert [name for name, _ in stage.acts()] == []
    assert stage.engine.images[image.id].tags == ("myapp:dev", "myapp:latest")
    assert "no space left on device" in stage.session.activity.deeds[-1].error
    assert stage.session.trash.items == ()


def test_what_was_kept_for_a_delete_that_failed_is_not_in_the_trash(stage: Stage) -> None:
    stage.engine.fail["remove_image"] = Refused("delete image", "it is held")
    deleted_with_a_net(stage)
    assert stage.engine.called("saved")
    stage.session.trash.look()
    stage.qtbot.waitUntil(lambda: stage.session.jobs.in_lane("trash") is None)
    assert stage.session.trash.items == ()


def test_of_an_image_that_stays_only_the_name_is_remembered(stage: Stage) -> None:
    image = deleted_with_a_net(stage, "myapp:latest")
    assert not stage.engine.called("saved")
    stage.qtbot.waitUntil(lambda: len(stage.session.trash.items) == 1)
    assert (stage.session.trash.items[0].kind, stage.session.trash.items[0].names) == ("tags", ("myapp:dev",))
    stage.qtbot.waitUntil(lambda: stage.registry.blocked("file.undo") == "")
    stage.act("file.undo")
    stage.qtbot.waitUntil(lambda: not stage.session.trash.items)
    assert set(stage.engine.images[image.id].tags) == {"myapp:dev", "myapp:latest"}
    assert not stage.engine.called("load")


def test_names_whose_image_is_gone_cannot_come_back_and_that_is_said(stage: Stage) -> None:
    image = deleted_with_a_net(stage, "myapp:latest")
    stage.qtbot.waitUntil(lambda: len(stage.session.trash.items) == 1)
    del stage.engine.images[image.id]
    stage.session.trash.undo(KEY, stage.session.trash.items[:1], stage.errors.append)
    stage.qtbot.waitUntil(lambda: bool(stage.errors))
    assert "only the names were kept" in str(stage.errors[0])
    assert len(stage.session.trash.items) == 1, "it may be there again later"


def test_a_name_taken_off_is_remembered_where_the_setting_says_so(stage: Stage) -> None:
    image = stage.engine.find_image("myapp:dev")
    for keeps in (False, True):
        stage.session.trash.set_up(keeps, stage.session.trash.limits)
        name = "myapp:latest" if keeps else "myapp:dev"
        tags = stage.engine.images[image.id].tags
        stage.qtbot.waitUntil(lambda tags=tags: any(each.tags == tags for each in stage.session.images))
        stage.select(next(each.name for each in stage.session.images if each.id == image.id))
        stage.prompts.answer = TagAnswer("" if keeps is None else f"kept:{int(keeps)}", (name,))
        stage.act("image.tag")
        stage.qtbot.waitUntil(lambda name=name: name not in stage.engine.images[image.id].tags)
        stage.settled()
    stage.qtbot.waitUntil(lambda: [item.names for item in stage.session.trash.items] == [("myapp:latest",)])


# -- locked, and closed in the middle -----------------------------------------------------------------
def test_a_locked_engine_is_read_and_not_changed(stage: Stage) -> None:
    web, image = stage.engine.named("web"), stage.engine.find_image("busybox:1.36")
    stage.select("web")
    stage.act("source.lock")
    stage.qtbot.waitUntil(lambda: "locked" in stage.registry.blocked("container.stop"))
    assert stage.registry.action("source.lock").isChecked()
    assert stage.registry.blocked("container.tar") == ""
    for action in ("container.start", "container.kill", "container.delete", "container.commit", "engine.prune"):
        assert "This engine is locked" in stage.registry.run(action), action
    errors: list[object] = []
    stage.session.jobs.ended.connect(lambda state: errors.append(state.error))
    acts = stage.session.acts
    acts.stop(KEY, [web])
    acts.kill(KEY, [web], "SIGKILL")
    acts.tag(KEY, image, "new:1", ())
    acts.run(KEY, RunSpec("busybox:1.36"))
    acts.run(KEY, RunSpec("busybox:1.36", detach=False))
    stage.qtbot.waitUntil(lambda: len(errors) == 5)
    assert all("is locked" in str(error) for error in errors)
    assert stage.acts() == []
    assert not stage.engine.called("tag")
    assert stage.settings.texts("engine.locked") == (ENGINE_ADDRESS.location,)
    stage.act("source.lock")
    stage.qtbot.waitUntil(lambda: stage.registry.blocked("container.stop") == "")
    stage.act("container.stop")
    stage.qtbot.waitUntil(lambda: stage.acts() == [("stop", (web.id,))])
    assert stage.settings.texts("engine.locked") == ()


def test_closing_in_the_middle_begins_nothing_more(stage: Stage) -> None:
    """D10: what the engine was asked for already is its own; nothing is stopped, removed or begun by the end."""
    names = [f"many{number}" for number in range(6)]
    for name in names:
        stage.engine.add_container(name, stage.engine.find_image("myapp:dev"), "exited")
    stage.engine.emit(Touched(containers=frozenset(stage.engine.containers)))
    stage.qtbot.waitUntil(lambda: {*names} <= {each.name for each in stage.session.containers})
    gate = stage.engine.gate["remove_container"] = threading.Event()
    stage.select(*names)
    stage.prompts.answer = DeleteAnswer()
    stage.act("container.delete")
    stage.select("web")
    stage.act("container.stop")
    stage.qtbot.waitUntil(lambda: len(stage.acts()) == 1)
    stage.session.close()
    stage.session.jobs.close()
    gate.set()
    assert [name for name, _ in stage.acts()] == ["remove_container"]
    assert {each.name for each in stage.engine.containers.values()} >= {*names[1:], "web"}
    assert stage.engine.named("web").running


def test_a_prune_keeps_what_it_deletes_where_that_was_ticked(stage: Stage) -> None:
    dangling = next(image for image in stage.session.images if image.dangling)
    stage.session.trash.set_up(True, stage.session.trash.limits)
    stage.prompts.answer = PruneAnswer(dangling=True, trash=True)
    stage.act("engine.prune")
    stage.qtbot.waitUntil(lambda: len(stage.session.trash.items) == 1)
    assert stage.session.trash.items[0].image_id == dangling.id
    assert dangling.id not in stage.engine.images
    stage.qtbot.waitUntil(lambda: stage.registry.blocked("file.undo") == "")
    stage.act("file.undo")
    stage.qtbot.waitUntil(lambda: dangling.id in stage.engine.images)
    stage.session.trash.set_up(False, stage.session.trash.limits)
    stage.prompts.answer = PruneAnswer(dangling=True)
    stage.act("engine.prune")
    stage.qtbot.waitUntil(lambda: dangling.id not in stage.engine.images)
    assert len(stage.engine.called("saved")) == 1
    assert stage.prompts.kept == [True, False], "the tick is as the setting says"


def test_a_container_is_kept_with_what_it_wrote_and_how_it_was_run(stage: Stage) -> None:
    said: list[str] = []
    stage.session.message.connect(said.append)
    web = stage.engine.named("web")
    before = set(stage.engine.images)
    stage.select("web")
    stage.prompts.answer = DeleteAnswer(stop_first=True, keep=True)
    stage.act("container.delete")
    stage.qtbot.waitUntil(lambda: len(stage.session.trash.items) == 1)
    order = [
        name
        for name, _ in stage.engine.calls
        if name in ("commit", "saving", "remove_image", "stop", "remove_container")
    ]
    kept = ["commit", "saving", "remove_image"]
    assert order == [*kept, "stop", *kept, "remove_container"], "kept before anything is touched, and as it ended"
    assert set(stage.engine.images) == before, "nothing of it is left on the engine"
    item = stage.session.trash.items[0]
    assert (item.kind, item.names) == ("container", ("web",))
    assert item.line.startswith("docker run -d --name web ")
    stage.qtbot.waitUntil(lambda: stage.registry.blocked("file.undo") == "")
    stage.act("file.undo")
    stage.qtbot.waitUntil(lambda: not stage.session.trash.items)
    back = stage.engine.named("web")
    assert back.id != web.id
    assert (back.state, back.image_id) == ("created", item.image_id)
    assert said[-1] == "Brought back container web, not started, upon an image of its own"


def test_a_container_whose_name_is_another_s_comes_back_without_it(stage: Stage) -> None:
    said: list[str] = []
    stage.session.message.connect(said.append)
    stage.select("old")
    stage.prompts.answer = DeleteAnswer(keep=True)
    stage.act("container.delete")
    stage.qtbot.waitUntil(lambda: len(stage.session.trash.items) == 1)
    other = stage.engine.add_container("old", stage.engine.find_image("busybox:1.36"))
    stage.session.trash.undo(KEY, stage.session.trash.items[:1], stage.errors.append)
    stage.qtbot.waitUntil(lambda: not stage.session.trash.items)
    assert stage.engine.named("old").id == other.id
    assert "made_up" in {each.name for each in stage.engine.containers.values()}
    assert said[-1].endswith("; old is the name of another container now, and stays that")


def test_what_came_free_is_told_of_containers_also_where_only_some_could_be_deleted(stage: Stage) -> None:
    said: list[str] = []
    stage.session.message.connect(said.append)
    engine = stage.engine
    for name in ("one", "two", "three"):
        engine.add_container(name, engine.find_image("myapp:dev"), "exited", writable_bytes=12_000)
    engine.emit(Touched(containers=frozenset(engine.containers)))
    stage.qtbot.waitUntil(lambda: {"one", "two", "three"} <= {each.name for each in stage.session.containers})
    sized = lambda: {each.writable_bytes for each in stage.session.containers}  # noqa: E731
    stage.qtbot.waitUntil(lambda: None not in sized())
    size = next(each.writable_bytes for each in stage.session.containers if each.name == "one") or 0
    stage.prompts.answer = DeleteAnswer()
    stage.select("one")
    stage.act("container.delete")
    stage.qtbot.waitUntil(lambda: bool(said))
    assert said == [f"Deleted: freed {human_size(size)}, as planned"]
    engine.fail_of["remove_container", engine.named("two").id] = Refused("two", "it is held")
    stage.qtbot.waitUntil(lambda: "one" not in {each.name for each in stage.session.containers})
    stage.select("two", "three")
    stage.act("container.delete")
    stage.qtbot.waitUntil(lambda: len(said) == 2)
    assert said[1] == f"Deleted in part: freed {human_size(size)} of {human_size(2 * size)} planned"


def test_an_undo_that_is_asked_for_twice_brings_one_back(stage: Stage) -> None:
    stage.select("old")
    stage.prompts.answer = DeleteAnswer(keep=True)
    stage.act("container.delete")
    stage.qtbot.waitUntil(lambda: len(stage.session.trash.items) == 1)
    before = len(stage.engine.containers)
    for _ in range(2):
        stage.session.trash.undo(KEY, stage.session.trash.items[:1], stage.errors.append)
    stage.qtbot.waitUntil(lambda: bool(stage.errors))
    assert "it is not in the trash any more" in str(stage.errors[0])
    assert len(stage.engine.containers) == before + 1


@pytest.mark.parametrize("at", ["commit", "saving", "container"])
def test_a_container_that_cannot_be_kept_is_not_touched(stage: Stage, at: str) -> None:
    before = set(stage.engine.images)
    stage.select("web")
    stage.prompts.answer = DeleteAnswer(stop_first=True, keep=True)
    stage.engine.fail[at] = Refused("web", "no space left on device")
    stage.act("container.delete")
    stage.qtbot.waitUntil(
        lambda: bool(stage.session.activity.deeds) and stage.session.activity.deeds[-1].ended is not None
    )
    assert [name for name, _ in stage.acts() if name in ("stop", "remove_container")] == []
    assert stage.engine.named("web").running
    assert set(stage.engine.images) == before
    assert "no space left on device" in stage.session.activity.deeds[-1].error
