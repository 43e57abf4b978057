"""What an archive or a layout holds, as found by following its references: images, their variants, and all else.

Plain records; the readers of manifest.json and of index.json both end here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imagexplorer.core.entities import Platform, Problem

MAX_DESCRIPTORS = 10_000
MAX_INDEX_DEPTH = 16
MAX_DOCUMENT_BYTES = 256 << 20
"""All documents of one source together: a layout of 10,000 manifests of 4 MiB each is an attack."""


@dataclass(frozen=True, slots=True)
class BlobRef:
    """A blob as something refers to it. `name` is its place in the store, "" where there is none to look at (`fault`
    says why). `digest` and `size` are what is claimed of it, "" and None where nothing is. `data` is its embedded
    content."""

    name: str
    digest: str = ""
    media_type: str = ""
    size: int | None = None
    fault: str = ""
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """One image for one platform. `document` stands for the configuration where the format has none of its own (v1)."""

    config: BlobRef
    layers: tuple[BlobRef, ...]
    platform: Platform | None = None
    manifest_digest: str = ""
    problems: tuple[Problem, ...] = ()
    document: Mapping[str, Any] | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One image of the list: its tags, and its variants (at least one)."""

    tags: tuple[str, ...]
    variants: tuple[Variant, ...]


@dataclass(slots=True)
class Catalogue:
    """`used` names the document that the images were taken from. `others` is what else stands there, in words."""

    kind: str
    used: str
    images: list[Found] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
