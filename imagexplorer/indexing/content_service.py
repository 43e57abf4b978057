"""What the worker is asked of contents: stories, previews, extraction and comparisons. Part of `Service`.

Knows who reads and who compares; must not know pipes, processes or formats.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, ImageDetail
from imagexplorer.core.errors import WrongUse
from imagexplorer.core.extraction import Wanted
from imagexplorer.core.owners import Owners
from imagexplorer.core.preview import MORE_BYTES, Preview
from imagexplorer.core.report_head import Asked
from imagexplorer.core.story import Story
from imagexplorer.core.tree_view import TreeView, ViewSpec
from imagexplorer.indexing.cache import Cache
from imagexplorer.indexing.comparisons import Comparisons
from imagexplorer.indexing.opened import OpenSources
from imagexplorer.indexing.reading import Reading
from imagexplorer.indexing.records import ComparisonHandle, Opened, TreeHandle

if TYPE_CHECKING:
    from imagexplorer.core.container_dockerfile import Recipe
    from imagexplorer.core.file_tree import FileTree
    from imagexplorer.core.packed_changes import PackedChanges
    from imagexplorer.indexing.whole_files import WholeFiles


class ContentQuestions:
    _sources: OpenSources
    _cache: Cache | None

    def __init__(self) -> None:
        self._reading = Reading()
        self._comparisons = Comparisons()
        self._whole: WholeFiles | None = None

    def _tree(self, handle: TreeHandle) -> FileTree:
        raise NotImplementedError

    def ask_story(self, control: Control, address: Address, image: ImageDetail, tree: TreeHandle, node: int) -> Story:
        with self._sources.use(address, control) as source:
            return self._reading.story(source, image, self._tree(tree), node, self._cache, control)

    def ask_owners(self, control: Control, address: Address, image: ImageDetail, tree: TreeHandle) -> Owners:
        with self._sources.use(address, control) as source:
            return self._reading.owners(source, image, self._tree(tree), self._cache, control)

    def ask_preview(
        self, control: Control, address: Address, image: ImageDetail, tree: TreeHandle, version: int, more: bool
    ) -> Preview:
        from imagexplorer.indexing.previewing import preview

        stacked = self._tree(tree)
        with self._sources.use(address, control) as source:

            def read(start: int, length: int) -> bytes:
                return self._reading.read(source, image, stacked, version, start, length, self._cache, control)

            name = stacked.name(stacked.node_of(version)).decode("utf-8", "replace")
            return preview(read, name, stacked["version_size"][version], control, more)

    def ask_versions_diff(
        self, control: Control, address: Address, image: ImageDetail, tree: TreeHandle, older: int, newer: int
    ) -> Preview:
        from imagexplorer.indexing.comparisons import contents_differ

        stacked = self._tree(tree)
        with self._sources.use(address, control) as source:

            def read(version: int) -> bytes:
                length = min(stacked["version_size"][version], MORE_BYTES)
                return self._reading.read(source, image, stacked, version, 0, length, self._cache, control)

            names = [f"layer {stacked['version_layer'][version]}" for version in (older, newer)]
            return contents_differ(read(older), read(newer), names[0], names[1], control)

    def ask_container_view(self, control: Control, address: Address, container_id: str, spec: ViewSpec) -> TreeView:
        from imagexplorer.indexing.whole_files import WholeFiles

        if self._whole is None:
            self._whole = WholeFiles()
        with self._sources.use(address, control) as source:
            return self._whole.view(source, container_id, spec, self._cache, control)

    def ask_packed_changes(self, control: Control, address: Address, container_id: str) -> PackedChanges:
        from imagexplorer.core.packed_changes import PackedChanges

        with self._sources.use(address, control) as source:
            if source.host is None:
                raise WrongUse(address.location, "it has no containers")
            return PackedChanges.of(source.host.changes(container_id, control))

    def ask_recipes(
        self, control: Control, address: Address, container_id: str
    ) -> tuple[Recipe, Recipe, PackedChanges]:
        from imagexplorer.core.container_dockerfile import recipe
        from imagexplorer.core.packed_changes import PackedChanges

        with self._sources.use(address, control) as source:
            host = source.host
            if host is None:
                raise WrongUse(address.location, "it has no containers")
            detail = host.container(container_id, control)
            changes = host.changes(container_id, control)
            tools = host.tools(container_id, changes, control)
            image = source.image(detail.container.image_id, control)
        upon, flat = (recipe(detail, image, changes, tools, flat=each) for each in (False, True))
        return upon, flat, PackedChanges.of(changes)

    def ask_change_shown(
        self, control: Control, address: Address, container_id: str, image_id: str, path: str, more: bool
    ) -> Preview:
        from imagexplorer.indexing.changed_file import shown

        with self._sources.use(address, control) as source:
            if source.host is None:
                raise WrongUse(address.location, "it has no containers")
            sides = source.host.sides(container_id, image_id, path, control)
        return shown(sides, path, more, control)

    def ask_extract(
        self,
        control: Control,
        address: Address,
        image: ImageDetail,
        tree: TreeHandle,
        wanted: Wanted,
        tell: Callable[..., object],
    ) -> None:
        from imagexplorer.indexing.extracting import extract

        with self._sources.use(address, control) as source:
            extract(source, image, self._tree(tree), wanted, self._reading, self._cache, tell, control)

    def ask_compare(self, control: Control, a: Opened, b: Opened, times: bool) -> ComparisonHandle:
        from imagexplorer.indexing.comparing import Compared, compare_images

        with ExitStack() as stack:

            def side(opened: Opened) -> Compared:
                source = stack.enter_context(self._sources.use(opened.address, control))
                return Compared(
                    source, opened.image, self._tree(opened.tree),
                    lambda layer: self._reading.index(source, opened.image, layer, self._cache, control),
                )  # fmt: skip

            return self._comparisons.keep(compare_images(side(a), side(b), control, times))

    def ask_compare_view(self, control: Control, key: str, spec: ViewSpec) -> TreeView:
        return self._comparisons.view(key, spec, control)

    def ask_compare_file(self, control: Control, key: str, a: Opened, b: Opened, path: bytes) -> Preview:
        def read(side: str, version: int, start: int, length: int) -> bytes:
            of = a if side == "a" else b
            with self._sources.use(of.address, control) as source:
                tree = self._tree(of.tree)
                return self._reading.read(source, of.image, tree, version, start, length, self._cache, control)

        return self._comparisons.file(key, path, read, control)

    def ask_compare_document(
        self, _control: Control, key: str, a: Opened, b: Opened, form: str, values: bool, tell: Callable[..., object]
    ) -> None:
        gathered: list[str] = []
        for piece in self._comparisons.pieces(key, form, _asked(a), _asked(b), values):
            gathered.append(piece)
            if len(gathered) >= _PIECES:
                tell("".join(gathered))
                gathered.clear()
        tell("".join(gathered))


_PIECES = 500


def _asked(opened: Opened) -> Asked:
    place = opened.address
    target = opened.image.image.name if place.kind == "engine" else place.location
    return Asked(target, place.kind, place.location, opened.image)
