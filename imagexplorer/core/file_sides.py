"""One path as the image has it and as the container has it. Records, and how they differ beside the content."""

from __future__ import annotations

import stat
from dataclasses import dataclass

from imagexplorer.core.text import plain


@dataclass(frozen=True, slots=True)
class FileSide:
    """`kind` is file, dir, symlink, ...; `link` where a link leads, "" where that is not known; `data` the
    beginning of a file's content, up to `core.preview.MORE_BYTES`."""

    kind: str
    mode: int = 0
    uid: int = 0
    gid: int = 0
    size: int = 0
    link: str = ""
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class FileSides:
    """None: not there."""

    image: FileSide | None = None
    container: FileSide | None = None


def words(sides: FileSides) -> list[str]:
    """What is other than the content, each named as what it is."""
    old, new = sides.image, sides.container
    if old is None or new is None:
        return []
    said = []
    if old.kind != new.kind:
        said.append(f"was a {old.kind}, is a {new.kind}")
    if old.mode != new.mode and old.kind == new.kind:
        said.append(f"mode {_mode(old.mode)} -> {_mode(new.mode)}")
    if (old.uid, old.gid) != (new.uid, new.gid):
        said.append(f"owner {old.uid}:{old.gid} -> {new.uid}:{new.gid}")
    if old.link != new.link:
        said.append(f"leads to {plain(old.link, 300) or '–'} -> {plain(new.link, 300) or '–'}")
    if old.size != new.size and old.kind == new.kind == "file":
        said.append(f"{old.size:,} -> {new.size:,} bytes")
    return said


def _mode(mode: int) -> str:
    return f"{stat.filemode(mode)[1:]} ({mode:04o})"
