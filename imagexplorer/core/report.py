"""The documents `imagexplorer.inspect/1` and `imagexplorer.changes/1`: pure functions from records to JSON.

The interface is documented in the README, section "JSON". Documents are made in pieces, so that an image of a million
entries is written in bounded memory. Knows nothing of files, engines or the command line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from imagexplorer.core.entities import Change, Container, ImageDetail, LayerTotals, Problem
from imagexplorer.core.file_tree import MARK_DELETED, TreeView
from imagexplorer.core.layer_index import DIR, FILE, HARDLINK, KINDS, NO_TIME, SYMLINK, LayerIndex
from imagexplorer.core.space import Hidden, Space

INSPECT_SCHEMA = "imagexplorer.inspect/1"
CHANGES_SCHEMA = "imagexplorer.changes/1"

_CHUNK = 4096
_SECOND = 10**9
# Years 1 to 9999: what RFC 3339 can say.
_FIRST, _LAST = -62_135_596_800, 253_402_300_799


@dataclass(frozen=True, slots=True)
class TreeCounts:
    """What is visible at the top of the stack. Hard links count as files; `visible_bytes` counts them once."""

    files: int = 0
    dirs: int = 0
    symlinks: int = 0
    other: int = 0
    visible_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Inspection:
    """All that `inspect` prints. `layers` may be empty where no entries are asked for."""

    target: str
    source_kind: str
    source_name: str
    detail: ImageDetail
    totals: tuple[LayerTotals, ...]
    counts: TreeCounts
    space: Space
    problems: tuple[Problem, ...] = ()
    layers: Sequence[LayerIndex] = field(default=())


# -- times -------------------------------------------------------------------------------------------


def rfc3339(seconds: int | None) -> str | None:
    """`2024-05-01T12:00:00Z`; None where no time is known or it has no such spelling."""
    if seconds is None or not _FIRST <= seconds <= _LAST:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def rfc3339_ns(nanoseconds: int) -> str | None:
    """The same of nanoseconds (NO_TIME: None), with a fraction where there is one."""
    if nanoseconds == NO_TIME:
        return None
    seconds, fraction = divmod(nanoseconds, _SECOND)
    text = rfc3339(seconds)
    return f"{text[:-1]}.{fraction:09d}".rstrip("0") + "Z" if text and fraction else text


# -- inspect -----------------------------------------------------------------------------------------


def inspect_pieces(found: Inspection, entries: bool = False, view: TreeView | None = None) -> Iterator[str]:
    """The document `imagexplorer.inspect/1`. With `entries` each layer carries its own; with `view` (the whole visible
    tree) it has `files`."""
    detail, image = found.detail, found.detail.image
    platform = str(image.platform) if image.platform else None
    yield "{" + f'"schema":{quoted(INSPECT_SCHEMA)},"target":{quoted(found.target)},'
    yield f'"source":{{"kind":{quoted(found.source_kind)},"name":{quoted(found.source_name)}}},\n"image":'
    yield _dump(
        {
            "id": (image.id if found.source_kind == "engine" else detail.config_digest) or None,
            "tags": list(image.tags),
            "digests": list(image.digests),
            "created": rfc3339(image.created),
            "platform": platform,
            "config_digest": detail.config_digest or None,
            "platforms": [str(each) for each in detail.platforms],
            "others": list(detail.others),
            "config": detail.config,
        }
    )
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
        yield (",\n" if layer.index else "\n") + _dump(head)[:-1]
        if entries:
            yield ',"entries":['
            yield from _joined(_entry_rows(found.layers[layer.index]))
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
    yield f'],\n"steps":{_dump(steps)},\n"tree":{_dump(_counts(found.counts))},\n"space":{_dump(_space(found.space))}'
    if view is not None:
        yield ',\n"files":['
        yield from _joined(_file_rows(view))
        yield "]"
    yield f',\n"problems":{_dump([{"where": each.where, "reason": each.reason} for each in found.problems])}}}\n'


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


def _causes(causes: Space | Hidden) -> dict[str, int]:
    return {
        "overwritten_bytes": causes.overwritten_bytes,
        "deleted_bytes": causes.deleted_bytes,
        "rewritten_bytes": causes.rewritten_bytes,
    }


def _dump(value: Any) -> str:
    """Values of a stranger's configuration are JSON already (the loader saw to it)."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"), default=dict)


def _joined(chunks: Iterable[list[str]]) -> Iterator[str]:
    separator = "\n"
    for rows in chunks:
        if rows:
            yield separator + ",\n".join(rows)
            separator = ",\n"


