"""The TARGET that the program was started with: a path at once, or an image as soon as its engine answers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.core.targets import EITHER, ambiguous, parse_target

if TYPE_CHECKING:
    from imagexplorer.session.session import Session


class WantedImage:
    """Raises WrongUse for a text that cannot be one."""

    def __init__(self, text: str) -> None:
        self._target = parse_target(text)
        self.path = self._target.text
        self.is_path = self._target.on_disk or (self._target.kind == EITHER and os.path.exists(self.path))

    def look(self, session: Session, key: str) -> None:
        """The engine is there: open the image's page, or say that it has none of that name, or that a path of that
        name was opened although the engine has such an image too."""
        if self._target.on_disk:
            return
        name = self._target.text

        def found(detail: ImageDetail) -> None:
            if self.is_path:
                session.failed.emit(ambiguous(name))
            else:
                session.choose(key)
                session.page_wanted.emit("image", detail.image)

        def not_found(error: ImagexplorerError) -> None:
            if not self.is_path:
                session.failed.emit(error)

        session.load_image("target", key, name, found, not_found)
