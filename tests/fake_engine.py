"""The world of tests.fakes: images with their layers, containers with their changes, events, faults and gates."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from imagexplorer.core.check import Outcome
from imagexplorer.core.control import Control
from imagexplorer.core.entities import (
    ADDED,
    DELETED,
    MODIFIED,
    Address,
    Change,
    Container,
    Image,
    Platform,
    Port,
    Touched,
    Volume,
)
from imagexplorer.core.errors import ImagexplorerError, NotFound, Unreachable
from imagexplorer.core.manifest_tree import ManifestTree
from imagexplorer.core.world import CacheEntry
from imagexplorer.indexing.chains import Chains
from tests.fake_live import FakeLive
from tests.fake_trees import FakeFile, FakeLayer

ENGINE_ADDRESS = Address("engine", "unix:///fake/engine.sock", "fake")
BASE: FakeLayer = (
    FakeFile("bin", kind="dir", mode=0o755),
    FakeFile("bin/busybox", b"b" * 900_000, mode=0o755),
    FakeFile("bin/sh", kind="symlink", link="busybox", mode=0o777),
    FakeFile("etc", kind="dir", mode=0o755),
    FakeFile("etc/passwd", b"root:x:0:0::/root:/bin/sh\n"),
    FakeFile("etc/motd", b"welcome\n"),
)
APP: FakeLayer = (
    FakeFile("app", kind="dir", mode=0o755),
    FakeFile("app/main.py", b"print('hello')\n"),
    FakeFile("app/data.bin", b"d" * 40_000),
    FakeFile("etc/motd", b"welcome to the app\n"),
)
TIDY: FakeLayer = (FakeFile("app/data.bin", kind="whiteout"), FakeFile("app/main.py", b"print('hello')\n", uid=1000))


def fake_id(seed: str) -> str:
    return "sha256:" + hashlib.sha256(seed.encode()).hexdigest()


class FakeEngine:
    """What there is: images with their layers, containers with their changes. Safe to use from several threads."""

    def __init__(self, populate: bool = True) -> None:
        self.images: dict[str, Image] = {}
        self.layers: dict[str, tuple[FakeLayer, ...]] = {}
        self.containers: dict[str, Container] = {}
        self.exit_code: int | None = 0  # of what is run attached
        self.changed: dict[str, tuple[Change, ...]] = {}
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.now = 1_700_000_000.0
        self.files: dict[str, bytes] = {}  # of every container, by path: what is copied out and in
        self.fail: dict[str, ImagexplorerError] = {}
        self.fail_of: dict[tuple[str, str], ImagexplorerError] = {}  # by method and first argument
        self.gate: dict[str, threading.Event] = {}
        self.manifests: ManifestTree | None = None  # of every image; None: what a graph store tells
        self.outcomes: tuple[Outcome, ...] = ()  # of a check; (): all rules are kept
        self.chains = Chains()
        self.live = FakeLive()
        self.product = "Docker"
        self.volumes: tuple[Volume, ...] = ()
        self.build_cache: tuple[CacheEntry, ...] = ()
        self.built: dict[str, str] = {}  # by a shared entry of it: the image that has the same bytes
        self.lost = False
        self._listeners: list[queue.Queue[Touched | None]] = []
        self._lock = threading.RLock()
        self._numbers = iter(range(1, 10**6))
        if populate:
            base = self.add_image("busybox:1.36", layers=(BASE,), created=1_690_000_000)
            app = self.add_image("myapp:dev", "myapp:latest", layers=(BASE, APP, TIDY), created=1_700_000_000)
            self.add_image(layers=(BASE, APP), created=1_660_000_000)  # dangling
            self.add_container("web", app, "running", ports=(Port(80, "tcp", 8080),), project="shop", service="web")
            self.add_container("old", base, "exited")

    @classmethod
    def single(cls) -> FakeEngine:
        engine = cls(populate=False)
        engine.add_image("app:1", layers=(BASE, APP, TIDY), created=1_700_000_000)
        return engine

    # -- the world, as a test or "another terminal" changes it ---------------------------------
    def add_image(self, *tags: str, layers: Sequence[FakeLayer] = (BASE,), created: int = 1_700_000_000) -> Image:
        image = Image(
            fake_id(f"image {next(self._numbers)}"),
            tags,
            created=created,
            size_bytes=sum(file.size for layer in layers for file in layer),
            platform=Platform("linux", "amd64"),
        )
        self.images[image.id] = image
        self.layers[image.id] = tuple(layers)
        return image

    def add_container(self, name: str, image: Image, state: str = "running", **more: Any) -> Container:
        identifier = fake_id(f"container {next(self._numbers)}").partition(":")[2]
        more.setdefault("created", 1_700_000_500)
        more.setdefault("status", "Up 3 hours" if state == "running" else "Exited (0) 2 days ago")
        more.setdefault("command", "/bin/sh")
        container = Container(identifier, name, image.name, image.id, state, **more)
        self.containers[identifier] = container
        self.changed[identifier] = (
            Change("/app", MODIFIED, 0, "dir"),
            Change("/app/cache.db", ADDED, 12_000, "file", 0o600),
            Change("/etc/motd", DELETED, None, "file"),
            Change("/etc/passwd", MODIFIED, 40, "file", 0o644),
        )
        return container

    def named(self, name: str) -> Container:
        return next(container for container in self.containers.values() if container.name == name)

    def set_state(self, name: str, state: str) -> None:
        """Another program starts or stops it: the event follows."""
        container = self.named(name)
        status = "Up 1 second" if state == "running" else f"{state.capitalize()} (0) 1 second ago"
        self.containers[container.id] = replace(container, state=state, status=status)
        self.emit(Touched(containers=frozenset({container.id})))

    def remove_container_elsewhere(self, name: str) -> None:
        container = self.named(name)
        del self.containers[container.id]
        self.emit(Touched(containers=frozenset({container.id})))

    def lose(self) -> None:
        self.lost = True
        for listener in self._listeners:
            listener.put(None)

    def come_back(self) -> None:
        self.lost = False

    def emit(self, touched: Touched) -> None:
        for listener in list(self._listeners):
            listener.put(touched)

    # -- how the two faces below use it --------------------------------------------------------
    def asked(self, method: str, control: Control, *arguments: Any) -> None:
        with self._lock:
            self.calls.append((method, arguments))
        gate = self.gate.get(method)
        while gate is not None and not gate.wait(0.01):
            control.step()
        control.step()
        if self.lost:
            raise Unreachable("fake engine", "connection refused")
        if method in self.fail:
            raise self.fail[method]
        if arguments and isinstance(arguments[0], str) and (method, arguments[0]) in self.fail_of:
            raise self.fail_of[method, arguments[0]]

    def called(self, method: str) -> list[tuple[Any, ...]]:
        return [arguments for name, arguments in self.calls if name == method]

    def listen(self, control: Control) -> Iterator[Touched]:
        inbox: queue.Queue[Touched | None] = queue.Queue()
        self._listeners.append(inbox)
        try:
            yield Touched()  # it listens from here on
            with control.on_cancel(lambda: inbox.put(None)):
                while (touched := inbox.get()) is not None:
                    yield touched
            control.step()
            raise Unreachable("fake engine", "the event stream ended")
        finally:
            self._listeners.remove(inbox)

    def find_image(self, reference: str) -> Image:
        for position, image in enumerate(self.images.values()):
            if reference in (image.id, str(position), *image.tags) or image.id.startswith(f"sha256:{reference}"):
                return image
        raise NotFound(reference, "no such image")

    def find_container(self, reference: str) -> Container:
        for container in self.containers.values():
            if reference in (container.id, container.name):
                return container
        raise NotFound(reference, "no such container")
