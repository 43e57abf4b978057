"""The members that are to be taken out of an image, and then their contents, layer by layer, each in one pass.

Knows trees and reading; must not know where it is written. What a source cannot give is told, and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from imagexplorer.core.contents import Slice
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.extraction import DATA, FAULT, MEMBERS, REGIONS, REGULAR, Wanted, members
from imagexplorer.core.file_tree import FileTree
from imagexplorer.core.layer_index import SPARSE, LayerIndex
from imagexplorer.core.story import is_shown
from imagexplorer.indexing.cache import Cache
from imagexplorer.indexing.reading import Reading, stored_parts
from imagexplorer.sources.protocol import ImageSource

_BATCH = 2000


class Told(Control):
    """The control of the sources: what they say of their own progress is not what a user waits for."""

    def __init__(self, outer: Control, total: int) -> None:
        super().__init__()
        self._outer, self._total, self._done = outer, total, 0

    @property
    def cancelled(self) -> bool:
        return self._outer.cancelled

    def more(self, length: int) -> None:
        self._done += length
        self._outer.step(self._done, self._total, "extracting")

    def step(self, done: float = 0, total: float | None = None, text: str = "") -> None:  # noqa: ARG002 - its own
        self._outer.step(self._done, self._total, "extracting")

    @contextmanager
    def on_cancel(self, callback: Callable[[], object]) -> Iterator[None]:
        with self._outer.on_cancel(callback):
            yield


Tell = Callable[..., Any]


def extract(
    source: ImageSource,
    image: ImageDetail,
    tree: FileTree,
    wanted: Wanted,
    reading: Reading,
    cache: Cache | None,
    tell: Tell,
    control: Control,
) -> None:
    """Bytes of a member come in their order; those of another only after its last."""
    found = members(tree, wanted)
    for at in range(0, len(found), _BATCH):
        control.step(0, None, "listing files")
        tell(MEMBERS, found[at : at + _BATCH])
    by_layer: dict[int, list[int]] = {}
    for number, member in enumerate(found):
        if member.kind == REGULAR and member.size:
            by_layer.setdefault(tree["version_layer"][member.version], []).append(number)
    total = sum(found[number].size for numbers in by_layer.values() for number in numbers)
    of_layers: list[_OfLayer] = []
    for layer, numbers in sorted(by_layer.items()):
        try:
            index = reading.index(source, image, layer, cache, control)
        except Cancelled:
            raise
        except ImagexplorerError as error:
            tell(FAULT, str(error))
            continue
        of_row = {tree["version_row"][found[number].version]: number for number in numbers}
        asked, holes = _asked(of_row, index, tell)
        total -= holes
        shown = all(is_shown(tree, found[number].version) for number in numbers)
        of_layers.append(_OfLayer(layer, index, of_row, asked, shown))
    progress = Told(control, total)
    for each in of_layers:

        def take(row: int, piece: bytes, of_row: dict[int, int] = each.of_row) -> None:
            tell(DATA, of_row[row], bytes(piece))
            progress.more(len(piece))

        try:
            source.contents(image, each.layer, each.asked, each.entries, take, progress, each.shown)
        except Cancelled:
            raise
        except ImagexplorerError as error:
            tell(FAULT, str(error))


class _OfLayer(NamedTuple):
    """What is read of a layer. `of_row` leads from its rows to the numbers of the members."""

    layer: int
    entries: LayerIndex
    of_row: dict[int, int]
    asked: list[Slice]
    shown: bool


def _asked(of_row: dict[int, int], index: LayerIndex, tell: Tell) -> tuple[list[Slice], int]:
    """(What to read, bytes of holes). A file whose holes are not known takes no other with it."""
    flags, sizes = index["flags"], index["size"]
    asked: list[Slice] = []
    holes = 0
    for row, number in of_row.items():
        if not flags[row] & SPARSE:
            asked.append(Slice(row))
            continue
        try:
            parts = stored_parts(Slice(row), index)
        except ImagexplorerError as error:
            tell(FAULT, str(error))
            continue
        tell(REGIONS, number, [(each.start, each.length) for each in parts])
        asked += parts
        holes += sizes[row] - sum(each.length or 0 for each in parts)
    return asked, holes
