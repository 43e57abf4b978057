"""One path of a container, and of the image it was made of: out of the engine's archive routes.

Knows /containers/x/archive. Must not know what the contents are for.
"""

from __future__ import annotations

import tarfile

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Damaged, NotFound, Refused
from imagexplorer.core.file_sides import FileSide, FileSides
from imagexplorer.core.preview import MORE_BYTES
from imagexplorer.core.text import plain
from imagexplorer.sources.engine.actions import quoted
from imagexplorer.sources.engine.image_files import made_of
from imagexplorer.sources.engine.wire import Wire

_KINDS = {
    tarfile.DIRTYPE: "dir", tarfile.SYMTYPE: "symlink", tarfile.FIFOTYPE: "fifo", tarfile.CHRTYPE: "char",
    tarfile.BLKTYPE: "block",
}  # fmt: skip


def sides(wire: Wire, container: str, image: str, path: str, control: Control) -> FileSides:
    """`image` "": only the container's. Raises Refused for a name that no route has."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        raise Refused(plain(path, 200), "its name is no UTF-8, and the engine cannot be asked for it") from None
    now = _one(wire, container, path, control)
    if not image:
        return FileSides(None, now)
    with made_of(wire, image, control) as made:
        return FileSides(_one(wire, made, path, control), now)


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


class _Body:
    def __init__(self, response: object) -> None:
        self._raw = response.raw  # type: ignore[attr-defined]

    def read(self, size: int) -> bytes:
        data: bytes = self._raw.read(size, decode_content=True)
        return data
