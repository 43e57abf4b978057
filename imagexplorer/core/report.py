"""The documents `imagexplorer.inspect/1` and `imagexplorer.changes/1`: pure functions from records to JSON.

The interface is documented in the README, section "JSON". Documents are made in pieces, so that an image of a million
entries is written in bounded memory. Knows nothing of files, engines or the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING, Any

from imagexplorer.core.entities import Change, Container, ImageDetail, LayerTotals, Problem
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.core.report_head import Asked, asked_fields, dump, opening
from imagexplorer.core.report_rows import entry_rows, file_rows, joined, rfc3339
from imagexplorer.core.space import Hidden, Space
from imagexplorer.core.summary import TreeCounts
from imagexplorer.core.tree_view import TreeView

if TYPE_CHECKING:
    from imagexplorer.core.advice import Advised

INSPECT_SCHEMA = "imagexplorer.inspect/1"
CHANGES_SCHEMA = "imagexplorer.changes/1"


@dataclass(frozen=True, slots=True)
class Inspection:
    """All that `inspect` prints. `layers` may be empty where no entries are asked for."""

    asked: Asked
    totals: tuple[LayerTotals, ...]
    counts: TreeCounts
    space: Space
    problems: tuple[Problem, ...] = ()
    layers: Sequence[LayerIndex] = field(default=())
    advised: Advised | None = None

    @property
    def detail(self) -> ImageDetail:
        return self.asked.detail


# -- inspect -----------------------------------------------------------------------------------------


def inspect_pieces(found: Inspection, entries: bool = False, view: TreeView | None = None) -> Iterator[str]:
    """The document `imagexplorer.inspect/1`. With `entries` each layer carries its own; with `view` (the whole visible
    tree) it has `files`."""
    detail = found.detail
    yield opening(INSPECT_SCHEMA, asked_fields(found.asked, {"config": detail.config}))
    yield ',\n"layers":['
    for layer, totals in zip(detail.layers, found.totals, strict=True):
        head = {
            "index": layer.index,
            "diff_id": layer.diff_id or None,
            "digest": layer.digest or None,
            "verified": totals.verified,
            "stored_bytes": totals.stored_bytes,
            "blob_bytes": layer.blob_bytes,
            "files": totals.files,
            "instruction": detail.instruction(layer.index),
        }
        yield (",\n" if layer.index else "\n") + dump(head)[:-1]
        if entries:
            yield ',"entries":['
            yield from joined(entry_rows(found.layers[layer.index]))
            yield "]"
        yield "}"
    steps = [
        {
            "instruction": step.instruction,
            "created": rfc3339(step.created),
            "comment": step.comment,
            "author": step.author,
            "empty": step.empty,
            "layer": step.layer,
        }
        for step in detail.steps
    ]
    yield f'],\n"steps":{dump(steps)},\n"tree":{dump(_counts(found.counts))},\n"space":{dump(_space(found.space))}'
    if found.advised is not None:
        yield f',\n"advice":{dump(_advice(found.advised, detail))}'
    if view is not None:
        yield ',\n"files":['
        yield from joined(file_rows(view))
        yield "]"
    yield f',\n"problems":{dump([{"where": each.where, "reason": each.reason} for each in found.problems])}}}\n'


def _counts(counts: TreeCounts) -> dict[str, int]:
    return {
        "files": counts.files,
        "dirs": counts.dirs,
        "symlinks": counts.symlinks,
        "other": counts.other,
        "visible_bytes": counts.visible_bytes,
    }


def _space(space: Space) -> dict[str, Any]:
    return {
        "stored_bytes": space.stored_bytes,
        "visible_bytes": space.visible_bytes,
        "wasted_bytes": space.wasted_bytes,
        **_causes(space),
        "by_layer": [{"layer": each.layer, **_causes(each)} for each in space.by_layer],
    }


def _advice(advised: Advised, detail: ImageDetail) -> dict[str, Any]:
    from imagexplorer.core.advice_rules import way_out

    pieces = [
        {
            "kind": each.kind,
            "layer": each.layer,
            "bytes": each.size_bytes,
            "files": each.entries,
            "optional": each.optional,
            "way_out": way_out(each.kind, detail.instruction(each.layer)),
        }
        for each in advised.pieces
    ]
    return {"pieces": pieces, "small": advised.small, "small_bytes": advised.small_bytes}


def _causes(causes: Space | Hidden) -> dict[str, int]:
    return {
        "overwritten_bytes": causes.overwritten_bytes,
        "deleted_bytes": causes.deleted_bytes,
        "rewritten_bytes": causes.rewritten_bytes,
    }


# -- changes -----------------------------------------------------------------------------------------


def changes_pieces(container: Container, changes: Iterable[Change]) -> Iterator[str]:
    """The document `imagexplorer.changes/1`, sorted by path."""
    who = {"id": container.id, "name": container.name, "image": container.image}
    yield f'{{"schema":{quoted(CHANGES_SCHEMA)},"container":{dump(who)},"changes":['
    rows = [
        f'{{"path":{quoted(change.path)},"kind":{quoted(change.kind)},'
        f'"size":{"null" if change.size_bytes is None else change.size_bytes}}}'
        for change in sorted(changes, key=lambda change: change.path)
    ]
    yield ("\n" + ",\n".join(rows) if rows else "") + "]}\n"
