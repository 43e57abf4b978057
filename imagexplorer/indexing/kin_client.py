"""The part of RemoteSource that tells where an image comes from: its Dockerfile, and the images it builds on.

Asked of the process for lists, whose answers come while layers are read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, ImageDetail
from imagexplorer.indexing.records import Call

if TYPE_CHECKING:
    from imagexplorer.core.dockerfile import Line
    from imagexplorer.core.relatives import Relatives
    from imagexplorer.indexing.workers import Workers


class RemoteKin:
    _address: Address
    _workers: Workers

    def diff_ids(self, image_id: str, control: Control) -> Sequence[str]:
        call = Call("source", "diff_ids", self._address, {"image_id": image_id})
        found: Sequence[str] = self._workers.lists.ask(call, control)
        return found

    def dockerfile(self, image: ImageDetail, values: bool, control: Control) -> Sequence[Line]:
        """The instructions that the image was built by, oldest first; values whose names look secret only where
        `values` says so."""
        call = Call("indexing", "dockerfile", arguments={"image": image, "values": values})
        lines: Sequence[Line] = self._workers.lists.ask(call, control)
        return lines

    def relatives(
        self,
        image: ImageDetail,
        ids: Sequence[str],
        control: Control,
        on_found: Callable[[Relatives], object] | None = None,
    ) -> Relatives:
        """Which images of the source, named by `ids`, the image builds on, and which on it. `on_found` hears what is
        known while the first question still looks at them all."""
        arguments: dict[str, Any] = {"image": image, "ids": list(ids)}
        call = Call("indexing", "relatives", self._address, arguments, "on_found" if on_found is not None else "")
        found: Relatives = self._workers.lists.ask(call, control, on_found)
        return found
