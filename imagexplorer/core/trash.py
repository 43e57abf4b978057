"""What was deleted and can come back: a list with an expiry and a limit. Records and decisions only, no files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from imagexplorer.core.entities import Volume, short_id, volume_name
from imagexplorer.core.text import counted

SCHEMA = "imagexplorer.trash/1"
IMAGE, TAGS, CONTAINER, VOLUME = "image", "tags", "container", "volume"
_BACK = (IMAGE, TAGS, VOLUME, CONTAINER)
"""In this order things come back: what others need first. A volume is filled through a container of some image."""
DAY_S = 86_400
PODMAN_VOLUMES = "Podman does not tell who owns what is in a volume: brought back from the trash, it is root's"
_ID = re.compile(r"[0-9a-f]{16}")
_IMAGE_ID = re.compile(r"sha256:[0-9a-f]{64}")
_NAMES_MOST = 1_000


@dataclass(frozen=True, slots=True)
class TrashItem:
    """`kind` IMAGE has an archive of `bytes`; of TAGS only the names were taken off. A CONTAINER has an archive of the
    image that a commit makes of it, its name, and the `line` that makes one like it, with all values; a VOLUME one of
    its content, and the `volume` as it was made. The archive of an image or container may be without layers that
    `shared_with` (a name) had too: it can only come back where the engine has all layers of `relies`, diff IDs from the
    base up. `source` is the address of the engine, `engine` what a person calls it; `at` Unix seconds. All that one
    delete took has the same `deed`."""

    id: str
    kind: str
    source: str
    engine: str
    image_id: str
    names: tuple[str, ...] = ()
    bytes: int = 0
    at: float = 0.0
    line: str = field(default="", repr=False)
    deed: str = ""
    volume: Volume | None = None
    relies: tuple[str, ...] = ()
    shared_with: str = ""

    @property
    def title(self) -> str:
        if self.kind == CONTAINER:
            return f"container {', '.join(self.names)}"
        if self.kind == VOLUME:
            name = ", ".join(map(volume_name, self.names))
            return name if name.startswith("nameless ") else f"volume {name}"
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
        "deed": item.deed,
        "volume": _volume_document(item.volume),
        "relies": list(item.relies),
        "shared_with": item.shared_with,
    }


def _volume_document(volume: Volume | None) -> dict[str, Any] | None:
    if volume is None:
        return None
    made = {"driver": volume.driver, "options": dict(volume.options), "labels": dict(volume.labels)}
    return {"name": volume.name, **made}


def _read_volume(data: object) -> Volume | None:
    """Raises ValueError for what is none."""
    if data is None:
        return None
    if not isinstance(data, Mapping):
        raise ValueError("no volume")
    name, driver = data.get("name"), data.get("driver")
    options, labels = data.get("options"), data.get("labels")
    if not (isinstance(name, str) and name and isinstance(driver, str) and _are_texts(options) and _are_texts(labels)):
        raise ValueError("no volume")
    return Volume(name, driver=driver, options=dict(options or {}), labels=dict(labels or {}))


def _are_texts(data: object) -> bool:
    return isinstance(data, Mapping) and all(isinstance(each, str) for pair in data.items() for each in pair)


def read(data: object) -> TrashItem | None:
    """None for what is no such document: a file of somebody else's, or of another version."""
    if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
        return None
    identifier, kind, image = (data.get(key) for key in ("id", "kind", "image_id"))
    names, size, at = data.get("names"), data.get("bytes"), data.get("at")
    texts = [data.get("source"), data.get("engine"), data.get("line", ""), data.get("deed", "")]
    relies, texts = data.get("relies", []), [*texts, data.get("shared_with", "")]
    try:
        volume = _read_volume(data.get("volume"))
    except ValueError:
        return None
    if not (isinstance(identifier, str) and _ID.fullmatch(identifier) and kind in _BACK):
        return None
    if (kind == VOLUME) != (volume is not None) or not all(isinstance(each, str) for each in texts):
        return None
    if not (isinstance(image, str) and (_IMAGE_ID.fullmatch(image) or (kind == VOLUME and not image))):
        return None
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names) or len(names) > _NAMES_MOST:
        return None
    if not isinstance(relies, list) or not all(isinstance(each, str) and _IMAGE_ID.fullmatch(each) for each in relies):
        return None
    if not isinstance(size, int) or isinstance(size, bool) or size < 0 or not isinstance(at, int | float):
        return None
    source, engine, line, deed, shared_with = (str(each) for each in texts)
    return TrashItem(
        identifier, str(kind), source, engine, image, tuple(names), size, float(at), line, deed, volume, tuple(relies),
        shared_with,
    )  # fmt: skip


def shared_layers(layers: Sequence[str], others: Iterable[Sequence[str]]) -> int:
    """How many layers from the base up at least one of `others` has as well: what is above another base is another
    layer."""
    return max((_alike(layers, other) for other in others), default=0)


def _alike(layers: Sequence[str], other: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(layers, other, strict=False)))


def in_order(items: Sequence[TrashItem]) -> list[TrashItem]:
    """As they come back: what went last is there first among its like, for it went because others had gone."""
    return sorted(items, key=lambda item: (_BACK.index(item.kind), -item.at))


def title_of(items: Sequence[TrashItem]) -> str:
    return items[0].title if len(items) == 1 else counted(len(items), "thing")


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
