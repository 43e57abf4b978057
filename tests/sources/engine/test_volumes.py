"""A volume that is kept as an archive, deleted and brought back has the content that it had."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from imagexplorer.core.errors import ImagexplorerError, NotFound, Refused
from tests.engine_images import write_in
from tests.engines import SAMPLE, Engine

pytestmark = pytest.mark.engine
NAMELESS = "a" * 64
WRITTEN = """mkdir -p /vol/deep; echo one > /vol/deep/a; ln /vol/deep/a /vol/b; chmod 751 /vol; chown 12:34 /vol/deep
ln -s deep /vol/l; ln -s ../bin/busybox /vol/out; ln -s ../../../etc /vol/deep/far; printf x > '/vol/sp ace'"""


@pytest.fixture(autouse=True)
def no_volumes(engine: Engine, tidy: list[str]) -> Iterator[None]:
    before = names(engine)
    yield
    for each in tidy:
        engine.api.remove_container(each, force=True)
    tidy.clear()
    for each in names(engine) - before:
        engine.api.remove_volume(each)


def names(engine: Engine) -> set[str]:
    return {each["Name"] for each in engine.api.volumes()["Volumes"] or ()}


def said_in(engine: Engine, container: str, script: str) -> str:
    made = engine.api.exec_create(container, ["/bin/sh", "-ec", script])
    return str(engine.api.exec_start(made["Id"]).decode())


def containers(engine: Engine) -> set[str]:
    return {each["Id"] for each in engine.api.containers(all=True)}


@pytest.mark.parametrize("name", ["kept-data", NAMELESS])
def test_kept_deleted_and_brought_back(engine: Engine, sample: str, tidy: list[str], tmp_path: Path, name: str) -> None:
    host, control = engine.source.host, engine.control
    engine.api.create_volume(name, labels={"why": "test"})
    made = engine.api.create_container(
        SAMPLE, ["sleep", "600"], host_config=engine.api.create_host_config(binds=[f"{name}:/vol"])
    )["Id"]
    tidy += [made]
    engine.api.start(made)
    write_in(engine.api, made, WRITTEN)
    before = containers(engine)
    volumes = names(engine)
    kept = tmp_path / "kept.tar"
    kept.write_bytes(b"".join(host.volume_saved(name, control)))
    assert containers(engine) == before, "nothing of the reading is left"
    told = host.volume(name, control)
    assert (told.name, dict(told.labels)) == (name, {"why": "test"})
    listed = next(each for each in host.holdings(control).volumes if each.name == name)
    assert (listed.created, listed.users) in ((told.created, 1), ("", 1)), "Podman leaves the time out"
    with pytest.raises(Refused):
        host.remove_volume(name, control)
    engine.api.kill(made)
    engine.api.remove_container(made, force=True)
    tidy.remove(made)
    with pytest.raises(Refused, match="another volume"):
        host.remove_volume(name, control, "2001-01-01T00:00:00Z")
    host.remove_volume(name, control, told.created)
    with pytest.raises(NotFound):
        list(host.volume_saved(name, control))
    with pytest.raises(NotFound):
        host.remove_volume(name, control)

    cut = tmp_path / "cut.tar"
    cut.write_bytes(kept.read_bytes()[:1000])
    with pytest.raises(ImagexplorerError):
        host.volume_restored(told, str(cut), control)
    with pytest.raises(NotFound):
        host.volume(name, control)
    host.volume_restored(told, str(kept), control)
    with pytest.raises(Refused, match="by now"):
        host.volume_restored(told, str(kept), control)
    assert host.volume(name, control).labels == told.labels
    assert names(engine) == volumes
    again = engine.api.create_container(
        SAMPLE, ["sleep", "600"], host_config=engine.api.create_host_config(binds=[f"{name}:/vol"])
    )["Id"]
    tidy += [again]
    engine.api.start(again)
    mode, user, group = ("755", "0", "0") if engine.podman else ("751", "12", "34")  # Podman tells no owner
    said = said_in(engine, again, "cat /vol/b /vol/l/a; stat -c '%a %u %g %h' /vol /vol/deep /vol/b; ls /vol")
    assert said.split() == ["one", "one", mode, "0", "0", "3", "755", user, group, "2", "644", "0", "0", "2",
                            "b", "deep", "l", "out", "sp", "ace"]  # fmt: skip
    engine.api.kill(again)
