"""An image copied to another engine, from the press of a button to the act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagexplorer.actions.tag_flows import Once
from imagexplorer.core.entities import Image, Selection, short_id
from imagexplorer.core.errors import NotFound
from imagexplorer.session import Session

if TYPE_CHECKING:
    from imagexplorer.actions.prompts import CopyPlace, CopyQuestion, Prompts


class CopyFlows:
    def __init__(self, session: Session, prompts: Prompts, once: Once) -> None:
        self._session, self._prompts, self._once = session, prompts, once

    def copy(self, selection: Selection) -> None:
        image, source = selection.images[0], selection.source

        def ask() -> bool:
            question = self._question(source, image.id)
            if question is None:
                self._session.failed.emit(NotFound(image.name, "it is not there any more"))
                return True
            target = self._prompts.copy_image(question)
            if target is None:
                return True
            after = self._question(source, image.id)
            if after is None or after.image != question.image or _place(after, target) != _place(question, target):
                return False
            self._session.copying.copy(
                source, target, question.image, question.image.tags, failed=self._session.failed.emit
            )
            return True

        self._once(ask)

    def _question(self, source: str, image_id: str) -> CopyQuestion | None:
        from imagexplorer.actions.prompts import CopyPlace, CopyQuestion

        rows, _ = self._session.rows_of(source)
        image = next((each for each in rows if each.id == image_id), None)
        here = next((state for state in self._session.sources if state.key == source), None)
        if image is None or here is None:
            return None
        others = [state for state in self._session.sources if state.live and not state.locked and state.key != source]
        return CopyQuestion(
            image,
            here.name,
            (here.program, here.address.location),
            tuple(
                CopyPlace(
                    state.key,
                    state.name,
                    (state.program, state.address.location),
                    *self._there(state.key, image),
                )
                for state in others
            ),
        )

    def _there(self, target: str, image: Image) -> tuple[bool, tuple[tuple[str, str], ...]]:
        """Whether it is there already, and which of its names are another's there: name, whose."""
        rows, _ = self._session.rows_of(target)
        taken = {tag: each for each in rows for tag in each.tags if each.id != image.id}
        lost = tuple((name, short_id(taken[name].id)) for name in image.tags if name in taken)
        same = next((each for each in rows if each.id == image.id), None)
        return same is not None and set(image.tags) <= set(same.tags), lost


def _place(question: CopyQuestion, key: str) -> CopyPlace | None:
    return next((each for each in question.places if each.key == key), None)
