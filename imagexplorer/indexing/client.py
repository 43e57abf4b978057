"""Sources as the window sees them: the same protocols, answered by a worker process.

Imports nothing heavy: neither docker nor NumPy is ever loaded in the process that holds these. Every method blocks
without holding the interpreter, passes progress to the caller's Control, and ends at once when that is cancelled.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from imagexplorer.core.contents import Slice
from imagexplorer.core.control import Control
from imagexplorer.core.entities import (
    Address,
    Image,
    ImageDetail,
    LayerTotals,
)
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.core.manifest_tree import DocumentText, ManifestTree
from imagexplorer.core.tree_view import TreeView, ViewSpec
from imagexplorer.indexing.host_client import RemoteHost
from imagexplorer.indexing.kin_client import RemoteKin
from imagexplorer.indexing.process import ReaderEnded
from imagexplorer.indexing.reading_client import RemoteReading
from imagexplorer.indexing.records import Call, TreeHandle
from imagexplorer.indexing.space_client import RemoteSpace
from imagexplorer.indexing.workers import Workers
from imagexplorer.sources.protocol import ScanOptions

if TYPE_CHECKING:
    from imagexplorer.core.check import Outcome
    from imagexplorer.core.moments import Marked, Span
    from imagexplorer.core.preview import Preview
    from imagexplorer.core.rules import Rules
    from imagexplorer.core.secrets import Detail

__all__ = ["ReaderEnded", "RemoteSource", "find_engine", "open_remote"]


def find_engine(
    workers: Workers, host: str, control: Control
) -> tuple[RemoteSource | None, Sequence[tuple[Address, str, str]]]:
    """The engine that is named, or else the first usual one that answers; and those that did not: where, the outcome,
    what to do about it."""
    found, tried = workers.lists.ask(Call("indexing", "find_engine", arguments={"host": host}), control)
    return (RemoteSource(found, workers) if found is not None else None), tried


def open_remote(address: Address, workers: Workers, control: Control) -> RemoteSource:
    """Open a source anew, as it is now. Raises what opening it raises: Unreachable, NotFound, Damaged, Refused."""
    settled: Address = workers.lists.ask(Call("indexing", "open", address), control)
    if workers.scans.pid is not None:  # it may hold the file as it was before
        workers.scans.ask(Call("indexing", "close", settled), control)
    return RemoteSource(settled, workers)


class RemoteSource(RemoteKin, RemoteReading, RemoteSpace):
    """`sources.protocol.ImageSource` by asking. `address` should be settled (`open_remote` does it)."""

    def __init__(self, address: Address, workers: Workers) -> None:
        self._address = address
        self._workers = workers
        self._host = RemoteHost(address, workers.lists) if address.kind == "engine" else None

    @property
    def address(self) -> Address:
        return self._address

    @property
    def host(self) -> RemoteHost | None:
        return self._host

    def _call(self, method: str, arguments: dict[str, Any], target: str = "source", stream: str = "") -> Call:
        return Call(target, method, self._address, arguments, stream)

    def images(self, control: Control) -> Sequence[Image]:
        rows: Sequence[Image] = self._workers.lists.ask(self._call("images", {}), control)
        return rows

    def image(self, reference: str, control: Control, platform: str = "") -> ImageDetail:
        arguments = {"reference": reference, "platform": platform}
        detail: ImageDetail = self._workers.lists.ask(self._call("image", arguments), control)
        return detail

    def scan(
        self,
        image: ImageDetail,
        wanted: Collection[int],
        options: ScanOptions,
        done: Callable[[int, LayerIndex], None],
        control: Control,
    ) -> ImageDetail:
        arguments = {"image": image, "wanted": list(wanted), "options": options}
        call = self._call("scan", arguments, stream="done")
        detail: ImageDetail = self._workers.scans.ask(call, control, done, kill=True)
        return detail

    def content_hashes(
        self, image: ImageDetail, layer: int, rows: Sequence[int], index: LayerIndex, control: Control
    ) -> Sequence[int]:
        arguments = {"image": image, "layer": layer, "rows": [int(row) for row in rows], "index": index}
        hashes: Sequence[int] = self._workers.scans.ask(self._call("content_hashes", arguments), control, kill=True)
        return hashes

    def manifests(self, image: ImageDetail, control: Control) -> ManifestTree:
        tree: ManifestTree = self._workers.lists.ask(self._call("manifests", {"image": image}), control)
        return tree

    def document(self, image: ImageDetail, key: str, control: Control) -> bytes:
        raw: bytes = self._workers.lists.ask(self._call("document", {"image": image, "key": key}), control)
        return raw

    def contents(
        self,
        image: ImageDetail,
        layer: int,
        slices: Sequence[Slice],
        index: LayerIndex,
        take: Callable[[int, bytes], object],
        control: Control,
        visible: bool = False,
    ) -> None:
        arguments = {"image": image, "layer": layer, "slices": list(slices), "index": index, "visible": visible}
        self._workers.scans.ask(self._call("contents", arguments, stream="take"), control, take, kill=True)

    def copy_image(self, image: Image, names: Sequence[str], target: RemoteSource, control: Control) -> str:
        """To another engine, with these names there; its id there."""
        arguments = {"image": image, "names": list(names), "target": target.address}
        return str(self._workers.lists.ask(self._call("copy_image", arguments, "indexing"), control))

    def close(self) -> None:
        """Let go of it in both processes, if they run."""
        for worker in (self._workers.lists, self._workers.scans):
            if worker.pid is not None:
                worker.ask(self._call("close", {}, "indexing"), Control())

    # -- beyond the protocol: indexes and trees --------------------------------------------------
    def build(
        self,
        image: ImageDetail,
        control: Control,
        on_layer: Callable[[LayerTotals], object] | None = None,
        options: ScanOptions | None = None,
    ) -> tuple[ImageDetail, TreeHandle]:
        """Index and stack what the cache lacks. The image as now known, and the handle for `view`, which also says
        bytes and files of each layer; `on_layer` hears of each as it completes."""
        arguments = {"image": image, "options": options or ScanOptions()}
        stream = "on_layer" if on_layer is not None else ""
        call = self._call("build", arguments, "indexing", stream)
        answer: tuple[ImageDetail, TreeHandle] = self._workers.scans.ask(call, control, on_layer, kill=True)
        return answer

    def verify(
        self,
        image: ImageDetail,
        wanted: Sequence[int],
        control: Control,
        on_layer: Callable[[LayerTotals], object] | None = None,
    ) -> ImageDetail:
        """Hash every byte of these layers, at the lowest priority, one call at a time. The image with the problems that
        were met; `on_layer` hears of each layer as it completes."""
        arguments = {"image": image, "wanted": list(wanted)}
        stream = "on_layer" if on_layer is not None else ""
        call = self._call("verify", arguments, "indexing", stream)
        try:
            detail: ImageDetail = self._workers.checks.ask(call, control, on_layer, kill=True)
        finally:
            self._workers.checks.kill()  # it holds memory, and files as they were
        return detail

    def view(self, tree: TreeHandle, spec: ViewSpec, control: Control) -> TreeView:
        """What a screen shows of a tree. Raises NotFound when the tree is no longer kept: build again."""
        call = Call("indexing", "view", arguments={"tree": tree, "spec": spec})
        view: TreeView = self._workers.scans.ask(call, control)
        return view

    def changes_view(
        self,
        container_id: str,
        spec: ViewSpec,
        control: Control,
        on_first: Callable[[TreeView], object] | None = None,
        span: Span | None = None,
    ) -> TreeView:
        """The writable layer's changes as a tree (marks A, M, D). `on_first`: before sizes are known, if they take.
        With a `span` what changed in it, and the bytes that came."""
        arguments = {"container_id": container_id, "spec": spec, "span": span}
        call = self._call("changes_view", arguments, "indexing", "on_first" if on_first is not None else "")
        view: TreeView = self._workers.scans.ask(call, control, on_first)
        return view

    def mark(self, container_id: str, anew: bool, control: Control) -> Marked:
        """What a container has changed, to be kept: `anew`, or as it was asked for last."""
        call = self._call("mark", {"container_id": container_id, "anew": anew}, "indexing")
        moment: Marked = self._workers.scans.ask(call, control)
        return moment

    def change_shown(self, container_id: str, image_id: str, path: str, more: bool, control: Control) -> Preview:
        """How a file of a container differs from its image; without an image its content."""
        arguments = {"container_id": container_id, "image_id": image_id, "path": path, "more": more}
        shown: Preview = self._workers.scans.ask(self._call("change_shown", arguments, "indexing"), control)
        return shown

    def check(self, image: ImageDetail, tree: TreeHandle, rules: Rules, control: Control) -> tuple[Outcome, ...]:
        """The image held against rules. Raises NotFound when the tree is no longer kept, WrongUse for a bad glob."""
        call = self._call("check", {"image": image, "tree": tree, "rules": rules}, "indexing")
        outcomes: tuple[Outcome, ...] = self._workers.scans.ask(call, control, kill=True)
        return outcomes

    def document_text(self, image: ImageDetail, key: str, values: bool, control: Control) -> DocumentText:
        """A node of `manifests` to be read, laid out; values whose names look secret only where `values` says so."""
        call = self._call("document_text", {"image": image, "key": key, "values": values}, "indexing")
        text: DocumentText = self._workers.lists.ask(call, control)
        return text

    def masked(self, detail: Detail, control: Control) -> Detail:
        """Without the values whose names look secret."""
        found: Detail = self._workers.lists.ask(Call("indexing", "masked", arguments={"detail": detail}), control)
        return found

    def data_text(self, data: Any, values: bool, control: Control) -> DocumentText:
        """JSON data laid out likewise."""
        call = Call("indexing", "data_text", arguments={"data": data, "values": values})
        text: DocumentText = self._workers.lists.ask(call, control)
        return text
