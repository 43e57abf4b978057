"""Symlinked parents and the targets of hard links. Knows how engines resolve a path inside the root; no tree, no versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imagexplorer.core.layer_index import HARDLINK, LayerIndex
from imagexplorer.core.tree_nodes import Nodes, Paths

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Ints

MAX_HOPS = 40


def hard_links(layer: LayerIndex) -> tuple[Ints, list[bytes]]:
    """The rows of hard links, and the path that each means."""
    import numpy as np

    rows = np.flatnonzero(np.asarray(layer["kind"]) == HARDLINK)
    return rows, [lexical(layer.link(row) or b"") for row in rows.tolist()]


def lexical(path: bytes) -> bytes:
    """`.` and `..` resolved inside the root, no slashes around."""
    if b"//" not in path and b"./" not in path and not path.startswith((b"/", b".")) and not path.endswith((b"/", b"/.", b"/..")):
        return path
    parts: list[bytes] = []
    for part in path.split(b"/"):
        if part == b"..":
            del parts[-1:]
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/".join(parts)


def follow(
    layers: Sequence[LayerIndex],
    lists: list[Paths],
    links: list[tuple[Ints, list[bytes]]],
    nodes: Nodes,
    problems: list[list[str]],
) -> bool:
    return False
