"""The part of RemoteSource that is about the bytes of a stacked tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, ImageDetail
from imagexplorer.indexing.records import Call, TreeHandle

if TYPE_CHECKING:
    from imagexplorer.core.advice import Entries
    from imagexplorer.core.space_map import MapSpec, SpaceMap
    from imagexplorer.core.space_overview import Alike, Overview
    from imagexplorer.indexing.workers import Workers


class RemoteSpace:
    """All raise NotFound when the tree is no longer kept."""

    _address: Address
    _workers: Workers

    def space_overview(self, tree: TreeHandle, control: Control) -> Overview:
        """Bytes by layer, cause and path, and what could be saved."""
        found: Overview = self._ask_space("overview", None, control, tree=tree)
        return found

    def space_map(self, tree: TreeHandle, spec: MapSpec, control: Control) -> SpaceMap:
        """The largest things in a folder. Raises NotFound for one that is not there."""
        found: SpaceMap = self._ask_space("map", None, control, tree=tree, spec=spec)
        return found

    def space_entries(self, tree: TreeHandle, kind: str, layer: int, control: Control) -> Entries:
        """What a piece of advice is about."""
        found: Entries = self._ask_space("entries", None, control, tree=tree, kind=kind, layer=layer)
        return found

    def space_alike(self, image: ImageDetail, tree: TreeHandle, read: bool, control: Control) -> Alike:
        """Files with the same content; `read` reads for it those of which no hash is known."""
        found: Alike = self._ask_space("alike", self._address, control, image=image, tree=tree, read=read)
        return found

    def _ask_space(self, what: str, address: Address | None, control: Control, **arguments: Any) -> Any:
        return self._workers.scans.ask(Call("indexing", f"space_{what}", address, arguments), control)
