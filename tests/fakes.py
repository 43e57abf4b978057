"""A source and an engine in memory: they answer at once, keep what they were asked, and fail or wait when told to.

engine = FakeEngine()                                  # three images, two containers
source = FakeSource(engine)                            # an ImageSource whose `host` is a ContainerHost
archive = FakeSource(FakeEngine.single(), address=Address("docker-archive", "/x/app.tar"), host=False)
engine.calls                                           # [("remove_image", ("sha256:...",)), ...] in order
engine.fail["stop"] = Refused("web", "the engine's words")
engine.gate["images"] = threading.Event()              # the call waits until it is set (or is cancelled)
engine.remove_container_elsewhere("web")               # as another terminal would: an event follows
engine.lose() / engine.come_back()                     # every call is Unreachable, the event stream ends
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from imagexplorer.core.advice import Entries
from imagexplorer.core.changes_tree import changes_view, whole_tree
from imagexplorer.core.check import Outcome
from imagexplorer.core.container_dockerfile import Recipe, recipe
from imagexplorer.core.control import Control
from imagexplorer.core.copy_plan import CopyPlan
from imagexplorer.core.dockerfile import Line, rebuilt
from imagexplorer.core.entities import (
    ADDED,
    DELETED,
    MODIFIED,
    Address,
    Change,
    CommitSpec,
    Container,
    ContainerDetail,
    DiskUsage,
    Ended,
    EngineInfo,
    Image,
    ImageDetail,
    Layer,
    LayerTotals,
    Platform,
    Problem,
    Step,
    Touched,
    Volume,
    is_nameless,
)
from imagexplorer.core.errors import NotFound, Refused
from imagexplorer.core.extraction import DATA, FAULT, MEMBERS, REGULAR, Member, Report
from imagexplorer.core.file_tree import FileTree
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.core.life import Moment
from imagexplorer.core.live import LogBatch, LogSpec, Processes, Sample, TerminalEnded, TerminalSpec, TerminalStarted
from imagexplorer.core.manifest_tree import DocumentText, ManifestTree, Node
from imagexplorer.core.moments import Marked, Span, changes_at, marked, since, unpacked
from imagexplorer.core.overlay import stack
from imagexplorer.core.owners import Owners
from imagexplorer.core.packed_changes import PackedChanges
from imagexplorer.core.preview import Preview
from imagexplorer.core.recognise import TEXT
from imagexplorer.core.relatives import Relatives
from imagexplorer.core.rules import Rules
from imagexplorer.core.run_spec import RunSpec, kept_name
from imagexplorer.core.secrets import Detail, masked_detail, masked_image
from imagexplorer.core.space_map import MapSpec, SpaceMap
from imagexplorer.core.space_overview import Alike, Overview
from imagexplorer.core.story import Story
from imagexplorer.core.tree_view import MARK_ADDED, MARK_DELETED, MARK_MODIFIED, TreeView, ViewSpec
from imagexplorer.core.tree_viewing import view as tree_view
from imagexplorer.core.world import Held, World
from imagexplorer.indexing.documents import data_text, document_text
from imagexplorer.indexing.reading import Reading
from imagexplorer.indexing.records import TreeHandle
from imagexplorer.indexing.spaces import Spaces
from imagexplorer.sources.host_files import host_files, host_tar
from imagexplorer.sources.protocol import ScanOptions
from tests.fake_engine import ENGINE_ADDRESS, FakeEngine
from tests.fake_trees import FakeFile, Row, diff_id, layer_index, layers_view, rows_view


class FakeSource:
    """`ImageSource` over a FakeEngine, and what the worker's client adds: `build`, `view`, `changes_view`."""

    def __init__(self, engine: FakeEngine, address: Address = ENGINE_ADDRESS, host: bool = True) -> None:
        self.engine = engine
        self._address = address
        self._host = FakeHost(engine) if host else None
        self.closed = False
        self.unverified: set[int] = set()  # layers that `build` leaves unhashed
        self.wrong: dict[int, str] = {}  # what `verify` finds of a layer
        self._spaces = Spaces(Reading())
        self._trees: dict[str, FileTree] = {}

    @property
    def address(self) -> Address:
        return self._address

    @property
    def host(self) -> FakeHost | None:
        return self._host

    def images(self, control: Control) -> Sequence[Image]:
        self.engine.asked("images", control)
        return tuple(self.engine.images.values())

    def image(self, reference: str, control: Control, platform: str = "") -> ImageDetail:
        self.engine.asked("image", control, reference)
        image = self.engine.find_image(reference)
        layers = self.engine.layers[image.id]
        made = [
            Step(
                f"COPY layer{number} /", image.created, layer=number, empty=False, size_bytes=sum(f.size for f in layer)
            )
            for number, layer in enumerate(layers)
        ]
        return ImageDetail(
            image,
            tuple(Layer(number, diff_id(layer)) for number, layer in enumerate(layers)),
            (*made, Step('CMD ["sh"]', image.created, empty=True)),
            {"config": {"Cmd": ["sh"], "ExposedPorts": {"80/tcp": {}}}, "os": "linux", "architecture": "amd64"},
            image.id,
        )

    def diff_ids(self, image_id: str, control: Control) -> Sequence[str]:
        self.engine.asked("diff_ids", control, image_id)
        return [diff_id(layer) for layer in self.engine.layers[self.engine.find_image(image_id).id]]

    def dockerfile(self, image: ImageDetail, values: bool, control: Control) -> Sequence[Line]:
        self.engine.asked("dockerfile", control, image.image.id)
        return rebuilt(image if values else masked_image(image))

    def relatives(
        self,
        image: ImageDetail,
        ids: Sequence[str],
        control: Control,
        on_found: Callable[[Relatives], object] | None = None,
    ) -> Relatives:
        self.engine.asked("relatives", control, image.image.id)
        return self.engine.chains.relatives(self, image, ids, control, on_found)

    def scan(
        self,
        image: ImageDetail,
        wanted: Collection[int],
        options: ScanOptions,
        done: Callable[[int, LayerIndex], None],
        control: Control,
    ) -> ImageDetail:
        self.engine.asked("scan", control, image.image.id)
        layers = self.engine.layers[image.image.id]
        for number in wanted:
            control.step(number, len(layers), f"layer {number + 1} of {len(layers)}")
            done(number, layer_index(layers[number]))
        return image

    def content_hashes(
        self, image: ImageDetail, layer: int, rows: Sequence[int], index: LayerIndex, control: Control
    ) -> Sequence[int]:
        return [index["hash"][row] for row in rows]

    def contents(self, image, layer, slices, index, take, control, visible=False) -> None:
        files = {file.path: file for file in self.engine.layers[image.image.id][layer]}
        for each in slices:
            content = files[index.path(each.row).decode()].content
            start, end = each.bounds(len(content))
            take(each.row, content[start:end])

    def manifests(self, image: ImageDetail, control: Control) -> ManifestTree:
        self.engine.asked("manifests", control, image.image.id)
        return self.engine.manifests or ManifestTree(
            (
                Node(-1, "record", "inspect", "what the engine tells", digest=image.image.id, here=True),
                Node(0, "config", "config", digest=image.config_digest, here=True, chosen=True),
                *(Node(0, "layer", digest=layer.diff_id, here=True, chosen=True) for layer in image.layers),
            )
        )

    def document(self, image: ImageDetail, key: str, control: Control) -> bytes:
        self.engine.asked("document", control, image.image.id, key)
        return json.dumps({"document": key, "config": image.config}, default=dict).encode()

    def document_text(self, image: ImageDetail, key: str, values: bool, control: Control) -> DocumentText:
        return document_text(self, image, key, values, control)

    def masked(self, detail: Detail, control: Control) -> Detail:
        self.engine.asked("masked", control)
        return masked_detail(detail)

    def data_text(self, data: object, values: bool, control: Control) -> DocumentText:
        self.engine.asked("data_text", control)
        return data_text(data, values)

    def check(self, image: ImageDetail, tree: TreeHandle, rules: Rules, control: Control) -> tuple[Outcome, ...]:
        """By the name alone, and what the engine was told to say."""
        self.engine.asked("check", control, image.image.id, rules)
        return self.engine.outcomes or tuple(Outcome(name) for name in rules.names)

    def build(
        self, image: ImageDetail, control: Control, on_layer: Callable[[LayerTotals], object] | None = None
    ) -> tuple[ImageDetail, TreeHandle]:
        """Index and stack; the handle stands for the tree."""
        self.engine.asked("build", control, image.image.id)
        totals = []
        for number, layer in enumerate(self.engine.layers[image.image.id]):
            control.step(number, len(image.layers), f"layer {number + 1} of {len(image.layers)}")
            files = [file for file in layer if file.kind == "file"]
            hashed = number not in self.unverified
            size = sum(file.size for file in files)
            totals.append(LayerTotals(number, size, len(files), len(layer), verified=hashed, hashed=hashed))
            if on_layer is not None:
                on_layer(totals[-1])
        return image, TreeHandle(image.image.id, layers=tuple(totals))

    def verify(
        self,
        image: ImageDetail,
        wanted: Sequence[int],
        control: Control,
        on_layer: Callable[[LayerTotals], object] | None = None,
    ) -> ImageDetail:
        for number in wanted:
            self.engine.asked("verify", control, image.image.id, number)
            if number in self.wrong:
                image = replace(image, problems=(*image.problems, Problem("the blob", self.wrong[number])))
            problems = (Problem(f"layer {number}", self.wrong[number]),) if number in self.wrong else ()
            if on_layer is not None:
                on_layer(LayerTotals(number, 0, 0, 0, not problems, problems, hashed=True))
        return image

    def view(self, tree: TreeHandle, spec: ViewSpec, control: Control) -> TreeView:
        self.engine.asked("view", control, spec)
        return layers_view(self.engine.layers[tree.key], spec)

    def story(self, image: ImageDetail, tree: TreeHandle, node: int, control: Control) -> Story:
        """What is selected in a made-up tree has none: real ones stand in the stories."""
        self.engine.asked("story", control, node)
        return Story(b"", (), None)

    def space_overview(self, tree: TreeHandle, control: Control) -> Overview:
        self.engine.asked("space_overview", control)
        return self._spaces.overview(tree.key, self._stacked(tree), control)

    def space_map(self, tree: TreeHandle, spec: MapSpec, control: Control) -> SpaceMap:
        self.engine.asked("space_map", control, spec)
        return self._spaces.map(tree.key, self._stacked(tree), spec, control)

    def space_entries(self, tree: TreeHandle, kind: str, layer: int, control: Control) -> Entries:
        self.engine.asked("space_entries", control, kind, layer)
        return self._spaces.entries(tree.key, self._stacked(tree), kind, layer, control)

    def space_alike(self, image: ImageDetail, tree: TreeHandle, read: bool, control: Control) -> Alike:
        self.engine.asked("space_alike", control, read)
        return self._spaces.alike(tree.key, self._stacked(tree), self, image, read, None, control)

    def _stacked(self, tree: TreeHandle) -> FileTree:
        """These layers really stacked; kept, so that the sums of a tree are found again."""
        if tree.key not in self._trees:
            self._trees[tree.key] = stack([layer_index(layer) for layer in self.engine.layers[tree.key]])
        return self._trees[tree.key]

    def owners(self, image: ImageDetail, tree: TreeHandle, control: Control) -> Owners:
        self.engine.asked("owners", control)
        return Owners({0: "root", 1000: "app"}, {0: "root"})

    def changes_view(
        self,
        container_id: str,
        spec: ViewSpec,
        control: Control,
        on_first: Callable[[TreeView], object] | None = None,
        span: Span | None = None,
    ) -> TreeView:
        self.engine.asked("changes_view", control, container_id, spec)
        marks = {ADDED: MARK_ADDED, MODIFIED: MARK_MODIFIED, DELETED: MARK_DELETED}
        changed = self.engine.changed[self.engine.find_container(container_id).id]
        if span is not None:
            now = changed if span.until is None else changes_at(span.until)
            return changes_view(since(unpacked(span.since), now), spec)
        rows = {
            change.path.strip("/"): Row(
                change.node or "file", change.size_bytes or 0, marks[change.kind], change.mode or 0
            )
            for change in changed
            if spec.engines or not change.engines
        }
        view = rows_view(rows, spec)
        view.columns.meta["folded"] = sum(change.engines for change in changed)
        return view

    def mark(self, container_id: str, anew: bool, control: Control) -> Marked:
        self.engine.asked("mark", control, container_id, anew)
        return marked(self.engine.changed[self.engine.find_container(container_id).id], self.engine.now)

    def container_view(self, container_id: str, spec: ViewSpec, control: Control) -> TreeView:
        """The real stack of its image's made-up layers and its changes."""
        self.engine.asked("container_view", control, container_id, spec)
        container = self.engine.find_container(container_id)
        layers = [layer_index(layer) for layer in self.engine.layers[container.image_id]]
        return tree_view(whole_tree(stack(layers), layers, self.engine.changed[container.id]), spec)

    def recipes(self, container_id: str, control: Control) -> tuple[Recipe, Recipe, PackedChanges]:
        detail = self._host.container(container_id, control)
        changes = self._host.changes(container_id, control)
        tools = self._host.tools(container_id, changes, control)
        image = self.image(detail.container.image_id, control)
        upon, flat = (recipe(detail, image, changes, tools, flat=each) for each in (False, True))
        return upon, flat, PackedChanges.of(changes)

    def packed_changes(self, container_id: str, control: Control) -> PackedChanges:
        return PackedChanges.of(self._host.changes(container_id, control))

    def change_shown(self, container_id: str, image_id: str, path: str, more: bool, control: Control) -> Preview:
        self.engine.asked("change_shown", control, container_id, image_id, path, more)
        text = f"-old {path}\n+new {path}\n"
        return Preview(TEXT, "difference", len(text), len(text), text=text)

    def copy_image(self, image: Image, names: Sequence[str], target: FakeSource, control: Control) -> str:
        self.engine.asked("copy_image", control, image.id, tuple(names))
        target.engine.images[image.id] = replace(image, containers=None, unique_bytes=None)
        target.engine.layers[image.id] = self.engine.layers[image.id]
        target.engine.emit(Touched(images=frozenset({image.id})))
        return image.id

    def close(self) -> None:
        self.closed = True


