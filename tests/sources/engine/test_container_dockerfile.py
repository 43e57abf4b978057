"""From a container's changes to a Dockerfile: what it builds has the tree and the configuration of a commit."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from imagexplorer.cli import main
from imagexplorer.core.engine_files import MOUNTED_OVER
from tests.engine_images import build, write_in
from tests.engines import Engine

pytestmark = pytest.mark.engine

IMAGE = r"""FROM scratch
ADD busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN mkdir -p /old/deep /turns/inner /emptied /usr/keep && echo x > /old/deep/x && echo y > /turns/inner/y && \
    echo z > /emptied/z && echo file > /becomes && echo 1 > /kept && echo 2 > "/a b" && echo 3 > /-rf && \
    printf 4 > "$(printf '/n\nl')" && printf 5 > "$(printf '/\377')" && ln -s kept /link
ENV GREETING="hello world" SAME=1
USER 1000
WORKDIR /usr/keep
ENTRYPOINT ["/bin/busybox"]
CMD ["sleep", "600"]
"""
SCRIPT = r"""
rm -r /old; rm '/a b' /-rf; rm "$(printf '/n\nl')" "$(printf '/\377')"
rm -r /turns; echo now a file > /turns
rm -r /emptied; mkdir /emptied
rm /link; ln -s /new/where /link
mkdir -p /new/empty '/new/with space' && echo s > '/new/with space/-x' && echo n > "$(printf '/new/n\nl')"
printf b > "$(printf '/new/\376')"
echo su > /new/su; chown 12:34 /new/su; chmod 6755 /new/su; echo t > /new/sticky; chmod 1644 /new/sticky
ln /new/su /new/hard; chmod 700 /usr/keep; chown 7:8 /usr/keep; echo more >> /kept
mkdir -m 1777 /new/tmp; mkfifo /new/pipe
"""
FILE_TO_FOLDER = "rm /becomes; mkdir /becomes; echo in > /becomes/in"
"""Podman 4 fails to list such changes."""


@pytest.fixture
def run(engine: Engine, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def call(*words: str) -> tuple[int, str]:
        status = main(["--host", engine.private.location, *words])
        return status, capsys.readouterr().err

    return call


def tree(engine: Engine, image: str, tidy: list[str]) -> dict[str, tuple[Any, ...]]:
    """Every path of an image's tree, as the engine exports it."""
    made = engine.api.create_container(image, ["/none"], entrypoint=["/none"])["Id"]
    tidy.append(made)
    raw = b"".join(engine.api.export(made))
    found: dict[str, tuple[Any, ...]] = {}
    links: dict[str, str] = {}
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        for member in archive:
            path = "/" + member.name.removeprefix("./").strip("/")
            if path == "/" or path in MOUNTED_OVER or path in ("/etc", "/run"):
                continue
            if member.islnk():
                links[path] = "/" + member.linkname.removeprefix("./").strip("/")
                continue
            content = archive.extractfile(member).read() if member.isreg() else b""  # type: ignore[union-attr]
            mtime = member.mtime if member.isreg() else 0
            found[path] = (member.type, member.mode & 0o7777, member.uid, member.gid, member.linkname, content, mtime)
    return found | {path: ("linked", links[path], *found[links[path]]) for path in links}


