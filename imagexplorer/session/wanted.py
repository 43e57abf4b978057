"""The TARGET that the program was started with: a path at once, or an image as soon as its engine answers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import ImagexplorerError, NotFound, Unreachable
from imagexplorer.core.targets import EITHER, ambiguous, parse_target
from imagexplorer.core.text import plain
from imagexplorer.session.records import Failed

if TYPE_CHECKING:
    from imagexplorer.session.session import Session


class WantedImage:
    """`image` is one of several in a file (a tag or a number; the first where it is empty), `platform` one of several
    of an image. Raises WrongUse for a text that cannot be a TARGET."""

    def __init__(self, text: str, image: str = "", platform: str = "") -> None:
        self._target = parse_target(text)
        self._image, self._platform = image, platform
        self._said = False
        self.path = self._target.text
        self.is_path = self._target.on_disk or (self._target.kind == EITHER and os.path.lexists(self.path))

    def open(self, session: Session, key: str) -> None:
        """The file is open: open the image's page."""
        self._load(session, key, self._image or "0", session.failed.emit)

    def look(self, session: Session, key: str) -> None:
        """The engine is there: open the image's page, or say that it has none of that name, or that a path of that
        name was opened although the engine has such an image too."""
        if self._target.on_disk:
            return
        if self.is_path:
            name = self._target.text
            session.load_image("target", key, name, lambda _: session.failed.emit(ambiguous(name)), lambda _: None)
        else:
            self._load(session, key, self._target.text, lambda error: session.failed.emit(self._in_words(error)))

    def say_waiting(self, session: Session) -> None:
        """No engine answers, so nobody knows what the name means: said once."""
        if self._said or self.is_path:
            return
        self._said = True
        why = "no engine is reachable" if self._target.kind != EITHER else "no such file, and no engine is reachable"
        session.failed.emit(Unreachable(plain(self.path, 300), why, "It opens as soon as an engine answers"))

    def _load(self, session: Session, key: str, reference: str, failed: Failed) -> None:
        def found(detail: ImageDetail) -> None:
            session.choose(key)
            session.page_wanted.emit("image", detail.image)

        session.load_image("target", key, reference, found, failed, self._platform)

    def _in_words(self, error: ImagexplorerError) -> ImagexplorerError:
        if not isinstance(error, NotFound) or self._target.kind != EITHER:
            return error
        return NotFound(plain(self.path, 300), "no such file, and no such image on the engine", error.way_out)
