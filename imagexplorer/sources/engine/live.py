"""What an engine tells of a container as it runs: the live half of EngineSource. Knows which file answers which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from imagexplorer.core.control import Control
from imagexplorer.core.live import LogBatch, LogSpec, Processes, Sample, TerminalEnded, TerminalSpec, TerminalStarted
from imagexplorer.sources.engine.wire import Wire

if TYPE_CHECKING:
    from imagexplorer.core.life import Moment
    from imagexplorer.sources.engine.terminals import Terminals


class Live:
    """`sources.live.LiveHost`."""

    wire: Wire

    @property
    def podman(self) -> bool:
        raise NotImplementedError

    def logs(self, container_id: str, spec: LogSpec, control: Control) -> Iterator[LogBatch]:
        from imagexplorer.sources.engine.logs import logs

        return logs(self.wire, container_id, spec, control)

    def stats(self, container_id: str, control: Control) -> Iterator[Sample]:
        from imagexplorer.sources.engine.stats import samples

        return samples(self.wire, container_id, control)

    def processes(self, container_id: str, control: Control) -> Processes:
        from imagexplorer.sources.engine.stats import processes

        return processes(self.wire, container_id, control)

    def written(self, container_id: str, control: Control) -> int | None:
        from imagexplorer.sources.engine.stats import written

        return written(self.wire, container_id, control)

    def history(self, container_id: str, since: int, control: Control) -> Sequence[Moment]:
        from imagexplorer.sources.engine.happened import history

        return history(self.wire, container_id, since, self.podman, control)

    def terminal(self, spec: TerminalSpec, control: Control) -> Iterator[TerminalStarted | bytes | TerminalEnded]:
        return self._terminals.run(spec, control)

    def terminal_write(self, identifier: str, data: bytes, control: Control) -> None:  # noqa: ARG002 - one shape for all
        self._terminals.write(identifier, data)

    def terminal_resize(self, identifier: str, columns: int, rows: int, control: Control) -> None:
        self._terminals.resize(identifier, columns, rows, control)

    @cached_property
    def _terminals(self) -> Terminals:
        from imagexplorer.sources.engine.terminals import Terminals

        return Terminals(self.wire)
