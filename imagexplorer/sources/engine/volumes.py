"""Volumes: told, removed, their content out as a tar and back.

An engine hands out a volume's content only through a container that has it mounted: one is made of whatever image is
there, never started, and removed again without a volume of the engine's but those that came with that image.
"""

from __future__ import annotations

import os
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Volume, volume_name
from imagexplorer.core.errors import Damaged, ImagexplorerError, NotFound, Refused
from imagexplorer.core.text import plain
from imagexplorer.sources.engine.actions import quoted
from imagexplorer.sources.engine.fields import Json, amount, labels, rows, section, text
from imagexplorer.sources.engine.image_files import KEEPS_VOLUMES, LABEL
from imagexplorer.sources.engine.wire import LONG_SECONDS, Wire

FOLDER = "imagexplorer.volume"
PLACE = f"/imagexplorer/1/2/3/4/5/6/7/{FOLDER}"
"""Where it is mounted: in no image, so that nothing of one is copied into an empty volume; and so deep, for Docker
takes no relative link that leads out of the root."""
PIECE = 1 << 20
_TAR_END = bytes(1024)


def volume(wire: Wire, name: str, control: Control) -> Volume:
    """Raises NotFound."""
    told = wire.get(f"/volumes/{quoted(name)}", what=_what(name), control=control)
    return volume_of(told if isinstance(told, dict) else {})


def volume_of(told: Json) -> Volume:
    usage = section(told, "UsageData")
    return Volume(
        text(told, "Name"),
        amount(usage, "Size"),
        amount(usage, "RefCount") or 0,
        "com.docker.volume.anonymous" in labels(told) or told.get("Anonymous") is True,
        text(told, "CreatedAt"),
        text(told, "Driver"),
        labels(told, "Options"),
        labels(told),
    )


def remove(wire: Wire, name: str, created: str, control: Control) -> None:
    """Never by force. Refused where it is not the one that was `created` then."""
    what = f"delete {_what(name)}"
    found = volume(wire, name, control)
    if created and found.created and found.created != created:
        raise Refused(what, "it is another volume of that name by now", "Look again")
    with wire.open(
        "DELETE", f"/volumes/{quoted(name)}", what=what, control=control, params={"force": 0}, seconds=LONG_SECONDS
    ):
        pass


def saved(wire: Wire, name: str, control: Control) -> Iterator[bytes]:
    """Its content, with owners and modes, below FOLDER (Docker) or below nothing (Podman); in pieces."""
    volume(wire, name, control)  # or mounting it would make one
    done = 0
    with (
        _mounted(wire, name, "ro", control) as container,
        wire.open(
            "GET", f"/containers/{container}/archive", what=f"save {_what(name)}", control=control,
            params={"path": PLACE}, seconds=LONG_SECONDS, steady=True,
        ) as response,
    ):  # fmt: skip
        while piece := response.raw.read(PIECE, decode_content=True):  # an engine may send it compressed
            done += len(piece)
            control.step(done, None, "keeping it in the trash")
            yield piece


def restored(wire: Wire, like: Volume, path: str, podman: bool, control: Control) -> None:
    """A volume like this one, with the content that `saved` gave. Where that fails it is taken away again.

    Docker writes into the whole tree of the container, with its volumes mounted, and so sets owner and mode of the
    volume's own folder too. Podman writes into the volume itself, whose folder it lets nobody replace; and what it gave
    out was root's, whoever had owned it (it makes all files the container's user's)."""
    what = f"bring back {_what(like.name)}"
    with suppress(NotFound):
        volume(wire, like.name, control)
        raise Refused(what, "there is a volume of that name by now", "Delete or rename that first")
    body = {"Name": like.name, "Driver": like.driver or "local", "DriverOpts": dict(like.options),
            "Labels": dict(like.labels)}  # fmt: skip
    wire.json("POST", "/volumes/create", what=what, control=control, body=body, seconds=LONG_SECONDS)
    try:
        with (
            _mounted(wire, like.name, "rw", control) as container,
            wire.open(
                "PUT",
                f"/containers/{container}/archive",
                what=what,
                control=control,
                params={"path": PLACE if podman else "/"},
                data=_whole(path, what, "" if podman else PLACE.strip("/"), control),
                seconds=LONG_SECONDS,
            ),
        ):
            pass
    except BaseException:
        _remove_quietly(wire, like.name)
        raise


