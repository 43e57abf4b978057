"""A Dockerfile, built by real engines, comes back from what they tell of the image; and images know their kin."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from imagexplorer.core.dockerfile import dockerfile_text, rebuilt
from imagexplorer.core.relatives import ANCESTOR, DESCENDANT, SAME
from imagexplorer.indexing.chains import Chains
from imagexplorer.session.origins import bases
from tests import engine_images
from tests.core.builders import meaning
from tests.engines import Engine

FILE = r"""FROM scratch
ARG VERSION=1.2
LABEL a="one two" b="x=y z" org.opencontainers.image.title=t
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
ENV PATH=/bin GREETING="hello you" EMPTY=
RUN set -e; \
    echo "$VERSION" > /v && \
    mkdir -p /data "/with blank"; \
    echo 'a && b'
SHELL ["/bin/sh", "-e", "-c"]
RUN echo "in another shell" > /s
EXPOSE 53/udp 8080
VOLUME /vol /other
VOLUME ["/a b", "/c"]
WORKDIR /work
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=30s --retries=2 CMD test -e /v || exit 1
USER 0:0
ENTRYPOINT ["/bin/sh", "-c", "echo \"$0\""]
CMD echo shell form && true
"""


def build(engine: Engine, builder: str, tag: str, folder: Path) -> None:
    if builder == "usual":
        engine_images.build(engine.api, tag, FILE)
        return
    folder.mkdir()
    (folder / "Dockerfile").write_text(FILE)
    shutil.copy(engine_images.busybox(), folder / "busybox")
    docker = shutil.which("docker", path="/usr/bin")  # of the same package as the engine: it builds without a plugin
    assert docker is not None, "not installed: apt-get install docker.io"
    command = [docker, "-H", engine.private.location, "build", "-q", "-t", tag, str(folder)]
    done = subprocess.run(command, env={**os.environ, "DOCKER_BUILDKIT": "1"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("builder", ["usual", "buildkit"])
def test_a_built_dockerfile_comes_back(engine: Engine, builder: str, tidy: list[str], tmp_path: Path) -> None:
    if builder == "buildkit" and engine.kind != "docker":
        pytest.skip("this engine builds with a plugin, or not at all, that way")
    tag = f"test/{builder}:1"
    tidy.append(f"image:{tag}")
    build(engine, builder, tag, tmp_path / "context")
    lines = rebuilt(engine.source.image(engine.name(tag), engine.control))
    if builder == "buildkit":
        engine.api.prune_builds()  # what its cache keeps makes every plan of this engine an estimate
    own = [line for line in lines if "io.buildah.version" not in line.text]
    assert [line.step for line in own] == list(range(len(own))), "the history explains the configuration"
    told, written = dict(enumerate(meaning(dockerfile_text(own, tag)))), dict(enumerate(meaning(FILE)))
    expected = {
        ("COPY", ("busybox", "/bin/busybox")): (
            "COPY",
            (("busybox" if builder == "buildkit" else "…"), "/bin/busybox"),
        ),
        ("ARG", "VERSION=1.2"): ("ARG", "VERSION" if engine.podman else "VERSION=1.2"),
    }
    for at, instruction in written.items():
        wanted = expected.get(instruction if isinstance(instruction[1], str | tuple) else ("", ""), instruction)
        blank = [
            (word, " ".join(value.split()) if isinstance(value, str) else value) for word, value in (wanted, told[at])
        ]
        assert blank[0] == blank[1]
    assert len(told) == len(written)


def test_who_stands_on_whom(engine: Engine) -> None:
    engine_images.build(engine.api, "test/root:1", "FROM scratch\nCOPY busybox /bin/busybox\nENV PATH=/bin\n")
    engine_images.build(engine.api, "test/stem:1", f"FROM {engine.name('test/root:1')}\nCOPY Dockerfile /d\n")
    engine_images.build(engine.api, "test/leaf:1", f"FROM {engine.name('test/stem:1')}\nENV A=1\n")
    source, control = engine.source, engine.control
    rows = source.images(control)
    names = {row.id: row.name for row in rows}
    asked = []
    chains = Chains()

    class Counting:
        def __getattr__(self, name):
            asked.append(name)
            return getattr(source, name)

    def kin(tag: str):
        detail = source.image(engine.name(tag), control)
        return chains.relatives(Counting(), detail, [row.id for row in rows], control)

    told = kin("test/leaf:1")
    assert told.complete
    mine = [base.name for base in bases(told, rows) if "test/" in base.name and base.steps >= 0]
    assert mine[-2:] == [engine.name("test/root:1"), engine.name("test/stem:1")]
    assert "diff_ids" in asked
    asked.clear()
    told = kin("test/root:1")
    assert "diff_ids" not in asked, "what was learnt of an image stays learnt"
    below = {names[each.id]: each.kind for each in told.images}
    assert below[engine.name("test/stem:1")] == DESCENDANT
    stem = {names[each.id]: each.kind for each in kin("test/stem:1").images}
    assert stem[engine.name("test/leaf:1")] == DESCENDANT, "the same layers, a longer history"
    assert stem[engine.name("test/root:1")] == ANCESTOR
    assert SAME not in (stem[engine.name("test/leaf:1")], stem[engine.name("test/root:1")])
    for row in rows[:20]:
        detail = source.image(row.id, control)
        assert list(source.diff_ids(row.id, control)) == [layer.diff_id for layer in detail.layers]
