"""What indexing hands around: small frozen records that the window, the worker process and the command line share.

Knows nothing of processes and files; imports nothing heavy, since the window imports it at start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imagexplorer.core.compare_config import ConfigDifference, LayersCompared
from imagexplorer.core.entities import Address, ImageDetail, LayerTotals

DEFAULT_CACHE_BYTES = 2 << 30


@dataclass(frozen=True, slots=True)
class CacheOptions:
    """Where indexes are kept between runs. `directory` "" means the usual one; not `enabled`: nothing is written."""

    enabled: bool = True
    directory: str = ""
    limit_bytes: int = DEFAULT_CACHE_BYTES


@dataclass(frozen=True, slots=True)
class TreeHandle:
    """Names a stacked tree that the worker can open, and says what each layer holds (as far as it was read).

    `key` finds it in the worker's memory and in the cache; `path` is its file there, "" where there is none. Cheap to
    copy; valid until the tree has left both (then asking raises NotFound: index the image again).
    """

    key: str
    path: str = ""
    layers: tuple[LayerTotals, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One question to the worker process.

    `target` is source, host or indexing; `address` the source it is about (an Address, None where there is none).
    `stream` names the argument that takes items as they come ("done", "on_layer"), "" where none does.
    """

    target: str
    method: str
    address: Any = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    stream: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """An image that was indexed: where it is, what it is, and its tree."""

    address: Address
    image: ImageDetail
    tree: TreeHandle


@dataclass(frozen=True, slots=True)
class ComparisonHandle:
    """Names a comparison that the worker keeps. `counts` by change (`core.compare.CHANGES`)."""

    key: str
    counts: Mapping[str, int] = field(default_factory=dict)
    added_bytes: int = 0
    removed_bytes: int = 0
    layers: LayersCompared = field(default_factory=LayersCompared)
    config: tuple[ConfigDifference, ...] = ()
