"""What a container wrote, as one tar: picked out of the engine's export as it streams by.

Knows /containers/x/export, the one answer that keeps mode, setuid, owner, links and extended attributes on every engine
and in every state of a container. Must not know what the tar is for.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Sequence
from typing import Self

from imagexplorer.core.container_dockerfile import RM_PLACES, SHELL_PLACES, Wanted
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ADDED, DELETED, Change, short_id
from imagexplorer.core.errors import NotFound, Refused, Unreachable
from imagexplorer.sources.engine.actions import quoted
from imagexplorer.sources.engine.fields import go_text
from imagexplorer.sources.engine.wire import LONG_SECONDS, SHORT_SECONDS, Wire, gone_is_not_found

PIECE = 256 * 1024
_ENGINES = frozenset({"/.dockerenv", "/run/.containerenv"})


def written_tar(wire: Wire, container: str, changes: Sequence[Change] | None, control: Control) -> Iterator[bytes]:
    """Raises Unreachable where the engine breaks off: what was yielded before is no whole tar then. A name that is no
    UTF-8 is found by the one that the engine's list of changes has for it."""
    what = f"export of container {short_id(container)}"
    at = f"/containers/{quoted(container)}"
    wanted = Wanted(changes) if changes is not None else None
    sink = _Sink()
    out = tarfile.open(fileobj=sink, mode="w|", format=tarfile.PAX_FORMAT, bufsize=PIECE)  # type: ignore[call-overload]  # noqa: SIM115 - of its own sink
    with (
        gone_is_not_found(wire, f"{at}/json", what, control),
        wire.open("GET", f"{at}/export", what=what, control=control, seconds=LONG_SECONDS) as response,
    ):
        body = Body(response)
        try:
            with opened(body) as archive:
                for member in members(archive):
                    control.step(body.taken, None, "reading the container")
                    path = "/" + member.name.removeprefix("./").strip("/")
                    if path == "/" or path in _ENGINES:
                        continue
                    if wanted is not None and not wanted(path) and not wanted(go_text(path)):
                        continue
                    member.name = path[1:]
                    if member.islnk():
                        member.linkname = member.linkname.removeprefix("./").strip("/")
                    out.addfile(member)
                    if member.isreg():
                        yield from _copied(archive, member, out, sink)
                    yield from sink.take(PIECE)
        except (tarfile.TarError, EOFError) as error:
            reason = f"the engine broke the export off: {error}"
            raise Unreachable(what, reason, "Check that the engine runs, then retry") from error
    out.close()
    yield from sink.take(1)


class _Header(tarfile.TarInfo):
    """tarfile takes a header that is cut off or none for the end, where members came before it."""

    @classmethod
    def fromtarfile(cls, tarfile_: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(tarfile_)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            tarfile_.ended = True  # type: ignore[attr-defined]
            raise


def opened(stream: object) -> tarfile.TarFile:
    """A stream of a tar as `members` wants it."""
    return tarfile.open(fileobj=stream, mode="r|", errorlevel=1, tarinfo=_Header)  # type: ignore[call-overload, no-any-return]


def members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Of what was `opened`. Raises EOFError where it ends without the end of an archive."""
    yield from archive
    if not getattr(archive, "ended", False):
        raise EOFError("it ends in the middle")


def nanoseconds(seconds: float) -> int | None:
    """Of a member's time, as the columns of an index hold it; what a tar says of one is no time always."""
    try:
        found = int(seconds * 10**9)
    except (ValueError, OverflowError):
        return None
    return found if -(2**63) < found < 2**63 else None


def _copied(archive: tarfile.TarFile, member: tarfile.TarInfo, out: tarfile.TarFile, sink: _Sink) -> Iterator[bytes]:
    """The content of a member behind its header, which is written already."""
    content = archive.extractfile(member)
    assert content is not None
    left = member.size
    while left > 0:
        piece = content.read(min(left, PIECE))
        if not piece:
            raise EOFError(f"in {member.name}")
        out.fileobj.write(piece)
        left -= len(piece)
        yield from sink.take(PIECE)
    padding = -member.size % tarfile.BLOCKSIZE
    out.fileobj.write(bytes(padding))
    out.offset += member.size + padding


def tools(wire: Wire, container: str, changes: Sequence[Change], control: Control) -> frozenset[str]:
    """A container has what its image has, but for what it added and deleted. Where it added one of a name, no other of
    that name counts: /bin may be a link to /usr/bin."""
    what = f"files of container {short_id(container)}"
    kinds = {change.path: change.kind for change in changes}
    found = set()
    for places in (RM_PLACES, SHELL_PLACES):
        added = any(kinds.get(place) == ADDED for place in places)
        for place in places:
            if kinds.get(place) == DELETED or (not added and _is_there(wire, container, place, what, control)):
                found.add(place)
    return frozenset(found)


def _is_there(wire: Wire, container: str, path: str, what: str, control: Control) -> bool:
    at = f"/containers/{quoted(container)}/archive"
    try:
        with wire.open("HEAD", at, what=what, control=control, params={"path": path}, seconds=SHORT_SECONDS):
            return True
    except (NotFound, Refused):
        return False


class _Sink:
    """What the writing side has written and nobody has taken yet."""

    def __init__(self) -> None:
        self._data = bytearray()

    def write(self, data: bytes) -> int:
        self._data += data
        return len(data)

    def take(self, least: int) -> Iterator[bytes]:
        if len(self._data) >= least:
            piece = bytes(self._data)
            self._data.clear()
            yield piece


class Body:
    def __init__(self, response: object) -> None:
        self._raw = response.raw  # type: ignore[attr-defined]
        self.taken = 0

    def read(self, size: int) -> bytes:
        data: bytes = self._raw.read(size, decode_content=True)
        self.taken += len(data)
        return data
