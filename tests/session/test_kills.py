"""A real engine killed in the middle of everything (goal 9 of what the session is to withstand): nothing hangs, no file
that was cut short has its final name, nothing is called done that is not, and the lists are the engine's again.

`make torture`. IMAGEXPLORER_KILLS makes it shorter.
"""

from __future__ import annotations

import hashlib
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, CommitSpec
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.core.extraction import DATA, MEMBERS, Options
from imagexplorer.core.live import LogSpec
from imagexplorer.core.trash import IMAGE, TrashItem
from imagexplorer.output.extract import FolderWriter
from imagexplorer.output.trash import TrashFolder
from imagexplorer.output.writing import PART
from imagexplorer.sources.engine.connect import open_engine
from imagexplorer.sources.engine.copying import copy_image
from imagexplorer.sources.engine.source import EngineSource
from imagexplorer.sources.protocol import ScanOptions
from tests import engine_images
from tests.http_engine import HttpEngine
from tests.private_engine import PrivateEngine
from tests.session.counts import Counts, figures
from tests.watching import Watched

KILLS = int(os.environ.get("IMAGEXPLORER_KILLS", "200"))
BIG = 24 << 20
ENDLESS = ("events", "log", "statistics")
"""What has no end of its own: an end that is no error would be a lie."""
DOCKERFILE = """\
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
COPY big /big
"""
SCRIPT = "cp /big /copy; mkdir /new; echo 1 > /new/one; exec yes"


