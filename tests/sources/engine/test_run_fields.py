"""Each field of a run arrives: what the engine's inspect says of the container reads back as what was asked for."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from imagexplorer.core.run_line import like
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.sources.engine.actions import create
from tests.engines import SAMPLE, Engine

pytestmark = pytest.mark.engine


BESIDE = ("volumes", "others")
"""Here engines add of their own: volumes of the image, what they take for a usual value."""


def asked(folder: Path) -> RunSpec:
    return RunSpec(
        SAMPLE,
        "fields",
        ("-c", "sleep 600 # a 'quoted' word"),
        ports=("127.0.0.1:18080:8080", "18053:53/udp"),
        environment=(("MODE", "a=b"), ("EMPTY", ""), ("DB_PASSWORD", "hush hush")),
        volumes=(f"{folder}:/in:ro", "fields_data:/data2"),
        detach=True,
        entrypoint="/bin/sh",
        interactive=True,
        tty=True,
        tmpfs=("/scratch:size=1m",),
        networks=("none",),
        hostname="here",
        user="1000:1000",
        workdir="/tmp",
        restart="on-failure:3",
        memory=str(64 << 20),
        cpus="0.5",
        read_only=True,
        cap_add=("NET_ADMIN",),
        cap_drop=("MKNOD",),
        devices=("/dev/null:/dev/nothing:r",),
        labels=(("a", "1"), ("b", "two words")),
        health_cmd="test -e /bin/sh",
        health_interval="30s",
        health_timeout="5s",
        health_retries="2",
        health_start_period="1s",
        others=(("dns", "192.0.2.1"), ("shm-size", "1048576"), ("stop-timeout", "3"), ("init", "")),
    )


def as_told(engine: Engine, made: str) -> RunSpec:
    config = engine.source.image(SAMPLE, engine.control).config["config"]
    return like(engine.source.container(made, engine.control), config, whole=True)


def test_each_field_arrives(engine: Engine, sample: str, tidy: list[str], tmp_path: Path) -> None:
    """Docker and Podman differ in what they put beside; of what was asked nothing is lost."""
    spec = asked(tmp_path)
    if engine.podman:
        # Its helper for --init is a package of its own, it publishes no port without a network, and does not tell
        # what may be done with a device.
        spec = replace(spec, others=spec.others[:-1], ports=(), devices=("/dev/null:/dev/nothing",))
    tidy.append(spec.name)
    found = as_told(engine, engine.source.run(spec, engine.control))
    known = {name: tuple(each for each in getattr(found, name) if each in getattr(spec, name)) for name in BESIDE}
    known["tmpfs"] = tuple(each for each in spec.tmpfs if any(told.startswith(each) for told in found.tmpfs))
    found = replace(found, image=spec.image, **known)
    different = {
        each.name: (getattr(spec, each.name), getattr(found, each.name))
        for each in fields(RunSpec)
        if sorted_pairs(getattr(spec, each.name)) != sorted_pairs(getattr(found, each.name))
    }
    assert different == {}


def sorted_pairs(value: object) -> object:
    return sorted(value) if isinstance(value, tuple) else value


def test_the_rest_arrives_too(engine: Engine, sample: str, tidy: list[str]) -> None:
    """What cannot stand beside the other fields."""
    spec = RunSpec(
        SAMPLE,
        "rest",
        ("sleep", "601"),
        remove=True,
        privileged=True,
        no_healthcheck=True,
        networks=("host",),
        others=(
            ("oom-score-adj", "100"),
            ("memory-swap", "100663296"),
            ("stop-signal", "SIGUSR1"),
            ("group-add", "7"),
        ),
        memory="67108864",
    )
    tidy.append("rest")
    # Not started: not every machine gives a container all rights.
    found = as_told(engine, create(engine.source.wire, spec, engine.control))
    for name in ("command", "remove", "privileged", "no_healthcheck", "networks", "memory"):
        assert getattr(found, name) == getattr(spec, name), name
    missing = set(spec.others) - set(found.others)
    assert not {name for name, _ in missing} - ({"stop-signal"} if engine.podman else set())


@pytest.mark.parametrize("asked_for", [None, 0, 3])
def test_a_program_has_its_time_to_end(engine: Engine, sample: str, tidy: list[str], asked_for: int | None) -> None:
    """Podman 4 gives one that says none a time out of 0: it is killed by a stop before it has written what it holds."""
    tidy.append("timely")
    others = () if asked_for is None else (("stop-timeout", str(asked_for)),)
    made = engine.source.create(RunSpec(SAMPLE, "timely", others=others), engine.control)
    told = engine.api.inspect_container(made)["Config"].get("StopTimeout")
    assert told == (10 if asked_for is None and engine.podman else asked_for)
