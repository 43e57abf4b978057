"""A file of somebody else's, read with pread through a descriptor kept open, and watched for changes.

It is never memory-mapped: a file that shrinks would end the process (SIGBUS).
"""

from __future__ import annotations

import errno
import os
import stat
import threading

from imagexplorer.core.errors import Damaged, NotFound, Refused

_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
# A fifo must not block the open, a terminal must not become ours.
_CAREFUL = _FLAGS | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_PREAD = hasattr(os, "pread")
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)


class PinnedFile:
    """Regular files only. Raises NotFound, Refused; `pread` raises Damaged once the file is shorter than it was."""

    sequential = False

    def __init__(self, where: str, path: str, dir_fd: int | None = None) -> None:
        """With `dir_fd`, `path` is one name in that folder, and no link is followed."""
        self.where = where
        self._fd = -1
        try:
            self._fd = os.open(path, _CAREFUL | (_NOFOLLOW if dir_fd is not None else 0), dir_fd=dir_fd)
        except (OSError, ValueError) as error:
            raise refused(where, error) from error
        status = os.fstat(self._fd)
        if not stat.S_ISREG(status.st_mode):
            self.close()
            raise not_a_file(where, status.st_mode)
        self.size = status.st_size
        self._stamp = _stamp(status)
        self._lock = threading.Lock()

    def pread(self, offset: int, length: int) -> bytes:
        length = min(length, self.size - offset)
        if length <= 0:
            return b""
        try:
            data = os.pread(self._fd, length, offset) if _PREAD and self._fd >= 0 else self._read(offset, length)
            if len(data) < length:
                data = self._rest(data, offset, length)
        except OSError as error:
            raise Damaged(self.where, f"reading at byte {offset:,} failed: {_words(error)}") from error
        if len(data) < length:
            raise Damaged(
                self.where,
                f"the file became shorter while it was read: it had {self.size:,} bytes,"
                f" it ends at {offset + len(data):,} now",
                "Open it again",
            )
        return data

    def _read(self, offset: int, length: int) -> bytes:
        if self._fd < 0:
            raise Damaged(self.where, "the file was closed")
        with self._lock:  # Windows has no pread
            os.lseek(self._fd, offset, os.SEEK_SET)
            return os.read(self._fd, length)

    def _rest(self, data: bytes, offset: int, length: int) -> bytes:
        """The system may give less than was asked for: what is missing up to the end of the file."""
        pieces = [data]
        got = len(data)
        while data and got < length:
            data = (
                self._read(offset + got, length - got) if not _PREAD else os.pread(self._fd, length - got, offset + got)
            )
            pieces.append(data)
            got += len(data)
        return b"".join(pieces)

    @property
    def changed(self) -> str:
        """In words, what is not as it was when the file was opened; "" if nothing."""
        if self._fd < 0:
            return ""
        now = os.fstat(self._fd)
        if not now.st_nlink:
            return "the file was removed or replaced while it was open; what is shown is the one that was opened"
        if now.st_size != self.size:
            return f"the file changed while it was open: it had {self.size:,} bytes, it has {now.st_size:,} now"
        return "" if _stamp(now) == self._stamp else "the file was written to while it was open"

    def passed(self, start: int) -> None:  # noqa: ARG002 - one shape for all archives
        return None

    def close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def __del__(self) -> None:
        self.close()


def not_a_file(where: str, mode: int) -> Refused:
    return Refused(where, f"it is {kind_of(mode)}, not a file")


def _stamp(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def kind_of(mode: int) -> str:
    """`a folder`, `a named pipe`, ... of a st_mode."""
    for test, word in (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
        (stat.S_ISLNK, "a symbolic link"),
    ):
        if test(mode):
            return word
    return "a file"


def _words(error: OSError | ValueError) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return text[:1].lower() + text[1:]


def refused(where: str, error: OSError | ValueError) -> NotFound | Refused:
    """What the system said, as one of ours."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return NotFound(where, "no such file or folder")
    if isinstance(error, OSError) and error.errno == errno.ELOOP:  # also what O_NOFOLLOW gives
        return Refused(where, "it is a symbolic link that is not followed here, or one that leads back to itself")
    if isinstance(error, PermissionError):
        return Refused(where, "permission denied")
    return Refused(where, _words(error))