@contextmanager
def _mounted(wire: Wire, name: str, mode: str, control: Control) -> Iterator[str]:
    what = f"{_what(name)}"
    found = rows(wire.get("/images/json", what="list of images", control=control))
    images = sorted((each for each in found if text(each, "Id")), key=lambda each: amount(each, "Size") or 0)
    if not images:
        reason = "its content is read and written through a container, and there is no image to make one of"
        raise Refused(what, reason, "Pull or load any image first")
    body = {
        "Image": text(images[0], "Id"),
        "Cmd": ["-"],
        "Entrypoint": [],
        "NetworkDisabled": True,
        "Labels": {LABEL: str(int(time.time())), KEEPS_VOLUMES: "1"},
        "HostConfig": {"Binds": [f"{name}:{PLACE}:{mode}"]},
    }
    made = wire.json("POST", "/containers/create", what=what, control=control, body=body, seconds=LONG_SECONDS)
    container = text(made, "Id")
    if not container:
        raise Refused(what, "the engine made no container, and did not say why")
    try:
        yield container
    finally:
        _remove_container(wire, container, name)


def _remove_container(wire: Wire, container: str, name: str) -> None:
    """Podman would take a nameless volume with it, so its volumes are left, and those of the image go by themselves."""
    at = f"/containers/{container}"
    came = []
    with suppress(ImagexplorerError):
        told = wire.get(f"{at}/json", what="reading", control=Control())
        mounts = [each for each in rows(told.get("Mounts")) if text(each, "Type") == "volume"]
        came = [text(each, "Name") for each in mounts if text(each, "Name") not in ("", name)]
    with suppress(ImagexplorerError):
        wire.json("DELETE", at, what="reading", control=Control(), params={"v": 0, "force": 1})
        for each in came:
            _remove_quietly(wire, each)


def _remove_quietly(wire: Wire, name: str) -> None:
    with suppress(ImagexplorerError):
        wire.json("DELETE", f"/volumes/{quoted(name)}", what="reading", control=Control(), params={"force": 0})


def _whole(path: str, what: str, place: str, control: Control) -> Iterator[bytes]:
    with open(path, "rb") as file:  # tarfile takes an end in the middle of a header for the end
        file.seek(max(os.path.getsize(path) - len(_TAR_END), 0))
        if file.read() != _TAR_END:
            raise Damaged(what, "what the trash has of it is not whole")
    try:
        yield from _moved(path, place, control)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise Damaged(what, "what the trash has of it is not whole") from error


def _moved(path: str, place: str, control: Control) -> Iterator[bytes]:
    """The members of the archive with another folder above them all, or ("") none, and that not among them."""
    out = _Pieces()
    done = 0
    with (
        tarfile.open(path, mode="r:") as archive,
        tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT, bufsize=PIECE) as made,  # type: ignore[call-overload]
    ):
        for member in archive:
            archive.members = []  # type: ignore[attr-defined]  # it would keep all of them
            member.name = _below(place, member.name)
            if member.islnk():
                member.linkname = _below(place, member.linkname)
            if not member.name:
                continue
            member.pax_headers = {
                key: value for key, value in member.pax_headers.items() if key not in ("path", "linkpath")
            }
            made.addfile(member)
            content = archive.extractfile(member) if member.isreg() else None
            while content is not None and (piece := content.read(PIECE)):
                done += len(piece)
                control.step(done, None, "bringing it back")
                made.fileobj.write(piece)
                yield from out.taken()
            if content is not None:
                made.fileobj.write(bytes(-member.size % 512))
            yield from out.taken()
    yield from out.taken()


def _below(place: str, name: str) -> str:
    rest = name.removeprefix("./").strip("/")
    if rest in (".", FOLDER) or rest.startswith(f"{FOLDER}/"):
        rest = rest[len(FOLDER) + 1 :]
    return "/".join(filter(None, (place, rest)))


class _Pieces:
    """What was written, to be taken in turn."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        yield from pieces


def _what(name: str) -> str:
    return plain(volume_name(name) if volume_name(name) != name else f"volume {name}", 200)
