"""The one loader of JSON from outside, and typed access to its fields.

Knows the limits (4 MiB, 100 levels) and what JSON of strangers does: byte order marks, NaN, numbers of 5,000 digits,
keys given twice, bytes that are no UTF-8, nulls and numbers where text belongs. What can be read is read; the rest is
named in `problems`. Must not know what a manifest is.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from imagexplorer.core.entities import Problem
from imagexplorer.core.errors import Damaged
from imagexplorer.core.text import plain

MAX_BYTES = 4 << 20
MAX_DEPTH = 100
_MAX_DIGITS = 18  # more does not fit 64 bits: kept as text
_MAX_PROBLEMS = 50  # of one document: a list of a million nulls is one fault, not a million

# A string (unterminated ones run to the end, so this is linear on any input), or a bracket outside of one.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?|[\[{]|[\]}]', re.DOTALL)


def load(raw: bytes, where: str, problems: list[Problem], limit: int = MAX_BYTES) -> Any:
    """The document, its doubtful points added to `problems`. Raises Damaged when it cannot be read at all."""
    if len(raw) > limit:
        raise Damaged(where, f"the JSON document is {len(raw):,} bytes long, the limit is {limit:,}")
    if raw.startswith(b"\xef\xbb\xbf"):
        problems.append(Problem(where, "starts with a byte order mark, which JSON does not allow; it was skipped"))
        raw = raw[3:]
    _check_depth(raw, where)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        problems.append(Problem(where, f"is not UTF-8 at byte {error.start}; those bytes are kept as they are"))
        text = raw.decode("utf-8", "surrogateescape")
    hooks = _Hooks(where, problems)
    try:
        return json.loads(
            text,
            object_pairs_hook=hooks.pairs,
            parse_int=hooks.integer,
            parse_float=hooks.real,
            parse_constant=hooks.constant,
        )
    except (ValueError, RecursionError) as error:
        reason = "is empty, not JSON" if not text.strip() else f"is not JSON: {plain(str(error), 200)}"
        raise Damaged(where, reason) from error


def _check_depth(raw: bytes, where: str) -> None:
    if raw.count(b"{") + raw.count(b"[") <= MAX_DEPTH:
        return
    depth = 0
    for match in _TOKEN.finditer(raw):
        first = raw[match.start()]
        if first in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Damaged(where, f"the JSON document is nested deeper than {MAX_DEPTH} levels")
        elif first in b"]}":
            depth -= 1


class _Hooks:
    def __init__(self, where: str, problems: list[Problem]) -> None:
        self._where = where
        self._problems = problems
        self._seen: set[str] = set()

    def _name(self, reason: str) -> None:
        if reason not in self._seen and len(self._seen) < _MAX_PROBLEMS:
            self._seen.add(reason)
            self._problems.append(Problem(self._where, reason))

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in found if keys.count(key) > 1) if len(keys) < 1000 else "?"
            self._name(f'the key "{plain(twice, 80)}" is given more than once; the last one counts')
        return found

    def integer(self, digits: str) -> int | str:
        if len(digits) > _MAX_DIGITS + digits.startswith("-"):
            self._name("a number is too large for 64 bits; it is kept as text")
            return digits if len(digits) <= 100 else digits[:100] + "…"
        return int(digits)

    def real(self, text: str) -> float | str:
        value = float(text)
        if math.isfinite(value):
            return value
        self._name("a number is too large; it is kept as text")
        return text[:100]

    def constant(self, text: str) -> None:
        self._name(f"{text} is not JSON; it is read as null")


class Fields:
    """Typed access to one JSON object. A field that is missing or null gives the empty value quietly; one of another
    type gives the empty value too and is named in `problems`."""

    __slots__ = ("_data", "_problems", "where")

    def __init__(self, data: Any, where: str, problems: list[Problem]) -> None:
        """Anything but an object is named and read as an empty one."""
        self.where = where
        self._problems = problems
        if isinstance(data, Mapping):
            self._data: Mapping[str, Any] = data
        else:
            self._data = {}
            self.problem(f"should be a JSON object, is {_word(data)}")

    def __contains__(self, key: str) -> bool:
        return self._data.get(key) is not None

    @property
    def data(self) -> Mapping[str, Any]:
        return self._data

    @property
    def problems(self) -> list[Problem]:
        return self._problems

    def problem(self, reason: str) -> None:
        if len(self._problems) < 1000:
            self._problems.append(Problem(self.where, reason))

    def _wrong(self, key: str, wanted: str, value: Any) -> None:
        self.problem(f'"{plain(key, 80)}" should be {wanted}, is {_word(value)}')

    def text(self, key: str) -> str:
        value = self._data.get(key)
        if isinstance(value, str):
            return value
        if value is not None:
            self._wrong(key, "text", value)
        return ""

    def number(self, key: str) -> int | None:
        value = self._data.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if value is not None:
            self._wrong(key, "a whole number", value)
        return None

    def flag(self, key: str) -> bool:
        value = self._data.get(key)
        if isinstance(value, bool):
            return value
        if value is not None:
            self._wrong(key, "true or false", value)
        return False

    def object(self, key: str) -> Fields:
        value = self._data.get(key)
        if value is not None and not isinstance(value, Mapping):
            self._wrong(key, "an object", value)
        return Fields(value if isinstance(value, Mapping) else {}, f"{self.where}: {plain(key, 80)}", self._problems)

    def items(self, key: str) -> list[Any]:
        value = self._data.get(key)
        if isinstance(value, list):
            return value
        if value is not None:
            self._wrong(key, "a list", value)
        return []

    def objects(self, key: str) -> list[Fields]:
        """The objects of a list. Whatever else stands in it is named, and is an empty object in its place."""
        where = f"{self.where}: {plain(key, 80)}"
        return [Fields(item, f"{where}[{at}]", self._problems) for at, item in enumerate(self.items(key))]

    def texts(self, key: str) -> list[str]:
        """The strings of a list. Whatever else stands in it is named, and is "" in its place."""
        found = []
        for at, item in enumerate(self.items(key)):
            if isinstance(item, str):
                found.append(item)
            else:
                self._wrong(f"{key}[{at}]", "text", item)
                found.append("")
        return found

    def text_map(self, key: str) -> dict[str, str]:
        """Labels and annotations: the entries that are text."""
        found = {}
        for name, value in self.object(key).data.items():
            if isinstance(value, str):
                found[name] = value
            elif value is not None:
                self._wrong(f"{key}.{name}", "text", value)
        return found


def _word(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f'the text "{plain(value, 60)}"'
    return "a list" if isinstance(value, list) else "an object"
