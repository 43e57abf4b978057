"""EngineSource: one engine as a source of images and a host of containers.

Knows which call answers which question. Records are made in images, containers, events and usage; bytes of layers in
export; changes of the world in actions. Must not know who asks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.copy_plan import CopyPlan
from imagexplorer.core.entities import (
    Change,
    CommitSpec,
    Container,
    ContainerDetail,
    DiskUsage,
    Ended,
    Image,
    ImageDetail,
    Touched,
    Volume,
    short_id,
)
from imagexplorer.core.errors import NotFound, Refused, Unreachable, WrongUse
from imagexplorer.core.extraction import Report
from imagexplorer.core.file_sides import FileSides
from imagexplorer.core.manifest_tree import ManifestTree
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.core.world import World
from imagexplorer.sources.engine import (
    actions,
    attached,
    changes,
    commit_build,
    container_files,
    container_tar,
    containers,
    copy_in,
    copy_out,
    events,
    holdings,
    image_files,
    images,
    life,
    replacing,
    saving,
    usage,
    volumes,
)
from imagexplorer.sources.engine.fields import Json, image_id, section, strings, text
from imagexplorer.sources.engine.layers import Layers
from imagexplorer.sources.engine.listening import gathered
from imagexplorer.sources.engine.live import Live
from imagexplorer.sources.engine.local import own_config, own_document, own_layers
from imagexplorer.sources.engine.presence import Presence, record, store_of
from imagexplorer.sources.engine.wire import (
    LONG_SECONDS,
    Parameters,
    json_lines,
)

FILTERED_IDS = 20
"""More ids than this make a longer question than the whole list is an answer."""


class EngineSource(Presence, Layers, Live):
    """`ImageSource` and `ContainerHost`. Any thread may call; each call has a connection of its own."""

    @property
    def host(self) -> EngineSource:
        return self

    def close(self) -> None:
        """Nothing stays open between calls but what carries them."""
        if self.wire.ssh is not None:
            self.wire.ssh.close()

    # -- images ---------------------------------------------------------------------------------
    def images(self, control: Control) -> Sequence[Image]:
        params: dict[str, str | int | bool] = {"manifests": 1} if self.wire.at_least("1.47") else {}
        return images.image_rows(self.wire.get("/images/json", what="list of images", control=control, params=params))

    def image(self, reference: str, control: Control, platform: str = "") -> ImageDetail:
        what = f"image {reference}"
        at = f"/images/{actions.quoted(reference)}"
        if not reference:
            raise NotFound("image", "no name was given")
        inspect = self._inspect(reference, control)
        chosen: dict[str, str | int | bool] = {}
        if platform and platform != str(images.platform_of(inspect)):
            chosen = self._chosen_platform(platform, inspect, what)
            asked = self.wire.get(f"{at}/json", what=what, control=control, params=chosen)
            # Its own id is that of a manifest, which no other route knows: the image keeps its id.
            kept = {key: inspect.get(key) for key in ("Id", "Manifests", "RepoTags", "RepoDigests")}
            inspect = {**record(asked, what), **kept}
        history = self.wire.get(f"{at}/history", what=what, control=control, params=chosen)
        config, digest = None, "" if store_of(self._info(control)) == "containerd" else image_id(text(inspect, "Id"))
        if self.local:
            config, digest = own_config(self._info(control), inspect, digest)
        return images.image_detail(inspect, history, config, digest)

    def diff_ids(self, image_id: str, control: Control) -> Sequence[str]:
        """From the engine's own file of the configuration where it can be read, else from its answer."""
        told = self._info(control)
        config = own_config(told, {}, image_id)[0] if self.local and store_of(told) == "graph" else None
        if config is not None:
            return strings(section(config, "rootfs"), "diff_ids")
        return strings(section(self._inspect(image_id, control), "RootFS"), "Layers")

    def _inspect(self, reference: str, control: Control) -> Json:
        what = f"image {reference}"
        params: Parameters = {"manifests": 1} if self.wire.at_least("1.48") else {}
        at = f"/images/{actions.quoted(reference)}/json"
        return record(self.wire.get(at, what=what, control=control, params=params), what)

    def _chosen_platform(self, platform: str, inspect: Json, what: str) -> dict[str, str | int | bool]:
        there = images.platforms(inspect) or (images.platform_of(inspect),)
        match = next((known for known in there if str(known) == platform), None)
        if match is None or not self.wire.at_least("1.49"):
            raise WrongUse(what, f"there is no platform {platform}", f"There: {', '.join(map(str, there))}")
        from imagexplorer.sources.engine.export import platform_parameter

        return {"platform": platform_parameter(match)}

    def manifests(self, image: ImageDetail, control: Control) -> ManifestTree:
        from imagexplorer.sources.engine.manifests import manifest_tree

        told = self._info(control)

        def read(digest: str) -> bytes | None:
            return own_document(told, digest) if self.local else None

        return manifest_tree(self._inspect(image.image.id, control), image, read, store_of(told) == "graph")

    def document(self, image: ImageDetail, key: str, control: Control) -> bytes:
        from imagexplorer.sources.engine.manifests import CONFIGURATION, INSPECT

        if key == INSPECT:
            return json.dumps(self._inspect(image.image.id, control)).encode()
        if key == CONFIGURATION:
            return json.dumps(image.config).encode()
        raw = own_document(self._info(control), key) if self.local else None
        if raw is None:
            raise NotFound(key, "the engine does not hand this document out")
        return raw

    # -- containers -----------------------------------------------------------------------------
    def containers(self, control: Control, ids: Collection[str] = ()) -> Sequence[Container]:
        params: dict[str, str | int | bool] = {"all": 1}
        if ids and len(ids) <= FILTERED_IDS:
            params["filters"] = json.dumps({"id": sorted(ids)})
        what = "list of containers"
        rows = containers.container_rows(self.wire.get("/containers/json", what=what, control=control, params=params))
        found = [row for row in rows if image_files.LABEL not in row.labels]  # ours, for the moment of a reading
        return [row for row in found if row.id in set(ids)] if ids else found

    def container(self, reference: str, control: Control) -> ContainerDetail:
        what = f"container {short_id(reference) if len(reference) == 64 else reference}"
        if not reference:
            raise NotFound("container", "no name was given")
        answer = self.wire.get(f"/containers/{actions.quoted(reference)}/json", what=what, control=control)
        return containers.container_detail(record(answer, what))

    def changes(
        self, container_id: str, control: Control, listed: Callable[[Sequence[Change]], object] | None = None
    ) -> Sequence[Change]:
        return changes.changes(self.wire, container_id, control, self.local, listed, not self.podman)

    def written_tar(self, container_id: str, changes: Sequence[Change] | None, control: Control) -> Iterator[bytes]:
        return container_tar.written_tar(self.wire, container_id, changes, control)

    def patch(self, container_id: str, image_id: str, changes: Sequence[Change], control: Control) -> Iterator[bytes]:
        return container_files.patch(self.wire, container_id, image_id, changes, control)

    def tools(self, container_id: str, changes: Sequence[Change], control: Control) -> frozenset[str]:
        return container_tar.tools(self.wire, container_id, changes, control)

    def sides(self, container_id: str, image_id: str, path: str, control: Control) -> FileSides:
        return container_files.sides(self.wire, container_id, image_id, path, control)

    def copied_out(self, container_id: str, paths: Sequence[str], control: Control) -> Iterator[tuple[Any, ...]]:
        return copy_out.copied_out(self.wire, container_id, paths, control)

    def copy_plan(self, container_id: str, folder: str, chosen: Sequence[str], control: Control) -> CopyPlan:
        return copy_in.copy_plan(self.wire, container_id, folder, chosen, control)

    def copied_in(self, container_id: str, plan: CopyPlan, control: Control) -> Report:
        return copy_in.copied_in(self.wire, container_id, plan, control)

    def holdings(self, control: Control, usage: bool = True) -> World:
        graph = store_of(self._info(control)) == "graph"
        return holdings.world(self.wire, self.podman, graph, self.diff_ids, usage, control)

    def layer_sizes(self, image_id: str, control: Control) -> Sequence[int | None]:
        image = self.image(image_id, control)
        stored = own_layers(self._info(control), self.podman, image) if self.local else {}
        return holdings.sizes(image, stored)

    def disk_usage(self, control: Control) -> DiskUsage:
        params: Parameters = {"verbose": 1} if self.wire.at_least("1.52") else {}
        what = "disk usage"
        answer = self.wire.json("GET", "/system/df", what=what, control=control, params=params, seconds=LONG_SECONDS)
        told = usage.disk_usage(record(answer, what))
        if not self.podman and store_of(self._info(control)) == "graph":
            return told
        layers = {}
        for each in usage.alike(record(answer, what)):
            with suppress(NotFound):  # gone meanwhile
                layers[each] = self._layers_of(each, control)
        return usage.without_twins(told, layers)

    def _layers_of(self, image_id: str, control: Control) -> Sequence[str]:
        """An id always means the same layers."""
        if image_id not in self._layers:
            self._layers[image_id] = tuple(self.diff_ids(image_id, control))
        return self._layers[image_id]

    def writable_sizes(self, control: Control) -> dict[str, int]:
        answer = self.wire.json(
            "GET", "/containers/json", what="sizes of containers", control=control, params={"all": 1, "size": 1},
            seconds=LONG_SECONDS,
        )  # fmt: skip
        # Docker leaves the field out where it is 0.
        return {row.id: row.writable_bytes or 0 for row in containers.container_rows(answer)}

    def events(self, control: Control) -> Iterator[Touched]:
        what = f"events of {self.address.location}"
        with suppress(Refused):
            image_files.remove_stale(self.wire, control)
        try:
            with self.wire.open("GET", "/events", what=what, control=control, open_end=True) as response:
                yield Touched()  # connected: who listens may list now and miss nothing
                told = (event for event in json_lines(response, what) if isinstance(event, Mapping))
                yield from gathered(events.touched(event) for event in told)
                control.step()
                raise Unreachable(what, "the engine ended the stream", "Reconnect")
        except Unreachable:
            self.lost()  # another may come in its place
            raise

    # -- acts -----------------------------------------------------------------------------------
    def run(self, spec: RunSpec, control: Control) -> str:
        return actions.run(self.wire, life.with_time_out(spec, self.podman), control)

    def create(self, spec: RunSpec, control: Control) -> str:
        return actions.create(self.wire, life.with_time_out(spec, self.podman), control)

    def run_attached(self, spec: RunSpec, control: Control) -> Ended:
        return attached.run_attached(self.wire, life.with_time_out(spec, self.podman), control)

    def start(self, container_id: str, control: Control) -> None:
        actions.start(self.wire, container_id, control)

    def stop(self, container_id: str, control: Control, timeout: int | None = None, signal: str = "") -> None:
        if signal:
            life.stop_by(self.wire, container_id, control, timeout, signal, self.podman)
        else:
            actions.stop(self.wire, container_id, control, timeout)

    def restart(self, container_id: str, control: Control, timeout: int | None = None) -> None:
        actions.restart(self.wire, container_id, control, timeout)

    def kill(self, container_id: str, control: Control, signal: str = "SIGKILL") -> None:
        life.kill(self.wire, container_id, control, signal)

    def pause(self, container_id: str, control: Control) -> None:
        life.pause(self.wire, container_id, control)

    def unpause(self, container_id: str, control: Control) -> None:
        life.unpause(self.wire, container_id, control)

    def rename(self, container_id: str, name: str, control: Control) -> None:
        life.rename(self.wire, container_id, name, control)

    def replace(self, container_id: str, spec: RunSpec, control: Control) -> str:
        return replacing.replace(self.wire, container_id, life.with_time_out(spec, self.podman), control)

    def commit(self, spec: CommitSpec, control: Control) -> str:
        if spec.left_out:
            return commit_build.build(self, spec, control)
        return actions.commit(self.wire, spec, control, self.podman)

    def remove_container(self, container_id: str, control: Control, force: bool = False, volumes: bool = False) -> None:
        actions.remove_container(self.wire, container_id, control, force, volumes)

    def saved(self, image_id: str, control: Control) -> Iterator[bytes]:
        return saving.saved(self.wire, image_id, control)

    def load(self, path: str, image_id: str, control: Control) -> str:
        return saving.loaded(self.wire, path, image_id, control)

    def volume(self, name: str, control: Control) -> Volume:
        return volumes.volume(self.wire, name, control)

    def remove_volume(self, name: str, control: Control, created: str = "") -> None:
        volumes.remove(self.wire, name, created, control)

    def volume_saved(self, name: str, control: Control) -> Iterator[bytes]:
        return volumes.saved(self.wire, name, control)

    def volume_restored(self, like: Volume, path: str, control: Control) -> None:
        volumes.restored(self.wire, like, path, self.podman, control)

    def prune_build_cache(self, control: Control) -> int:
        return actions.prune_build_cache(self.wire, control)

    def tag(self, image_id: str, name: str, control: Control) -> None:
        actions.tag(self.wire, image_id, name, control)

    def untag(self, image_id: str, name: str, control: Control) -> None:
        actions.untag(self.wire, image_id, name, control)

    def remove_image(self, reference: str, control: Control, force: bool = False, image_id: str = "") -> Sequence[str]:
        return actions.remove_image(self.wire, reference, control, force, image_id)
