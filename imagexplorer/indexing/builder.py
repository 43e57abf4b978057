"""From an image to its stacked tree: what the cache lacks is scanned, kept and stacked; all else is mapped.

Knows the order of that work and what may be kept; must not know formats, processes or screens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from imagexplorer.core.columns import Columns
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail, Layer, LayerTotals, Problem
from imagexplorer.core.errors import Damaged
from imagexplorer.core.layer_index import FILE, LayerIndex
from imagexplorer.core.summary import Summary, summary
from imagexplorer.indexing import keys
from imagexplorer.indexing.cache import Cache
from imagexplorer.indexing.contents import SameContent
from imagexplorer.indexing.keys import LayerKey
from imagexplorer.indexing.progress import WHOLE, Scanning, Stacking
from imagexplorer.sources.protocol import ImageSource, ScanOptions

if TYPE_CHECKING:
    from imagexplorer.core.file_tree import FileTree


@dataclass(frozen=True, slots=True)
class Built:
    """`detail` is the image as it is now known. `layers` are its indexes, bottom first (empty where they were not
    wanted and not needed); `totals` says bytes and files of each in any case.
    `key` names the tree in the cache and `path` is its file there, both "" where it was not kept."""

    detail: ImageDetail
    layers: tuple[LayerIndex, ...]
    totals: tuple[LayerTotals, ...]
    tree: FileTree
    summary: Summary
    key: str = ""
    path: str = ""


def build(
    source: ImageSource,
    detail: ImageDetail,
    cache: Cache | None,
    options: ScanOptions,
    control: Control,
    on_layer: Callable[[LayerTotals], object] | None = None,
    with_layers: bool = True,
) -> Built:
    """Index and stack an image. `cache` None: nothing is read from a cache nor written to one.

    With `options.verify` every layer is read again, whatever the cache holds. `on_layer` is called once a layer, in
    the order in which they become known; not at all where the whole tree was kept and comes at once. Raises what
    `ImageSource.scan` raises.
    """
    known = keys.layer_keys(source.address, detail, cache) if cache is not None else []
    if cache is not None and not options.verify:
        warm = _kept_tree(cache, detail, known, with_layers)
        if warm is not None:
            control.step(WHOLE, WHOLE, "from the cache")
            return warm
    work = _Work(source, detail, cache, options, control, on_layer, known)
    return work.run()


def _kept_tree(cache: Cache, detail: ImageDetail, known: Sequence[LayerKey], with_layers: bool) -> Built | None:
    """All from the cache, or None."""
    key = keys.tree_key(known, detail)
    columns = cache.load(keys.TREE, key) if key else None
    if columns is None:
        return None
    layers = []
    if with_layers:
        for layer_key in known:
            index = keys.find(cache, layer_key)
            if index is None:
                return None
            layers.append(index)
    from imagexplorer.core.file_tree import FileTree

    learnt = columns.meta["indexing"]
    totals = tuple(
        replace(LayerTotals(number, *row), hashed=bool(row[3])) for number, row in enumerate(learnt["totals"])
    )
    return Built(
        _with_learnt(detail, learnt),
        tuple(layers),
        totals,
        FileTree(columns),
        Summary.of_json(learnt["summary"]),
        key,
        str(cache.path(keys.TREE, key)),
    )


class _Work:
    """One building: what is known of each layer so far."""

    def __init__(
        self,
        source: ImageSource,
        detail: ImageDetail,
        cache: Cache | None,
        options: ScanOptions,
        control: Control,
        on_layer: Callable[[LayerTotals], object] | None,
        known: Sequence[LayerKey],
    ) -> None:
        self.source, self.detail, self.cache = source, detail, cache
        self.options, self.control, self.on_layer = options, control, on_layer
        self.known = list(known)
        self.kept = list(known)
        self.indexes: dict[int, LayerIndex] = {}
        self.totals: dict[int, LayerTotals] = {}
        self.scanning: Scanning | None = None

    def run(self) -> Built:
        if self.cache is not None and not self.options.verify:
            for number, layer_key in enumerate(self.known):
                index = keys.find(self.cache, layer_key)
                if index is not None:
                    self._have(number, index)
        detail = self.detail
        wanted = [number for number in range(len(detail.layers)) if number not in self.indexes]
        if wanted:
            self.scanning = Scanning(self.control, [detail.layers[number].blob_bytes for number in wanted])
            detail = self.source.scan(detail, wanted, self.options, self._scanned, self.scanning)
        for number in range(len(self.detail.layers)):
            if number not in self.indexes:
                raise Damaged(f"layer {number}", "it was not read")
        layers = tuple(self.indexes[number] for number in range(len(self.indexes)))
        totals = tuple(self.totals[number] for number in range(len(self.totals)))
        tree = self._stack(detail, layers, Stacking(self.control, alone=not wanted))
        numbers = summary(tree)
        key, path = self._keep_tree(detail, tree, totals, numbers)
        self.control.step(WHOLE, WHOLE, f"{len(layers)} layers")
        return Built(detail, layers, totals, tree, numbers, key, path)

    def _scanned(self, number: int, index: LayerIndex) -> None:
        if self.scanning is not None:
            self.scanning.next_layer(len(index))
        self._have(number, index)
        if self.cache is not None:
            self.kept[number] = keys.keep(
                self.cache, self.source.address, self.detail, number, self.known[number], index
            )

    def _have(self, number: int, index: LayerIndex) -> None:
        self.indexes[number] = index
        self.totals[number] = totals_of(number, index)
        if self.on_layer is not None:
            self.on_layer(self.totals[number])

    def _stack(self, detail: ImageDetail, layers: tuple[LayerIndex, ...], control: Control) -> FileTree:
        from imagexplorer.core.overlay import stack

        return stack(layers, SameContent(self.source, detail, layers, control), control)

    def _keep_tree(
        self, detail: ImageDetail, tree: FileTree, totals: tuple[LayerTotals, ...], numbers: Summary
    ) -> tuple[str, str]:
        # Problems are told again by reading again: a tree that hides one is never kept.
        if self.cache is None or detail.problems != self.detail.problems or any(each.problems for each in totals):
            if self.cache is not None and (stale := keys.tree_key(self.known, self.detail)):
                self.cache.drop(keys.TREE, stale)  # kept before this was known
            return "", ""
        key = keys.tree_key(self.kept, self.detail)
        if not key:
            return "", ""
        learnt = {
            **_learnt(detail),
            "totals": [[t.stored_bytes, t.files, t.entries, t.verified] for t in totals],
            "summary": numbers.as_json(),
        }
        columns = Columns(tree.columns.columns, {**tree.columns.meta, "indexing": learnt})
        path = self.cache.store(keys.TREE, key, columns)
        return (key, str(path)) if path is not None else ("", "")


def totals_of(number: int, index: LayerIndex) -> LayerTotals:
    """Exact at any size: sizes of a hostile archive may add up to more than 64 bits hold."""
    kind = bytes(index["kind"])
    hashed = index.verified or bool(index.columns.meta.get("computed"))
    size = sum(index["size"])
    return LayerTotals(number, size, kind.count(FILE), len(kind), index.verified, tuple(index.problems), hashed)


# What reading an image tells of it beyond its layers, so that one from the cache is known as well as when it was read.
def _learnt(detail: ImageDetail) -> dict[str, Any]:
    return {
        "steps": [[step.empty, step.layer] for step in detail.steps],
        "layers": [asdict(layer) for layer in detail.layers],
    }


def _with_learnt(detail: ImageDetail, learnt: Mapping[str, Any]) -> ImageDetail:
    rows = learnt["steps"]
    if len(rows) != len(detail.steps):
        return detail
    steps = tuple(
        replace(step, empty=empty, layer=layer) for step, (empty, layer) in zip(detail.steps, rows, strict=True)
    )
    return replace(detail, steps=steps, layers=tuple(Layer(**layer) for layer in learnt["layers"]))


def problems_of(built: Built) -> tuple[Problem, ...]:
    """The image's own, those of its layers and those met while stacking, each once."""
    found = dict.fromkeys(built.detail.problems)
    for totals in built.totals:
        found.update(dict.fromkeys(totals.problems))
    found.update(dict.fromkeys(built.tree.problems))
    return tuple(found)
