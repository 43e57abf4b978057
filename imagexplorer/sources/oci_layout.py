"""An OCI layout folder as a store of blobs: opened by descriptor, links never followed, nothing outside ever looked at.

OCI image-spec image-layout.md. Must not know what the blobs mean.
"""

from __future__ import annotations

import os
from contextlib import suppress

from imagexplorer.core.errors import NotFound
from imagexplorer.core.text import plain
from imagexplorer.sources.blobs import Blob
from imagexplorer.sources.pinned_file import PinnedFile, refused

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)


class LayoutStore:
    """Names are `index.json` or `blobs/<algorithm>/<hex>`; a name with any other part is not looked for."""

    def __init__(self, path: str) -> None:
        """Raises NotFound, Refused."""
        try:
            self._folder = os.open(path, _FOLDER)
        except OSError as error:
            raise refused(path, error) from error
        self._folders: dict[str, int] = {}
        self._changed = ""

    sequential = False

    @property
    def changed(self) -> str:
        return self._changed

    def close(self) -> None:
        for fd in (*self._folders.values(), self._folder):
            with suppress(OSError):
                os.close(fd)
        self._folders.clear()
        self._folder = -1

    def passed(self, name: str) -> None:  # noqa: ARG002 - one shape for all stores
        return None

    def __contains__(self, name: str) -> bool:
        try:
            folder, last = self._place(name)
            os.stat(last, dir_fd=folder, follow_symlinks=False)
        except (NotFound, OSError):
            return False
        return True

    def position(self, name: str) -> int:  # noqa: ARG002 - one shape for all sources
        return 0

    def open(self, name: str) -> Blob:
        folder, last = self._place(name)
        shown = plain(name, 200)
        try:
            file = PinnedFile(shown, last, dir_fd=folder)
        except NotFound as error:
            raise NotFound(shown, "it is not in this layout") from error
        return Blob(shown, file, 0, file.size, own=True)

    def _place(self, name: str) -> tuple[int, str]:
        """The descriptor of the folder that holds it, and its name there."""
        *above, last = name.split("/")
        if any(part in ("", ".", "..") or "\0" in part or "\\" in part for part in (*above, last)):
            raise NotFound(plain(name, 200), "this is no name inside a layout")
        folder = self._folder
        for end in range(1, len(above) + 1):
            key = "/".join(above[:end])
            if key not in self._folders:
                try:
                    self._folders[key] = os.open(above[end - 1], _FOLDER | _NOFOLLOW, dir_fd=folder)
                except FileNotFoundError as error:
                    raise NotFound(plain(name, 200), "it is not in this layout") from error
                except OSError as error:
                    raise refused(plain(key, 200), error) from error
            folder = self._folders[key]
        return folder, last
