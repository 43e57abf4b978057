"""Destructive acts by a model: any order of clicks, lists that lag, answers, faults and changes by others.

With the real flows, acts and plans, upon an engine that records. Held are D1 to D4, D6 to D9, D12 for an engine that is
lost or locked, and that nothing goes that was to be kept first; a mutant of the code for each shows that the model sees
it. (D5 stands among the tests of dialogs, D10 below the model, D11 among those of the output.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from imagexplorer.actions import delete_flows, prune_flows
from imagexplorer.actions.flows import Flows
from imagexplorer.actions.prompts import DeleteAnswer, DeleteItem, PruneAnswer, Told
from imagexplorer.actions.prune_flows import planned
from imagexplorer.core.activity import Activity
from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, Container, Image, Mount, Selection, Touched, Volume, volume_name
from imagexplorer.core.errors import ImagexplorerError, Refused
from imagexplorer.core.removal_steps import VOLUMES
from imagexplorer.core.trash import TrashItem
from imagexplorer.core.world import World
from imagexplorer.session import trash
from imagexplorer.session.acts import Acts
from imagexplorer.session.keeping import Keeper
from imagexplorer.session.pruning import Pruning
from imagexplorer.session.records import LIVE, SourceState
from imagexplorer.session.trash import Trash
from tests.fakes import FakeEngine, FakeFile, FakeHost, FakeSource

KEY = "fake"
CHANGING = {"start", "stop", "restart", "kill", "remove_container", "remove_image", "tag", "untag", "run"}
CHANGING |= {"remove_volume"}
NAMELESS = "f" * 64
Names = frozenset[tuple[str, str]]  # (tag, or the id of one without; image id)


@dataclass
class Agreed:
    """What was said yes to: what may go, and how the world looked that was shown."""

    names: Names = frozenset()
    images: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    volumes: frozenset[tuple[str, str]] = frozenset()  # (name, when it was made)
    with_volumes: frozenset[str] = frozenset()  # ids of containers whose nameless ones go too
    stopped: frozenset[str] = frozenset()
    facts: object = None
    look: Callable[[], object] = lambda: None  # the same facts, as they are now


@dataclass
class Bench:
    """A session without threads: what is asked is answered at once, what is to be done waits for `work_off`."""

    engine: FakeEngine
    line: list[tuple[Callable[[Control], Any], Any, Any]] = field(default_factory=list)
    activity: Activity = field(default_factory=Activity)
    said: list[object] = field(default_factory=list)
    current: Any = None

    def __post_init__(self) -> None:
        self.source = FakeSource(self.engine)
        self.failed = self.message = SimpleNamespace(emit=self.said.append)
        link = SimpleNamespace(source=self.source, refresh=lambda _touched: None)
        self.link = link
        self.lock(False)
        self.acts = Acts(self, lambda _source: link, self.activity, self.said.append)  # type: ignore[arg-type]
        self.pruning = Pruning(self.ask, self.acts, self.said.append)
        settings = SimpleNamespace(
            text=lambda _key: "", flag=lambda _key: False, number=lambda _key, usual, _low: usual
        )
        self.trash = Trash(self, self.acts, lambda _source: link, self.said.append, settings)  # type: ignore[arg-type]
        self.trash.look = lambda: None  # type: ignore[method-assign]
        self.begun: Callable[[], None] = lambda: None
        self.refresh()

    far = False  # on another machine

    def lock(self, locked: bool) -> None:
        self.link.state = SourceState(KEY, Address("engine", "fake", "fake"), LIVE, locked=locked)

    def refresh(self) -> None:
        self.rows = (tuple(self.engine.images.values()), tuple(self.engine.containers.values()))

    def rows_of(self, _source: str) -> tuple[Sequence[Image], Sequence[Container]]:
        return self.rows

    @property
    def sources(self) -> list[Any]:
        address = Address("engine", "ssh://box" if self.far else "unix:///here", "fake")
        return [SimpleNamespace(key=KEY, name="fake", live=not self.engine.lost, address=address)]  # its lock: too late

    def ask(self, _lane: str, _source: str, work: Any, done: Any, failed: Any, _title: str = "") -> None:
        try:
            found = work(self.source, Control())
        except ImagexplorerError as error:
            failed(error)
        else:
            done(found)

    def perform(self, _title: str, work: Any, failed: Any = None, done: Any = None, _deed: int = 0) -> None:
        self.begun()
        self.line.append((work, failed, done))

    def work_off(self) -> None:
        while self.line:
            work, failed, done = self.line.pop(0)
            try:
                touched = work(Control())
            except ImagexplorerError as error:
                failed(error)
            else:
                done(touched)


ONLY: list[str] = []
"""The one property that is looked at; none: all of them."""


def holds(name: str, true: bool, words: str) -> None:
    if not true and ONLY in ([], [name]):
        raise AssertionError(f"{name}: {words}")


class Shelf:
    """The trash's folder, without a disk."""

    def __init__(self, _directory: str) -> None:
        pass

    def keep(self, item: TrashItem, pieces: Any, _limit: int, _without: object = ()) -> TrashItem:
        if pieces is not None:
            list(pieces)
        return replace(item, id="0" * 16)

    def sweep(self, _limits: object, keep: str) -> None:
        pass

    def remove(self, _item: str) -> None:
        pass


