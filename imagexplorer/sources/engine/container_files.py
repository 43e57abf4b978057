"""One path of a container, and of the image it was made of: out of the engine's archive routes.

Knows /containers/x/archive. Must not know what the contents are for.
"""

from __future__ import annotations

import json
import tarfile
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ADDED, DELETED, Change
from imagexplorer.core.errors import Damaged, NotFound, Refused
from imagexplorer.core.file_sides import FileSide, FileSides
from imagexplorer.core.patch import file_patch, note_lines
from imagexplorer.core.preview import MORE_BYTES
from imagexplorer.core.text import plain
from imagexplorer.sources.engine.actions import quoted
from imagexplorer.sources.engine.fields import number, text
from imagexplorer.sources.engine.image_files import made_of
from imagexplorer.sources.engine.wire import Wire

GO_SYMLINK = 1 << 27
NO_NAME = "its name is no UTF-8, and the engine cannot be asked for it"
_KINDS = {
    tarfile.DIRTYPE: "dir", tarfile.SYMTYPE: "symlink", tarfile.FIFOTYPE: "fifo", tarfile.CHRTYPE: "char",
    tarfile.BLKTYPE: "block",
}  # fmt: skip


def sides(wire: Wire, container: str, image: str, path: str, control: Control) -> FileSides:
    """`image` "": only the container's. Raises Refused for a name that no route has."""
    if not can_be_asked(path):
        raise Refused(plain(path, 200), NO_NAME)
    now = _one(wire, container, path, control)
    if not image:
        return FileSides(None, now)
    with made_of(wire, image, control) as made:
        return FileSides(_one(wire, made, path, control), now)


def patch(wire: Wire, container: str, image: str, changes: Sequence[Change], control: Control) -> Iterator[bytes]:
    """Notes and diffs of all that changed, in the order of the paths; what the engine made itself is left out."""
    left = [change for change in changes if not change.engines]
    with made_of(wire, image, control) as made:
        for number, change in enumerate(sorted(left, key=lambda change: change.path)):
            control.step(number, len(left), "comparing files")
            if not can_be_asked(change.path):
                yield note_lines(change.path, [NO_NAME])
                continue
            now = None if change.kind == DELETED else _one(wire, container, change.path, control)
            before = None if change.kind == ADDED else _one(wire, made, change.path, control)
            diff, notes = file_patch(change.path, FileSides(before, now))
            if change.kind == DELETED and before is not None and before.kind == "dir":
                notes = ["the folder was deleted with all that was in it; it is not in this patch"]
            elif change.kind == ADDED and now is not None and now.kind == "dir":
                notes = []  # a patch makes the folders that its files need
            if notes or diff:
                yield note_lines(change.path, notes) + diff


def can_be_asked(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _one(wire: Wire, container: str, path: str, control: Control) -> FileSide | None:
    what = f"file {plain(path, 200)}"
    at = f"/containers/{quoted(container)}/archive"
    try:
        with (
            wire.open("GET", at, what=what, control=control, params={"path": path}) as response,
            tarfile.open(fileobj=_Body(response), mode="r|") as archive,  # type: ignore[call-overload]
        ):
            member = archive.next()
            if member is None:
                return None
            if _is_link(response) and not member.issym():  # Podman gives what the link leads to
                return FileSide("symlink", 0o777)
            content = archive.extractfile(member) if member.isreg() else None
            data = content.read(min(member.size, MORE_BYTES)) if content is not None else b""
            kind = _KINDS.get(member.type, "file")
            return FileSide(
                kind, member.mode & 0o7777, member.uid, member.gid, member.size, member.linkname, bytes(data)
            )
    except (NotFound, Refused):
        return None
    except (tarfile.TarError, EOFError) as error:
        raise Damaged(what, f"the engine's answer is no archive: {error}") from error


def _is_link(response: object) -> bool:
    return bool(stat_of(response.headers)[0] & GO_SYMLINK)  # type: ignore[attr-defined]


def stat_of(headers: Mapping[str, str]) -> tuple[int, str]:
    """Of what the archive route answers for (API, "Get information about files": base64 of JSON): its mode as Go's
    os.FileMode, and where a link leads, followed to its end. 0 and "" where that is not told."""
    try:
        told = json.loads(b64decode(headers.get("X-Docker-Container-Path-Stat", "")))
    except ValueError:
        return 0, ""
    return (number(told, "mode") or 0, text(told, "linkTarget")) if isinstance(told, Mapping) else (0, "")


class _Body:
    def __init__(self, response: object) -> None:
        self._raw = response.raw  # type: ignore[attr-defined]

    def read(self, size: int) -> bytes:
        data: bytes = self._raw.read(size, decode_content=True)
        return data