def context(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(folder, ".")
    return buffer.getvalue()


def built(engine: Engine, folder: Path, tag: str, tidy: list[str]) -> str:
    said = list(
        engine.api.build(fileobj=io.BytesIO(context(folder)), custom_context=True, tag=tag, rm=True, decode=True)
    )
    assert not any("error" in line for line in said), json.dumps(said[-4:])
    tidy.append(f"image:{tag}")
    return tag


def config(engine: Engine, image: str) -> Mapping[str, Any]:
    told = engine.api.inspect_image(image)["Config"]
    keys = ("Cmd", "Entrypoint", "User", "WorkingDir", "ExposedPorts", "Volumes", "StopSignal")
    mine = {key: told.get(key) or None for key in keys}
    labels = {k: v for k, v in (told.get("Labels") or {}).items() if not k.startswith("io.buildah")}
    # Podman's commit keeps what it sets in each container; nobody wants HOSTNAME in an image.
    env = [each for each in told.get("Env") or [] if not each.startswith(("container=", "HOSTNAME=", "HOME=", "TERM="))]
    return {**mine, "Labels": labels, "Env": sorted(env)}


@pytest.mark.parametrize("flat", [False, True], ids=["upon", "flattened"])
def test_it_builds_what_a_commit_holds(
    engine: Engine, run: Callable[..., tuple[int, str]], tidy: list[str], tmp_path: Path, flat: bool
) -> None:
    base = engine.name("test/changed:1")
    build(engine.api, base, IMAGE)
    tidy.append(f"image:{base}")
    made = engine.api.create_container(
        base, ["sleep", "599"], user="0", environment={"NEW": 'a "b" $c\\'}, ports=[8080], working_dir="/new dir",
        labels={"a.b": "c d"}, volumes=["/vol"],
    )["Id"]  # fmt: skip
    tidy.append(made)
    engine.api.start(made)
    write_in(engine.api, made, SCRIPT)
    if not engine.podman:
        write_in(engine.api, made, FILE_TO_FOLDER)
    folder = tmp_path / "out"
    status, said = run("changes", made, "--dockerfile", str(folder), *(["--flatten"] if flat else []))
    assert status == 0, said
    text = (folder / "Dockerfile").read_text()
    assert ("FROM scratch" in text) == flat
    committed = str(engine.api.commit(made, "test/committed", "1")["Id"])
    tidy.append(f"image:{committed}")
    image = built(engine, folder, "test/rebuilt:1", tidy)
    mine, theirs = tree(engine, image, tidy), tree(engine, committed, tidy)
    if engine.containerd and not flat:  # it tells no name that is no UTF-8: not which one was deleted either
        assert "was deleted: its name is no UTF-8" in said
        del mine["/\udcff"]
    assert mine.keys() == theirs.keys()
    assert {path: mine[path] for path in mine if mine[path] != theirs[path]} == {}, theirs
    assert mine["/new/su"][-6:-3] == (0o6755, 12, 34)
    assert "/old" not in mine
    assert config(engine, image) == config(engine, committed), text
    status, said = run("changes", made, "--dockerfile", str(folder))
    assert status == 1, "what was written once is not written over"
    assert "something is there already" in said


def test_an_image_without_a_shell(
    engine: Engine, run: Callable[..., tuple[int, str]], tidy: list[str], tmp_path: Path
) -> None:
    base = engine.name("test/bare:1")
    build(
        engine.api,
        base,
        'FROM scratch\nADD busybox /t/busybox\nADD busybox /gone\nADD busybox /d/kept\nCMD ["/t/busybox", "true"]\n',
    )
    tidy.append(f"image:{base}")

    def container(*words: str) -> str:
        made = engine.api.create_container(base, list(words))["Id"]
        tidy.append(made)
        engine.api.start(made)
        assert engine.api.wait(made)["StatusCode"] == 0
        return str(made)

    added = container("/t/busybox", "mkdir", "-p", "/d/a b")
    assert run("changes", added, "--dockerfile", str(tmp_path / "added")) == (0, "")
    image = built(engine, tmp_path / "added", "test/bare-added:1", tidy)
    assert "/d/a b" in tree(engine, image, tidy)

    deleted = container("/t/busybox", "rm", "/gone")
    status, said = run("changes", deleted, "--dockerfile", str(tmp_path / "refused"))
    assert status == 1
    assert "has no rm" in said
    assert not (tmp_path / "refused").exists()
    assert run("changes", deleted, "--dockerfile", str(tmp_path / "flat"), "--flatten")[0] == 0
    mine = tree(engine, built(engine, tmp_path / "flat", "test/bare-flat:1", tidy), tidy)
    assert "/gone" not in mine
    assert "/d/kept" in mine
    assert config(engine, "test/bare-flat:1")["Cmd"] == ["/t/busybox", "rm", "/gone"]


def test_the_changes_as_a_tar(
    engine: Engine, container: str, run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    write_in(engine.api, container, "mkdir /x; echo 1 > /x/s; chmod 4755 /x/s; rm /big.bin")
    path = tmp_path / "changes.tar"
    assert run("changes", container, "--tar", str(path)) == (0, "")
    with tarfile.open(path) as archive:
        assert archive.getmember("x/s").mode & 0o7777 == 0o4755
        assert not any("bin/busybox" in name for name in archive.getnames())
    assert run("changes", container, "--tar", str(path))[0] == 1
    assert [each.name for each in tmp_path.iterdir()] == ["changes.tar"]
