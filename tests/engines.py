"""Real engines for tests, as pytest fixtures. Each test process starts its own; no test touches another engine.

Which ones: IMAGEXPLORER_ENGINES, a list of docker, podman, docker28g, docker28c; without it Docker, and Podman where it
is installed. An engine that cannot be started fails the tests that need it, it never skips them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address
from imagexplorer.sources.engine.connect import open_engine
from imagexplorer.sources.engine.source import EngineSource
from tests import engine_images
from tests.private_engine import KINDS, NoEngineError, PrivateEngine, recipe

SAMPLE = "test/app:1"


def wanted() -> list[str]:
    named = os.environ.get("IMAGEXPLORER_ENGINES", "")
    if named:
        return [kind.strip() for kind in named.split(",") if kind.strip()]
    try:
        recipe("podman")
    except NoEngineError:
        return ["docker"]
    return ["docker", "podman"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of several test processes one takes all tests of an engine: then it is started once in a run."""
    for item in items:
        kind = getattr(item, "callspec", None) and item.callspec.params.get("engine")
        if kind in KINDS:
            item.add_marker(pytest.mark.xdist_group(f"engine {kind}"))


@dataclass
class Engine:
    """`api` is the docker SDK's client: the second opinion that tests compare with. `names` maps a name as we write it
    to the engine's own (Podman puts a registry before it)."""

    private: PrivateEngine
    source: EngineSource
    api: Any
    control: Control = field(default_factory=Control)

    @property
    def kind(self) -> str:
        return self.private.kind

    @property
    def podman(self) -> bool:
        return self.kind == "podman"

    @property
    def containerd(self) -> bool:
        return self.kind == "docker28c"

    def name(self, short: str) -> str:
        return f"docker.io/{short}" if self.podman else short


@pytest.fixture(scope="session", autouse=True)
def no_docker_config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The user's docker configuration (proxies, contexts, credentials) is not that of the tests."""
    folder = tmp_path_factory.mktemp("docker-config")
    before = os.environ.get("DOCKER_CONFIG")
    os.environ["DOCKER_CONFIG"] = str(folder)
    yield folder
    os.environ.pop("DOCKER_CONFIG")
    if before is not None:
        os.environ["DOCKER_CONFIG"] = before


@pytest.fixture(scope="session", params=wanted())
def engine(request: pytest.FixtureRequest, no_docker_config: Path) -> Iterator[Engine]:
    """A private engine, for the whole session: leave behind what you found."""
    import docker

    try:
        private = PrivateEngine(request.param)
        private.start()
    except NoEngineError as error:
        pytest.fail(str(error), pytrace=False)
    try:
        source = open_engine(Address("engine", private.location, request.param), Control())
        api = docker.APIClient(base_url=private.location, timeout=120, max_pool_size=32)
        try:
            yield Engine(private, source, api)
        finally:
            api.close()
            source.close()
    finally:
        private.stop()


@pytest.fixture(scope="session")
def sample(engine: Engine) -> str:
    """The id of SAMPLE: layers, empty steps, whiteouts, links, a pipe, changed owners. Nobody changes it."""
    return engine_images.build(engine.api, SAMPLE)


@pytest.fixture
def container(engine: Engine, sample: str) -> Iterator[str]:
    """A running container of the sample image, removed at the end."""
    made = engine.api.create_container(SAMPLE, ["sleep", "600"], labels={"com.docker.compose.project": "shop"})
    engine.api.start(made["Id"])
    try:
        yield str(made["Id"])
    finally:
        _remove(engine, str(made["Id"]))


@pytest.fixture
def tidy(engine: Engine) -> Iterator[list[str]]:
    """Names or ids of containers, and `image:NAME` of images, to remove at the end if they are still there."""
    listed: list[str] = []
    yield listed
    for name in [name for name in listed if not name.startswith("image:")]:
        _remove(engine, name)
    for name in [name.removeprefix("image:") for name in listed if name.startswith("image:")]:
        from docker.errors import NotFound

        try:
            engine.api.remove_image(name, force=True)
        except NotFound:
            continue


def _remove(engine: Engine, name: str) -> None:
    from docker.errors import APIError, NotFound

    with suppress(APIError):  # Podman would wait out the time that it has for its end
        engine.api.kill(name)
    try:
        engine.api.remove_container(name, force=True, v=True)
    except NotFound:
        return
