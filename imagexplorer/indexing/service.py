"""What the worker process can be asked: any method of the two protocols, and the few questions about indexes.

Knows sources and the builder; must not know pipes and processes. Heavy imports happen when first needed.
"""

from __future__ import annotations

import gc
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, Change, Image, ImageDetail, LayerTotals
from imagexplorer.core.errors import NotFound, WrongUse
from imagexplorer.core.manifest_tree import DocumentText
from imagexplorer.core.space_map import MapSpec, SpaceMap
from imagexplorer.core.tree_view import TreeView, ViewSpec
from imagexplorer.indexing import keys
from imagexplorer.indexing.cache import Cache, open_cache
from imagexplorer.indexing.content_service import ContentQuestions
from imagexplorer.indexing.opened import Opener, OpenSources
from imagexplorer.indexing.records import CacheOptions, Call, TreeHandle
from imagexplorer.indexing.spaces import Spaces
from imagexplorer.sources.protocol import ScanOptions

if TYPE_CHECKING:
    from imagexplorer.core.advice import Entries
    from imagexplorer.core.check import Outcome
    from imagexplorer.core.dockerfile import Line
    from imagexplorer.core.engine_places import EnginePlace
    from imagexplorer.core.file_tree import FileTree
    from imagexplorer.core.moments import Marked, Span
    from imagexplorer.core.relatives import Relatives
    from imagexplorer.core.report_reading import Report
    from imagexplorer.core.rules import Rules
    from imagexplorer.core.secrets import Detail
    from imagexplorer.core.space_overview import Alike, Overview
    from imagexplorer.indexing.chains import Chains

_TREES_KEPT = 6


