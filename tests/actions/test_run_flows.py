"""Run again like a container, and a container in another's place: what is asked, done, and left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imagexplorer.actions.prompts import EditAnswer
from imagexplorer.core.entities import Touched
from imagexplorer.core.errors import Refused
from imagexplorer.core.run_spec import RunSpec
from tests.actions.test_flows import Stage, stage

__all__ = ["stage"]


def asked(stage: Stage, kind: str) -> RunSpec | None:
    stage.qtbot.waitUntil(lambda: kind in [each for each, _ in stage.prompts.questions])
    question = dict(stage.prompts.questions)[kind][0]
    given: RunSpec | None = question.given
    return given


def test_again_asks_with_what_the_container_has_and_runs_what_is_answered(stage: Stage) -> None:
    stage.prompts.answer = RunSpec("myapp:dev", "second", interactive=True, tty=True)
    pages: list[str] = []
    stage.session.page_wanted.connect(lambda kind, _record: pages.append(kind))
    stage.select("web")
    stage.act("container.again")
    given = asked(stage, "run")
    assert given is not None
    assert given.name == ""
    stage.qtbot.waitUntil(lambda: pages == ["container/terminal"])
    assert [(name, call[0].name) for name, call in stage.acts()] == [("run", "second")]


@pytest.mark.parametrize("delete_old", [False, True])
def test_an_edited_container_takes_the_place_and_the_old_one_goes_only_as_confirmed(
    stage: Stage, delete_old: bool
) -> None:
    web = stage.engine.named("web")
    stage.prompts.answer = EditAnswer(RunSpec("myapp:dev", "web", memory="64m"), delete_old)
    stage.select("web")
    stage.act("container.edit")
    stage.qtbot.waitUntil(lambda: "replace" in [name for name, _ in stage.acts()])
    stage.settled()
    names = [name for name, _ in stage.acts()]
    assert names == (["replace", "remove_container"] if delete_old else ["replace"])
    assert (web.id in stage.engine.containers) != delete_old
    command = stage.session.activity.deeds[-1].command
    assert command.startswith(f"docker stop web && docker rename web web-old-{web.id[:6]} && docker run")
    assert ("docker rm" in command) == delete_old


def test_nothing_is_deleted_where_the_new_one_does_not_come_up(stage: Stage) -> None:
    web = stage.engine.named("web")
    stage.engine.fail["replace"] = Refused("edit web", "the port is taken")
    answers = iter([EditAnswer(RunSpec("myapp:dev", "web"), True), None])
    stage.prompts.answer = lambda *_: next(answers)
    stage.select("web")
    stage.act("container.edit")
    stage.qtbot.waitUntil(lambda: len(stage.prompts.questions) == 2)
    assert [name for name, _ in stage.acts()] == ["replace"]
    assert web.id in stage.engine.containers
    again = stage.prompts.questions[1][1][0]
    assert "the port is taken" in again.why
    assert again.given == RunSpec("myapp:dev", "web")


def test_one_that_changed_while_the_form_stood_is_left_alone(stage: Stage) -> None:
    web = stage.engine.named("web")
    stage.prompts.answer = EditAnswer(RunSpec("myapp:dev", "web"), True)

    def stopped() -> None:
        stage.engine.containers[web.id] = replace(web, state="exited")
        stage.engine.emit(Touched(containers=frozenset({web.id})))
        stage.qtbot.waitUntil(
            lambda: any(each.state == "exited" and each.id == web.id for each in stage.session.containers)
        )

    stage.prompts.meanwhile = stopped
    stage.select("web")
    stage.act("container.edit")
    stage.qtbot.waitUntil(lambda: bool(stage.errors))
    assert "changed meanwhile" in str(stage.errors[0])
    assert stage.acts() == []
