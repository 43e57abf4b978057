"""Images copied to another engine, from the press of a button to the act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imagexplorer.actions.tag_flows import Once
from imagexplorer.core.entities import Image, Selection, short_id
from imagexplorer.core.errors import NotFound
from imagexplorer.core.references import names_to_give
from imagexplorer.session import Session

if TYPE_CHECKING:
    from imagexplorer.actions.prompts import CopyPlace, CopyQuestion, Prompts


class CopyFlows:
    def __init__(self, session: Session, prompts: Prompts, once: Once) -> None:
        self._session, self._prompts, self._once = session, prompts, once

    def copy(self, selection: Selection) -> None:
        source, ids = selection.source, [image.id for image in selection.images]

        def ask() -> bool:
            question = self._question(source, ids)
            if question is None:
                name = selection.images[0].name if len(ids) == 1 else f"{len(ids)} images"
                self._session.failed.emit(NotFound(name, "not all of it is there any more"))
                return True
            target = self._prompts.copy_image(question)
            if target is None:
                return True
            after = self._question(source, ids)
            if after is None or after.images != question.images or _place(after, target) != _place(question, target):
                return False
            self._session.copying.copy(source, target, question.images, failed=self._session.failed.emit)
            return True

        self._once(ask)

    def _question(self, source: str, ids: Sequence[str]) -> CopyQuestion | None:
        from imagexplorer.actions.prompts import CopyPlace, CopyQuestion

        rows = {each.id: each for each in self._session.rows_of(source)[0]}
        here = next((state for state in self._session.sources if state.key == source), None)
        if here is None or not all(each in rows for each in ids):
            return None
        images = tuple(rows[each] for each in ids)
        others = [state for state in self._session.sources if state.live and not state.locked and state.key != source]
        places = (CopyPlace(state.key, state.name, state.end, *self._there(state.key, images)) for state in others)
        return CopyQuestion(images, here.name, here.end, tuple(places))

    def _there(self, target: str, images: Sequence[Image]) -> tuple[int, tuple[tuple[str, str], ...]]:
        """How many are there already, and which of their names are another's there: name, whose."""
        rows, _ = self._session.rows_of(target)
        there = {each.id: set(each.tags) for each in rows}
        owners = {tag: each.id for each in rows for tag in each.tags}
        names = [(name, image.id) for image in images for name in names_to_give(image.tags)]
        lost = tuple((name, short_id(owners[name])) for name, of in names if owners.get(name, of) != of)
        return sum(set(names_to_give(each.tags)) <= there[each.id] for each in images if each.id in there), lost


def _place(question: CopyQuestion, key: str) -> CopyPlace | None:
    return next((each for each in question.places if each.key == key), None)
