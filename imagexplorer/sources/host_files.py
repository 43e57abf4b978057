"""Files of this machine that were chosen to be copied somewhere, as entries and as a tar.

Follows no link: a link is told as a link, wherever it stands, and each folder is opened from the one above it by a
descriptor, so that nothing outside of what was chosen is read, whoever swaps what meanwhile. Pipes, devices and sockets
are left out, and what may not be read; the report names them.
"""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Refused
from imagexplorer.core.extraction import Report
from imagexplorer.core.text import plain

PIECE = 256 * 1024
DEPTH_MOST = 128
"""Each level holds a descriptor open."""
_HERE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_FOLDER = _HERE | getattr(os, "O_DIRECTORY", 0)


@dataclass(frozen=True, slots=True)
class HostFile:
    """`path` is relative to the folder that the chosen one stands in. `file` is a descriptor, open until the next is
    asked for; -1 for what is no regular file."""

    path: str
    kind: Literal["dir", "file", "symlink"]
    status: os.stat_result
    link: str = ""
    file: int = -1


def host_files(chosen: Sequence[str], report: Report, control: Control) -> Iterator[HostFile]:
    """Folders before what they hold. Raises Refused where two of them have one name, or one has none."""
    names = [os.path.basename(os.path.normpath(path)) for path in chosen]
    for name in names:
        if name in ("", ".", "..") or names.count(name) > 1:
            why = "it is not one file or folder with a name" if names.count(name) == 1 else "two of them have that name"
            raise Refused(f"copy {plain(name or '/', 200)}", why, "Choose them one after the other")
    for path, name in zip(chosen, names, strict=True):
        try:
            above = os.open(os.path.dirname(os.path.normpath(path)), os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        except OSError as error:
            report.skip(plain(path, 1000), error.strerror or str(error))
            continue
        try:
            yield from _below(above, name, name, 0, report, control)
        finally:
            os.close(above)


def _below(above: int, name: str, path: str, depth: int, report: Report, control: Control) -> Iterator[HostFile]:
    control.step()
    try:
        status = os.stat(name, dir_fd=above, follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode):
            yield HostFile(path, "symlink", status, os.readlink(name, dir_fd=above))
            return
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            report.skip(plain(path, 1000), "it is a device, a pipe or a socket")
            return
        opened = os.open(name, _FOLDER if stat.S_ISDIR(status.st_mode) else _HERE, dir_fd=above)
    except OSError as error:
        report.skip(plain(path, 1000), error.strerror or str(error))
        return
    try:
        status = os.fstat(opened)
        if stat.S_ISREG(status.st_mode):
            yield HostFile(path, "file", status, file=opened)
        elif depth >= DEPTH_MOST:
            report.skip(plain(path, 1000), f"it lies more than {DEPTH_MOST} folders deep")
        elif stat.S_ISDIR(status.st_mode):
            yield HostFile(path, "dir", status)
            for each in sorted(_names(opened, path, report)):
                yield from _below(opened, each, f"{path}/{each}", depth + 1, report, control)
    finally:
        os.close(opened)


def _names(folder: int, path: str, report: Report) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError as error:
        report.skip(plain(path, 1000), error.strerror or str(error))
        return []


def host_tar(chosen: Sequence[str], report: Report, control: Control, total: int = 0) -> Iterator[bytes]:
    """In pieces. All belongs to root and nothing is setuid or setgid there: who the users of this machine are says
    nothing of the container's. `total` bytes of content are expected."""
    done = 0
    for each in host_files(chosen, report, control):
        info = tarfile.TarInfo(each.path)
        info.mode = stat.S_IMODE(each.status.st_mode) & 0o777
        info.mtime = max(int(each.status.st_mtime), 0)
        if each.kind == "dir":
            info.type = tarfile.DIRTYPE
            report.folders += 1
        elif each.kind == "symlink":
            info.type, info.linkname = tarfile.SYMTYPE, each.link
            report.links += 1
        else:
            info.size = each.status.st_size
            report.files += 1
        yield info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
        if each.kind == "file":
            for piece in _content(each):
                done += len(piece)
                report.written_bytes += len(piece)
                control.step(done, total if done < total else None, "copying")
                yield piece
            yield bytes(-info.size % tarfile.BLOCKSIZE)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _content(of: HostFile) -> Iterator[bytes]:
    """As much as there was when it was opened."""
    left = of.status.st_size
    while left > 0:
        try:
            piece = os.read(of.file, min(left, PIECE))
        except OSError as error:
            raise Refused(f"read {plain(of.path, 300)}", error.strerror or str(error)) from error
        if not piece:
            raise Refused(f"read {plain(of.path, 300)}", "it became shorter while it was copied", "Copy it again")
        left -= len(piece)
        yield piece
