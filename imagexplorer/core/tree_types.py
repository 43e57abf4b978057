"""Which nodes of a tree are files of the types that a filter asks for. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from imagexplorer.core.advice_rules import PLACES
from imagexplorer.core.errors import WrongUse
from imagexplorer.core.file_tree import FileTree
from imagexplorer.core.file_types import TYPES
from imagexplorer.core.layer_index import DIR, FILE, HARDLINK, SYMLINK
from imagexplorer.core.secret_files import CERTAIN, by_name
from imagexplorer.core.tree_places import NOWHERE, claims

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Flags, Ints

_SET_ID, _STICKY, _OTHERS_WRITE, _ANY_RUNS = 0o6000, 0o1000, 0o002, 0o111


def of_types(tree: FileTree, types: Iterable[str], version: Ints) -> Flags:
    """One flag a node: is it of one of these types, as `version` (one a node) has it? Raises WrongUse for a type that
    is none."""
    import numpy as np

    flags = np.zeros(len(tree), bool)
    seen = _Seen(tree, version)
    for name in types:
        if name not in TYPES:
            raise WrongUse(f"type {name}", f"a type is one of {', '.join(TYPES)}")
        flags |= seen.at_places(TYPES[name].places) if TYPES[name].places else getattr(seen, name)()
    return flags


class _Seen:
    """Each node as one of its versions has it; a method a type, one flag a node."""

    def __init__(self, tree: FileTree, version: Ints) -> None:
        import numpy as np

        self._tree = tree
        self._version = version
        self._kind = np.asarray(tree["version_kind"])[version]
        self._mode = np.asarray(tree["version_mode"])[version]
        self._files = (self._kind == FILE) | (self._kind == HARDLINK)

    def setuid(self) -> Flags:
        flags: Flags = self._files & (self._mode & _SET_ID > 0)
        return flags

    def writable(self) -> Flags:
        folders = (self._kind == DIR) & (self._mode & _STICKY == 0)
        flags: Flags = (self._files | folders) & (self._mode & _OTHERS_WRITE > 0)
        return flags

    def executable(self) -> Flags:
        flags: Flags = self._files & (self._mode & _ANY_RUNS > 0)
        return flags

    def symlink(self) -> Flags:
        flags: Flags = self._kind == SYMLINK
        return flags

    def hardlink(self) -> Flags:
        flags: Flags = self._kind == HARDLINK
        return flags

    def special(self) -> Flags:
        flags: Flags = self._kind > HARDLINK
        return flags

    def empty(self) -> Flags:
        import numpy as np

        flags: Flags = (self._kind == FILE) & (np.asarray(self._tree["version_size"])[self._version] == 0)
        return flags

    def secret(self) -> Flags:
        import numpy as np

        names, start = bytes(self._tree["names"]).lower(), np.asarray(self._tree["name_start"])
        last = [match.end() - 1 for pattern in CERTAIN for match in pattern.finditer(names)]
        nodes = np.searchsorted(start, last, "right") - 1
        named = np.zeros(len(self._tree), bool)
        named[[node for node in nodes.tolist() if by_name(self._tree.path(node))]] = True
        flags: Flags = named & self._files
        return flags

    def at_places(self, kinds: Iterable[str]) -> Flags:
        patterns = [pattern for rule in PLACES if rule.kind in kinds for pattern in rule.patterns]
        flags: Flags = (claims(self._tree, [patterns]) != NOWHERE) & (self._kind != DIR)
        return flags