@pytest.fixture(autouse=True)
def no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trash, "_folder", Shelf)


class Asked:
    """The user: sees a question, lets the world change, answers."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def elsewhere(self, _title: str, host: str) -> bool:
        assert self.machine.bench.far, "it is on this machine"
        holds("D12", host == "box", "the machine is named")
        return self.machine.far_too()

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
        machine = self.machine
        machine.net &= keep is not None
        ticked, images = machine.ticked and can_stop, machine.chosen.images
        ids_of_steps = [each for item in items for each in (item.id, *(step.id for step in item.steps)) if each]
        kept = frozenset(ids_of_steps[at] for at in machine.left if at < len(ids_of_steps))
        whole = frozenset(
            step.id for item in items for step in item.steps if step.kind == VOLUMES and machine.with_them
        )
        held = machine.engine
        holds("D4", engine == "fake", "the engine is named")
        if images:
            ids = {each.id for each in images}

            def look() -> object:
                return (
                    {(each.id, frozenset(each.tags)) for each in held.images.values() if each.id in ids},
                    {(each.id, each.state) for each in held.containers.values() if each.image_id in ids},
                )

            there = [each for each in held.images.values() if each.id in ids]
            going, names = [], set[tuple[str, str]]()
            for each in there:
                own = [user for user in held.containers.values() if user.image_id == each.id]
                if each.id in kept:
                    continue
                if kept & set(each.tags):
                    names |= {(tag, each.id) for tag in set(each.tags) - kept}
                elif not own or (ticked and not kept & {user.id for user in own}):
                    going.append(each)
            names |= _names(going)
            of = {each.id for each in going}
            users = [each for each in held.containers.values() if ticked and each.image_id in of]
            agreed = Agreed(frozenset(names), frozenset(of), look=look, facts=look())
        elif machine.chosen.volumes:
            chosen = {each.name for each in machine.chosen.volumes}
            used = {mount.source for each in held.containers.values() for mount in each.mounts}

            def look() -> object:
                mounted = {(each.id, m.source) for each in held.containers.values() for m in each.mounts}
                made = {(each.name, each.created) for each in held.volumes if each.name in chosen}
                return made, {each for each in mounted if each[1] in chosen}

            there, users = [each for each in held.volumes if each.name in chosen], []
            going = [each for each in there if each.name not in used | kept]
            agreed = Agreed(volumes=frozenset((each.name, each.created) for each in going), look=look, facts=look())
            holds("D4", {volume_name(each.name) for each in there} == {item.title for item in items}, "all are named")
            items = ()
        else:
            ids = {each.id for each in machine.chosen.containers}

            def look() -> object:
                return {(each.id, each.name, each.state) for each in machine.bench.rows[1] if each.id in ids}

            there = [each for each in machine.bench.rows[1] if each.id in ids]
            users = [each for each in there if each.id not in kept and (ticked or not each.running)]
            agreed = Agreed(look=look, facts=look())
            agreed.with_volumes = whole & {each.id for each in users}
        if not machine.chosen.volumes:
            holds("D4", sorted(item.title for item in items) == sorted(each.name for each in there), "all are named")
        agreed.removed = frozenset(each.id for each in users)
        agreed.stopped = frozenset(each.id for each in users if each.running)
        return machine.answer(agreed, DeleteAnswer(ticked, kept, whole, keep=machine.net))

    def prune(
        self, world: World, engine: str, before: PruneAnswer | None = None, keep: bool | None = None
    ) -> PruneAnswer | None:
        machine = self.machine
        keep = frozenset(each.name for each in world.volumes if not each.nameless)
        answer = PruneAnswer(
            dangling=True, unused=machine.ticked, containers=True, keep=keep, trash=machine.net,
            volumes=machine.with_them,
        )  # fmt: skip

        def facts(at: World) -> object:
            plan = planned(at, answer)
            return (
                frozenset(plan.references),
                frozenset(each.id for each in plan.deleted),
                frozenset(each.id for each in plan.containers),
                frozenset((each.name, each.created) for each in plan.volumes),
            )

        holds("D4", engine == "fake", "the engine is named")
        names, images, containers, volumes = shown = facts(world)  # type: ignore[misc]
        host = FakeHost(machine.engine)
        agreed = Agreed(
            names, images, containers, volumes, frozenset(), frozenset(), shown, lambda: facts(host.holdings(Control()))
        )
        return machine.answer(agreed, answer)


def _names(images: Sequence[Image]) -> Names:
    return frozenset((name, each.id) for each in images for name in each.tags or (each.id,))


picks = st.integers(0, 7)
changes = st.none() | st.tuples(
    st.sampled_from(["start", "stop", "rm", "use", "move", "untag", "gone", "unmade", "remade", "mount"]), picks, picks
)
faults = st.sampled_from(
    [None, None, None, "remove_container", "remove_image", "stop", "saving", "commit", "volume_saved", "remove_volume"]
)


class Machine(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.engine = FakeEngine(populate=False)
        layers = [(FakeFile(f"f{number}", b"x" * number),) for number in range(4)]
        for number, tags in enumerate([("a:1", "a:2"), ("b:1",), (), ("c:1",)]):
            self.engine.add_image(*tags, layers=(layers[0], layers[number]))
        images = list(self.engine.images.values())
        for name, at, state in (("web", 0, "running"), ("old", 1, "exited"), ("new", 1, "created")):
            self.engine.add_container(name, images[at], state)
        old = self.engine.named("old")
        self.engine.containers[old.id] = replace(old, mounts=(Mount("volume", NAMELESS, "/data"),))
        names = (NAMELESS, "db", "left", "e" * 64)
        self.engine.volumes = tuple(Volume(name, 5, created="0") for name in names)
        self.bench = Bench(self.engine)
        self.flows = Flows(self.bench, Asked(self))  # type: ignore[arg-type]
        self.chosen = Selection(KEY, True)
        self.ticked = False
        self.numbers = iter(range(1000))

    @rule()
    def refresh(self) -> None:
        self.bench.refresh()

    @rule(change=changes)
    def elsewhere(self, change: tuple[str, int, int] | None) -> None:
        """Another terminal."""
        self._by_others(change)

    def _by_others(self, change: tuple[str, int, int] | None) -> None:
        images, containers = list(self.engine.images.values()), list(self.engine.containers.values())
        if change is None or not images:
            return
        what, first, second = change
        image, other = images[first % len(images)], images[second % len(images)]
        if what == "use":
            self.engine.add_container(f"n{next(self.numbers)}", image, "running" if second % 2 else "exited")
        elif what in ("move", "untag") and image.tags:
            self.engine.images[image.id] = replace(image, tags=image.tags[1:])
            if what == "move":
                other = self.engine.images[other.id]
                self.engine.images[other.id] = replace(other, tags=(*other.tags, image.tags[0]))
        elif what in ("unmade", "remade", "mount") and self.engine.volumes:
            held = self.engine.volumes[first % len(self.engine.volumes)]
            used = any(mount.source == held.name for each in containers for mount in each.mounts)
            if what == "mount":
                user = self.engine.add_container(f"n{next(self.numbers)}", image, "exited")
                self.engine.containers[user.id] = replace(user, mounts=(Mount("volume", held.name, "/x"),))
            elif not used:
                anew = (replace(held, created=str(next(self.numbers) + 1)),) if what == "remade" else ()
                self.engine.volumes = (*(each for each in self.engine.volumes if each is not held), *anew)
        elif what == "gone" and all(each.image_id != image.id for each in containers):
            del self.engine.images[image.id]
        elif what in ("start", "stop", "rm") and containers:
            container = containers[first % len(containers)]
            if what == "rm":
                del self.engine.containers[container.id]
            else:
                state = "running" if what == "start" else "exited"
                self.engine.containers[container.id] = replace(container, state=state)

    @rule(
        kind=st.sampled_from(["images", "containers", "prune", "volumes"]),
        picked=st.sets(picks, min_size=1, max_size=3),
        ticked=st.booleans(),
        left=st.just(frozenset()) | st.frozensets(picks, max_size=2),
        answers=st.lists(st.booleans(), min_size=1, max_size=3),
        meanwhile=changes,
        seen=st.booleans(),
        late=changes,
        fault=faults,
        net=st.booleans(),
        with_them=st.booleans(),
        lost=st.sampled_from([False] * 7 + [True]),
        locked=st.sampled_from([False] * 5 + [True]),
        far=st.sampled_from([None] * 4 + [False, True]),
    )
    def press(
        self,
        kind: str,
        picked: set[int],
        ticked: bool,
        left: frozenset[int],
        answers: list[bool],
        meanwhile: tuple[str, int, int] | None,
        seen: bool,
        late: tuple[str, int, int] | None,
        fault: str | None,
        net: bool,
        with_them: bool,
        lost: bool,
        locked: bool,
        far: bool | None,
    ) -> None:
        """A button, the answers to what is asked then, what others do while it stands and once it is agreed to."""
        images, containers = self.bench.rows
        rows: Sequence[Any] = {"images": images, "volumes": self.engine.volumes}.get(kind, containers)
        records = tuple(dict.fromkeys(rows[at % len(rows)] for at in sorted(picked))) if rows else ()
        if kind != "prune" and not records:
            return
        self.chosen = Selection(KEY, True, **({} if kind == "prune" else {kind: records}))
        self.ticked, self.left, self.answers = ticked, left, list(answers)
        self.net, self.with_them = net, with_them
        self.meanwhile, self.seen, self.lost = meanwhile, seen, lost
        self.agreed: Agreed | None = None
        self.bench.far, self.far, self.asked_twice = far is not None, far, False  # and whether it shall be done there
        self.bench.begun = self.begun
        before = self.changed()
        if kind == "prune":
            self.flows.prunes.prune(self.chosen)
        else:
            getattr(self.flows.deletes, kind)(self.chosen)
        holds("D1", self.changed() == before, "nothing is done before it is the act's turn")
        holds("D8", len(self.bench.line) <= 1, "one act for one yes")
        if self.engine.lost:
            holds("D12", not self.bench.line, "nothing is done on a lost engine")
        self.engine.lost = False
        self._by_others(late)
        self.engine.fail = {fault: Refused("it", "on strike")} if fault else {}
        self.bench.lock(locked)
        self.carried_out(bool(self.bench.line), locked)
        self.bench.lock(False)
        self.engine.fail = {}

    def answer(self, agreed: Agreed, yes: Any) -> Any:
        meanwhile, self.meanwhile = self.meanwhile, None
        self._by_others(meanwhile)
        if self.seen:
            self.bench.refresh()
        self.engine.lost = self.lost
        said = self.answers.pop(0) if self.answers else False
        self.agreed, self.asked_twice = agreed if said else None, False
        return yes if said else None

    def far_too(self) -> bool:
        self.asked_twice = True
        if not self.far:
            self.agreed = None
        return bool(self.far)

    def begun(self) -> None:
        holds("D12", not self.bench.far or self.asked_twice, "on another machine without a word")
        holds("D1", self.agreed is not None, "nobody said yes")
        same = self.agreed is None or self.agreed.look() == self.agreed.facts
        chosen = self.chosen.images or self.chosen.containers or self.chosen.volumes
        holds("D3" if chosen else "D7", same, "it changed since it was agreed to")

    def changed(self) -> list[tuple[str, Any]]:
        return [call for call in self.engine.calls if call[0] in CHANGING]

    def carried_out(self, anything: bool, locked: bool) -> None:
        engine, agreed = self.engine, self.agreed or Agreed()
        images, containers, volumes = dict(engine.images), dict(engine.containers), engine.volumes
        begun, since = len(self.changed()), len(engine.calls)
        self.bench.work_off()
        calls = self.changed()[begun:]
        holds("D1", anything or not calls, "nobody said yes")
        holds("D12", not (locked and calls), "it was locked")
        holds("D8", len(calls) == len(set(calls)), "each thing once")
        forced = [call for call in calls if call[0] in ("remove_container", "remove_image") and call[1][1]]
        whole = {call[1][0] for call in calls if call[0] == "remove_container" and call[1][2]}
        holds("D6", not forced and whole <= agreed.with_volumes, "force or volumes")
        gone = {each for each in images if each not in engine.images}
        lost = {each for each in volumes if each not in engine.volumes}
        theirs = {each.source for at in agreed.with_volumes & {*containers} for each in containers[at].mounts}
        meant = {each for each in lost if (each.name, each.created) in agreed.volumes or each.name in theirs}
        holds("D2", lost == meant, "a volume")
        if self.net:
            done = engine.calls[since:]
            saved = [what for name, what in done if name == "saving"]
            holds("NET", {(each,) for each in gone} <= set(saved), "an image went that was not in the trash first")
            holds("NET", len(saved) == len(set(saved)), "each is kept once")
            kept = {what[0].container_id for name, what in done if name == "commit"}
            away = {each for each in containers if each not in engine.containers}
            holds("NET", away <= kept, "a container went that was not in the trash first")
            full = {what[0] for name, what in done if name == "volume_saved"}
            holds("NET", {each.name for each in lost} <= full, "a volume went that was not in the trash first")
        names = _names(list(images.values())) - _names(list(engine.images.values()))
        holds("D2", gone <= agreed.images, "an image that was not chosen")
        others = {each for each in names if each[1] in images} - agreed.names - {(each, each) for each in gone}
        holds("D2", not others, "a name")
        holds("D2", {each for each in containers if each not in engine.containers} <= agreed.removed, "a container")
        stopped = {each for each in engine.containers if engine.containers[each].state != containers[each].state}
        holds("D2", stopped <= agreed.stopped, "a container was stopped that was not to be")
        if anything:
            left = [containers[each].name for each in agreed.removed if each in engine.containers]
            left += [name for name, identifier in agreed.names & _names(list(engine.images.values()))]
            left += [volume_name(each.name) for each in engine.volumes if (each.name, each.created) in agreed.volumes]
            error = self.bench.activity.deeds[-1].error
            asked = len(agreed.removed) + len(agreed.names) + len(agreed.volumes)
            holds("D12", not locked or "is locked" in error, "nothing says why")
            for each in left if not locked else ():
                named = each.removeprefix("sha256:")[:12]
                told = bool(error) if asked == 1 else named in error
                holds("D9", told, f"{named} is left and nothing says why: {error!r}")


def run(sequences: int, **more: Any) -> None:
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=sequences,
            stateful_step_count=6,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            **more,
        ),
    )


@pytest.mark.parametrize("sequences", [500, pytest.param(20_000, marks=pytest.mark.torture)])
def test_no_order_of_things_breaks_a_property(sequences: int) -> None:
    run(sequences)


# -- mutants: each is a way to break one property, and the model has to see it ------------------------
def _unasked(flows: Any, title: str, source: str, world: Any, plan: Any, real: Any) -> DeleteAnswer:
    return real(flows, title, source, world, plan) or DeleteAnswer()


def _any_image(acts: Acts, reference: str, image: Image, real: Any) -> Any:
    def call(host: Any, control: Control) -> Any:
        host.remove_image(reference, control)
        return Touched()

    return replace(real(acts, reference, image), call=call)


def _unticked(world: Any, ids: Any, answer: DeleteAnswer, real: Any) -> Any:
    return real(world, ids, replace(answer, kept=frozenset()))


def _netless(_keeper: Any, thing: Any, *_what: Any, real: Any) -> Any:
    return thing


def _any_volume(host: Any, name: str, control: Control, created: str = "", *, real: Any) -> None:
    real(host, name, control)


def _with_volumes(acts: Acts, container: Container, stop_first: bool, _volumes: bool, real: Any) -> Any:
    return real(acts, container, stop_first, True)


def _forced(acts: Acts, container: Container, stop_first: bool, volumes: bool, real: Any) -> Any:
    def call(host: Any, control: Control) -> Any:
        host.remove_container(container.id, control, force=True)
        return Touched()

    return replace(real(acts, container, stop_first, volumes), call=call)


def _bare(keeper: Any, thing: Any, container: Container, stop_first: bool, _volumes: bool, real: Any) -> Any:
    return real(keeper, thing, container, stop_first)


def _twice(acts: Acts, *what: Any, real: Any, **more: Any) -> None:
    real(acts, *what, **more)
    real(acts, *what, **more)


def _silent(title: str, errors: Any, total: int, real: Any) -> ImagexplorerError:
    return real(title, errors[:1], 1)


def _unnamed(flows: Flows, source: str, real: Any) -> str:
    return ""


def _changed(_plan: Any, real: Any) -> object:
    return None


def _unlocked(_state: Any, _what: str, real: Any) -> None:
    return None


def _lost(_flows: Any, _source: str, real: Any) -> bool:
    return True


def _unsure(flows: Flows, source: str, _title: str, real: Any) -> bool:
    return flows._live(source)


def _unseen(now: Any, before: Any, real: Any) -> bool:
    return True


MUTANTS = {
    "D1 a no counts as a yes": (delete_flows.DeleteFlows, "_ask", _unasked),
    "D2 by name alone": (Acts, "_image_removal", _any_image),
    "D2 what was unticked": (delete_flows, "_removal", _unticked),
    "D2 another volume of the name": (FakeHost, "remove_volume", _any_volume),
    "D3 volumes that changed": (delete_flows, "_volume_facts", _changed),
    "D6 volumes that nobody ticked": (Acts, "_removal", _with_volumes),
    "NET no image is kept first": (Keeper, "image", _netless),
    "NET no container is kept first": (Keeper, "container", _netless),
    "NET no volume is kept first": (Keeper, "volume", _netless),
    "NET no volume of a container is kept first": (Keeper, "container", _bare),
    "D3 images that changed": (delete_flows, "_facts", _changed),
    "D3 containers that changed": (delete_flows, "same", _unseen),
    "D4 the engine has no name": (Flows, "_engine", _unnamed),
    "D6 by force": (Acts, "_removal", _forced),
    "D7 a prune of what changed": (prune_flows, "_facts", _changed),
    "D8 twice": (Acts, "delete", _twice),
    "D9 one result for all": ("imagexplorer.session.things", "one_error", _silent),
    "D12 a locked engine": (SourceState, "may_change", _unlocked),
    "D12 a lost engine": (Flows, "_live", _lost),
    "D12 another machine": (Flows, "_sure", _unsure),
}


@contextmanager
def mutated(place: Any, name: str, mutant: Callable[..., Any]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if isinstance(place, str):
            import importlib

            place = importlib.import_module(place)
        real = getattr(place, name)
        patch.setattr(place, name, lambda *what, **more: mutant(*what, **more, real=real))
        yield


@pytest.mark.parametrize("name", MUTANTS)
def test_the_model_sees_a_mutant(name: str) -> None:
    """By the property that it breaks: others may be broken with it, and be met first."""
    ONLY.append(name.partition(" ")[0])
    try:
        with mutated(*MUTANTS[name]), pytest.raises(AssertionError, match=f"{ONLY[0]}:"):
            run(2000, database=None, derandomize=True, phases=(Phase.generate,), report_multiple_bugs=False)
    finally:
        ONLY.clear()
