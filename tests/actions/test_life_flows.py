"""Pause, stop, kill and rename: what is asked and done, on many, and while something else is under way."""

from __future__ import annotations

import threading
from dataclasses import replace

from imagexplorer.actions.prompts import StopAnswer
from imagexplorer.core.entities import CommitSpec, Touched
from imagexplorer.core.errors import Refused, Unreachable
from imagexplorer.core.run_spec import RunSpec
from tests.actions.test_flows import KEY, Stage, stage

__all__ = ["stage"]
ASKING_OF_CONTAINERS = ("container.stop_with", "container.kill", "container.rename", "container.commit",
                        "container.again", "container.edit", "container.delete")  # fmt: skip
ASKING_OF_IMAGES = ("image.tag", "image.run", "image.delete")


def test_a_stop_that_takes_long_says_what_it_waits_for_and_can_be_escalated(stage: Stage) -> None:
    web = stage.engine.named("web")
    gate = stage.engine.gate["stop"] = threading.Event()
    said: list[str] = []
    stage.session.message.connect(said.append)
    stage.select("web")
    stage.act("container.stop")
    stage.qtbot.waitUntil(lambda: any("web: asked to end" in state.text for state in stage.session.jobs.running()))
    assert stage.registry.run("container.restart") != ""
    stage.prompts.answer = "SIGKILL"
    stage.act("container.kill")
    stage.qtbot.waitUntil(lambda: ("kill", (web.id, "SIGKILL")) in stage.acts())
    gate.set()
    stage.settled()
    assert stage.errors == []
    assert [deed.command for deed in stage.session.activity.deeds] == ["docker stop web", "docker kill -s SIGKILL web"]
    assert "Sent SIGKILL to web" in said


def test_stop_with_a_time_out_and_a_signal(stage: Stage) -> None:
    web = stage.engine.named("web")
    stage.prompts.answer = StopAnswer(3, "SIGINT")
    stage.select("web")
    stage.act("container.stop_with")
    stage.qtbot.waitUntil(lambda: stage.acts() == [("stop", (web.id, 3, "SIGINT"))])
    stage.settled()
    assert stage.session.activity.deeds[-1].command == "docker stop -t 3 -s SIGINT web"


def test_a_kill_is_asked_again_where_the_world_changed_and_not_done_unasked(stage: Stage) -> None:
    web = stage.engine.named("web")
    stage.prompts.answer = lambda *_: "SIGKILL" if len(stage.prompts.questions) == 1 else None

    def paused() -> None:
        stage.engine.containers[web.id] = replace(web, state="paused")
        stage.engine.emit(Touched(containers=frozenset({web.id})))
        stage.qtbot.waitUntil(lambda: {each.id: each.state for each in stage.session.containers}[web.id] == "paused")

    stage.prompts.meanwhile = paused
    stage.select("web")
    stage.act("container.kill")
    assert [kind for kind, _ in stage.prompts.questions] == ["kill", "kill"]
    assert stage.acts() == []


def test_pause_and_go_on_take_those_that_can(stage: Stage) -> None:
    web = stage.engine.named("web")
    stage.select("web", "old")
    stage.act("container.pause")
    stage.qtbot.waitUntil(lambda: {each.name: each.state for each in stage.session.containers}["web"] == "paused")
    stage.select("web", "old")
    assert stage.registry.run("container.pause") == "All 2 are not running"
    stage.act("container.unpause")
    stage.qtbot.waitUntil(lambda: {each.name: each.state for each in stage.session.containers}["web"] == "running")
    assert stage.acts() == [("pause", (web.id,)), ("unpause", (web.id,))]


def test_of_many_each_has_its_own_result(stage: Stage) -> None:
    for number in range(20):
        stage.engine.add_container(f"many{number}", stage.engine.find_image("myapp:dev"))
    stage.engine.emit(Touched(containers=frozenset(stage.engine.containers)))
    names = [f"many{number}" for number in range(20)]
    stage.qtbot.waitUntil(lambda: {*names} <= {each.name for each in stage.session.containers})
    stage.select(*names)
    stage.engine.fail_of["pause", stage.engine.named("many7").id] = Refused("many7", "it has no cgroup")
    errors: list[object] = []
    stage.session.jobs.ended.connect(lambda state: errors.append(state.error))
    stage.act("container.pause")
    stage.qtbot.waitUntil(lambda: bool(errors))
    assert "19 of 20 done. many7: it has no cgroup" in str(errors[0])
    stage.qtbot.waitUntil(lambda: sum(each.state == "paused" for each in stage.session.containers) == 19)
    assert len(stage.acts()) == 20


def test_many_are_stopped_beside_each_other_and_each_has_its_own_result(stage: Stage) -> None:
    for number in range(20):
        stage.engine.add_container(f"many{number}", stage.engine.find_image("myapp:dev"))
    stage.engine.emit(Touched(containers=frozenset(stage.engine.containers)))
    names = [f"many{number}" for number in range(20)]
    stage.qtbot.waitUntil(lambda: {*names} <= {each.name for each in stage.session.containers})
    gate = stage.engine.gate["stop"] = threading.Event()
    stage.engine.fail_of["stop", stage.engine.named("many7").id] = Refused("many7", "it does not end")
    errors: list[object] = []
    stage.session.jobs.ended.connect(lambda state: errors.append(state.error))
    stage.select(*names)
    stage.act("container.stop")
    stage.qtbot.waitUntil(lambda: len(stage.acts()) == 8)
    assert stage.registry.run("container.stop") != "", "they are busy"
    gate.set()
    stage.qtbot.waitUntil(lambda: bool(errors))
    assert "19 of 20 done. many7: it does not end" in str(errors[0])
    assert len(stage.acts()) == 20
    assert not stage.session.acts.busy


