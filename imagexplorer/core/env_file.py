"""A .env file as variables: `NAME=value` a line, `#` comments, `export` before a name, quotes around a value.

What compose and docker agree on; a bare NAME takes its value from the environment. Nothing is expanded.
"""

from __future__ import annotations

import re

_LINE = re.compile(r"(?:export\s+)?(?P<name>[^\s=]+)\s*(?:=\s*(?P<value>.*))?", re.DOTALL)
_QUOTED = re.compile(r"(?P<quote>['\"])(?P<inside>(?:\\.|(?!(?P=quote)).)*)(?P=quote)\s*(?:#.*)?")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "$": "$"}


def variables(text: str) -> tuple[tuple[tuple[str, str | None], ...], tuple[int, ...]]:
    """The variables in their order (of one name the last counts), and the numbers of lines that are none."""
    found: dict[str, str | None] = {}
    odd = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            odd.append(number)
            continue
        found.pop(match["name"], None)
        found[match["name"]] = None if match["value"] is None else _value(match["value"])
    return tuple(found.items()), tuple(odd)


def _value(text: str) -> str:
    quoted = _QUOTED.fullmatch(text)
    if quoted is None:
        return re.split(r"\s#", text, maxsplit=1)[0].rstrip()
    if quoted["quote"] == "'":
        return quoted["inside"]
    return re.sub(r"\\(.)", lambda each: _ESCAPES.get(each[1], each[0]), quoted["inside"])
