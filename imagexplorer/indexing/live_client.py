"""The live half of RemoteHost: streams of the worker process, as the protocol has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address
from imagexplorer.core.live import LogBatch, LogSpec, Processes, Sample, TerminalEnded, TerminalSpec, TerminalStarted
from imagexplorer.indexing.process import WorkerProcess
from imagexplorer.indexing.records import Call

if TYPE_CHECKING:
    from imagexplorer.core.life import Moment


class RemoteLive:
    """`sources.live.LiveHost` by asking."""

    _address: Address
    _worker: WorkerProcess

    def logs(self, container_id: str, spec: LogSpec, control: Control) -> Iterator[LogBatch]:
        return self._follow("logs", control, container_id=container_id, spec=spec)

    def stats(self, container_id: str, control: Control) -> Iterator[Sample]:
        return self._follow("stats", control, container_id=container_id)

    def processes(self, container_id: str, control: Control) -> Processes:
        call = Call("host", "processes", self._address, {"container_id": container_id})
        table: Processes = self._worker.ask(call, control)
        return table

    def written(self, container_id: str, control: Control) -> int | None:
        size: int | None = self._worker.ask(
            Call("host", "written", self._address, {"container_id": container_id}), control
        )
        return size

    def history(self, container_id: str, since: int, control: Control) -> Sequence[Moment]:
        arguments = {"container_id": container_id, "since": since}
        told: Sequence[Moment] = self._worker.ask(Call("host", "history", self._address, arguments), control)
        return told

    def terminal(self, spec: TerminalSpec, control: Control) -> Iterator[TerminalStarted | bytes | TerminalEnded]:
        return self._follow("terminal", control, spec=spec)

    def terminal_write(self, identifier: str, data: bytes, control: Control) -> None:
        arguments = {"identifier": identifier, "data": data}
        self._worker.ask(Call("host", "terminal_write", self._address, arguments), control)

    def terminal_resize(self, identifier: str, columns: int, rows: int, control: Control) -> None:
        arguments = {"identifier": identifier, "columns": columns, "rows": rows}
        self._worker.ask(Call("host", "terminal_resize", self._address, arguments), control)

    def _follow(self, method: str, control: Control, **arguments: Any) -> Iterator[Any]:
        for (item,) in self._worker.converse(Call("host", method, self._address, arguments), control):
            yield item
