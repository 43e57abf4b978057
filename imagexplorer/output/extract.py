"""Members of an image written below a folder of the user's, and nowhere else.

Hostile names and links are the rule here, not the exception. Every folder is opened from the one above it by a
descriptor that follows no link, files are made anew under a name of our own and renamed at the end, and symbolic links
come last: so nothing is ever written through a link, whether it came with the image or was there before
(reliability: the filters of Python's tarfile were seen to write outside).
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Sequence
from contextlib import suppress

from imagexplorer.core.errors import Refused
from imagexplorer.core.extraction import FOLDER, LINK, NAME, REGULAR, Member, Options, Report
from imagexplorer.core.text import plain_bytes
from imagexplorer.output.holes import Holes

PART = ".part"
_SAFE_MODE = 0o777
_DIRECTORY = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
CAN_STAY_BELOW = os.open in os.supports_dir_fd and os.link in os.supports_dir_fd
_KEPT_OPEN = 64
_FEW = 100
"""Each of so many files is on the disk before it has its name; of more, the system decides when."""


class FolderWriter:
    """`add` all members, `data` in their order, then `finish`; `abandon` where that is not reached.

    What goes wrong with one member is in the report. Raises Refused where the folder itself cannot be used, or is full.
    """

    def __init__(self, folder: str, options: Options) -> None:
        if not CAN_STAY_BELOW:
            raise Refused(f"extract to {folder}", "this system cannot write safely below a folder", "Extract to a tar")
        self._options = options
        self._members: list[Member] = []
        self.report = Report()
        self._dead: set[int] = set()
        self._open: dict[bytes, int] = {}
        self._made: set[bytes] = set()
        self._written: set[int] = set()
        self._part: tuple[int, int, bytes, int] | None = None  # (member, descriptor, name of the part, bytes so far)
        self._holes: dict[int, Holes] = {}
        try:
            os.makedirs(folder, exist_ok=True)
            self._root = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        except OSError as error:
            raise Refused(f"extract to {folder}", error.strerror or str(error), "Choose another folder") from error

    # -- what comes -------------------------------------------------------------------------------------

    def add(self, members: Sequence[Member]) -> None:
        for member in members:
            number = len(self._members)
            self._members.append(member)
            if member.kind == FOLDER:
                self._try(number, self._make_folder)
            elif member.kind == REGULAR and member.size == 0:
                self._try(number, self._make_empty)

    def regions(self, number: int, regions: Sequence[tuple[int, int]]) -> int:
        """Of a file with holes, before the first byte of any: where its bytes belong. It has the holes here, too.
        Returns how many bytes those are."""
        self._holes[number] = Holes(regions)
        if not regions and not self._try(number, self._make_empty):
            self._drop_part("it cannot be made here")
        return self._members[number].size - self._holes[number].stored_bytes

    def data(self, number: int, piece: bytes) -> None:
        if number in self._dead:
            return
        if self._part is None or self._part[0] != number:
            self._drop_part("it was cut short")
            if not self._try(number, self._begin):
                return
        assert self._part is not None
        _, descriptor, name, so_far = self._part
        holes = self._holes.get(number)
        try:
            for at, part in holes.places(piece) if holes else [(so_far, memoryview(piece))]:
                done = 0
                while done < len(part):
                    done += os.pwrite(descriptor, part[done:], at + done)
        except OSError as error:  # a full disk: nothing more can come of it
            self._drop_part(error.strerror or str(error))
            raise Refused(
                f"extract {plain_bytes(self._members[number].path, 300)}", error.strerror or str(error), "Make room"
            ) from error
        self._part = (number, descriptor, name, so_far + len(piece))
        if so_far + len(piece) >= (holes.stored_bytes if holes else self._members[number].size):
            self._try(number, self._complete)

    def fault(self, why: str) -> None:
        self._drop_part(why)
        self.report.skip("", why)

    def finish(self) -> Report:
        self._drop_part("it was cut short")
        for number, member in enumerate(self._members):
            if member.kind == NAME:
                self._try(number, self._link_again)
        for number, member in enumerate(self._members):
            if member.kind == LINK:
                self._try(number, self._symlink)
            elif member.kind not in (FOLDER, REGULAR, NAME):
                self._skip(number, "it is a device, a pipe or a socket")
        for number in range(
            len(self._members) - 1, -1, -1
        ):  # inner folders first: what is written in them touches them
            if self._members[number].kind == FOLDER and number not in self._dead:
                self._try(number, self._settle_folder)
        self.abandon()
        return self.report

    def abandon(self) -> None:
        """Let go of everything; a part of a file is removed."""
        if self._part is not None:
            self._drop_part("it was not finished")
        for descriptor in self._open.values():
            os.close(descriptor)
        self._open.clear()
        if self._root >= 0:
            os.close(self._root)
            self._root = -1

    # -- one member -------------------------------------------------------------------------------------

    def _try(self, number: int, act: object) -> bool:
        try:
            act(self._members[number], number)  # type: ignore[operator]
        except FileExistsError:
            self._skip(number, "something is there already")
        except (OSError, ValueError, OverflowError) as error:
            self._skip(number, getattr(error, "strerror", None) or str(error))
        else:
            return number not in self._dead
        return False

    def _skip(self, number: int, why: str) -> None:
        if number not in self._dead:
            self._dead.add(number)
            self.report.skip(plain_bytes(self._members[number].path, 1000), why)

    def _folder_of(self, path: bytes) -> tuple[int, bytes]:
        """(descriptor of the folder that holds the path, its last name)."""
        above, _, name = path.rpartition(b"/")
        if name in (b"", b".", b"..") or b"\0" in name:
            raise ValueError("no such name can be made")
        return self._folder(above), name

    def _folder(self, path: bytes) -> int:
        """Opened by way of every folder above it, following no link; made where it is missing."""
        if not path:
            return self._root
        found = self._open.get(path)
        if found is not None:
            return found
        above, name = self._folder_of(path)
        with suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=above)
            self._made.add(path)
        descriptor = os.open(name, os.O_RDONLY | _DIRECTORY, dir_fd=above)
        while len(self._open) >= _KEPT_OPEN:
            os.close(self._open.pop(next(iter(self._open))))
        self._open[path] = descriptor
        return descriptor

    def _make_folder(self, member: Member, _number: int) -> None:
        self._folder(member.path)
        self.report.folders += 1

    def _begin(self, member: Member, number: int) -> None:
        folder, name = self._folder_of(member.path)
        if not self._options.overwrite and _there(name, folder):
            raise FileExistsError
        part = b".%s.%s%s" % (name[:120], secrets.token_hex(4).encode(), PART.encode())
        descriptor = os.open(part, _NEW, 0o600, dir_fd=folder)
        self._part = (number, descriptor, part, 0)
        if number in self._holes:
            os.ftruncate(descriptor, member.size)

    def _make_empty(self, member: Member, number: int) -> None:
        self._begin(member, number)
        self._complete(member, number)

    def _complete(self, member: Member, number: int) -> None:
        assert self._part is not None
        _, descriptor, part, so_far = self._part
        folder, name = self._folder_of(member.path)
        try:
            self._settle(descriptor, member)
            if len(self._members) <= _FEW:
                os.fsync(descriptor)
            _name_it(part, name, folder, self._options.overwrite)
        except (OSError, OverflowError):
            with suppress(OSError):
                os.unlink(part, dir_fd=folder)
            raise
        finally:
            os.close(descriptor)
            self._part = None
        self._written.add(number)
        self.report.files += 1
        self.report.written_bytes += so_far

    def _drop_part(self, why: str) -> None:
        if self._part is None:
            return
        number, descriptor, part, _ = self._part
        self._part = None
        os.close(descriptor)
        with suppress(OSError, ValueError):
            os.unlink(part, dir_fd=self._folder_of(self._members[number].path)[0])
        self._skip(number, why)

    def _link_again(self, member: Member, number: int) -> None:
        if member.same_as not in self._written:
            self._skip(number, "what it is another name of was not written")
            return
        source, source_name = self._folder_of(self._members[member.same_as].path)
        source = os.dup(source)  # opening the other folder may let go of this one
        try:
            folder, name = self._folder_of(member.path)
            if self._options.overwrite:
                _remove_file(name, folder)
            os.link(source_name, name, src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False)
        finally:
            os.close(source)
        self.report.files += 1

    def _symlink(self, member: Member, _number: int) -> None:
        folder, name = self._folder_of(member.path)
        if self._options.overwrite:
            _remove_file(name, folder)
        os.symlink(member.target, name, dir_fd=folder)
        self.report.links += 1

    def _settle_folder(self, member: Member, _number: int) -> None:
        if member.path in self._made:  # one that was there is the user's
            self._settle(self._folder(member.path), member)

    def _settle(self, descriptor: int, member: Member) -> None:
        """Owner first: changing it takes setuid away."""
        if self._options.ids:
            os.fchown(descriptor, member.uid, member.gid)
        mode = member.mode & (0o7777 if self._options.ids else _SAFE_MODE)
        if member.kind != FOLDER and not self._options.runs:
            mode &= ~0o111
        os.fchmod(descriptor, mode)
        if member.mtime is not None:
            with suppress(OSError, OverflowError):  # a time that this file system has no room for
                os.utime(descriptor, ns=(member.mtime, member.mtime))


def _name_it(part: bytes, name: bytes, folder: int, replace: bool) -> None:
    """A link is made only where nothing is; a rename would replace what came meanwhile."""
    if not replace:
        try:
            os.link(part, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
            os.unlink(part, dir_fd=folder)
            return
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            if _there(name, folder):
                raise FileExistsError from None
    os.replace(part, name, src_dir_fd=folder, dst_dir_fd=folder)


def _there(name: bytes, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _remove_file(name: bytes, folder: int) -> None:
    """A link or a file that is to be replaced; never a folder."""
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise FileExistsError
        os.unlink(name, dir_fd=folder)
