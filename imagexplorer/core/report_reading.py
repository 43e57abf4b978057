"""Documents of `inspect`, `diff`, `check` and `changes` read again, as facts and tables to look at.

Any field may be missing or of another type: a document may come from a stranger, or from a newer version. Knows the
documented fields (README, "JSON"); must not read files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imagexplorer.core.errors import Damaged
from imagexplorer.core.secrets import masked, masked_data
from imagexplorer.core.text import counted, plain

TEXT, PATH, NUMBER, SIZE, MODE = "text", "path", "number", "size", "mode"
ROWS_MOST = 5_000
"""Rows of a table that are handed over; all are counted."""

_SCHEMA = re.compile(r"imagexplorer\.(inspect|diff|check|changes)/(\d{1,4})")
_HEAD = re.compile(rb'\s*\{\s*"schema"\s*:\s*"imagexplorer\.(?:inspect|diff|check|changes)/\d{1,4}"')
HEAD_BYTES = 512

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class ReportTable:
    """`columns` are titles with their kind (TEXT ...); `total` counts the rows of the document."""

    title: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int


@dataclass(frozen=True, slots=True)
class Report:
    """`command` wrote it; `title` says about what; `verdict` is its answer in a sentence, "" where it gives none, and
    `good` whether that is a good one. `sections` are headed pairs."""

    command: str
    title: str
    verdict: str
    good: bool | None
    sections: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    tables: tuple[ReportTable, ...]


def looks_like_report(head: bytes) -> bool:
    """Whether a file that begins so is one of our documents. No archive is: tar headers and compressed streams hold
    bytes that no JSON text does."""
    return b"\0" not in head and _HEAD.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


def read_report(data: Any, where: str) -> Report:
    """Raises Damaged for what is none of our documents, or one of a later schema."""
    schema = data.get("schema") if isinstance(data, Mapping) else None
    found = _SCHEMA.fullmatch(schema) if isinstance(schema, str) else None
    if found is None:
        raise Damaged(where, "it is no report of imagexplorer: its schema is missing")
    if found[2] != "1":
        raise Damaged(where, f"it was written by a later version: {schema}", "Use that version to look at it")
    return {"inspect": _inspect, "diff": _diff, "check": _check, "changes": _changes}[found[1]](data)


# -- careful reading ---------------------------------------------------------------------------------


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, Mapping | list) else str(value)


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else None


def _object(data: Any, key: str) -> Mapping[str, Any]:
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _list(data: Any, key: str) -> Sequence[Any]:
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, list) else []


def _objects(data: Any, key: str) -> list[Mapping[str, Any]]:
    return [each for each in _list(data, key) if isinstance(each, Mapping)]


def _table(title: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> list[ReportTable]:
    """One table, none where there is nothing to show."""
    if not rows:
        return []
    shown = [
        tuple(_cell(value, kind) for value, (_, kind) in zip(row, columns, strict=True)) for row in rows[:ROWS_MOST]
    ]
    return [ReportTable(title, tuple(columns), tuple(shown), len(rows))]


def _cell(value: Any, kind: str) -> Cell:
    return _number(value) if kind in (NUMBER, SIZE, MODE) else _text(value)


def _pairs(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in pairs if value)


def _bytes(value: Any) -> str:
    size = _number(value)
    return f"{size:,} bytes" if size is not None else ""


def _image_section(title: str, asked: Mapping[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What every document about an image begins with (`core.report_head`)."""
    image, source = _object(asked, "image"), _object(asked, "source")
    return title, _pairs(
        ("Asked for", _text(asked.get("target"))),
        ("Source", " ".join(filter(None, (_text(source.get("kind")), _text(source.get("name")))))),
        ("ID", _text(image.get("id"))),
        ("Tags", ", ".join(map(_text, _list(image, "tags")[:50]))),
        ("Digests", ", ".join(map(_text, _list(image, "digests")[:50]))),
        ("Platform", _text(image.get("platform"))),
        ("Created", _text(image.get("created"))),
    )


def _name(asked: Mapping[str, Any]) -> str:
    tags = _list(_object(asked, "image"), "tags")
    return plain(_text(tags[0]) if tags else _text(asked.get("target")), 200)


def _problems(data: Mapping[str, Any]) -> list[ReportTable]:
    rows = [(each.get("where"), each.get("reason")) for each in _objects(data, "problems")]
    return _table("Problems", (("Where", TEXT), ("Reason", TEXT)), rows)


# -- the documents -----------------------------------------------------------------------------------


