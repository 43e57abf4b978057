"""What was deleted and can come back: a list with an expiry and a limit. Records and decisions only, no files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from imagexplorer.core.entities import short_id

SCHEMA = "imagexplorer.trash/1"
IMAGE, TAGS, CONTAINER = "image", "tags", "container"
DAY_S = 86_400
_ID = re.compile(r"[0-9a-f]{16}")
_IMAGE_ID = re.compile(r"sha256:[0-9a-f]{64}")
_NAMES_MOST = 1_000


@dataclass(frozen=True, slots=True)
class TrashItem:
    """`kind` IMAGE has an archive of `bytes`; of TAGS only the names were taken off. A CONTAINER has an archive of the
    image that a commit makes of it, its name, and the `line` that makes one like it, with all values. `source` is the
    address of the engine, `engine` what a person calls it; `at` Unix seconds."""

    id: str
    kind: str
    source: str
    engine: str
    image_id: str
    names: tuple[str, ...] = ()
    bytes: int = 0
    at: float = 0.0
    line: str = field(default="", repr=False)

    @property
    def title(self) -> str:
        if self.kind == CONTAINER:
            return f"container {', '.join(self.names)}"
        if self.kind == TAGS:
            return f"names {', '.join(self.names)}" if len(self.names) > 1 else f"name {', '.join(self.names)}"
        return f"image {self.names[0] if self.names else short_id(self.image_id)}"


@dataclass(frozen=True, slots=True)
class TrashLimits:
    bytes: int = 10_000_000_000
    days: int = 7


def document(item: TrashItem) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "id": item.id,
        "kind": item.kind,
        "source": item.source,
        "engine": item.engine,
        "image_id": item.image_id,
        "names": list(item.names),
        "bytes": item.bytes,
        "at": item.at,
        "line": item.line,
    }


def read(data: object) -> TrashItem | None:
    """None for what is no such document: a file of somebody else's, or of another version."""
    if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
        return None
    identifier, kind, image = (data.get(key) for key in ("id", "kind", "image_id"))
    names, size, at = data.get("names"), data.get("bytes"), data.get("at")
    texts = [data.get("source"), data.get("engine"), data.get("line", "")]
    if not (isinstance(identifier, str) and _ID.fullmatch(identifier) and kind in (IMAGE, TAGS, CONTAINER)):
        return None
    if not (isinstance(image, str) and _IMAGE_ID.fullmatch(image) and all(isinstance(each, str) for each in texts)):
        return None
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names) or len(names) > _NAMES_MOST:
        return None
    if not isinstance(size, int) or isinstance(size, bool) or size < 0 or not isinstance(at, int | float):
        return None
    source, engine, line = (str(each) for each in texts)
    return TrashItem(identifier, str(kind), source, engine, image, tuple(names), size, float(at), line)


def outdated(items: Sequence[TrashItem], limits: TrashLimits, now: float) -> list[TrashItem]:
    """What goes: what is too old, then what there is no room for, the newest first. A clock that was set back makes
    nothing old."""
    old = [item for item in items if now - item.at > limits.days * DAY_S]
    left = sorted((item for item in items if item not in old), key=lambda item: -item.at)
    total, beyond = 0, []
    for item in left:
        if total + item.bytes > limits.bytes:
            beyond.append(item)
        else:
            total += item.bytes
    return old + beyond