def _entry_rows(index: LayerIndex) -> Iterator[list[str]]:
    paths, starts = index["paths"], index["path_start"]
    links = _sparse(index, "link_row", "link_start", "links")
    stored = _sparse(index, "stored_row", "stored_start", "stored")
    names = [f'"{kind}"' for kind in KINDS]
    for low in range(0, len(index), _CHUNK):
        high = min(low + _CHUNK, len(index))
        columns = [index[name][low:high].tolist() for name in ("kind", "size", "mode", "uid", "gid")]
        times = _times(index["mtime"][low:high])
        edges = starts[low : high + 1].tolist()
        rows = []
        begin = edges[0]
        for row, end, time, kind, size, mode, uid, gid in zip(
            range(low, high), edges[1:], times, *columns, strict=True
        ):
            path = str(paths[begin:end], "utf-8", "surrogateescape")
            link = links.get(row) if kind in (SYMLINK, HARDLINK) else None
            tail = f"{quoted(link)}}}" if link is not None else "null}"
            if stored and row in stored:
                tail = f'{tail[:-1]},"stored":{quoted(stored[row])}}}'
            rows.append(
                f'{{"path":{quoted(path)},"kind":{names[kind]},"size":{size},"mode":{mode},'
                f'"uid":{uid},"gid":{gid},"mtime":{time},"link":{tail}'
            )
            begin = end
        yield rows


def _times(column: memoryview) -> list[str]:
    """Times in nanoseconds as JSON: all at once, for there are as many as entries."""
    import numpy as np

    nanoseconds = np.asarray(column)
    seconds = nanoseconds // _SECOND
    texts = [f'"{text}Z"' for text in np.datetime_as_string(seconds.astype("M8[s]")).tolist()]
    for row in np.flatnonzero((nanoseconds == NO_TIME) | (nanoseconds != seconds * _SECOND)).tolist():
        texts[row] = _dump(rfc3339_ns(column[row]))
    return texts


def _sparse(index: LayerIndex, rows: str, starts: str, blob: str) -> dict[int, str]:
    edges = index[starts].tolist()
    data = index[blob]
    return {
        row: str(data[edges[at] : edges[at + 1]], "utf-8", "surrogateescape")
        for at, row in enumerate(index[rows].tolist())
    }


# -- the visible tree --------------------------------------------------------------------------------


def count_tree(view: TreeView) -> TreeCounts:
    """What a cumulative, unfiltered view of the top of the stack counts. Deleted rows are shown by views, but are not
    there; nor is the root counted."""
    import numpy as np

    kinds = np.asarray(view.kind)[1:][np.asarray(view.mark)[1:] != MARK_DELETED]
    found = np.bincount(kinds, minlength=len(KINDS)).tolist()
    files = found[FILE] + found[HARDLINK]
    other = sum(found) - files - found[DIR] - found[SYMLINK]
    return TreeCounts(files, found[DIR], found[SYMLINK], other, int(view.size[0]))


def _file_rows(view: TreeView) -> Iterator[list[str]]:
    columns = view.columns
    parents, starts, lengths = (columns[name].tolist() for name in ("parent", "name_start", "name_length"))
    names = columns["names"]
    deleted = columns["mark"].tolist()
    paths: list[bytes] = [b""] * len(parents)
    shown = []
    # A parent has a lower row than its children: their paths are made once, from its own.
    for row in range(1, len(parents)):
        name = bytes(names[starts[row] : starts[row] + lengths[row]])
        above = paths[parents[row]] if parents[row] else b""
        paths[row] = above + b"/" + name if above else name
        if deleted[row] != MARK_DELETED:
            shown.append(row)
    shown.sort(key=paths.__getitem__)
    links = _view_links(view)
    kinds, sizes, modes, layers = columns["kind"], columns["size"], columns["mode"], columns["layer"]
    for low in range(0, len(shown), _CHUNK):
        rows = []
        for row in shown[low : low + _CHUNK]:
            kind = kinds[row]
            layer = layers[row]
            size = sizes[row] if kind in (FILE, HARDLINK) else 0
            link = links.get(row) if kind in (SYMLINK, HARDLINK) else None
            rows.append(
                f'{{"path":{quoted(str(paths[row], "utf-8", "surrogateescape"))},"kind":"{KINDS[kind]}","size":{size},'
                f'"mode":{modes[row]},"link":{"null" if link is None else quoted(link)},'
                f'"layer":{"null" if layer < 0 else layer}}}'
            )
        yield rows


def _view_links(view: TreeView) -> dict[int, str]:
    edges = view.columns["link_start"].tolist()
    data = view.columns["links"]
    return {
        row: str(data[edges[at] : edges[at + 1]], "utf-8", "surrogateescape")
        for at, row in enumerate(view.columns["link_row"].tolist())
    }


# -- changes -----------------------------------------------------------------------------------------


def changes_pieces(container: Container, changes: Iterable[Change]) -> Iterator[str]:
    """The document `imagexplorer.changes/1`, sorted by path."""
    who = {"id": container.id, "name": container.name, "image": container.image}
    yield f'{{"schema":{quoted(CHANGES_SCHEMA)},"container":{_dump(who)},"changes":['
    rows = [
        f'{{"path":{quoted(change.path)},"kind":{quoted(change.kind)},'
        f'"size":{"null" if change.size_bytes is None else change.size_bytes}}}'
        for change in sorted(changes, key=lambda change: change.path)
    ]
    yield ("\n" + ",\n".join(rows) if rows else "") + "]}\n"
