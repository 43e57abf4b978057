"""What the matrix stands on: an engine of its own behind a socket that writes down what passes, and that engine's
own word of what there is. Nothing is asked of the program to know what it did."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import tarfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException

from tests import engine_images
from tests.fault_proxy import FaultProxy
from tests.private_engine import PrivateEngine

BASE = "mx/base:1"
_BASE = (
    'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "--install", "-s", "/bin"]\nCMD ["sleep", "900"]\n'
)
_ASKS = ("GET ", "HEAD ")


class Recorder(FaultProxy):
    """Writes down every request that changes something, and lets the world change just before one of them passes."""

    def __init__(self, path: Path, engine: Path | str) -> None:
        self.requests: list[str] = []
        self.asked: list[str] = []
        self._hooks: list[tuple[str, int, Callable[[], object]]] = []
        self._seen = threading.Lock()
        super().__init__(path, engine)

    def at(self, where: str, number: int, do: Callable[[], object]) -> None:
        """`do` runs before the request passes whose line holds `where`, the `number`th of them from now on."""
        self._hooks.append((where, number, do))

    def clear(self) -> None:
        self.requests.clear()
        self.asked.clear()
        self._hooks.clear()

    def _pass(self, near: Any, request: bytes) -> None:
        line = request.partition(b" HTTP/")[0].decode()
        due = []
        with self._seen:
            (self.asked if line.startswith(_ASKS) else self.requests).append(line)
            for place, (where, number, do) in enumerate(self._hooks):
                if re.search(where, line):
                    self._hooks[place] = where, number - 1, do
                    if number == 1:
                        due.append(do)
        for each in due:
            each()
        super()._pass(near, request)


@dataclass(frozen=True)
class World:
    """What the engine itself says there is: images with their names, containers with name and state, volumes."""

    images: Mapping[str, tuple[str, ...]]
    containers: Mapping[str, tuple[str, str]]
    volumes: frozenset[str]

    def since(self, before: World) -> Difference:
        names = {each: frozenset(self.images[each]) for each in self.images.keys() & before.images.keys()}
        untagged = {tag for each, tags in names.items() for tag in set(before.images[each]) - tags}
        tagged = {tag for each, tags in names.items() for tag in tags - set(before.images[each])}
        both = self.containers.keys() & before.containers.keys()
        return Difference(
            frozenset(before.images.keys() - self.images.keys()),
            frozenset(self.images.keys() - before.images.keys()),
            frozenset(untagged),
            frozenset(tagged),
            frozenset(before.containers.keys() - self.containers.keys()),
            frozenset(self.containers.keys() - before.containers.keys()),
            {each: self.containers[each] for each in both if self.containers[each] != before.containers[each]},
            before.volumes - self.volumes,
            self.volumes - before.volumes,
        )


@dataclass(frozen=True)
class Difference:
    images_gone: frozenset[str] = frozenset()
    images_made: frozenset[str] = frozenset()
    untagged: frozenset[str] = frozenset()  # of images that are still there
    tagged: frozenset[str] = frozenset()
    containers_gone: frozenset[str] = frozenset()
    containers_made: frozenset[str] = frozenset()
    changed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    volumes_gone: frozenset[str] = frozenset()
    volumes_made: frozenset[str] = frozenset()

    @property
    def lost(self) -> frozenset[str]:
        return self.images_gone | self.untagged | self.containers_gone | self.volumes_gone


class Place:
    """An engine for one kind, started once. `api` is the SDK's client: the second opinion."""

    def __init__(self, kind: str, folder: Path, room_mb: int = 0) -> None:
        self.kind, self.room_mb = kind, room_mb
        self.private = PrivateEngine(kind, room_mb)
        self.private.start()
        self.line = Recorder(folder / f"{kind}{room_mb or ''}.sock", self.private.socket)
        self.api = docker.APIClient(base_url=self.private.location, timeout=240, max_pool_size=8)
        self.base = engine_images.build(self.api, self.name(BASE), _BASE)
        self._numbers = iter(range(10**6))

    @property
    def podman(self) -> bool:
        return self.kind == "podman"

    @property
    def graph(self) -> bool:
        """Its sizes add up to what a delete frees."""
        return self.kind in ("docker", "docker28g")

    def name(self, short: str) -> str:
        return f"docker.io/{short}" if self.podman else short

    def close(self) -> None:
        self.line.remove()
        self.api.close()
        self.private.stop()

    def restart(self) -> None:
        """As a power cut, and on again: nothing runs any more."""
        self.private.kill()
        self.private.restart()
        self.api.close()
        self.api = docker.APIClient(base_url=self.private.location, timeout=240, max_pool_size=8)

    # -- what there is --------------------------------------------------------------------------
    def world(self) -> World:
        for attempt in range(5):
            try:
                images = {row["Id"].removeprefix("sha256:"): tuple(sorted(row.get("RepoTags") or ()))
                          for row in self.api.images(all=True)}  # fmt: skip
                break
            except APIError:  # Podman fails while an image goes
                if attempt == 4:
                    raise
        containers = {
            row["Id"]: (row["Names"][0].lstrip("/"), _STATES.get(row["State"], row["State"]))
            for row in self.api.containers(all=True)
        }
        volumes = frozenset(row["Name"] for row in self.api.volumes()["Volumes"] or ())
        shown = {each: tuple(tag for tag in tags if "<none>" not in tag) for each, tags in images.items()}
        return World(shown, containers, volumes)

    def new_name(self, word: str) -> str:
        return f"mx-{word}-{next(self._numbers)}"

    def containers(self, count: int, run: bool = True, image: str = "", command: Sequence[str] = ("sleep", "900"),
                   **more: Any) -> list[str]:  # fmt: skip
        """Names of new ones, which take no time to stop."""
        more.setdefault("stop_signal", "SIGKILL")
        names = [self.new_name("c") for _ in range(count)]
        for name in names:
            made = self.api.create_container(image or self.name(BASE), list(command), name=name, **more)["Id"]
            if run:
                self.api.start(made)
        return names

    def images(self, count: int, size: int = 5000) -> list[str]:
        """Names of new ones, each with a layer of its own of so many bytes upon the base."""
        made = self.api.create_container(self.name(BASE), ["true"])["Id"]
        names = []
        for _ in range(count):
            number = next(self._numbers)
            content = f"{number:08}".encode() * (size // 8)
            self.api.put_archive(made, "/", engine_images.tar_of({f"own-{number}": content}))
            name = self.name(f"mx/image-{number}:1")
            self._commit(made, name)
            names.append(name)
        self.api.remove_container(made)
        return names

    def _commit(self, container: str, name: str) -> None:
        params = {"container": container, "repo": name.rpartition(":")[0], "tag": "1", "pause": "false"}
        answer = self.api._post(self.api._url("/commit"), params=params, json={})
        answer.raise_for_status()

    def write(self, container: str, files: Mapping[str, bytes]) -> None:
        self.api.put_archive(container, "/", engine_images.tar_of(files))

    def read(self, container: str, path: str) -> bytes | None:
        try:
            pieces, _ = self.api.get_archive(container, path)
        except docker.errors.NotFound:
            return None
        with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as archive:
            member = archive.extractfile(archive.next())
            return member.read() if member is not None else b""

    def dangling(self, count: int) -> list[str]:
        """Ids of new images without a name."""
        before = set(self.world().images)
        for name in self.images(count):
            self.api.tag(self.base, name.rpartition(":")[0], "1", force=True)  # the name moves
            self.api.remove_image(name)
        return sorted(set(self.world().images) - before)

    def layer_bytes(self, links: bool = True) -> int:
        """What the layers' folders of overlay2 hold: files once per inode, and the lengths of symbolic links."""
        if not self.graph:
            return 0
        seen, total = set[int](), 0
        for folder in (self.private.data / "overlay2").glob("*/diff"):
            for place, folders, files in os.walk(folder):
                for name in (*folders, *files):
                    told = os.lstat(os.path.join(place, name))
                    counts = stat.S_ISREG(told.st_mode) or (links and stat.S_ISLNK(told.st_mode))
                    if counts and told.st_ino not in seen:
                        seen.add(told.st_ino)
                        total += told.st_size
        return total

    def builds(self, tag: str, dockerfile: str) -> None:
        """By BuildKit, upon nothing but a busybox."""
        context = {"Dockerfile": dockerfile.encode(), "busybox": engine_images.busybox().read_bytes()}
        answer = self.api._post(
            self.api._url("/build"),
            params={"version": "2", "t": tag},
            data=engine_images.tar_of(context),
            headers={"Content-Type": "application/x-tar"},
            stream=True,
        )
        said = [json.loads(line) for line in answer.iter_lines() if line.strip()]
        assert not [line for line in said if "error" in line], said

    def fill(self, left: int = 0) -> None:
        """Until there is no room but for so many bytes. Only for one with little."""
        assert self.room_mb
        with open(self.private.data / "ballast", "wb", buffering=0) as file:
            with suppress(OSError):
                while file.write(bytes(65536)) == 65536:
                    continue
            file.truncate(max(file.tell() - left, 0))

    def clear(self) -> None:
        (self.private.data / "ballast").unlink(missing_ok=True)

    def sweep(self) -> None:
        """Everything goes but the base."""
        for row in self.api.containers(all=True):
            with suppress(DockerException):
                self.api.unpause(row["Id"])
            with suppress(DockerException):
                self.api.kill(row["Id"])
            with suppress(docker.errors.NotFound):
                self.api.remove_container(row["Id"], force=True, v=True)
        for row in self.api.images():
            if row["Id"] != self.base:
                for tag in row.get("RepoTags") or [row["Id"]]:
                    with suppress(DockerException):
                        self.api.remove_image(row["Id"] if "<none>" in tag else tag)
        for row in self.api.volumes()["Volumes"] or ():
            with suppress(DockerException):
                self.api.remove_volume(row["Name"])


_STATES = {"configured": "created", "initialized": "created", "stopped": "exited", "stopping": "running"}
