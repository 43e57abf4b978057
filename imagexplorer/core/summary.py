"""A tree in a few numbers: what the top of the stack shows, and where its bytes are.

Kept beside the tree, so that an image that is known is described without looking at its columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from imagexplorer.core.file_tree import IMPLIED, FileTree
from imagexplorer.core.layer_index import DIR, FILE, HARDLINK, KINDS, SYMLINK
from imagexplorer.core.space import Hidden, Space, space


@dataclass(frozen=True, slots=True)
class TreeCounts:
    """What is visible at the top of the stack, the root not counted. Hard links count as files; `visible_bytes` counts
    them once."""

    files: int = 0
    dirs: int = 0
    symlinks: int = 0
    other: int = 0
    visible_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    counts: TreeCounts
    space: Space

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Summary:
        """The opposite of `as_json`. Raises KeyError or TypeError for anything else."""
        where = dict(kept["space"])
        where["by_layer"] = tuple(Hidden(**each) for each in where["by_layer"])
        return cls(TreeCounts(**kept["counts"]), Space(**where))


def summary(tree: FileTree) -> Summary:
    import numpy as np

    start = np.asarray(tree["version_start"])
    last = start[1:][start[1:] > start[:-1]] - 1
    shown = last[np.asarray(tree["version_what"])[last] <= IMPLIED]
    found = np.bincount(np.asarray(tree["version_kind"])[shown], minlength=len(KINDS)).tolist()
    found[DIR] -= 1  # the root
    files = found[FILE] + found[HARDLINK]
    other = sum(found) - files - found[DIR] - found[SYMLINK]
    where = space(tree)
    return Summary(TreeCounts(files, found[DIR], found[SYMLINK], other, where.visible_bytes), where)
