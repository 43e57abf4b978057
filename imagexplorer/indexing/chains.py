"""The layers of all images of a source, as far as they were asked for: what tells which images build on which.

Filled when first wanted and kept; an image's layers never change, so later only what is new is asked, and what is gone
forgotten. Of a local engine its own files are read, else it is one small call an image: bounded, one at a time, with
answers meanwhile. Knows ids, no names.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import Cancelled, ImagexplorerError, Unreachable
from imagexplorer.core.relatives import ANCESTOR, SAME, Chain, Relatives, chain, oriented, relatives
from imagexplorer.sources.protocol import ImageSource

IMAGES_MOST = 20_000
HISTORIES_MOST = 12
"""So many of the nearest ancestors, and of the images of the same layers, have their history asked for: each a call."""
_HISTORIES_KEPT = 200
_TELL_S = 0.7
_WAIT_S = 0.05


class Chains:
    """Of one source. Any thread may ask."""

    def __init__(self) -> None:
        self._asking = Lock()
        self._of: dict[str, Chain] = {}
        self._histories: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._failed: set[str] = set()

    def relatives(
        self,
        source: ImageSource,
        image: ImageDetail,
        ids: Sequence[str],
        control: Control,
        on_found: Callable[[Relatives], object] | None = None,
    ) -> Relatives:
        """`ids` are those of the source's list. `on_found` hears what is known while others are still asked for."""
        own = image.image.id
        told = time.monotonic()
        while not self._asking.acquire(timeout=_WAIT_S):  # another page asks the same: one of them does it
            control.step()
        try:
            wanted = list(dict.fromkeys(ids))[:IMAGES_MOST]
            listed = {own, *wanted}
            self._of = {each: known for each, known in self._of.items() if each in listed}
            self._failed &= listed
            self._of[own] = chain(layer.diff_id or layer.digest for layer in image.layers)
            missing = [each for each in wanted if each not in self._of and each not in self._failed]
            for number, each in enumerate(missing):
                control.step(number, len(missing), "layers of the other images")
                if on_found is not None and time.monotonic() - told > _TELL_S:
                    on_found(self._told(source, image, len(listed), control))
                    told = time.monotonic()
                self._learn(source, each, control)
            return self._told(source, image, len(listed), control)
        finally:
            self._asking.release()

    def _learn(self, source: ImageSource, identifier: str, control: Control) -> None:
        try:
            self._of[identifier] = chain(source.diff_ids(identifier, control))
        except (Cancelled, Unreachable):
            raise
        except ImagexplorerError:  # gone meanwhile, or damaged: it is nobody's relative
            self._failed.add(identifier)

    def _told(self, source: ImageSource, image: ImageDetail, total: int, control: Control) -> Relatives:
        if not image.layers:
            return Relatives((), len(self._of), total)
        found = relatives(image.image.id, self._of, total - len(self._failed))
        mine = [step.instruction for step in image.steps]
        below, same = found.of(ANCESTOR), found.of(SAME)
        near = {each.id: each for each in (*below[:1], *below[-HISTORIES_MOST:], *same[:HISTORIES_MOST])}
        settled = {each: oriented(one, self._history(source, each, control), mine) for each, one in near.items()}
        images = [settled.get(each.id, each) for each in found.images]
        # Of the same layers, the longer history stands on the shorter one.
        images.sort(key=lambda each: (each.kind != ANCESTOR, each.layers if each.kind == ANCESTOR else 0, each.steps))
        return replace(found, images=tuple(images))

    def _history(self, source: ImageSource, identifier: str, control: Control) -> tuple[str, ...]:
        known = self._histories.get(identifier)
        if known is None:
            try:
                known = tuple(step.instruction for step in source.image(identifier, control).steps)
            except (Cancelled, Unreachable):
                raise
            except ImagexplorerError:
                known = ()
            self._histories[identifier] = known
            while len(self._histories) > _HISTORIES_KEPT:
                self._histories.popitem(last=False)
        return known
