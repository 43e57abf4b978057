"""Which nodes of a tree a filter wants, as they are at one layer: by path, mark, type and size together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagexplorer.core import tree_filter, tree_types
from imagexplorer.core.control import Control
from imagexplorer.core.file_tree import FileTree
from imagexplorer.core.tree_state import State
from imagexplorer.core.tree_view import MARKS, ViewSpec

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Flags


class Hits:
    """Raises WrongUse for a pattern or type that is none."""

    def __init__(self, tree: FileTree, spec: ViewSpec, control: Control) -> None:
        self._tree = tree
        self._spec = spec
        self._named = tree_filter.matching(tree, spec, control) if spec.text else None

    def among(self, state: State, nodes: Flags) -> Flags:
        """Those of `nodes` (flags, all of which the state shows) that are wanted."""
        import numpy as np

        spec = self._spec
        flags = nodes.copy() if self._named is None else nodes & self._named
        if spec.marks:
            flags &= np.isin(state.mark, [i for i, letter in enumerate(MARKS) if letter and letter in spec.marks])
        if spec.types:
            flags &= tree_types.of_types(self._tree, spec.types, state.version)
        if spec.sizes is not None:
            rows = np.flatnonzero(flags)
            own, kind = state.own_sizes(rows)
            good = state.is_file(state.version[rows], kind) & (own >= spec.sizes.least)
            if spec.sizes.most is not None:
                good &= own <= spec.sizes.most
            flags[rows] = good
        return flags
