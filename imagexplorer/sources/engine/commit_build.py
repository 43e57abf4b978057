"""An image from a part of what a container changed: built upon its image, with a tar of the rest and a RUN for what was
deleted, as `core.container_dockerfile` writes it. A commit itself leaves nothing out.

Knows POST /build of the classic builder, which Podman takes too.
"""

from __future__ import annotations

import io
import re
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from imagexplorer.core.commit_config import instructions
from imagexplorer.core.container_dockerfile import Recipe, recipe
from imagexplorer.core.control import Control
from imagexplorer.core.entities import Change, CommitSpec, short_id
from imagexplorer.core.errors import Refused
from imagexplorer.sources.engine import life
from imagexplorer.sources.engine.actions import unsure
from imagexplorer.sources.engine.fields import image_id, text
from imagexplorer.sources.engine.wire import LONG_SECONDS, json_lines

if TYPE_CHECKING:
    from imagexplorer.sources.engine.source import EngineSource

_PIECE = 256 * 1024
_BUILT = re.compile(r"(?:Successfully built )?(?:sha256:)?([0-9a-f]{12,64})\s*")
_FROM = re.compile(r"^FROM .*$", re.MULTILINE)


def build(source: EngineSource, spec: CommitSpec, control: Control) -> str:
    """Returns the image's id. Raises Refused where what was deleted cannot be deleted by a RUN."""
    container = source.container(spec.container_id, control)
    image = source.image(container.container.image_id, control)
    what = f"commit container {short_id(spec.container_id)}"
    with _paused(source, spec, container.container.state, control):
        changes = kept(source.changes(spec.container_id, control), spec.left_out)
        made = recipe(container, image, changes, source.tools(spec.container_id, changes, control))
        if made.missing:
            raise Refused(what, made.missing, "Leave out nothing, or write a flattened Dockerfile")
        with tempfile.TemporaryFile() as tar:
            if f"ADD {made.tar} " in made.text:
                for piece in source.written_tar(spec.container_id, changes, control):
                    tar.write(piece)
            return _built(source, spec, _dockerfile(made, image.image.id, spec), made, tar, what, control)


def kept(changes: Sequence[Change], left_out: Sequence[str]) -> list[Change]:
    """Without those paths and what is below them."""
    gone = {path.rstrip("/") for path in left_out}

    def stays(path: str) -> bool:
        while path:
            if path in gone:
                return False
            path = path.rpartition("/")[0]
        return True

    return [change for change in changes if stays(change.path)]


def _dockerfile(made: Recipe, base: str, spec: CommitSpec) -> str:
    """Upon the very image that the container runs, whatever its tag has become."""
    lines = [_FROM.sub(f"FROM {base}", made.text, count=1).rstrip("\n")]
    if spec.author:
        lines.append(f"MAINTAINER {' '.join(spec.author.split())}")
    return "\n".join([*lines, *instructions(spec.config)]) + "\n"


@contextmanager
def _paused(source: EngineSource, spec: CommitSpec, state: str, control: Control) -> Iterator[None]:
    """So that what is read belongs together; it goes on whatever happens."""
    if not spec.pause or state != "running":
        yield
        return
    life.pause(source.wire, spec.container_id, control)
    try:
        yield
    finally:
        life.unpause(source.wire, spec.container_id, Control())


def _built(
    source: EngineSource, spec: CommitSpec, dockerfile: str, made: Recipe, tar: IO[bytes], what: str, control: Control
) -> str:
    params: dict[str, Any] = {"rm": 1, "forcerm": 1, "pull": 0, "networkmode": "none"}
    if spec.repository:
        params["t"] = f"{spec.repository}:{spec.tag or 'latest'}"
    found = ""
    with unsure(what), source.wire.open(
        "POST", "/build", what=what, control=control, params=params, data=_context(dockerfile, made.tar, tar),
        seconds=LONG_SECONDS,
    ) as response:  # fmt: skip
        for line in json_lines(response, what):
            control.step(text="building")
            if not isinstance(line, dict):
                continue
            if error := text(line, "error"):
                raise Refused(what, error.strip())
            aux = line.get("aux")
            if isinstance(aux, dict) and text(aux, "ID"):
                found = text(aux, "ID")
            elif match := _BUILT.fullmatch(text(line, "stream")):
                found = found or match[1]
    if not found:
        raise Refused(what, "the engine built no image, and did not say why")
    return source.image(image_id(found) if len(found) >= 64 else found, control).image.id


def _context(dockerfile: str, name: str, tar: IO[bytes]) -> Iterator[bytes]:
    """A tar of two files, the second as long as it may be."""
    raw = dockerfile.encode("utf-8", "surrogateescape")
    size = tar.seek(0, io.SEEK_END)
    tar.seek(0)
    for member, length in (("Dockerfile", len(raw)), (name, size)):
        info = tarfile.TarInfo(member)
        info.size = length
        yield info.tobuf(tarfile.PAX_FORMAT)
        if member == "Dockerfile":
            yield raw
        else:
            yield from iter(lambda: tar.read(_PIECE), b"")
        yield bytes(-length % tarfile.BLOCKSIZE)
    yield bytes(2 * tarfile.BLOCKSIZE)
