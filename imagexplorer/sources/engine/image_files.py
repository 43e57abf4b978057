"""Files that an image shows, out of a container that is made of it, never started, and removed.

A container left behind by a crash is found by its label: whoever connects next removes it, once nobody can be using it.
"""

from __future__ import annotations

import os
import tarfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from imagexplorer.core.contents import Slice
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import Damaged, ImagexplorerError, NotFound, Refused
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.core.text import plain
from imagexplorer.sources.blobs import CHUNK
from imagexplorer.sources.contents import Take
from imagexplorer.sources.engine.fields import labels, moment, rows, text
from imagexplorer.sources.engine.wire import LONG_SECONDS, Parameters, Wire

LABEL = "io.imagexplorer.reading"
KEEPS_VOLUMES = "io.imagexplorer.volumes"
"""Such a container has a volume of somebody's mounted, which must not go with it."""
STALE_SECONDS = 3600
"""No reading takes as long: an older container is one that a crash left."""


@contextmanager
def made_of(wire: Wire, image_id: str, control: Control) -> Iterator[str]:
    """The id of a container of the image; it is removed whatever happens, also after a cancel."""
    what = f"reading of {plain(image_id, 200)}"
    body = {
        "Image": image_id,
        "Cmd": ["-"],
        "Entrypoint": [],
        "NetworkDisabled": True,
        "Labels": {LABEL: str(int(time.time()))},
    }
    made = wire.json("POST", "/containers/create", what=what, control=control, body=body, seconds=LONG_SECONDS)
    container = text(made, "Id")
    if not container:
        raise Refused(what, "the engine made no container, and did not say why")
    try:
        yield container
    finally:
        remove(wire, container)


def remove(wire: Wire, container: str, volumes: bool = True) -> None:
    """With its volumes: an image may declare some, which came with it. One that is gone is no matter."""
    params: Parameters = {"v": int(volumes), "force": 1}
    with suppress(ImagexplorerError):
        wire.json("DELETE", f"/containers/{container}", what="reading", control=Control(), params=params)


def remove_stale(wire: Wire, control: Control) -> int:
    """Remove what crashed programs left behind; how many."""
    import json

    params: Parameters = {"all": 1, "filters": json.dumps({"label": [LABEL]})}
    found = rows(wire.get("/containers/json", what="list of containers", control=control, params=params))
    stale = [each for each in found if (moment(each, "Created") or 0) < time.time() - STALE_SECONDS]
    for each in stale:
        if text(each, "State").lower() in ("created", "configured"):
            remove(wire, text(each, "Id"), KEEPS_VOLUMES not in labels(each))
    return len(stale)


def read_from_container(
    wire: Wire, image: ImageDetail, index: LayerIndex, slices: Sequence[Slice], take: Take, control: Control
) -> list[Slice]:
    """Give what the engine hands out; returns the rest, of which nothing was given."""
    left = []
    try:
        with made_of(wire, image.image.id, control) as container:
            for number, each in enumerate(slices):
                control.step(number, len(slices), "reading contents")
                if not _read(wire, container, index, each, take, control):
                    left.append(each)
    except (NotFound, Refused):
        if len(left) == 0:
            return list(slices)
        raise
    return left


def _read(wire: Wire, container: str, index: LayerIndex, each: Slice, take: Take, control: Control) -> bool:
    path, size = os.fsdecode(index.path(each.row)), index["size"][each.row]
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:  # no route has such a name
        return False
    what = f"file {plain(path, 200)}"
    start, end = each.bounds(size)
    route = f"/containers/{container}/archive"
    try:
        with (
            wire.open("GET", route, what=what, control=control, params={"path": f"/{path}"}) as response,
            tarfile.open(fileobj=_Body(response), mode="r|") as archive,  # type: ignore[call-overload]
        ):
            member = archive.next()
            content = archive.extractfile(member) if member is not None and member.isreg() else None
            if content is None or member is None or member.size != size:
                return False  # something else stands there by now
            at = 0
            while at < end:
                control.step()
                piece = content.read(min(CHUNK, (start if at < start else end) - at))
                if not piece:
                    raise Damaged(what, "the engine broke off")
                if at >= start:
                    take(each.row, piece)
                at += len(piece)
    except (NotFound, Refused):
        return False
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise Damaged(what, "the engine's answer is no archive") from error
    return True


class _Body:
    """A response as a file."""

    def __init__(self, response: object) -> None:
        self._raw = response.raw  # type: ignore[attr-defined]

    def read(self, size: int) -> bytes:
        data: bytes = self._raw.read(size, decode_content=True)
        return data
