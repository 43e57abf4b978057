"""Events of the engine, from whichever program: each act is heard, and our own reading is not."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ALL, Touched
from imagexplorer.core.errors import Cancelled, ImagexplorerError, Unreachable
from imagexplorer.sources.engine.events import touched
from imagexplorer.sources.protocol import ScanOptions
from tests import engine_images
from tests.engine_images import write_in
from tests.engines import SAMPLE, Engine
from tests.private_engine import PrivateEngine


class Listener:
    """Gathers what is heard; `error` is why it ended."""

    def __init__(self, source: Any) -> None:
        self.control = Control()
        self.error: ImagexplorerError | None = None
        self._heard: queue.Queue[Touched] = queue.Queue()
        self._source = source
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        self._heard.get(timeout=20)  # it listens

    def _run(self) -> None:
        try:
            for each in self._source.events(self.control):
                self._heard.put(each)
        except ImagexplorerError as error:
            self.error = error

    def until(self, wanted: Callable[[Touched], bool]) -> Touched:
        """What was heard up to and with the first that is wanted."""
        heard = Touched()
        while not wanted(heard):
            heard |= self._heard.get(timeout=20)
        return heard

    def close(self) -> None:
        self.control.cancel()
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.fixture
def listener(engine: Engine, sample: str) -> Iterator[Listener]:
    made = Listener(engine.source)
    yield made
    made.close()


@pytest.mark.engine
def test_the_life_of_a_container_is_heard(engine: Engine, listener: Listener) -> None:
    made = engine.api.create_container(SAMPLE, ["sleep", "600"])["Id"]
    listener.until(lambda heard: made in heard.containers)
    for act in (engine.api.start, lambda it: engine.api.stop(it, timeout=0), engine.api.remove_container):
        act(made)
        listener.until(lambda heard: made in heard.containers)


@pytest.mark.engine
def test_tags_and_deletes_are_heard(engine: Engine, listener: Listener, tidy: list[str]) -> None:
    tidy.append("image:test/heard:1")
    made = engine_images.build(engine.api, "test/heard:1", "FROM scratch\nCOPY busybox /heard\n")

    def image(heard: Touched) -> bool:
        return made in heard.images or ALL in heard.images

    listener.until(image)
    engine.api.tag("test/heard:1", "test/heard", "2")
    listener.until(image)
    engine.api.remove_image("test/heard:2")
    listener.until(lambda heard: bool(heard.images))
    engine.api.remove_image("test/heard:1")
    listener.until(image)


@pytest.mark.engine
def test_a_commit_is_heard_as_an_image(engine: Engine, listener: Listener, container: str, tidy: list[str]) -> None:
    listener.until(lambda heard: container in heard.containers)
    tidy.append("image:test/committed:1")
    made = engine.api.commit(container, "test/committed", "1")["Id"]
    made = made if made.startswith("sha256:") else f"sha256:{made}"
    listener.until(lambda heard: made in heard.images or ALL in heard.images)


@pytest.mark.engine
def test_our_own_reading_is_not_heard(engine: Engine, sample: str, container: str) -> None:
    """Otherwise a page that reads upon an event would read for ever."""
    write_in(engine.api, container, "mkdir /d; for n in 1 2 3 4 5 6; do echo $n > /d/$n; done; echo x > /x")
    from imagexplorer.sources.engine import changes

    listener = Listener(engine.source)
    detail = engine.source.image(SAMPLE, engine.control)
    engine.source.scan(detail, {0}, ScanOptions(), lambda *_: None, engine.control)
    changes.changes(engine.source.wire, container, engine.control, False)
    engine.source.changes(container, engine.control)
    engine.source.images(engine.control)
    engine.source.containers(engine.control)
    engine.source.container(container, engine.control)
    engine.source.disk_usage(engine.control)
    engine.source.writable_sizes(engine.control)
    write_in(engine.api, container, "true")  # an exec, as a health check is one
    mark = engine.api.create_container(SAMPLE, ["true"])["Id"]
    heard = listener.until(lambda heard: mark in heard.containers)
    listener.close()
    own = {each["Name"] for each in engine.api.inspect_container(mark)["Mounts"]}
    engine.api.remove_container(mark, v=True)
    assert heard.containers == {mark}
    assert not heard.images
    # What was made with the mark; Podman does not say which.
    assert heard.volumes <= ({ALL} if engine.podman and own else own)


@pytest.mark.engine
def test_listening_ends_at_once_when_it_is_told_to(engine: Engine, sample: str) -> None:
    listener = Listener(engine.source)
    listener.close()
    assert isinstance(listener.error, Cancelled)


@pytest.mark.engine
@pytest.mark.parametrize("kind", ["docker"])
def test_a_killed_engine_is_a_loss_and_comes_back(kind: str, no_docker_config: object) -> None:
    from imagexplorer.core.entities import Address
    from imagexplorer.sources.engine.connect import open_engine

    private = PrivateEngine(kind)
    private.start()
    try:
        source = open_engine(Address("engine", private.location), Control())
        listener = Listener(source)
        private.kill()
        listener.thread.join(10)
        assert isinstance(listener.error, Unreachable)
        with pytest.raises(Unreachable):
            source.images(Control())
        with pytest.raises(Unreachable):
            source.info(Control())
        private.restart()
        assert source.info(Control()).product == "Docker"
        assert list(source.images(Control())) == []
    finally:
        private.stop()


def event(kind: str, action: str, identifier: str = "", **attributes: str) -> dict[str, Any]:
    return {"Type": kind, "Action": action, "Actor": {"ID": identifier, "Attributes": attributes}}


HEX = "ab" * 32


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (event("container", "start", HEX), Touched(containers=frozenset({HEX}))),
        (event("container", "remove", HEX), Touched(containers=frozenset({HEX}))),
        (event("container", "health_status: healthy", HEX), Touched(containers=frozenset({HEX}))),
        (event("container", "prune"), Touched(containers=frozenset({ALL}))),
        (event("container", "exec_create: sh -c x", HEX), Touched()),
        (event("container", "archive-path", HEX), Touched()),
        (event("container", "commit", HEX, imageID=HEX), Touched(frozenset({f"sha256:{HEX}"}), frozenset({HEX}))),
        (event("container", "commit", HEX), Touched(frozenset({ALL}), frozenset({HEX}))),
        (event("image", "tag", f"sha256:{HEX}", name="a:1"), Touched(frozenset({f"sha256:{HEX}"}))),
        (event("image", "delete", HEX), Touched(frozenset({f"sha256:{HEX}"}))),
        (event("image", "pull", "a/b:1"), Touched(frozenset({"a/b:1"}))),
        (event("image", "build"), Touched(frozenset({ALL}))),
        (event("image", "prune"), Touched(frozenset({ALL}))),
        (event("image", "save", HEX), Touched()),
        (event("volume", "create", "x"), Touched(volumes=frozenset({"x"}))),
        (event("volume", "prune"), Touched(volumes=frozenset({ALL}))),
        (event("volume", "mount", "x"), Touched()),
        ({}, Touched()),
        ({"Type": 3, "Action": None, "Actor": []}, Touched()),
        ({"status": "start", "id": HEX, "Type": "container", "Action": "start"}, Touched(containers=frozenset({ALL}))),
    ],
)
def test_what_an_event_touches(told: dict[str, Any], wanted: Touched) -> None:
    assert touched(told) == wanted
