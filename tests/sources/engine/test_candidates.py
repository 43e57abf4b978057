"""Which engine is tried: the rules of the docker command, and never another engine than the one that was named."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from imagexplorer.core.engine_places import spelled
from imagexplorer.core.errors import Unreachable
from imagexplorer.sources.engine.candidates import candidates, is_named, load_context, socket_path

DEFAULT = "unix:///var/run/docker.sock"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "docker"
    folder.mkdir()
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    return folder


def add_context(config: Path, name: str, host: str) -> None:
    folder = config / "contexts" / "meta" / sha256(name.encode()).hexdigest()
    folder.mkdir(parents=True)
    endpoint = {"docker": {"Host": host, "SkipTLSVerify": False}}
    (folder / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": endpoint}))


def choose(config: Path, name: str) -> None:
    (config / "config.json").write_text(json.dumps({"currentContext": name}))


def test_none_named(config: Path) -> None:
    found = candidates("", {"XDG_RUNTIME_DIR": "/run/user/7"})
    assert [address.location for address in found] == [
        DEFAULT,
        "unix:///run/user/7/docker.sock",
        "unix:///run/podman/podman.sock",
        "unix:///run/user/7/podman/podman.sock",
    ]
    assert not is_named("", {})


@pytest.mark.parametrize(
    ("host", "env", "location"),
    [
        ("unix:///a", {"DOCKER_HOST": "unix:///b", "DOCKER_CONTEXT": "c"}, "unix:///a"),
        ("", {"DOCKER_HOST": "unix:///b", "DOCKER_CONTEXT": "c"}, "unix:///b"),
        ("", {"DOCKER_HOST": "", "DOCKER_CONTEXT": "there"}, "unix:///there"),
        ("", {}, "unix:///current"),
        ("", {"DOCKER_CONTEXT": "default"}, DEFAULT),
    ],
)
def test_the_named_one_is_the_only_one(config: Path, host: str, env: dict[str, str], location: str) -> None:
    add_context(config, "there", "unix:///there")
    add_context(config, "now", "unix:///current")
    choose(config, "now")
    assert [address.location for address in candidates(host, env)] == [location]
    assert is_named(host, env)


def test_an_unknown_context_is_not_the_default_one(config: Path) -> None:
    choose(config, "gone")
    (only,) = candidates("", {})
    assert (only.context, only.location) == ("gone", "")
    with pytest.raises(Unreachable, match="context gone: there is no context of that name"):
        load_context("gone")


def test_a_broken_context_says_so(config: Path) -> None:
    add_context(config, "bad", "unix:///x")
    next((config / "contexts" / "meta").glob("*/meta.json")).write_text("{")
    (only,) = candidates("", {"DOCKER_CONTEXT": "bad"})
    assert only.location == ""
    with pytest.raises(Unreachable, match="its file cannot be read"):
        load_context("bad")


@pytest.mark.parametrize(
    "text", ["", "{", '{"currentContext": 3}', '{"currentContext": "default"}', '{"currentContext": ""}']
)
def test_a_configuration_without_a_context(config: Path, text: str) -> None:
    (config / "config.json").write_text(text)
    assert candidates("", {})[0].location == DEFAULT


def test_spellings() -> None:
    assert spelled("/run/x.sock") == "unix:///run/x.sock"
    assert spelled("unix://run/x.sock") == "unix:///run/x.sock"
    assert spelled("box:2375") == "tcp://box:2375"
    assert spelled("ssh://box") == "ssh://box"
    assert socket_path("unix:///run/x.sock") == Path("/run/x.sock")
    assert socket_path("tcp://box:1") is None
    assert os.sep == "/"
