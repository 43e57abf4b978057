"""The session over sources made up: finding, listing, events, losing and finding again, acts, targets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from imagexplorer.core.control import Control
from imagexplorer.core.entities import EVERYTHING, Address, Container, Image, ImageDetail, Touched
from imagexplorer.core.errors import ImagexplorerError, NotFound, Refused, Unreachable, WrongUse
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.core.tree_view import TreeView, ViewSpec
from imagexplorer.jobs import Jobs
from imagexplorer.session import Session, Tried, sockets
from tests.fakes import ENGINE_ADDRESS, FakeEngine, FakeHost, FakeSource

ENGINE_KEY = f"engine:{ENGINE_ADDRESS.location}"


class World:
    """What the session is handed instead of a worker process."""

    def __init__(self, engine: FakeEngine | None) -> None:
        self.engine = engine
        self.files: dict[str, FakeEngine] = {}
        self.tried: tuple[Tried, ...] = (Tried(ENGINE_ADDRESS, "no such socket", "Start the engine"),)
        self.looks: list[str] = []
        self.opened: list[FakeSource] = []

    def find(self, host: str, control: Control) -> tuple[Any, tuple[Tried, ...]]:
        self.looks.append(host)
        return (None, self.tried) if self.engine is None else (FakeSource(self.engine), ())

    def open(self, address: Address, control: Control) -> Any:
        if address.location not in self.files:
            raise NotFound(address.location, "no such file")
        source = FakeSource(self.files[address.location], replace(address, kind="docker-archive"), host=False)
        self.opened.append(source)
        return source


Make = Callable[..., Session]


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Make]:
    made: list[Session] = []

    def build(world: World, sample: str = "") -> Session:
        session = Session(Jobs(), world.open, world.find, sample)
        made.append(session)
        return session

    yield build
    for session in made:
        session.close()
        session.jobs.close()


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def live(make: Make, engine: FakeEngine, qtbot: QtBot) -> Session:
    session = make(World(engine))
    session.start()
    qtbot.waitUntil(
        lambda: (
            all(image.unique_bytes is not None for image in session.images)
            and all(each.writable_bytes is not None for each in session.containers)
            and session.images_known
            and session.containers_known
        )
    )
    return session


def test_first_rows_come_from_one_call_per_list_and_the_rest_fills_in(
    make: Make, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.gate["disk_usage"] = threading.Event()
    engine.gate["writable_sizes"] = threading.Event()
    session = make(World(engine))
    session.start()
    assert not session.images_known
    qtbot.waitUntil(lambda: session.images_known and session.containers_known)
    assert len(session.images) == 3
    assert {image.unique_bytes for image in session.images} == {None}
    assert {each.writable_bytes for each in session.containers} == {None}
    assert sorted(image.containers or 0 for image in session.images) == [0, 1, 1]
    engine.gate["disk_usage"].set()
    engine.gate["writable_sizes"].set()
    qtbot.waitUntil(lambda: all(image.unique_bytes is not None for image in session.images))
    qtbot.waitUntil(lambda: all(each.writable_bytes is not None for each in session.containers))
    assert len(engine.called("image")) == 0, "a call per row"
    assert len(engine.called("container")) == 0, "a call per row"
    assert len(engine.called("disk_usage")) == 1
    assert len(engine.called("writable_sizes")) == 1
    assert session.current is not None
    assert session.current.live
    assert session.current.words == "Docker 20.10.24, live"


def test_what_another_program_does_shows_by_itself_with_one_targeted_call(
    live: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    qtbot.wait(300)
    before = len(engine.called("containers"))
    web = engine.named("web")
    told: list[Touched] = []
    live.touched.connect(told.append)
    engine.set_state("web", "exited")
    qtbot.waitUntil(lambda: {each.name: each.state for each in live.containers}["web"] == "exited")
    assert engine.called("containers")[before:] == [((web.id,),)]
    qtbot.waitUntil(lambda: bool(told))
    assert told == [Touched(containers=frozenset({web.id}))]
    old = engine.named("old")
    engine.remove_container_elsewhere("old")
    qtbot.waitUntil(lambda: [each.name for each in live.containers] == ["web"])
    qtbot.waitUntil(lambda: old.id in told[-1].containers)
    qtbot.waitUntil(lambda: sorted(image.containers or 0 for image in live.images) == [0, 0, 1])


def test_a_flood_of_events_is_gathered_and_none_is_lost(live: Session, engine: FakeEngine, qtbot: QtBot) -> None:
    image = next(iter(engine.images.values()))
    before = len(engine.called("containers"))
    made = [engine.add_container(f"c{number}", image) for number in range(300)]
    for container in made:
        engine.emit(Touched(containers=frozenset({container.id})))
    qtbot.waitUntil(lambda: len(live.containers) == 302)
    assert len(engine.called("containers")) - before < 20
    assert {each.id for each in live.containers} == set(engine.containers)


def test_events_during_a_slow_list_are_not_lost_and_do_not_starve_it(
    live: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    gate = engine.gate["images"] = threading.Event()
    live.refresh(EVERYTHING)
    qtbot.wait(300)
    for number in range(5):
        image = engine.add_image(f"new:{number}")
        engine.emit(Touched(images=frozenset({image.id})))
        qtbot.wait(60)
    gate.set()
    qtbot.waitUntil(lambda: len(live.images) == 8)


def test_rows_that_stay_the_same_stay_the_same_objects(live: Session, engine: FakeEngine, qtbot: QtBot) -> None:
    before = {image.id: image for image in live.images}
    engine.add_image("new:1")
    live.refresh(EVERYTHING)
    qtbot.waitUntil(lambda: len(live.images) == 4)
    assert all(image is before[image.id] for image in live.images if image.id in before)


def test_a_lost_engine_keeps_its_rows_and_comes_back_with_the_right_ones(
    live: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    messages: list[str] = []
    live.message.connect(messages.append)
    engine.lose()
    qtbot.waitUntil(lambda: live.current is not None and live.current.state == "lost")
    assert len(live.images) == 3, "the last rows stay"
    with engine._lock:
        del engine.containers[engine.named("old").id]
    engine.add_image("while-away:1")
    qtbot.wait(700)
    assert live.current is not None
    assert live.current.state == "lost"
    engine.come_back()
    qtbot.waitUntil(lambda: live.current is not None and live.current.live)
    qtbot.waitUntil(lambda: len(live.images) == 4 and [each.name for each in live.containers] == ["web"])
    assert any("lost" in text for text in messages)
    assert any("is back" in text for text in messages)


def test_no_engine_says_what_was_tried_and_a_new_socket_is_noticed_without_asking_meanwhile(
    make: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "EVERY_MS", 20)
    path = tmp_path / "engine.sock"
    world = World(None)
    world.tried = (Tried(Address("engine", f"unix://{path}", "Docker"), "no such socket", "Start it"),)
    session = make(world)
    session.start()
    qtbot.waitUntil(lambda: bool(session.tried))
    assert session.tried[0].outcome == "no such socket"
    assert session.current is None
    qtbot.wait(300)
    assert world.looks == [""], "asked although nothing changed"
    path.touch()
    qtbot.waitUntil(lambda: len(world.looks) > 1)
    assert session.current is None
    world.engine = FakeEngine()  # it answers a moment after its socket appeared
    qtbot.waitUntil(lambda: session.current is not None and session.current.live)
    looks = len(world.looks)
    qtbot.wait(200)
    assert len(world.looks) == looks


def test_looking_that_fails_itself_is_shown(make: Make, qtbot: QtBot) -> None:
    world = World(None)

    def broken(host: str, control: Control) -> Any:
        raise Unreachable("reading", "the reader process ended", "Try again")

    world.find = broken  # type: ignore[method-assign]
    session = make(world)
    session.start()
    qtbot.waitUntil(lambda: bool(session.tried))
    assert "reader process ended" in session.tried[0].outcome


def test_a_file_beside_an_engine_and_back(live: Session, engine: FakeEngine, qtbot: QtBot, tmp_path: Path) -> None:
    world = live._search._find.__self__
    path = tmp_path / "a[1]*.tar"
    world.files[str(path)] = FakeEngine.single()
    pages: list[tuple[str, Image]] = []
    live.page_wanted.connect(lambda kind, what: pages.append((kind, what)))
    live.open_path(str(path))
    qtbot.waitUntil(lambda: bool(pages))
    assert live.current is not None
    assert (live.current.state, live.current.address.kind) == ("file", "docker-archive")
    assert [image.name for image in live.images] == ["app:1"]
    assert live.containers == ()
    key = live.current.key
    live.choose(ENGINE_KEY)
    assert len(live.images) == 3
    live.choose(key)
    live.close_source(key)
    assert live.current.key == ENGINE_KEY
    qtbot.waitUntil(lambda: world.opened[0].closed)
    live.open_path(str(tmp_path / "missing.tar"))
    qtbot.waitUntil(lambda: live.current is not None and live.current.state == "failed")
    assert isinstance(live.current.error, NotFound)


@pytest.mark.parametrize("target", ["myapp:dev", "engine://myapp:dev"])
def test_a_target_on_the_engine_opens_its_page(make: Make, engine: FakeEngine, qtbot: QtBot, target: str) -> None:
    session = make(World(engine))
    pages: list[Any] = []
    session.page_wanted.connect(lambda kind, what: pages.append((kind, what.name)))
    session.start(target=target)
    qtbot.waitUntil(lambda: bool(pages))
    assert pages == [("image", "myapp:dev")]


def test_a_target_that_waits_for_an_engine_is_said_once_and_opens_when_one_answers(
    make: Make, engine: FakeEngine, qtbot: QtBot
) -> None:
    world = World(None)
    session = make(world)
    errors: list[ImagexplorerError] = []
    pages: list[Any] = []
    session.failed.connect(errors.append)
    session.page_wanted.connect(lambda kind, what: pages.append(what.name))
    session.start(target="myapp:dev")
    qtbot.waitUntil(lambda: bool(errors))
    session.retry()
    qtbot.waitUntil(lambda: not session.looking)
    assert [type(error) for error in errors] == [Unreachable]
    assert "myapp:dev" in str(errors[0])
    world.engine = engine
    session.retry()
    qtbot.waitUntil(lambda: bool(pages))
    assert pages == ["myapp:dev"]


def test_an_image_of_a_file_and_a_platform_are_asked_for(
    make: Make, engine: FakeEngine, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "all.tar"
    path.touch()
    world = World(None)
    world.files[str(path)] = engine
    asked: list[tuple[str, str]] = []
    image = FakeSource.image

    def ask(source: FakeSource, reference: str, control: Control, platform: str = "") -> ImageDetail:
        asked.append((reference, platform))
        return image(source, "myapp:dev" if reference == "1" else reference, control, platform)

    monkeypatch.setattr(FakeSource, "image", ask)
    session = make(world)
    pages: list[Image] = []
    session.page_wanted.connect(lambda kind, what: pages.append(what))
    session.start(target=str(path), image="1", platform="linux/arm64")
    qtbot.waitUntil(lambda: bool(pages))
    assert [page.name for page in pages] == ["myapp:dev"]
    assert session.current is not None
    done: list[ImageDetail] = []
    session.load_image("page", session.current.key, pages[0].id, done.append, pytest.fail)
    qtbot.waitUntil(lambda: bool(done))
    assert asked == [("1", "linux/arm64"), (pages[0].id, "linux/arm64")]


def test_an_engine_that_refuses_after_it_was_lost_is_not_looked_at_any_more(
    live: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.fail["info"] = Refused("local", "permission denied")
    live.link(ENGINE_KEY)._lose(Unreachable("local", "the stream of events ended"))
    live.retry(ENGINE_KEY)
    qtbot.waitUntil(lambda: live.current is not None and live.current.state == "failed")
    assert not live.link(ENGINE_KEY)._sockets._timer.isActive()


def test_an_engine_that_is_found_twice_is_open_once(live: Session, engine: FakeEngine, qtbot: QtBot) -> None:
    second = FakeSource(engine)
    live._engine_found(second)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: second.closed)
    assert [source.key for source in live.sources] == [ENGINE_KEY]


def test_a_target_that_is_not_there_is_said(make: Make, engine: FakeEngine, qtbot: QtBot) -> None:
    session = make(World(engine))
    errors: list[ImagexplorerError] = []
    session.failed.connect(errors.append)
    session.start(target="nothing:here")
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], NotFound)


def test_a_target_on_disk_needs_no_engine_and_one_that_is_both_is_ambiguous(
    make: Make, engine: FakeEngine, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("myapp:dev").touch()
    world = World(None)
    world.files[str(tmp_path / "myapp:dev")] = FakeEngine.single()
    session = make(world)
    pages: list[Any] = []
    session.page_wanted.connect(lambda kind, what: pages.append(what.name))
    session.start(target="./myapp:dev")
    qtbot.waitUntil(lambda: bool(pages))
    assert pages == ["app:1"]
    both = make(World(engine))
    errors: list[ImagexplorerError] = []
    both.failed.connect(errors.append)
    both.start(target="myapp:dev")
    qtbot.waitUntil(lambda: any(isinstance(error, WrongUse) for error in errors))
    assert "engine://myapp:dev" in str(errors[-1])


def test_pages_ask_and_are_answered(live: Session, engine: FakeEngine, qtbot: QtBot) -> None:
    details: list[ImageDetail] = []
    errors: list[ImagexplorerError] = []
    live.load_image("p1/detail", ENGINE_KEY, "myapp:dev", details.append, errors.append)
    qtbot.waitUntil(lambda: bool(details))
    trees: list[Any] = []
    layers: list[int] = []
    live.index_image(
        "p1/index", ENGINE_KEY, details[0], lambda detail, tree: trees.append(tree), errors.append,
        lambda totals: layers.append(totals.index),
    )  # fmt: skip
    qtbot.waitUntil(lambda: bool(trees))
    assert layers == [0, 1, 2]
    assert [totals.index for totals in trees[0].layers] == [0, 1, 2]
    views: list[TreeView] = []
    live.view_tree("p1/view", trees[0], ViewSpec(delta=True), views.append, errors.append)
    live.load_changes("p2/changes", ENGINE_KEY, engine.named("web").id, ViewSpec(), views.append, errors.append)
    qtbot.waitUntil(lambda: len(views) == 2)
    live.load_container("p2/detail", ENGINE_KEY, "missing", lambda detail: None, errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], NotFound)
    live.load_container("p3/detail", "engine:gone", "web", lambda detail: None, errors.append)
    assert isinstance(errors[1], NotFound)


def test_acts_change_the_lists_without_a_manual_refresh(live: Session, engine: FakeEngine, qtbot: QtBot) -> None:
    made: list[str] = []
    live.acts.run(ENGINE_KEY, RunSpec("myapp:dev", "fresh"), made.append)
    qtbot.waitUntil(lambda: "fresh" in [each.name for each in live.containers])
    assert made == [engine.named("fresh").id]
    web = next(each for each in live.containers if each.name == "web")
    live.acts.stop(ENGINE_KEY, [web])
    qtbot.waitUntil(lambda: {each.name: each.state for each in live.containers}["web"] == "exited")
    assert [deed.title for deed in live.activity.deeds] == ["Run myapp:dev", "Stop web"]
    assert live.activity.deeds[1].command == "docker stop web"


def test_of_several_things_each_has_its_own_result(live: Session, engine: FakeEngine, qtbot: QtBot) -> None:
    errors: list[ImagexplorerError] = []
    containers = list(live.containers)  # web runs: the engine will not remove it
    live.acts.delete(ENGINE_KEY, containers, failed=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    qtbot.waitUntil(lambda: [each.name for each in live.containers] == ["web"])
    assert isinstance(errors[0], Refused)
    assert "1 of 2 done" in errors[0].reason
    assert "web: You cannot remove a running container" in errors[0].reason
    assert engine.called("remove_container") == [(each.id, False, False) for each in containers]


@pytest.mark.parametrize("code", [0, 4, None])
def test_what_was_waited_for_says_how_it_ended(
    live: Session, engine: FakeEngine, qtbot: QtBot, code: int | None
) -> None:
    said: list[str] = []
    live.message.connect(said.append)
    engine.exit_code = code
    assert live.current is not None
    live.acts.run(live.current.key, RunSpec("myapp:dev", "once", detach=False))
    words = "has ended" if code is None else f"ended with exit code {code}"
    qtbot.waitUntil(lambda: f"once {words}: last words" in said)
    deed = live.activity.deeds[-1]
    assert (deed.error, deed.output) == (words if code else "", ("first", "last words"))


def test_a_run_that_is_not_watched_any_more_goes_on(
    live: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def forever(self: Any, spec: RunSpec, control: Control) -> Any:
        begun.set()
        while True:
            control.step()
            threading.Event().wait(0.01)

    monkeypatch.setattr(FakeHost, "run_attached", forever)
    said: list[str] = []
    live.message.connect(said.append)
    assert live.current is not None
    live.acts.run(live.current.key, RunSpec("myapp:dev", "once", detach=False))
    assert begun.wait(5)
    job = live.jobs.in_lane("attached/1")
    assert job is not None
    live.jobs.cancel(job.id)
    assert any("goes on" in each for each in said)
    assert "goes on" in live.activity.deeds[-1].error


@pytest.mark.parametrize("several", [False, True])
def test_one_thing_has_no_share_that_is_done(
    live: Session, engine: FakeEngine, qtbot: QtBot, several: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[float, float | None]] = []
    monkeypatch.setattr(Control, "step", lambda self, done=0, total=None, text="": told.append((done, total)))
    live.acts.restart(live.current.key, list(live.containers) if several else [engine.named("web")])
    qtbot.waitUntil(lambda: not live.acts.busy)
    totals = {total for _done, total in told}
    assert (len(live.containers) in totals) is several
    assert 1 not in totals


def test_stop_first_stops_then_removes_and_never_forces(live: Session, engine: FakeEngine, qtbot: QtBot) -> None:
    web = engine.named("web")
    image = engine.images[web.image_id]
    live.acts.delete(ENGINE_KEY, [web], [(image.id, image)], stop_first=True)
    qtbot.waitUntil(lambda: image.id not in [each.id for each in live.images])
    assert [call for call in engine.calls if call[0] in ("stop", "remove_container", "remove_image")] == [
        ("stop", (web.id,)),
        ("remove_container", (web.id, False, False)),
        ("remove_image", (image.id, False)),
    ]
    assert live.activity.deeds[-1].command.startswith("docker stop web && docker rm web && docker rmi ")


def test_closing_ends_quickly_and_stops_nothing_of_the_engine(make: Make, engine: FakeEngine, qtbot: QtBot) -> None:
    session = make(World(engine))
    session.start()
    qtbot.waitUntil(lambda: session.images_known)
    session.close()
    session.jobs.close()
    assert not {"stop", "remove_container", "remove_image"} & {name for name, _ in engine.calls}
    assert all(isinstance(each, Container) for each in engine.containers.values())


def test_a_platform_that_the_list_lacks_is_known_once_the_image_was_looked_at(
    live: Session, engine: FakeEngine, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = dict(engine.images)
    found = FakeSource.image
    monkeypatch.setattr(
        FakeSource,
        "image",
        lambda self, *more: replace(found(self, *more), image=whole[found(self, *more).image.id]),
    )
    engine.images = {key: replace(image, platform=None) for key, image in whole.items()}
    live.refresh(EVERYTHING)
    qtbot.waitUntil(lambda: all(image.platform is None for image in live.images))
    first, second = live.images[:2]
    live.load_image("x", ENGINE_KEY, first.id, lambda _detail: None, lambda error: None)
    qtbot.waitUntil(lambda: live.images[0].platform is not None)
    assert live.images[1] == second
    live.refresh(EVERYTHING)
    qtbot.wait(400)
    assert live.images[0].platform == whole[first.id].platform


def test_what_happens_as_an_engine_begins_to_tell_is_looked_up(qtbot: QtBot, make: Make) -> None:
    """Docker answers a listener before it listens to itself: nobody is told of what happens between."""
    engine = FakeEngine()
    session = make(World(engine))
    session.start("", ())
    qtbot.waitUntil(lambda: bool(session.current) and bool(session.containers))
    before = len(session.containers)
    qtbot.wait(300)  # all was listed; nothing else is asked for by itself
    engine.add_container("late", next(iter(engine.images.values())))
    qtbot.waitUntil(lambda: len(session.containers) == before + 1)
