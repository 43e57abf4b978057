"""Answers of engines that cannot be started here, as they recorded them: Docker 29 with both stores, Podman 5.

They are read from IMAGEXPLORER_ENGINE_ANSWERS, or from ../shared/data/engines beside the checkout. Without them the
answers below stand in alone: short ones, with what is peculiar to each engine.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, Platform, Port
from imagexplorer.core.errors import Refused, Unreachable
from imagexplorer.sources.engine import changes, containers, events, holdings, images, usage
from imagexplorer.sources.engine.fields import image_id, moment
from imagexplorer.sources.engine.wire import Wire

FOLDER = Path(os.environ.get("IMAGEXPLORER_ENGINE_ANSWERS", "") or Path(__file__).parents[4] / "shared/data/engines")
RECORDED = ["docker29c", "docker29g", "podman54"]
there = [engine for engine in RECORDED if (FOLDER / engine / "images.json").exists()]
recorded = pytest.mark.parametrize("engine", there or ["own"])
A, B, C = "a" * 64, "b" * 64, "c" * 64


def answer(engine: str, name: str) -> Any:
    if engine == "own":
        return OWN[name]
    told = json.loads((FOLDER / engine / f"{name}.json").read_text())
    return told["body"] if isinstance(told, dict) and set(told) == {"status", "body"} else told


OWN: dict[str, Any] = {
    "images": [
        {
            "Id": f"sha256:{A}",
            "RepoTags": ["x:1", "x@sha256:" + B],
            "RepoDigests": ["x@sha256:" + B] * 2,
            "Created": 1,
            "Size": 9,
        },
        {
            "Id": f"sha256:{B}",
            "RepoTags": None,
            "RepoDigests": None,
            "ParentId": A,
            "Created": 5,
            "Size": 3,
            "Labels": None,
        },
        {"Id": f"sha256:{C}", "RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"], "Created": 3},
    ],
    "image_inspect": {
        "Id": f"sha256:{A}",
        "RepoTags": ["x:1"],
        "Created": "2026-11-23T05:31:20.720605232Z",
        "Os": "linux",
        "Architecture": "amd64",
        "Config": {},
        "RootFS": {"Type": "layers", "Layers": [f"sha256:{C}"]},
    },
    "history": [
        {"CreatedBy": "CMD x", "Created": 7, "Size": 0, "Comment": "buildkit.dockerfile.v0", "Tags": None},
        {"CreatedBy": "COPY a /b", "Created": 6, "Size": 12, "Comment": "buildkit.dockerfile.v0"},
    ],
    "containers_all_size": [
        {
            "Id": B,
            "Names": ["/p1"],
            "Image": "x:1",
            "ImageID": f"sha256:{A}",
            "State": "running",
            "Status": "Up 1 second",
            "Created": 4,
            "Command": "sh",
            "Ports": [],
            "SizeRw": 5,
        }
    ],
    "container_inspect": {"Id": B, "Name": "/p1", "Image": f"sha256:{A}", "State": {"Status": "running"}},
    "df": {"LayersSize": 4, "Images": [{"Id": A, "Size": 9, "SharedSize": 2}], "Containers": [{"Id": B, "SizeRw": 5}]},
    "events": [{"Type": "container", "Action": "start", "Actor": {"ID": B, "Attributes": {}}}],
    "diff": [{"Path": "/x", "Kind": 1}],
}


@recorded
def test_rows_of_images(engine: str) -> None:
    rows = images.image_rows(answer(engine, "images"))
    assert rows
    assert all(row.id.startswith("sha256:") and len(row.id) == 71 for row in rows)
    assert all(row.parent_id == "" or row.parent_id.startswith("sha256:") for row in rows)
    assert all("<none>" not in name for row in rows for name in (*row.tags, *row.digests))
    assert all("@" not in tag for row in rows for tag in row.tags)
    assert all(len(set(row.digests)) == len(row.digests) for row in rows)
    assert [row.created for row in rows] == sorted((row.created for row in rows), reverse=True)
    assert any(row.dangling for row in rows) or engine.startswith("docker29")


@recorded
def test_a_detail(engine: str) -> None:
    inspect, history = answer(engine, "image_inspect"), answer(engine, "history")
    detail = images.image_detail(inspect, [], None, "")
    assert [layer.diff_id for layer in detail.layers] == inspect["RootFS"]["Layers"]
    assert str(detail.image.platform) == "linux/amd64"
    assert detail.image.created is not None
    assert set(detail.config) >= {"architecture", "os", "rootfs", "config"}
    assert "Hostname" not in detail.config["config"]
    made = images.steps(images.history_entries(history), sum(bool(entry["Size"]) for entry in history), None)
    assert [step.instruction for step in reversed(made)] == [entry["CreatedBy"] for entry in history]
    assert [step.layer for step in made if step.size_bytes] == list(range(sum(bool(e["Size"]) for e in history)))


@recorded
def test_rows_of_containers(engine: str) -> None:
    rows = containers.container_rows(answer(engine, "containers_all_size"))
    assert rows
    for row in rows:
        assert row.name
        assert not row.name.startswith("/")
        assert row.state in containers.STATES
        assert row.image_id.startswith("sha256:")
        assert row.writable_bytes is None or row.writable_bytes >= 0
    detail = containers.container_detail(answer(engine, "container_inspect"))
    assert detail.container.name
    assert detail.container.state in containers.STATES


@recorded
def test_disk_usage(engine: str) -> None:
    told = usage.disk_usage(answer(engine, "df"))
    assert told.image_unique
    assert all(identifier.startswith("sha256:") for identifier in told.image_unique)
    assert all(size >= 0 for size in told.image_unique.values())


def test_images_of_the_same_layers_have_nothing_of_their_own() -> None:
    rows = [
        {"Id": f"{n}" * 64, "Size": size, "SharedSize": 0}
        for n, size in enumerate((9_000_100, 9_000_000, 9_070_000, 5))
    ]
    answer = {"Images": rows}
    ids = [f"sha256:{row['Id']}" for row in rows]
    assert sorted(usage.alike(answer)) == sorted(ids[:2])
    told = usage.disk_usage(answer)
    right = usage.without_twins(told, {ids[0]: ("a", "b"), ids[1]: ("a", "b", "c"), ids[3]: ()})
    assert [right.image_unique[each] for each in ids] == [0, 9_000_000, 9_070_000, 5]
    same = usage.without_twins(told, {ids[0]: ("a", "b"), ids[1]: ("a", "b"), ids[3]: ("b",)})
    assert [same.image_unique[each] for each in ids] == [0, 0, 9_070_000, 5]


@pytest.mark.parametrize("engine", [engine for engine in there if engine.startswith("docker")] or ["own"])
def test_disk_usage_in_its_new_shape(engine: str) -> None:
    if engine == "own":
        new = {
            "ImageUsage": {"TotalSize": 4, "Items": OWN["df"]["Images"]},
            "ContainerUsage": {"Items": OWN["df"]["Containers"]},
        }
    else:
        new = answer(engine, "df_verbose")
    old, told = usage.disk_usage(answer(engine, "df")), usage.disk_usage(new)
    assert set(told.image_unique) == set(old.image_unique)
    assert set(told.container_writable) == set(old.container_writable)
    assert told.layers_bytes is not None


@recorded
def test_events_name_things_that_are_known(engine: str) -> None:
    for event in answer(engine, "events"):
        for identifier in events.touched(event).containers:
            assert identifier == "*" or len(identifier) == 64
        for identifier in events.touched(event).images:
            assert identifier == "*" or identifier.startswith("sha256:") or ":" in identifier


@recorded
def test_changes(engine: str) -> None:
    told = answer(engine, "diff")
    rows = list(changes.listed(told))
    assert len(rows) == len(told)
    assert {row.kind for row in rows} <= {"added", "modified", "deleted"}


def test_platforms_of_a_multi_platform_image() -> None:
    def manifest(architecture: str, kind: str = "image", available: bool = True) -> dict[str, Any]:
        platform = {"os": "linux", "architecture": architecture}
        return {"Kind": kind, "Available": available, "ImageData": {"Platform": platform}}

    record = {
        "Id": f"sha256:{A}",
        "Manifests": [
            manifest("amd64"),
            manifest("arm64"),
            manifest("s390x", available=False),
            {"Kind": "attestation", "Available": True},
        ],
    }
    assert images.platforms(record) == (Platform("linux", "amd64"), Platform("linux", "arm64"))
    assert images.attestations(record) == ("attestation manifest",)
    assert images.image_row(record).platform is None
    assert images.image_row({"Manifests": [manifest("arm64")]}).platform == Platform("linux", "arm64")


def test_many_tags_stand_in_the_order_of_their_numbers() -> None:
    names = ["app:t10", "app:t1", "app:t2", "app:1.10", "app:1.9", "app:latest", "app:" + "9" * 9000]
    assert images.image_row({"RepoTags": names}).tags == (
        *("app:1.9", "app:1.10", "app:" + "9" * 9000, "app:latest", "app:t1", "app:t2", "app:t10"),
    )


@pytest.mark.parametrize(
    ("status", "field", "health"),
    [
        ("Up 3 minutes (healthy)", None, "healthy"),
        ("Up 1 second (health: starting)", None, "starting"),
        ("Up 3 minutes", {"Status": "unhealthy"}, "unhealthy"),
        ("Up 3 minutes", {"Status": "none"}, ""),
        ("Exited (0) 2 days ago", None, ""),
    ],
)
def test_health(status: str, field: Any, health: str) -> None:
    assert containers.container_row({"Status": status, "Health": field}).health == health


def test_what_has_ended_has_no_health() -> None:
    def health(status: str) -> str:
        return containers.container_detail(
            {"State": {"Status": status, "Health": {"Status": "unhealthy"}}}
        ).container.health

    assert health("running") == "unhealthy"
    assert health("exited") == ""


def test_one_that_waits_to_be_started_again_says_how_it_ended() -> None:
    ended = {"ExitCode": 1, "StartedAt": "2026-01-01T00:00:00Z", "FinishedAt": "2026-01-01T00:00:09Z"}
    waits = containers.container_detail({"State": {"Status": "restarting", **ended}})
    assert (waits.exit_code, (waits.finished or 0) - (waits.started or 0)) == (1, 9)
    runs = containers.container_detail({"State": {"Status": "running", **ended}})
    assert (runs.exit_code, runs.finished) == (None, None)


def test_ports() -> None:
    record = {
        "Ports": [
            {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
            {"PrivatePort": 53, "Type": "udp"},
            {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
            {"PrivatePort": "x"},
            None,
        ]
    }
    assert containers.container_row(record).ports == (
        Port(53, "udp"),
        Port(80, "tcp", 8080, "0.0.0.0"),
        Port(80, "tcp", 8080, "::"),
    )
    inspect = {
        "NetworkSettings": {"Ports": {"80/tcp": [{"HostIp": "::", "HostPort": "8080"}], "53/udp": None, "odd": None}}
    }
    assert containers.container_detail(inspect).container.ports == (Port(53, "udp"), Port(80, "tcp", 8080, "::"))


@pytest.mark.parametrize("value", [None, 3, "x", [], {}, [None], {"a": None}, True, 1e400, "9" * 5000])
@pytest.mark.parametrize(
    "key",
    [
        "Id",
        "RepoTags",
        "Created",
        "Size",
        "Labels",
        "Names",
        "Ports",
        "Mounts",
        "State",
        "Config",
        "RootFS",
        "Manifests",
        "NetworkSettings",
        "Health",
        "Image",
    ],
)
def test_a_field_of_any_type_is_no_crash(key: str, value: Any) -> None:
    record = {"Id": A, key: value}
    images.image_row(record)
    images.image_detail(record, [record, value], None, "")
    images.history_entries(value)
    containers.container_row(record)
    containers.container_detail(record)
    usage.disk_usage({"Images": [record], "Containers": value, key: value})
    events.touched({"Type": value, "Action": value, "Actor": value})
    list(changes.listed(value))


def test_ids_and_times() -> None:
    assert image_id(A) == f"sha256:{A}"
    assert image_id(f"sha256:{A}") == f"sha256:{A}"
    assert image_id("<missing>") == "<missing>"
    times = {
        "x": "2026-11-23T05:31:20.720605232Z",
        "y": 12,
        "z": "0001-01-01T00:00:00Z",
        "w": "2026-11-23T06:31:20+01:00",
    }
    assert moment(times, "x") == moment(times, "w") == 1795411880
    assert (moment(times, "y"), moment(times, "z"), moment(times, "none")) == (12, None, None)


def test_what_fails_as_another_image_goes_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = 'retrieving parent of image "5": image not known'
    reasons: list[str] = []

    def told(_wire: Wire, _method: str, _path: str, *, what: str, **_more: Any) -> list[str]:
        if reasons:
            raise Refused(what, reasons.pop(0))
        return ["listed"]

    monkeypatch.setattr(Wire, "json", told)
    wire = Wire(Address("engine", "unix:///none"), "unix:///none", "1.41")
    reasons += [gone, gone]
    assert wire.get("/images/json", what="list", control=Control()) == ["listed"]
    for failing, left in (["no space", gone], 1), ([gone] * 9, 4):
        reasons[:] = failing
        with pytest.raises(Refused):
            wire.get("/images/json", what="list", control=Control())
        assert len(reasons) == left


@pytest.mark.parametrize("shared", [True, False, None])
@pytest.mark.parametrize("whole", [True, False])
def test_what_the_builders_cache_keeps_is_freed_by_no_delete(
    monkeypatch: pytest.MonkeyPatch, shared: bool | None, whole: bool
) -> None:
    """None: the engine weighs all it has before it tells, which takes too long."""

    def told(_wire: Wire, _method: str, path: str, *, what: str, **_more: Any) -> Any:
        if path != "/system/df":
            return []
        if shared is None:
            raise Unreachable(what, "did not answer in time")
        cache = [{"ID": "k", "Size": 7, "Shared": shared}, {"ID": "l", "Size": 9, "Shared": False}]
        return {"LayersSize": 100, "BuildCache": cache}

    monkeypatch.setattr(Wire, "json", told)
    wire = Wire(Address("engine", "unix:///none"), "unix:///none", "1.41")
    if whole and shared is None:
        return
    world = holdings.world(wire, False, True, lambda _id, _control: (), whole, Control())
    assert world.exact is (shared is False)
    assert world.held_bytes == ((100 + 9 + (0 if shared else 7)) if whole else None)
    if whole:  # of the containerd store, where what a builder has is a snapshot like others
        other = holdings.world(wire, False, False, lambda _id, _control: (), True, Control())
        assert other.held_bytes == 100
        kept = tuple(replace(each, shared=False) for each in world.build_cache)
        assert replace(world, build_cache=kept).cached_only(world) == (7 if shared else 0)
        assert replace(other, build_cache=kept).cached_only(other) == 0
