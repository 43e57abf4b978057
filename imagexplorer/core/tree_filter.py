"""Which nodes of a tree match a filter: part of the path, glob or regular expression."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imagexplorer.core.control import Control
from imagexplorer.core.errors import WrongUse
from imagexplorer.core.file_tree import FileTree, ViewSpec

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Flags

PATTERNS = ("text", "glob", "regex")
_CHUNK = 20_000


def matching(tree: FileTree, spec: ViewSpec, control: Control) -> Flags:
    """One flag a node. Raises WrongUse for a pattern that is none."""
    import numpy as np

    if spec.pattern not in PATTERNS:
        raise WrongUse(f"pattern {spec.pattern}", f"a pattern is {', '.join(PATTERNS)}")
    raw = spec.text.encode("utf-8", "surrogateescape")
    if spec.pattern == "text":
        expression = re.compile(re.escape(raw), re.IGNORECASE)
    elif spec.pattern == "glob":
        expression = re.compile(re.escape(raw).replace(rb"\*", b"[^/]*").replace(rb"\?", b"[^/]") + rb"\Z")
    else:
        try:
            expression = re.compile(raw)
        except re.error as error:
            raise WrongUse(f"regular expression {spec.text}", str(error)) from error
    flags = np.zeros(len(tree), bool)
    paths = [b""]
    for node, parent in enumerate(tree["parent"].tolist()[1:], 1):
        paths.append(paths[parent] + b"/" + tree.name(node))
        if expression.search(paths[node]):
            flags[node] = True
        if node % _CHUNK == 0:
            control.step(1, 5, "searching")
    return flags