def _inspect(data: Mapping[str, Any]) -> Report:
    space, tree = _object(data, "space"), _object(data, "tree")
    sections = (
        _image_section("Image", data),
        (
            "Space",
            _pairs(
                ("Stored", _bytes(space.get("stored_bytes"))),
                ("Visible", _bytes(space.get("visible_bytes"))),
                ("Wasted", _bytes(space.get("wasted_bytes"))),
                ("  overwritten", _bytes(space.get("overwritten_bytes"))),
                ("  deleted", _bytes(space.get("deleted_bytes"))),
                ("  rewritten", _bytes(space.get("rewritten_bytes"))),
                ("Files", _text(tree.get("files"))),
                ("Folders", _text(tree.get("dirs"))),
            ),
        ),
    )
    layers = [
        (each.get("index"), each.get("stored_bytes"), each.get("files"), each.get("diff_id"), _said(each))
        for each in _objects(data, "layers")
    ]
    steps = [
        (number, each.get("layer"), each.get("created"), _said(each))
        for number, each in enumerate(_objects(data, "steps"), 1)
    ]
    files = [
        (each.get("path"), each.get("kind"), each.get("size"), each.get("mode"), each.get("layer"))
        for each in _objects(data, "files")
    ]
    tables = [
        *_table(
            "Layers",
            (("Layer", NUMBER), ("Size", SIZE), ("Files", NUMBER), ("Diff ID", TEXT), ("Instruction", TEXT)),
            layers,
        ),
        *_table("Steps", (("Step", NUMBER), ("Layer", NUMBER), ("Created", TEXT), ("Instruction", TEXT)), steps),
        *_table("Files", (("Path", PATH), ("Kind", TEXT), ("Size", SIZE), ("Mode", MODE), ("Layer", NUMBER)), files),
        *_problems(data),
    ]
    return Report("inspect", _name(data), "", None, sections, tuple(tables))


def _said(row: Mapping[str, Any]) -> str:
    """An instruction without the values whose names look secret."""
    return masked(_text(row.get("instruction"))[:20_000])


def _check(data: Mapping[str, Any]) -> Report:
    rules = _objects(data, "rules")
    broken = sum(each.get("passed") is not True for each in rules)
    findings = [
        (rule.get("rule"), _path(found.get("path")), found.get("layer"), found.get("why"))
        for rule in rules
        for found in _objects(rule, "findings")
    ]
    told = [(each.get("rule"), _kept(each), len(_list(each, "findings"))) for each in rules]
    tables = [
        *_table("Findings", (("Rule", TEXT), ("Path", PATH), ("Layer", NUMBER), ("Why", TEXT)), findings),
        *_table("Rules", (("Rule", TEXT), ("Kept", TEXT), ("Findings", NUMBER)), told),
        *_problems(data),
    ]
    verdict = f"{broken} of {len(rules)} rules broken" if broken else f"All {len(rules)} rules kept"
    return Report("check", _name(data), verdict, not broken, (_image_section("Image", data),), tuple(tables))


def _kept(rule: Mapping[str, Any]) -> str:
    return "kept" if rule.get("passed") is True else "broken"


def _path(value: Any) -> str:
    text = _text(value)
    return f"/{text}" if text and not text.startswith("/") else text


def _diff(data: Mapping[str, Any]) -> Report:
    a, b = _side(data, "a"), _side(data, "b")
    layers, sizes = _object(data, "layers"), _object(data, "bytes")
    files = [
        (_path(each.get("path")), each.get("change"), *(_object(each, side).get("size") for side in "ab"))
        for each in _objects(data, "files")
    ]
    config = [
        (each.get("key"), *(_words(masked_data(each.get(side), _text(each.get("key")))) for side in "ab"))
        for each in _objects(data, "config")
    ]
    totals = _pairs(
        *((f"Layers {words}", str(len(_list(layers, key)))) for key, words in _LAYERS if key in layers),
        ("Added", _bytes(sizes.get("added"))),
        ("Removed", _bytes(sizes.get("removed"))),
    )
    sections = (_image_section("A", a), _image_section("B", b), ("Totals", totals))
    tables = [
        *_table("Files", (("Path", PATH), ("Change", TEXT), ("Size in A", SIZE), ("Size in B", SIZE)), files),
        *_table("Configuration", (("Key", TEXT), ("A", TEXT), ("B", TEXT)), config),
        *_problems(data),
    ]
    count = len(files) + len(config)
    verdict = counted(count, "difference") if count else "No differences"
    return Report("diff", f"{_name(a)} and {_name(b)}", verdict, None, sections, tuple(tables))


_LAYERS = (("common", "in both"), ("only_a", "only in A"), ("only_b", "only in B"))


def _side(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {"target": _text(value)}


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_words, value[:100]))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_words(each)}" for key, each in list(value.items())[:100])
    return _text(value)


def _changes(data: Mapping[str, Any]) -> Report:
    container = _object(data, "container")
    rows = [(_path(each.get("path")), each.get("kind"), each.get("size")) for each in _objects(data, "changes")]
    about = _pairs(
        *((title, _text(container.get(key))) for key, title in (("name", "Name"), ("id", "ID"), ("image", "Image")))
    )
    table = _table("Changes", (("Path", PATH), ("Change", TEXT), ("Size", SIZE)), rows)
    verdict = counted(len(rows), "change") if rows else "Nothing was changed"
    return Report(
        "changes", plain(_text(container.get("name")), 200), verdict, None, (("Container", about),), tuple(table)
    )
