"""Paths of a container as they are now, each with all below it, told as `core.extraction` tells what is taken out.

Knows GET /containers/x/archive. Must not know where it is written. What is asked for and not there is told (FAULT), and
the rest goes on; content of volumes and mounted folders comes with the folder that they are mounted on.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Sequence
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import short_id
from imagexplorer.core.errors import NotFound, Refused, Unreachable
from imagexplorer.core.extraction import DATA, FAULT, FOLDER, LINK, MEMBERS, NAME, REGULAR, SPECIAL, Member
from imagexplorer.core.text import plain
from imagexplorer.sources.engine.actions import quoted
from imagexplorer.sources.engine.container_files import GO_SYMLINK, NO_NAME, can_be_asked, stat_of
from imagexplorer.sources.engine.container_tar import PIECE, Body, members, nanoseconds, opened
from imagexplorer.sources.engine.wire import SHORT_SECONDS, Wire, gone_is_not_found

Told = tuple[Any, ...]
"""(MEMBERS, list of Member), (DATA, number of the member, bytes) or (FAULT, why)."""
_KINDS = {tarfile.DIRTYPE: FOLDER, tarfile.SYMTYPE: LINK}


def copied_out(wire: Wire, container: str, paths: Sequence[str], control: Control) -> Iterator[Told]:
    """`paths` are absolute. Raises NotFound where the container is gone, Unreachable where the engine breaks off."""
    what = f"files of container {short_id(container)}"
    at = f"/containers/{quoted(container)}"
    walk = _Walk()
    with gone_is_not_found(wire, f"{at}/json", what, control):
        for path in paths:
            if not can_be_asked(path):
                yield FAULT, f"{plain(path, 300)}: {NO_NAME}"
                continue
            try:
                with wire.open(
                    "GET", f"{at}/archive", what=what, control=control, params={"path": path}, seconds=SHORT_SECONDS
                ) as response:
                    yield from walk.through(path, response, what, control)
            except NotFound:
                wire.get(f"{at}/json", what=what, control=control)
                yield FAULT, f"{plain(path, 300)}: it is not there any more"
            except Refused as error:
                yield FAULT, f"{plain(path, 300)}: {error.reason}"


class _Walk:
    """Numbers members over all that is asked for."""

    def __init__(self) -> None:
        self._count = 0
        self._regular: dict[bytes, int] = {}

    def through(self, path: str, response: Any, what: str, control: Control) -> Iterator[Told]:
        base = path.rstrip("/").rpartition("/")[2].encode()
        mode, leads_to = stat_of(response.headers)
        try:
            with opened(Body(response)) as archive:
                root: bytes | None = None
                for entry in members(archive):
                    control.step()
                    name = _bytes(entry.name)
                    if root is None:
                        root = name
                        if mode & GO_SYMLINK and not entry.issym():  # Podman streams what a link leads to
                            yield MEMBERS, [self._new(Member(base, LINK, 0o777, target=leads_to.encode()))]
                            return
                    made = self._made(_moved(name, root, base), _moved(_bytes(entry.linkname), root, base), entry)
                    if isinstance(made, str):
                        yield FAULT, f"{plain(entry.name, 300)}: {made}"
                    elif made.path:  # else it is the root itself
                        yield MEMBERS, [self._new(made)]
                        if made.size:
                            yield from self._content(archive, entry)
        except (tarfile.TarError, EOFError) as error:
            reason = f"the engine broke the copy off: {error}"
            raise Unreachable(what, reason, "Check that the engine runs, then copy again") from error

    def _made(self, path: bytes, same: bytes, entry: tarfile.TarInfo) -> Member | str:
        """Or why it is none."""
        if path and not {b"", b".", b".."}.isdisjoint(path.split(b"/")):
            return "no such name can be made"
        if entry.islnk() and same not in self._regular:
            return "its other name was not copied"
        kind = NAME if entry.islnk() else REGULAR if entry.isreg() else _KINDS.get(entry.type, SPECIAL)
        return Member(
            path,
            kind,
            entry.mode & 0o7777,
            entry.uid,
            entry.gid,
            entry.size if kind == REGULAR else 0,
            nanoseconds(entry.mtime),
            entry.linkname.encode("utf-8", "surrogateescape") if kind == LINK else b"",
            self._regular[same] if kind == NAME else -1,
        )

    def _new(self, member: Member) -> Member:
        if member.kind == REGULAR:
            self._regular[member.path] = self._count
        self._count += 1
        return member

    def _content(self, archive: tarfile.TarFile, entry: tarfile.TarInfo) -> Iterator[Told]:
        content = archive.extractfile(entry)
        assert content is not None
        number, left = self._count - 1, entry.size
        while left > 0:
            piece = content.read(min(left, PIECE))
            if not piece:
                raise EOFError(f"in {entry.name}")
            left -= len(piece)
            yield DATA, number, piece


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape").removeprefix(b"./").strip(b"/")


def _moved(name: bytes, root: bytes, base: bytes) -> bytes:
    """Below the name that was asked for: engines name members from the folder, from its parent or from the root."""
    if name == root:
        return base
    below = name[len(root) + 1 :] if root not in (b"", b".") and name.startswith(root + b"/") else name
    return base + b"/" + below if base else below
