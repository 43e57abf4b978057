"""Every place where an engine may be is found where its owner keeps it, and what is there is told as it is."""

from __future__ import annotations

import json
import os
import threading
import time
from hashlib import sha256
from pathlib import Path

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.engine_places import EnginePlace, elsewhere, sources_document, sources_text, unsafe
from imagexplorer.core.entities import Address
from imagexplorer.core.errors import Cancelled
from imagexplorer.sources.engine import places as places_module
from imagexplorer.sources.engine.places import look, places
from tests.engines import Engine
from tests.sources.engine.odd_server import answering, http


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def add_context(home: Path, name: str, host: str) -> None:
    meta = {"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host}}}
    write(home / "docker/contexts/meta" / sha256(name.encode()).hexdigest() / "meta.json", json.dumps(meta))


def told(found: list[EnginePlace]) -> list[tuple[str, str, str]]:
    return [(place.kind, place.address.name, place.address.location) for place in found]


def test_all_kinds_of_places(home: Path) -> None:
    add_context(home, "staging", "ssh://me@staging")
    add_context(home, "broken", "")
    write(home / "docker/contexts/meta/odd/meta.json", "[" * 50_000)
    write(home / ".colima/work/docker.sock", "")
    write(home / "config/containers/containers.conf", '[engine.service_destinations.old]\nuri = "ssh://old/x.sock"\n')
    vm = {"URI": "ssh://core@127.0.0.1:41/run/podman.sock", "Identity": "/home/me/.ssh/vm"}
    newer = {"Connection": {"Connections": {"vm": vm, "odd": 3}}}
    write(home / "config/containers/podman-connections.json", json.dumps(newer))
    all_places = places({"DOCKER_HOST": "tcp://box:2375", "XDG_RUNTIME_DIR": "/run/user/7", **os.environ})
    assert [place.address.identity for place in all_places[-2:]] == ["", "/home/me/.ssh/vm"]
    found = told(all_places)
    assert found[0] == ("environment", "DOCKER_HOST", "tcp://box:2375")
    assert found[1:3] == [("context", "broken", ""), ("context", "staging", "ssh://me@staging")]
    assert found[-2:] == [
        ("connection", "old", "ssh://old/x.sock"), ("connection", "vm", "ssh://core@127.0.0.1:41/run/podman.sock")
    ]  # fmt: skip
    names = [name for kind, name, _ in found if kind == "socket"]
    assert names == [
        "Docker", "rootless Docker", "Podman", "rootless Podman", "Docker Desktop", "Colima work", "Rancher Desktop",
        "OrbStack",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "[engine", "engine = 3", '[engine]\nservice_destinations = "x"', "\0"])
def test_odd_files_of_podman(home: Path, text: str) -> None:
    write(home / "config/containers/containers.conf", text)
    write(home / "config/containers/podman-connections.json", text)
    assert all(place.kind == "socket" for place in places({}))


def test_a_socket_that_something_leads_to_is_one_place(home: Path) -> None:
    add_context(home, "mine", "unix:///var/run/docker.sock")
    assert [place.kind for place in places({}) if place.address.location.endswith("/run/docker.sock")][:1] == [
        "context"
    ]
    assert not [place for place in places({}) if place.kind == "socket" and place.address.name == "Docker"]


@pytest.mark.engine
def test_what_is_found_there(engine: Engine, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").write_text("")
    locations = {
        "live": engine.private.location, "none": f"unix://{home}/none.sock", "file": f"unix://{home}/file",
        "odd": "fd://3", "password": "ssh://me:secret@box",
    }  # fmt: skip
    with answering(home / "odd.sock", http(b"{}")) as odd, answering(home / "slow.sock", None) as slow:
        there = {name: EnginePlace("named", Address("engine", at, name))
                 for name, at in {**locations, "no engine": odd, "slow": slow}.items()}  # fmt: skip
        found = look([there.pop("live")], Control())  # a busy machine may need all the time that it has
        monkeypatch.setattr(places_module, "PATIENCE_SECONDS", 1.5)
        found += look(list(there.values()), Control())
    states = {place.address.name: (place.state, place.reason) for place in found}
    assert states.pop("live") == ("live", "")
    assert found[0].engine.startswith("Podman" if engine.podman else "Docker")
    assert {name: state for name, (state, _) in states.items()} == {
        "none": "absent", "file": "unreachable", "odd": "unknown", "password": "unreachable",
        "no engine": "unreachable", "slow": "unreachable",
    }  # fmt: skip
    assert all(reason for _, reason in states.values())
    document = sources_document(found)
    assert [set(each) for each in document["sources"]] == [{"kind", "name", "address", "state", "reason"}] * len(found)
    assert [each["reason"] is None for each in document["sources"]] == [place.state == "live" for place in found]
    text = "".join(sources_text(found))
    assert "secret" not in json.dumps(document) + text
    assert f"1 engine of {len(found)} places live" in text


def test_looking_is_given_up_at_once(home: Path) -> None:
    control = Control()
    with answering(home / "slow.sock", None) as slow:
        threading.Timer(0.2, control.cancel).start()
        began = time.monotonic()
        with pytest.raises(Cancelled):
            look([EnginePlace("named", Address("engine", slow, "slow"))] * 20, control)
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("location", "tls", "is_unsafe"),
    [
        ("tcp://box:2375", False, True), ("tcp://box:2376", True, False), ("tcp://127.0.0.1:2375", False, False),
        ("tcp://localhost:1", False, False), ("unix:///run/docker.sock", False, False), ("ssh://box", False, False),
        ("http://10.0.0.1:2375", False, True), ("https://box:1", False, False), ("tcp://[bad", False, False),
    ],
)  # fmt: skip
def test_what_is_unsafe(location: str, tls: bool, is_unsafe: bool) -> None:
    assert bool(unsafe(location, tls)) is is_unsafe


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("ssh://me@build.example:2222", "build.example"), ("tcp://10.0.0.1:2376", "10.0.0.1"),
        ("https://box:1", "box"), ("tcp://127.1.2.3:2375", ""), ("ssh://localhost", ""), ("tcp://[::1]:2375", ""),
        ("unix:///run/docker.sock", ""), ("tcp://[bad", ""),
    ],
)  # fmt: skip
def test_what_is_another_machine(location: str, host: str) -> None:
    assert elsewhere(location) == host