class FakeHost:
    """`ContainerHost` over a FakeEngine. What it changes, it tells its listeners, as an engine does."""

    def __init__(self, engine: FakeEngine) -> None:
        self.engine = engine

    def info(self, control: Control) -> EngineInfo:
        self.engine.asked("info", control)
        return EngineInfo(self.engine.product, "20.10.24", "1.41", Platform("linux", "amd64"))

    def containers(self, control: Control, ids: Collection[str] = ()) -> Sequence[Container]:
        self.engine.asked("containers", control, tuple(sorted(ids)))
        return tuple(each for each in self.engine.containers.values() if not ids or each.id in ids)

    def container(self, reference: str, control: Control) -> ContainerDetail:
        self.engine.asked("container", control, reference)
        return ContainerDetail(self.engine.find_container(reference), exit_code=0, started=1_700_000_600)

    def changes(
        self,
        container_id: str,
        control: Control,
        listed: Callable[[Sequence[Change]], object] | None = None,
    ) -> Sequence[Change]:
        self.engine.asked("changes", control, container_id)
        return self.engine.changed[self.engine.find_container(container_id).id]

    def copied_out(self, container_id: str, paths: Sequence[str], control: Control) -> Iterator[tuple]:
        self.engine.asked("copied_out", control, container_id, tuple(paths))
        there = [path for path in paths if path in self.engine.files]
        for number, path in enumerate(there):
            content = self.engine.files[path]
            yield MEMBERS, [Member(path.rpartition("/")[2].encode(), REGULAR, 0o644, size=len(content))]
            yield DATA, number, content
        for path in sorted(set(paths) - set(there)):
            yield FAULT, f"{path}: it is not there any more"

    def copy_plan(self, container_id: str, folder: str, chosen: Sequence[str], control: Control) -> CopyPlan:
        self.engine.asked("copy_plan", control, container_id, folder, tuple(chosen))
        found = [each for each in host_files(chosen, Report(), control) if each.kind == "file"]
        there = [f"{folder.rstrip('/')}/{each.path}" for each in found]
        replaced = tuple(path for path in there if path in self.engine.files)
        return CopyPlan(folder, tuple(chosen), len(found), replaced=replaced)

    def copied_in(self, container_id: str, plan: CopyPlan, control: Control) -> Report:
        self.engine.asked("copied_in", control, container_id, plan)
        report = Report()
        sent = io.BytesIO(b"".join(host_tar(plan.chosen, report, control)))
        with tarfile.open(fileobj=sent) as archive:
            for member in archive:
                if member.isreg():
                    content = archive.extractfile(member).read()
                    self.engine.files[f"{plan.folder.rstrip('/')}/{member.name}"] = content
        self._tell(container_id)
        return report

    def logs(self, container_id: str, spec: LogSpec, control: Control) -> Iterator[LogBatch]:
        self.engine.asked("logs", control, container_id, spec)
        runs = self.engine.find_container(container_id).running
        return self.engine.live.logs(container_id, spec, control, runs)

    def stats(self, container_id: str, control: Control) -> Iterator[Sample]:
        self.engine.asked("stats", control, container_id)
        return self.engine.live.stats(container_id, control)

    def processes(self, container_id: str, control: Control) -> Processes:
        self.engine.asked("processes", control, container_id)
        return self.engine.live.processes

    def written(self, container_id: str, control: Control) -> int | None:
        self.engine.asked("written", control, container_id)
        return self._written()[container_id]

    def history(self, container_id: str, since: int, control: Control) -> Sequence[Moment]:
        self.engine.asked("history", control, container_id, since)
        return self.engine.live.history

    def terminal(self, spec: TerminalSpec, control: Control) -> Iterator[TerminalStarted | bytes | TerminalEnded]:
        self.engine.asked("terminal", control, spec)
        return self.engine.live.terminal(spec, control)

    def terminal_write(self, identifier: str, data: bytes, control: Control) -> None:
        self.engine.asked("terminal_write", control, identifier, data)

    def terminal_resize(self, identifier: str, columns: int, rows: int, control: Control) -> None:
        self.engine.asked("terminal_resize", control, identifier, columns, rows)

    def written_tar(self, container_id: str, changes: Sequence[Change] | None, control: Control) -> Iterator[bytes]:
        self.engine.asked("written_tar", control, container_id, changes)
        yield b"tar of " + container_id.encode()

    def patch(self, container_id: str, image_id: str, changes: Sequence[Change], control: Control) -> Iterator[bytes]:
        self.engine.asked("patch", control, container_id, image_id, changes)
        yield b"patch of " + container_id.encode()

    def tools(self, container_id: str, changes: Sequence[Change], control: Control) -> frozenset[str]:
        self.engine.asked("tools", control, container_id, changes)
        return frozenset({"/bin/rm", "/bin/sh"})

    def holdings(self, control: Control, usage: bool = True) -> World:
        self.engine.asked("holdings", control)
        engine = self.engine
        held = tuple(
            Held(each.id, each.tags, each.parent_id, tuple(map(_layer_id, engine.layers[each.id])), (), each.created)
            for each in engine.images.values()
        )
        written = self._written()
        containers = tuple(replace(each, writable_bytes=written[each.id]) for each in engine.containers.values())
        # Engines list in no order.
        turned = sum(call[0] == "holdings" for call in engine.calls) % 2
        command = EngineInfo(engine.product, "").program
        return World(
            held[::-1] if turned else held,
            containers,
            engine.build_cache,
            not any(each.shared for each in engine.build_cache),
            command=command,
            layers_bytes=self._layers_bytes(),
            volumes=engine.volumes,
        )

    def layer_sizes(self, image_id: str, control: Control) -> Sequence[int | None]:
        self.engine.asked("layer_sizes", control, image_id)
        return [sum(file.size for file in layer) for layer in self.engine.layers[image_id]]

    def _layers_bytes(self) -> int:
        held = {}
        for image in self.engine.images:
            layers = self.engine.layers[image]
            for at, layer in enumerate(layers):
                held[layers[: at + 1]] = sum(file.size for file in layer)
        return sum(held.values())

    def disk_usage(self, control: Control) -> DiskUsage:
        self.engine.asked("disk_usage", control)
        unique = {each: sum(f.size for f in layers[-1]) for each, layers in self.engine.layers.items()}
        return DiskUsage(unique, self._written(), self._layers_bytes(), 0, 0)

    def writable_sizes(self, control: Control) -> dict[str, int]:
        self.engine.asked("writable_sizes", control)
        return self._written()

    def _written(self) -> dict[str, int]:
        return {
            each: sum(change.size_bytes or 0 for change in self.engine.changed[each]) for each in self.engine.containers
        }

    def events(self, control: Control) -> Iterator[Touched]:
        self.engine.asked("events", control)
        return self.engine.listen(control)

    def run(self, spec: RunSpec, control: Control) -> str:
        self.engine.asked("run", control, spec)
        if any(each.name == spec.name for each in self.engine.containers.values()):
            raise Refused(spec.name, f'Conflict. The container name "/{spec.name}" is already in use')
        container = self.engine.add_container(spec.name or "made_up", self.engine.find_image(spec.image))
        self._tell(container.id)
        return container.id

    def create(self, spec: RunSpec, control: Control) -> str:
        made = self.run(spec, control)
        self._set(made, "created")
        return made

    def run_attached(self, spec: RunSpec, control: Control) -> Ended:
        made = self.run(spec, control)
        self._set(made, "exited")
        return Ended(made, self.engine.exit_code, ("first", "last words"))

    def _set(self, container_id: str, state: str) -> None:
        container = self.engine.find_container(container_id)
        self.engine.containers[container.id] = replace(container, state=state)
        self._tell(container.id)

    def start(self, container_id: str, control: Control) -> None:
        self.engine.asked("start", control, container_id)
        self._set(container_id, "running")

    def stop(self, container_id: str, control: Control, timeout: int | None = None, signal: str = "") -> None:
        self.engine.asked("stop", control, container_id, *([timeout, signal] if signal or timeout is not None else []))
        self._set(container_id, "exited")

    def restart(self, container_id: str, control: Control, timeout: int | None = None) -> None:
        self.engine.asked("restart", control, container_id)
        self._set(container_id, "running")

    def kill(self, container_id: str, control: Control, signal: str = "SIGKILL") -> None:
        self.engine.asked("kill", control, container_id, signal)
        if signal in ("SIGKILL", "SIGTERM"):
            self._set(container_id, "exited")

    def pause(self, container_id: str, control: Control) -> None:
        self.engine.asked("pause", control, container_id)
        self._set(container_id, "paused")

    def unpause(self, container_id: str, control: Control) -> None:
        self.engine.asked("unpause", control, container_id)
        self._set(container_id, "running")

    def rename(self, container_id: str, name: str, control: Control) -> None:
        self.engine.asked("rename", control, container_id, name)
        container = self.engine.find_container(container_id)
        if any(each.name == name for each in self.engine.containers.values()):
            raise Refused(name, f'Conflict. The container name "/{name}" is already in use')
        self.engine.containers[container.id] = replace(container, name=name)
        self._tell(container.id)

    def replace(self, container_id: str, spec: RunSpec, control: Control) -> str:
        self.engine.asked("replace", control, container_id, spec)
        old = self.engine.find_container(container_id)
        kept = kept_name(old.name, old.id) if spec.name == old.name else old.name
        self.engine.containers[old.id] = replace(old, name=kept, state="exited")
        container = self.engine.add_container(spec.name or "made_up", self.engine.find_image(spec.image))
        self._tell(old.id)
        self._tell(container.id)
        return container.id

    def commit(self, spec: CommitSpec, control: Control) -> str:
        self.engine.asked("commit", control, spec)
        below = self.engine.layers[self.engine.find_container(spec.container_id).image_id]
        names = (f"{spec.repository}:{spec.tag or 'latest'}",) if spec.repository else ()
        image = self.engine.add_image(*names, layers=(*below, (FakeFile("app/cache.db", b"c" * 12_000),)))
        self._tell(image=image.id)
        return image.id

    def remove_container(self, container_id: str, control: Control, force: bool = False, volumes: bool = False) -> None:
        self.engine.asked("remove_container", control, container_id, force, volumes)
        container = self.engine.find_container(container_id)
        if container.running and not force:
            raise Refused(container.name, "You cannot remove a running container. Stop it first")
        del self.engine.containers[container.id]
        if volumes:
            gone = {mount.source for mount in container.mounts if is_nameless(mount.source)}
            self.engine.volumes = tuple(each for each in self.engine.volumes if each.name not in gone)
        self._tell(container.id)

    def volume(self, name: str, control: Control) -> Volume:
        self.engine.asked("volume", control, name)
        found = next((each for each in self.engine.volumes if each.name == name), None)
        if found is None:
            raise NotFound(name, "no such volume")
        return found

    def remove_volume(self, name: str, control: Control, created: str = "") -> None:
        self.engine.asked("remove_volume", control, name)
        found = next((each for each in self.engine.volumes if each.name == name), None)
        if found is None:
            raise NotFound(name, "no such volume")
        if created and found.created != created:
            raise Refused(name, "it is another volume of that name by now")
        users = [one.name for one in self.engine.containers.values() if any(m.source == name for m in one.mounts)]
        if users:
            raise Refused(name, f"volume is in use - {users[0]}")
        self.engine.volumes = tuple(each for each in self.engine.volumes if each.name != name)
        self.engine.emit(Touched(volumes=frozenset({name})))

    def volume_saved(self, name: str, control: Control) -> Iterator[bytes]:
        self.engine.asked("volume_saved", control, name)
        yield name.encode()
        yield bytes(2048)

    def volume_restored(self, like: Volume, path: str, control: Control) -> None:
        self.engine.asked("volume_restored", control, like, path)
        with open(path, "rb") as file:
            assert file.read().startswith(like.name.encode())
        if any(each.name == like.name for each in self.engine.volumes):
            raise Refused(like.name, "there is a volume of that name by now")
        self.engine.volumes = (*self.engine.volumes, like)
        self.engine.emit(Touched(volumes=frozenset({like.name})))

    def saved(self, image_id: str, control: Control) -> Iterator[bytes]:
        self.engine.asked("saved", control, image_id)
        yield image_id.encode()
        self.engine.asked("saving", control, image_id)
        yield bytes(2048)

    def load(self, path: str, image_id: str, control: Control) -> str:
        self.engine.asked("load", control, path, image_id)
        with open(path, "rb") as file:
            assert file.read().startswith(image_id.encode())
        self.engine.images[image_id] = Image(image_id, (), created=1_700_000_000, size_bytes=7)
        return image_id

    def prune_build_cache(self, control: Control) -> int:
        self.engine.asked("prune_build_cache", control)
        gone = sum(each.bytes for each in self.engine.build_cache if not each.in_use)
        self.engine.build_cache = tuple(each for each in self.engine.build_cache if each.in_use)
        return gone

    def tag(self, image_id: str, name: str, control: Control) -> None:
        self.engine.asked("tag", control, image_id, name)
        for each in list(self.engine.images.values()):
            tags = tuple(tag for tag in each.tags if tag != name) + ((name,) if each.id == image_id else ())
            self.engine.images[each.id] = replace(each, tags=tags)
        self._tell(image=image_id)

    def untag(self, image_id: str, name: str, control: Control) -> None:
        self.engine.asked("untag", control, image_id, name)
        image = self.engine.images[image_id]
        if image.tags == (name,):
            raise Refused(name, "it is the last name of its image")
        self.engine.images[image_id] = replace(image, tags=tuple(tag for tag in image.tags if tag != name))
        self._tell(image=image_id)

    def remove_image(self, reference: str, control: Control, force: bool = False, image_id: str = "") -> Sequence[str]:
        self.engine.asked("remove_image", control, reference, force)
        image = self.engine.find_image(reference)
        if image_id and (image.id != image_id or (reference == image_id and image.tags)):
            raise Refused(reference, "it is the name of another image by now")
        users = [each.name for each in self.engine.containers.values() if each.image_id == image.id]
        if reference in image.tags and len(image.tags) > 1:
            self.engine.images[image.id] = replace(image, tags=tuple(tag for tag in image.tags if tag != reference))
            self._tell(image=image.id)
            return [f"Untagged: {reference}"]
        if users and not force:
            raise Refused(image.name, f"conflict: unable to remove {image.name} (must force) - used by {users[0]}")
        del self.engine.images[image.id]
        of_image = {each for each, made in self.engine.built.items() if made == image.id}
        cache = self.engine.build_cache
        self.engine.build_cache = tuple(replace(e, shared=e.shared and e.id not in of_image) for e in cache)
        self._tell(image=image.id)
        return [*(f"Untagged: {tag}" for tag in image.tags), f"Deleted: {image.id}"]

    def _tell(self, container: str = "", image: str = "") -> None:
        self.engine.emit(
            Touched(
                frozenset({image}) if image else frozenset(),
                frozenset({container}) if container else frozenset(),
            )
        )


def _layer_id(layer: object) -> str:
    return f"sha256:{hash(layer) & (1 << 256) - 1:064x}"
