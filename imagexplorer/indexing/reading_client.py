"""What a RemoteSource tells of files beyond the protocol: stories, previews, extraction, comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.extraction import Wanted
from imagexplorer.core.owners import Owners
from imagexplorer.core.packed_changes import PackedChanges
from imagexplorer.core.preview import Preview
from imagexplorer.core.story import Story
from imagexplorer.core.tree_view import TreeView, ViewSpec
from imagexplorer.indexing.records import Call, ComparisonHandle, Opened, TreeHandle

if TYPE_CHECKING:
    from imagexplorer.core.container_dockerfile import Recipe
    from imagexplorer.indexing.workers import Workers


class RemoteReading:
    _workers: Workers

    def _call(self, method: str, arguments: dict[str, Any], target: str = "source", stream: str = "") -> Call:
        raise NotImplementedError

    def story(self, image: ImageDetail, tree: TreeHandle, node: int, control: Control) -> Story:
        """What all layers did to a path."""
        call = self._call("story", {"image": image, "tree": tree, "node": node}, "indexing")
        told: Story = self._workers.scans.ask(call, control)
        return told

    def owners(self, image: ImageDetail, tree: TreeHandle, control: Control) -> Owners:
        """What the image itself calls users and groups."""
        call = self._call("owners", {"image": image, "tree": tree}, "indexing")
        names: Owners = self._workers.scans.ask(call, control)
        return names

    def preview(self, image: ImageDetail, tree: TreeHandle, version: int, more: bool, control: Control) -> Preview:
        """The content of a version of a path, ready to be shown."""
        arguments = {"image": image, "tree": tree, "version": version, "more": more}
        shown: Preview = self._workers.scans.ask(self._call("preview", arguments, "indexing"), control)
        return shown

    def versions_diff(self, image: ImageDetail, tree: TreeHandle, older: int, newer: int, control: Control) -> Preview:
        """How the contents of two versions differ, as a text."""
        arguments = {"image": image, "tree": tree, "older": older, "newer": newer}
        shown: Preview = self._workers.scans.ask(self._call("versions_diff", arguments, "indexing"), control)
        return shown

    def extract(
        self, image: ImageDetail, tree: TreeHandle, wanted: Wanted, tell: Callable[..., object], control: Control
    ) -> None:
        """Tells what `core.extraction` has."""
        arguments = {"image": image, "tree": tree, "wanted": wanted}
        self._workers.scans.ask(self._call("extract", arguments, "indexing", "tell"), control, tell)

    def container_view(self, container_id: str, spec: ViewSpec, control: Control) -> TreeView:
        """All files of a container, with the marks of what it changed. Its image is indexed where it is not yet."""
        call = self._call("container_view", {"container_id": container_id, "spec": spec}, "indexing")
        view: TreeView = self._workers.scans.ask(call, control)
        return view

    def recipes(self, container_id: str, control: Control) -> tuple[Recipe, Recipe, PackedChanges]:
        """The Dockerfiles of what a container changed, upon its image and flat; and those changes."""
        call = self._call("recipes", {"container_id": container_id}, "indexing")
        made: tuple[Recipe, Recipe, PackedChanges] = self._workers.scans.ask(call, control)
        return made

    def packed_changes(self, container_id: str, control: Control) -> PackedChanges:
        """What a container changed, to be handed back as it is."""
        call = self._call("packed_changes", {"container_id": container_id}, "indexing")
        packed: PackedChanges = self._workers.scans.ask(call, control)
        return packed

    def compare(self, a: Opened, b: Opened, times: bool, control: Control) -> ComparisonHandle:
        """Two images, wherever they are; `times` of change count too or not."""
        call = Call("indexing", "compare", arguments={"a": a, "b": b, "times": times})
        handle: ComparisonHandle = self._workers.scans.ask(call, control, kill=True)
        return handle

    def compare_view(self, comparison: ComparisonHandle, spec: ViewSpec, control: Control) -> TreeView:
        """The differences as a tree. Raises NotFound where they are no longer kept: compare again."""
        call = Call("indexing", "compare_view", arguments={"key": comparison.key, "spec": spec})
        view: TreeView = self._workers.scans.ask(call, control)
        return view

    def compare_file(
        self, comparison: ComparisonHandle, a: Opened, b: Opened, path: bytes, control: Control
    ) -> Preview:
        arguments = {"key": comparison.key, "a": a, "b": b, "path": path}
        shown: Preview = self._workers.scans.ask(Call("indexing", "compare_file", arguments=arguments), control)
        return shown

    def compare_document(
        self,
        comparison: ComparisonHandle,
        a: Opened,
        b: Opened,
        form: str,
        values: bool,
        tell: Callable[[str], object],
        control: Control,
    ) -> None:
        """The comparison as a document, in pieces: form "json" or "html"; secret values masked without `values`."""
        arguments = {"key": comparison.key, "a": a, "b": b, "form": form, "values": values}
        self._workers.scans.ask(Call("indexing", "compare_document", arguments=arguments, stream="tell"), control, tell)
