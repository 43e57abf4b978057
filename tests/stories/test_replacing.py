"""A container in another's place on a real engine: the old one is kept until the new one is up, whatever happens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imagexplorer.core.errors import Refused
from imagexplorer.core.run_line import like
from imagexplorer.core.run_spec import RunSpec, kept_name
from tests.engine_images import write_in
from tests.engines import SAMPLE, Engine

pytestmark = pytest.mark.engine


def names(engine: Engine) -> dict[str, tuple[str, str]]:
    return {row.name: (row.id, row.state) for row in engine.source.containers(engine.control)}


def test_edit_keeps_the_old_one_and_undoes_what_fails(engine: Engine, sample: str, tidy: list[str]) -> None:
    source, control = engine.source, engine.control
    first = RunSpec(
        SAMPLE,
        "edited",
        ("sh", "-c", "trap exit TERM; sleep 600 & wait"),
        environment=(("DB_PASSWORD", "hush"),),
        memory="67108864",
    )
    old = source.run(first, control)
    kept = kept_name("edited", old)
    tidy += ["edited", kept]
    write_in(engine.api, old, "echo mine > /vol/mine")
    config = source.image(SAMPLE, control).config["config"]
    spec = like(source.container(old, control), config, whole=True)
    before = names(engine)

    with pytest.raises(Refused):  # no such program: it never starts
        source.replace(old, replace(spec, entrypoint="/no/such"), control)
    with pytest.raises(Refused, match="exit code 3"):
        source.replace(old, replace(spec, command=("sh", "-c", "exit 3")), control)
    assert names(engine) == before, "the same, running, under its name, and nothing beside it"

    new = source.replace(old, replace(spec, memory="83886080"), control)
    after = names(engine)
    assert after["edited"] == (new, "running")
    assert after[kept] == (old, "exited")
    made = like(source.container(new, control), config, whole=True)
    assert (made.environment, made.memory) == (first.environment, "83886080")
    assert set(made.volumes) == set(spec.volumes), "volumes without a name are kept"
