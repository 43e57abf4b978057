"""Reading an engine's JSON without trusting it: every field may be absent, null or of another type.

Knows the spellings of ids, times and names that engines use. Must not know any record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]

_DIGITS = re.compile(r"([0-9]+)")
_HEX = re.compile(r"[0-9a-f]{64}")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)")


def text(record: Any, key: str) -> str:
    value = record.get(key) if isinstance(record, Mapping) else None
    return value if isinstance(value, str) else ""


def number(record: Any, key: str) -> int | None:
    value = record.get(key) if isinstance(record, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or abs(value) >= 2**63:
        return None
    return int(value)


def amount(record: Any, key: str) -> int | None:
    """A size in bytes; engines say -1 for "not worked out"."""
    value = number(record, key)
    return value if value is not None and value >= 0 else None


def section(record: Any, key: str) -> Json:
    value = record.get(key) if isinstance(record, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def rows(value: Any) -> list[Json]:
    """The records of a list; null is an empty list."""
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def strings(record: Any, key: str) -> list[str]:
    value = record.get(key) if isinstance(record, Mapping) else None
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def labels(record: Any, key: str = "Labels") -> dict[str, str]:
    return {str(name): value for name, value in section(record, key).items() if isinstance(value, str)}


def image_id(value: str) -> str:
    """With its algorithm, so that ids compare: Podman leaves it out of parents, events and disk usage."""
    return f"sha256:{value}" if _HEX.fullmatch(value) else value


def moment(record: Any, key: str) -> int | None:
    """Unix seconds of a time given as a number or as RFC 3339; None for none (absent, the year 1)."""
    value = record.get(key) if isinstance(record, Mapping) else None
    if isinstance(value, str):
        found = _MOMENT.fullmatch(value.strip())
        if found is None or value.startswith("0001-"):
            return None
        try:
            return int(datetime.fromisoformat(found[1] + found[2].replace("Z", "+00:00")).astimezone(UTC).timestamp())
        except (ValueError, OverflowError):
            return None
    return number(record, key)


def tags(record: Any) -> tuple[str, ...]:
    """The names of an image: neither `<none>:<none>` nor the `name@sha256:...` that a pull by digest leaves there.
    Engines give them in the order of the text or in none: here `app:2` stands before `app:10`."""
    names = strings(record, "RepoTags")
    return tuple(sorted({name for name in names if "<none>" not in name and "@" not in name}, key=_by_number))


def _by_number(name: str) -> tuple[list[tuple[int, str]], str]:
    """Text, digits, text ...: runs of digits compare by their value (first by length: a hostile run is no number)."""
    parts = _DIGITS.split(name)
    values = [part.lstrip("0") if at % 2 else part for at, part in enumerate(parts)]
    return [(len(value) if at % 2 else 0, value) for at, value in enumerate(values)], name


def digests(record: Any) -> tuple[str, ...]:
    names = [*strings(record, "RepoDigests"), *(name for name in strings(record, "RepoTags") if "@" in name)]
    return tuple(dict.fromkeys(name for name in names if "<none>" not in name))


def go_text(path: str) -> str:
    """A path as Go's encoding/json writes it: U+FFFD for each byte that is not part of valid UTF-8."""
    if path.isascii():
        return path
    raw = path.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return "".join("\ufffd" if "\udc80" <= char <= "\udcff" else char for char in raw)
