"""Comparisons that the worker has made, kept for the questions that a screen asks of them: rows, and single files.

Knows how a comparison becomes a tree and how a file's two contents become a text; must not know processes.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from imagexplorer.core.changes_tree import OWNED, changes_view
from imagexplorer.core.compare import ADDED, METADATA, REMOVED, Difference, Facts, differences
from imagexplorer.core.control import Control
from imagexplorer.core.diff_html import diff_html
from imagexplorer.core.diff_report import DiffFacts, changed_words, diff_pieces
from imagexplorer.core.entities import ADDED as CHANGE_ADDED
from imagexplorer.core.entities import DELETED, MODIFIED, Change
from imagexplorer.core.errors import NotFound
from imagexplorer.core.layer_index import FILE, KINDS
from imagexplorer.core.preview import MORE_BYTES, Preview
from imagexplorer.core.recognise import EMPTY, TEXT, recognise
from imagexplorer.core.report_head import Asked
from imagexplorer.core.secrets import masked_difference
from imagexplorer.core.side_by_side import LINE_CHARS, byte_rows, lines, structure
from imagexplorer.core.text import plain_bytes
from imagexplorer.core.text_diff import first_difference, unified
from imagexplorer.core.tree_view import TreeView, ViewSpec
from imagexplorer.indexing.comparing import Comparison
from imagexplorer.indexing.previewing import highlight, shown
from imagexplorer.indexing.records import ComparisonHandle

_KEPT = 4
_KINDS = {ADDED: CHANGE_ADDED, REMOVED: DELETED, METADATA: OWNED}
Read = Callable[[str, int, int, int], bytes]
"""`read(side, version, start, length)`, side "a" or "b"."""


@dataclass(frozen=True, slots=True)
class _Kept:
    found: Comparison
    changes: list[Change]
    rows: dict[bytes, Difference]


class Comparisons:
    """Any thread may use it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def keep(self, found: Comparison) -> ComparisonHandle:
        rows = differences(found.files)
        changes = [_change(row) for row in rows]
        key = f"comparison {secrets.token_hex(8)}"  # another process never made one of this name
        with self._lock:
            self._kept[key] = _Kept(found, changes, {row.path: row for row in rows})
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        counts = {change: sum(row.change == change for row in rows) for change in {row.change for row in rows}}
        return ComparisonHandle(
            key, counts, found.files.added_bytes, found.files.removed_bytes, found.layers, tuple(found.config)
        )

    def view(self, key: str, spec: ViewSpec, control: Control) -> TreeView:
        return changes_view(self._of(key).changes, spec, control)

    def pieces(self, key: str, form: str, a: Asked, b: Asked, values: bool) -> Iterator[str]:
        """As the document imagexplorer.diff/1 ("json"), or as a page ("html"); secret values only with `values`."""
        kept = self._of(key)
        found = kept.found
        config = found.config if values else [masked_difference(row) for row in found.config]
        sizes = (found.files.added_bytes, found.files.removed_bytes)
        told = DiffFacts(a, b, found.layers, list(kept.rows.values()), config, sizes)
        return diff_html(told) if form == "html" else diff_pieces(told)

    def file(self, key: str, path: bytes, read: Read, control: Control) -> Preview:
        """The two contents of a path as a unified diff, or what can be said of them."""
        row = self._of(key).rows.get(path)
        if row is None:
            raise NotFound(plain_bytes(path, 300), "it does not differ")
        words = [_meta(row)]
        a, b = row.a, row.b
        if not any(side is not None and side.kind == FILE and side.size for side in (a, b)):
            return _said(words)
        if a is not None and b is not None and a.kind == b.kind and row.change == METADATA:
            return _said([*words, "The content is the same."])
        one, other = _content(a, "a", read), _content(b, "b", read)
        name = plain_bytes(path, 200)
        shown = contents_differ(one, other, f"a/{name}", f"b/{name}", control, words)
        return shown if shown.note else replace(shown, note=_cut(a, b))

    def _of(self, key: str) -> _Kept:
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            raise NotFound("the comparison", "it is not in memory any more", "Compare again")
        return found


def contents_differ(
    one: bytes, other: bytes, name_a: str, name_b: str, control: Control, words: Sequence[str] = ()
) -> Preview:
    """A unified diff of two texts, below `words`; of anything else, what can be said. With both beside each other."""
    control.step()
    if one == other:
        return _said([*words, "The content is the same."])
    known = [recognise(each, len(each)) for each in (one, other)]
    if any(each.kind not in (TEXT, EMPTY) for each in known):
        at = first_difference(one, other)
        kinds = " and ".join(dict.fromkeys(each.words for each in known))
        sizes = f"{len(one):,} and {len(other):,} bytes, different from byte {at:,} on."
        return replace(
            _said([*words, f"No texts: {kinds}.", sizes]), words=_title(words), beside=(byte_rows(one, other),)
        )
    texts = [each.decode(told.encoding or "utf-8", "replace") for each, told in zip((one, other), known, strict=True)]
    diff, note = unified(texts[0], texts[1], name_a, name_b)
    rows = diff.split("\n")
    if not note and max(map(len, rows)) > LINE_CHARS:
        note = f"Lines of more than {LINE_CHARS:,} characters are cut here."
    said = _said([*words, *(shown(row if len(row) <= LINE_CHARS else row[:LINE_CHARS] + "…") for row in rows)])
    control.step()
    beside = [lines(*texts), structure(*texts)]
    return replace(
        said,
        words=_title(words),
        spans=highlight(said.text, "x.diff", control),
        note=note,
        beside=tuple(each for each in beside if each is not None),
    )


def _title(words: Sequence[str]) -> str:
    return ", ".join(("difference", *filter(None, words)))


def _change(row: Difference) -> Change:
    facts = row.b if row.b is not None else row.a
    assert facts is not None
    path = row.path.decode("utf-8", "surrogateescape")
    return Change(path, _KINDS.get(row.change, MODIFIED), facts.size, KINDS[facts.kind], facts.mode)


def _content(facts: Facts | None, side: str, read: Read) -> bytes:
    if facts is None or facts.kind != FILE or not facts.size:
        return b""
    return read(side, facts.version, 0, min(facts.size, MORE_BYTES))


def _cut(a: Facts | None, b: Facts | None) -> str:
    long = any(side is not None and side.size > MORE_BYTES for side in (a, b))
    return f"Only the first {MORE_BYTES >> 20} MiB of each are compared." if long else ""


def _meta(row: Difference) -> str:
    if row.a is None or row.b is None:
        return "Only in B" if row.a is None else "Only in A"
    return changed_words(row)


def _said(lines: list[str]) -> Preview:
    text = "".join(f"{line}\n" for line in lines if line)
    size = len(text.encode("utf-8", "surrogateescape"))
    return Preview(TEXT, "difference", size, size, text=text)
