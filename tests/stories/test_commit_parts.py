"""A commit with changes to the configuration, and one that leaves paths out, on a real engine."""

from __future__ import annotations

import io
import tarfile

import pytest

from imagexplorer.core.commit_config import ConfigChange
from imagexplorer.core.entities import CommitSpec
from tests.engine_images import write_in
from tests.engines import SAMPLE, Engine

pytestmark = pytest.mark.engine

CHANGE = ConfigChange(
    command=("sh", "-c", "echo \"$HOME\" 'x'"),
    entrypoint=("/bin/busybox",),
    environment=(("PRICE", '5 $USD "net" \\'),),
    user="7:8",
    workdir="/srv",
    labels=(("made.by", "so $and so"),),
    expose=("81/tcp",),
)
SCRIPT = """
mkdir -p /keep/inner /leave && echo kept > /keep/inner/file && echo gone > /leave/file && echo log > /keep/app.log
cp /bin/busybox /keep/root && chown 5:6 /keep/root && chmod 4755 /keep/root
ln -s inner/file /keep/link && ln /keep/inner/file /keep/hard && rm /big.bin && rm -r /opaque
"""


def config_is_changed(engine: Engine, image: str) -> None:
    config = engine.api.inspect_image(image)["Config"]
    assert tuple(config["Cmd"]) == CHANGE.command
    assert tuple(config["Entrypoint"]) == CHANGE.entrypoint
    assert f"{CHANGE.environment[0][0]}={CHANGE.environment[0][1]}" in config["Env"]
    assert (config["User"], config["WorkingDir"].rstrip("/")) == (CHANGE.user, CHANGE.workdir)
    assert config["Labels"]["made.by"] == "so $and so"
    assert "81/tcp" in config["ExposedPorts"]


def members(engine: Engine, image: str) -> dict[str, tarfile.TarInfo]:
    made = engine.api.create_container(image, ["x"])["Id"]
    try:
        raw = b"".join(engine.api.export(made))
    finally:
        engine.api.remove_container(made)
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        return {"/" + member.name.removeprefix("./").rstrip("/"): member for member in archive}


def test_a_commit_changes_the_configuration(engine: Engine, container: str, tidy: list[str]) -> None:
    tidy.append("image:parts/config:1")
    spec = CommitSpec(container, "parts/config", "1", "Some One", pause=False, config=CHANGE)
    config_is_changed(engine, engine.source.commit(spec, engine.control))


def test_what_is_left_out_is_not_in_the_image_and_the_rest_is_as_it_was(
    engine: Engine, container: str, tidy: list[str]
) -> None:
    write_in(engine.api, container, SCRIPT)
    tidy.append("image:parts/some:1")
    before = engine.api.inspect_container(container)["State"]
    spec = CommitSpec(
        container,
        "parts/some",
        "1",
        "Some One",
        pause=not engine.podman,
        config=CHANGE,
        left_out=("/leave", "/keep/app.log", "/opaque"),
    )
    made = engine.source.commit(spec, engine.control)
    assert engine.source.image("parts/some:1", engine.control).image.id == made
    config_is_changed(engine, made)
    assert engine.api.inspect_image(made)["Author"] == "Some One"
    found, there = members(engine, made), members(engine, SAMPLE)
    assert not {path for path in found if path.startswith("/leave") or path == "/keep/app.log"}
    assert "/big.bin" in there
    assert "/big.bin" not in found, "what was deleted is deleted there too"
    assert {path for path in there if path.startswith("/opaque/")} <= set(found), "what is left out stays as it was"
    root, link = found["/keep/root"], found["/keep/link"]
    assert (root.mode & 0o7777, root.uid, root.gid) == (0o4755, 5, 6)
    assert (link.issym(), link.linkname) == (True, "inner/file")
    assert found["/keep/hard"].islnk() or found["/keep/inner/file"].islnk()
    after = engine.api.inspect_container(container)["State"]
    assert (after["Running"], after.get("Paused")) == (before["Running"], before.get("Paused")), "it goes on"
