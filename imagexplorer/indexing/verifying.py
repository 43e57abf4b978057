"""Layers whose bytes nobody has hashed yet, read again in full: do they hold what their diff IDs and digests say?

Knows what may be kept afterwards: a layer that matches is proved, and the tree above it known as such; of one that does
not, nothing stays in the cache. Must not know when it is asked for, nor processes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from imagexplorer.core.columns import Columns
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail, LayerTotals
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.indexing import keys
from imagexplorer.indexing.builder import totals_of
from imagexplorer.indexing.cache import Cache
from imagexplorer.indexing.progress import Scanning
from imagexplorer.sources.protocol import ImageSource, ScanOptions


def verify(
    source: ImageSource,
    detail: ImageDetail,
    wanted: Sequence[int],
    cache: Cache | None,
    control: Control,
    on_layer: Callable[[LayerTotals], object] | None = None,
) -> ImageDetail:
    """Hash every byte of the wanted layers. `on_layer` hears of each as it completes; the image comes back with the
    problems that were met. Raises what `ImageSource.scan` raises."""
    known = keys.layer_keys(source.address, detail, cache) if cache is not None else []
    kept = list(known)
    totals: dict[int, LayerTotals] = {}
    scanning = Scanning(control, [detail.layers[number].blob_bytes for number in wanted])

    def read(number: int, index: LayerIndex) -> None:
        scanning.next_layer(len(index))
        totals[number] = totals_of(number, index)
        if cache is not None:
            kept[number] = keys.keep(cache, source.address, detail, number, known[number], index)
        if on_layer is not None:
            on_layer(totals[number])

    found = source.scan(detail, wanted, ScanOptions(verify=True), read, scanning)
    if cache is not None:
        sound = found.problems == detail.problems and not any(each.problems for each in totals.values())
        _keep_tree(cache, keys.tree_key(known, detail), keys.tree_key(kept, detail) if sound else "", totals)
    return found


def _keep_tree(cache: Cache, before: str, after: str, totals: dict[int, LayerTotals]) -> None:
    """The tree that stands under the key `before`, under `after` with what is known of its layers now; "" nowhere."""
    if not before or before == after:
        return
    columns = cache.load(keys.TREE, before)
    if columns is not None and after:
        learnt = dict(columns.meta["indexing"])
        rows = [LayerTotals(number, *row) for number, row in enumerate(learnt["totals"])]
        rows = [
            replace(row, verified=totals[row.index].verified if row.index in totals else row.verified) for row in rows
        ]
        learnt["totals"] = [[row.stored_bytes, row.files, row.entries, row.verified] for row in rows]
        cache.store(keys.TREE, after, Columns(columns.columns, {**columns.meta, "indexing": learnt}))
    cache.drop(keys.TREE, before)
