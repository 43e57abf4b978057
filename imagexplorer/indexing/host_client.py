"""What an engine can do beyond showing images, as the window asks for it: answered by a worker process."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.copy_plan import CopyPlan
from imagexplorer.core.entities import (
    Address,
    Change,
    CommitSpec,
    Container,
    ContainerDetail,
    DiskUsage,
    Ended,
    EngineInfo,
    Touched,
    Volume,
)
from imagexplorer.core.extraction import Report
from imagexplorer.core.file_sides import FileSides
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.core.world import World
from imagexplorer.indexing.live_client import RemoteLive
from imagexplorer.indexing.process import WorkerProcess
from imagexplorer.indexing.records import Call


class RemoteHost(RemoteLive):
    """`sources.protocol.ContainerHost` by asking. What changes something is asked once and never again by itself."""

    def __init__(self, address: Address, worker: WorkerProcess) -> None:
        self._address = address
        self._worker = worker

    def _ask(self, method: str, control: Control, **arguments: Any) -> Any:
        return self._worker.ask(Call("host", method, self._address, arguments), control)

    def info(self, control: Control) -> EngineInfo:
        answer: EngineInfo = self._ask("info", control)
        return answer

    def containers(self, control: Control, ids: Collection[str] = ()) -> Sequence[Container]:
        rows: Sequence[Container] = self._ask("containers", control, ids=list(ids))
        return rows

    def container(self, reference: str, control: Control) -> ContainerDetail:
        detail: ContainerDetail = self._ask("container", control, reference=reference)
        return detail

    def changes(
        self, container_id: str, control: Control, listed: Callable[[Sequence[Change]], object] | None = None
    ) -> Sequence[Change]:
        if listed is not None:
            call = Call("host", "changes", self._address, {"container_id": container_id}, "listed")
            return list(self._worker.ask(call, control, listed))
        rows: Sequence[Change] = self._ask("changes", control, container_id=container_id)
        return rows

    def written_tar(self, container_id: str, changes: Sequence[Change] | None, control: Control) -> Iterator[bytes]:
        return self._follow("written_tar", control, container_id=container_id, changes=changes)

    def patch(self, container_id: str, image_id: str, changes: Sequence[Change], control: Control) -> Iterator[bytes]:
        return self._follow("patch", control, container_id=container_id, image_id=image_id, changes=changes)

    def tools(self, container_id: str, changes: Sequence[Change], control: Control) -> frozenset[str]:
        found: frozenset[str] = self._ask("tools", control, container_id=container_id, changes=changes)
        return found

    def sides(self, container_id: str, image_id: str, path: str, control: Control) -> FileSides:
        found: FileSides = self._ask("sides", control, container_id=container_id, image_id=image_id, path=path)
        return found

    def copied_out(self, container_id: str, paths: Sequence[str], control: Control) -> Iterator[tuple[Any, ...]]:
        return self._follow("copied_out", control, container_id=container_id, paths=list(paths))

    def copy_plan(self, container_id: str, folder: str, chosen: Sequence[str], control: Control) -> CopyPlan:
        plan: CopyPlan = self._ask("copy_plan", control, container_id=container_id, folder=folder, chosen=list(chosen))
        return plan

    def copied_in(self, container_id: str, plan: CopyPlan, control: Control) -> Report:
        report: Report = self._ask("copied_in", control, container_id=container_id, plan=plan)
        return report

    def holdings(self, control: Control, usage: bool = True) -> World:
        found: World = self._ask("holdings", control, usage=usage)
        return found

    def layer_sizes(self, image_id: str, control: Control) -> Sequence[int | None]:
        found: Sequence[int | None] = self._ask("layer_sizes", control, image_id=image_id)
        return found

    def disk_usage(self, control: Control) -> DiskUsage:
        usage: DiskUsage = self._ask("disk_usage", control)
        return usage

    def writable_sizes(self, control: Control) -> dict[str, int]:
        sizes: dict[str, int] = self._ask("writable_sizes", control)
        return sizes

    def events(self, control: Control) -> Iterator[Touched]:
        for (touched,) in self._worker.converse(Call("host", "events", self._address), control):
            yield touched

    def run(self, spec: RunSpec, control: Control) -> str:
        return str(self._ask("run", control, spec=spec))

    def create(self, spec: RunSpec, control: Control) -> str:
        return str(self._ask("create", control, spec=spec))

    def run_attached(self, spec: RunSpec, control: Control) -> Ended:
        ended: Ended = self._ask("run_attached", control, spec=spec)
        return ended

    def start(self, container_id: str, control: Control) -> None:
        self._ask("start", control, container_id=container_id)

    def stop(self, container_id: str, control: Control, timeout: int | None = None, signal: str = "") -> None:
        self._ask("stop", control, container_id=container_id, timeout=timeout, signal=signal)

    def restart(self, container_id: str, control: Control, timeout: int | None = None) -> None:
        self._ask("restart", control, container_id=container_id, timeout=timeout)

    def kill(self, container_id: str, control: Control, signal: str = "SIGKILL") -> None:
        self._ask("kill", control, container_id=container_id, signal=signal)

    def pause(self, container_id: str, control: Control) -> None:
        self._ask("pause", control, container_id=container_id)

    def unpause(self, container_id: str, control: Control) -> None:
        self._ask("unpause", control, container_id=container_id)

    def rename(self, container_id: str, name: str, control: Control) -> None:
        self._ask("rename", control, container_id=container_id, name=name)

    def replace(self, container_id: str, spec: RunSpec, control: Control) -> str:
        return str(self._ask("replace", control, container_id=container_id, spec=spec))

    def commit(self, spec: CommitSpec, control: Control) -> str:
        return str(self._ask("commit", control, spec=spec))

    def remove_container(self, container_id: str, control: Control, force: bool = False, volumes: bool = False) -> None:
        self._ask("remove_container", control, container_id=container_id, force=force, volumes=volumes)

    def saved(self, image_id: str, control: Control) -> Iterator[bytes]:
        return self._follow("saved", control, image_id=image_id)

    def load(self, path: str, image_id: str, control: Control) -> str:
        return str(self._ask("load", control, path=path, image_id=image_id))

    def volume(self, name: str, control: Control) -> Volume:
        found: Volume = self._ask("volume", control, name=name)
        return found

    def remove_volume(self, name: str, control: Control, created: str = "") -> None:
        self._ask("remove_volume", control, name=name, created=created)

    def volume_saved(self, name: str, control: Control) -> Iterator[bytes]:
        return self._follow("volume_saved", control, name=name)

    def volume_restored(self, like: Volume, path: str, control: Control) -> None:
        self._ask("volume_restored", control, like=like, path=path)

    def prune_build_cache(self, control: Control) -> int:
        return int(self._ask("prune_build_cache", control))

    def tag(self, image_id: str, name: str, control: Control) -> None:
        self._ask("tag", control, image_id=image_id, name=name)

    def untag(self, image_id: str, name: str, control: Control) -> None:
        self._ask("untag", control, image_id=image_id, name=name)

    def remove_image(self, reference: str, control: Control, force: bool = False, image_id: str = "") -> Sequence[str]:
        lines: Sequence[str] = self._ask("remove_image", control, reference=reference, force=force, image_id=image_id)
        return lines
