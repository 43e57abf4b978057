"""Pictures of the two record pages, to be looked at: `python -m tests.views.page_shots FOLDER`; QT_SCALE_FACTOR=2 for 2x."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("XDG_CONFIG_HOME", tempfile.mkdtemp())

from PySide6.QtWidgets import QApplication, QWidget

from imagexplorer.actions.catalog import catalog
from imagexplorer.actions.registry import Registry
from imagexplorer.core.entities import (
    ADDED,
    DELETED,
    MODIFIED,
    Change,
    Container,
    ContainerDetail,
    Image,
    ImageDetail,
    Layer,
    Mount,
    Port,
    Problem,
    Step,
)
from imagexplorer.core.errors import Refused, Unreachable
from imagexplorer.jobs import Jobs
from imagexplorer.session import Session
from imagexplorer.views import theme
from imagexplorer.views.config_tab import ContainerConfig, ImageConfig
from imagexplorer.views.container_files import FilesTab
from imagexplorer.views.container_page import ContainerPage
from imagexplorer.views.image_page import ImagePage
from tests.fake_engine import FakeEngine
from tests.fake_trees import FakeFile, FakeLayer, diff_id
from tests.fakes import FakeSource
from tests.views.stage import Answers, World

HOURS = 3600


class Fat(bytes):
    """Content that says it is large without being so."""

    size = 0

    def __len__(self) -> int:
        return self.size


def fat(size: int) -> bytes:
    content = Fat(b"x")
    content.size = size
    return content


def layers() -> tuple[FakeLayer, ...]:
    dice = random.Random(7)
    base = [
        FakeFile(name, kind="dir", mode=0o755) for name in ("bin", "etc", "lib", "usr", "usr/bin", "usr/lib", "var")
    ]
    base += [FakeFile(f"usr/bin/{name}", fat(dice.randrange(9_000, 4_000_000)), mode=0o755) for name in TOOLS]
    base += [
        FakeFile(f"usr/lib/x86_64-linux-gnu/lib{name}.so.{n}", fat(dice.randrange(20_000, 9_000_000)))
        for n, name in enumerate(TOOLS)
    ]
    base += [FakeFile(f"etc/{name}.conf", fat(dice.randrange(100, 9_000))) for name in TOOLS]
    base += [FakeFile("bin/sh", kind="symlink", link="dash", mode=0o777), FakeFile("dev", kind="dir", mode=0o755)]
    base += [FakeFile("dev/null", kind="char", mode=0o666), FakeFile("run/initctl", kind="fifo", mode=0o600)]
    nginx = [FakeFile(f"usr/share/nginx/html/{name}.html", fat(dice.randrange(400, 90_000))) for name in TOOLS]
    nginx += [FakeFile("usr/sbin/nginx", fat(1_400_000), mode=0o755), FakeFile("etc/nginx/nginx.conf", fat(700))]
    app = [FakeFile(f"app/static/{n:04}.chunk.js", fat(dice.randrange(900, 900_000))) for n in range(1200)]
    app += [FakeFile("app/main.py", fat(12_345)), FakeFile("etc/nginx/nginx.conf", fat(1_900))]
    app += [FakeFile("app/a very long name " + "that goes on and on " * 8 + ".txt", fat(77))]
    app += [FakeFile("app/\u202egnp.exe\x1b[31m", fat(3)), FakeFile("app/caf\udce9", fat(5))]
    tidy = [FakeFile(f"app/static/{n:04}.chunk.js", kind="whiteout") for n in range(40)]
    tidy += [FakeFile("app/main.py", fat(12_345), uid=1000, gid=1000)]
    return tuple(base), tuple(nginx), tuple(app), tuple(tidy)


TOOLS = [
    "apt",
    "bash",
    "cat",
    "cp",
    "curl",
    "dash",
    "date",
    "df",
    "dpkg",
    "echo",
    "find",
    "grep",
    "gzip",
    "id",
    "ls",
    "mkdir",
    "mv",
    "openssl",
    "perl",
    "ps",
    "rm",
    "sed",
    "sh",
    "tar",
]


class Source(FakeSource):
    """With a history as engines have it."""

    def image(self, reference: str, control, platform: str = "") -> ImageDetail:
        self.engine.asked("image", control, reference)
        image = self.engine.find_image(reference)
        found = self.engine.layers[image.id]
        sizes = [sum(file.size for file in layer) for layer in found] + [0] * 4
        born = image.created or 0
        steps = [
            # ruff: noqa: E501
            Step("/bin/sh -c #(nop) ADD file:5f4e2b1c0a9d8e7f6a5b4c3d2e1f0a9b in / ", born - 90 * HOURS, layer=0, empty=False, size_bytes=sizes[0]),
            Step('/bin/sh -c #(nop)  CMD ["bash"]', born - 90 * HOURS, empty=True),
            Step("LABEL maintainer=NGINX Docker Maintainers <docker-maint@nginx.com>", born - 50 * HOURS, empty=True, comment="buildkit.dockerfile.v0"),
            Step("ENV NGINX_VERSION=1.27.0 NJS_VERSION=0.8.4 PKG_RELEASE=2~bookworm", born - 50 * HOURS, empty=True),
            Step(
                "RUN /bin/sh -c set -x     && groupadd --system --gid 101 nginx     && useradd --system --gid nginx --no-create-home --home /nonexistent --comment \"nginx user\" --shell /bin/false --uid 101 nginx     && apt-get update     && apt-get install --no-install-recommends --no-install-suggests -y gnupg1 ca-certificates # buildkit",
                born - 50 * HOURS, layer=1, empty=False, size_bytes=sizes[1], comment="buildkit.dockerfile.v0",
            ),
            Step("EXPOSE map[80/tcp:{}]", born - 50 * HOURS, empty=True),
            Step("COPY app /app # buildkit", born, layer=2, empty=False, size_bytes=sizes[2]),
            Step("ENV PORT=80", born, empty=True),
            Step("RUN /bin/sh -c chown -R app:app /app/main.py && rm -rf /app/static/00[0-3]* # buildkit", born, layer=3, empty=False, size_bytes=sizes[3]),
            Step('CMD ["nginx" "-g" "daemon off;"]', born, empty=True),
        ]  # fmt: skip
        config = {
            "architecture": "amd64",
            "os": "linux",
            "author": "someone",
            "config": {
                "Cmd": ["nginx", "-g", "daemon off;"],
                "Entrypoint": ["/docker-entrypoint.sh"],
                "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin", "NGINX_VERSION=1.27.0", "PORT=80"],
                "ExposedPorts": {"80/tcp": {}},
                "Volumes": {"/data": {}},
                "WorkingDir": "/app",
                "Labels": {"maintainer": "NGINX Docker Maintainers", "org.opencontainers.image.source": "<b>x</b>"},
            },
        }
        return ImageDetail(
            image,
            tuple(Layer(n, diff_id(layer)) for n, layer in enumerate(found)),
            tuple(steps[: (0, 2, 6, 8, 10)[len(found)]]),
            config,
            image.id,
            problems=self.problems,
        )

    problems: tuple[Problem, ...] = ()


def world() -> tuple[FakeEngine, Image, Container]:
    engine = FakeEngine(populate=False)
    image = engine.add_image(
        "registry.example.com:5000/team/myapp:dev",
        "myapp:latest",
        layers=layers(),
        created=int(time.time()) - 2 * HOURS,
    )
    whole = layers()
    engine.add_image("debian:bookworm-slim", layers=whole[:1], created=image.created - 90 * HOURS)
    engine.add_image("nginx:1.27", layers=whole[:2], created=image.created - 50 * HOURS)
    web = engine.add_container(
        "shop-web-1",
        image,
        "running",
        ports=(Port(80, "tcp", 8080, "0.0.0.0"), Port(443)),
        mounts=(Mount("volume", "data", "/data"), Mount("bind", "/srv/conf", "/etc/app", False)),
        project="shop",
        service="web",
        health="healthy",
        writable_bytes=12_345_678,
    )
    dice = random.Random(3)
    changes = [Change("/var", MODIFIED, None, "dir"), Change("/var/cache", MODIFIED, None, "dir")]
    changes += [Change(f"/var/cache/nginx/{n:03}", ADDED, dice.randrange(900, 900_000), "file") for n in range(41)]
    changes += [Change(f"/etc/nginx/{name}", MODIFIED, dice.randrange(90, 9_000), "file") for name in TOOLS[:7]]
    changes += [Change("/etc/motd", DELETED, None, "file"), Change("/app/static/0100.chunk.js", DELETED, None, "file")]
    engine.changed[web.id] = tuple(changes)
    return engine, image, web


class Studio:
    def __init__(self, application: QApplication, folder: Path, suffix: str) -> None:
        self.application, self.folder, self.suffix = application, folder, suffix

    def session(self, engine: FakeEngine, source: Source) -> tuple[Session, Registry, str]:
        made = World(engine)
        made.find = lambda host, control: (source, ())
        session = Session(Jobs(), made.open, made.find, "")
        session.start()
        self.wait(lambda: session.current is not None and session.current.live and session.images_known)
        return session, Registry(session, catalog(session, Answers())), session.current.key

    def wait(self, ready, seconds: float = 20) -> None:
        until = time.monotonic() + seconds
        while not ready() and time.monotonic() < until:
            self.application.processEvents()
            time.sleep(0.005)
        assert ready()

    def settle(self, seconds: float = 0.3) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.application.processEvents()
            time.sleep(0.005)

    def shoot(self, page: QWidget, name: str) -> None:
        self.settle()
        page.grab().save(str(self.folder / f"{name}{self.suffix}.png"))


def shoot_all(studio: Studio) -> None:
    engine, image, web = world()
    session, registry, key = studio.session(engine, Source(engine))

    def image_page() -> ImagePage:
        page = ImagePage(session, registry, key, replace(image, unique_bytes=12_000_000))
        page.resize(1060, 700)
        page.show()
        return page

    page = image_page()
    studio.wait(lambda: page.files.tree.files.view is not None)
    page.files.tree.reveal(b"app/main.py")
    studio.shoot(page, "image-files")
    page.stack.view.select_layer(2)
    page.files.one_layer.setChecked(True)
    studio.settle(0.5)
    page.files.tree.reveal(b"etc/nginx/nginx.conf")
    studio.shoot(page, "image-one-layer")
    page.files.filter.paths.edit.setText("chunk.js")
    studio.settle(0.8)
    studio.shoot(page, "image-filter")
    page.files.filter.paths.edit.setText("no such thing")
    studio.settle(0.8)
    studio.shoot(page, "image-filter-empty")
    page.stack.view.unfold_all(True)
    page.files.filter.paths.edit.clear()
    studio.settle(0.5)
    studio.shoot(page, "image-unfolded")
    page.stack.view.unfold_all(False)
    page.tabs.setCurrentWidget(page.findChild(ImageConfig))
    studio.shoot(page, "image-config")
    page.front.json.setChecked(True)
    studio.settle(0.5)
    studio.shoot(page, "image-config-json")
    page.resize(640, 420)
    page.tabs.setCurrentIndex(0)
    page.files.filter.paths.edit.clear()
    studio.settle(0.8)
    studio.shoot(page, "image-small")
    page.close()

    engine.gate["build"] = threading.Event()
    page = image_page()
    studio.settle(1.0)
    studio.shoot(page, "image-busy")
    state = session.jobs.in_lane(page.lane + "index")
    session.jobs.cancel(state.id)
    studio.shoot(page, "image-cancelled")
    page.close()
    del engine.gate["build"]
    engine.fail["build"] = Refused(
        "myapp:dev", "open /var/lib/docker: no space left on device", "Free some space there."
    )
    page = image_page()
    studio.settle(0.5)
    studio.shoot(page, "image-error")
    page.close()
    del engine.fail["build"]
    Source.problems = tuple(
        Problem(f"layer 2, entry {n}", "its path leaves the root: ../../etc/shadow; kept inside it") for n in range(5)
    )
    page = image_page()
    studio.wait(lambda: page.files.tree.files.view is not None)
    page.problems.unfold.setChecked(True)
    page.resize(1060, 700)
    studio.shoot(page, "image-problems")
    Source.problems = ()
    page.close()

    def container_page() -> ContainerPage:
        page = ContainerPage(session, registry, key, web)
        page.resize(1060, 700)
        page.show()
        return page

    raw = {
        "Config": {"Env": ["A=1", "B=two words"], "Cmd": ["nginx", "-g", "daemon off;"], "Labels": {"a": "b"}},
        "HostConfig": {"RestartPolicy": {"Name": "always"}},
        "NetworkSettings": {"Networks": {"bridge": {"IPAddress": "172.17.0.2"}}},
    }
    host = next(iter(session._links.values())).source.host
    host.container = lambda reference, control: ContainerDetail(web, started=int(time.time()) - 3 * HOURS, raw=raw)
    page = container_page()
    studio.wait(lambda: page.changes.tree.files.view is not None)
    page.changes.tree.reveal(b"etc/nginx/bash")
    studio.shoot(page, "container-changes")
    page.tabs.setCurrentIndex(1)
    files = page.tabs.currentWidget()
    assert isinstance(files, FilesTab)
    studio.wait(lambda: files.files.tree.files.view is not None)
    files.files.tree.reveal(b"etc/nginx/bash")
    studio.settle(0.3)
    studio.shoot(page, "container-files")
    page.tabs.setCurrentIndex(0)
    page.changes.filter.marks._buttons[2].setChecked(True)
    studio.settle(0.5)
    studio.shoot(page, "container-only-modified")
    page.tabs.setCurrentWidget(page.findChild(ContainerConfig))
    studio.shoot(page, "container-config")
    engine.remove_container_elsewhere("shop-web-1")
    del host.container
    page.tabs.setCurrentIndex(0)
    studio.settle(1.0)
    studio.shoot(page, "container-removed")
    page.close()
    engine.add_container("idle", image, "exited", writable_bytes=0)
    web = engine.named("idle")
    engine.changed[web.id] = ()
    page = container_page()
    studio.settle(0.5)
    studio.shoot(page, "container-nothing")
    page.close()
    engine.fail["changes_view"] = Unreachable("local engine", "connection refused", "Is it running?")
    page = container_page()
    studio.settle(0.5)
    studio.shoot(page, "container-error")
    page.close()
    session.close()
    session.jobs.close()


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication([])
    scale = os.environ.get("QT_SCALE_FACTOR", "")
    for scheme in ("light", "dark"):
        theme.apply_scheme(application, scheme)
        application.processEvents()
        shoot_all(Studio(application, folder, f"-{scheme}" + (f"-{scale}x" if scale else "")))


if __name__ == "__main__":
    main()
