"""Rows and details against the docker SDK's own answers of the same engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import Cancelled, NotFound, WrongUse
from imagexplorer.sources.engine import images
from imagexplorer.sources.engine.local import own_config
from tests import engine_images
from tests.engines import SAMPLE, Engine

pytestmark = pytest.mark.engine


def row_of(engine: Engine, identifier: str) -> Any:
    return next(row for row in engine.source.images(engine.control) if row.id == identifier)


def test_a_row_is_what_the_engine_lists(engine: Engine, sample: str) -> None:
    row = row_of(engine, sample)
    told = next(each for each in engine.api.images() if each["Id"] == sample)
    assert row.tags == (engine.name(SAMPLE),)
    assert row.size_bytes == told["Size"] > 2_000_000
    assert row.created == told["Created"]
    assert row.labels["maintainer"] == "tests"
    assert not row.dangling


def test_one_call_lists_all(engine: Engine, sample: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = type(engine.source.wire).open

    def noted(self: Any, method: str, path: str, **more: Any) -> Any:
        asked.append(path)
        return real(self, method, path, **more)

    monkeypatch.setattr(type(engine.source.wire), "open", noted)
    engine.source.images(engine.control)
    engine.source.containers(engine.control)
    assert asked == ["/images/json", "/containers/json"]


def test_tags_digests_and_dangling(engine: Engine, sample: str, tidy: list[str]) -> None:
    tidy.append("image:test/second:1")
    first = engine_images.build(engine.api, "test/second:1", "FROM scratch\nCOPY busybox /one\n")
    engine.api.tag("test/second:1", "test/third", "2")
    tidy.append("image:test/third:2")
    assert set(row_of(engine, first).tags) == {engine.name("test/second:1"), engine.name("test/third:2")}
    engine.api.remove_image("test/third:2")
    second = engine_images.build(engine.api, "test/second:1", "FROM scratch\nCOPY busybox /two\n")
    tidy.append(f"image:{first}")
    assert row_of(engine, second).tags == (engine.name("test/second:1"),)
    rows = {row.id: row for row in engine.source.images(engine.control)}
    # The containerd store forgets an image that lost its last name at a build; the others keep it without one.
    if first in rows:
        assert rows[first].dangling
        assert rows[first].tags == ()
    assert all("<none>" not in name for row in rows.values() for name in (*row.tags, *row.digests))
    assert all(len(set(row.digests)) == len(row.digests) for row in rows.values())


@pytest.mark.parametrize("spelling", ["tag", "id", "prefix", "bare"])
def test_an_image_by_any_name(engine: Engine, sample: str, spelling: str) -> None:
    names = {"tag": SAMPLE, "id": sample, "prefix": sample.removeprefix("sha256:")[:12], "bare": sample[7:]}
    assert engine.source.image(names[spelling], engine.control).image.id == sample


def test_detail_agrees_with_inspect_and_history(engine: Engine, sample: str) -> None:
    detail = engine.source.image(SAMPLE, engine.control)
    told, history = engine.api.inspect_image(SAMPLE), engine.api.history(SAMPLE)
    assert [layer.diff_id for layer in detail.layers] == told["RootFS"]["Layers"]
    assert [step.instruction for step in reversed(detail.steps)] == [entry["CreatedBy"] for entry in history]
    assert [step.size_bytes for step in reversed(detail.steps)] == [entry["Size"] for entry in history]
    assert [step.created for step in reversed(detail.steps)] == [entry["Created"] for entry in history]
    assert str(detail.image.platform) == f"{told['Os']}/{told['Architecture']}"
    assert detail.config["config"]["Env"] == ["PATH=/bin", "LANG=C.UTF-8"]
    assert detail.config["config"]["Cmd"] == ["sleep", "600"]
    assert detail.config["rootfs"]["diff_ids"] == told["RootFS"]["Layers"]


def mapping(detail: ImageDetail) -> list[tuple[bool | None, int | None]]:
    return [(step.empty, step.layer) for step in detail.steps]


def test_steps_are_matched_before_any_file_is_read(engine: Engine, sample: str) -> None:
    """By the engine's own configuration, which this test run may read; and by rules alone never otherwise."""
    detail = engine.source.image(SAMPLE, engine.control)
    assert all(empty is not None for empty, _ in mapping(detail))
    assert [layer for _, layer in mapping(detail) if layer is not None] == list(range(len(detail.layers)))
    inspect, history = engine.api.inspect_image(SAMPLE), engine.api.history(SAMPLE)
    by_rules = images.image_detail(inspect, history, None, "")
    for (empty, layer), (right_empty, right_layer) in zip(mapping(by_rules), mapping(detail), strict=True):
        assert empty in (None, right_empty)
        assert layer in (None, right_layer)
    assert sum(layer is not None for _, layer in mapping(by_rules)) >= 3


def test_the_engines_own_configuration_is_found(engine: Engine, sample: str) -> None:
    info, inspect = engine.api.info(), engine.api.inspect_image(SAMPLE)
    config, digest = own_config(info, inspect, "" if engine.containerd else sample)
    assert config is not None
    assert config["rootfs"]["diff_ids"] == inspect["RootFS"]["Layers"]
    assert digest.startswith("sha256:")