class Service(ContentQuestions):
    """Answers calls; any thread may ask."""

    def __init__(self, cache: CacheOptions | None = None, opener: Opener | None = None) -> None:
        super().__init__()
        if opener is None:
            from imagexplorer.sources.opening import open_source

            opener = open_source
        self._options = cache if cache is not None else CacheOptions()
        self._cache = open_cache(self._options)
        self._lock = Lock()
        self._sources = OpenSources(opener)
        self._trees: OrderedDict[str, FileTree] = OrderedDict()
        self._spaces = Spaces(self._reading)
        self._chains: dict[Address, Chains] = {}
        self._changes: tuple[Address | None, str, Sequence[Change]] = (None, "", ())  # the last that were asked for
        self._made = 0

    def answer(self, call: Call, send: Callable[[Any], None], control: Control) -> Any:
        """The result; `send` takes the items of a call that has a stream. An iterator is handed on item by item."""
        if call.method.startswith("_"):
            raise WrongUse(call.method, "not a question")
        arguments = dict(call.arguments)
        if call.stream:
            arguments[call.stream] = lambda *items: send(items)
        if call.target == "indexing":
            if call.address is not None:
                arguments["address"] = call.address
            return getattr(self, f"ask_{call.method}")(control, **arguments)
        with self._sources.use(call.address, control) as source:
            target = source if call.target == "source" else source.host
            if target is None:
                raise WrongUse(call.address.location, "only an engine can do that")
            result = getattr(target, call.method)(control=control, **arguments)
            if isinstance(result, Iterator):
                for item in result:
                    send((item,))
                return None
            return result

    # -- sources --------------------------------------------------------------------------------
    def ask_open(self, control: Control, address: Address) -> Address:
        """Open a source anew; its address with the kind settled."""
        self._sources.drop(address)
        with self._sources.use(address, control) as source:
            return source.address

    def ask_close(self, _control: Control, address: Address) -> None:
        self._sources.drop(address)
        with self._lock:
            self._chains.pop(address, None)

    def ask_copy_image(
        self, control: Control, address: Address, target: Address, image: Image, names: Sequence[str]
    ) -> str:
        """From an engine or a file to another engine; its id there."""
        from imagexplorer.sources.engine.copying import copy_from_file, copy_image
        from imagexplorer.sources.engine.source import EngineSource
        from imagexplorer.sources.image_file import ImageFile

        with self._sources.use(address, control) as source, self._sources.use(target, control) as other:
            if isinstance(source, EngineSource) and isinstance(other, EngineSource):
                return copy_image(source.wire, other.wire, image, names, control)
            if isinstance(source, ImageFile) and isinstance(other, EngineSource):
                return copy_from_file(source, other.wire, image, names, control)
            raise WrongUse(image.name, "it is copied to an engine, from one or from an archive of images")

    def ask_find_engine(self, control: Control, host: str) -> tuple[Address | None, list[Any]]:
        """The first engine that answers, and those that did not: (address, outcome, advice)."""
        from imagexplorer.sources.engine.connect import find

        found, tried = find(host, control)
        if found is None:
            return None, tried
        self._sources.put(found)
        return found.address, tried

    def ask_engine_places(self, control: Control) -> list[EnginePlace]:
        """Every place where an engine may be, and what is there."""
        from imagexplorer.sources.engine.places import look, places

        return look(places(), control)

    # -- indexes and trees ----------------------------------------------------------------------
    def ask_build(
        self,
        control: Control,
        address: Address,
        image: ImageDetail,
        options: ScanOptions,
        on_layer: Callable[[LayerTotals], object] | None = None,
    ) -> tuple[ImageDetail, TreeHandle]:
        from imagexplorer.indexing.builder import build, problems_of

        with self._sources.use(address, control) as source:
            built = build(source, image, self._cache, options, control, on_layer, with_layers=False)
        with self._lock:
            self._made += 1
            key = built.key or f"unkept {self._made}"
        self._remember(key, built.tree)
        detail = replace(built.detail, problems=problems_of(built))
        return detail, TreeHandle(key, built.path, built.totals)

    def ask_verify(
        self,
        control: Control,
        address: Address,
        image: ImageDetail,
        wanted: Sequence[int],
        on_layer: Callable[[LayerTotals], object] | None = None,
    ) -> ImageDetail:
        from imagexplorer.indexing.verifying import verify

        with self._sources.use(address, control) as source:
            return verify(source, image, wanted, self._cache, control, on_layer)

    def ask_view(self, control: Control, tree: TreeHandle, spec: ViewSpec) -> TreeView:
        from imagexplorer.core.tree_viewing import view

        return view(self._tree(tree), spec, control)

    def ask_changes_view(
        self,
        control: Control,
        address: Address,
        container_id: str,
        spec: ViewSpec,
        on_first: Callable[[TreeView], object] | None = None,
        span: Span | None = None,
    ) -> TreeView:
        from imagexplorer.core.changes_tree import changes_view
        from imagexplorer.core.moments import changes_at, since, unpacked

        if span is not None and span.until is not None:  # nothing to ask anybody for
            return changes_view(since(unpacked(span.since), changes_at(span.until)), spec, control)

        def listed(changes: Sequence[Change]) -> None:
            if on_first is not None:
                on_first(changes_view(changes, spec, control))

        with self._sources.use(address, control) as source:
            if source.host is None:
                raise WrongUse(address.location, "it has no containers")
            changes = source.host.changes(container_id, control, listed)
        with self._lock:
            self._changes = address, container_id, changes
        if span is not None:
            changes = since(unpacked(span.since), changes)
        return changes_view(changes, spec, control)

    def ask_mark(self, control: Control, address: Address, container_id: str, anew: bool) -> Marked:
        from imagexplorer.core.moments import marked

        with self._lock:
            of, container, changes = self._changes
        if anew or (of, container) != (address, container_id):
            with self._sources.use(address, control) as source:
                if source.host is None:
                    raise WrongUse(address.location, "it has no containers")
                changes = source.host.changes(container_id, control)
        return marked(changes, time.time())

    def ask_check(
        self, control: Control, address: Address, image: ImageDetail, tree: TreeHandle, rules: Rules
    ) -> tuple[Outcome, ...]:
        from imagexplorer.core.check import Facts
        from imagexplorer.core.space import space
        from imagexplorer.indexing.checks import check_image

        stacked = self._tree(tree)
        facts = Facts(image, stacked, space(stacked), tree.layers, (*image.problems, *stacked.problems))
        with self._sources.use(address, control) as source:
            return check_image(source, facts, rules, self._cache, control)

    def ask_space_overview(self, control: Control, tree: TreeHandle) -> Overview:
        return self._spaces.overview(tree.key, self._tree(tree), control)

    def ask_space_map(self, control: Control, tree: TreeHandle, spec: MapSpec) -> SpaceMap:
        return self._spaces.map(tree.key, self._tree(tree), spec, control)

    def ask_space_entries(self, control: Control, tree: TreeHandle, kind: str, layer: int) -> Entries:
        return self._spaces.entries(tree.key, self._tree(tree), kind, layer, control)

    def ask_space_alike(
        self, control: Control, address: Address, image: ImageDetail, tree: TreeHandle, read: bool
    ) -> Alike:
        with self._sources.use(address, control) as source:
            return self._spaces.alike(tree.key, self._tree(tree), source, image, read, self._cache, control)

    def ask_dockerfile(self, _control: Control, image: ImageDetail, values: bool) -> tuple[Line, ...]:
        from imagexplorer.core.dockerfile import rebuilt
        from imagexplorer.core.secrets import masked_image

        return rebuilt(image if values else masked_image(image))

    def ask_relatives(
        self,
        control: Control,
        address: Address,
        image: ImageDetail,
        ids: Sequence[str],
        on_found: Callable[[Relatives], object] | None = None,
    ) -> Relatives:
        from imagexplorer.indexing.chains import Chains

        with self._lock:
            chains = self._chains.setdefault(address, Chains())
        with self._sources.use(address, control) as source:
            return chains.relatives(source, image, ids, control, on_found)

    def ask_document_text(
        self, control: Control, address: Address, image: ImageDetail, key: str, values: bool
    ) -> DocumentText:
        from imagexplorer.indexing.documents import document_text

        with self._sources.use(address, control) as source:
            return document_text(source, image, key, values, control)

    def ask_masked(self, _control: Control, detail: Detail) -> Detail:
        from imagexplorer.core.secrets import masked_detail

        return masked_detail(detail)

    def ask_data_text(self, _control: Control, data: Any, values: bool) -> DocumentText:
        from imagexplorer.indexing.documents import data_text

        return data_text(data, values)

    def ask_report(self, control: Control, path: str) -> Report:
        from imagexplorer.indexing.reports import load_report

        return load_report(path, control)

    def ask_warm(self, _control: Control) -> None:
        """Import what the first real question would wait for."""
        import numpy  # noqa: F401

        gc.collect()
        gc.freeze()

    def _remember(self, key: str, tree: FileTree) -> None:
        with self._lock:
            self._trees[key] = tree
            self._trees.move_to_end(key)
            while len(self._trees) > _TREES_KEPT:
                self._trees.popitem(last=False)

    def _tree(self, handle: TreeHandle) -> FileTree:
        with self._lock:
            tree = self._trees.get(handle.key)
            if tree is not None:
                self._trees.move_to_end(handle.key)
        if tree is None:
            cache = self._cache if handle.path else None
            columns = cache.load(keys.TREE, handle.key) if cache is not None else None
            if columns is None:
                raise NotFound("the file tree", "it is not in memory any more", "Open the image again")
            from imagexplorer.core.file_tree import FileTree

            tree = FileTree(columns)
            self._remember(handle.key, tree)
        return tree

    # -- the cache ------------------------------------------------------------------------------
    def ask_clear_cache(self, _control: Control) -> None:
        (self._cache or Cache(limit_bytes=self._options.limit_bytes)).clear()

    def ask_cache_bytes(self, _control: Control) -> int:
        return self._cache.used_bytes() if self._cache is not None else 0

    def ask_set_cache(self, _control: Control, options: CacheOptions) -> None:
        self._options, self._cache = options, open_cache(options)

    def close(self) -> None:
        self._sources.close()
