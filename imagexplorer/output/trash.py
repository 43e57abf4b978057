"""The folder of what was deleted: an archive as `.part` and then renamed, and a small document beside it that says what
it is. The document comes last: what has none was never whole, and is swept away.

One private folder (0700, files 0600) of the user's data. Nothing in it is ever opened but to be given back.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from imagexplorer.core.errors import NotFound, Refused
from imagexplorer.core.text import human_size, plain
from imagexplorer.core.trash import TrashItem, TrashLimits, document, outdated, read
from imagexplorer.output.writing import PART
from imagexplorer.sources.tar_thinned import Thinned

_DOCUMENT_MOST = 1 << 20
_STALE_S = 3600
_OURS = re.compile(rf"([0-9a-f]{{16}})\.(tar|tar{re.escape(PART)}|json{re.escape(PART)})")
"""What is left where a program is killed while it keeps something, or removes it."""
_TAR_END = 1024
"""A tar ends with so many zero bytes (POSIX, pax): what does not was cut off."""
_HOWEVER = "Untick “Keep it in the trash” to delete it all the same"


class TrashFolder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def items(self) -> Sequence[TrashItem]:
        """The newest first."""
        found = []
        with suppress(OSError):
            for place in self.path.glob("*.json"):
                item = _read(place)
                if item is not None and place.stem == item.id and (not item.bytes or self.archive(item.id).is_file()):
                    found.append(item)
        return sorted(found, key=lambda item: (-item.at, item.id))

    def archive(self, identifier: str) -> Path:
        return self.path / f"{identifier}.tar"

    def keep(
        self, item: TrashItem, pieces: Iterable[bytes] | None, limit_bytes: int, without: Collection[str] = ()
    ) -> TrashItem:
        """As it is kept, with its id, size and time. The archive goes in without the files that have the digests
        `without`; it relies then on no more layers than those that it lacks, and those below them. Raises Refused where
        it cannot be: then nothing is left of it."""
        item = replace(item, id=secrets.token_hex(8), at=time.time())
        archive = self.archive(item.id)
        part = archive.with_name(archive.name + PART)
        raw = json.dumps(document(item), indent=2)
        if len(raw) > _DOCUMENT_MOST - 100 or read(json.loads(raw)) != item:  # its bytes are not counted yet
            raise Refused(item.title, "what would be written down of it could not be read again", _HOWEVER)
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                if pieces is not None:
                    thinned = Thinned(pieces, without)
                    size = _written(part, thinned, limit_bytes, item.title)
                    relies = item.relies
                    while relies and relies[-1] not in thinned.left_out:
                        relies = relies[:-1]
                    item = replace(item, bytes=size, relies=relies, shared_with=item.shared_with if relies else "")
                    os.replace(part, archive)
                _write(self.path / f"{item.id}.json", json.dumps(document(item), indent=2).encode())
            except BaseException:
                written = self.path / f"{item.id}.json"
                for place in (part, archive, written, written.with_name(written.name + PART)):
                    place.unlink(missing_ok=True)
                raise
        except OSError as error:
            reason = f"it cannot be kept in {plain(str(self.path), 200)}: {error.strerror or error}"
            raise Refused(item.title, reason, _HOWEVER) from error
        return item

    def remove(self, identifier: str) -> None:
        for place in (self.path / f"{identifier}.json", self.archive(identifier)):
            with suppress(OSError):
                place.unlink()

    def found(self, item: TrashItem) -> Path:
        """Its archive. Raises NotFound."""
        archive = self.archive(item.id)
        if not archive.is_file():
            raise NotFound(item.title, "its archive is not in the trash any more")
        return archive

    def sweep(self, limits: TrashLimits, keep: Collection[str] = ()) -> Sequence[TrashItem]:
        """Take away what is too old or too much, but `keep`, and what a killed program left: not what others put there,
        and no archive whose document is there, though it cannot be read just now. What stays."""
        for item in outdated(self.items(), limits, time.time()):
            if item.id not in keep:
                self.remove(item.id)
        items = self.items()
        with suppress(OSError):
            for place in self.path.iterdir():
                ours = _OURS.fullmatch(place.name)
                whole = ours is not None and ours[2] == "tar" and (self.path / f"{ours[1]}.json").exists()
                if ours is None or whole:
                    continue
                if time.time() - place.lstat().st_mtime > _STALE_S:  # another window may write it just now
                    place.unlink(missing_ok=True)
        return items


def _read(place: Path) -> TrashItem | None:
    try:
        with place.open("rb") as file:
            raw = file.read(_DOCUMENT_MOST + 1)
        return read(json.loads(raw)) if len(raw) <= _DOCUMENT_MOST else None
    except (OSError, ValueError, RecursionError):
        return None


def _written(part: Path, thinned: Thinned, limit_bytes: int, title: str) -> int:
    """Never more than the limit is on the disk: what is beyond it is not written while it may yet be left out."""
    size, end = 0, b""
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for piece in thinned.parts():
            if isinstance(piece, int):
                size, end = size - piece, b""
                file.seek(size)
                file.truncate()
                continue
            size += len(piece)
            if size > limit_bytes and not thinned.undecided:
                room = human_size(max(limit_bytes, 0))
                reason = f"it is larger than the trash may be: there is room for {room}"
                raise Refused(title, reason, f"{_HOWEVER}, or let the trash be larger")
            if size <= limit_bytes:
                file.write(piece)
            end = (end + piece)[-_TAR_END:]
        file.flush()
        os.fsync(file.fileno())
    if end != bytes(_TAR_END):
        raise Refused(title, "the engine's archive is not whole", _HOWEVER)
    return size


def _write(place: Path, content: bytes) -> None:
    part = place.with_name(place.name + PART)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, place)