def test_a_configuration_that_was_tampered_with_is_not_taken(engine: Engine, sample: str, tmp_path: Path) -> None:
    if engine.containerd:
        return  # found by reference there: same check of the digest, other folders
    name = sample.removeprefix("sha256:")
    place = tmp_path / "image" / "overlay2" / "imagedb" / "content" / "sha256"
    place.mkdir(parents=True)
    (place / name).write_text('{"history": []}')
    assert own_config({"DockerRootDir": str(tmp_path), "Driver": "overlay2"}, {}, sample) == (None, sample)


def test_platforms(engine: Engine, sample: str) -> None:
    detail = engine.source.image(SAMPLE, engine.control)
    assert engine.source.image(SAMPLE, engine.control, str(detail.image.platform)).layers == detail.layers
    with pytest.raises(WrongUse, match="there is no platform linux/s390x") as caught:
        engine.source.image(SAMPLE, engine.control, "linux/s390x")
    assert str(detail.image.platform) in caught.value.way_out


@pytest.mark.parametrize("name", ["test/none:1", "sha256:" + "0" * 64, "no/such/thing", ""])
def test_an_image_that_is_not_there(engine: Engine, name: str) -> None:
    with pytest.raises(NotFound):
        engine.source.image(name, engine.control)


@pytest.mark.parametrize("name", ["Not/A:Name", "a b", "../../etc", "x?y=1", "%2e%2e", "é"])
def test_a_name_that_is_none_is_no_crash(engine: Engine, name: str) -> None:
    from imagexplorer.core.errors import ImagexplorerError

    with pytest.raises(ImagexplorerError):
        engine.source.image(name, engine.control)


# -- containers ------------------------------------------------------------------------------


def test_a_container_row(engine: Engine, sample: str, container: str) -> None:
    (row,) = engine.source.containers(engine.control, [container])
    assert row.id == container
    assert (row.image, row.image_id) == (engine.name(SAMPLE), sample)
    assert (row.state, row.running, row.project) == ("running", True, "shop")
    assert row.command.startswith("sleep 600") or row.command == '"sleep 600"'
    assert [mount.target for mount in row.mounts] == ["/vol"]
    detail = engine.source.container(container, engine.control)
    assert detail.container.id == container
    assert detail.container.name == row.name
    assert detail.container.image_id == sample
    assert (detail.exit_code, detail.finished) == (None, None)
    assert detail.started is not None


def test_some_containers_of_many(engine: Engine, sample: str, container: str, tidy: list[str]) -> None:
    other = engine.api.create_container(SAMPLE, ["true"])["Id"]
    tidy.append(other)
    assert {row.id for row in engine.source.containers(engine.control, [container])} == {container}
    assert {row.id for row in engine.source.containers(engine.control, [other, "f" * 64])} == {other}
    assert {container, other} <= {row.id for row in engine.source.containers(engine.control)}
    many = [f"{n:064x}" for n in range(100)] + [container]
    assert [row.id for row in engine.source.containers(engine.control, many)] == [container]


def test_an_ended_container(engine: Engine, sample: str, tidy: list[str]) -> None:
    made = engine.api.create_container(SAMPLE, ["sh", "-c", "exit 3"])["Id"]
    tidy.append(made)
    assert engine.source.container(made, engine.control).container.state == "created"
    engine.api.start(made)
    engine.api.wait(made, timeout=60)
    detail = engine.source.container(made, engine.control)
    assert (detail.container.state, detail.exit_code) == ("exited", 3)
    assert detail.finished is not None


def test_sizes_by_one_call_each(engine: Engine, sample: str, container: str) -> None:
    engine_images.write_in(engine.api, container, "dd if=/dev/zero of=/ten bs=1024 count=10")
    sizes = engine.source.writable_sizes(engine.control)
    assert sizes[container] >= 10_240
    usage = engine.source.disk_usage(engine.control)
    assert usage.container_writable[container] >= 10_240
    assert sample in usage.image_unique
    assert usage.layers_bytes is None or usage.layers_bytes > 0


def test_what_another_image_has_whole_is_not_one_s_own(engine: Engine, tidy: list[str]) -> None:
    """One that was built on the other without a layer of its own, as many engines tell it wrong."""
    one, two = engine.name("twins/one:1"), engine.name("twins/two:1")
    first = engine_images.build(engine.api, one, "FROM scratch\nADD busybox /only/here\n")
    second = engine_images.build(engine.api, two, "FROM twins/one:1\nLABEL more=yes\n")
    tidy += [f"image:{two}", f"image:{one}"]
    unique = engine.source.disk_usage(engine.control).image_unique
    assert first != second
    assert max(unique.get(first, 0), unique.get(second, 0)) < 1000, "what is written down about it, at most"


def test_what_the_engine_is(engine: Engine) -> None:
    info, told = engine.source.info(engine.control), engine.api.version()
    assert info.product == ("Podman" if engine.podman else "Docker")
    assert info.version == told["Version"]
    assert info.store == ("containerd" if engine.containerd else "graph")
    assert info.root == engine.api.info()["DockerRootDir"]
    assert str(info.platform).startswith("linux/")


def test_a_cancelled_call_is_cancelled(engine: Engine) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        engine.source.images(control)