class Killed:
    """An engine with one image of some size, a session that is live on it, and the calls that are to break."""

    def __init__(self, qtbot: QtBot, private: PrivateEngine, folder: Path) -> None:
        self.private, self.folder = private, folder
        self.api = self._client()
        content = os.urandom(BIG)
        self.digest = hashlib.sha256(content).hexdigest()
        dockerfile = (
            'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "--install", "-s", "/bin"]\nCOPY big /big\n'
        )
        self.image = engine_images.build(self.api, "wear:1", dockerfile, {"big": content})
        self.archive = folder / "to-load.tar"
        self.to_load = self._archive_of_another(content)
        self.watched = Watched(qtbot, private.location)
        self.source: EngineSource = open_engine(Address("engine", private.location), Control())
        self.other = HttpEngine(folder / "other.sock", 0, 0)
        self.trash = TrashFolder(folder / "trash")
        self.ended: Counter[str] = Counter()
        self.wrong: list[str] = []

    def _client(self) -> Any:
        from docker import APIClient

        return APIClient(base_url=self.private.location, timeout=120)

    def _archive_of_another(self, content: bytes) -> str:
        """An image that the engine has not, as an archive."""
        made = engine_images.build(self.api, "load:1", "FROM scratch\nCOPY big /\n", {"big": content[::-1]})
        with self.archive.open("wb") as file:
            for piece in self.api.get_image(made):
                file.write(piece)
        self.api.remove_image(made, force=True)
        return made

    def close(self) -> None:
        self.watched.close()
        self.source.close()
        self.api.close()
        self.other.close()

    # -- one kill -----------------------------------------------------------------------------------
    def once(self, number: int) -> float:
        """Seconds from the engine's return until the lists were its own."""
        container = self.api.create_container("wear:1", ["/bin/sh", "-c", SCRIPT], name=f"wear{number}")["Id"]
        gone = self.api.create_container("wear:1", ["/bin/true"], name=f"gone{number}")["Id"]
        engine_images.build(self.api, f"gone:{number}", f"FROM wear:1\nLABEL number={number}\n")
        self.api.start(container)
        while len(self.api.diff(container) or ()) < 3:
            time.sleep(0.02)
        self.watched.until(lambda: {container, gone} <= {each.id for each in self.watched.session.containers})
        calls = self.calls(number, container, gone)
        answers: dict[str, Any] = {}
        threads = [
            threading.Thread(target=self._run, args=(name, call, answers), daemon=True) for name, call in calls.items()
        ]
        random.shuffle(threads)
        for thread in threads:
            thread.start()
        self.watched.qtbot.wait(int(4000 * random.random() ** 2))
        under_way = [name for name in calls if name not in answers]
        self.private.kill()
        self.watched.until(lambda: self.watched.state.state == "lost")
        for thread in threads:
            self.watched.until(lambda t=thread: not t.is_alive(), f"hangs: {set(calls) - set(answers)}")
        self.private.restart()
        self.api.close()  # it keeps connections that are dead
        self.api = self._client()
        began = time.monotonic()
        containers = {each["Id"] for each in self.api.containers(all=True)}
        images = {each["Id"] for each in self.api.images()}

        def right() -> bool:
            session = self.watched.session
            return (
                self.watched.right
                and {each.id for each in session.containers} == containers
                and {each.id for each in session.images} == images
            )

        self.watched.until(right)
        took = time.monotonic() - began
        for name, (outcome, answer) in answers.items():
            self.ended[f"{name}: {outcome}{'' if name in under_way else ' before'}"] += 1
            if outcome == "done":
                self._must_be_so(number, name, answer, containers, images)
        self._no_half_files(number)
        self._tidy()
        return took

    def _run(self, name: str, call: Callable[[], Any], answers: dict[str, Any]) -> None:
        try:
            answers[name] = ("done", call())
        except ImagexplorerError as error:
            answers[name] = (type(error).__name__, None)
        except Exception as error:
            self.wrong.append(f"{name}: {error!r}")
            answers[name] = ("a mistake", None)

    def calls(self, number: int, container: str, gone: str) -> dict[str, Callable[[], Any]]:
        source, control = self.source, Control()

        def export() -> Any:
            read: list[int] = []
            detail = source.image(self.image, control)
            known = source.scan(detail, {2}, ScanOptions(verify=True), lambda layer, _: read.append(layer), control)
            return read, known.problems

        def save() -> Any:
            item = TrashItem("", IMAGE, "", "", self.image, ("wear:1",))
            return self.trash.keep(item, source.host.saved(self.image, control), 1 << 30)

        def copy() -> Any:
            (image,) = (each for each in source.images(control) if each.id == self.image)
            target = open_engine(Address("engine", self.other.location), control)
            return copy_image(source.wire, target.wire, image, ("wear:1",), control)

        def out() -> Any:
            writer = FolderWriter(str(self.folder / f"out{number}"), Options())
            try:
                for what, *told in source.copied_out(container, ["/big", "/copy"], control):
                    if what == MEMBERS:
                        writer.add(told[0])
                    elif what == DATA:
                        writer.data(*told)
                    else:
                        writer.fault(told[0])
                return writer.finish()
            finally:
                writer.abandon()

        return {
            "list": lambda: (source.images(control), source.containers(control)),
            "save": save,
            "export": export,
            "copy to an engine": copy,
            "copy out": out,
            "events": lambda: list(source.events(control)),
            "log": lambda: sum(1 for _ in source.logs(container, LogSpec(follow=True), control)),
            "statistics": lambda: list(source.stats(container, control)),
            "commit": lambda: source.commit(CommitSpec(container, "made", f"c{number}"), control),
            "load": lambda: source.load(str(self.archive), self.to_load, control),
            "build": lambda: source.commit(
                CommitSpec(container, "made", f"b{number}", left_out=("/new",), pause=False), control
            ),
            "delete a container": lambda: source.remove_container(gone, control),
            "delete an image": lambda: source.remove_image(f"gone:{number}", control),
        }

    # -- what must hold -----------------------------------------------------------------------------
    def _must_be_so(self, number: int, name: str, answer: Any, containers: set[str], images: set[str]) -> None:
        tags = {tag for each in self.api.images() for tag in each["RepoTags"] or ()}
        so = {
            "export": lambda: answer[0] == [2] and not answer[1],
            "save": lambda: self._whole(self.trash.found(answer)),
            "copy to an engine": lambda: bool(self.other.image_of("wear:1")) and self._whole_body(),
            "copy out": lambda: answer.files == 2 or bool(answer.skipped),
            "commit": lambda: answer in images and f"made:c{number}" in tags,
            "load": lambda: answer == self.to_load and answer in images,
            "build": lambda: answer in images and f"made:b{number}" in tags,
            "delete a container": lambda: not any(each.startswith(f"gone{number}") for each in self._names()),
            "delete an image": lambda: f"gone:{number}" not in tags,
            "list": lambda: bool(answer[0] and answer[1]),
        }.get(name, lambda: name not in ENDLESS)
        if not so():
            self.wrong.append(f"{number}: {name} was called done and is not: {answer!r:.300}")

    def _names(self) -> list[str]:
        return [name.lstrip("/") for each in self.api.containers(all=True) for name in each["Names"]]

    def _whole(self, archive: Path) -> bool:
        from imagexplorer.sources.opening import open_source

        source = open_source(Address("file", str(archive)))
        try:
            detail = source.image(self.image, Control())
            every = range(len(detail.layers))
            read: list[Any] = []
            known = source.scan(
                detail, set(every), ScanOptions(verify=True), lambda _, index: read.append(index), Control()
            )
            return len(read) == len(every) and all(index.verified for index in read) and not known.problems
        finally:
            source.close()

    def _whole_body(self) -> bool:
        path = self.folder / "copied.tar"
        path.write_bytes(self.other.loaded[-1])
        return self._whole(path)

    def _no_half_files(self, number: int) -> None:
        """Whatever the calls said: what has its final name is whole."""
        for path in self.trash.path.glob("*.tar"):
            if not self._whole(path):
                self.wrong.append(f"{number}: {path.name} is cut short")
        for path in (self.folder / f"out{number}").rglob("*"):
            if path.name.endswith(PART):
                self.wrong.append(f"{number}: {path.name} remains")
            elif hashlib.sha256(path.read_bytes()).hexdigest() != self.digest:
                self.wrong.append(f"{number}: {path.name} is cut short")
        left = [each.name for each in self.trash.path.glob(f"*{PART}")]
        if left:
            self.wrong.append(f"{number}: {left} remain")

    def _tidy(self) -> None:
        import shutil

        for path in self.folder.glob("out*"):
            shutil.rmtree(path)
        for item in self.trash.items():
            self.trash.remove(item.id)
        self.other.images.clear()
        self.other.loaded.clear()
        for each in self.api.containers(all=True):
            self.api.remove_container(each["Id"], force=True)
        for each in self.api.images():
            if each["Id"] != self.image:
                self.api.remove_image(each["Id"], force=True)


@pytest.fixture
def killed(qtbot: QtBot, tmp_path: Path, no_docker_config: object) -> Iterator[Killed]:
    private = PrivateEngine("docker")
    private.start()
    try:
        made = Killed(qtbot, private, tmp_path)
        yield made
        made.close()
    finally:
        private.stop()


@pytest.mark.engine
@pytest.mark.torture
def test_an_engine_killed_in_the_middle_of_everything(killed: Killed) -> None:
    times = [killed.once(0)]  # what is started once, is by now
    counts = Counts()
    times += [killed.once(number) for number in range(1, KILLS)]
    left = [each for each in killed.api.containers(all=True) if "io.imagexplorer.reading" in each["Labels"]]
    killed.watched.until(lambda: not counts.grown(3), str(counts))
    figures("an engine killed", KILLS, times, counts)
    for what, often in sorted(killed.ended.items()):
        print(f"  {what} {often}")
    assert not killed.wrong
    assert not left
