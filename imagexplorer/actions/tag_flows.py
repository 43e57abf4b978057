"""The names of an image changed, from the press of a button to the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from imagexplorer.core.entities import Image, Selection, short_id
from imagexplorer.core.errors import NotFound
from imagexplorer.session import Session

if TYPE_CHECKING:
    from imagexplorer.actions.prompts import Prompts

Once = Callable[[Callable[[], bool]], None]
"""One question at a time."""


class TagFlows:
    def __init__(self, session: Session, prompts: Prompts, once: Once) -> None:
        self._session, self._prompts, self._once = session, prompts, once

    def tag(self, selection: Selection) -> None:
        image, source = selection.images[0], selection.source

        def now() -> Image | None:
            return next((each for each in self._session.rows_of(source)[0] if each.id == image.id), None)

        def ask() -> bool:
            record = now()
            if record is None:
                self._session.failed.emit(NotFound(image.name, "it is not there any more"))
                return True
            taken = self._taken(source, image)
            answer = self._prompts.tag(record, taken, self._session.acts.program(source))
            if answer is None:
                return True
            after = now()
            if after is None or after.tags != record.tags:
                return False
            if self._taken(source, image).get(answer.add) != taken.get(answer.add):
                return False  # another's name would be taken from it
            trash = self._session.trash
            keeper = trash.keeper(source) if trash.keeps else None
            self._session.acts.tag(
                source, record, answer.add, answer.remove, self._session.failed.emit, keeper, trash.look
            )
            return True

        self._once(ask)

    def _taken(self, source: str, image: Image) -> dict[str, str]:
        """Names of others, and whose they are."""
        others = [each for each in self._session.rows_of(source)[0] if each.id != image.id]
        return {tag: f"{each.name} ({short_id(each.id)})" for each in others for tag in each.tags}
