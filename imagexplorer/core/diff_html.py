"""A comparison as one HTML page that needs nothing else: no script, no picture, light and dark as the reader's system.

All text comes from images and is escaped.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

from imagexplorer.core.compare import Difference
from imagexplorer.core.diff_report import LETTERS, DiffFacts, changed_words, value_words
from imagexplorer.core.entities import short_id
from imagexplorer.core.text import exact_size, human_size, plain, plain_bytes

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1c1e; --ground: #fff; --soft: #f3f4f6; --line: #d5d8dc; --muted: #505a64;
  --added: #116329; --removed: #a8201a; --content: #7a4b00; --metadata: #6236b0; --kind: #0b4fa8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e7ea; --ground: #1e1f22; --soft: #2a2b2f; --line: #45484e;
  --muted: #a3adb8; --added: #5bd672; --removed: #ff8a80; --content: #e3b341; --metadata: #cfa8ff; --kind: #7cbcff; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); margin: 2rem auto;
  max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem; vertical-align: top;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { background: var(--soft); position: sticky; top: 0; } td.n { text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
code { font-family: ui-monospace, monospace; font-size: .92em; }
.m { font-weight: 600; } .muted { color: var(--muted); }
.added { color: var(--added); } .removed { color: var(--removed); } .content { color: var(--content); }
.metadata { color: var(--metadata); } .kind { color: var(--kind); }
"""


def diff_html(told: DiffFacts) -> Iterator[str]:
    """Pieces."""
    a, b, layers, files, config, sizes, problems = told
    title = f"{plain(a.detail.image.name, 200)} and {plain(b.detail.image.name, 200)}"
    yield (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{_text(title)}</title>\n'
        f"<style>{_STYLE}</style></head><body>\n<h1>{_text(title)}</h1>\n<table>\n"
    )
    for name, side in (("A", a), ("B", b)):
        image = _text(plain(side.detail.image.name, 300))
        place = f"{plain(side.source_kind, 40)} {plain(side.source_name, 400)}, {short_id(side.detail.image.id)}"
        yield f"<tr><th>{name}</th><td>{image} <span class=muted>{_text(place)}</span></td></tr>\n"
    yield (
        f"<tr><th>Layers</th><td>{len(layers.common)} in common, {len(layers.only_a)} only in A, "
        f"{len(layers.only_b)} only in B</td></tr>\n<tr><th>Bytes</th>"
        f"<td>{_size(sizes[0])} added, {_size(sizes[1])} removed</td></tr>\n</table>\n"
    )
    if not files and not config:
        yield "<p>No differences.</p>\n"
    if config:
        yield f"<h2>Configuration ({len(config)})</h2>\n<table><tr><th>Setting</th><th>In A</th><th>In B</th></tr>\n"
        for each in config:
            yield f"<tr><td><code>{_text(plain(each.key, 300))}</code></td>{_value(each.a)}{_value(each.b)}</tr>\n"
        yield "</table>\n"
    if files:
        yield f"<h2>Files ({len(files):,})</h2>\n<table>\n"
        yield "<tr><th></th><th>Path</th><th>In A</th><th>In B</th><th></th></tr>\n"
        for row in files:
            yield _file(row)
        yield "</table>\n"
    if problems:
        yield f"<h2>Problems ({len(problems):,})</h2>\n<table>\n"
        for problem in problems:
            yield f"<tr><td>{_text(plain(problem.where, 300))}</td><td>{_text(plain(problem.reason, 1000))}</td></tr>\n"
        yield "</table>\n"
    yield "</body></html>\n"


def _file(row: Difference) -> str:
    cells = "".join(f"<td class=n>{_size(side.size) if side is not None else ''}</td>" for side in (row.a, row.b))
    letter = f'<td class="m {row.change}" title="{row.change}">{LETTERS[row.change]}</td>'
    more = f"<td class=muted>{_text(changed_words(row))}</td>"
    return f"<tr>{letter}<td><code>{_text(plain_bytes(row.path))}</code></td>{cells}{more}</tr>\n"


def _size(size: int) -> str:
    return f'<span title="{_text(exact_size(size))}">{_text(human_size(size))}</span>'


def _value(value: Any) -> str:
    return f"<td><code>{_text(value_words(value))}</code></td>"


def _text(words: str) -> str:
    return html.escape(words, quote=True)
