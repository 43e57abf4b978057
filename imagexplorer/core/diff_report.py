"""The document imagexplorer.diff/1, and the same as text. Knows comparisons and words; prints nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from imagexplorer.core.compare import Difference, Facts
from imagexplorer.core.compare_config import ConfigDifference, LayersCompared
from imagexplorer.core.entities import Problem
from imagexplorer.core.layer_index import KINDS
from imagexplorer.core.report_head import Asked, asked_fields, dump, opening
from imagexplorer.core.text import exact_time, human_size, plain, plain_bytes

SCHEMA = "imagexplorer.diff/1"
LETTERS = {"added": "A", "removed": "D", "content": "M", "metadata": "O", "kind": "K"}


class DiffFacts(NamedTuple):
    """All that a comparison tells. `sizes` are bytes added and removed."""

    a: Asked
    b: Asked
    layers: LayersCompared
    files: Sequence[Difference]
    config: Sequence[ConfigDifference]
    sizes: tuple[int, int]
    problems: Sequence[Problem] = ()


def diff_pieces(told: DiffFacts) -> Iterator[str]:
    """The document in pieces."""
    a, b, layers, files, config, sizes, problems = told
    fields = {
        "a": asked_fields(a),
        "b": asked_fields(b),
        "layers": {"common": layers.common, "only_a": layers.only_a, "only_b": layers.only_b},
        "bytes": {"added": sizes[0], "removed": sizes[1]},
        "config": [{"key": each.key, "a": each.a, "b": each.b} for each in config],
        "problems": [{"where": each.where, "reason": each.reason} for each in problems],
    }
    yield opening(SCHEMA, fields) + ',\n"files":['
    for number, row in enumerate(files):
        yield (",\n" if number else "\n") + dump(
            {"path": _text(row.path), "change": row.change, "a": _facts(row.a), "b": _facts(row.b)}
        )
    yield "\n]}\n"


def _facts(facts: Facts | None) -> dict[str, Any] | None:
    if facts is None:
        return None
    return {
        "kind": KINDS[facts.kind],
        "size": facts.size,
        "mode": facts.mode,
        "uid": facts.uid,
        "gid": facts.gid,
        "link": None if facts.link is None else _text(facts.link),
        "layer": facts.layer,
    } | ({} if facts.mtime_ns is None else {"mtime_ns": facts.mtime_ns})


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def diff_text(told: DiffFacts) -> Iterator[str]:
    """Lines."""
    a, b, layers, files, config, sizes, problems = told
    yield f"A          {plain(a.target, 300)}  {plain(a.detail.image.id, 80)}"
    yield f"B          {plain(b.target, 300)}  {plain(b.detail.image.id, 80)}"
    yield f"Layers     {len(layers.common)} common, {len(layers.only_a)} only in A, {len(layers.only_b)} only in B"
    yield f"Bytes      {human_size(sizes[0])} added, {human_size(sizes[1])} removed"
    if not files and not config:
        yield "No differences"
    if config:
        yield ""
        yield f"Configuration ({len(config)})"
        for each in config:
            yield f"  {plain(each.key, 200)}: {value_words(each.a)} -> {value_words(each.b)}"
    if files:
        yield ""
        yield f"Files ({len(files):,}): A added, D removed, M content, O mode or owner, K kind"
        for row in files:
            yield f"{LETTERS[row.change]} {_sizes(row):>23}  {plain_bytes(row.path)}{_meta(row)}"
    for problem in problems:
        yield f"Problem    {plain(problem.where, 200)}: {plain(problem.reason, 500)}"


def value_words(value: Any) -> str:
    return "(none)" if value is None else plain(value if isinstance(value, str) else dump(value), 300)


def _sizes(row: Difference) -> str:
    if row.a is not None and row.b is not None:
        same = row.a.size == row.b.size
        return human_size(row.b.size) if same else f"{human_size(row.a.size)} -> {human_size(row.b.size)}"
    facts = row.a if row.a is not None else row.b
    return human_size(facts.size) if facts is not None else ""


def _meta(row: Difference) -> str:
    words = changed_words(row)
    return f"  ({words})" if words else ""


def changed_words(row: Difference) -> str:
    """What of kind, mode, owner, link target and, where it counts, time differs."""
    a, b = row.a, row.b
    if a is None or b is None:
        return ""
    words = []
    if a.kind != b.kind:
        words.append(f"kind {KINDS[a.kind]} -> {KINDS[b.kind]}")
    if a.mode != b.mode:
        words.append(f"mode {a.mode:04o} -> {b.mode:04o}")
    if (a.uid, a.gid) != (b.uid, b.gid):
        words.append(f"owner {a.uid}:{a.gid} -> {b.uid}:{b.gid}")
    if a.link != b.link:
        words.append(f"link {plain_bytes(a.link or b'')} -> {plain_bytes(b.link or b'')}")
    if a.mtime_ns != b.mtime_ns:
        words.append(f"time {_time(a.mtime_ns)} -> {_time(b.mtime_ns)}")
    return ", ".join(words)


def _time(mtime_ns: int | None) -> str:
    seconds, rest = divmod(mtime_ns or 0, 10**9)
    return (exact_time(seconds) or "none") + (f".{rest:09d}" if rest else "")
