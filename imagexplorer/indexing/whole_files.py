"""The whole file system of a container: its image's tree with what it changed on top. Knows no processes or screens.

The last one is kept, and with it its image's layers: looked at again it costs the question what changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from imagexplorer.core.changes_tree import whole_tree
from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, Change
from imagexplorer.core.errors import NotFound, Refused, WrongUse
from imagexplorer.core.tree_view import TreeView, ViewSpec
from imagexplorer.core.tree_viewing import view
from imagexplorer.indexing.builder import Built, build
from imagexplorer.sources.protocol import ImageSource, ScanOptions

if TYPE_CHECKING:
    from imagexplorer.core.file_tree import FileTree
    from imagexplorer.indexing.cache import Cache


@dataclass(frozen=True, slots=True)
class _Whole:
    address: Address
    container: str
    base: Built
    changes: Sequence[Change]
    tree: FileTree


class WholeFiles:
    def __init__(self) -> None:
        self._lock = Lock()
        self._last: _Whole | None = None

    def view(
        self, source: ImageSource, container: str, spec: ViewSpec, cache: Cache | None, control: Control
    ) -> TreeView:
        """Raises NotFound where the container is gone, Refused where its image is, WrongUse for a bad pattern."""
        if source.host is None:
            raise WrongUse(source.address.location, "it has no containers")
        changes = source.host.changes(container, control)
        with self._lock:
            last = self._last
        if last is None or (last.address, last.container) != (source.address, container):
            base = _image_of(source, container, cache, control)
        elif last.changes == changes:
            return view(last.tree, spec, control)
        else:
            base = last.base
        tree = whole_tree(base.tree, base.layers, changes, control)
        with self._lock:
            self._last = _Whole(source.address, container, base, changes, tree)
        return view(tree, spec, control)


def _image_of(source: ImageSource, container: str, cache: Cache | None, control: Control) -> Built:
    assert source.host is not None
    image_id = source.host.container(container, control).container.image_id
    try:
        return build(source, source.image(image_id, control), cache, ScanOptions(), control)
    except NotFound as error:
        # Told apart from the container itself being gone.
        raise Refused("its image", "it cannot be read any more, and so not what the container left as it is") from error
