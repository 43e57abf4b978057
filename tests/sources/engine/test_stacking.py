"""What we say is visible, against what the engine itself shows: the export of a container, of images of every kind."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from collections.abc import Sequence

import pytest
from docker.errors import APIError
from hypothesis import HealthCheck, assume, given, settings

from imagexplorer.core.file_tree import FileTree
from imagexplorer.core.layer_index import KINDS
from imagexplorer.core.overlay import stack
from imagexplorer.core.tree_view import MARK_DELETED, ViewSpec
from imagexplorer.core.tree_viewing import view
from imagexplorer.indexing.builder import build, problems_of
from imagexplorer.sources.protocol import ScanOptions
from tests import engine_images, tars
from tests.core import naive
from tests.core.stacks import STACKS
from tests.core.test_overlay_umoci import facts, linked_symlinks, member, ordered
from tests.engines import Engine

pytestmark = pytest.mark.engine

# Put there by the engine when it makes a container: mount points and files that it binds into it.
OWN = {
    ".dockerenv", "dev", "dev/console", "dev/pts", "dev/shm", "etc", "etc/hostname", "etc/hosts", "etc/mtab",
    "etc/resolv.conf", "proc", "sys", "run", "run/.containerenv",
}  # fmt: skip

# Each step undoes or crosses what one before it did.
DOCKERFILE = """\
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN mkdir -p /data/deep/er /opaque/sub /gone/with/all /srv/real && echo 1 > /data/deep/er/file && \
echo 2 > /opaque/old && echo 3 > /opaque/sub/old && echo 4 > /gone/with/all/this && echo 5 > /plain && \
ln -s /srv/real /srv/link && ln -s real /srv/relative && ln -s ../../outside /srv/up && echo 6 > /srv/real/one && \
dd if=/dev/zero of=/zeros bs=1000 count=70 && ln /zeros /data/zeros && mkfifo /data/fifo && ln -s /nowhere /dangling
RUN rm /plain && rm -rf /gone && rm -rf /opaque && mkdir /opaque && echo new > /opaque/new
RUN echo through > /srv/link/two && echo again > /srv/relative/one && mkdir /srv/link/folder
COPY other /srv/link/copied
RUN chown 7:8 /zeros && chmod 4711 /bin/busybox && chmod 1777 /data && chown -R 3:4 /data/deep
RUN rm -rf /data/deep && echo "a file now" > /data/deep
RUN rm /data/deep && mkdir -p /data/deep/again && echo back > /data/deep/again/file && rm /srv/link && mkdir /srv/link
RUN mv /opaque /renamed && ln /renamed/new /renamed/hard && ln -sf renamed /opaque && touch -d @86400 /data/fifo
RUN rm /zeros && echo plain > /plain && mkdir -p "/odd \xc3\xa4 name/.wh" && echo x > "/odd \xc3\xa4 name/..data"
VOLUME /vol
WORKDIR /srv/here
CMD ["/bin/sh"]
"""

Shown = dict[str, tuple[str, int, int, int, int, str]]
"""By path: kind, mode, uid, gid, size, where a symlink leads; hard links as what they name."""


def exported(engine: Engine, image: str) -> tuple[Shown, set[frozenset[str]]]:
    """What the engine shows in a container that was never started; and the names that share a file."""
    container = engine.api.create_container(image, ["/x"])["Id"]
    try:
        raw = io.BytesIO(b"".join(engine.api.export(container)))
    finally:
        engine.api.remove_container(container, v=True)
    found: Shown = {}
    names: dict[str, set[str]] = {}
    with tarfile.open(fileobj=raw) as archive:
        for each in archive:
            path = os.fsencode(each.name).decode("utf-8", "surrogateescape").strip("/").removeprefix("./")
            if each.islnk():
                target = each.linkname.strip("/").removeprefix("./")
                found[path] = found[target]
                names.setdefault(target, {target}).add(path)
                continue
            kind = {
                tarfile.DIRTYPE: "dir", tarfile.SYMTYPE: "symlink", tarfile.FIFOTYPE: "fifo", tarfile.CHRTYPE: "char",
                tarfile.BLKTYPE: "block",
            }.get(each.type, "file")  # fmt: skip
            mode = stat.S_IMODE(each.mode) if kind != "symlink" else 0
            size = each.size if kind == "file" else 0
            found[path] = (kind, mode, each.uid, each.gid, size, each.linkname if kind == "symlink" else "")
    found.pop("", None)
    return found, {frozenset(group) for group in names.values()}


def shown(tree: FileTree) -> tuple[Shown, set[frozenset[str]]]:
    """The same, as we have it."""
    top = view(tree, ViewSpec())
    found: Shown = {}
    groups: dict[int, set[str]] = {}
    for row in range(1, len(top)):
        if top.mark[row] == MARK_DELETED:
            continue
        path = top.path(row)
        last = tree.versions(tree.find(path) or 0)[-1]
        if KINDS[last.kind] == "hardlink":
            assert last.data is not None
            last = next(v for v in tree.versions(tree.node_of(last.data)) if v.number == last.data)
        name = path.decode("utf-8", "surrogateescape")
        if KINDS[last.kind] == "file":
            groups.setdefault(last.number, set()).add(name)
        kind = KINDS[last.kind]
        link = (last.link or b"").decode("utf-8", "surrogateescape") if kind == "symlink" else ""
        mode = last.mode if kind != "symlink" else 0
        found[name] = (kind, mode, last.uid, last.gid, last.size if kind == "file" else 0, link)
    return found, {frozenset(group) for group in groups.values() if len(group) > 1}


@pytest.mark.parametrize("verify", [False, True], ids=["store", "export"])
def test_the_tree_is_what_a_container_shows(engine: Engine, tidy: list[str], verify: bool) -> None:
    tag = "test/stacking:1"
    tidy.append(f"image:{tag}")
    engine_images.build(engine.api, tag, DOCKERFILE, {"other": b"copied"})
    detail = engine.source.image(tag, engine.control)
    built = build(engine.source, detail, None, ScanOptions(verify), engine.control)
    assert problems_of(built) == ()
    ours, our_links = shown(built.tree)
    theirs, their_links = exported(engine, tag)
    for path in OWN - ours.keys():
        theirs.pop(path, None)
    assert {"renamed/hard", "data/deep/again/file", "srv/real/two", "data/fifo", "opaque"} <= ours.keys()
    assert not {"gone", "renamed/old", "zeros"} & ours.keys()
    assert ours == theirs
    assert our_links == their_links


def completed(layer: Sequence[naive.Entry]) -> list[naive.Entry]:
    """With the directories that its markers stand in, as engines write them: Docker makes what is missing."""
    known = {entry.path for entry in layer if entry.kind not in ("whiteout", "opaque")}
    needed = {
        path
        for entry in layer
        if entry.kind in ("whiteout", "opaque")
        for path in (*naive.above(entry.path), *([entry.path] if entry.kind == "opaque" else []))
    }
    return [*(naive.Entry(path, "dir", mode=0o755) for path in sorted(needed - known)), *layer]


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(STACKS.filter(any))
def _agrees(engine: Engine, count: list[int], layers: Sequence[Sequence[naive.Entry]]) -> None:
    # Docker takes no notice of an opaque marker at the root of an image; the specification and other engines do.
    layers = [[entry for entry in layer if entry.path or entry.kind != "opaque"] for layer in layers]
    layers = [ordered(completed(layer)) for layer in layers if layer]
    tree = stack([naive.build(layer) for layer in layers])
    assume(layers and not tree.problems and not linked_symlinks(layers))
    archive = tars.docker_archive([tars.tar(map(member, layer)) for layer in layers], tags=("test/stack:1",))
    said = list(engine.api.load_image(archive))
    assume(not any("error" in line for line in said))
    try:
        theirs, _ = exported(engine, "test/stack:1")
    except APIError as error:  # containerd takes layers that it cannot unpack
        assume("failed to extract layer" not in str(error))
        raise
    for path in OWN:
        theirs.pop(path, None)
    count[0] += 1
    expected = {
        path: (kind, value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value)
        for path, (kind, value) in ((os.fsdecode(path), fact) for path, fact in facts(tree).items())
    }
    found = {path: (kind, link if kind == "symlink" else size) for path, (kind, _, _, _, size, link) in theirs.items()}
    assert found == expected


@pytest.mark.torture
def test_generated_stacks_agree_with_docker(engine: Engine, tidy: list[str]) -> None:
    if engine.podman:
        pytest.skip("by Docker: Podman applies layers with the same library")
    tidy.append("image:test/stack:1")
    count = [0]
    _agrees(engine, count)
    print(f"{count[0]} generated stacks, loaded and exported")
    assert count[0] >= 200
