"""What every document about an image begins with: schema, what was asked for, where it was found, which image it is.

`inspect`, `diff` and `check` share it, so whoever reads one can read all of them. Knows records, no command.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.report_rows import rfc3339


@dataclass(frozen=True, slots=True)
class Asked:
    """An image as it was asked for and found. `images` are the names of all that a file holds."""

    target: str
    source_kind: str
    source_name: str
    detail: ImageDetail
    images: tuple[str, ...] = ()


def image_fields(asked: Asked) -> dict[str, Any]:
    """The field `image`, without the configuration."""
    detail, image = asked.detail, asked.detail.image
    return {
        "id": (image.id if asked.source_kind == "engine" else detail.config_digest) or None,
        "tags": list(image.tags),
        "digests": list(image.digests),
        "created": rfc3339(image.created),
        "platform": str(image.platform) if image.platform else None,
        "config_digest": detail.config_digest or None,
        "images": list(asked.images) if len(asked.images) > 1 else [],
        "platforms": [str(each) for each in detail.platforms],
        "others": list(detail.others),
    }


def asked_fields(asked: Asked, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`target`, `source` and `image`; `more` joins the image's fields."""
    return {
        "target": asked.target,
        "source": {"kind": asked.source_kind, "name": asked.source_name},
        "image": {**image_fields(asked), **(more or {})},
    }


def opening(schema: str, fields: Mapping[str, Any]) -> str:
    """How a document begins: schema and fields, one to a line, still open."""
    head = f'{{"schema":{quoted(schema)}'
    return head + "".join(f",\n{quoted(name)}:{dump(value)}" for name, value in fields.items())


def dump(value: Any) -> str:
    """Values of a stranger's configuration are JSON already (the loader saw to it)."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"), default=dict)