def test_an_engine_that_is_lost_over_many_leaves_word_of_each(stage: Stage) -> None:
    for number in range(20):
        stage.engine.add_container(f"many{number}", stage.engine.find_image("myapp:dev"))
    stage.engine.emit(Touched(containers=frozenset(stage.engine.containers)))
    names = [f"many{number}" for number in range(20)]
    stage.qtbot.waitUntil(lambda: {*names} <= {each.name for each in stage.session.containers})
    lost = Unreachable("container", "it closed the connection", "Whether it was done is not known")
    errors: list[object] = []
    stage.session.jobs.ended.connect(lambda state: errors.append(state.error))
    stage.engine.fail_of["pause", stage.engine.named("many1").id] = Refused("many1", "it has no cgroup")
    for act, of in (("pause", "many3"), ("stop", "many5")):
        del errors[:]
        stage.engine.fail_of[act, stage.engine.named(of).id] = lost
        stage.select(*names)
        stage.act(f"container.{act}")
        stage.qtbot.waitUntil(lambda: bool(errors))
        assert f" of 20 done; {20 - len(stage.acts())} not tried. {of}: it closed the connection" in str(errors[0])
        assert "Whether it was done is not known" in str(errors[0])
        assert ("; many1: it has no cgroup" in str(errors[0])) == (act == "pause")
        assert len(stage.acts()) < 20, "none is sent to an engine that is lost"
        stage.engine.calls.clear()


def test_stopping_many_can_be_cancelled(stage: Stage) -> None:
    stage.engine.gate["stop"] = threading.Event()
    for number in range(12):
        stage.engine.add_container(f"many{number}", stage.engine.find_image("myapp:dev"))
    stage.engine.emit(Touched(containers=frozenset(stage.engine.containers)))
    names = [f"many{number}" for number in range(12)]
    stage.qtbot.waitUntil(lambda: {*names} <= {each.name for each in stage.session.containers})
    stage.select(*names)
    stage.act("container.stop")
    stage.qtbot.waitUntil(lambda: len(stage.acts()) == 8)
    stage.session.jobs.cancel(stage.session.jobs.running()[0].id)
    stage.settled()
    assert not stage.session.acts.busy
    assert sum(each.state == "running" for each in stage.engine.containers.values()) >= 12


def test_rename(stage: Stage) -> None:
    web = stage.engine.named("web")
    stage.prompts.answer = "front"
    stage.select("web")
    stage.act("container.rename")
    stage.qtbot.waitUntil(lambda: "front" in [each.name for each in stage.session.containers])
    assert stage.acts() == [("rename", (web.id, "front"))]
    assert stage.session.activity.deeds[-1].command == "docker rename web front"
    stage.prompts.answer = "front"
    stage.select("front")
    stage.act("container.rename")
    assert len(stage.acts()) == 1, "its own name is no change"


def test_command_lines_are_those_of_the_engine(stage: Stage) -> None:
    stage.engine.product = "Podman"
    stage.session.retry(KEY)
    acts = stage.session.acts
    stage.qtbot.waitUntil(lambda: acts.program(KEY) == "podman")
    for actions, name in ((ASKING_OF_CONTAINERS, "web"), (ASKING_OF_IMAGES, "busybox:1.36")):
        stage.select(name)
        for action in actions:
            asked = len(stage.prompts.questions)
            stage.act(action)
            stage.qtbot.waitUntil(lambda asked=asked: len(stage.prompts.questions) > asked)
    shown = [line for kind, what in stage.prompts.questions if kind == "delete" for line in what[3]]
    assert len(shown) == 2
    assert len(stage.prompts.programs) == len(stage.prompts.questions) - 2
    web, image = stage.engine.named("web"), stage.engine.find_image("busybox:1.36")
    acts.start(KEY, [web])
    acts.stop(KEY, [web], timeout=1)
    acts.rename(KEY, web, "front")
    acts.kill(KEY, [web], "SIGHUP")
    acts.commit(KEY, CommitSpec(web.id, "kept", "1", left_out=("/etc",)), "web")
    acts.tag(KEY, image, "two:2", image.tags)
    acts.run(KEY, RunSpec("busybox:1.36"))
    acts.run(KEY, RunSpec("busybox:1.36", detach=False))
    acts.replace(KEY, web, RunSpec("busybox:1.36", name="web"), True)
    acts.delete(KEY, [web], [(image.id, image)], stop_first=True)
    lines = [line for deed in stage.session.activity.deeds for line in deed.command.split(" && ")]
    assert len(lines) == 16
    assert {*stage.prompts.programs, *(line.split(" ")[0] for line in [*lines, *shown])} == {"podman"}
    stage.settled()


def test_an_error_of_the_engine_says_the_name_of_what_it_had_the_id_of(stage: Stage) -> None:
    web = stage.engine.named("web")
    stage.engine.fail["restart"] = Refused(f"restart container {web.id[:12]}", "driver failed")
    stage.engine.fail["stop"] = Refused(f"stop container {web.id[:12]}", "driver failed")
    stage.select("web")
    for action, words in (("container.restart", "restart container web"), ("container.stop", "stop container web")):
        stage.act(action)
        stage.qtbot.waitUntil(lambda words=words: words in stage.session.activity.deeds[-1].error)
        stage.settled()
