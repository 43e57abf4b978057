"""Members of an image written into a tar: as they are, owners and devices' absence included. `.part`, then rename."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Sequence
from contextlib import suppress

from imagexplorer.core.errors import Refused
from imagexplorer.core.extraction import FOLDER, LINK, NAME, REGULAR, Member, Options, Report
from imagexplorer.core.text import plain_bytes
from imagexplorer.output.holes import Holes, tar_name
from imagexplorer.output.writing import name_new, own_part

_BLOCK = 512
_KINDS = {FOLDER: tarfile.DIRTYPE, REGULAR: tarfile.REGTYPE, LINK: tarfile.SYMTYPE, NAME: tarfile.LNKTYPE}


class TarWriter:
    """The same calls as `extract.FolderWriter`. A file whose bytes end early is filled with zeros, and named."""

    def __init__(self, path: str, options: Options) -> None:
        self._path, self._options = path, options
        self._members: list[Member] = []
        self.report = Report()
        self._current = -1
        self._left = self._pad = 0
        self._written: set[int] = set()
        self._holes: dict[int, Holes] = {}
        if not options.overwrite and os.path.lexists(path):
            raise Refused(f"write {path}", "something is there already", "Choose another name")
        self._part = own_part(path)
        try:
            self._file = open(self._part, "xb")  # noqa: SIM115 - closed by finish or abandon
        except OSError as error:
            raise Refused(f"write {path}", error.strerror or str(error), "Choose another place") from error

    def add(self, members: Sequence[Member]) -> None:
        for member in members:
            number = len(self._members)
            self._members.append(member)
            if member.kind == FOLDER or (member.kind == REGULAR and not member.size):
                self._header(member)
                self._count(number, member)

    def regions(self, number: int, regions: Sequence[tuple[int, int]]) -> int:
        """Of a file with holes, before the first byte of any: the tar has its holes, too.
        Returns how many bytes those are."""
        self._holes[number] = Holes(regions)
        if not regions:
            self._begin(number)
            self._end_current()
        return self._members[number].size - self._holes[number].stored_bytes

    def data(self, number: int, piece: bytes) -> None:
        if number != self._current:
            self._end_current()
            self._begin(number)
        self._put(piece[: self._left])
        self._left -= min(len(piece), self._left)
        self.report.written_bytes += len(piece)
        if not self._left:
            self._end_current()

    def fault(self, why: str) -> None:
        self.report.skip("", why)

    def finish(self) -> Report:
        self._end_current()
        for number, member in enumerate(self._members):
            if member.kind == NAME and member.same_as in self._written:
                self._header(member, self._members[member.same_as].path)
                self._count(number, member)
            elif member.kind == LINK:
                self._header(member, member.target)
                self._count(number, member)
            elif number not in self._written:
                why = "it is a device, a pipe or a socket" if member.kind not in _KINDS else "its content was not read"
                self.report.skip(plain_bytes(member.path, 1000), why)
        try:
            self._file.write(bytes(2 * _BLOCK))
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            if self._options.overwrite:
                os.replace(self._part, self._path)
            else:
                name_new(self._part, self._path)
        except OSError as error:
            self.abandon()
            if isinstance(error, FileExistsError):
                raise Refused(f"write {self._path}", "something is there already", "Choose another name") from error
            raise Refused(f"write {self._path}", error.strerror or str(error), "Make room") from error
        return self.report

    def abandon(self) -> None:
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            os.unlink(self._part)

    def _begin(self, number: int) -> None:
        member, holes = self._members[number], self._holes.get(number)
        size = member.size
        if holes is None:
            self._header(member)
        else:
            size, told = holes.stored_bytes, holes.tar_map(member.size)
            name, records = tar_name(member.path, member.size)
            self._header(member._replace(path=name, size=len(told) + size), records=records)
            self._put(told)
        self._current, self._left, self._pad = number, size, -size % _BLOCK

    def _header(self, member: Member, link: bytes = b"", records: dict[str, str] | None = None) -> None:
        made = tarfile.TarInfo(member.path.decode("utf-8", "surrogateescape"))
        made.pax_headers = records or {}
        made.type = _KINDS[member.kind]
        made.mode = member.mode & (0o7777 if self._options.ids else 0o777)
        made.size = member.size if member.kind == REGULAR else 0
        made.linkname = link.decode("utf-8", "surrogateescape")
        if self._options.ids:
            made.uid, made.gid = member.uid, member.gid
        if member.mtime is not None:
            made.mtime = max(member.mtime // 10**9, 0)
        self._put(made.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape"))

    def _put(self, data: bytes) -> None:
        try:
            self._file.write(data)
        except OSError as error:
            raise Refused(f"write {self._path}", error.strerror or str(error), "Make room") from error

    def _end_current(self) -> None:
        if self._current < 0:
            return
        number, member = self._current, self._members[self._current]
        while self._left > 0:
            self._put(bytes(min(self._left, 1 << 20)))
            self._left -= min(self._left, 1 << 20)
            if self._left <= 0:
                self.report.skip(plain_bytes(member.path, 1000), "its end was not read: zeros stand for it")
        self._put(bytes(self._pad))
        self._current, self._left, self._pad = -1, 0, 0
        self._count(number, member)

    def _count(self, number: int, member: Member) -> None:
        self._written.add(number)
        if member.kind == FOLDER:
            self.report.folders += 1
        elif member.kind == LINK:
            self.report.links += 1
        else:
            self.report.files += 1
