"""Whole jobs on a real engine: run it, change it, keep the change, clean up; and each way in which it says no."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import CommitSpec, short_id
from imagexplorer.core.errors import Cancelled, NotFound, Refused, WrongUse
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.sources.engine.run_body import create_body
from tests.engine_images import write_in
from tests.engines import SAMPLE, Engine

pytestmark = pytest.mark.engine


def state(engine: Engine, container: str) -> str:
    return engine.source.container(container, engine.control).container.state


def test_from_an_image_to_its_child(engine: Engine, sample: str, tidy: list[str]) -> None:
    """Run, change, look, commit, look at what the commit made, stop, delete both."""
    source, control = engine.source, engine.control
    tidy += ["story", "image:story/child:v1"]
    made = source.run(
        RunSpec(SAMPLE, "story", ("sleep", "600"), environment=(("MODE", "test"), ("EMPTY", ""))), control
    )
    assert state(engine, made) == "running"
    assert source.container("story", control).container.id == made
    assert {"MODE=test", "EMPTY="} <= set(source.container(made, control).raw["Config"]["Env"])
    write_in(engine.api, made, "echo kept > /kept; rm /big.bin")
    assert {"/kept", "/big.bin"} <= {change.path for change in source.changes(made, control)}
    child = source.commit(CommitSpec(made, "story/child", "v1", "Some One", "why", pause=not engine.podman), control)
    detail = source.image("story/child:v1", control)
    assert detail.image.id == child
    parent = source.image(SAMPLE, control)
    assert [layer.diff_id for layer in detail.layers[:-1]] == [layer.diff_id for layer in parent.layers]
    if not engine.podman:
        assert detail.steps[-1].comment == "why"
        assert detail.config["author"] == "Some One"
    source.stop(made, control, timeout=0)
    assert state(engine, made) == "exited"
    source.remove_container(made, control)
    with pytest.raises(NotFound):
        source.container(made, control)
    went = source.remove_image("story/child:v1", control)
    assert f"Untagged: {engine.name('story/child:v1')}" in went
    assert f"Deleted: {child}" in went
    with pytest.raises(NotFound):
        source.image("story/child:v1", control)


def test_start_stop_restart_are_no_error_twice(engine: Engine, container: str) -> None:
    source, control = engine.source, engine.control
    source.start(container, control)
    began = source.container(container, control).started
    source.restart(container, control, timeout=0)
    assert (source.container(container, control).started or 0) >= (began or 0)
    for _ in range(2):
        source.stop(container, control, timeout=0)
    assert state(engine, container) == "exited"
    for _ in range(2):
        source.start(container, control)
    assert state(engine, container) == "running"


def test_a_run_that_is_waited_for(engine: Engine, sample: str, tidy: list[str]) -> None:
    command = ("sh", "-c", "echo out; sleep 0.2; echo err >&2; exit 7")
    ended = engine.source.run_attached(RunSpec(SAMPLE, command=command, detach=False), engine.control)
    tidy.append(ended.container_id)
    assert engine.source.container(ended.container_id, engine.control).exit_code == 7
    assert (ended.exit_code, ended.output) == (7, ("out", "err"))


def test_a_run_that_removes_itself(engine: Engine, sample: str) -> None:
    command = ("sh", "-c", "echo words; sleep 0.5; exit 3")
    ended = engine.source.run_attached(RunSpec(SAMPLE, command=command, detach=False, remove=True), engine.control)
    made = ended.container_id
    assert (ended.exit_code, ended.output) == (3, ("words",))
    for _ in range(100):
        if not engine.source.containers(engine.control, [made]):
            break
        threading.Event().wait(0.05)
    assert not engine.source.containers(engine.control, [made])


def test_waiting_can_be_cancelled_and_stops_nothing(engine: Engine, sample: str, tidy: list[str]) -> None:
    tidy.append("waited")
    control = Control()
    threading.Timer(1.0, control.cancel).start()
    with pytest.raises(Cancelled):
        engine.source.run_attached(RunSpec(SAMPLE, "waited", ("sleep", "600"), detach=False), control)
    assert state(engine, "waited") == "running"


def test_ports_and_volumes(engine: Engine, sample: str, tidy: list[str], tmp_path: Path) -> None:
    tidy.append("published")
    (tmp_path / "in").mkdir()
    spec = RunSpec(
        SAMPLE, "published", ("sleep", "600"),
        ports=("127.0.0.1:18080:8080", "18053:53/udp"),
        volumes=(f"{tmp_path}/in:/in:ro", "story_data:/data2", "/anonymous"),
    )  # fmt: skip
    if engine.podman:  # its bridge needs plugins that not every machine has: what is asked for is what counts
        body = create_body(spec)
        assert body["HostConfig"]["PortBindings"]["53/udp"] == [{"HostIp": "", "HostPort": "18053"}]
        return
    made = engine.source.run(spec, engine.control)
    row = engine.source.containers(engine.control, [made])[0]
    assert {(port.host_ip, port.host_port, port.container_port, port.protocol) for port in row.ports} >= {
        ("127.0.0.1", 18080, 8080, "tcp"),
        ("0.0.0.0", 18053, 53, "udp"),
    }
    mounts = {mount.target: (mount.kind, mount.writable) for mount in row.mounts}
    assert mounts["/in"] == ("bind", False)
    assert mounts["/data2"] == ("volume", True)
    assert mounts["/anonymous"] == ("volume", True)


# -- no ---------------------------------------------------------------------------------------


def test_an_image_that_is_not_there(engine: Engine) -> None:
    with pytest.raises(NotFound) as caught:
        engine.source.run(RunSpec("story/none:1"), engine.control)
    assert caught.value.way_out == "Pull it first: docker pull story/none:1"


def test_a_name_that_is_taken(engine: Engine, sample: str, tidy: list[str]) -> None:
    tidy.append("taken")
    engine.source.run(RunSpec(SAMPLE, "taken", ("sleep", "600")), engine.control)
    with pytest.raises(Refused, match="already in use"):
        engine.source.run(RunSpec(SAMPLE, "taken"), engine.control)


def test_a_command_that_is_not_there_names_what_remains(engine: Engine, sample: str, tidy: list[str]) -> None:
    tidy.append("remains")
    with pytest.raises(Refused) as caught:
        engine.source.run(RunSpec(SAMPLE, "remains", ("/no/such/command",)), engine.control)
    assert "/no/such/command" in caught.value.reason
    assert "remains was created and remains" in caught.value.way_out
    assert state(engine, "remains") == "created"


def test_a_running_container_is_not_removed_unless_forced(engine: Engine, container: str) -> None:
    with pytest.raises(Refused, match="running"):
        engine.source.remove_container(container, engine.control)
    assert state(engine, container) == "running"
    engine.source.remove_container(container, engine.control, force=True, volumes=True)
    assert not engine.source.containers(engine.control, [container])


def test_an_image_in_use_is_not_removed(engine: Engine, sample: str, container: str) -> None:
    for name in (SAMPLE, sample):
        with pytest.raises(Refused) as caught:
            engine.source.remove_image(name, engine.control)
        assert caught.value.reason
    assert state(engine, container) == "running"
    assert engine.source.image(SAMPLE, engine.control).image.id == sample


def test_one_of_two_tags_only_untags(engine: Engine, sample: str) -> None:
    engine.api.tag(SAMPLE, "story/other", "1")
    with pytest.raises(Refused, match="another image"):
        engine.source.remove_image("story/other:1", engine.control, image_id="sha256:" + "0" * 64)
    assert engine.source.remove_image("story/other:1", engine.control, image_id=sample) == [
        f"Untagged: {engine.name('story/other:1')}"
    ]
    assert engine.source.image(SAMPLE, engine.control).image.id == sample


def test_names_come_and_go_and_never_the_image(engine: Engine, sample: str, tidy: list[str]) -> None:
    host, name = engine.source.host, engine.name("test/named:2")
    tidy.append(f"image:{name}")
    held = engine.source.image(SAMPLE, engine.control).image
    host.tag(held.id, name, engine.control)
    assert engine.source.image(name, engine.control).image.id == held.id
    host.untag(held.id, name, engine.control)
    with pytest.raises(NotFound):
        host.untag(held.id, name, engine.control)
    with pytest.raises(Refused) as refused:
        host.untag(held.id, engine.name(SAMPLE), engine.control)
    assert "last name" in refused.value.reason
    host.tag(held.id, name, engine.control)
    with pytest.raises(Refused) as refused:
        host.untag("sha256:" + "0" * 64, name, engine.control)
    assert "another image" in refused.value.reason
    host.untag(held.id, name, engine.control)
    assert engine.source.image(SAMPLE, engine.control).image == held


def test_what_is_gone_is_not_found(engine: Engine, sample: str) -> None:
    made = engine.api.create_container(SAMPLE, ["true"])["Id"]
    engine.api.remove_container(made, v=True)
    source, control = engine.source, engine.control
    for act in (source.start, source.stop, source.restart, source.remove_container, source.changes, source.container):
        with pytest.raises(NotFound) as caught:
            act(made, control)
        assert short_id(made) in caught.value.what
    with pytest.raises(NotFound):
        source.commit(CommitSpec(made, "story/x"), control)
    with pytest.raises(NotFound):
        source.remove_image("story/none:1", control)


@pytest.mark.parametrize("name", ["Story/Upper", "story/sp ace"])
def test_a_name_that_is_none_is_refused(engine: Engine, container: str, name: str) -> None:
    with pytest.raises(Refused) as caught:
        engine.source.commit(CommitSpec(container, name, "1", pause=not engine.podman), engine.control)
    assert caught.value.reason


@pytest.mark.parametrize(
    "spec",
    [
        RunSpec(SAMPLE, ports=("http",)),
        RunSpec(SAMPLE, ports=("80-82:90-91",)),
        RunSpec(SAMPLE, volumes=("relative",)),
        RunSpec(SAMPLE, volumes=(":/x",)),
        RunSpec(SAMPLE, volumes=("name:relative",)),
    ],
)
def test_ports_and_volumes_that_cannot_be_read(spec: RunSpec) -> None:
    with pytest.raises(WrongUse):
        create_body(spec)


def test_relative_folders_are_those_of_here() -> None:
    body = create_body(RunSpec(SAMPLE, volumes=("./x:/in", "~/y:/home:ro", "/z:/z", "named:/n", "C:\\a:/c")))
    assert body["HostConfig"]["Binds"] == [
        f"{Path.cwd()}/x:/in", f"{Path.home()}/y:/home:ro", "/z:/z", "named:/n", "C:\\a:/c",
    ]  # fmt: skip
